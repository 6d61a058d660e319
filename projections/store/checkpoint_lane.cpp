#include "projections/store/checkpoint_lane.hpp"

#include "domain/check.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace holdfast::projections {

checkpoint_lane::checkpoint_lane(projection_store& store, post_function post, std::string projection,
                                 std::uint32_t version)
    : store_{store}, post_{std::move(post)}, projection_{std::move(projection)}, version_{version} {}

auto checkpoint_lane::load(const projection_store::row_sink& take_row) -> bool {
  const std::scoped_lock lock{mutex_};
  auto opened = store_.open(projection_, version_);
  bool sound = opened.has_value();
  std::string why = sound ? "a row cannot be read" : opened.error().detail;
  if (sound && *opened != journal::cursor{}) {
    const auto loaded = store_.load(projection_, [&](std::string_view key, std::string_view value) {
      sound = take_row(key, value);
      return sound;
    });
    if (!loaded) {
      sound = false;
      why = loaded.error().detail;
    }
  }
  if (sound) {
    position_ = std::move(*opened);
    state_.store(state::ready, std::memory_order_release);
    return position_ != journal::cursor{};
  }
  spdlog::warn("projection {}: its checkpoint is wiped, and it is folded from the journal: {}", projection_, why);
  const auto wiped = store_.wipe(projection_);
  if (!wiped)
    spdlog::error("projection {}: no checkpoints any more: {}", projection_, wiped.error().detail);
  state_.store(wiped ? state::ready : state::failed, std::memory_order_release);
  return false;
}

auto checkpoint_lane::position() const -> journal::cursor {
  const std::scoped_lock lock{mutex_};
  return position_;
}

void checkpoint_lane::commit(store_changes what, journal::cursor position) {
  {
    const std::scoped_lock lock{mutex_};
    HF_CHECK(state_ == state::ready, "a checkpoint is handed over while none may be");
    pending_ = std::move(what);
    pending_position_ = std::move(position);
    state_.store(state::committing, std::memory_order_release);
  }
  post_([self = shared_from_this()] {
    const std::scoped_lock lock{self->mutex_};
    self->write_pending();
  });
}

void checkpoint_lane::commit_now(const store_changes& what, const journal::cursor& position) {
  const std::scoped_lock lock{mutex_};
  write_pending();
  if (state_ == state::ready)
    write(what, position);
}

void checkpoint_lane::wipe() {
  const std::scoped_lock lock{mutex_};
  if (state_ == state::closed || state_ == state::failed)
    return;
  pending_ = {};
  position_ = {};
  const auto wiped = store_.wipe(projection_);
  state_.store(wiped ? state::ready : state::failed, std::memory_order_release);
}

/// Under the lock.
void checkpoint_lane::write_pending() {
  if (state_ != state::committing)
    return;
  const auto what = std::exchange(pending_, {});
  write(what, pending_position_);
}

void checkpoint_lane::write(const store_changes& what, const journal::cursor& position) {
  if (const auto written = store_.commit(projection_, what, position); !written) {
    spdlog::error("projection {}: no more checkpoints until the next start: {}", projection_, written.error().detail);
    state_.store(state::failed, std::memory_order_release);
    return;
  }
  position_ = position;
  state_.store(state::ready, std::memory_order_release);
}

} // namespace holdfast::projections
