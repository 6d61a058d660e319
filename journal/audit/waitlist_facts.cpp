#include "journal/audit/facts_parts.hpp"
#include "journal/audit/message.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace holdfast::journal::audit {
namespace {

using shape = message::shape;

constexpr std::uint16_t type_of_joining = 32;
constexpr std::uint16_t type_of_leaving = 33;

auto read_wanted(std::string_view bytes) -> std::optional<waitlist_choice> {
  const message from{bytes};
  auto groups = from.list(1);
  auto tiers = from.list(2);
  if (!from.is({{1, shape::bytes},
                {1, shape::varint},
                {2, shape::bytes},
                {2, shape::varint},
                {3, shape::varint},
                {4, shape::bytes},
                {5, shape::varint}}) ||
      !groups || !tiers)
    return std::nullopt;
  waitlist_choice to{*std::move(groups), *std::move(tiers), from.value(3), {}, signed_of(from.value(5))};
  for (const auto area_bytes : from.texts(4)) {
    const message area{area_bytes};
    if (!area.is({{1, shape::varint}, {2, shape::varint}}))
      return std::nullopt;
    to.areas.emplace_back(area.value(1), area.value(2));
  }
  return to;
}

} // namespace

auto waitlist_choice::places() const -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto group : groups)
    sum += group;
  for (const auto& [area, quantity] : areas)
    sum += quantity;
  return sum;
}

auto read_waitlist_fact(std::uint16_t type, const message& from) -> std::optional<fact> {
  if (type == type_of_leaving && from.is({{1, shape::varint}}))
    return waitlist_left{from.value(1)};
  if (type != type_of_joining ||
      !from.is({{1, shape::varint}, {2, shape::fixed64}, {3, shape::fixed64}, {4, shape::varint}, {5, shape::bytes}}))
    return std::nullopt;
  waitlist_joined to{from.value(1), from.value(2), from.value(3), from.value(4), {}};
  for (const auto bytes : from.texts(5)) {
    auto wanted = read_wanted(bytes);
    if (!wanted)
      return std::nullopt;
    to.choices.push_back(*std::move(wanted));
  }
  return to;
}

} // namespace holdfast::journal::audit
