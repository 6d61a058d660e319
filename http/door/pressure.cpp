#include "http/door/pressure.hpp"

#include <algorithm>
#include <cmath>

namespace holdfast::http::door {

namespace {

constexpr auto slots = static_cast<std::int64_t>(pressure_meter::seconds_counted);

auto second_of(pressure_meter::time_point at) -> std::int64_t {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

auto slot_of(std::int64_t second) -> std::size_t {
  return static_cast<std::size_t>((second % slots + slots) % slots);
}

} // namespace

void pressure_meter::arrived(domain::event_id at, time_point now) {
  const auto second = second_of(now);
  const std::scoped_lock lock{mutex_};
  auto [found, is_new] = by_event_.try_emplace(at);
  if (is_new) {
    found->second = in_order_.insert(in_order_.end(), record{.event = at, .newest = second});
    if (in_order_.size() > events_max) {
      by_event_.erase(in_order_.front().event);
      in_order_.pop_front();
    }
  } else {
    in_order_.splice(in_order_.end(), in_order_, found->second);
  }
  auto& mine = in_order_.back();
  for (auto each = std::max(mine.newest + 1, second - slots + 1); each <= second; ++each) {
    mine.counts[slot_of(each)] = 0;
  }
  mine.newest = std::max(mine.newest, second);
  ++mine.counts[slot_of(mine.newest)];
}

auto pressure_meter::per_second(domain::event_id at, time_point now) const -> double {
  const auto second = second_of(now);
  const std::scoped_lock lock{mutex_};
  const auto found = by_event_.find(at);
  if (found == by_event_.end()) {
    return 0;
  }
  const auto& mine = *found->second;
  std::uint64_t sum = 0;
  for (auto each = std::max(mine.newest, second) - slots + 1; each <= mine.newest; ++each) {
    sum += mine.counts[slot_of(each)];
  }
  return static_cast<double>(sum) / static_cast<double>(slots);
}

auto work_for(const work_settings& rules, double per_second) noexcept -> std::uint32_t {
  const auto range = rules.pressure_full_per_s - rules.pressure_from_per_s;
  const auto above = per_second - rules.pressure_from_per_s;
  const auto share = range > 0 ? std::clamp(above / range, 0.0, 1.0) : (above > 0 ? 1.0 : 0.0);
  return rules.least + static_cast<std::uint32_t>(std::llround(share * (rules.most - rules.least)));
}

} // namespace holdfast::http::door
