#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/queue_traffic.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/server_under_test.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace holdfast::tools::bench {

struct storm_options {
  double requests_per_s = 6'000; ///< joins and looks
  std::size_t requests_a_join = 3;
  std::size_t waiting = 20'000; ///< who are there before, and look
  std::size_t joining = 0;      ///< who may come; when there are no more, all are looks
  std::uint64_t seed = 1;
};

/// People who come to an event's waiting room, and look at their places, at a fixed rate whatever else goes on; on a thread of its own.
class door_storm {
 public:
  /// Makes everybody, and has those who are there before join.
  [[nodiscard]] static auto set_up(const server_under_test& server, const std::string& event,
                                   const storm_options& options) -> tl::expected<std::unique_ptr<door_storm>, failure>;

  /// Runs `main` while the storm lasts: for `lasting` at least; zero: as long as `main`.
  [[nodiscard]] auto during(std::chrono::nanoseconds lasting,
                            const std::function<tl::expected<run_result, failure>()>& main)
      -> tl::expected<run_result, failure>;

  [[nodiscard]] auto facts() const -> report_json;
  /// A sentence when requests of it failed; empty otherwise.
  [[nodiscard]] auto trouble() const -> std::string;

 private:
  door_storm(std::uint16_t port, const storm_options& options, storm_traffic::options traffic)
      : port_{port}, options_{options}, traffic_{std::move(traffic)} {}

  std::uint16_t port_;
  storm_options options_;
  storm_traffic traffic_;
  histogram latency_;
  std::uint64_t failures_ = 0;
};

} // namespace holdfast::tools::bench
