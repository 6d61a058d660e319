#include "tools/bench/hot_event.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace holdfast::tools::bench {

namespace {

struct step {
  double rate_per_s;
  double p99_ms_max;
};

constexpr std::array steps{step{10'000, 5}, step{20'000, 10}};
/// Enough that an arrival finds one free unless the server falls behind.
constexpr std::size_t load_connections = 128;

} // namespace

auto run_open_loop(bench_context& context) -> tl::expected<report_json, failure> {
  context.settings.connections = load_connections;
  std::vector<peer_kind> peers = context.settings.peers;
  std::erase_if(peers, [](peer_kind kind) { return kind != peer_kind::echo; });
  auto stage = hot_stage::set_up(context, peers);
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  chart latency{.name = "p2-latency",
                .title = "P2: latency from the intended send time, Poisson arrivals",
                .x_label = "1 / (1 - quantile): 10 is p90, 100 is p99",
                .y_label = "microseconds",
                .x_log = true,
                .y_log = true,
                .categories = {},
                .lines = {}};
  std::vector<run_result> all;
  auto targets = report_json::array();
  for (const auto& [rate, p99_ms_max] : steps) {
    auto options = closed_loop(context.settings);
    options.pace = pacing::poisson;
    options.rate_per_s = rate;
    auto runs = interleave(stage->subjects(), options, context.settings.rounds);
    if (!runs) {
      return tl::unexpected{runs.error()};
    }
    const auto suffix = " at " + grouped(rate) + "/s";
    for (auto& run : *runs) {
      run.subject += suffix;
    }
    const auto ours = merged(*runs, "holdfast" + suffix, &load_result::success_latency);
    targets.push_back(target_json("p99 in ms" + suffix, percentile_us(ours, 0.99) / 1000, "<=", p99_ms_max));
    for (const auto& whom : stage->subjects()) {
      const auto name = whom.name + suffix;
      latency.lines.push_back(percentile_line(name, merged(*runs, name, &load_result::success_latency)));
    }
    std::move(runs->begin(), runs->end(), std::back_inserter(all));
  }
  auto out = workload_json("P2", "Hot event, open loop", all);
  out["targets"] = std::move(targets);
  out["charts"].push_back(chart_json(latency));
  std::fputs(table_of(all).c_str(), stdout);
  if (const auto trouble = check_failures(all, stage->first_failure())) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
