#pragma once

#include <algorithm>
#include <chrono>

namespace holdfast::payments {

/// A rate that is kept: `rate` a second on average, at most `burst` at once. Pure: time comes in, and never goes back. One thread at a time.
class token_bucket {
 public:
  using clock = std::chrono::steady_clock;

  /// `rate_per_s` > 0, `burst` ≥ 1. Full at first.
  token_bucket(double rate_per_s, double burst) noexcept : rate_per_s_{rate_per_s}, burst_{burst}, tokens_{burst} {}

  /// How long until one may be taken; 0: now.
  [[nodiscard]] auto wait(clock::time_point now) noexcept -> clock::duration {
    refill(now);
    if (tokens_ >= 1.0) {
      return {};
    }
    // Rounded up: who comes back then finds a token.
    return std::chrono::ceil<std::chrono::microseconds>(std::chrono::duration<double>{(1.0 - tokens_) / rate_per_s_});
  }

  /// Takes one, also one that is not there yet: then everybody waits longer.
  void take(clock::time_point now) noexcept {
    refill(now);
    tokens_ -= 1.0;
  }

 private:
  void refill(clock::time_point now) noexcept {
    if (now > at_) {
      const std::chrono::duration<double> passed = now - at_;
      tokens_ = std::min(burst_, tokens_ + passed.count() * rate_per_s_);
      at_ = now;
    }
  }

  double rate_per_s_;
  double burst_;
  double tokens_;
  clock::time_point at_;
};

} // namespace holdfast::payments
