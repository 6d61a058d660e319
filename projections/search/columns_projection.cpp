#include "projections/search/columns_projection.hpp"

#include "journal/codec.hpp"

#include <utility>

namespace holdfast::projections {

columns_projection::columns_projection(std::shared_ptr<search_slots> slots, const search_settings& settings,
                                       clock_function clock)
    : slots_{std::move(slots)},
      clock_{std::move(clock)},
      checkpoint_every_{settings.checkpoint_every},
      fold_{std::make_unique<column_fold>()},
      checkpointed_at_{std::chrono::steady_clock::now()} {
  slots_->columns.publish(fold_->columns());
}

auto columns_projection::wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool {
  static const auto extended = journal::fact_type(domain::hold_extended{});
  return kind == journal::stream_kind::event && type != extended;
}

void columns_projection::load() {
  const std::scoped_lock lock{mutex_};
  if (!lane_ || ended_)
    return;
  const bool found =
      lane_->load([this](std::string_view key, std::string_view value) { return fold_->take_row(key, value); });
  if (!found)
    fold_ = std::make_unique<column_fold>();
  position_ = lane_->position();
  fold_->publish();
  slots_->columns.publish(fold_->columns());
}

void columns_projection::apply(const applied_group& group) {
  const std::scoped_lock lock{mutex_};
  if (!ended_)
    fold_->apply(group);
}

void columns_projection::publish(const journal::cursor& position) {
  const std::scoped_lock lock{mutex_};
  if (ended_)
    return;
  position_ = position;
  fold_->publish();
}

void columns_projection::reset() {
  const std::scoped_lock lock{mutex_};
  position_ = {};
  fold_ = std::make_unique<column_fold>();
  rebuilding_ = true;
  rebuild_runs_.store(true, std::memory_order_release);
  if (lane_)
    lane_->wipe();
}

void columns_projection::stopped() {
  slots_->columns_until_ms.store(clock_().unix_ms, std::memory_order_release);
  rebuild_runs_.store(false, std::memory_order_release);
}

void columns_projection::tick(bool caught_up) {
  const std::scoped_lock lock{mutex_};
  if (ended_)
    return;
  if (rebuilding_) {
    if (!caught_up)
      return;
    rebuilding_ = false;
    rebuild_runs_.store(false, std::memory_order_release);
    slots_->columns.publish(fold_->columns());
    slots_->columns_until_ms.store(search_slots::still, std::memory_order_release);
  }
  if (std::chrono::steady_clock::now() - checkpointed_at_ >= checkpoint_every_)
    checkpoint();
}

/// Under the lock.
void columns_projection::checkpoint() {
  checkpointed_at_ = std::chrono::steady_clock::now();
  if (lane_ && fold_->unsaved() > 0 && lane_->ready())
    lane_->commit(fold_->take_changes(), position_);
}

void columns_projection::save() {
  const std::scoped_lock lock{mutex_};
  ended_ = true;
  if (lane_ && !rebuilding_)
    lane_->commit_now(fold_->take_changes(), position_);
}

} // namespace holdfast::projections
