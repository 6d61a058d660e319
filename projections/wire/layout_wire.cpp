#include "projections/wire/layout_wire.hpp"

#include "domain/check.hpp"
#include "projections/wire/bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections::wire {

namespace {

constexpr std::uint8_t has_focal = 1;

/// A row's numbers are written as differences to the row before: rows of a block are alike.
struct row_before {
  domain::plan_point origin;
  std::int32_t pitch = 0;
  std::int32_t angle = 0;
};

void append_attributes(const domain::row_spec& row, std::string& to) {
  put_leb128(to, row.attributes.size());
  std::int64_t before = std::int64_t{row.first} - 1;
  for (const auto& seat : row.attributes) {
    put_zigzag(to, std::int64_t{seat.number} - before - 1);
    put_byte(to, seat.bits);
    before = seat.number;
  }
}

void append_row(const domain::row_spec& row, row_before& before, std::string& to) {
  put_text(to, row.name);
  put_leb128(to, row.first);
  put_leb128(to, row.count);
  put_zigzag(to, std::int64_t{row.origin.x} - before.origin.x);
  put_zigzag(to, std::int64_t{row.origin.y} - before.origin.y);
  put_zigzag(to, std::int64_t{row.pitch} - before.pitch);
  put_zigzag(to, std::int64_t{row.angle} - before.angle);
  append_attributes(row, to);
  before = {row.origin, row.pitch, row.angle};
}

/// The tiers of seats and areas, and after them those that only sections without rows have: a layout knows only the former.
auto tiers_of(const domain::layout& of) -> std::vector<std::string> {
  std::vector<std::string> tiers(of.tier_ids().begin(), of.tier_ids().end());
  for (const auto& section : of.spec().sections) {
    if (std::ranges::find(tiers, section.tier) == tiers.end())
      tiers.push_back(section.tier);
  }
  return tiers;
}

auto tier_number(const std::vector<std::string>& tiers, const std::string& id) -> std::uint64_t {
  const auto found = std::ranges::find(tiers, id);
  HF_CHECK(found != tiers.end(), "every section and area has a tier");
  return static_cast<std::uint64_t>(found - tiers.begin());
}

} // namespace

void append_layout(const domain::layout& of, std::string_view layout_hash, std::string& to) {
  const auto& spec = of.spec();
  to.append(layout_magic);
  put_byte(to, layout_version);
  put_byte(to, spec.focal ? has_focal : 0);
  put_layout_tag(to, layout_hash);
  put_leb128(to, of.seat_count());
  const auto tiers = tiers_of(of);
  put_leb128(to, tiers.size());
  for (const auto& tier : tiers)
    put_text(to, tier);
  put_leb128(to, spec.sections.size());
  row_before before;
  for (const auto& section : spec.sections) {
    put_text(to, section.name);
    put_leb128(to, tier_number(tiers, section.tier));
    put_leb128(to, section.rows.size());
    for (const auto& row : section.rows)
      append_row(row, before, to);
  }
  put_leb128(to, spec.areas.size());
  for (const auto& area : spec.areas) {
    put_text(to, area.name);
    put_leb128(to, tier_number(tiers, area.tier));
    put_leb128(to, area.capacity);
  }
  if (spec.focal) {
    put_zigzag(to, spec.focal->x);
    put_zigzag(to, spec.focal->y);
  }
}

} // namespace holdfast::projections::wire
