#include "tools/onsale/estimate_study.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

namespace holdfast::onsale {

using namespace domain;

namespace {

constexpr std::array<std::int64_t, 5> distances_s{0, 60, 300, 900, 3'600};

auto median(std::vector<std::int64_t>& of) -> std::uint32_t {
  if (of.empty())
    return 0;
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::ranges::nth_element(of, middle);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(*middle, UINT32_MAX));
}

} // namespace

void estimate_study::look(const queue::state& room, instant now) {
  if (room.is != queue::mode::on || now < next_)
    return;
  next_ = now + ask_every;
  for (const auto& line : room.lines) {
    for (std::uint32_t i = 0; i < asked_a_line && line.size() != 0; ++i) {
      const auto ahead = static_cast<std::uint32_t>(std::uint64_t{line.size()} * (2 * i + 1) / (2 * asked_a_line));
      ask(room, queue::place_number{line.place_at(line.with_ahead(ahead))}, now);
    }
  }
}

void estimate_study::ask(const queue::state& room, queue::place_number place, instant now) {
  const auto told = queue::standing_of(room, place, now);
  if (!told || told->status != queue::place_status::waiting)
    return; // nobody is there to be told
  if (!told->eta) {
    ++unknown_;
    return;
  }
  open_[place.value()].push_back({now, *told->eta});
}

void estimate_study::let_in(queue::place_number place, instant now) {
  const auto found = open_.find(place.value());
  if (found == open_.end())
    return;
  for (const auto& one : found->second)
    results_.push_back({(now - one.at).count, one.range});
  open_.erase(found);
}

auto estimate_study::rows() const -> std::vector<estimate_row> {
  std::vector<estimate_row> made;
  for (std::size_t i = 0; i < distances_s.size(); ++i) {
    estimate_row row;
    row.from_s = distances_s[i];
    row.to_s = i + 1 < distances_s.size() ? distances_s[i + 1] : 0;
    std::vector<std::int64_t> errors;
    std::vector<std::int64_t> widths;
    for (const auto& [wait_ms, range] : results_) {
      if (wait_ms < domain::seconds(row.from_s).count || (row.to_s != 0 && wait_ms >= domain::seconds(row.to_s).count))
        continue;
      const auto low = domain::seconds(range.low_s).count;
      const auto high = domain::seconds(range.high_s).count;
      ++row.told;
      ++(wait_ms < low ? row.early : wait_ms > high ? row.late : row.inside);
      const auto real = std::max<std::int64_t>(wait_ms, 1);
      errors.push_back(std::abs((low + high) / 2 - wait_ms) * 1'000 / real);
      widths.push_back((high - low) * 1'000 / real);
    }
    row.error_permille = median(errors);
    row.width_permille = median(widths);
    made.push_back(row);
  }
  return made;
}

} // namespace holdfast::onsale
