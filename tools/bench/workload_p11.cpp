#include "tools/bench/hot_event.hpp"
#include "tools/bench/paying_traffic.hpp"
#include "tools/bench/setup_traffic.hpp"
#include "tools/bench/stalled_gateway.hpp"
#include "tools/bench/viewer_crowd.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr auto stall = std::chrono::seconds{60};
/// Payments begun a second while they gather.
constexpr double begun_per_s_max = 300;
constexpr std::size_t setup_connections = 32;
/// The server's and the gateway's other files.
constexpr std::size_t other_descriptors = 1'000;
/// Enough for whoever waits for the answer that his payment is going on, at that rate.
constexpr std::size_t paying_connections = 1'024;
constexpr std::string_view beside = ", payments waiting";
constexpr auto overlap = std::chrono::milliseconds{250};

/// Buyers who pay at a fixed rate through a gateway that does not answer.
class waiting_buyers {
 public:
  waiting_buyers(const server_under_test& server, paying_options buyers, std::size_t waiting)
      : server_{server}, waiting_{waiting}, traffic_{std::move(buyers)} {}

  /// Until as many wait as shall, on the calling thread.
  [[nodiscard]] auto gather() -> tl::expected<void, failure> {
    const std::chrono::duration<double> lasting{static_cast<double>(waiting_) / begun_per_s_max};
    return begin(pacing::fixed, begun_per_s_max, std::chrono::duration_cast<std::chrono::nanoseconds>(lasting));
  }

  /// Runs `main` while as many payments begin as end after their stall, so that as many wait all the time.
  [[nodiscard]] auto during(std::chrono::nanoseconds lasting,
                            const std::function<tl::expected<run_result, failure>()>& main)
      -> tl::expected<run_result, failure> {
    const auto rate = static_cast<double>(waiting_) / std::chrono::duration<double>(stall).count();
    tl::expected<void, failure> paid;
    auto result = [&] {
      const std::jthread paying{[&] { paid = begin(pacing::poisson, rate, lasting + overlap); }};
      return main();
    }();
    fewest_ = std::min(fewest_, server_.metric("holdfast_payments_open"));
    if (!paid) {
      return tl::unexpected{paid.error()};
    }
    return result;
  }

  [[nodiscard]] auto facts() const -> report_json {
    return {{"payments waiting", waiting_},
            {"waiting after a run, at least", fewest_},
            {"seconds that the gateway takes", stall.count()},
            {"payments begun", begun_},
            {"latency_us of a confirmation", latency_json(latency_)}};
  }

  /// A sentence when it was not what it was meant to be; empty otherwise.
  [[nodiscard]] auto trouble() const -> std::string {
    if (failures_ > 0) {
      return std::to_string(failures_) +
             " requests of the buyers who pay failed; the first: " + traffic_.first_failure();
    }
    constexpr double nearly_all = 0.9;
    if (fewest_ < nearly_all * static_cast<double>(waiting_)) {
      return "no more than " + grouped(fewest_) + " payments waited instead of " + grouped(double(waiting_));
    }
    return {};
  }

 private:
  auto begin(pacing pace, double payments_per_s, std::chrono::nanoseconds lasting) -> tl::expected<void, failure> {
    load_options options;
    options.port = server_.port();
    options.connections = paying_connections;
    options.pace = pace;
    options.rate_per_s = payments_per_s;
    options.duration = lasting;
    const auto done = run_load(options, traffic_);
    if (!done) {
      return tl::unexpected{failure{"buyers who pay: " + done.error().what}};
    }
    begun_ += done->successes;
    failures_ += done->failures + done->rejections;
    latency_.add(done->success_latency);
    return {};
  }

  const server_under_test& server_;
  std::size_t waiting_;
  paying_traffic traffic_;
  histogram latency_;
  std::uint64_t begun_ = 0;
  std::uint64_t failures_ = 0;
  double fewest_ = INFINITY;
};

