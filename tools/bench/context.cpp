#include "tools/bench/context.hpp"

#include "tools/bench/child_process.hpp"
#include "tools/bench/interrupt.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace holdfast::tools::bench {

using nlohmann::literals::operator""_json_pointer;

void bench_settings::shrink() {
  quick = true;
  rounds = 3;
  warm_up = std::chrono::milliseconds{500};
  duration = std::chrono::milliseconds{1'500};
  buyers_per_seat = 33;
  seats = 60'000;
  events = 1'000;
  records_small = 50'000;
  records_large = 500'000;
  replay_facts = 500'000;
  search_events = 20'000;
  viewers = 1'000;
  payments_waiting = 500;
  people_waiting = 200'000;
}

auto adopt_config(bench_context& context, std::size_t io_threads) -> tl::expected<void, failure> {
  std::ifstream in{context.settings.config};
  auto config = nlohmann::json::parse(in, nullptr, false, true);
  if (!config.is_object()) {
    return tl::unexpected{failure{context.settings.config.string() + " is not valid JSON"}};
  }
  if (io_threads != 0) {
    config["http"]["io_threads"] = io_threads;
  }
  context.io_threads = config.value("/http/io_threads"_json_pointer, std::size_t{1});
  context.settings.config = context.room.below("server.json");
  return write_private_file(context.settings.config, config.dump(2));
}

void say(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

auto measure(const subject& whom, const load_options& how, std::size_t round) -> tl::expected<run_result, failure> {
  auto options = how;
  options.port = whom.port;
  const double cpu_before = whom.process != nullptr ? whom.process->cpu_seconds() : 0;
  auto load = run_load(options, *whom.what);
  if (!load) {
    return tl::unexpected{failure{whom.name + ": " + load.error().what}};
  }
  const double cpu = whom.process != nullptr ? whom.process->cpu_seconds() - cpu_before : 0;
  run_result result{whom.name, round, std::move(*load), cpu};
  say("  " + std::to_string(round) + "  " + whom.name + "  " + grouped(result.load.rate()) + "/s, p99 " +
      grouped(percentile_us(result.load.success_latency, 0.99)) + " us");
  return result;
}

auto interleave(const std::vector<subject>& subjects, const load_options& how, std::size_t rounds)
    -> tl::expected<std::vector<run_result>, failure> {
  std::vector<run_result> results;
  for (std::size_t round = 1; round <= rounds; ++round) {
    for (const auto& whom : subjects) {
      auto result = measure(whom, how, round);
      if (!result) {
        return tl::unexpected{result.error()};
      }
      results.push_back(std::move(*result));
    }
  }
  return results;
}

auto alone_and_beside(const bench_settings& settings, const std::vector<subject>& subjects, std::string_view label,
                      const side_by_side& during) -> tl::expected<std::vector<run_result>, failure> {
  const auto how = closed_loop(settings);
  std::vector<run_result> runs;
  for (std::size_t round = 1; round <= settings.rounds; ++round) {
    for (const bool loaded : {false, true}) {
      for (auto whom : subjects) {
        whom.name += loaded ? label : std::string_view{};
        const auto measure_it = [&] { return measure(whom, how, round); };
        auto run = loaded ? during(how.warm_up + how.duration, measure_it) : measure_it();
        if (!run) {
          return tl::unexpected{run.error()};
        }
        runs.push_back(std::move(*run));
      }
    }
  }
  return runs;
}

auto closed_loop(const bench_settings& settings) -> load_options {
  load_options options;
  options.connections = settings.connections;
  options.warm_up = settings.warm_up;
  options.duration = settings.duration;
  options.seed = settings.seed;
  return options;
}

auto run_worker(const bench_context& context, const std::vector<std::string>& arguments,
                std::chrono::milliseconds patience) -> tl::expected<report_json, failure> {
  static int runs = 0;
  const auto log = context.room.below("worker-" + std::to_string(++runs) + ".log");
  launch what{.command = {context.settings.program, "bench-worker"},
              .user = std::nullopt,
              .log = log,
              .environment = {},
              .directory = {}};
  what.command.insert(what.command.end(), arguments.begin(), arguments.end());
  if (const auto ended = run_to_end(std::move(what), patience); !ended) {
    return tl::unexpected{ended.error()};
  }
  const auto text = read_small_file(log);
  if (!text) {
    return tl::unexpected{text.error()};
  }
  // Warnings may stand before the document; it is the last line.
  const auto line_at = text->rfind('\n');
  auto document = report_json::parse(text->substr(line_at == std::string::npos ? 0 : line_at + 1), nullptr, false);
  if (document.is_discarded()) {
    return tl::unexpected{failure{"bench-worker " + arguments.front() + " printed no JSON: " + *text}};
  }
  return document;
}

} // namespace holdfast::tools::bench
