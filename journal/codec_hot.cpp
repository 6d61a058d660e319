#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "journal/codec_parts.hpp"
#include "journal/wire.hpp"

#include <algorithm>

namespace holdfast::journal::codec {
namespace {

using raw::fixed64_field_bytes;
using raw::tag;
using raw::text_field_bytes;
using raw::type;
using raw::varint_bytes;
using raw::varint_field_bytes;

// What each message occupies is computed first, so that it is written once, in place.

[[nodiscard]] auto unsigned_of(domain::minor_units amount) noexcept -> std::uint64_t {
  HF_CHECK(amount >= 0, "amounts in the journal are never negative");
  return static_cast<std::uint64_t>(amount);
}

[[nodiscard]] auto unsigned_of(domain::instant time) noexcept -> std::uint64_t {
  HF_CHECK(time.unix_ms >= 0, "times in the journal are never before 1970");
  return static_cast<std::uint64_t>(time.unix_ms);
}

[[nodiscard]] auto owner_bytes(const domain::owner& who) noexcept -> std::size_t {
  return fixed64_field_bytes(who.subject.high) + fixed64_field_bytes(who.subject.low) +
         fixed64_field_bytes(who.organisation.value());
}

[[nodiscard]] auto area_bytes(const domain::held_area& area) noexcept -> std::size_t {
  return varint_field_bytes(area.area) + varint_field_bytes(area.quantity) +
         varint_field_bytes(unsigned_of(area.price)) + varint_field_bytes(unsigned_of(area.fee));
}

[[nodiscard]] auto tax_bytes(const domain::event_tax& tax) noexcept -> std::size_t {
  return text_field_bytes(tax.name.size()) + varint_field_bytes(tax.rate.basis_points) +
         varint_field_bytes(static_cast<std::uint64_t>(tax.rate.mode));
}

[[nodiscard]] auto payment_bytes(const domain::payment_record& payment) noexcept -> std::size_t {
  return varint_field_bytes(static_cast<std::uint64_t>(payment.by)) + text_field_bytes(payment.reference.size()) +
         text_field_bytes(payment.reason.size());
}

/// Makes `to` longer by exactly what `write` then writes.
template <class Write>
void append(std::string& to, std::size_t bytes, Write write) {
  const auto start = to.size();
  to.resize(start + bytes);
  raw::writer out{to.data() + start};
  write(out);
  HF_CHECK(out.at() == to.data() + to.size(), "a message is as long as it was computed to be");
}

void write_owner(raw::writer& out, const domain::owner& who) noexcept {
  out.byte(tag(2, type::bytes));
  out.varint(owner_bytes(who));
  out.fixed64_field(1, who.subject.high);
  out.fixed64_field(2, who.subject.low);
  out.fixed64_field(3, who.organisation.value());
}

void write_area(raw::writer& out, const domain::held_area& area) noexcept {
  out.byte(tag(6, type::bytes));
  out.varint(area_bytes(area));
  out.varint_field(1, area.area);
  out.varint_field(2, area.quantity);
  out.varint_field(3, static_cast<std::uint64_t>(area.price));
  out.varint_field(4, static_cast<std::uint64_t>(area.fee));
}

void write_tax(raw::writer& out, const domain::event_tax& tax) noexcept {
  out.byte(tag(12, type::bytes));
  out.varint(tax_bytes(tax));
  out.text_field(1, tax.name);
  out.varint_field(2, tax.rate.basis_points);
  out.varint_field(3, static_cast<std::uint64_t>(tax.rate.mode));
}

/// Packed: one tag and length for all numbers.
template <class Integer>
void write_packed(raw::writer& out, std::uint32_t field, const std::vector<Integer>& values,
                  std::size_t bytes) noexcept {
  if (values.empty())
    return;
  out.byte(tag(field, type::bytes));
  out.varint(bytes);
  for (const auto value : values)
    out.varint(static_cast<std::uint64_t>(value));
}

} // namespace

void encode(const domain::hold_created& fact, std::string& to) {
  HF_CHECK(fact.seats.size() == fact.prices.size(), "a hold has one price a seat");
  HF_CHECK(fact.fees.empty() || fact.fees.size() == fact.seats.size(), "a hold has one fee a seat, or none");
  std::size_t seat_bytes = 0;
  for (const auto seat : fact.seats)
    seat_bytes += varint_bytes(seat);
  std::size_t price_bytes = 0;
  for (const auto price : fact.prices)
    price_bytes += varint_bytes(unsigned_of(price));
  std::size_t fee_bytes = 0;
  for (const auto fee : fact.fees)
    fee_bytes += varint_bytes(unsigned_of(fee));
  auto bytes = varint_field_bytes(fact.hold.value()) + fixed64_field_bytes(fact.sold_by.value()) +
               text_field_bytes(seat_bytes) + text_field_bytes(price_bytes) +
               varint_field_bytes(unsigned_of(fact.expires_at)) + varint_field_bytes(unsigned_of(fact.cap_at)) +
               text_field_bytes(fee_bytes) + varint_field_bytes(fact.allocation.value()) +
               text_field_bytes(fact.phase.size()) + varint_field_bytes(fact.waitlist.value());
  const auto owner = owner_bytes(fact.by);
  bytes += 1 + varint_bytes(owner) + owner;
  for (const auto& area : fact.areas) {
    const auto size = area_bytes(area);
    bytes += 1 + varint_bytes(size) + size;
  }
  if (fact.tax) {
    const auto size = tax_bytes(*fact.tax);
    bytes += 1 + varint_bytes(size) + size;
  }
  append(to, bytes, [&](raw::writer& out) {
    out.varint_field(1, fact.hold.value());
    write_owner(out, fact.by);
    out.fixed64_field(3, fact.sold_by.value());
    write_packed(out, 4, fact.seats, seat_bytes);
    write_packed(out, 5, fact.prices, price_bytes);
    for (const auto& area : fact.areas)
      write_area(out, area);
    out.varint_field(7, static_cast<std::uint64_t>(fact.expires_at.unix_ms));
    out.varint_field(8, static_cast<std::uint64_t>(fact.cap_at.unix_ms));
    write_packed(out, 9, fact.fees, fee_bytes);
    out.varint_field(10, fact.allocation.value());
    out.text_field(11, fact.phase);
    if (fact.tax)
      write_tax(out, *fact.tax);
    out.varint_field(13, fact.waitlist.value());
  });
}

void encode(const domain::hold_extended& fact, std::string& to) {
  const auto expires_at = unsigned_of(fact.expires_at);
  append(to, varint_field_bytes(fact.hold.value()) + varint_field_bytes(expires_at), [&](raw::writer& out) {
    out.varint_field(1, fact.hold.value());
    out.varint_field(2, expires_at);
  });
}

void encode(const domain::hold_released& fact, std::string& to) {
  append(to, varint_field_bytes(fact.hold.value()) + fixed64_field_bytes(fact.by.value()), [&](raw::writer& out) {
    out.varint_field(1, fact.hold.value());
    out.fixed64_field(2, fact.by.value());
  });
}

void encode(const domain::hold_expired& fact, std::string& to) {
  append(to, varint_field_bytes(fact.hold.value()), [&](raw::writer& out) { out.varint_field(1, fact.hold.value()); });
}

void encode(const domain::order_confirmed& fact, std::string& to) {
  const auto payment = payment_bytes(fact.payment);
  const auto total = unsigned_of(fact.total);
  const auto bytes = varint_field_bytes(fact.hold.value()) + 1 + varint_bytes(payment) + payment +
                     fixed64_field_bytes(fact.confirmed_by.value()) + varint_field_bytes(total) +
                     varint_field_bytes(fact.by_payment.value()) + fixed64_field_bytes(fact.card);
  append(to, bytes, [&](raw::writer& out) {
    out.varint_field(1, fact.hold.value());
    out.byte(tag(2, type::bytes));
    out.varint(payment);
    out.varint_field(1, static_cast<std::uint64_t>(fact.payment.by));
    out.text_field(2, fact.payment.reference);
    out.text_field(3, fact.payment.reason);
    out.fixed64_field(3, fact.confirmed_by.value());
    out.varint_field(4, total);
    out.varint_field(5, fact.by_payment.value());
    out.fixed64_field(6, fact.card);
  });
}

namespace {

[[nodiscard]] auto read_owner(std::string_view bytes, domain::owner& to) noexcept -> bool {
  raw::reader in{bytes};
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::fixed64): to.subject.high = in.fixed64(); break;
    case tag(2, type::fixed64): to.subject.low = in.fixed64(); break;
    case tag(3, type::fixed64): to.organisation = domain::organisation_id{in.fixed64()}; break;
    default: in.fail();
    }
  }
  return in.ok();
}

