#include "tools/bench/hot_event.hpp"
#include "tools/bench/queue_traffic.hpp"
#include "tools/bench/read_traffic.hpp"
#include "tools/bench/room_size.hpp"
#include "tools/bench/waiting_crowd.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

namespace holdfast::tools::bench {

namespace {

/// Joins of one run: each takes a buyer who has not joined before.
constexpr std::size_t joins_a_run = 100'000;
constexpr std::size_t quick_joins_a_run = 6'000;
constexpr double set_rate_per_s = 200;
constexpr auto admitting = std::chrono::seconds{30};
constexpr auto quick_admitting = std::chrono::seconds{13};
constexpr std::int64_t window_ms = 10'000;
/// The bucket begins full: what it lets in at once is over by then.
constexpr std::int64_t burst_ms = 1'000;
/// While people are let in the others poll, as they would.
constexpr double looks_per_s = 2'000;
constexpr std::size_t look_connections = 32;
constexpr std::size_t lookers_max = 20'000;

/// The server with a waiting room that lets nobody in, and an echo for each kind of request.
struct room_stage {
  std::unique_ptr<server_under_test> server;
  std::string event;
  std::vector<std::string> tokens; ///< of everybody who may join
  std::unique_ptr<join_traffic> joins;
  std::unique_ptr<join_traffic> echoed_joins;
  std::unique_ptr<peer_set> join_echo;
  std::unique_ptr<read_traffic> looks;
  std::unique_ptr<peer_set> look_echo;

