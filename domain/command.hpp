#pragma once

#include "domain/allocation.hpp"
#include "domain/checkout/fact.hpp"
#include "domain/event_config.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "domain/ticket.hpp"
#include "domain/waitlist.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::domain {

/// Who asks. Organisers and box offices act for their organisation, buyers for themselves; `system` is Holdfast's own work (expiry).
struct caller {
  enum class kind : std::uint8_t { system = 0, buyer = 1, box_office = 2, organiser = 3 };
  kind as = kind::system;
  subject_id subject;           ///< buyer: the subject; others: zero
  organisation_id organisation; ///< box office and organiser: whose key it is
  key_id key;                   ///< box office and organiser: which key
};

/// "Choose for me". Deterministic: the algorithm is documented at `choose_best` in seat_choice.hpp.
struct best_available {
  std::uint32_t quantity = 0;          ///< 1 … limits::best_available_quantity_max
  std::vector<tier_index> tiers;       ///< empty: any
  std::vector<std::uint32_t> sections; ///< indices into layout.spec().sections; empty: any
  std::uint32_t accessible = 0;        ///< how many of them are accessible seats
  bool adjacent = true;                ///< false: together if possible, else the best apart
};

struct create_event {
  event_id event;
  organisation_id organisation;
  event_config config;
  std::shared_ptr<const layout> seats;
};
struct amend_event {
  std::optional<std::uint64_t> expected_version; ///< If-Match
  event_amendment changes;
};
struct replace_layout {
  std::optional<std::uint64_t> expected_version;
  std::shared_ptr<const layout> seats;
};
struct publish_event {
  std::optional<std::uint64_t> expected_version;
};
struct pause_event {
  std::optional<std::uint64_t> expected_version;
};
struct resume_event {
  std::optional<std::uint64_t> expected_version;
};
struct close_event {
  std::optional<std::uint64_t> expected_version;
};
/// Its holds end and its orders go back then, a number at a time (`end_due_holds`, and the checkout those that a card paid).
struct cancel_event {
  std::optional<std::uint64_t> expected_version;
};

/// Exactly one of seats, best, areas; seats in the order given, without repeats (shape checked at the edge, and again here).
struct hold_seats {
  std::vector<seat_index> seats;
  std::optional<best_available> best;
  std::vector<area_quantity> areas;
  /// At most one of the two: a presale's code, and (box offices only) an allocation. Seats may then be of that allocation or of nobody's;
  /// best available and areas are the allocation's alone.
  std::optional<access_code_hash> access_code{};
  std::optional<allocation_number> allocation{};
  /// Seats and standing places asked for.
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
};
struct extend_hold {
  hold_number hold;
};
struct release_hold {
  hold_number hold;
};

struct payment_record {
  enum class method : std::uint8_t {
    cash = 1,
    card_terminal = 2,
    complimentary = 3,
    card = 4 ///< through the gateway: a box office never says so
  };
  method by = method::cash;
  std::string reference; ///< at most 64 of [A-Za-z0-9 ._-]; may be empty
  std::string reason;    ///< the same; required for complimentary
  friend auto operator==(const payment_record&, const payment_record&) -> bool = default;
};
struct confirm_hold {
  hold_number hold;
  std::optional<payment_record>
      payment;                 ///< absent: by card through a gateway, which is refused while none is configured
  std::uint32_t attendees = 0; ///< how many were named with it: one for each place, or none
};
/// The checkout's, of a payment in `pay/<event>`. Each is safe to repeat: the hold knows its payment.
struct freeze_hold {
  hold_number hold;
  payment_number payment;
  subject_id buyer;            ///< whose hold it must be
  std::uint32_t attendees = 0; ///< as confirm_hold's
};
struct thaw_hold {
  hold_number hold;
  payment_number payment;
  turn why = turn::declined; ///< unavailable: it may be used longer by the event's extension, within its cap
};
struct confirm_paid {
  hold_number hold;
  payment_number payment;
  minor_units amount = 0;
  std::string gateway_payment; ///< becomes the order's payment reference; empty when it costs nothing
  std::uint64_t card = 0;      ///< as payment_authorised's
};
/// Takes an order, or some tickets of it, back that a payment made, and that is not paid, or no longer to be.
struct return_order {
  hold_number hold;
  payment_number payment;
  return_cause why = return_cause::uncaptured;
  organisation_id organisation{};       ///< refunded: must be the event's
  key_id by{};                          ///< the same: the organiser's key
  subject_id buyer{};                   ///< by_buyer: whose order it must be
  std::vector<std::uint32_t> tickets{}; ///< by their index in the order as it was sold; empty: all that it has left
};
/// An organiser takes an order, or some tickets of it, back that no card paid: the money goes back at the till.
struct take_back_order {
  hold_number hold;
  std::vector<std::uint32_t> tickets{}; ///< as above
};
/// Makes the price rules that are due (event_amended), then ends the holds that are past their deadline (hold_expired), or all of a cancelled event's
/// (hold_released, whatever their deadline), and takes back the orders of a cancelled event that no card paid (order_returned, by number);
/// at most limits::facts_per_command_max at once, by (deadline, number).
struct end_due_holds {};

