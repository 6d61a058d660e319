#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/metrics.hpp"
#include "projections/views.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// Those who wait until a projection has folded an event up to a seq. A `Reader` has a `deadline`, and `done(outcome, nullptr)` that is called for whoever
/// gets nothing; everything else about it is the projection's, which tries to answer: `try_answer(event, reader)` is false to go on waiting.
///
/// `enter` and `leave` on any thread, the rest on the projection's actor.
template <class Reader>
class waiting_readers {
 public:
  waiting_readers(std::shared_ptr<view_metrics> metrics, std::size_t readers_max)
      : metrics_{std::move(metrics)}, readers_max_{readers_max} {}

  /// Counts one who is on the way to the actor. False when too many wait: `who` was told so.
  [[nodiscard]] auto enter(const Reader& who) -> bool {
    metrics_->readers_waiting.fetch_add(1, std::memory_order_relaxed);
    if (readers_.fetch_add(1, std::memory_order_relaxed) < readers_max_)
      return true;
    leave(1);
    metrics_->reads_refused.fetch_add(1, std::memory_order_relaxed);
    who.done(read_outcome::overloaded, nullptr);
    return false;
  }

  /// One who has entered: answered at once, for what it asks may have come meanwhile, or waiting.
  template <class TryAnswer>
  void admit(domain::event_id event, Reader who, TryAnswer&& try_answer) {
    if (try_answer(event, who))
      leave(1);
    else
      waiting_[event].push_back(std::move(who));
  }

  /// Something was folded of an event.
  void touch(domain::event_id event) {
    if (!waiting_.empty() && waiting_.contains(event))
      touched_.push_back(event);
  }

  /// Those of events that were touched since the last call have their turn.
  template <class TryAnswer>
  void serve(TryAnswer&& try_answer) {
    for (const auto event : std::exchange(touched_, {})) {
      const auto found = waiting_.find(event);
      if (found == waiting_.end())
        continue;
      leave(std::erase_if(found->second, [&](const Reader& who) { return try_answer(event, who); }));
      if (found->second.empty())
        waiting_.erase(found);
    }
  }

  /// Whoever's deadline has come is told that the projection is behind.
  void expire(domain::instant now) {
    for (auto& [event, readers] : waiting_) {
      leave(std::erase_if(readers, [&](const Reader& who) {
        if (who.deadline > now)
          return false;
        metrics_->reads_behind.fetch_add(1, std::memory_order_relaxed);
        who.done(read_outcome::behind, nullptr);
        return true;
      }));
    }
    std::erase_if(waiting_, [](const auto& each) { return each.second.empty(); });
  }

 private:
  void leave(std::size_t readers) {
    metrics_->readers_waiting.fetch_sub(readers, std::memory_order_relaxed);
    readers_.fetch_sub(readers, std::memory_order_relaxed);
  }

  const std::shared_ptr<view_metrics> metrics_;
  const std::size_t readers_max_;
  std::atomic<std::size_t> readers_{0}; ///< entered and not answered
  std::unordered_map<domain::event_id, std::vector<Reader>> waiting_;
  std::vector<domain::event_id> touched_;
};

} // namespace holdfast::projections
