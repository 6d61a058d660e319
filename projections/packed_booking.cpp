#include "projections/packed_booking.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace holdfast::projections {

namespace {

/// Bits of the first byte.
namespace flag {
constexpr std::uint8_t confirmed = 1;
constexpr std::uint8_t extended = 2;
constexpr std::uint8_t by_subject = 4;
constexpr std::uint8_t by_organisation = 8;
constexpr std::uint8_t sold_by = 16;
constexpr std::uint8_t confirmed_by = 32;
constexpr std::uint8_t one_price = 64; ///< all seats have the price of the first
constexpr std::uint8_t more = 128;     ///< a number of `more_flag` bits follows
} // namespace flag

/// Bits of the number after the places: the rarest are the highest, for it takes a byte as long as it is below 128.
namespace more_flag {
constexpr std::uint32_t fees = 1;       ///< some place has a fee: they follow the places
constexpr std::uint32_t allocation = 2; ///< its number follows
constexpr std::uint32_t payment = 4;    ///< its number follows
constexpr std::uint32_t frozen = 8;     ///< when it ends unpaid follows
constexpr std::uint32_t unpaid = 16;    ///< why follows
constexpr std::uint32_t status = 32;    ///< of an order that was taken back follows
constexpr std::uint32_t returned = 64;  ///< tickets that went back, and what was paid for what went back follow
constexpr std::uint32_t resold = 128;   ///< tickets that were resold, and what was kept of their price follow
constexpr std::uint32_t tax = 256;      ///< mode, basis points and name follow
} // namespace more_flag

class packer {
 public:
  explicit packer(std::string& to) noexcept : to_{to} {}

  void byte(std::uint8_t value) { to_.push_back(static_cast<char>(value)); }

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      byte(static_cast<std::uint8_t>(value | 0x80U));
    byte(static_cast<std::uint8_t>(value));
  }

  /// A number that may be negative, small ones in few bytes.
  void signed_number(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void fixed(std::uint64_t value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    to_.append(bytes, sizeof value);
  }

  void text(const std::string& value) {
    number(value.size());
    to_.append(value);
  }

 private:
  std::string& to_;
};

class unpacker {
 public:
  explicit unpacker(const char* at) noexcept : at_{at} {}

  auto byte() noexcept -> std::uint8_t { return static_cast<std::uint8_t>(*at_++); }

  auto number() noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
      if (next < 0x80)
        return value;
    }
  }

  auto signed_number() noexcept -> std::int64_t {
    const auto value = number();
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1));
  }

  auto fixed() noexcept -> std::uint64_t {
    std::uint64_t value = 0;
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  auto text() -> std::string {
    const auto size = number();
    std::string value{at_, static_cast<std::size_t>(size)};
    at_ += size;
    return value;
  }

 private:
  const char* at_;
};

auto more_flags_of(const domain::booking& what) -> std::uint32_t {
  return (what.fees_total() != 0 ? more_flag::fees : 0) | (what.allocation ? more_flag::allocation : 0) |
         (what.paid_by ? more_flag::payment : 0) | (what.frozen ? more_flag::frozen : 0) |
         (what.unpaid_because ? more_flag::unpaid : 0) |
         (what.status > domain::booking_status::confirmed ? more_flag::status : 0) |
         (!what.returned.empty() || what.refunded != 0 ? more_flag::returned : 0) |
         (what.resold.empty() ? 0 : more_flag::resold) | (what.tax ? more_flag::tax : 0);
}

auto flags_of(const domain::booking& what) -> std::uint8_t {
  std::uint8_t flags = 0;
  const auto set = [&](bool when, std::uint8_t bit) { flags = static_cast<std::uint8_t>(flags | (when ? bit : 0)); };
  set(what.status != domain::booking_status::held, flag::confirmed);
  set(what.extended, flag::extended);
  set(what.by.subject != domain::subject_id{}, flag::by_subject);
  set(static_cast<bool>(what.by.organisation), flag::by_organisation);
  set(static_cast<bool>(what.sold_by), flag::sold_by);
  set(static_cast<bool>(what.confirmed_by), flag::confirmed_by);
  set(more_flags_of(what) != 0, flag::more);
  const auto& prices = what.prices;
  set(prices.size() > 1 && std::adjacent_find(prices.begin(), prices.end(), std::not_equal_to<>{}) == prices.end(),
      flag::one_price);
  return flags;
}

