#include "actors/queue_inbox.hpp"

#include <iterator>

namespace holdfast::actors {

auto queue_inbox::put(room_notice& what) -> taken {
  const std::lock_guard lock{mutex_};
  in_.notices.push_back(std::move(what));
  return std::exchange(is_woken_, true) ? taken::quietly : taken::first;
}

auto queue_inbox::take(std::size_t joins_max) -> content {
  const std::lock_guard lock{mutex_};
  content out = std::exchange(in_, {});
  if (out.joins.size() > joins_max) {
    const auto rest = out.joins.begin() + static_cast<std::ptrdiff_t>(joins_max);
    in_.joins.assign(std::make_move_iterator(rest), std::make_move_iterator(out.joins.end()));
    out.joins.erase(rest, out.joins.end());
  }
  is_woken_ = !in_.empty();
  return out;
}

auto queue_inbox::has_more() const -> bool {
  const std::lock_guard lock{mutex_};
  return !in_.empty();
}

} // namespace holdfast::actors