[[nodiscard]] auto read_area(std::string_view bytes, domain::held_area& to) noexcept -> bool {
  raw::reader in{bytes};
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): {
      const auto area = in.varint32();
      if (area > UINT16_MAX)
        in.fail();
      to.area = static_cast<domain::area_index>(area);
      break;
    }
    case tag(2, type::varint): to.quantity = in.varint32(); break;
    case tag(3, type::varint): to.price = in.natural(); break;
    case tag(4, type::varint): to.fee = in.natural(); break;
    default: in.fail();
    }
  }
  return in.ok();
}

/// Every varint ends in its one byte below 0x80.
[[nodiscard]] auto packed_count(std::string_view bytes) noexcept -> std::size_t {
  return static_cast<std::size_t>(
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

[[nodiscard]] auto read_seats(std::string_view bytes, std::vector<domain::seat_index>& to) -> bool {
  to.reserve(packed_count(bytes));
  raw::reader in{bytes};
  while (in.more())
    to.push_back(in.varint32());
  return in.ok();
}

[[nodiscard]] auto read_prices(std::string_view bytes, std::vector<domain::minor_units>& to) -> bool {
  to.reserve(packed_count(bytes));
  raw::reader in{bytes};
  while (in.more())
    to.push_back(in.natural());
  return in.ok();
}

[[nodiscard]] auto read_payment(std::string_view bytes, domain::payment_record& to) -> bool {
  raw::reader in{bytes};
  std::uint32_t method = 0;
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): method = in.varint32(); break;
    case tag(2, type::bytes): to.reference = in.bytes(); break;
    case tag(3, type::bytes): to.reason = in.bytes(); break;
    default: in.fail();
    }
  }
  to.by = static_cast<domain::payment_record::method>(method);
  return in.ok() && method >= 1 && method <= 4;
}

