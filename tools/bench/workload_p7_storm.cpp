#include "tools/bench/door_storm.hpp"
#include "tools/bench/hot_event.hpp"
#include "tools/bench/sell_out_traffic.hpp"
#include "tools/bench/waiting_crowd.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr std::string_view stormed = ", storm";
constexpr std::string_view through_room = "through the room";
constexpr std::uint32_t sale_seats = 6'000;
constexpr std::uint32_t quick_sale_seats = 1'000;
/// Everybody of a sell-out was let in before it begins.
constexpr std::uint32_t sale_buyers_per_seat = 5;

[[nodiscard]] auto storm_of(const bench_settings& settings) -> storm_options {
  storm_options options;
  options.seed = settings.seed;
  if (settings.quick) {
    options.requests_per_s /= 4;
    options.waiting /= 10;
  }
  options.waiting = settings.storm_waiting.value_or(options.waiting);
  // Both subjects of each round, and as long again for the sell-out.
  const std::chrono::duration<double> a_run = settings.warm_up + settings.duration;
  const auto seconds = 3 * static_cast<double>(settings.rounds + 1) * a_run.count();
  options.joining =
      static_cast<std::size_t>(seconds * options.requests_per_s / static_cast<double>(options.requests_a_join));
  return options;
}

/// The hot event once more, with a waiting room in which the buyers were let in.
[[nodiscard]] auto add_room_event(hot_stage& stage, const bench_settings& settings)
    -> tl::expected<std::string, failure> {
  const auto event = stage.server().make_event(stage.venue(), "Awaited event");
  auto admissions = event ? admit_all(stage.server(), *event, stage.buyers()) : tl::unexpected{event.error()};
  if (!admissions) {
    return tl::unexpected{admissions.error()};
  }
  stage.add(std::string{through_room}, {.events = {*event},
                                        .seats = settings.seats,
                                        .tokens = stage.buyers(),
                                        .seed = settings.seed,
                                        .admissions = std::move(*admissions)});
  return *event;
}

/// A sell-out of an event in which everybody was let in; beside the storm at the hot event's door, or alone.
[[nodiscard]] auto sell_out(const bench_context& context, hot_stage& stage, const std::string& venue,
                            std::uint32_t seats, door_storm* storm, std::vector<run_result>& runs)
    -> tl::expected<std::string, failure> {
  const auto& settings = context.settings;
  auto& server = stage.server();
  const auto event = server.make_event(venue, "Sell-out");
  auto tokens = event ? server.make_buyers(std::size_t{seats} * sale_buyers_per_seat) : tl::unexpected{event.error()};
  auto admissions = tokens ? admit_all(server, *event, *tokens) : tl::unexpected{tokens.error()};
  if (!admissions) {
    return tl::unexpected{admissions.error()};
  }
  sell_out_traffic crowd{{.event = *event,
                          .seats = seats,
                          .buyers_per_seat = sale_buyers_per_seat,
                          .tokens = std::move(*tokens),
                          .box_office = server.admin_key(),
                          .connections = settings.connections,
                          .seed = settings.seed,
                          .admissions = std::move(*admissions)}};
  auto how = closed_loop(settings);
  how.warm_up = how.duration = {};
  const auto name = std::string{"sell-out"}.append(storm != nullptr ? stormed : std::string_view{});
  const auto sell = [&] { return measure({name, server.port(), &crowd, &server.process()}, how, 1); };
  auto sale = storm != nullptr ? storm->during({}, sell) : sell();
  if (!sale) {
    return tl::unexpected{sale.error()};
  }
  runs.push_back(std::move(*sale));
  if (!crowd.first_failure().empty()) {
    return crowd.first_failure();
  }
  return crowd.orders() == seats && crowd.double_sales() == 0
             ? std::string{}
             : std::to_string(crowd.orders()) + " orders of " + std::to_string(seats) + " seats";
}

[[nodiscard]] auto p99_of(const std::vector<run_result>& runs, const std::string& name,
                          histogram load_result::*which = &load_result::success_latency) -> double {
  return percentile_us(merged(runs, name, which), 0.99);
}

/// How much later the slowest hundredth is answered beside the storm.
[[nodiscard]] auto p99_growth(const std::vector<run_result>& runs, std::string_view name) -> double {
  const std::string alone{name};
  const auto before = p99_of(runs, alone);
  return before > 0 ? p99_of(runs, alone + std::string{stormed}) / before : 0;
}

