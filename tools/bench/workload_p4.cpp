#include "tools/bench/hot_event.hpp"
#include "tools/bench/setup_traffic.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

namespace holdfast::tools::bench {

namespace {

constexpr std::uint32_t small_hall = 200;
constexpr std::uint32_t arena = 20'000;
constexpr std::size_t loaded_events_max = 200;
/// Longer than the allocator keeps what is free.
constexpr std::chrono::seconds settled_after{12};
constexpr double kib = 1024;
constexpr double mib = 1024 * 1024;

struct memory_cost {
  double idle_bytes = 0;   ///< of an event that nobody asked for since the start
  double loaded_bytes = 0; ///< more, of one that was loaded
  std::size_t events = 0;
};

/// Resident memory of a server, started anew over `data`.
[[nodiscard]] auto restarted(const bench_context& context, const std::filesystem::path& data)
    -> tl::expected<server_under_test, failure> {
  return server_under_test::start(context, data);
}

[[nodiscard]] auto touch_all(const server_under_test& server, const std::vector<std::string>& events,
                             const std::string& token) -> tl::expected<void, failure> {
  std::vector<std::string> requests;
  for (const auto& event : events) {
    std::string request;
    append_hold_request(request, event, token, random_secret(), R"({"seats":["S01/1/1"]})");
    requests.push_back(std::move(request));
  }
  load_options options;
  options.port = server.port();
  options.connections = 8;
  setup_traffic holds{std::move(requests), {}, options.connections};
  if (const auto done = run_load(options, holds); !done) {
    return tl::unexpected{done.error()};
  }
  if (!holds.trouble().empty()) {
    return tl::unexpected{failure{"holding a first seat failed: " + holds.trouble()}};
  }
  return {};
}

/// Resident memory when the allocator has given back what the start has freed: it takes its time with that.
[[nodiscard]] auto settled_bytes(const server_under_test& server) -> double {
  auto least = server.process().resident_bytes();
  auto since = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - since < settled_after) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    if (const auto now = server.process().resident_bytes(); now < least) {
      least = now;
      since = std::chrono::steady_clock::now();
    }
  }
  return static_cast<double>(least);
}

/// Three starts of a server: with as many events that nobody asks for as there are asked for, with twice as many, so that what the first
/// ones fill, such as the store's cache, is no part of the difference, and with some of them loaded.
[[nodiscard]] auto measure_memory(const bench_context& context) -> tl::expected<memory_cost, failure> {
  const auto data = context.room.below("memory");
  auto server = server_under_test::start(context, data);
  const auto venue = server ? server->make_venue(arena) : tl::unexpected{server.error()};
  if (!venue) {
    return tl::unexpected{venue.error()};
  }
  auto events = server->make_events(*venue, context.settings.events);
  if (!events) {
    return tl::unexpected{events.error()};
  }
  server->process().stop(std::chrono::seconds{60});
  if (server = restarted(context, data); !server) {
    return tl::unexpected{server.error()};
  }
  const auto half = settled_bytes(*server);
  if (events = server->make_events(*venue, context.settings.events); !events) {
    return tl::unexpected{events.error()};
  }
  server->process().stop(std::chrono::seconds{60});
  if (server = restarted(context, data); !server) {
    return tl::unexpected{server.error()};
  }
  const auto idle = settled_bytes(*server);
  memory_cost cost;
  cost.events = events->size();
  cost.idle_bytes = (idle - half) / static_cast<double>(events->size());
  events->resize(std::min(events->size(), loaded_events_max));
  const auto buyer = server->make_buyers(1);
  if (!buyer) {
    return tl::unexpected{buyer.error()};
  }
  const auto before = static_cast<double>(server->process().resident_bytes());
  if (const auto touched = touch_all(*server, *events, buyer->front()); !touched) {
    return tl::unexpected{touched.error()};
  }
  const auto loaded = static_cast<double>(server->process().resident_bytes());
  cost.loaded_bytes = (loaded - before) / static_cast<double>(events->size());
  return cost;
}

} // namespace

auto run_many_events(bench_context& context) -> tl::expected<report_json, failure> {
  const auto& settings = context.settings;
  const auto memory = measure_memory(context);
  if (!memory) {
    return tl::unexpected{memory.error()};
  }
  say("     memory: idle " + grouped(memory->idle_bytes) + " bytes, loaded " + grouped(memory->loaded_bytes) +
      " bytes an event");
  auto stage = hot_stage::set_up(context, {});
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  auto& server = stage->server();
  const auto venue = server.make_venue(small_hall);
  const auto events = venue ? server.make_events(*venue, settings.events) : tl::unexpected{venue.error()};
  if (!events) {
    return tl::unexpected{events.error()};
  }
  const auto name = grouped(static_cast<double>(events->size())) + " events";
  stage->add(name, {.events = *events, .seats = small_hall, .tokens = stage->buyers(), .seed = settings.seed + 1});
  const auto runs = interleave(stage->subjects(), closed_loop(settings), settings.rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  auto out = workload_json("P4", "Many events on sale at once, uniform load", *runs);
  const auto ratio = ratio_of(*runs, name, "holdfast");
  out["ratios"]["hot event"] = ratio;
  out["facts"]["bytes of an idle event"] = memory->idle_bytes;
  out["facts"]["bytes of a loaded 20,000-seat event"] = memory->loaded_bytes;
  out["facts"]["idle events"] = memory->events;
  out["targets"].push_back(target_json("rate over the hot event's", ratio, ">=", 0.9));
  out["targets"].push_back(target_json("KiB of an idle event", memory->idle_bytes / kib, "<=", 2));
  out["targets"].push_back(target_json("MiB of a loaded 20,000-seat event", memory->loaded_bytes / mib, "<=", 1.5));
  out["charts"].push_back(chart_json(rate_chart("p4-rate", "P4: one hot event against many", *runs)));
  std::fputs(table_of(*runs).c_str(), stdout);
  if (const auto trouble = check_failures(*runs, stage->first_failure())) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
