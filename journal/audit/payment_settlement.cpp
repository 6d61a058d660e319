#include "journal/audit/payment_check.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint8_t kind_event = 1;
constexpr std::uint64_t turn_uncaptured = 6;
constexpr std::uint64_t turn_refunded = 8;

auto text(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

/// Whether a payment that turned so takes its order back.
auto returns_order(std::uint64_t why) -> bool {
  return why == turn_uncaptured || why == turn_refunded;
}

/// Whether a payment has come to where the event was asked to make its hold an order, and was not told that it will not be one.
auto may_be_sold(const payment_check::payment& of) -> bool {
  using stage = payment_check::stage;
  switch (of.step) {
  case stage::authorised:
  case stage::booked:
  case stage::captured: return true;
  case stage::intended: return of.amount == 0;
  case stage::turned: return returns_order(of.why) && of.owes_event;
  default: return false;
  }
}

} // namespace

auto payment_check::event_stream() const -> stream_name {
  return {kind_event, stream_.id};
}

/// What the event did, it was asked for by a payment that had said so durably before, and that has not ended otherwise since.
void payment_check::settle_sale(const sold_by_card& event, std::uint64_t number,
                                const event_check::card_sale& sale) const {
  const auto refuse = [&](violation_kind why, std::uint64_t seq, const char* what) {
    to_.add(why, event_stream(), seq, "hold " + text(sale.hold) + " and payment " + text(number) + ": " + what);
  };
  const auto found = payments_.find(number);
  const auto* of = found == payments_.end() ? nullptr : &found->second;
  // A hold that has run out, and those of a cancelled event, are ended one after the other; payments do not wait for that.
  const bool runs_out = event.cancelled || (of != nullptr && of->last_ms >= sale.until);
  if (sale.frozen && !runs_out && (of == nullptr || of->has_ended()))
    refuse(violation_kind::pinned_for_nothing, sale.frozen_at,
           "it is frozen, and the payment has ended or is not there");
  if (sale.stands && (of == nullptr || !may_be_sold(*of)))
    refuse(violation_kind::sale_without_payment, sale.confirmed_at,
           "it is an order, and the payment is not there, not authorised, or came to nothing");
  if (sale.returned_at != 0 && (of == nullptr || of->step != stage::turned || !returns_order(of->why)))
    refuse(violation_kind::illegal_return, sale.returned_at,
           "its order was taken back, and the payment did not ask for it");
  if (of == nullptr)
    return;
  const auto seq = sale.frozen_at != 0 ? sale.frozen_at : sale.confirmed_at;
  if (of->hold != sale.hold || of->buyer != sale.by)
    refuse(violation_kind::payment_differs, seq, "the payment is of another hold, or another buyer's");
  if (of->intended_at != 0 && (of->amount != sale.value || of->currency != event.currency))
    refuse(violation_kind::payment_differs, seq, "the payment is of another amount, or in another currency");
  if (of->intended_at != 0 && !(of->step == stage::turned && of->booked_at == 0) && of->seller != sale.seller)
    refuse(violation_kind::payment_differs, seq, "the payment is for a ticket of another payment's order");
  settle_parts(sale, number, *of);
  if (sale.confirmed_at != 0 && of->card != sale.card)
    refuse(violation_kind::payment_differs, sale.confirmed_at, "the order was paid by another card");
  if (sale.confirmed_at != 0 && of->gateway_payment != sale.reference)
    refuse(violation_kind::payment_differs, sale.confirmed_at, "the order names another payment of the gateway");
}

/// What a payment says that the event did, the event did before.
void payment_check::settle_payment(const sold_by_card& event, std::uint64_t number, const payment& of) const {
  const auto found = event.sales.find(number);
  const auto* sale = found == event.sales.end() ? nullptr : &found->second;
  const bool was_frozen = sale != nullptr && sale->frozen_at != 0;
  if (of.intended_at != 0 && (!was_frozen || sale->until != of.pinned_until))
    to_.add(violation_kind::payment_differs, stream_, of.intended_at,
            "payment " + text(number) + " was intended, and its hold not frozen for it, or not until then");
  // Ticket by ticket an order may go back whole.
  const bool all_parts =
      sale != nullptr && !sale->stands && sale->returned_at == 0 && !(sale->parts.empty() && sale->resold.empty());
  if (of.step == stage::captured && (sale == nullptr || (!sale->stands && !all_parts)))
    to_.add(violation_kind::capture_without_order, stream_, of.captured_at,
            "payment " + text(number) + " was captured, and hold " + text(of.hold) + " is no order of its making");
  const bool was_booked = of.step == stage::booked || (of.step == stage::turned && returns_order(of.why));
  if (was_booked && (sale == nullptr || sale->confirmed_at == 0))
    to_.add(violation_kind::payment_differs, stream_, of.requested_at,
            "payment " + text(number) + " was booked, and hold " + text(of.hold) + " never was an order");
}

