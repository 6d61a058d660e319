#pragma once

#include "domain/command.hpp"
#include "domain/event_data.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/rejection.hpp"

#include <tl/expected.hpp>

#include <algorithm>
#include <utility>
#include <vector>

/// The families of decisions that `decide` is put together from.
namespace holdfast::domain {

using decision = tl::expected<facts, rejection>;

/// One question: the state as it is, who asks under which id, and when.
struct question {
  const event_data& data;
  const caller& by;
  const command_id& id;
  instant now;
  bool rehearsal = false; ///< as `command::rehearsal`

  [[nodiscard]] auto is_box_office() const noexcept -> bool { return by.as == caller::kind::box_office; }
  /// Whose a hold is that this caller makes.
  [[nodiscard]] auto as_owner() const noexcept -> owner {
    return is_box_office() ? owner{{}, by.organisation} : owner{by.subject, {}};
  }
  /// The caller's key; none for a buyer.
  [[nodiscard]] auto key() const noexcept -> key_id { return is_box_office() ? by.key : key_id{}; }
};

[[nodiscard]] inline auto rejected(reason why) -> tl::unexpected<rejection> {
  rejection no;
  no.why = why;
  return tl::unexpected{std::move(no)};
}

[[nodiscard]] inline auto invalid(std::vector<config_fault> faults) -> tl::unexpected<rejection> {
  rejection no;
  no.why = reason::invalid;
  no.faults = std::move(faults);
  return tl::unexpected{std::move(no)};
}

/// Whether so many people may be named of so many places: one each, or nobody.
[[nodiscard]] inline auto names_all(std::uint32_t attendees, std::uint64_t places) noexcept -> bool {
  return attendees == 0 || attendees == places;
}
/// What is said when they may not.
[[nodiscard]] inline auto wrong_attendees() -> tl::unexpected<rejection> {
  return invalid({{"/attendees", "one name for each ticket"}});
}

template <class Values>
[[nodiscard]] auto has_repeats(Values values) -> bool {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

/// A decision of one fact.
template <class Body>
[[nodiscard]] auto decided(const question& ask, Body body) -> decision {
  facts made;
  made.push_back({ask.now, ask.id, std::move(body)});
  return made;
}

[[nodiscard]] auto decide_create(const question& ask, const create_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const amend_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const replace_layout& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const publish_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const pause_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const resume_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const close_event& what) -> decision;
[[nodiscard]] auto decide_life(const question& ask, const cancel_event& what) -> decision;
[[nodiscard]] auto decide_hold(const question& ask, const hold_seats& what) -> decision;
[[nodiscard]] auto decide_booking(const question& ask, const extend_hold& what) -> decision;
[[nodiscard]] auto decide_booking(const question& ask, const release_hold& what) -> decision;
[[nodiscard]] auto decide_booking(const question& ask, const confirm_hold& what) -> decision;
[[nodiscard]] auto decide_payment(const question& ask, const freeze_hold& what) -> decision;
[[nodiscard]] auto decide_payment(const question& ask, const thaw_hold& what) -> decision;
[[nodiscard]] auto decide_payment(const question& ask, const confirm_paid& what) -> decision;
[[nodiscard]] auto decide_payment(const question& ask, const return_order& what) -> decision;
[[nodiscard]] auto decide_payment(const question& ask, const take_back_order& what) -> decision;
[[nodiscard]] auto decide_allocation(const question& ask, const allocate_seats& what) -> decision;
[[nodiscard]] auto decide_allocation(const question& ask, const change_allocation& what) -> decision;
[[nodiscard]] auto decide_allocation(const question& ask, const release_allocation& what) -> decision;
[[nodiscard]] auto decide_ticket(const question& ask, const claim_ticket& what) -> decision;
[[nodiscard]] auto decide_ticket(const question& ask, const reissue_ticket& what) -> decision;
[[nodiscard]] auto decide_ticket(const question& ask, const admit_ticket& what) -> decision;
[[nodiscard]] auto decide_ticket(const question& ask, const undo_admission& what) -> decision;
[[nodiscard]] auto decide_resale(const question& ask, const offer_ticket& what) -> decision;
[[nodiscard]] auto decide_resale(const question& ask, const withdraw_offer& what) -> decision;
[[nodiscard]] auto decide_resale(const question& ask, const hold_resale& what) -> decision;
[[nodiscard]] auto decide_waitlist(const question& ask, const join_waitlist& what) -> decision;
[[nodiscard]] auto decide_waitlist(const question& ask, const leave_waitlist& what) -> decision;
[[nodiscard]] auto decide_waitlist(const question& ask, const match_waitlist& what) -> decision;
/// The event's next hold: the caller's, of these places at the prices of the moment and for the event's times.
[[nodiscard]] auto new_hold(const question& ask, std::vector<seat_index> seats, const std::vector<area_quantity>& areas)
    -> hold_created;
/// Whether a hold can still become an order: one of an offered ticket while that offer stands, any other always.
[[nodiscard]] auto is_still_offered(const question& ask, const booking_slot& hold) noexcept -> bool;
/// Ends the holds of offered tickets whose offers end with a fact of `to`: the ticket's, or those of all tickets of its order when none is named. One
/// that is being paid ends as well, and its payment finds that out. At most limits::facts_per_command_max facts in all: of an order with more such
/// holds the rest come to nothing by their deadlines, for `is_still_offered` says no of them.
void append_unoffered(const question& ask, hold_number order, const std::vector<std::uint32_t>& tickets, facts& to);
/// The fact that gives an offered ticket's place to the hold that is being paid; its offer stands.
[[nodiscard]] auto resold(const question& ask, const booking_slot& hold) -> ticket_resold;
[[nodiscard]] auto decide_due(const question& ask) -> decision;
/// Takes back orders of a cancelled event that no card paid, by number.
void append_cancelled_orders(const question& ask, std::size_t at_most, facts& to);

} // namespace holdfast::domain
