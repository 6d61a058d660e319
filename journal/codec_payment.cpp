#include "domain/limits.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace holdfast::journal::codec {
namespace {

/// The numbers that every fact about a payment begins with.
template <class Message, class Fact>
void read_payment(const Message& from, Fact& to) {
  to.payment = domain::payment_number{from.payment()};
}

[[nodiscard]] auto read_turn(std::uint32_t from, domain::turn& to) -> bool {
  to = static_cast<domain::turn>(from);
  return from >= static_cast<std::uint32_t>(domain::turn::refused) &&
         from <= static_cast<std::uint32_t>(domain::turn::over_limit);
}

[[nodiscard]] auto read_cause(std::uint32_t from, domain::return_cause& to) -> bool {
  to = static_cast<domain::return_cause>(from);
  return from >= static_cast<std::uint32_t>(domain::return_cause::uncaptured) &&
         from <= static_cast<std::uint32_t>(domain::return_cause::cancelled);
}

[[nodiscard]] auto read_refusal(std::uint32_t from, domain::event_refusal& to) -> bool {
  to = static_cast<domain::event_refusal>(from);
  return from <= static_cast<std::uint32_t>(domain::event_refusal_last);
}

[[nodiscard]] auto is_ticket_list(const std::vector<std::uint32_t>& tickets) -> bool {
  return std::adjacent_find(tickets.begin(), tickets.end(), std::greater_equal<>{}) == tickets.end();
}

[[nodiscard]] auto read(const wire::HoldFrozen& from, domain::hold_frozen& to) -> bool {
  read_payment(from, to);
  to.hold = domain::hold_number{from.hold()};
  to.until.unix_ms = from.until();
  return true;
}

[[nodiscard]] auto read(const wire::HoldThawed& from, domain::hold_thawed& to) -> bool {
  read_payment(from, to);
  to.hold = domain::hold_number{from.hold()};
  to.expires_at.unix_ms = from.expires_at();
  return read_turn(from.why(), to.why);
}

[[nodiscard]] auto read(const wire::OrderReturned& from, domain::order_returned& to) -> bool {
  to.hold = domain::hold_number{from.hold()};
  to.by = domain::key_id{from.by()};
  to.seats.assign(from.seats().begin(), from.seats().end());
  to.prices.assign(from.prices().begin(), from.prices().end());
  to.fees.assign(from.fees().begin(), from.fees().end());
  for (const auto& one : from.areas()) {
    to.areas.push_back({static_cast<domain::area_index>(one.area()), one.quantity(), one.price(), one.fee()});
    if (one.area() > UINT16_MAX || !one.GetReflection()->GetUnknownFields(one).empty())
      return false;
  }
  to.allocation = domain::allocation_number{static_cast<std::uint16_t>(from.allocation())};
  to.total = from.total();
  to.tickets.assign(from.tickets().begin(), from.tickets().end());
  to.goes_on = from.goes_on();
  to.tax = from.tax();
  if (from.method() != 0)
    to.method = static_cast<domain::payment_record::method>(from.method());
  return read_cause(from.why(), to.why) && is_ticket_list(to.tickets) && from.method() <= 4 &&
         (!to.goes_on || !to.tickets.empty()) && from.allocation() <= UINT16_MAX && to.tax >= 0 &&
         to.seats.size() == to.prices.size() && (to.fees.empty() || to.fees.size() == to.seats.size());
}

[[nodiscard]] auto read(const wire::PaymentRequested& from, domain::payment_requested& to) -> bool {
  read_payment(from, to);
  to.hold = domain::hold_number{from.hold()};
  to.buyer = {from.buyer_high(), from.buyer_low()};
  to.method = from.method();
  return true;
}

[[nodiscard]] auto read(const wire::PaymentIntended& from, domain::payment_intended& to) -> bool {
  read_payment(from, to);
  to.amount = from.amount();
  const auto& currency = from.currency();
  if (currency.size() != to.currency.letters.size())
    return false;
  std::copy(currency.begin(), currency.end(), to.currency.letters.begin());
  to.pinned_until.unix_ms = from.pinned_until();
  to.seller = domain::payment_number{from.seller()};
  to.risk = {static_cast<domain::risk_verdict>(from.risk_on_failure()), from.places(), from.buyer_places()};
  return to.amount >= 0 && from.risk_on_failure() <= static_cast<std::uint32_t>(domain::risk_verdict_last);
}

[[nodiscard]] auto read(const wire::PaymentScored& from, domain::payment_scored& to) -> bool {
  using source = domain::payment_scored::source;
  read_payment(from, to);
  to.verdict = static_cast<domain::risk_verdict>(from.verdict());
  to.by = static_cast<source>(from.by());
  to.reason = from.reason();
  return from.verdict() >= 1 && from.verdict() <= static_cast<std::uint32_t>(domain::risk_verdict_last) &&
         from.by() >= static_cast<std::uint32_t>(source::hook) &&
         from.by() <= static_cast<std::uint32_t>(source::policy) &&
         to.reason.size() <= domain::limits::risk_reason_bytes_max;
}

[[nodiscard]] auto read(const wire::ReviewClosed& from, domain::review_closed& to) -> bool {
  read_payment(from, to);
  to.decision = static_cast<domain::review_decision>(from.decision());
  to.organisation = domain::organisation_id{from.organisation()};
  to.by = domain::key_id{from.by()};
  return from.decision() >= static_cast<std::uint32_t>(domain::review_decision::accept) &&
         from.decision() <= static_cast<std::uint32_t>(domain::review_decision::refund);
}

[[nodiscard]] auto read(const wire::PaymentPrepared& from, domain::payment_prepared& to) -> bool {
  read_payment(from, to);
  to.gateway_payment = from.gateway_payment();
  return !to.gateway_payment.empty();
}

[[nodiscard]] auto read(const wire::PaymentAuthorised& from, domain::payment_authorised& to) -> bool {
  read_payment(from, to);
  to.card = from.card();
  return true;
}

[[nodiscard]] auto read(const wire::PaymentCaptured& from, domain::payment_captured& to) -> bool {
  read_payment(from, to);
  to.amount = from.amount();
  return to.amount >= 0;
}

[[nodiscard]] auto read(const wire::PaymentTurned& from, domain::payment_turned& to) -> bool {
  read_payment(from, to);
  to.code = from.code();
  to.organisation = domain::organisation_id{from.organisation()};
  to.by = domain::key_id{from.by()};
  if (from.cause() != 0 && (!read_cause(from.cause(), to.cause) || to.cause < domain::return_cause::by_buyer))
    return false;
  return read_turn(from.why(), to.why) && read_refusal(from.event(), to.event);
}

[[nodiscard]] auto read(const wire::PaymentRestored& from, domain::payment_restored& to) -> bool {
  read_payment(from, to);
  return read_refusal(from.event(), to.event);
}

[[nodiscard]] auto read(const wire::RefundRequested& from, domain::refund_requested& to) -> bool {
  read_payment(from, to);
  to.tickets.assign(from.tickets().begin(), from.tickets().end());
  to.organisation = domain::organisation_id{from.organisation()};
  to.by = domain::key_id{from.by()};
  return read_cause(from.cause(), to.cause) && !to.tickets.empty() && is_ticket_list(to.tickets);
}

[[nodiscard]] auto read(const wire::RefundOwed& from, domain::refund_owed& to) -> bool {
  read_payment(from, to);
  to.amount = from.amount();
  return to.amount >= 0;
}

[[nodiscard]] auto read(const wire::RefundRefused& from, domain::refund_refused& to) -> bool {
  read_payment(from, to);
  return read_refusal(from.event(), to.event);
}

[[nodiscard]] auto read(const wire::PaymentHinted& from, domain::payment_hinted& to) -> bool {
  read_payment(from, to);
  to.hint = from.hint();
  return true;
}

/// Facts that say no more than which payment.
template <class Message, class Fact>
[[nodiscard]] auto read(const Message& from, Fact& to) -> bool {
  read_payment(from, to);
  return true;
}

template <class Message, class Fact>
[[nodiscard]] auto decode_as(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read(message, body.emplace<Fact>());
}

template <class Message, class Fact>
[[nodiscard]] auto begun(const Fact& fact) -> Message {
  Message message;
  message.set_payment(fact.payment.value());
  return message;
}

} // namespace