void pack_places(const domain::booking& what, std::uint8_t flags, packer& out) {
  out.number(what.seats.size());
  std::int64_t last = 0;
  for (const auto seat : what.seats) {
    out.signed_number(std::int64_t{seat} - last);
    last = seat;
  }
  for (const auto price : what.prices) {
    out.signed_number(price);
    if ((flags & flag::one_price) != 0)
      break;
  }
  out.number(what.areas.size());
  for (const auto& area : what.areas) {
    out.number(area.area);
    out.number(area.quantity);
    out.signed_number(area.price);
  }
  if ((flags & flag::more) == 0)
    return;
  const auto more = more_flags_of(what);
  out.number(more);
  if ((more & more_flag::fees) != 0) {
    for (std::size_t i = 0; i < what.seats.size(); ++i)
      out.signed_number(what.fee(i));
    for (const auto& area : what.areas)
      out.signed_number(area.fee);
  }
  if ((more & more_flag::allocation) != 0)
    out.number(what.allocation.value());
  if ((more & more_flag::payment) != 0)
    out.number(what.paid_by.value());
  if ((more & more_flag::frozen) != 0)
    out.signed_number((what.ends_unpaid_at - what.created_at).count);
  if ((more & more_flag::unpaid) != 0)
    out.byte(static_cast<std::uint8_t>(*what.unpaid_because));
  if ((more & more_flag::status) != 0)
    out.byte(static_cast<std::uint8_t>(what.status));
  if ((more & more_flag::returned) != 0) {
    out.signed_number(what.refunded);
    out.number(what.returned.size());
    for (const auto ticket : what.returned)
      out.number(ticket);
  }
  if ((more & more_flag::resold) != 0) {
    out.signed_number(what.kept);
    out.number(what.resold.size());
    for (const auto ticket : what.resold)
      out.number(ticket);
  }
  if ((more & more_flag::tax) != 0) {
    out.byte(static_cast<std::uint8_t>(what.tax->rate.mode));
    out.number(what.tax->rate.basis_points);
    out.text(what.tax->name);
  }
}

void unpack_tax(unpacker& in, domain::booking& what) {
  auto& [name, rate] = what.tax.emplace();
  rate.mode = static_cast<domain::tax_mode>(in.byte());
  rate.basis_points = static_cast<std::uint32_t>(in.number());
  name = in.text();
}

void unpack_places(unpacker& in, std::uint8_t flags, domain::booking& what) {
  what.seats.resize(in.number());
  std::int64_t last = 0;
  for (auto& seat : what.seats) {
    last += in.signed_number();
    seat = static_cast<domain::seat_index>(last);
  }
  what.prices.resize(what.seats.size());
  for (auto& price : what.prices) {
    price = in.signed_number();
    if ((flags & flag::one_price) != 0) {
      std::ranges::fill(what.prices, domain::minor_units{price});
      break;
    }
  }
  what.areas.resize(in.number());
  for (auto& area : what.areas) {
    area.area = static_cast<domain::area_index>(in.number());
    area.quantity = static_cast<std::uint32_t>(in.number());
    area.price = in.signed_number();
  }
  if ((flags & flag::more) == 0)
    return;
  const auto more = in.number();
  if ((more & more_flag::fees) != 0) {
    what.fees.resize(what.seats.size());
    for (auto& fee : what.fees)
      fee = in.signed_number();
    if (std::ranges::all_of(what.fees, [](domain::minor_units fee) { return fee == 0; }))
      what.fees.clear();
    for (auto& area : what.areas)
      area.fee = in.signed_number();
  }
  if ((more & more_flag::allocation) != 0)
    what.allocation = domain::allocation_number{static_cast<std::uint16_t>(in.number())};
  if ((more & more_flag::payment) != 0)
    what.paid_by = domain::payment_number{static_cast<std::uint32_t>(in.number())};
  if ((more & more_flag::frozen) != 0) {
    what.frozen = true;
    what.ends_unpaid_at = what.created_at + domain::millis{in.signed_number()};
  }
  if ((more & more_flag::unpaid) != 0)
    what.unpaid_because = static_cast<domain::turn>(in.byte());
  if ((more & more_flag::status) != 0)
    what.status = static_cast<domain::booking_status>(in.byte());
  if ((more & more_flag::returned) != 0) {
    what.refunded = in.signed_number();
    what.returned.resize(in.number());
    for (auto& ticket : what.returned)
      ticket = static_cast<std::uint32_t>(in.number());
  }
  if ((more & more_flag::resold) != 0) {
    what.kept = in.signed_number();
    what.resold.resize(in.number());
    for (auto& ticket : what.resold)
      ticket = static_cast<std::uint32_t>(in.number());
  }
  if ((more & more_flag::tax) != 0)
    unpack_tax(in, what);
}

} // namespace

