#include "domain/check.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <algorithm>

namespace holdfast::journal::codec {
namespace {

[[nodiscard]] auto read_number(std::uint32_t from, domain::allocation_number& to) -> bool {
  to = domain::allocation_number{static_cast<std::uint16_t>(from)};
  return from <= UINT16_MAX;
}

/// Calls `put(area, quantity)` for each.
template <class Message, class Put>
[[nodiscard]] auto read_areas(const Message& from, Put put) -> bool {
  for (const auto& one : from.areas()) {
    put(static_cast<domain::area_index>(one.area()), one.quantity());
    if (one.area() > UINT16_MAX || !one.GetReflection()->GetUnknownFields(one).empty())
      return false;
  }
  return true;
}

template <class Message>
void put_area(Message& to, domain::area_index area, std::uint32_t quantity) {
  auto& out = *to.add_areas();
  out.set_area(area);
  out.set_quantity(quantity);
}

[[nodiscard]] auto read(const wire::SeatsAllocated& from, domain::seats_allocated& to) -> bool {
  auto& what = to.what;
  what.kind = static_cast<domain::allocation_kind>(from.kind());
  what.name = from.name();
  what.reason = from.reason();
  const auto& hash = from.access_code_hash();
  if (!hash.empty() && hash.size() != std::tuple_size_v<domain::access_code_hash>)
    return false;
  if (!hash.empty())
    std::copy(hash.begin(), hash.end(), what.code.emplace().begin());
  to.seats.assign(from.seats().begin(), from.seats().end());
  to.by = domain::key_id{from.by()};
  const auto put = [&what](domain::area_index area, std::uint32_t quantity) {
    what.areas.push_back({area, quantity, 0});
  };
  return read_number(from.allocation(), what.number) && read_areas(from, put) && from.kind() >= 1 && from.kind() <= 4;
}

[[nodiscard]] auto read(const wire::AllocationChanged& from, domain::allocation_changed& to) -> bool {
  to.added.assign(from.added().begin(), from.added().end());
  to.removed.assign(from.removed().begin(), from.removed().end());
  to.by = domain::key_id{from.by()};
  const auto put = [&to](domain::area_index area, std::uint32_t quantity) { to.areas.push_back({area, quantity}); };
  return read_number(from.allocation(), to.allocation) && read_number(from.from(), to.from) && read_areas(from, put);
}

[[nodiscard]] auto read(const wire::AllocationReleased& from, domain::allocation_released& to) -> bool {
  to.by = domain::key_id{from.by()};
  return read_number(from.allocation(), to.allocation);
}

template <class Message, class Fact>
[[nodiscard]] auto decode_as(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read(message, body.emplace<Fact>());
}

} // namespace

void encode(const domain::seats_allocated& fact, std::string& to) {
  wire::SeatsAllocated message;
  message.set_allocation(fact.what.number.value());
  message.set_name(fact.what.name);
  message.set_kind(static_cast<std::uint32_t>(fact.what.kind));
  message.set_reason(fact.what.reason);
  if (fact.what.code)
    message.set_access_code_hash(fact.what.code->data(), fact.what.code->size());
  for (const auto seat : fact.seats)
    message.add_seats(seat);
  for (const auto& area : fact.what.areas) {
    HF_CHECK(area.used == 0, "nothing is used of what is set apart");
    put_area(message, area.area, area.quantity);
  }
  message.set_by(fact.by.value());
  append(message, to);
}

void encode(const domain::allocation_changed& fact, std::string& to) {
  wire::AllocationChanged message;
  message.set_allocation(fact.allocation.value());
  for (const auto seat : fact.added)
    message.add_added(seat);
  for (const auto seat : fact.removed)
    message.add_removed(seat);
  message.set_by(fact.by.value());
  message.set_from(fact.from.value());
  for (const auto& [area, quantity] : fact.areas)
    put_area(message, area, quantity);
  append(message, to);
}

void encode(const domain::allocation_released& fact, std::string& to) {
  wire::AllocationReleased message;
  message.set_allocation(fact.allocation.value());
  message.set_by(fact.by.value());
  append(message, to);
}

auto decode_allocation(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::seats_allocated: return decode_as<wire::SeatsAllocated, domain::seats_allocated>(payload, body);
  case number::allocation_changed: return decode_as<wire::AllocationChanged, domain::allocation_changed>(payload, body);
  case number::allocation_released:
    return decode_as<wire::AllocationReleased, domain::allocation_released>(payload, body);
  default: return false;
  }
}

} // namespace holdfast::journal::codec
