#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "tests/model/dice.hpp"
#include "tests/model/naive_event.hpp"

#include <vector>

namespace holdfast::model {

/// Price rules and presales that an organiser might declare from `now` on, some of them as they are already; a few are faulty.
[[nodiscard]] auto some_rules(const domain::event_config& config, domain::instant now, dice& random)
    -> std::vector<domain::price_rule>;
[[nodiscard]] auto some_phases(const domain::event_config& config, domain::instant now, dice& random)
    -> std::vector<domain::sale_phase>;

/// Rules about what is bought within a time; now and then one that cannot be.
[[nodiscard]] auto some_velocity(dice& random) -> std::vector<domain::velocity_rule>;
/// Sometimes none, or one that no event may have.
[[nodiscard]] auto some_tax(dice& random) -> std::optional<domain::event_tax>;
/// An allocation that is there, was there or may come; none, sometimes.
[[nodiscard]] auto some_keeper(const naive_event& twin, dice& random) -> domain::allocation_number;

} // namespace holdfast::model
