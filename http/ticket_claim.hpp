#pragma once

#include "domain/instant.hpp"
#include "domain/public_id.hpp"
#include "http/token.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::http {

/// The offer of a ticket, as a token that its holder passes on. It is nowhere stored: it dies when its time is over, and with the code that
/// has this serial, which the ticket loses when somebody takes it over or its holder withdraws it.
struct ticket_claim {
  domain::public_ids::ticket_ref ticket;
  std::uint16_t serial = 0;
  domain::instant until;
  friend auto operator==(const ticket_claim&, const ticket_claim&) -> bool = default;
};

/// Letters of the longest token.
inline constexpr std::size_t ticket_claim_bytes_max = 256;

[[nodiscard]] auto sign_claim(const key_ring& by, const ticket_claim& what) -> std::string;
/// Nothing for what no live key signed. Whether its time is over is for the caller.
[[nodiscard]] auto read_claim(const key_ring& by, std::string_view token) -> std::optional<ticket_claim>;

} // namespace holdfast::http
