#pragma once

#include "tests/model/naive_event.hpp"

#include <optional>
#include <string>
#include <vector>

namespace holdfast::model {

/// The presale by which somebody with this code may hold now; empty: by none.
[[nodiscard]] auto any_presale_open(const naive_event& twin, domain::instant now) -> bool;
[[nodiscard]] auto presale_open(const naive_event& twin, const domain::access_code_hash& code, domain::instant now)
    -> std::string;
[[nodiscard]] auto presale_known(const naive_event& twin, const domain::access_code_hash& code) -> bool;
/// Whether the presale with this id is open now, whoever knows its code.
[[nodiscard]] auto phase_open(const naive_event& twin, const std::string& id, domain::instant now) -> bool;

/// Whether these seats (or, with none, areas) are a house's or comps' that its box office has at any time.
[[nodiscard]] auto of_the_house(const naive_event& twin, domain::allocation_number number, const domain::owner& by,
                                const std::vector<domain::seat_index>& seats) -> bool;

/// The configuration that the price rules due now make of the twin's; nothing when none is.
[[nodiscard]] auto repriced_config(const naive_event& twin, domain::instant now) -> std::optional<domain::event_config>;
[[nodiscard]] auto next_reprice(const naive_event& twin) -> std::optional<domain::instant>;

/// What a change of presales and rules leaves, and whether they could be an event's.
[[nodiscard]] auto plan_after(const domain::event_config& before, domain::event_config after) -> domain::event_config;
[[nodiscard]] auto plan_sound(const domain::event_config& config) -> bool;

} // namespace holdfast::model
