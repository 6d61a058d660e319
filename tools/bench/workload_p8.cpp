#include "tools/bench/hot_event.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/programme.hpp"
#include "tools/bench/read_traffic.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr std::uint32_t searched_events = 500;
/// A view may be a second behind the facts.
constexpr auto settling = std::chrono::milliseconds{1'200};
constexpr int settling_rounds_max = 25;
constexpr domain::instant programme_time{1'795'000'000'000};
constexpr std::string_view not_modified = ", 304";

/// Something that people read, as their browsers ask for it.
struct reading {
  std::string name;
  std::string target;
  std::string headers;
  bool again = false; ///< measured with If-None-Match too
  kept_answer answer;
};

[[nodiscard]] auto readings_of(const std::string& event, const std::string& question) -> std::vector<reading> {
  const std::string coding{"Accept-Encoding: gzip, deflate, br\r\n"};
  const auto page = "/v1/events/" + event;
  std::vector<reading> all;
  all.push_back({"event page", page, coding, true, {}});
  all.push_back({"seats", page + "/seats", coding + "Accept: application/vnd.holdfast.seats\r\n", true, {}});
  all.push_back({"seats, JSON", page + "/seats", coding, false, {}});
  all.push_back(
      {"search", "/v1/search?facets=category,city,month,price&q=" + escaped_query(question), coding, true, {}});
  return all;
}

/// Reads everything until two readings in a row are the same: what was sold, and listed, is shown.
[[nodiscard]] auto settle(std::uint16_t port, std::vector<reading>& all) -> tl::expected<void, failure> {
  std::string unsettled;
  for (int round = 0; round < settling_rounds_max && !interrupted(); ++round) {
    unsettled.clear();
    for (auto& each : all) {
      auto answer = read_once(port, get_request(each.target, each.headers));
      if (!answer) {
        return tl::unexpected{answer.error()};
      }
      const bool empty = answer->body.find(R"("items":[])") != std::string::npos;
      if (answer->status != 200 || empty || answer->body != each.answer.body) {
        unsettled += each.name + " (" + std::to_string(answer->status) + ") ";
      }
      each.answer = std::move(*answer);
    }
    if (unsettled.empty()) {
      return {};
    }
    std::this_thread::sleep_for(settling);
  }
  return tl::unexpected{failure{"what is read does not settle: " + unsettled}};
}

/// The server and, for every reading, an echo that answers as many bytes.
struct read_stage {
  std::unique_ptr<server_under_test> server;
  std::vector<std::unique_ptr<peer_set>> peers;
  std::vector<std::unique_ptr<read_traffic>> traffic;
  std::vector<subject> subjects;
  std::vector<reading> readings;

  void add(std::string name, const std::string& request, read_traffic::expected_answer expected,
           std::size_t connections, std::uint16_t port, const child_process& process) {
    traffic.push_back(std::make_unique<read_traffic>(std::vector{request}, expected, connections));
    subjects.push_back({std::move(name), port, traffic.back().get(), &process});
  }

  [[nodiscard]] auto add_echo(const bench_context& context, std::size_t body_bytes) -> tl::expected<void, failure> {
    const auto& settings = context.settings;
    auto peer = peer_set::start({peer_kind::echo}, settings.program, context.room, context.io_threads, settings.seats,
                                std::string(body_bytes, 'e'));
    if (!peer) {
      return tl::unexpected{peer.error()};
    }
    peers.push_back(std::make_unique<peer_set>(std::move(*peer)));
    return {};
  }

  [[nodiscard]] auto first_failure() const -> std::string {
    for (std::size_t i = 0; i < traffic.size(); ++i) {
      if (!traffic[i]->first_failure().empty()) {
        return subjects[i].name + ": " + traffic[i]->first_failure();
      }
    }
    return {};
  }
};

[[nodiscard]] auto set_up_server(const bench_context& context, read_stage& stage) -> tl::expected<void, failure> {
  const auto& settings = context.settings;
  auto server = server_under_test::start(context, context.room.below("server"));
  if (!server) {
    return tl::unexpected{server.error()};
  }
  stage.server = std::make_unique<server_under_test>(std::move(*server));
  programme catalogue{settings.seed, programme_time};
  std::vector<std::string> names;
  while (names.size() < searched_events) {
    names.push_back(catalogue.next().name);
  }
  const auto venue = stage.server->make_venue(settings.seats);
  const auto event = venue ? stage.server->make_event(*venue, "Hot event") : tl::unexpected{venue.error()};
  const auto listed = event ? stage.server->make_events(*venue, names) : tl::unexpected{event.error()};
  const auto sold =
      listed ? stage.server->sell_half(*event, settings.seats, settings.seed) : tl::unexpected{listed.error()};
  if (!sold) {
    return tl::unexpected{sold.error()};
  }
  // The word that most names have: a full page of results, as the first letters of a popular search give.
  stage.readings = readings_of(*event, "Live");
  return settle(stage.server->port(), stage.readings);
}

[[nodiscard]] auto add_subjects(const bench_context& context, read_stage& stage) -> tl::expected<void, failure> {
  const auto connections = context.settings.connections;
  const auto& server = *stage.server;
  for (const auto& each : stage.readings) {
    const auto request = get_request(each.target, each.headers);
    const read_traffic::expected_answer expected{.status = 200, .body_bytes = each.answer.body.size()};
    stage.add(each.name, request, expected, connections, server.port(), server.process());
    if (const auto added = stage.add_echo(context, expected.body_bytes); !added) {
      return added;
    }
    const auto& echo = stage.peers.back()->members().front();
    stage.add("echo, " + each.name, request, expected, connections, echo.port, echo.process);
  }
  std::string request;
  for (const auto& each : stage.readings) {
    if (each.again) {
      const auto tag = header_value(each.answer.headers, "etag");
      request = get_request(each.target, each.headers + "If-None-Match: " + std::string{tag} + "\r\n");
      stage.add(std::string{each.name}.append(not_modified), request, {.status = 304}, connections, server.port(),
                server.process());
    }
  }
  const auto& echo = stage.peers.back()->members().front();
  stage.add(std::string{"echo"}.append(not_modified), request, {.status = 304}, connections, echo.port, echo.process);
  return {};
}

[[nodiscard]] auto loop_of(const bench_settings& settings) -> std::pair<load_options, std::size_t> {
  auto how = closed_loop(settings);
  auto rounds = settings.rounds;
  if (settings.quick) {
    // Twelve subjects within the minute.
    how.warm_up = std::min<std::chrono::nanoseconds>(how.warm_up, std::chrono::milliseconds{300});
    how.duration = std::min<std::chrono::nanoseconds>(how.duration, std::chrono::milliseconds{900});
    rounds = std::min<std::size_t>(rounds, 2);
  }
  return {how, rounds};
}

void add_figures(report_json& out, const read_stage& stage, const std::vector<run_result>& runs) {
  chart picture{.name = "p8-reads",
                .title = "P8: reads, beside echo with as many bytes",
                .x_label = {},
                .y_label = "rate over echo's",
                .bars = true,
                .categories = {},
                .lines = {}};
  picture.lines.push_back({"ratio", {}});
  report_json sizes;
  for (const auto& each : stage.readings) {
    const auto ratio = ratio_of(runs, each.name, "echo, " + each.name);
    out["ratios"]["echo, " + each.name] = ratio;
    out["targets"].push_back(target_json(each.name + ": rate over echo's", ratio, ">=", 0.85));
    const auto coding = header_value(each.answer.headers, "content-encoding");
    sizes[each.name] =
        std::to_string(each.answer.body.size()) + (coding.empty() ? " bytes" : " bytes of ") + std::string{coding};
    out["latency_us"][each.name] = latency_json(merged(runs, each.name, &load_result::success_latency));
    picture.lines.front().points.emplace_back(static_cast<double>(picture.categories.size()), ratio);
    picture.categories.push_back(each.name);
  }
  const auto other = std::string{"echo"}.append(not_modified);
  for (const auto& each : stage.readings) {
    if (each.again) {
      const auto name = std::string{each.name}.append(not_modified);
      out["facts"][name + ": rate over echo's"] = ratio_of(runs, name, other);
    }
  }
  const auto hits = stage.server->metric("holdfast_search_cache_hits_total");
  const auto misses = stage.server->metric("holdfast_search_cache_misses_total");
  out["facts"]["bodies"] = sizes;
  out["facts"]["searches from the cache"] = hits / std::max(hits + misses, 1.0);
  out["facts"]["resident bytes of the server"] = stage.server->process().resident_bytes();
  out["charts"].push_back(chart_json(picture));
}

} // namespace

auto run_reads(bench_context& context) -> tl::expected<report_json, failure> {
  read_stage stage;
  auto ready = set_up_server(context, stage);
  if (ready) {
    ready = add_subjects(context, stage);
  }
  if (!ready) {
    return tl::unexpected{ready.error()};
  }
  const auto [how, rounds] = loop_of(context.settings);
  const auto runs = interleave(stage.subjects, how, rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  auto out = workload_json("P8", "Reads from published bodies: event page, seat status, hot search", *runs);
  out["latency_us"] = report_json::object();
  add_figures(out, stage, *runs);
  std::fputs(table_of(*runs).c_str(), stdout);
  if (const auto trouble = check_failures(*runs, stage.first_failure())) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