[[nodiscard]] auto read_tax(std::string_view bytes, domain::event_tax& to) -> bool {
  raw::reader in{bytes};
  std::uint32_t points = 0;
  std::uint32_t mode = 0;
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::bytes): to.name = in.bytes(); break;
    case tag(2, type::varint): points = in.varint32(); break;
    case tag(3, type::varint): mode = in.varint32(); break;
    default: in.fail();
    }
  }
  return in.ok() && !to.name.empty() && to.name.size() <= domain::limits::tax_name_bytes_max &&
         read_rate(mode, points, to.rate);
}

[[nodiscard]] auto read(std::string_view payload, domain::hold_created& to) -> bool {
  raw::reader in{payload};
  while (in.more()) {
    switch (in.tag(tag(6, type::bytes))) {
    case tag(1, type::varint): to.hold = domain::hold_number{in.varint32()}; break;
    case tag(2, type::bytes):
      if (!read_owner(in.bytes(), to.by))
        in.fail();
      break;
    case tag(3, type::fixed64): to.sold_by = domain::key_id{in.fixed64()}; break;
    case tag(4, type::bytes):
      if (!read_seats(in.bytes(), to.seats))
        in.fail();
      break;
    case tag(5, type::bytes):
      if (!read_prices(in.bytes(), to.prices))
        in.fail();
      break;
    case tag(6, type::bytes):
      if (!read_area(in.bytes(), to.areas.emplace_back()))
        in.fail();
      break;
    case tag(7, type::varint): to.expires_at.unix_ms = in.natural(); break;
    case tag(8, type::varint): to.cap_at.unix_ms = in.natural(); break;
    case tag(9, type::bytes):
      if (!read_prices(in.bytes(), to.fees))
        in.fail();
      break;
    case tag(10, type::varint): {
      const auto allocation = in.varint32();
      if (allocation > UINT16_MAX)
        in.fail();
      to.allocation = domain::allocation_number{static_cast<std::uint16_t>(allocation)};
      break;
    }
    case tag(11, type::bytes): to.phase = in.bytes(); break;
    case tag(12, type::bytes):
      if (!read_tax(in.bytes(), to.tax.emplace()))
        in.fail();
      break;
    case tag(13, type::varint): to.waitlist = domain::waitlist_number{in.varint32()}; break;
    default: in.fail();
    }
  }
  // What the waitlist gives is the public's, and a buyer's.
  const bool offered = to.waitlist.value() != 0;
  if (offered && (to.by.organisation || to.sold_by || to.allocation || !to.phase.empty()))
    return false;
  return in.ok() && to.seats.size() == to.prices.size() && (to.fees.empty() || to.fees.size() == to.seats.size());
}

