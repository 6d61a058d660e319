#pragma once

#include "tests/model/naive_decide.hpp"

#include <vector>

namespace holdfast::model {

/// Those on the waitlist as they come: by rank, then by number.
[[nodiscard]] auto in_their_order(const naive_event& twin) -> std::vector<domain::waitlist_order>;

// What comes of a command about the waitlist whose caller may ask it, after the idempotency key is settled.
[[nodiscard]] auto expect_waitlist(const naive_event& twin, const domain::caller& by, const domain::join_waitlist& what,
                                   domain::instant now) -> expectation;
[[nodiscard]] auto expect_waitlist(const naive_event& twin, const domain::caller& by,
                                   const domain::leave_waitlist& what, domain::instant now) -> expectation;
[[nodiscard]] auto expect_waitlist(const naive_event& twin, const domain::match_waitlist& what, domain::instant now)
    -> expectation;

[[nodiscard]] auto fold_waitlist(naive_event& twin, const domain::waitlist_joined& what) -> complaint;
[[nodiscard]] auto fold_waitlist(naive_event& twin, const domain::waitlist_left& what) -> complaint;
/// Whether a hold may be offered to whom it is: nobody before them would have had it.
[[nodiscard]] auto check_offered(const naive_event& twin, const domain::hold_created& made) -> complaint;
/// Whoever was offered this hold has what they waited for, or lost it: they are off the waitlist.
void end_waiting(naive_event& twin, domain::hold_number hold);

} // namespace holdfast::model
