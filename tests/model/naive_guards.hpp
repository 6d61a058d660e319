#pragma once

#include "tests/model/naive_decide.hpp"
#include "tests/model/naive_event.hpp"

/// What may be bought within a time, and where places go that are given back: the naive way.
namespace holdfast::model {

/// Whether the rules are ones that an event may have.
[[nodiscard]] auto velocity_sound(const domain::event_config& config) -> bool;
/// Why a buyer cannot have a hold paid now, or a card cannot have it; nothing when they can.
[[nodiscard]] auto too_fast(const naive_event& twin, const domain::booking& hold, domain::instant now)
    -> std::optional<expectation>;
[[nodiscard]] auto too_fast(const naive_event& twin, std::uint64_t card, const domain::booking& hold,
                            domain::instant now) -> std::optional<expectation>;
/// What is taken back goes to the allocation that is to have it: as a fact behind it.
[[nodiscard]] auto with_kept(const naive_event& twin, expectation back) -> expectation;
void note_purchase(naive_event& twin, const domain::booking& order);
/// What was never paid was never bought.
void forget_unpaid(naive_event& twin, const domain::order_returned& what);

} // namespace holdfast::model