void encode(const domain::hold_frozen& fact, std::string& to) {
  auto message = begun<wire::HoldFrozen>(fact);
  message.set_hold(fact.hold.value());
  message.set_until(fact.until.unix_ms);
  append(message, to);
}

void encode(const domain::hold_thawed& fact, std::string& to) {
  auto message = begun<wire::HoldThawed>(fact);
  message.set_hold(fact.hold.value());
  message.set_expires_at(fact.expires_at.unix_ms);
  message.set_why(static_cast<std::uint32_t>(fact.why));
  append(message, to);
}

void encode(const domain::order_returned& fact, std::string& to) {
  wire::OrderReturned message;
  message.set_hold(fact.hold.value());
  message.set_why(static_cast<std::uint32_t>(fact.why));
  message.set_by(fact.by.value());
  message.mutable_seats()->Add(fact.seats.begin(), fact.seats.end());
  message.mutable_prices()->Add(fact.prices.begin(), fact.prices.end());
  message.mutable_fees()->Add(fact.fees.begin(), fact.fees.end());
  for (const auto& one : fact.areas) {
    auto& area = *message.add_areas();
    area.set_area(one.area);
    area.set_quantity(one.quantity);
    area.set_price(one.price);
    area.set_fee(one.fee);
  }
  message.set_allocation(fact.allocation.value());
  message.set_total(fact.total);
  message.mutable_tickets()->Add(fact.tickets.begin(), fact.tickets.end());
  message.set_goes_on(fact.goes_on);
  if (fact.method != domain::payment_record::method::card)
    message.set_method(static_cast<std::uint32_t>(fact.method));
  message.set_tax(fact.tax);
  append(message, to);
}

