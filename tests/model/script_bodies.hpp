#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

#include <vector>

namespace holdfast::model {

/// The people of the test cases.
namespace callers {
[[nodiscard]] auto buyer(std::uint64_t number) -> domain::caller;
[[nodiscard]] auto box_office(domain::organisation_id of, std::uint64_t key) -> domain::caller;
[[nodiscard]] auto organiser(domain::organisation_id of) -> domain::caller;
/// Anybody: four buyers mostly, own and foreign box offices, an organiser, the system.
[[nodiscard]] auto at(unsigned who) -> domain::caller;
} // namespace callers

/// The hold that a step is about: a live one mostly, else any, or one that never existed when the step reaches back too far.
[[nodiscard]] auto target_of(const step& next, const naive_event& twin) -> domain::hold_number;
/// Who may end or extend that hold; a buyer when it never existed.
[[nodiscard]] auto owner_of(const naive_event& twin, domain::hold_number hold, unsigned who) -> domain::caller;
/// What a step asks for: every wish but `create` and `burst`.
[[nodiscard]] auto body_of(const step& next, const naive_event& twin, dice& random) -> domain::command_body;
/// A hold of one place for each of up to 90 free seats and standing places.
[[nodiscard]] auto burst_of_holds(const naive_event& twin) -> std::vector<domain::hold_seats>;

/// How many people are named with a confirmation: nobody mostly, or about as many as the hold has places.
[[nodiscard]] auto some_names(const naive_event& twin, domain::hold_number hold, dice& random) -> std::uint32_t;

/// As many seats as the step says: neighbours mostly, and mostly free; somebody's, sometimes; one that is not there when none is.
[[nodiscard]] auto some_seats(const step& next, const naive_event& twin, dice& random) -> domain::hold_seats;
/// Places of one or two areas, as many of each as the step says.
[[nodiscard]] auto standing_places(const step& next, const naive_event& twin, dice& random) -> domain::hold_seats;

} // namespace holdfast::model
