#include "domain/layout.hpp"

#include "domain/check.hpp"
#include "domain/layout_check.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

namespace holdfast::domain {
namespace {

constexpr std::uint32_t hint_shift = 6;

/// FNV-1a (Fowler, Noll, Vo), in parts so that a label need not be put together.
class label_hash {
 public:
  auto add(std::string_view text) noexcept -> label_hash& {
    for (const char c : text) {
      value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3ULL;
    }
    return *this;
  }

  [[nodiscard]] auto value() const noexcept -> std::uint64_t { return mix64(value_); }

 private:
  std::uint64_t value_ = 0xcbf2'9ce4'8422'2325ULL;
};

/// A seat's number as printed: decimal digits without sign or leading zeros.
auto parsed_number(std::string_view text) noexcept -> std::optional<std::uint32_t> {
  std::uint32_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || (text.front() == '0' && text.size() > 1)) {
    return std::nullopt;
  }
  return value;
}

auto heap_bytes(const std::string& text) noexcept -> std::size_t {
  return text.capacity() > std::string{}.capacity() ? text.capacity() + 1 : 0;
}

} // namespace

auto layout::build(layout_spec spec) -> tl::expected<std::shared_ptr<const layout>, std::vector<layout_fault>> {
  if (auto faults = layout_faults(spec); !faults.empty()) {
    return tl::unexpected{std::move(faults)};
  }
  const std::shared_ptr<layout> built{new layout{}};
  built->spec_ = std::move(spec);
  built->index();
  return built;
}

void layout::index() {
  for (std::uint32_t section = 0; section < spec_.sections.size(); ++section) {
    section_by_name_.emplace(spec_.sections[section].name, section);
    for (std::uint32_t i = 0; i < spec_.sections[section].rows.size(); ++i) {
      index_row(section, i);
    }
  }
  row_hints_.resize((seat_count_ >> hint_shift) + 2, static_cast<std::uint32_t>(rows_.size()));
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const std::uint32_t last = (rows_[i].first_seat + rows_[i].count - 1) >> hint_shift;
    for (auto block = (rows_[i].first_seat + (1U << hint_shift) - 1) >> hint_shift; block <= last; ++block) {
      row_hints_[block] = i;
    }
  }
  for (const auto& area : spec_.areas) {
    area_by_name_.emplace(area.name, static_cast<area_index>(area_tiers_.size()));
    area_tiers_.push_back(tier_named(area.tier));
  }
  index_labels();
  place_focal();
}

void layout::index_row(std::uint32_t section, std::uint32_t in_section) {
  const auto& spec = spec_.sections[section].rows[in_section];
  rows_.push_back({section, in_section, seat_count_, spec.count, spec.first, tier_named(spec_.sections[section].tier)});
  steps_.push_back(row_step(spec.pitch, spec.angle));
  attributes_.resize(attributes_.size() + spec.count);
  for (const auto& seat : spec.attributes) {
    attributes_[seat_count_ + (seat.number - spec.first)] = seat.bits;
  }
  seat_count_ += spec.count;
}

auto layout::tier_named(const std::string& id) -> tier_index {
  const auto known = std::ranges::find(tier_ids_, id);
  const auto index = static_cast<tier_index>(known - tier_ids_.begin());
  if (known == tier_ids_.end()) {
    tier_ids_.push_back(id);
  }
  return index;
}

void layout::index_labels() {
  row_slots_.assign(std::bit_ceil(rows_.size() * 2 + 1), 0);
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const auto& section = spec_.sections[rows_[i].section];
    const auto hash = label_hash{}.add(section.name).add("/").add(section.rows[rows_[i].in_section].name).value();
    std::size_t slot = hash & (row_slots_.size() - 1);
    while (row_slots_[slot] != 0) {
      slot = (slot + 1) & (row_slots_.size() - 1);
    }
    row_slots_[slot] = i + 1;
  }
}

void layout::place_focal() {
  if (spec_.focal || seat_count_ == 0) {
    focal_ = spec_.focal.value_or(plan_point{});
    return;
  }
  // Rows are straight: their ends bound them.
  std::int32_t left = std::numeric_limits<std::int32_t>::max();
  std::int32_t right = std::numeric_limits<std::int32_t>::min();
  std::int32_t front = std::numeric_limits<std::int32_t>::max();
  for (const auto& line : rows_) {
    for (const seat_index end : {line.first_seat, line.first_seat + line.count - 1}) {
      const auto at = position(end);
      left = std::min(left, at.x);
      right = std::max(right, at.x);
      front = std::min(front, at.y);
    }
  }
  focal_ = {static_cast<std::int32_t>((std::int64_t{left} + right) / 2), front};
}

