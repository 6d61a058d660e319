#include "tools/bench/frame_log.hpp"

#include <algorithm>

namespace holdfast::tools::bench {

namespace {

/// A frame may come before the acknowledgement of what it says: the two are different connections. That is no time at all.
[[nodiscard]] auto nanoseconds_between(std::chrono::steady_clock::time_point from,
                                       std::chrono::steady_clock::time_point to) -> std::uint64_t {
  return to <= from ? 0 : static_cast<std::uint64_t>(std::chrono::nanoseconds{to - from}.count());
}

} // namespace

void frame_log::start(place& of, std::uint64_t seq) const {
  const auto newer = std::ranges::upper_bound(frames_, seq, {}, &frame::seq);
  of.next = static_cast<std::size_t>(newer - frames_.begin());
}

auto frame_log::take(place& of, std::uint64_t seq, time_point at) -> verdict {
  auto result = verdict::in_order;
  if (frames_.empty() || seq > frames_.back().seq) {
    result = of.next == frames_.size() ? verdict::in_order : verdict::gap;
    frames_.push_back({seq, at, {}});
    of.next = frames_.size() - 1;
  } else if (of.next == frames_.size() || seq < frames_[of.next].seq) {
    return verdict::again;
  } else if (seq != frames_[of.next].seq) {
    start(of, seq - 1);
    result = verdict::gap;
  }
  auto& its = frames_[of.next];
  if (its.seq == seq) {
    using std::chrono::microseconds;
    its.later.push_back(static_cast<std::uint32_t>(std::chrono::duration_cast<microseconds>(at - its.first).count()));
    ++of.next;
  }
  return result;
}

auto frame_log::ticks(time_point from, time_point until) const -> histogram {
  histogram all;
  for (std::size_t i = 1; i < frames_.size(); ++i) {
    if (frames_[i - 1].first >= from && frames_[i].first < until) {
      all.record(nanoseconds_between(frames_[i - 1].first, frames_[i].first));
    }
  }
  return all;
}

auto frame_log::latency_of(std::span<const seat_change> changes) const -> change_latency {
  change_latency all;
  for (const auto& change : changes) {
    const auto with_it = std::ranges::lower_bound(frames_, change.seq, {}, &frame::seq);
    if (with_it == frames_.end()) {
      ++all.unseen;
      continue;
    }
    for (const auto later : with_it->later) {
      const auto at = with_it->first + std::chrono::microseconds{later};
      all.from_acknowledgement.record(nanoseconds_between(change.acknowledged, at));
      all.from_request.record(nanoseconds_between(change.sent, at));
    }
  }
  return all;
}

} // namespace holdfast::tools::bench
