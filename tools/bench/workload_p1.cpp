#include "tools/bench/hot_event.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cmath>

namespace holdfast::tools::bench {

namespace {

[[nodiscard]] auto wants(const bench_context& context, peer_kind kind) -> bool {
  const auto& peers = context.settings.peers;
  return std::find(peers.begin(), peers.end(), kind) != peers.end();
}

/// The journal's limit at one batch size: commands a second, half of them holds with an answer to remember.
[[nodiscard]] auto wal_limit_rate(const bench_context& context, std::size_t batch) -> tl::expected<double, failure> {
  const auto directory = context.room.below("wal-limit-" + std::to_string(batch));
  const auto milliseconds = context.settings.quick ? 1'000 : 4'000;
  auto result = run_worker(context,
                           {"wal-limit", "--data", directory, "--batch", std::to_string(batch), "--milliseconds",
                            std::to_string(milliseconds)},
                           std::chrono::seconds{60});
  if (!result) {
    return tl::unexpected{result.error()};
  }
  return result->value("commands_per_s", 0.0);
}

[[nodiscard]] auto add_wal_limit(const bench_context& context, report_json& out, double rate, double batch_commands)
    -> tl::expected<void, failure> {
  const auto own_batch = static_cast<std::size_t>(std::max(1.0, std::round(batch_commands)));
  std::vector<std::size_t> batches{1, 16, 64};
  if (std::find(batches.begin(), batches.end(), own_batch) == batches.end()) {
    batches.push_back(own_batch);
  }
  report_json limits;
  for (const auto batch : batches) {
    const auto limit = wal_limit_rate(context, batch);
    if (!limit) {
      return tl::unexpected{limit.error()};
    }
    say("     wal-limit, " + std::to_string(batch) + " commands a sync  " + grouped(*limit) + "/s");
    limits[std::to_string(batch)] = std::round(*limit);
    if (batch == own_batch && rate > 0) {
      out["ratios"]["wal-limit"] = rate / *limit;
    }
  }
  out["facts"]["wal-limit, commands a second by commands a sync"] = limits;
  return {};
}

} // namespace

auto run_peers(bench_context& context) -> tl::expected<report_json, failure> {
  auto stage = hot_stage::set_up_peers(context, context.settings.peers);
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  const auto runs = interleave(stage->subjects(), closed_loop(context.settings), context.settings.rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  auto out = workload_json("peers", "Peers against each other", *runs);
  for (const auto& whom : stage->subjects()) {
    if (wants(context, peer_kind::echo) && whom.name != "echo") {
      out["ratios"][whom.name + " / echo"] = ratio_of(*runs, whom.name, "echo");
    }
  }
  if (wants(context, peer_kind::wal_limit)) {
    if (const auto added = add_wal_limit(context, out, 0, 16); !added) {
      return tl::unexpected{added.error()};
    }
  }
  std::fputs(table_of(*runs).c_str(), stdout);
  if (const auto trouble = check_failures(*runs, stage->first_failure())) {
    out["trouble"] = *trouble;
  }
  return out;
}

auto run_hot_event(bench_context& context) -> tl::expected<report_json, failure> {
  auto stage = hot_stage::set_up(context, context.settings.peers);
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  const auto runs = interleave(stage->subjects(), closed_loop(context.settings), context.settings.rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  auto out = workload_json("P1", "Hot event: hold and release on one event, acknowledged after fsync", *runs);
  for (const auto kind : context.settings.peers) {
    if (kind != peer_kind::wal_limit) {
      const std::string name{peer_name(kind)};
      out["ratios"][name] = ratio_of(*runs, "holdfast", name);
    }
  }
  const auto syncs = stage->server().metric("holdfast_journal_batch_records_count");
  const auto records = stage->server().metric("holdfast_journal_batch_records_sum");
  const auto batch = syncs > 0 ? records / syncs : 16;
  out["facts"]["records a sync"] = batch;
  if (wants(context, peer_kind::wal_limit)) {
    if (const auto added = add_wal_limit(context, out, median(rates_of(*runs, "holdfast")), batch); !added) {
      return tl::unexpected{added.error()};
    }
  }
  if (wants(context, peer_kind::echo)) {
    out["targets"].push_back(target_json("rate over echo's", out["ratios"]["echo"], ">=", 0.60));
  }
  if (wants(context, peer_kind::seed_design)) {
    out["targets"].push_back(target_json("rate over seed-design's", out["ratios"]["seed-design"], ">=", 10));
  }
  out["charts"].push_back(chart_json(rate_chart("p1-rate", "P1: holds and releases on one hot event", *runs)));
  chart latency{.name = "p1-latency",
                .title = "P1: latency, closed loop",
                .x_label = "1 / (1 - quantile): 10 is p90, 100 is p99",
                .y_label = "microseconds",
                .x_log = true,
                .y_log = true,
                .categories = {},
                .lines = {}};
  for (const auto& whom : stage->subjects()) {
    latency.lines.push_back(percentile_line(whom.name, merged(*runs, whom.name, &load_result::success_latency)));
  }
  out["charts"].push_back(chart_json(latency));
  std::fputs(table_of(*runs).c_str(), stdout);
  if (const auto trouble = check_failures(*runs, stage->first_failure())) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
