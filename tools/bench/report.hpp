#pragma once

#include "tools/bench/load_generator.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

using report_json = nlohmann::ordered_json;

/// One subject under one load, once.
struct run_result {
  std::string subject;
  std::size_t round = 0; ///< from 1
  load_result load;
  double server_cpu_seconds = 0; ///< of the subject's front process, warm-up included; its stores have their own
};

/// Percentiles in microseconds: p50, p90, p99, p999, max, mean, count.
[[nodiscard]] auto latency_json(const histogram& nanoseconds) -> report_json;
[[nodiscard]] auto run_json(const run_result& run) -> report_json;
/// A percentile in microseconds.
[[nodiscard]] auto percentile_us(const histogram& nanoseconds, double quantile) -> double;

/// The middle value, or the mean of the two in the middle; 0 of nothing.
[[nodiscard]] auto median(std::vector<double> values) -> double;
/// The rates of a subject, in the order of rounds.
[[nodiscard]] auto rates_of(const std::vector<run_result>& runs, std::string_view subject) -> std::vector<double>;
/// Rate of `subject` over rate of `peer`, each pair of one round by itself, and the median of those; 0 without pairs.
[[nodiscard]] auto ratio_of(const std::vector<run_result>& runs, std::string_view subject, std::string_view peer)
    -> double;
/// Latencies of all rounds of a subject together.
[[nodiscard]] auto merged(const std::vector<run_result>& runs, std::string_view subject, histogram load_result::*which)
    -> histogram;

/// What a workload has to reach, and whether it did.
[[nodiscard]] auto target_json(std::string what, double reached, std::string_view relation, double wanted)
    -> report_json;

/// One line a subject: median rate, its ratio to `first`, percentiles, failures.
[[nodiscard]] auto table_of(const std::vector<run_result>& runs) -> std::string;
/// Everything of a finished workload that people read after its table: ratios, targets, notes.
[[nodiscard]] auto summary_of(const report_json& workload) -> std::string;

/// "94,312" for people.
[[nodiscard]] auto grouped(double number) -> std::string;

} // namespace holdfast::tools::bench