  [[nodiscard]] auto first_failure() const -> std::string {
    if (!joins->first_failure().empty()) {
      return joins->first_failure();
    }
    return looks ? looks->first_failure() : std::string{};
  }
};

[[nodiscard]] auto joins_of(const bench_settings& settings) -> std::size_t {
  return settings.quick ? quick_joins_a_run : joins_a_run;
}

[[nodiscard]] auto start_echo(const bench_context& context, const std::string& body)
    -> tl::expected<std::unique_ptr<peer_set>, failure> {
  const auto& settings = context.settings;
  auto peer =
      peer_set::start({peer_kind::echo}, settings.program, context.room, context.io_threads, settings.seats, body);
  if (!peer) {
    return tl::unexpected{peer.error()};
  }
  return std::make_unique<peer_set>(std::move(*peer));
}

[[nodiscard]] auto set_up_room(const bench_context& context, room_stage& stage) -> tl::expected<void, failure> {
  const auto& settings = context.settings;
  auto server = server_under_test::start(context, context.room.below("server"));
  if (!server) {
    return tl::unexpected{server.error()};
  }
  stage.server = std::make_unique<server_under_test>(std::move(*server));
  const auto venue = stage.server->make_venue(settings.seats);
  const auto event = venue ? stage.server->make_event(*venue, "Awaited event") : tl::unexpected{venue.error()};
  const auto opened =
      event ? change_room(*stage.server, *event, {{"rate_per_s", 0}, {"mode", "on"}}) : tl::unexpected{event.error()};
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  stage.event = *event;
  const auto buyers = (settings.rounds + 1) * joins_of(settings);
  say("     making " + grouped(static_cast<double>(buyers)) + " buyers");
  auto tokens = stage.server->make_buyers(buyers);
  // What an answer looks like, for echo.
  api_client first{stage.server->port(), tokens && !tokens->empty() ? tokens->back() : std::string{}};
  const auto answer =
      tokens ? first.ask("POST", "/v1/events/" + stage.event + "/queue", "{}") : tl::unexpected{tokens.error()};
  if (!answer || answer->status != 201) {
    return tl::unexpected{
        failure{"a first join was not answered 201: " + (answer ? answer->body : answer.error().what)}};
  }
  tokens->pop_back();
  stage.tokens = std::move(*tokens);
  auto echo = start_echo(context, answer->body);
  if (!echo) {
    return tl::unexpected{echo.error()};
  }
  stage.join_echo = std::move(*echo);
  stage.joins = std::make_unique<join_traffic>(stage.event, stage.tokens, settings.connections);
  stage.joins->keep_tickets();
  stage.echoed_joins = std::make_unique<join_traffic>(stage.event, stage.tokens, settings.connections);
  return {};
}

/// A run of joins on each, round after round; the first of each warms up and does not count.
[[nodiscard]] auto measure_joins(const bench_context& context, room_stage& stage)
    -> tl::expected<std::vector<run_result>, failure> {
  const auto& settings = context.settings;
  auto how = closed_loop(settings);
  how.warm_up = how.duration = {};
  const auto& echo = stage.join_echo->members().front();
  std::vector<run_result> runs;
  for (std::size_t round = 0; round <= settings.rounds; ++round) {
    for (const auto& whom : {subject{"join", stage.server->port(), stage.joins.get(), &stage.server->process()},
                             subject{"echo, join", echo.port, stage.echoed_joins.get(), &echo.process}}) {
      static_cast<join_traffic*>(whom.what)->allow(joins_of(settings));
      auto run = measure(whom, how, round);
      if (!run) {
        return tl::unexpected{run.error()};
      }
      if (round > 0) {
        runs.push_back(std::move(*run));
      }
    }
  }
  return runs;
}

/// The last of those who joined: they were heard of least long ago.
[[nodiscard]] auto lookers(const room_stage& stage) -> std::pair<std::vector<std::string>, std::vector<std::string>> {
  std::pair<std::vector<std::string>, std::vector<std::string>> found;
  const auto& tickets = stage.joins->tickets();
  for (std::size_t i = tickets.size(); i > 0 && found.first.size() < lookers_max; --i) {
    if (!tickets[i - 1].empty()) {
      found.first.push_back(stage.tokens[i - 1]);
      found.second.push_back(tickets[i - 1]);
    }
  }
  return found;
}

[[nodiscard]] auto measure_looks(const bench_context& context, room_stage& stage)
    -> tl::expected<std::vector<run_result>, failure> {
  const auto& settings = context.settings;
  const auto [tokens, tickets] = lookers(stage);
  auto requests = looks_of(stage.event, tokens, tickets);
  const auto answer = requests.empty() ? tl::expected<kept_answer, failure>{tl::unexpected{failure{"nobody joined"}}}
                                       : read_once(stage.server->port(), requests.front());
  if (!answer || answer->status != 200) {
    return tl::unexpected{
        failure{"a first look was not answered 200: " + (answer ? answer->body : answer.error().what)}};
  }
  auto echo = start_echo(context, answer->body);
  if (!echo) {
    return tl::unexpected{echo.error()};
  }
  stage.look_echo = std::move(*echo);
  stage.looks = std::make_unique<read_traffic>(std::move(requests), read_traffic::expected_answer{.any_size = true},
                                               std::max(settings.connections, look_connections));
  const auto& member = stage.look_echo->members().front();
  return interleave({{"poll", stage.server->port(), stage.looks.get(), &stage.server->process()},
                     {"echo, poll", member.port, stage.looks.get(), &member.process}},
                    closed_loop(settings), settings.rounds);
}

/// Lets people in at a set rate while the others poll; what the journal says of it.
[[nodiscard]] auto measure_admission(const bench_context& context, room_stage& stage)
    -> tl::expected<std::vector<admitted_batch>, failure> {
  const auto before = room_status(*stage.server, stage.event);
  if (!before) {
    return tl::unexpected{before.error()};
  }
  load_options looking;
  looking.port = stage.server->port();
  looking.connections = look_connections;
  looking.pace = pacing::poisson;
  looking.rate_per_s = looks_per_s;
  looking.duration = context.settings.quick ? quick_admitting : admitting;
  const auto batch = static_cast<std::uint32_t>(set_rate_per_s / 4);
  // Whoever waited unheard of while joins were measured would miss their turn: first everybody is heard of again.
  auto hearing = looking;
  hearing.pace = pacing::closed;
  hearing.duration = std::chrono::seconds{2};
  const auto heard = run_load(hearing, *stage.looks);
  const auto begun = heard ? change_room(*stage.server, stage.event, {{"rate_per_s", set_rate_per_s}, {"batch", batch}})
                           : tl::unexpected{heard.error()};
  const auto looked = begun ? run_load(looking, *stage.looks) : tl::unexpected{begun.error()};
  const auto ended =
      looked ? change_room(*stage.server, stage.event, {{"rate_per_s", 0}}) : tl::unexpected{looked.error()};
  if (!ended) {
    return tl::unexpected{ended.error()};
  }
  return admissions_since(*stage.server, stage.event, before->value("seq", std::uint64_t{0}) + 1);
}

/// How far any ten seconds are off, as a share of what the rate asks for.
[[nodiscard]] auto worst_deviation(const std::vector<admitted_batch>& all, extremes& within) -> double {
  const auto wanted = set_rate_per_s * static_cast<double>(window_ms) / 1000;
  within = {};
  if (all.empty()) {
    return 1;
  }
  within = extremes_of(all, all.front().at_ms + burst_ms, all.back().at_ms, window_ms);
  return std::max(std::abs(static_cast<double>(within.most) - wanted),
                  std::abs(static_cast<double>(within.fewest) - wanted)) /
         wanted;
}

[[nodiscard]] auto admission_chart(const std::vector<admitted_batch>& all) -> chart {
  chart out{.name = "p7-admission",
            .title = "P7: people let in",
            .x_label = "seconds since the first",
            .y_label = "people since then",
            .categories = {},
            .lines = {}};
  chart::line measured{"let in", {}};
  chart::line wanted{"as set", {}};
  double sum = 0;
  for (const auto& [at, people] : all) {
    const auto seconds = static_cast<double>(at - all.front().at_ms) / 1000;
    sum += people;
    measured.points.emplace_back(seconds, sum);
    wanted.points.emplace_back(seconds, all.front().people + set_rate_per_s * seconds);
  }
  out.lines = {std::move(measured), std::move(wanted)};
  return out;
}

void add_ratios(report_json& out, const std::vector<run_result>& runs) {
  chart picture{.name = "p7-rates",
                .title = "P7: joining and polling, beside echo",
                .x_label = {},
                .y_label = "rate over echo's",
                .bars = true,
                .categories = {"join", "poll"},
                .lines = {}};
  picture.lines.push_back({"ratio", {}});
  constexpr std::pair<const char*, double> wanted[]{{"join", 0.5}, {"poll", 0.8}};
  for (const auto& [name, least] : wanted) {
    const auto echo = std::string{"echo, "} + name;
    const auto ratio = ratio_of(runs, name, echo);
    out["ratios"][echo] = ratio;
    out["targets"].push_back(target_json(std::string{name} + ": rate over echo's", ratio, ">=", least));
    out["latency_us"][name] = latency_json(merged(runs, name, &load_result::success_latency));
    picture.lines.front().points.emplace_back(static_cast<double>(picture.lines.front().points.size()), ratio);
  }
  out["charts"].push_back(chart_json(picture));
}

void add_admission(report_json& out, const std::vector<admitted_batch>& all) {
  extremes within;
  const auto deviation = worst_deviation(all, within);
  out["facts"]["admission"] = {{"set rate, people a second", set_rate_per_s},
                               {"facts of people let in", all.size()},
                               {"fewest in any ten seconds", within.fewest},
                               {"most in any ten seconds", within.most}};
  out["targets"].push_back(target_json("admission in any ten seconds: off by", deviation, "<=", 0.01));
  out["charts"].push_back(chart_json(admission_chart(all)));
}

} // namespace

auto run_waiting_room(bench_context& context) -> tl::expected<report_json, failure> {
  room_stage stage;
  const auto ready = set_up_room(context, stage);
  auto runs = ready ? measure_joins(context, stage) : tl::unexpected{ready.error()};
  auto looks = runs ? measure_looks(context, stage) : tl::unexpected{runs.error()};
  const auto admitted = looks ? measure_admission(context, stage) : tl::unexpected{looks.error()};
  if (!admitted) {
    return tl::unexpected{admitted.error()};
  }
  std::move(looks->begin(), looks->end(), std::back_inserter(*runs));
  const auto failed = check_failures(*runs, stage.first_failure());
  stage = {}; // its processes end before the next are measured
  const auto size = measure_room_size(context);
  if (!size) {
    return tl::unexpected{size.error()};
  }
  auto out = workload_json("P7", "Waiting room: join, poll, admission at a set rate, and its size", *runs);
  out["latency_us"] = report_json::object();
  add_ratios(out, *runs);
  add_admission(out, *admitted);
  add_room_size(out, *size);
  std::fputs(table_of(*runs).c_str(), stdout);
  if (failed) {
    out["trouble"] = *failed;
  } else if (size->waiting < size->people) {
    out["trouble"] = "after the restart " + grouped(static_cast<double>(size->waiting)) + " people waited";
  }
  return out;
}

} // namespace holdfast::tools::bench