auto layout::row_of(seat_index seat) const noexcept -> std::uint32_t {
  HF_CHECK(seat < seat_count_, "a seat is in the layout");
  // Between the rows in which the seat's block of 64 and the next one start.
  const std::uint32_t block = seat >> hint_shift;
  std::uint32_t low = row_hints_[block];
  std::uint32_t high = std::min(row_hints_[block + 1], static_cast<std::uint32_t>(rows_.size() - 1));
  while (low < high) {
    const std::uint32_t middle = (low + high + 1) / 2;
    if (rows_[middle].first_seat <= seat) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

auto layout::position(seat_index seat) const noexcept -> plan_point {
  const std::uint32_t in = row_of(seat);
  const auto at = seat_point(origin_of(in), steps_[in], seat - rows_[in].first_seat);
  return {static_cast<std::int32_t>(at.x), static_cast<std::int32_t>(at.y)};
}

auto layout::find_tier(std::string_view id) const noexcept -> std::optional<tier_index> {
  const auto found = std::ranges::find(tier_ids_, id);
  if (found == tier_ids_.end()) {
    return std::nullopt;
  }
  return static_cast<tier_index>(found - tier_ids_.begin());
}

auto layout::find_section(std::string_view name) const noexcept -> std::optional<std::uint32_t> {
  const auto found = section_by_name_.find(name);
  return found == section_by_name_.end() ? std::nullopt : std::optional{found->second};
}

auto layout::find_area(std::string_view name) const noexcept -> std::optional<area_index> {
  const auto found = area_by_name_.find(name);
  return found == area_by_name_.end() ? std::nullopt : std::optional{found->second};
}

auto layout::find_seat(std::string_view label) const noexcept -> std::optional<seat_index> {
  const auto first_slash = label.find('/');
  const auto last_slash = label.rfind('/');
  if (first_slash == last_slash || last_slash + 1 == label.size()) {
    return std::nullopt;
  }
  const auto number = parsed_number(label.substr(last_slash + 1));
  if (!number) {
    return std::nullopt;
  }
  const auto section = label.substr(0, first_slash);
  const auto name = label.substr(first_slash + 1, last_slash - first_slash - 1);
  const auto mask = row_slots_.size() - 1;
  for (auto slot = label_hash{}.add(label.substr(0, last_slash)).value() & mask; row_slots_[slot] != 0;
       slot = (slot + 1) & mask) {
    const auto& line = rows_[row_slots_[slot] - 1];
    const auto& in = spec_.sections[line.section];
    if (in.rows[line.in_section].name == name && in.name == section) {
      const std::uint32_t offset = *number - line.first_number; // wraps to something large below the first
      return offset < line.count ? std::optional{line.first_seat + offset} : std::nullopt;
    }
  }
  return std::nullopt;
}

void layout::append_label(seat_index seat, std::string& to) const {
  const auto& line = rows_[row_of(seat)];
  const auto& section = spec_.sections[line.section];
  std::array<char, 12> digits{};
  const auto printed =
      std::to_chars(digits.data(), digits.data() + digits.size(), line.first_number + (seat - line.first_seat));
  to.append(section.name).append(1, '/').append(section.rows[line.in_section].name).append(1, '/');
  to.append(digits.data(), printed.ptr);
}

auto layout::label(seat_index seat) const -> std::string {
  std::string text;
  append_label(seat, text);
  return text;
}

auto layout::bytes() const noexcept -> std::size_t {
  constexpr std::size_t map_node_bytes = 72; // node, its bucket and malloc's own
  std::size_t sum = sizeof(layout) + rows_.capacity() * sizeof(row) + steps_.capacity() * sizeof(step) +
                    attributes_.capacity() + (row_hints_.capacity() + row_slots_.capacity()) * sizeof(std::uint32_t) +
                    (section_by_name_.size() + area_by_name_.size()) * map_node_bytes +
                    spec_.areas.capacity() * sizeof(area_spec) + spec_.sections.capacity() * sizeof(section_spec) +
                    tier_ids_.capacity() * sizeof(std::string);
  for (const auto& section : spec_.sections) {
    sum += section.rows.capacity() * sizeof(row_spec) + heap_bytes(section.name) + heap_bytes(section.tier);
    for (const auto& line : section.rows) {
      sum += line.attributes.capacity() * sizeof(seat_attributes) + heap_bytes(line.name);
    }
  }
  return sum;
}

} // namespace holdfast::domain