void encode(const domain::payment_requested& fact, std::string& to) {
  auto message = begun<wire::PaymentRequested>(fact);
  message.set_hold(fact.hold.value());
  message.set_buyer_high(fact.buyer.high);
  message.set_buyer_low(fact.buyer.low);
  message.set_method(fact.method);
  append(message, to);
}

void encode(const domain::payment_intended& fact, std::string& to) {
  auto message = begun<wire::PaymentIntended>(fact);
  message.set_amount(fact.amount);
  message.set_currency(std::string{fact.currency.text()});
  message.set_pinned_until(fact.pinned_until.unix_ms);
  message.set_seller(fact.seller.value());
  message.set_risk_on_failure(static_cast<std::uint32_t>(fact.risk.on_failure));
  message.set_places(fact.risk.places);
  message.set_buyer_places(fact.risk.buyer_places);
  append(message, to);
}

void encode(const domain::payment_scored& fact, std::string& to) {
  auto message = begun<wire::PaymentScored>(fact);
  message.set_verdict(static_cast<std::uint32_t>(fact.verdict));
  message.set_by(static_cast<std::uint32_t>(fact.by));
  message.set_reason(fact.reason);
  append(message, to);
}

void encode(const domain::review_closed& fact, std::string& to) {
  auto message = begun<wire::ReviewClosed>(fact);
  message.set_decision(static_cast<std::uint32_t>(fact.decision));
  message.set_organisation(fact.organisation.value());
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::payment_prepared& fact, std::string& to) {
  auto message = begun<wire::PaymentPrepared>(fact);
  message.set_gateway_payment(fact.gateway_payment);
  append(message, to);
}

void encode(const domain::payment_authorised& fact, std::string& to) {
  auto message = begun<wire::PaymentAuthorised>(fact);
  message.set_card(fact.card);
  append(message, to);
}

void encode(const domain::payment_booked& fact, std::string& to) {
  append(begun<wire::PaymentBooked>(fact), to);
}

void encode(const domain::payment_captured& fact, std::string& to) {
  auto message = begun<wire::PaymentCaptured>(fact);
  message.set_amount(fact.amount);
  append(message, to);
}

