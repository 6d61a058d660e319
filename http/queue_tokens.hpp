#pragma once

#include "domain/instant.hpp"
#include "domain/queue/places.hpp"
#include "domain/strong_id.hpp"
#include "http/token.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What somebody carries from the waiting room to the shop. Both are bound to an event and a buyer, and neither is stored: the waiting room says what a
/// place is worth at the moment, so that a pause, leaving or misuse revokes at once.
namespace holdfast::http {

/// Names a place in a waiting room, for as long as the room remembers it.
struct queue_ticket {
  domain::event_id event;
  domain::subject_id who;
  domain::queue::place_number place;
  domain::instant issued_at;
  friend auto operator==(const queue_ticket&, const queue_ticket&) -> bool = default;
};

/// Says that a place was let in.
struct admission_pass {
  domain::event_id event;
  domain::subject_id who;
  domain::queue::place_number place;
  domain::instant issued_at;
  domain::instant expires_at; ///< at the latest
  friend auto operator==(const admission_pass&, const admission_pass&) -> bool = default;
};

/// Letters of the longest token of either kind.
inline constexpr std::size_t queue_token_bytes_max = 256;

[[nodiscard]] auto sign_queue_ticket(const key_ring& by, const queue_ticket& what) -> std::string;
/// Nothing for what no live key signed as a queue ticket. Whose it is, and of which event, is for the caller.
[[nodiscard]] auto read_queue_ticket(const key_ring& by, std::string_view token) -> std::optional<queue_ticket>;

[[nodiscard]] auto sign_admission(const key_ring& by, const admission_pass& what) -> std::string;
/// Nothing for what no live key signed as an admission. Whose it is, of which event, and whether it is over, is for the caller.
[[nodiscard]] auto read_admission(const key_ring& by, std::string_view token) -> std::optional<admission_pass>;

} // namespace holdfast::http
