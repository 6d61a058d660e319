#include "domain/limits.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <string>

namespace holdfast::journal::codec {
namespace {

void write(const domain::ticket_number& from, wire::Ticket& to) {
  to.set_order(from.order.value());
  to.set_index(from.index);
}

void write(const domain::owner& from, wire::Owner& to) {
  to.set_subject_high(from.subject.high);
  to.set_subject_low(from.subject.low);
  to.set_organisation(from.organisation.value());
}

/// Whether a message within has fields that nobody knows.
template <class Message>
[[nodiscard]] auto is_plain(const Message& message) -> bool {
  return message.GetReflection()->GetUnknownFields(message).empty();
}

[[nodiscard]] auto read(const wire::Ticket& from, domain::ticket_number& to) -> bool {
  to.order = domain::hold_number{from.order()};
  to.index = from.index();
  return is_plain(from) && from.order() != 0 && from.index() < domain::limits::places_per_hold_max;
}

[[nodiscard]] auto read(const wire::Owner& from, domain::owner& to) -> bool {
  to.subject = {from.subject_high(), from.subject_low()};
  to.organisation = domain::organisation_id{from.organisation()};
  return is_plain(from);
}

[[nodiscard]] auto read_serial(std::uint32_t from, std::uint16_t& to) -> bool {
  to = static_cast<std::uint16_t>(from);
  return from > 0 && from <= UINT16_MAX;
}

[[nodiscard]] auto read(const wire::TicketTransferred& from, domain::ticket_transferred& to) -> bool {
  to.by = domain::key_id{from.by()};
  return read(from.ticket(), to.ticket) && read_serial(from.serial(), to.serial) && read(from.from(), to.from) &&
         read(from.to(), to.to);
}

[[nodiscard]] auto read(const wire::TicketAdmitted& from, domain::ticket_admitted& to) -> bool {
  to.gate = from.gate();
  to.nonce = from.nonce();
  to.at.unix_ms = from.at();
  to.by = domain::key_id{from.by()};
  return read(from.ticket(), to.ticket) && read_serial(from.serial(), to.serial) && to.nonce != 0 && !to.gate.empty() &&
         to.gate.size() <= domain::limits::gate_bytes_max && to.at.unix_ms >= 0;
}

[[nodiscard]] auto read(const wire::ScanTurnedAway& from, domain::scan_turned_away& to) -> bool {
  to.nonce = from.nonce();
  to.by = domain::key_id{from.by()};
  return read(from.ticket(), to.ticket) && to.nonce != 0;
}

[[nodiscard]] auto read(const wire::AdmissionUndone& from, domain::admission_undone& to) -> bool {
  to.nonce = from.nonce();
  to.by = domain::key_id{from.by()};
  return read(from.ticket(), to.ticket) && to.nonce != 0;
}

void write(const domain::ticket_place& from, wire::TicketPlace& to) {
  to.set_standing(from.standing);
  to.set_index(from.index);
}

[[nodiscard]] auto read(const wire::TicketPlace& from, domain::ticket_place& to) -> bool {
  to = {from.standing(), from.index()};
  return is_plain(from) &&
         from.index() < (from.standing() ? domain::limits::areas_per_event_max : domain::limits::seats_per_event_max);
}

[[nodiscard]] auto is_price(domain::minor_units amount) -> bool {
  return amount >= 0 && amount <= domain::limits::price_max;
}

[[nodiscard]] auto read(const wire::TicketOffered& from, domain::ticket_offered& to) -> bool {
  to.price = from.price();
  return read(from.ticket(), to.ticket) && read_serial(from.serial(), to.serial) && read(from.by(), to.by) &&
         is_price(to.price);
}

[[nodiscard]] auto read(const wire::OfferWithdrawn& from, domain::offer_withdrawn& to) -> bool {
  return read(from.ticket(), to.ticket);
}

[[nodiscard]] auto read(const wire::ResaleHeld& from, domain::resale_held& to) -> bool {
  to.hold = domain::hold_number{from.hold()};
  to.price = from.price();
  to.expires_at.unix_ms = from.expires_at();
  to.cap_at.unix_ms = from.cap_at();
  return read(from.ticket(), to.ticket) && read(from.place(), to.place) && read(from.by(), to.by) &&
         is_price(to.price) &&
         (!from.has_tax() ||
          (read_tax(from.tax(), to.tax.emplace()) && to.tax->rate.mode == domain::tax_mode::inclusive));
}

[[nodiscard]] auto read(const wire::TicketResold& from, domain::ticket_resold& to) -> bool {
  to.hold = domain::hold_number{from.hold()};
  to.price_paid = from.price_paid();
  to.fee_paid = from.fee_paid();
  to.price = from.price();
  to.allocation = domain::allocation_number{static_cast<std::uint16_t>(from.allocation())};
  to.payment = domain::payment_number{from.payment()};
  to.goes_on = from.goes_on();
  to.tax_paid = from.tax_paid();
  return read(from.ticket(), to.ticket) && read(from.place(), to.place) && is_price(to.price_paid) &&
         is_price(to.fee_paid) && to.tax_paid >= 0 && to.tax_paid <= 2 * domain::limits::price_max &&
         is_price(to.price) && from.allocation() <= domain::limits::allocation_number_max;
}

[[nodiscard]] auto read(const wire::ResaleOwed& from, domain::resale_owed& to) -> bool {
  to.payment = domain::payment_number{from.payment()};
  to.by = domain::payment_number{from.by()};
  to.amount = from.amount();
  to.kept = from.kept();
  return read(from.ticket(), to.ticket) && to.amount >= 0 && to.kept >= 0;
}

template <class Message, class Fact>
[[nodiscard]] auto decode_as(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read(message, body.emplace<Fact>());
}

} // namespace

void encode(const domain::ticket_transferred& fact, std::string& to) {
  wire::TicketTransferred message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_serial(fact.serial);
  write(fact.from, *message.mutable_from());
  write(fact.to, *message.mutable_to());
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::ticket_admitted& fact, std::string& to) {
  wire::TicketAdmitted message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_serial(fact.serial);
  message.set_gate(fact.gate);
  message.set_nonce(fact.nonce);
  message.set_at(fact.at.unix_ms);
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::scan_turned_away& fact, std::string& to) {
  wire::ScanTurnedAway message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_nonce(fact.nonce);
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::admission_undone& fact, std::string& to) {
  wire::AdmissionUndone message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_nonce(fact.nonce);
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::ticket_offered& fact, std::string& to) {
  wire::TicketOffered message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_serial(fact.serial);
  message.set_price(fact.price);
  write(fact.by, *message.mutable_by());
  append(message, to);
}

void encode(const domain::offer_withdrawn& fact, std::string& to) {
  wire::OfferWithdrawn message;
  write(fact.ticket, *message.mutable_ticket());
  append(message, to);
}

void encode(const domain::resale_held& fact, std::string& to) {
  wire::ResaleHeld message;
  message.set_hold(fact.hold.value());
  write(fact.ticket, *message.mutable_ticket());
  write(fact.place, *message.mutable_place());
  write(fact.by, *message.mutable_by());
  message.set_price(fact.price);
  message.set_expires_at(fact.expires_at.unix_ms);
  message.set_cap_at(fact.cap_at.unix_ms);
  if (fact.tax)
    write_tax(*fact.tax, *message.mutable_tax());
  append(message, to);
}

void encode(const domain::ticket_resold& fact, std::string& to) {
  wire::TicketResold message;
  write(fact.ticket, *message.mutable_ticket());
  message.set_hold(fact.hold.value());
  write(fact.place, *message.mutable_place());
  message.set_price_paid(fact.price_paid);
  message.set_fee_paid(fact.fee_paid);
  message.set_price(fact.price);
  message.set_allocation(fact.allocation.value());
  message.set_payment(fact.payment.value());
  message.set_goes_on(fact.goes_on);
  message.set_tax_paid(fact.tax_paid);
  append(message, to);
}

void encode(const domain::resale_owed& fact, std::string& to) {
  wire::ResaleOwed message;
  message.set_payment(fact.payment.value());
  message.set_by(fact.by.value());
  write(fact.ticket, *message.mutable_ticket());
  message.set_amount(fact.amount);
  message.set_kept(fact.kept);
  append(message, to);
}

auto decode_ticket(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::ticket_transferred: return decode_as<wire::TicketTransferred, domain::ticket_transferred>(payload, body);
  case number::ticket_admitted: return decode_as<wire::TicketAdmitted, domain::ticket_admitted>(payload, body);
  case number::scan_turned_away: return decode_as<wire::ScanTurnedAway, domain::scan_turned_away>(payload, body);
  case number::admission_undone: return decode_as<wire::AdmissionUndone, domain::admission_undone>(payload, body);
  case number::ticket_offered: return decode_as<wire::TicketOffered, domain::ticket_offered>(payload, body);
  case number::offer_withdrawn: return decode_as<wire::OfferWithdrawn, domain::offer_withdrawn>(payload, body);
  case number::resale_held: return decode_as<wire::ResaleHeld, domain::resale_held>(payload, body);
  case number::ticket_resold: return decode_as<wire::TicketResold, domain::ticket_resold>(payload, body);
  case number::resale_owed: return decode_as<wire::ResaleOwed, domain::resale_owed>(payload, body);
  default: return false;
  }
}

} // namespace holdfast::journal::codec
