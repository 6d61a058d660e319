#pragma once

#include "http/door/door.hpp"
#include "http/door/suspicion.hpp"

#include <prometheus/collectable.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace holdfast::http::door {

/// What became of those who knocked, and what spoke against them. Relaxed atomics.
///
/// holdfast_door_knocks_total{verdict}, holdfast_door_reasons_total{reason}, holdfast_door_signs_total{sign}, holdfast_door_forgotten_total.
class door_metrics final : public prometheus::Collectable {
 public:
  [[nodiscard]] auto Collect() const -> std::vector<prometheus::MetricFamily> override;

  void decided(const verdict& what) noexcept;
  void scored(const suspect_score& what) noexcept;

  std::atomic<std::uint64_t> forgotten{0}; ///< keys that were counted no longer before their window was over

 private:
  std::array<std::atomic<std::uint64_t>, 4> verdicts_{};
  std::array<std::atomic<std::uint64_t>, reason_count> reasons_{};
  std::array<std::atomic<std::uint64_t>, sign_count> signs_{};
};

} // namespace holdfast::http::door
