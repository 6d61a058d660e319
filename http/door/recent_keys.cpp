#include "http/door/recent_keys.hpp"

namespace holdfast::http::door {

auto recent_keys::note(const door_key& what, time_point now) -> noted {
  const std::scoped_lock lock{mutex_};
  forget_old(now);
  const auto found = by_key_.find(what);
  if (found != by_key_.end() && now - found->second < lifetime_) {
    return noted::known;
  }
  if (found == by_key_.end() && by_key_.size() >= keys_max_) {
    return noted::full;
  }
  by_key_[what] = now;
  in_order_.push_back({now, what});
  return noted::fresh;
}

auto recent_keys::since(const door_key& what, time_point now) const -> std::optional<time_point> {
  const std::scoped_lock lock{mutex_};
  const auto found = by_key_.find(what);
  return found != by_key_.end() && now - found->second < lifetime_ ? std::optional{found->second} : std::nullopt;
}

auto recent_keys::size() const -> std::size_t {
  const std::scoped_lock lock{mutex_};
  return by_key_.size();
}

void recent_keys::forget_old(time_point now) {
  while (!in_order_.empty() && now - in_order_.front().since >= lifetime_) {
    const auto found = by_key_.find(in_order_.front().what);
    // Threads read the clock before they come here, so that a key may stand twice.
    if (found != by_key_.end() && found->second == in_order_.front().since) {
      by_key_.erase(found);
    }
    in_order_.pop_front();
  }
}

} // namespace holdfast::http::door
