#include "tools/bench/room_size.hpp"

#include "tools/bench/interrupt.hpp"
#include "tools/bench/server_under_test.hpp"
#include "tools/bench/waiting_crowd.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr auto fill_patience = std::chrono::minutes{20};
constexpr auto full_room_patience = std::chrono::minutes{3};
constexpr auto join_pause = std::chrono::milliseconds{5};
constexpr auto sample_every = std::chrono::milliseconds{500};
/// Twice the shortest heartbeat, and as long again: all who were there at the start are silent by then.
constexpr auto watched = std::chrono::seconds{60};
constexpr auto quick_watched = std::chrono::seconds{2};
constexpr double gib = 1024.0 * 1024 * 1024;

struct prepared_room {
  std::filesystem::path data;
  std::string event;
  std::vector<std::string> tokens;
  std::uint64_t empty_bytes = 0;
  std::uint64_t state_bytes = 0;
};

[[nodiscard]] auto prepare_room(const bench_context& context) -> tl::expected<prepared_room, failure> {
  constexpr std::uint32_t seats = 1'000;
  const auto people = context.settings.people_waiting;
  prepared_room out{.data = context.room.below("full-room"), .event = {}, .tokens = {}};
  auto server = server_under_test::start(context, out.data);
  const auto venue = server ? server->make_venue(seats) : tl::unexpected{server.error()};
  const auto event = venue ? server->make_event(*venue, "Awaited by millions") : tl::unexpected{venue.error()};
  const auto opened = event
                          ? change_room(*server, *event, {{"rate_per_s", 0}, {"heartbeat_seconds", 15}, {"mode", "on"}})
                          : tl::unexpected{event.error()};
  auto buyers = opened ? server->make_buyers(1) : tl::unexpected{opened.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  out.event = *event;
  out.tokens = std::move(*buyers);
  out.empty_bytes = server->process().resident_bytes();
  server->process().stop();
  say("     " + grouped(static_cast<double>(people)) + " people join");
  const auto filled =
      run_worker(context, {"fill-room", "--data", out.data, "--people", std::to_string(people)}, fill_patience);
  if (!filled) {
    return tl::unexpected{filled.error()};
  }
  out.state_bytes = filled->value("state_bytes", std::uint64_t{0});
  return out;
}

/// Seconds until somebody more has joined, and it is on disk.
[[nodiscard]] auto first_join(server_under_test& server, const prepared_room& what,
                              std::chrono::steady_clock::time_point start) -> tl::expected<double, failure> {
  api_client buyer{server.port(), what.tokens.front()};
  std::string last = "no answer";
  while (std::chrono::steady_clock::now() - start < full_room_patience && server.process().running() &&
         !interrupted()) {
    const auto answer = buyer.ask("POST", "/v1/events/" + what.event + "/queue", "{}");
    if (answer && answer->status == 201) {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    last = answer ? answer->body : answer.error().what;
    std::this_thread::sleep_for(join_pause);
  }
  return tl::unexpected{failure{"nobody could join a full room after a restart: " + last}};
}

} // namespace

auto measure_room_size(const bench_context& context) -> tl::expected<room_size, failure> {
  const auto what = prepare_room(context);
  if (!what) {
    return tl::unexpected{what.error()};
  }
  const auto start = std::chrono::steady_clock::now();
  auto server = server_under_test::start(context, what->data, full_room_patience);
  const auto joined = server ? first_join(*server, *what, start) : tl::unexpected{server.error()};
  if (!joined) {
    return tl::unexpected{joined.error()};
  }
  room_size size{.people = context.settings.people_waiting,
                 .empty_bytes = what->empty_bytes,
                 .resident_bytes = server->process().resident_bytes(),
                 .state_bytes = what->state_bytes,
                 .restart_seconds = *joined};
  say("     joined " + std::to_string(size.restart_seconds) + " s after the start");
  const auto until = std::chrono::steady_clock::now() + (context.settings.quick ? quick_watched : watched);
  for (size.resident_most = size.resident_bytes; std::chrono::steady_clock::now() < until && !interrupted();) {
    std::this_thread::sleep_for(sample_every);
    size.resident_most = std::max(size.resident_most, server->process().resident_bytes());
  }
  const auto status = room_status(*server, what->event);
  if (!status) {
    return tl::unexpected{status.error()};
  }
  size.waiting = (*status)["counts"].value("waiting", std::uint64_t{0});
  return size;
}

void add_room_size(report_json& out, const room_size& size) {
  const auto people = static_cast<double>(std::max<std::uint64_t>(size.people, 1));
  const auto more = static_cast<double>(size.resident_most) - static_cast<double>(size.empty_bytes);
  out["facts"]["a full room"] = {{"people waiting", size.waiting},
                                 {"resident bytes with nobody", size.empty_bytes},
                                 {"resident bytes after the restart", size.resident_bytes},
                                 {"resident bytes at most, silent ones too", size.resident_most},
                                 {"resident bytes a person", more / people},
                                 {"bytes of the room's own state", size.state_bytes},
                                 {"restart to the first acknowledged join, s", size.restart_seconds}};
  const auto who = grouped(static_cast<double>(size.people)) + " waiting: ";
  out["targets"].push_back(target_json(who + "GiB resident", static_cast<double>(size.resident_most) / gib, "<=", 1.5));
  out["targets"].push_back(target_json(who + "s to restart", size.restart_seconds, "<=", 30));
}

} // namespace holdfast::tools::bench
