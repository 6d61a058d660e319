#pragma once

#include "domain/instant.hpp"
#include "notifications/desk.hpp"
#include "notifications/notice.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the outbox keeps on disk: keys that sort as they are read, and JSON, which an operator can read too.
namespace holdfast::notifications::rows {

// A mail that waits: `m event order seq`; one that was given up: `x given-up-at event order seq`.
struct mail_row {
  notice about;
  std::int64_t created_ms = 0;
  std::uint32_t attempts = 0;
  std::string trouble;
  std::int64_t given_up_ms = 0;
  std::int64_t retried_ms = 0; ///< when somebody last had it tried again after it was given up; 0: nobody
};
inline constexpr std::string_view waiting_mails = "m";
inline constexpr std::string_view dead_mails = "x";
[[nodiscard]] auto lane_of_mail(const notice& about) -> std::string;
[[nodiscard]] auto key_of_mail(const notice& about) -> std::string;
[[nodiscard]] auto key_of_dead_mail(const mail_row& of) -> std::string;
[[nodiscard]] auto encode(const mail_row& of) -> std::string;
[[nodiscard]] auto decode_mail(std::string_view text) -> std::optional<mail_row>;

// An endpoint: `w id`.
struct endpoint_row {
  desk::webhook what;
  std::string sealed_secret; ///< bytes
  std::uint64_t request = 0;
};
inline constexpr std::string_view endpoints = "w";
[[nodiscard]] auto key_of_endpoint(std::uint64_t id) -> std::string;
[[nodiscard]] auto encode(const endpoint_row& of) -> std::string;
[[nodiscard]] auto decode_endpoint(std::string_view text) -> std::optional<endpoint_row>;

// How far an endpoint is with an event: `s id event` → last counter, next counter to be delivered. Its deliveries: `d id event counter`.
struct place_row {
  std::uint64_t last = 0;
  std::uint64_t next = 1;
};
inline constexpr std::string_view places = "s";
[[nodiscard]] auto places_of(std::uint64_t id) -> std::string;
[[nodiscard]] auto key_of_place(std::uint64_t id, domain::event_id event) -> std::string;
[[nodiscard]] auto encode(const place_row& of) -> std::string;
[[nodiscard]] auto decode_place(std::string_view bytes) -> place_row;

struct delivery_row {
  desk::delivery what;
  notice about;
  std::string body; ///< as it was first sent; empty: not yet
};
[[nodiscard]] auto deliveries_of(std::uint64_t id) -> std::string;
[[nodiscard]] auto deliveries_of(std::uint64_t id, domain::event_id event) -> std::string;
[[nodiscard]] auto key_of_delivery(std::uint64_t id, domain::event_id event, std::uint64_t counter) -> std::string;
[[nodiscard]] auto encode(const delivery_row& of) -> std::string;
[[nodiscard]] auto decode_delivery(std::string_view text) -> std::optional<delivery_row>;

} // namespace holdfast::notifications::rows
