#pragma once

#include "domain/strong_id.hpp"
#include "projections/live/live_frame.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace holdfast::projections {

enum class read_outcome : std::uint8_t;

/// One event's news of a tick.
struct live_update {
  domain::event_id event;
  live_frame_ptr frame; ///< null: it cannot be watched any more; who wants to go on asks again
};

using live_batch = std::vector<live_update>;

/// Somebody who passes news on to viewers: an I/O thread.
class live_listener {
 public:
  virtual ~live_listener() = default;
  /// Every event that has news, once a tick, in order. Called on the hub's thread; must be short and must not wait.
  virtual void publish(const std::shared_ptr<const live_batch>& news) noexcept = 0;
};

/// A viewer's place among those who watch an event. While somebody has one the event is watched; gives itself back when it dies,
/// on any thread.
class live_place {
 public:
  explicit live_place(std::function<void()> give_back) : give_back_{std::move(give_back)} {}
  live_place(const live_place&) = delete;
  auto operator=(const live_place&) -> live_place& = delete;
  ~live_place() { give_back_(); }

 private:
  std::function<void()> give_back_;
};

/// How watching begins.
struct live_start {
  std::shared_ptr<live_place> place;
  /// Hello, then what has happened since, or a reset. News published after this was handed over continue it.
  std::vector<live_frame_ptr> frames;
  /// Drafts are their organisation's alone.
  domain::organisation_id organisation;
  bool draft = false;
};

/// Called once, on the hub's thread, before any news that the start does not have. `ok` with a start; not_found, overloaded without.
using live_done = std::function<void(read_outcome, live_start)>;

} // namespace holdfast::projections