/// As many again as wait on the average, for the Poisson process.
[[nodiscard]] auto calls_max(const bench_settings& settings) -> std::size_t {
  return std::min<std::size_t>(2 * settings.payments_waiting, 10'000);
}

/// The run's configuration with payments through this gateway, in the scratch directory.
[[nodiscard]] auto config_with(const bench_context& context, const stalled_gateway& gateway)
    -> tl::expected<std::filesystem::path, failure> {
  std::ifstream in{context.settings.config};
  auto config = nlohmann::json::parse(in, nullptr, false, true);
  if (!config.is_object()) {
    return tl::unexpected{failure{context.settings.config.string() + " is not valid JSON"}};
  }
  config["payments"] = gateway.server_settings(calls_max(context.settings));
  auto path = context.room.below("server-that-pays.json");
  if (auto written = write_private_file(path, config.dump(2)); !written) {
    return tl::unexpected{written.error()};
  }
  return path;
}

/// How many pay, when every run of both subjects has its share.
[[nodiscard]] auto buyers_needed(const bench_settings& settings) -> std::size_t {
  const std::chrono::duration<double> a_run = settings.warm_up + settings.duration + overlap;
  const auto rate = static_cast<double>(settings.payments_waiting) / std::chrono::duration<double>(stall).count();
  const auto later = 2 * static_cast<double>(settings.rounds) * a_run.count() * rate;
  constexpr double for_chance = 1.5;
  return settings.payments_waiting + static_cast<std::size_t>(for_chance * later) + setup_connections;
}

/// A hold of one place for each of as many new buyers, on an event of its own.
[[nodiscard]] auto make_holds(const hot_stage& stage, const server_under_test& server, const bench_settings& settings)
    -> tl::expected<paying_options, failure> {
  static constexpr std::string_view one_place = R"({"best_available":{"quantity":1}})";
  const auto event = server.make_event(stage.venue(), "Event that is paid for");
  auto tokens = event ? server.make_buyers(buyers_needed(settings)) : tl::unexpected{event.error()};
  if (!tokens) {
    return tl::unexpected{tokens.error()};
  }
  std::vector<std::string> requests;
  std::string key;
  for (const auto& token : *tokens) {
    key.clear();
    append_key(key, settings.seed + 2, requests.size());
    append_hold_request(requests.emplace_back(), *event, token, key, one_place);
  }
  setup_traffic list{std::move(requests), "hold_id", setup_connections};
  load_options options;
  options.port = server.port();
  options.connections = setup_connections;
  if (const auto done = run_load(options, list); !done) {
    return tl::unexpected{done.error()};
  }
  if (!list.trouble().empty()) {
    return tl::unexpected{failure{"holds to be paid: " + list.trouble()}};
  }
  return paying_options{.holds = std::move(list.kept()),
                        .tokens = *std::move(tokens),
                        .connections = paying_connections,
                        .seed = settings.seed + 1};
}

/// Every subject, round after round, alone or beside those who wait.
[[nodiscard]] auto measure_rounds(const bench_context& context, std::vector<subject> subjects, waiting_buyers* side,
                                  std::vector<run_result>& runs) -> tl::expected<void, failure> {
  const auto how = closed_loop(context.settings);
  for (auto& whom : subjects) {
    whom.name += side != nullptr ? beside : std::string_view{};
  }
  for (std::size_t round = 1; round <= context.settings.rounds; ++round) {
    for (const auto& whom : subjects) {
      const auto measure_it = [&] { return measure(whom, how, round); };
      auto run = side != nullptr ? side->during(how.warm_up + how.duration, measure_it) : measure_it();
      if (!run) {
        return tl::unexpected{run.error()};
      }
      runs.push_back(std::move(*run));
    }
  }
  return {};
}

[[nodiscard]] auto report_of(const std::vector<run_result>& runs, const waiting_buyers& side,
                             const std::string& first_failure) -> report_json {
  auto out = workload_json("P11", "Hot event while payments wait for a stalled gateway", runs);
  const auto alone = ratio_of(runs, "holdfast", "echo");
  const auto loaded = ratio_of(runs, std::string{"holdfast"}.append(beside), std::string{"echo"}.append(beside));
  out["ratios"]["echo"] = alone;
  out["ratios"]["echo, both with payments waiting"] = loaded;
  out["facts"]["side load"] = side.facts();
  out["targets"].push_back(target_json("ratio to echo with payments waiting over the ratio without",
                                       alone > 0 ? loaded / alone : 0, ">=", 0.95));
  out["charts"].push_back(chart_json(rate_chart("p11-rate", "P1 while payments wait for a stalled gateway", runs)));
  std::fputs(table_of(runs).c_str(), stdout);
  if (const auto trouble = check_failures(runs, first_failure)) {
    out["trouble"] = *trouble;
  } else if (const auto of_side = side.trouble(); !of_side.empty()) {
    out["trouble"] = of_side;
  }
  return out;
}

} // namespace

auto run_stalled_gateway(bench_context& context) -> tl::expected<report_json, failure> {
  const auto& settings = context.settings;
  const auto sockets = calls_max(settings) + paying_connections + settings.connections + other_descriptors;
  if (const auto allowed = allow_descriptors(sockets); !allowed) {
    return tl::unexpected{allowed.error()};
  }
  const auto gateway = stalled_gateway::start(context, stall);
  const auto config = gateway ? config_with(context, *gateway) : tl::unexpected{gateway.error()};
  if (!config) {
    return tl::unexpected{config.error()};
  }
  const auto usual = std::exchange(context.settings.config, *config);
  auto stage = hot_stage::set_up(context, {peer_kind::echo});
  context.settings.config = usual;
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  std::vector<run_result> runs;
  if (const auto alone = measure_rounds(context, stage->subjects(), nullptr, runs); !alone) {
    return tl::unexpected{alone.error()};
  }
  auto buyers = make_holds(*stage, stage->server(), settings);
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  waiting_buyers side{stage->server(), *std::move(buyers), settings.payments_waiting};
  if (const auto gathered = side.gather(); !gathered) {
    return tl::unexpected{gathered.error()};
  }
  if (const auto loaded = measure_rounds(context, stage->subjects(), &side, runs); !loaded) {
    return tl::unexpected{loaded.error()};
  }
  return report_of(runs, side, stage->first_failure());
}

} // namespace holdfast::tools::bench
