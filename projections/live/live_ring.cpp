#include "projections/live/live_ring.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdfast::projections {

void live_ring::restart(std::uint64_t seq) {
  frames_.clear();
  bytes_ = 0;
  base_ = seq;
}

void live_ring::push(live_frame_ptr frame, domain::instant now) {
  bytes_ += frame->bytes();
  frames_.push_back({std::move(frame), now});
  while (bytes_ > within_.bytes_max && frames_.size() > 1)
    drop_oldest();
}

void live_ring::trim(domain::instant now) {
  while (!frames_.empty() && now - frames_.front().at > within_.kept)
    drop_oldest();
}

auto live_ring::after(std::uint64_t seq) const -> std::optional<std::vector<live_frame_ptr>> {
  const auto newest = frames_.empty() ? base_ : frames_.back().frame->seq();
  if (seq < base_ || seq > newest)
    return std::nullopt;
  const auto first =
      std::ranges::upper_bound(frames_, seq, {}, [](const kept_frame& each) { return each.frame->seq(); });
  std::vector<live_frame_ptr> found;
  found.reserve(static_cast<std::size_t>(frames_.end() - first));
  std::ranges::transform(first, frames_.end(), std::back_inserter(found), &kept_frame::frame);
  return found;
}

void live_ring::drop_oldest() {
  base_ = frames_.front().frame->seq();
  bytes_ -= frames_.front().frame->bytes();
  frames_.pop_front();
}

} // namespace holdfast::projections
