#include "tools/bench/change_traffic.hpp"
#include "tools/bench/hot_event.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/viewer_crowd.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

namespace holdfast::tools::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr double changes_per_s = 500;
/// So many that a hold and its release, on the same connection, are not of the same tick.
constexpr std::size_t connections = 256;
/// While viewers that do not read are to be told so: what they are sent has to fill the kernel's buffers first.
constexpr double burst_changes_per_s = 4'000;
constexpr auto burst_step = std::chrono::seconds{1};
constexpr int burst_steps_max = 40;
/// What is before the reset in the kernel's buffers comes through a window of 2 KiB.
constexpr auto telling_max = std::chrono::seconds{60};
constexpr std::size_t viewers_a_slow_one = 100;

/// The server, the event that is watched, and what changes it.
struct live_stage {
  std::unique_ptr<server_under_test> server;
  std::string event;
  std::unique_ptr<change_traffic> changes;

  [[nodiscard]] auto change(double rate, std::chrono::nanoseconds lasting) -> tl::expected<load_result, failure> {
    load_options options;
    options.port = server->port();
    options.connections = connections;
    options.pace = pacing::poisson;
    options.rate_per_s = rate;
    options.duration = lasting;
    return run_load(options, *changes);
  }
};

[[nodiscard]] auto set_up(const bench_context& context) -> tl::expected<live_stage, failure> {
  const auto& settings = context.settings;
  auto server = server_under_test::start(context, context.room.below("server"));
  if (!server) {
    return tl::unexpected{server.error()};
  }
  live_stage stage{std::make_unique<server_under_test>(std::move(*server)), {}, {}};
  const auto venue = stage.server->make_venue(settings.seats);
  auto event = venue ? stage.server->make_event(*venue, "Watched event") : tl::unexpected{venue.error()};
  auto buyers = event ? stage.server->make_buyers(connections) : tl::unexpected{event.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  stage.event = std::move(*event);
  stage.changes = std::make_unique<change_traffic>(booking_options{.events = {stage.event},
                                                                   .seats = settings.seats,
                                                                   .tokens = std::move(*buyers),
                                                                   .seed = settings.seed,
                                                                   .apart = true});
  return stage;
}

/// Resident bytes of the server as the crowd comes and goes on watching.
struct memory {
  std::uint64_t before = 0;    ///< changes for one viewer
  std::uint64_t connected = 0; ///< all are there, before the first change
  std::uint64_t watching = 0;  ///< at the end of the measured time
};

/// What was measured while all watched.
struct measured {
  memory bytes;
  std::vector<seat_change> changes;
  std::uint64_t failures = 0;
  clock::time_point from, until;
  double server_cpu_seconds = 0;
  double frames_sent = 0;
  double bytes_sent = 0;
  double fan_out_seconds = 0;
};

[[nodiscard]] auto sum_of_fan_out(const server_under_test& server) -> double {
  return server.metric("holdfast_live_fan_out_seconds_sum");
}

[[nodiscard]] auto measure_window(live_stage& stage, viewer_crowd& crowd, std::chrono::nanoseconds warm_up,
                                  std::chrono::nanoseconds lasting, measured& to) -> tl::expected<void, failure> {
  const auto& server = *stage.server;
  to.bytes.connected = server.process().resident_bytes();
  if (const auto warm = stage.change(changes_per_s, warm_up); !warm) {
    return tl::unexpected{warm.error()};
  }
  static_cast<void>(stage.changes->take_changes());
  to.frames_sent = -server.metric("holdfast_live_sent_frames_total");
  to.bytes_sent = -server.metric("holdfast_live_sent_bytes_total");
  to.fan_out_seconds = -sum_of_fan_out(server);
  crowd.measure(true);
  to.from = clock::now();
  to.server_cpu_seconds = -server.process().cpu_seconds();
  const auto load = stage.change(changes_per_s, lasting);
  to.server_cpu_seconds += server.process().cpu_seconds();
  to.until = clock::now();
  crowd.measure(false);
  to.bytes.watching = server.process().resident_bytes();
  to.frames_sent += server.metric("holdfast_live_sent_frames_total");
  to.bytes_sent += server.metric("holdfast_live_sent_bytes_total");
  to.fan_out_seconds += sum_of_fan_out(server);
  if (!load) {
    return tl::unexpected{load.error()};
  }
  to.failures = load->failures + load->rejections;
  to.changes = stage.changes->take_changes();
  return {};
}

/// What became of viewers that stopped reading, and of the changes that the others saw meanwhile.
struct slow_outcome {
  std::size_t viewers = 0;
  crowd_result seen;
  std::vector<seat_change> changes;
  double seconds = 0;
};

/// Changes come faster until the server has given all of them up; then they read on, and find what they were told.
[[nodiscard]] auto stall_some(live_stage& stage, std::size_t viewers) -> tl::expected<slow_outcome, failure> {
  const auto& server = *stage.server;
  const auto given_up = [&server] {
    return server.metric("holdfast_live_slow_resets_total") + server.metric("holdfast_live_closed_total");
  };
  const auto before = given_up();
  auto crowd = viewer_crowd::gather({.port = server.port(), .event = stage.event, .viewers = viewers, .slow = viewers});
  if (!crowd) {
    return tl::unexpected{crowd.error()};
  }
  slow_outcome out;
  out.viewers = viewers;
  const auto began = clock::now();
  for (int step = 0; step < burst_steps_max && given_up() - before < static_cast<double>(viewers); ++step) {
    const auto load = stage.change(burst_changes_per_s, burst_step);
    if (!load) {
      return tl::unexpected{load.error()};
    }
  }
  out.seconds = std::chrono::duration<double>(clock::now() - began).count();
  (*crowd)->wake_slow();
  const auto deadline = clock::now() + telling_max;
  while ((*crowd)->slow_told() < viewers && clock::now() < deadline && !interrupted()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  out.seen = (*crowd)->leave();
  out.changes = stage.changes->take_changes();
  return out;
}

[[nodiscard]] auto ms(const histogram& of, double quantile) -> double {
  return percentile_us(of, quantile) / 1'000;
}

void add_memory(report_json& out, const measured& what, std::size_t viewers) {
  const auto more = [&](std::uint64_t bytes) {
    return bytes > what.bytes.before ? static_cast<double>(bytes - what.bytes.before) / static_cast<double>(viewers)
                                     : 0;
  };
  const auto largest = std::max(more(what.bytes.connected), more(what.bytes.watching));
  out["facts"]["resident bytes of the server with one viewer"] = what.bytes.before;
  out["facts"]["resident bytes a viewer, connected"] = more(what.bytes.connected);
  out["facts"]["resident bytes a viewer, after the changes"] = more(what.bytes.watching);
  out["targets"].push_back(target_json("KiB of resident memory a viewer", largest / 1'024, "<=", 20));
}

void add_window(report_json& out, const measured& what, const crowd_result& seen, const change_latency& latency,
                const histogram& ticks) {
  const auto seconds = std::chrono::duration<double>(what.until - what.from).count();
  const auto cores = what.server_cpu_seconds / seconds;
  out["latency_us"]["change acknowledged to frame received"] = latency_json(latency.from_acknowledgement);
  out["latency_us"]["request sent to frame received"] = latency_json(latency.from_request);
  out["latency_us"]["between two ticks"] = latency_json(ticks);
  out["latency_us"]["between two frames of a viewer"] = latency_json(seen.intervals);
  auto& facts = out["facts"];
  facts["seconds measured"] = seconds;
  facts["changes"] = what.changes.size();
  facts["frames received by all viewers"] = seen.frames;
  facts["frames sent a second"] = what.frames_sent / seconds;
  facts["bytes sent a second to each viewer"] =
      what.bytes_sent / seconds / std::max(facts["viewers"].get<double>(), 1.0);
  facts["cores of the server"] = cores;
  facts["seconds in which frames were sent, a second"] = what.fan_out_seconds / seconds;
  facts["pings answered"] = seen.pings;
  // In whole milliseconds: the clock is asked for 200, and threads wake some microseconds later.
  out["targets"].push_back(target_json("tick in ms, p50", std::round(ms(ticks, 0.5)), "<=", 200));
  out["targets"].push_back(target_json("ms from a change's acknowledgement to the frame, p99",
                                       ms(latency.from_acknowledgement, 0.99), "<=", 250));
  out["targets"].push_back(target_json("cores of the server", cores, "<=", 1));
}

void add_slow(report_json& out, const slow_outcome& slow, const crowd_result& seen) {
  auto& facts = out["facts"];
  const auto unharmed = seen.log.latency_of(slow.changes).from_acknowledgement;
  facts["slow viewers"] = slow.viewers;
  facts["slow viewers that were reset"] = slow.seen.slow_resets;
  facts["slow viewers that were closed"] = slow.seen.slow_closed;
  facts["seconds until all slow viewers were given up"] = slow.seconds;
  out["latency_us"]["change acknowledged to frame received, slow viewers beside"] = latency_json(unharmed);
  const auto told = static_cast<double>(slow.seen.slow_resets + slow.seen.slow_closed);
  out["targets"].push_back(
      target_json("slow viewers reset or closed", told / static_cast<double>(slow.viewers), ">=", 1));
  out["targets"].push_back(target_json("other viewers that missed a frame, were reset or closed",
                                       static_cast<double>(seen.gaps + seen.resets + seen.closed), "<=", 0));
}

[[nodiscard]] auto run_stage(const bench_context& context, live_stage& stage) -> tl::expected<report_json, failure> {
  const auto& settings = context.settings;
  const auto slow_viewers = std::max<std::size_t>(settings.viewers / viewers_a_slow_one, 1);
  const crowd_options watching{.port = stage.server->port(), .event = stage.event, .viewers = 1};
  measured window;
  {
    // A single viewer makes the server load what it needs for any number of them.
    const auto first = viewer_crowd::gather(watching);
    const auto warm = first ? stage.change(changes_per_s, settings.warm_up) : tl::unexpected{first.error()};
    if (!warm) {
      return tl::unexpected{warm.error()};
    }
    window.bytes.before = stage.server->process().resident_bytes();
  }
  auto all = watching;
  all.viewers = settings.viewers;
  const auto began = clock::now();
  const auto crowd = viewer_crowd::gather(all);
  if (!crowd) {
    return tl::unexpected{crowd.error()};
  }
  const auto gathered = std::chrono::duration<double>(clock::now() - began).count();
  say("     " + grouped(static_cast<double>(all.viewers)) + " viewers came in " + std::to_string(gathered) + " s");
  const auto done = measure_window(stage, **crowd, settings.warm_up, settings.duration * settings.rounds, window);
  const auto slow = done ? stall_some(stage, slow_viewers) : tl::unexpected{done.error()};
  if (!slow) {
    return tl::unexpected{slow.error()};
  }
  const auto seen = (*crowd)->leave();
  const auto latency = seen.log.latency_of(window.changes);
  auto out = workload_json("P10", "Live seat map: many viewers of one event", {});
  out["facts"]["viewers"] = all.viewers;
  out["facts"]["seconds in which they came"] = gathered;
  add_window(out, window, seen, latency, seen.log.ticks(window.from, window.until));
  add_memory(out, window, all.viewers);
  add_slow(out, *slow, seen);
  chart picture{.name = "p10-latency",
                .title = "P10: from a change to " + grouped(static_cast<double>(all.viewers)) + " viewers",
                .x_label = "1 / (1 - quantile): 10 is p90, 100 is p99",
                .y_label = "microseconds",
                .x_log = true,
                .y_log = true,
                .categories = {},
                .lines = {percentile_line("from the acknowledgement", latency.from_acknowledgement),
                          percentile_line("from the request", latency.from_request),
                          percentile_line("between two frames", seen.intervals)}};
  out["charts"].push_back(chart_json(picture));
  if (window.failures > 0 || latency.unseen > 0) {
    out["trouble"] = std::to_string(window.failures) + " changes failed (" + stage.changes->first_failure() + "), " +
                     std::to_string(latency.unseen) + " were never seen";
  }
  return out;
}

} // namespace

auto run_live(bench_context& context) -> tl::expected<report_json, failure> {
  // The server's and the viewers' sockets are of two processes, each with its own limit.
  constexpr std::size_t other_files = 2'000;
  if (const auto allowed = allow_descriptors(context.settings.viewers + other_files); !allowed) {
    return tl::unexpected{allowed.error()};
  }
  auto stage = set_up(context);
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  return run_stage(context, *stage);
}

} // namespace holdfast::tools::bench