[[nodiscard]] auto read(std::string_view payload, domain::hold_extended& to) -> bool {
  raw::reader in{payload};
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): to.hold = domain::hold_number{in.varint32()}; break;
    case tag(2, type::varint): to.expires_at.unix_ms = in.natural(); break;
    default: in.fail();
    }
  }
  return in.ok();
}

[[nodiscard]] auto read(std::string_view payload, domain::hold_released& to) -> bool {
  raw::reader in{payload};
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): to.hold = domain::hold_number{in.varint32()}; break;
    case tag(2, type::fixed64): to.by = domain::key_id{in.fixed64()}; break;
    default: in.fail();
    }
  }
  return in.ok();
}

[[nodiscard]] auto read(std::string_view payload, domain::hold_expired& to) -> bool {
  raw::reader in{payload};
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): to.hold = domain::hold_number{in.varint32()}; break;
    default: in.fail();
    }
  }
  return in.ok();
}

[[nodiscard]] auto read(std::string_view payload, domain::order_confirmed& to) -> bool {
  raw::reader in{payload};
  bool paid = false;
  while (in.more()) {
    switch (in.tag()) {
    case tag(1, type::varint): to.hold = domain::hold_number{in.varint32()}; break;
    case tag(2, type::bytes):
      paid = read_payment(in.bytes(), to.payment);
      if (!paid)
        in.fail();
      break;
    case tag(3, type::fixed64): to.confirmed_by = domain::key_id{in.fixed64()}; break;
    case tag(4, type::varint): to.total = in.natural(); break;
    case tag(5, type::varint): to.by_payment = domain::payment_number{in.varint32()}; break;
    case tag(6, type::fixed64): to.card = in.fixed64(); break;
    default: in.fail();
    }
  }
  return in.ok() && paid;
}

} // namespace

auto decode_hot(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::hold_created: return read(payload, body.emplace<domain::hold_created>());
  case number::hold_extended: return read(payload, body.emplace<domain::hold_extended>());
  case number::hold_released: return read(payload, body.emplace<domain::hold_released>());
  case number::hold_expired: return read(payload, body.emplace<domain::hold_expired>());
  case number::order_confirmed: return read(payload, body.emplace<domain::order_confirmed>());
  default: return false;
  }
}

} // namespace holdfast::journal::codec
