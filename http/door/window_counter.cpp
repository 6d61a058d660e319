#include "http/door/window_counter.hpp"

#include <algorithm>

namespace holdfast::http::door {

auto window_counter::note(const door_key& of, const door_key& one, time_point now) -> std::uint32_t {
  const std::scoped_lock lock{mutex_};
  while (!in_order_.empty() && now - in_order_.front().touched >= window_) {
    forget_first();
  }
  auto [found, is_new] = by_key_.try_emplace(of);
  if (is_new) {
    found->second = in_order_.insert(in_order_.end(), record{.of = of, .touched = now, .ones = {}});
  } else {
    in_order_.splice(in_order_.end(), in_order_, found->second);
  }
  auto& mine = *found->second;
  mine.touched = now;
  drop_old(mine, now);
  const auto again = std::ranges::find(mine.ones, one, &seen::one);
  if (again != mine.ones.end()) {
    again->at = now;
  } else {
    if (mine.ones.size() >= enough_) {
      // The newest ones say as much: whether enough came within any window that is to come.
      mine.ones.erase(std::ranges::min_element(mine.ones, {}, &seen::at));
      --pairs_;
    }
    mine.ones.push_back({one, now});
    ++pairs_;
  }
  const auto count = static_cast<std::uint32_t>(mine.ones.size());
  while (pairs_ > pairs_max_ && in_order_.size() > 1) {
    forget_first();
    forgotten_.fetch_add(1, std::memory_order_relaxed);
  }
  return count;
}

auto window_counter::pairs() const -> std::size_t {
  const std::scoped_lock lock{mutex_};
  return pairs_;
}

void window_counter::forget_first() {
  const auto& first = in_order_.front();
  pairs_ -= first.ones.size();
  by_key_.erase(first.of);
  in_order_.pop_front();
}

void window_counter::drop_old(record& of, time_point now) {
  pairs_ -= std::erase_if(of.ones, [this, now](const seen& each) { return now - each.at >= window_; });
}

} // namespace holdfast::http::door