void add_storm_figures(report_json& out, const std::vector<run_result>& runs, const door_storm& storm) {
  const std::string ours{through_room};
  const auto with = [](std::string_view name) { return std::string{name}.append(stormed); };
  const auto alone = ratio_of(runs, ours, "echo");
  const auto loaded = ratio_of(runs, with(ours), with("echo"));
  out["ratios"]["echo"] = alone;
  out["ratios"]["echo, both beside the storm"] = loaded;
  out["ratios"]["hot event without a room"] = ratio_of(runs, ours, "holdfast");
  for (const auto& name : {ours, with(ours), std::string{"sell-out"}, with("sell-out")}) {
    out["latency_us"][name] = latency_json(merged(runs, name, &load_result::success_latency));
  }
  const auto echo = p99_growth(runs, "echo");
  out["facts"]["storm"] = storm.facts();
  out["facts"]["p99 beside the storm over p99 without"] = {
      {"through the room", p99_growth(runs, through_room)}, {"echo", echo}, {"sell-out", p99_growth(runs, "sell-out")}};
  out["targets"].push_back(
      target_json("ratio to echo beside the storm over the ratio without", alone > 0 ? loaded / alone : 0, ">=", 0.95));
  out["targets"].push_back(target_json("growth of p99 beside the storm over echo's",
                                       echo > 0 ? p99_growth(runs, through_room) / echo : 0, "<=", 1.1));
  out["charts"].push_back(chart_json(rate_chart("p7s-rate", "P1 through a waiting room whose door is stormed", runs)));
  chart latency{.name = "p7s-latency",
                .title = "P1 through a waiting room, with and without a storm at its door",
                .x_label = "1 / (1 - quantile): 10 is p90, 100 is p99",
                .y_label = "microseconds",
                .x_log = true,
                .y_log = true,
                .categories = {},
                .lines = {}};
  for (const auto& name : {ours, with(ours), std::string{"echo"}, with("echo")}) {
    latency.lines.push_back(percentile_line(name, merged(runs, name, &load_result::success_latency)));
  }
  out["charts"].push_back(chart_json(latency));
}

} // namespace

auto run_storm(bench_context& context) -> tl::expected<report_json, failure> {
  const auto& settings = context.settings;
  auto stage = hot_stage::set_up(context, {peer_kind::echo});
  const auto event = stage ? add_room_event(*stage, settings) : tl::unexpected{stage.error()};
  const auto storm =
      event ? door_storm::set_up(stage->server(), *event, storm_of(settings)) : tl::unexpected{event.error()};
  auto runs = storm ? alone_and_beside(context.settings, stage->subjects(), stormed,
                                       [&](auto lasting, const auto& main) { return (*storm)->during(lasting, main); })
                    : tl::unexpected{storm.error()};
  const auto seats = settings.quick ? quick_sale_seats : sale_seats;
  const auto venue = runs ? stage->server().make_venue(seats) : tl::unexpected{runs.error()};
  const auto alone = venue ? sell_out(context, *stage, *venue, seats, nullptr, *runs) : tl::unexpected{venue.error()};
  const auto loaded =
      alone ? sell_out(context, *stage, *venue, seats, storm->get(), *runs) : tl::unexpected{alone.error()};
  if (!loaded) {
    return tl::unexpected{loaded.error()};
  }
  auto out = workload_json("P7s", "Hot event and sell-out through a waiting room, and a storm at its door", *runs);
  out["latency_us"] = report_json::object();
  add_storm_figures(out, *runs, **storm);
  out["facts"]["seats of the sell-out"] = seats;
  std::fputs(table_of(*runs).c_str(), stdout);
  const auto& of_sale = alone->empty() ? *loaded : *alone;
  const auto failed = check_failures(*runs, of_sale.empty() ? stage->first_failure() : of_sale);
  if (failed || !of_sale.empty()) {
    out["trouble"] = failed ? *failed : "the sell-out: " + of_sale;
  } else if (const auto of_storm = (*storm)->trouble(); !of_storm.empty()) {
    out["trouble"] = of_storm;
  }
  return out;
}

} // namespace holdfast::tools::bench