void encode(const domain::payment_turned& fact, std::string& to) {
  auto message = begun<wire::PaymentTurned>(fact);
  message.set_why(static_cast<std::uint32_t>(fact.why));
  message.set_event(static_cast<std::uint32_t>(fact.event));
  message.set_code(fact.code);
  message.set_organisation(fact.organisation.value());
  message.set_by(fact.by.value());
  if (fact.cause >= domain::return_cause::by_buyer)
    message.set_cause(static_cast<std::uint32_t>(fact.cause));
  append(message, to);
}

void encode(const domain::payment_restored& fact, std::string& to) {
  auto message = begun<wire::PaymentRestored>(fact);
  message.set_event(static_cast<std::uint32_t>(fact.event));
  append(message, to);
}

void encode(const domain::payment_voided& fact, std::string& to) {
  append(begun<wire::PaymentVoided>(fact), to);
}

void encode(const domain::payment_freed& fact, std::string& to) {
  append(begun<wire::PaymentFreed>(fact), to);
}

void encode(const domain::payment_hinted& fact, std::string& to) {
  auto message = begun<wire::PaymentHinted>(fact);
  message.set_hint(fact.hint);
  append(message, to);
}

void encode(const domain::refund_requested& fact, std::string& to) {
  auto message = begun<wire::RefundRequested>(fact);
  message.mutable_tickets()->Add(fact.tickets.begin(), fact.tickets.end());
  message.set_cause(static_cast<std::uint32_t>(fact.cause));
  message.set_organisation(fact.organisation.value());
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::refund_owed& fact, std::string& to) {
  auto message = begun<wire::RefundOwed>(fact);
  message.set_amount(fact.amount);
  append(message, to);
}

void encode(const domain::refund_refused& fact, std::string& to) {
  auto message = begun<wire::RefundRefused>(fact);
  message.set_event(static_cast<std::uint32_t>(fact.event));
  append(message, to);
}

void encode(const domain::refund_paid& fact, std::string& to) {
  append(begun<wire::RefundPaid>(fact), to);
}

[[nodiscard]] auto decode_payment(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::hold_frozen: return decode_as<wire::HoldFrozen, domain::hold_frozen>(payload, body);
  case number::hold_thawed: return decode_as<wire::HoldThawed, domain::hold_thawed>(payload, body);
  case number::order_returned: return decode_as<wire::OrderReturned, domain::order_returned>(payload, body);
  case number::payment_requested: return decode_as<wire::PaymentRequested, domain::payment_requested>(payload, body);
  case number::payment_intended: return decode_as<wire::PaymentIntended, domain::payment_intended>(payload, body);
  case number::payment_prepared: return decode_as<wire::PaymentPrepared, domain::payment_prepared>(payload, body);
  case number::payment_authorised: return decode_as<wire::PaymentAuthorised, domain::payment_authorised>(payload, body);
  case number::payment_booked: return decode_as<wire::PaymentBooked, domain::payment_booked>(payload, body);
  case number::payment_captured: return decode_as<wire::PaymentCaptured, domain::payment_captured>(payload, body);
  case number::payment_turned: return decode_as<wire::PaymentTurned, domain::payment_turned>(payload, body);
  case number::payment_restored: return decode_as<wire::PaymentRestored, domain::payment_restored>(payload, body);
  case number::payment_voided: return decode_as<wire::PaymentVoided, domain::payment_voided>(payload, body);
  case number::payment_freed: return decode_as<wire::PaymentFreed, domain::payment_freed>(payload, body);
  case number::payment_hinted: return decode_as<wire::PaymentHinted, domain::payment_hinted>(payload, body);
  case number::refund_requested: return decode_as<wire::RefundRequested, domain::refund_requested>(payload, body);
  case number::refund_owed: return decode_as<wire::RefundOwed, domain::refund_owed>(payload, body);
  case number::refund_refused: return decode_as<wire::RefundRefused, domain::refund_refused>(payload, body);
  case number::refund_paid: return decode_as<wire::RefundPaid, domain::refund_paid>(payload, body);
  case number::payment_scored: return decode_as<wire::PaymentScored, domain::payment_scored>(payload, body);
  case number::review_closed: return decode_as<wire::ReviewClosed, domain::review_closed>(payload, body);
  default: return false;
  }
}

} // namespace holdfast::journal::codec
