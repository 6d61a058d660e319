#include "projections/feed.hpp"

#include <utility>

namespace holdfast::projections {

namespace {

/// Batches that wait to be freed by a consumer before the journal's thread frees them itself: consumers may be stalled.
constexpr std::size_t retired_max = 64;

} // namespace

feed::consumer::consumer(std::shared_ptr<feed> from, std::function<void()> wake)
    : from_{std::move(from)}, wake_{std::move(wake)} {
  const std::scoped_lock lock{from_->mutex_};
  from_->consumers_.push_back(this);
}

feed::consumer::~consumer() {
  const std::scoped_lock lock{from_->mutex_};
  std::erase(from_->consumers_, this);
}

auto feed::consumer::seek(const journal::cursor& position) -> bool {
  const std::scoped_lock lock{from_->mutex_};
  armed_ = true;
  placed_ = true;
  // From the newest on: whoever comes out of the journal is almost always at the end.
  for (auto index = from_->ring_.size(); index > 0; --index) {
    if (from_->ring_[index - 1]->after == position) {
      next_ = from_->first_ + index;
      return true;
    }
  }
  next_ = from_->first_;
  placed_ = from_->base_ == position;
  return placed_;
}

auto feed::consumer::take(std::vector<batch>& to, std::size_t groups_max) -> outcome {
  std::vector<batch> retired; // freed after the lock
  const std::scoped_lock lock{from_->mutex_};
  retired.swap(from_->retired_);
  if (!placed_ || next_ < from_->first_) {
    placed_ = false;
    armed_ = true;
    return outcome::lost;
  }
  const auto end = from_->first_ + from_->ring_.size();
  if (next_ == end) {
    armed_ = true;
    return outcome::drained;
  }
  std::size_t groups = 0;
  do {
    to.push_back(from_->ring_[next_ - from_->first_]);
    groups += to.back()->groups.size();
    ++next_;
  } while (next_ < end && groups < groups_max);
  return outcome::taken;
}

auto feed::consumer::next() const -> batch {
  const std::scoped_lock lock{from_->mutex_};
  const bool there = placed_ && next_ >= from_->first_ && next_ < from_->first_ + from_->ring_.size();
  return there ? from_->ring_[next_ - from_->first_] : nullptr;
}

feed::feed(journal::cursor base) : feed{std::move(base), bounds{}} {}

feed::feed(journal::cursor base, bounds keep) : keep_{keep}, base_{std::move(base)} {}

void feed::committed(batch what) noexcept {
  const std::scoped_lock lock{mutex_};
  groups_ += what->groups.size();
  ring_.push_back(std::move(what));
  while (ring_.size() > 1 && (ring_.size() > keep_.batches_max || groups_ > keep_.groups_max))
    push_out_one();
  for (auto* each : consumers_) {
    if (std::exchange(each->armed_, false))
      each->wake_();
  }
}

auto feed::subscribe(std::function<void()> wake) -> std::unique_ptr<consumer> {
  return std::make_unique<consumer>(shared_from_this(), std::move(wake));
}

void feed::push_out_one() {
  auto& oldest = ring_.front();
  groups_ -= oldest->groups.size();
  base_ = oldest->after;
  ++first_;
  if (retired_.size() < retired_max)
    retired_.push_back(std::move(oldest));
  ring_.pop_front();
}

} // namespace holdfast::projections
