#pragma once

#include "actors/reply_port.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace holdfast::actors {

/// Counts the requests in flight of one actor. Doubles as its lifetime guard: an actor may only end while nothing is in flight,
/// and nothing enters after that. Lock-free, thread-safe.
class inflight_limiter : public inflight_credit {
 public:
  enum class entry : std::uint8_t {
    entered, ///< a credit was taken
    full,    ///< at the limit: refuse with 503 and touch no actor
    closed,  ///< the actor has ended or is about to: find or make another
  };

  explicit inflight_limiter(std::int32_t limit) noexcept : limit_{limit} {}

  /// Takes a credit for a request from outside.
  [[nodiscard]] auto enter() noexcept -> entry { return enter_below(limit_); }

  /// Takes a credit for the engine's own work, which is never refused.
  [[nodiscard]] auto enter_always() noexcept -> entry { return enter_below(INT32_MAX); }

  void give_back() noexcept override { count_.fetch_sub(1, std::memory_order_acq_rel); }

  /// Closes for ever if nothing is in flight.
  [[nodiscard]] auto close_if_idle() noexcept -> bool {
    std::int32_t idle = 0;
    return count_.compare_exchange_strong(idle, closed_mark, std::memory_order_acq_rel);
  }

  /// Closes for ever whatever is in flight: the actor has died.
  void close() noexcept { count_.store(closed_mark, std::memory_order_release); }

  [[nodiscard]] auto in_flight() const noexcept -> std::int32_t {
    const auto count = count_.load(std::memory_order_relaxed);
    return count < 0 ? 0 : count;
  }

 private:
  /// Far below zero, so that credits given back after `close` never make it look open.
  static constexpr std::int32_t closed_mark = INT32_MIN / 2;

  [[nodiscard]] auto enter_below(std::int32_t limit) noexcept -> entry {
    auto count = count_.load(std::memory_order_acquire);
    while (true) {
      if (count < 0) {
        return entry::closed;
      }
      if (count >= limit) {
        return entry::full;
      }
      if (count_.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel)) {
        return entry::entered;
      }
    }
  }

  std::atomic<std::int32_t> count_{0};
  std::int32_t limit_;
};

/// A credit held without a reply port, for the engine's own work.
class held_credit {
 public:
  held_credit() noexcept = default;

  explicit held_credit(std::shared_ptr<inflight_credit> credit) noexcept : credit_{std::move(credit)} {}

  held_credit(const held_credit&) = delete;
  auto operator=(const held_credit&) -> held_credit& = delete;

  ~held_credit() {
    if (credit_) {
      credit_->give_back();
    }
  }

 private:
  std::shared_ptr<inflight_credit> credit_;
};

} // namespace holdfast::actors
