#include "tools/bench/waiting_crowd.hpp"

#include "domain/queue/settings.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/queue_traffic.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

namespace holdfast::tools::bench {

namespace {

constexpr std::size_t crowd_connections = 64;
/// A tick of the room is not much longer.
constexpr auto look_pause = std::chrono::milliseconds{100};
constexpr auto admission_patience = std::chrono::minutes{5};
constexpr std::int64_t longest_admission_s = domain::queue::limits::admission_max.count / 1000;

[[nodiscard]] auto queue_path(const std::string& event) -> std::string {
  return "/v1/events/" + event + "/queue";
}

[[nodiscard]] auto room_load(const server_under_test& server) -> load_options {
  load_options options;
  options.port = server.port();
  options.connections = crowd_connections;
  return options;
}

/// Milliseconds since 1970 of "2026-11-22T09:00:00.250Z".
[[nodiscard]] auto time_of(const std::string& text) -> std::int64_t {
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  constexpr std::size_t letters = 24;
  if (text.size() != letters) {
    return 0;
  }
  using namespace std::chrono;
  const sys_days day{year{number(0, 4)} / number(5, 2) / number(8, 2)};
  const auto at = day + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)};
  return duration_cast<milliseconds>(at.time_since_epoch()).count() + number(20, 3);
}

} // namespace

auto change_room(const server_under_test& server, const std::string& event, const nlohmann::json& what)
    -> tl::expected<nlohmann::json, failure> {
  return server.api().call("PATCH", queue_path(event), what);
}

auto room_status(const server_under_test& server, const std::string& event) -> tl::expected<nlohmann::json, failure> {
  return server.api().call("GET", queue_path(event) + "/status");
}

auto join_all(const server_under_test& server, const std::string& event, const std::vector<std::string>& tokens)
    -> tl::expected<std::vector<std::string>, failure> {
  join_traffic everybody{event, tokens, crowd_connections};
  everybody.keep_tickets();
  everybody.allow(tokens.size());
  const auto done = run_load(room_load(server), everybody);
  if (!done) {
    return tl::unexpected{done.error()};
  }
  if (!everybody.first_failure().empty()) {
    return tl::unexpected{failure{"joining a waiting room: " + everybody.first_failure()}};
  }
  return std::move(everybody.tickets());
}

auto looks_of(const std::string& event, const std::vector<std::string>& tokens, const std::vector<std::string>& tickets)
    -> std::vector<std::string> {
  std::vector<std::string> requests(tickets.size());
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    append_poll_request(requests[i], event, tokens[i], tickets[i]);
  }
  return requests;
}

auto admit_all(const server_under_test& server, const std::string& event, const std::vector<std::string>& tokens)
    -> tl::expected<std::vector<std::string>, failure> {
  namespace limits = domain::queue::limits;
  const auto opened = change_room(server, event,
                                  {{"rate_per_s", limits::rate_milli_per_s_max / 1000},
                                   {"batch", limits::batch_max},
                                   {"admission_seconds", longest_admission_s},
                                   {"mode", "on"}});
  const auto tickets = opened ? join_all(server, event, tokens) : tl::unexpected{opened.error()};
  if (!tickets) {
    return tl::unexpected{tickets.error()};
  }
  admission_traffic looks{event, tokens, *tickets, crowd_connections};
  const auto start = std::chrono::steady_clock::now();
  for (auto waiting = looks.again(); waiting > 0; waiting = looks.again()) {
    const auto looked = run_load(room_load(server), looks);
    if (!looked || !looks.first_failure().empty()) {
      return tl::unexpected{looked ? failure{"looking at a place: " + looks.first_failure()} : looked.error()};
    }
    if (interrupted() || std::chrono::steady_clock::now() - start > admission_patience) {
      return tl::unexpected{failure{std::to_string(waiting) + " people are not let in"}};
    }
    std::this_thread::sleep_for(look_pause);
  }
  if (const auto closed = change_room(server, event, {{"rate_per_s", 0}}); !closed) {
    return tl::unexpected{closed.error()};
  }
  return std::move(looks.admissions());
}

auto admissions_since(const server_under_test& server, const std::string& event, std::uint64_t from_seq)
    -> tl::expected<std::vector<admitted_batch>, failure> {
  std::vector<admitted_batch> found;
  for (std::string cursor = std::to_string(from_seq); !cursor.empty() && !interrupted();) {
    const auto page =
        server.api().call("GET", "/v1/events/" + event + "/journal?stream=queue&limit=200&cursor=" + cursor);
    if (!page) {
      return tl::unexpected{page.error()};
    }
    for (const auto& fact : page->value("items", nlohmann::json::array())) {
      if (fact.value("type", "") == "queue_admitted") {
        found.push_back({time_of(fact.value("time", "")), static_cast<std::uint32_t>(fact["data"]["places"].size())});
      }
    }
    const auto next = page->find("next_cursor");
    cursor = next != page->end() && next->is_string() ? next->get<std::string>() : std::string{};
  }
  return found;
}

auto extremes_of(const std::vector<admitted_batch>& all, std::int64_t from_ms, std::int64_t to_ms,
                 std::int64_t window_ms) -> extremes {
  const auto within = [&](std::int64_t start) {
    std::uint64_t people = 0;
    for (const auto& [at, batch] : all) {
      people += at >= start && at < start + window_ms ? batch : 0U;
    }
    return people;
  };
  extremes found;
  bool any = false;
  const auto look = [&](std::int64_t start) {
    if (start < from_ms || start + window_ms > to_ms) {
      return;
    }
    const auto people = within(start);
    found.fewest = any ? std::min(found.fewest, people) : people;
    found.most = std::max(found.most, people);
    any = true;
  };
  // The number changes only where a batch comes in at an end, or goes out at the other.
  look(from_ms);
  for (const auto& [at, batch] : all) {
    look(at);
    look(at + 1);
    look(at - window_ms);
    look(at - window_ms + 1);
  }
  return found;
}

} // namespace holdfast::tools::bench