void pack_booking(const domain::booking& what, std::string& to) {
  packer out{to};
  const auto flags = flags_of(what);
  out.byte(flags);
  out.number(what.number.value());
  if ((flags & flag::by_subject) != 0) {
    out.fixed(what.by.subject.high);
    out.fixed(what.by.subject.low);
  }
  if ((flags & flag::by_organisation) != 0)
    out.number(what.by.organisation.value());
  if ((flags & flag::sold_by) != 0)
    out.number(what.sold_by.value());
  if ((flags & flag::confirmed_by) != 0)
    out.number(what.confirmed_by.value());
  out.signed_number(what.created_at.unix_ms);
  out.signed_number((what.expires_at - what.created_at).count);
  out.signed_number((what.cap_at - what.created_at).count);
  pack_places(what, flags, out);
  if ((flags & flag::confirmed) != 0) {
    out.signed_number((what.confirmed_at - what.created_at).count);
    out.signed_number(what.paid);
    out.byte(static_cast<std::uint8_t>(what.payment.by));
    out.text(what.payment.reference);
    out.text(what.payment.reason);
  }
}

auto unpack_booking(const char* from) -> domain::booking {
  unpacker in{from};
  domain::booking what;
  const auto flags = in.byte();
  what.number = domain::hold_number{static_cast<std::uint32_t>(in.number())};
  what.extended = (flags & flag::extended) != 0;
  if ((flags & flag::by_subject) != 0) {
    what.by.subject.high = in.fixed();
    what.by.subject.low = in.fixed();
  }
  if ((flags & flag::by_organisation) != 0)
    what.by.organisation = domain::organisation_id{in.number()};
  if ((flags & flag::sold_by) != 0)
    what.sold_by = domain::key_id{in.number()};
  if ((flags & flag::confirmed_by) != 0)
    what.confirmed_by = domain::key_id{in.number()};
  what.created_at = {in.signed_number()};
  what.expires_at = what.created_at + domain::millis{in.signed_number()};
  what.cap_at = what.created_at + domain::millis{in.signed_number()};
  unpack_places(in, flags, what);
  if ((flags & flag::confirmed) != 0) {
    if (what.status == domain::booking_status::held)
      what.status = domain::booking_status::confirmed;
    what.confirmed_at = what.created_at + domain::millis{in.signed_number()};
    what.paid = in.signed_number();
    what.payment.by = static_cast<domain::payment_record::method>(in.byte());
    what.payment.reference = in.text();
    what.payment.reason = in.text();
  }
  return what;
}

auto own_bytes(const std::string& packed) -> std::unique_ptr<char[]> {
  auto bytes = std::make_unique_for_overwrite<char[]>(packed.size());
  std::memcpy(bytes.get(), packed.data(), packed.size());
  return bytes;
}

} // namespace holdfast::projections
