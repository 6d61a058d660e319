#include "tools/bench/hot_event.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/setup_traffic.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

namespace holdfast::tools::bench {

namespace {

constexpr auto journal_patience = std::chrono::minutes{30};
constexpr auto replay_patience = std::chrono::minutes{10};
constexpr auto restart_patience = std::chrono::seconds{60};
constexpr auto retry_pause = std::chrono::milliseconds{2};
/// What a restart reads after the newest snapshot.
constexpr std::uint64_t tail_records = 20'000;

struct prepared {
  std::filesystem::path data;
  std::string event;
  std::string token;
};

[[nodiscard]] auto prepare(const bench_context& context) -> tl::expected<prepared, failure> {
  const auto& settings = context.settings;
  prepared out{context.room.below("replay"), {}, {}};
  auto server = server_under_test::start(context, out.data);
  const auto venue = server ? server->make_venue(settings.seats) : tl::unexpected{server.error()};
  const auto event = venue ? server->make_event(*venue, "Long past") : tl::unexpected{venue.error()};
  const auto buyers = event ? server->make_buyers(1) : tl::unexpected{event.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  server->process().stop();
  say("     writing " + grouped(static_cast<double>(settings.replay_facts)) + " facts of one event");
  const auto filled = run_worker(context,
                                 {"prefill", "--data", out.data, "--records", std::to_string(settings.replay_facts),
                                  "--tail", std::to_string(tail_records)},
                                 journal_patience);
  if (!filled) {
    return tl::unexpected{filled.error()};
  }
  out.event = *event;
  out.token = buyers->front();
  return out;
}

/// Facts a second of several replays, each in a process of its own.
[[nodiscard]] auto replay(const bench_context& context, const prepared& what, bool one_core)
    -> tl::expected<std::vector<double>, failure> {
  std::vector<double> rates;
  for (std::size_t round = 1; round <= std::min<std::size_t>(context.settings.rounds, 3); ++round) {
    std::vector<std::string> arguments{"replay", "--data", what.data};
    if (one_core) {
      arguments.emplace_back("--one-core");
    }
    const auto result = run_worker(context, arguments, replay_patience);
    if (!result) {
      return tl::unexpected{result.error()};
    }
    rates.push_back(result->value("facts_per_s", 0.0));
    say("  " + std::to_string(round) + "  replay " + (one_core ? "on one core  " : "  ") + grouped(rates.back()) +
        " facts/s");
  }
  return rates;
}

/// Seconds from the start of the process to the answer that says a hold is on disk.
[[nodiscard]] auto restart_once(const bench_context& context, const prepared& what, std::size_t round)
    -> tl::expected<double, failure> {
  const auto port = free_port();
  const auto start = std::chrono::steady_clock::now();
  auto process =
      child_process::start({.command = {context.settings.program, "serve", "--config", context.settings.config,
                                        "--data", what.data, "--listen", "127.0.0.1:" + std::to_string(port)},
                            .user = std::nullopt,
                            .log = what.data.string() + ".log",
                            .environment = {},
                            .directory = {}});
  if (!process) {
    return tl::unexpected{process.error()};
  }
  std::string label;
  hall{context.settings.seats}.append_label(static_cast<std::uint32_t>(round), label);
  api_client buyer{port, what.token};
  std::string last = "no answer";
  while (std::chrono::steady_clock::now() - start < restart_patience && process->running() && !interrupted()) {
    const auto answer = accepts_connections(port) ? buyer.ask("POST", "/v1/events/" + what.event + "/holds",
                                                              R"({"seats":[")" + label + R"("]})")
                                                  : tl::unexpected{failure{"no connection"}};
    if (answer && (answer->status == 201 || answer->status == 409)) {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      const bool held = answer->status == 201;
      process->kill();
      return held ? tl::expected<double, failure>{took.count()}
                  : tl::unexpected{failure{"the first hold was refused: " + answer->body}};
    }
    last = answer ? answer->body : answer.error().what;
    std::this_thread::sleep_for(retry_pause);
  }
  return tl::unexpected{
      failure{"no hold was acknowledged after a restart; the last answer: " + last + "; " + process->last_words()}};
}

[[nodiscard]] auto restarts(const bench_context& context, const prepared& what)
    -> tl::expected<std::vector<double>, failure> {
  std::vector<double> seconds;
  for (std::size_t round = 1; round <= std::min<std::size_t>(context.settings.rounds, 5); ++round) {
    const auto took = restart_once(context, what, round);
    if (!took) {
      return tl::unexpected{took.error()};
    }
    seconds.push_back(*took);
    say("  " + std::to_string(round) + "  first acknowledged hold after " + grouped(*took * 1000) + " ms");
  }
  return seconds;
}

} // namespace

auto run_replay(bench_context& context) -> tl::expected<report_json, failure> {
  const auto what = prepare(context);
  if (!what) {
    return tl::unexpected{what.error()};
  }
  const auto both = replay(context, *what, false);
  const auto one = both ? replay(context, *what, true) : both;
  if (!one) {
    return tl::unexpected{one.error()};
  }
  const auto seconds = restarts(context, *what);
  if (!seconds) {
    return tl::unexpected{seconds.error()};
  }
  auto out = workload_json("P6", "Replay of one event, and restart", {});
  out["facts"]["facts in the journal"] = context.settings.replay_facts;
  out["facts"]["facts a second, both cores"] = *both;
  out["facts"]["facts a second, one core"] = *one;
  out["facts"]["seconds to the first acknowledged hold after kill -9"] = *seconds;
  out["targets"].push_back(target_json("M facts/s on both cores", median(*both) / 1e6, ">=", 1));
  out["targets"].push_back(target_json("M facts/s on one core", median(*one) / 1e6, ">=", 0.6));
  out["targets"].push_back(target_json("s to the first acknowledged hold", median(*seconds), "<=", 2));
  chart rates{.name = "p6-replay",
              .title = "P6: replay of one event, chain verified",
              .x_label = {},
              .y_label = "facts a second",
              .bars = true,
              .categories = {"both cores", "one core"},
              .lines = {}};
  rates.lines.push_back({"median", {{0, median(*both)}, {1, median(*one)}}});
  out["charts"].push_back(chart_json(rates));
  return out;
}

} // namespace holdfast::tools::bench