/// Sets places apart that are available: all or none.
struct allocate_seats {
  std::string name;
  allocation_kind kind = allocation_kind::house;
  std::string reason;
  std::optional<access_code_hash> code; ///< of a presale; unlike those of the event's other presales
  std::vector<seat_index> seats;
  std::vector<area_quantity> areas;
};
/// All of it happens at once, or nothing. Seats that the allocation has already, or has not, change nothing. Those that are held or sold may be
/// taken out of it: they are the public's once they are free.
struct change_allocation {
  allocation_number allocation;
  std::vector<seat_index> add;
  std::vector<seat_index> remove;
  std::vector<area_quantity>
      areas{}; ///< how many places it has then of each of these areas, those that are used included; 0: none
  allocation_number from{}; ///< whose free places it gains, without them ever being the public's; zero: the public's
};
/// Gives what is left of it back to the public.
struct release_allocation {
  allocation_number allocation;
};

/// A buyer takes a ticket over whose holder offers it: the code that has this serial is dead then.
struct claim_ticket {
  ticket_number ticket;
  std::uint16_t serial = 0;
  instant offered_until; ///< from then on the offer is void
};
/// Its holder has the ticket's code made anew: codes and offers before are dead then.
struct reissue_ticket {
  ticket_number ticket;
};
/// Somebody is let in, or turned away because somebody was before. Safe to repeat: a nonce admits a ticket once, also when that was undone since, and
/// one that was turned away never.
struct admit_ticket {
  ticket_number ticket;
  std::uint16_t serial = 0;
  std::string gate;          ///< 1 to limits::gate_bytes_max bytes
  std::uint64_t nonce = 0;   ///< not zero
  std::optional<instant> at; ///< by the device's clock; absent: now
};
struct undo_admission {
  ticket_number ticket;
  std::uint64_t nonce = 0; ///< of the admission
};

/// Whoever bought a ticket by card, and has it still, offers it to other buyers; again: at another price.
struct offer_ticket {
  ticket_number ticket;
  minor_units price = 0; ///< 0 to the event's `resale_max_percent` of what was paid for it, rounded down
};
/// No offer any more: nothing new.
struct withdraw_offer {
  ticket_number ticket;
};
/// A buyer holds an offered ticket, to pay for it by card.
struct hold_resale {
  ticket_number ticket;
};

/// A buyer goes on the waitlist, for places that cannot be had now.
struct join_waitlist {
  std::vector<waitlist_choice> choices;
  /// Where they stand among all who wait: as the waiting room has it; 0: before everybody, for they are let in; absent: behind everybody.
  std::optional<std::uint32_t> rank{};
};
/// A buyer goes off it. What was offered to them is released, unless it is being paid.
struct leave_waitlist {};
/// The system's: offers what is available to those on the waitlist, in their order; at most limits::facts_per_command_max offers at once. No facts:
/// nobody who waits can be given anything.
struct match_waitlist {};

using command_body =
    std::variant<create_event, amend_event, replace_layout, publish_event, pause_event, resume_event, close_event,
                 cancel_event, hold_seats, extend_hold, release_hold, confirm_hold, freeze_hold, thaw_hold,
                 confirm_paid, return_order, take_back_order, end_due_holds, allocate_seats, change_allocation,
                 release_allocation, claim_ticket, reissue_ticket, admit_ticket, undo_admission, offer_ticket,
                 withdraw_offer, hold_resale, join_waitlist, leave_waitlist, match_waitlist>;

/// Asks one event for something.
struct command {
  caller by;
  command_id id; ///< zero: not remembered
  command_body body;
  /// Only asks whether it would be carried out: refused as it would be, or no facts.
  bool rehearsal = false;
};

} // namespace holdfast::domain
