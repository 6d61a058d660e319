#pragma once

#include "projections/ports.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace holdfast::projections {

/// Lets closures through to an actor until it is closed: reads of the journal that end later find nobody, instead of an actor
/// that is gone. Thread-safe.
class post_gate {
 public:
  explicit post_gate(post_function to) : state_{std::make_shared<state>()} { state_->to = std::move(to); }

  /// What to post through; callable after the gate is closed, and after its end.
  [[nodiscard]] auto entrance() const -> post_function {
    return [through = state_](std::function<void()> job) {
      const std::shared_lock lock{through->mutex};
      if (through->to)
        through->to(std::move(job));
    };
  }

  /// When this returns, the actor's function is neither running nor called again.
  void close() {
    const std::unique_lock lock{state_->mutex};
    state_->to = nullptr;
  }

 private:
  struct state {
    std::shared_mutex mutex;
    post_function to;
  };

  std::shared_ptr<state> state_;
};

} // namespace holdfast::projections
