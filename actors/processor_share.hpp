#pragma once

#include <chrono>
#include <thread>

namespace holdfast::actors {

/// Whether this process keeps at least half of the machine's processors busy, looked at about once a second: what can wait a little then
/// does. It stays so until it needs less than two fifths, so that it does not flicker. One thread.
class processor_share {
 public:
  using duration = std::chrono::nanoseconds;

  /// `processors`: how many this process may use.
  explicit processor_share(unsigned processors = std::thread::hardware_concurrency()) noexcept
      : processors_{processors == 0 ? 1 : processors} {}

  /// At `now`, of any clock that does not stand still, with `used` of processor time since the process began.
  [[nodiscard]] auto look(duration now, duration used) noexcept -> bool;
  /// The same as the machine says.
  [[nodiscard]] auto look() noexcept -> bool;

 private:
  const unsigned processors_;
  bool first_ = true;
  bool busy_ = false;
  duration looked_at_{0};
  duration used_then_{0};
};

} // namespace holdfast::actors
