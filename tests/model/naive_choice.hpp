#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace holdfast::model {

/// Which seats may be chosen.
using seat_filter = std::function<bool(domain::seat_index)>;

/// The best of all choices by the rules of `domain::choose_best`: every group of every row is tried.
[[nodiscard]] auto best_by_force(const domain::layout& seats, const domain::best_available& wanted,
                                 const seat_filter& free) -> std::optional<std::vector<domain::seat_index>>;

/// What is wrong with chosen seats, whatever the order in which choices are preferred: number, tiers, sections, accessible seats,
/// freedom, neighbourhood, and a seat left alone although another group of the kind leaves none.
[[nodiscard]] auto judge_choice(const domain::layout& seats, const domain::best_available& wanted,
                                const std::vector<domain::seat_index>& chosen, const seat_filter& free) -> complaint;

/// What is wrong with seats offered to somebody who may have an allocation's (zero: nobody's) instead of those asked for: each offer is free, of the same size and tier and with as many
/// accessible seats, side by side, one a row, the best of its row for people who wanted the others, the first asked-for seat's row
/// first; and there is one whenever there could be.
[[nodiscard]] auto judge_offers(const naive_event& twin, const std::vector<domain::seat_index>& asked_for,
                                domain::allocation_number grant, const std::vector<domain::alternative>& offers)
    -> complaint;

} // namespace holdfast::model
