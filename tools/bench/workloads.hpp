#pragma once

#include "tools/bench/context.hpp"
#include "tools/bench/failure.hpp"
#include "tools/bench/report.hpp"

#include <tl/expected.hpp>

#include <span>
#include <string>
#include <string_view>

namespace holdfast::tools::bench {

/// A workload of docs/performance.md. Gives its entry of the report's `workloads`.
struct workload {
  std::string_view name;
  std::string_view title;
  auto(*run)(bench_context& context) -> tl::expected<report_json, failure>;
};

[[nodiscard]] auto all_workloads() noexcept -> std::span<const workload>;
/// Null when there is none of this name (in any case of letters).
[[nodiscard]] auto find_workload(std::string_view name) noexcept -> const workload*;

/// The peers against each other, without the server.
[[nodiscard]] auto run_peers(bench_context& context) -> tl::expected<report_json, failure>;
[[nodiscard]] auto run_hot_event(bench_context& context) -> tl::expected<report_json, failure>;        ///< P1
[[nodiscard]] auto run_open_loop(bench_context& context) -> tl::expected<report_json, failure>;        ///< P2
[[nodiscard]] auto run_sell_out(bench_context& context) -> tl::expected<report_json, failure>;         ///< P3
[[nodiscard]] auto run_many_events(bench_context& context) -> tl::expected<report_json, failure>;      ///< P4
[[nodiscard]] auto run_growth(bench_context& context) -> tl::expected<report_json, failure>;           ///< P5
[[nodiscard]] auto run_replay(bench_context& context) -> tl::expected<report_json, failure>;           ///< P6
[[nodiscard]] auto run_waiting_room(bench_context& context) -> tl::expected<report_json, failure>;     ///< P7
[[nodiscard]] auto run_storm(bench_context& context) -> tl::expected<report_json, failure>;            ///< P7s
[[nodiscard]] auto run_search(bench_context& context) -> tl::expected<report_json, failure>;           ///< P9
[[nodiscard]] auto run_hot_event_beside(bench_context& context) -> tl::expected<report_json, failure>; ///< P1s
[[nodiscard]] auto run_reads(bench_context& context) -> tl::expected<report_json, failure>;            ///< P8
[[nodiscard]] auto run_live(bench_context& context) -> tl::expected<report_json, failure>;             ///< P10
[[nodiscard]] auto run_stalled_gateway(bench_context& context) -> tl::expected<report_json, failure>;  ///< P11

} // namespace holdfast::tools::bench