/// What went back ticket by ticket, its payment had asked for, in that order; what is owed for it is what it was sold for.
void payment_check::settle_parts(const event_check::card_sale& sale, std::uint64_t number, const payment& of) const {
  for (std::size_t i = 0; i < std::max(sale.parts.size(), of.refunds.size()); ++i) {
    const auto* part = i < sale.parts.size() ? &sale.parts[i] : nullptr;
    const auto* asked = i < of.refunds.size() ? &of.refunds[i] : nullptr;
    const bool owed = asked != nullptr && asked->step != refund_stage::requested;
    if (part == nullptr && owed)
      to_.add(violation_kind::payment_differs, stream_, of.captured_at,
              "payment " + text(number) + " owes money for tickets of hold " + text(of.hold) + " that are not back");
    if (part != nullptr &&
        (asked == nullptr || asked->tickets != part->tickets || (owed && asked->amount != part->value)))
      to_.add(violation_kind::illegal_return, event_stream(), part->at,
              "hold " + text(sale.hold) + " and payment " + text(number) +
                  ": tickets were taken back that the payment did not ask for, or not for that sum");
  }
}

/// What is owed to a seller, the event has resold at that price; and whoever has bought a ticket of another, that one's money is owed.
void payment_check::settle_resales(const sold_by_card& event, std::uint64_t number, const payment& of) const {
  const auto found = event.sales.find(number);
  for (const auto& one : of.resold) {
    const auto is_its = [&](const event_check::part_resold& part) {
      return part.by == one.by && part.ticket == one.ticket && part.price == one.amount &&
             part.value == one.amount + one.kept;
    };
    if (found == event.sales.end() || std::none_of(found->second.resold.begin(), found->second.resold.end(), is_its))
      to_.add(violation_kind::payment_differs, stream_, of.captured_at,
              "payment " + text(number) + " gives back for a ticket that was not resold, or not at that price");
  }
  if (of.seller == 0 || of.booked_at == 0)
    return;
  const auto seller = payments_.find(of.seller);
  if (seller == payments_.end() || !seller->second.gives_for(number))
    to_.add(violation_kind::payment_differs, stream_, of.booked_at,
            "payment " + text(number) + " bought a ticket of payment " + text(of.seller) +
                ", to which nothing is owed for it");
}

/// Payments that are still going on may have an order that is not captured yet; all others add up.
void payment_check::settle_sums(const sold_by_card& event) const {
  std::int64_t sold = 0;
  for (const auto& [number, sale] : event.sales) {
    const auto found = payments_.find(number);
    const bool open = found != payments_.end() && !found->second.has_ended();
    auto stands = sale.value;
    for (const auto& part : sale.parts)
      stands -= part.value;
    // What the event has resold already counts once its buyer's payment is booked.
    for (const auto& part : sale.resold)
      stands -= found != payments_.end() && found->second.gives_for(part.by) ? part.value : 0;
    sold += (sale.stands || sale.returned_at == 0) && sale.confirmed_at != 0 && !open ? stands : 0;
  }
  const auto taken = sum().taken;
  if (sold != taken)
    to_.add(violation_kind::money_differs, event_stream(), 0,
            std::to_string(taken) + " was captured by card, and what stands of it was sold for " +
                std::to_string(sold) + ", in minor units of " + event.currency);
}

void payment_check::settle(const sold_by_card& event) const {
  for (const auto& [number, sale] : event.sales)
    settle_sale(event, number, sale);
  for (const auto& [number, of] : payments_) {
    settle_payment(event, number, of);
    settle_resales(event, number, of);
  }
  settle_sums(event);
}

} // namespace holdfast::journal::audit
