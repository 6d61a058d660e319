#pragma once

#include "domain/queue/settings.hpp"
#include "http/principal.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace holdfast::http {

/// Whether sessions can say that somebody is in a band of this name: `verified`, `members` (a session's band 0), `accessibility` (band 1), or `band_0` to
/// `band_31`. A room's first band, whatever its name, is of everybody who is in no other.
[[nodiscard]] auto is_band_of_sessions(std::string_view name) noexcept -> bool;

/// The band in which a buyer joins: the first after the general one that they are in, by what the event's own organisation said of them when it minted
/// their session. What another organisation said counts for nothing.
[[nodiscard]] auto band_of(const principal& who, domain::organisation_id organisation,
                           const std::vector<domain::queue::band>& bands) noexcept -> std::uint8_t;

} // namespace holdfast::http
