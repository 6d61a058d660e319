#pragma once

#include "domain/instant.hpp"

#include <cstdint>

namespace holdfast::actors {

/// Where the engine gets its time. A port, so that tests and simulation turn the clock themselves.
class clock_port {
 public:
  virtual ~clock_port() = default;
  /// Thread-safe; never goes back.
  [[nodiscard]] virtual auto now() const noexcept -> domain::instant = 0;
};

/// Wall clock at start plus CLOCK_BOOTTIME since: jumps of the wall clock neither cut nor stretch a hold, and time goes on while the machine sleeps.
/// Never before `floor`, the newest fact's time of the whole journal, so that a clock set back between two runs cannot make time go back.
class boottime_clock final : public clock_port {
 public:
  explicit boottime_clock(domain::instant floor);
  [[nodiscard]] auto now() const noexcept -> domain::instant override;

 private:
  std::int64_t start_unix_ms_;
  std::int64_t start_boottime_ms_;
};

} // namespace holdfast::actors
