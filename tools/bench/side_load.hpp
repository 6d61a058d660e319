#pragma once

#include "tools/bench/change_traffic.hpp"
#include "tools/bench/failure.hpp"
#include "tools/bench/read_traffic.hpp"
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

struct side_options {
  std::size_t viewers = 1'000;
  double changes_per_s = 500; ///< holds and releases on the event that they watch
  double searches_per_s = 100;
  std::uint32_t searched = 1'000; ///< events that are searched
  std::uint32_t seats = 60'000;   ///< of the watched event
  std::uint64_t seed = 1;
};

/// What a server does beside selling: viewers watch an event that changes, and people search. The same amount of it whatever else
/// goes on, for it comes at fixed rates; on threads of its own.
class side_load {
 public:
  /// Makes the events. Nothing runs yet.
  [[nodiscard]] static auto set_up(const server_under_test& server, const std::string& venue,
                                   const side_options& options) -> tl::expected<std::unique_ptr<side_load>, failure>;

  /// Runs `main` with the side load beside it, which lasts for `lasting` at least: the viewers are there before, and leave after.
  [[nodiscard]] auto during(std::chrono::nanoseconds lasting,
                            const std::function<tl::expected<run_result, failure>()>& main)
      -> tl::expected<run_result, failure>;

  /// What it was, all times together.
  [[nodiscard]] auto facts() const -> report_json;
  /// A sentence when it was not what it was meant to be: requests failed, or viewers lost something; empty otherwise.
  [[nodiscard]] auto trouble() const -> std::string;

 private:
  side_load(std::uint16_t port, side_options options) : port_{port}, options_{options} {}

  std::uint16_t port_;
  side_options options_;
  std::string event_;
  std::unique_ptr<change_traffic> changes_;
  std::unique_ptr<read_traffic> searches_;
  histogram change_latency_;
  histogram search_latency_;
  std::uint64_t changed_ = 0;
  std::uint64_t searched_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t resets_ = 0;
  std::uint64_t closed_ = 0;
};

} // namespace holdfast::tools::bench
