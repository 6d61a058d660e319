#include "tools/bench/hot_event.hpp"
#include "tools/bench/sell_out_traffic.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <cstdio>

namespace holdfast::tools::bench {

namespace {

constexpr auto slice = std::chrono::milliseconds{250};
constexpr auto audit_patience = std::chrono::minutes{10};
/// 2 M buyers take half a minute; --quick sells a smaller hall to as many buyers a seat.
constexpr std::uint32_t quick_seats = 9'000;

[[nodiscard]] auto sold_according_to(const server_under_test& server, const std::string& event)
    -> tl::expected<std::uint64_t, failure> {
  // The event's own answer to a write says how far its views must be.
  const auto page = server.api().call("GET", "/v1/events/" + event);
  if (!page) {
    return tl::unexpected{page.error()};
  }
  const auto seats = server.api().call("GET", "/v1/events/" + event +
                                                  "/seats?min_seq=" + page->value("seq", nlohmann::json{0}).dump());
  if (!seats) {
    return tl::unexpected{seats.error()};
  }
  std::uint64_t sold = 0;
  for (const auto& seat : seats->value("seats", nlohmann::json::array())) {
    sold += seat.value("status", "") == "sold" ? 1U : 0U;
  }
  return sold;
}

[[nodiscard]] auto timeline(const load_result& load) -> chart {
  chart out{.name = "p3-sell-out",
            .title = "P3: a sell-out, 33 buyers a seat",
            .x_label = "seconds since the doors opened",
            .y_label = "answers a second",
            .categories = {},
            .lines = {}};
  chart::line held{"held", {}};
  chart::line refused{"refused", {}};
  const double seconds = std::chrono::duration<double>(slice).count();
  for (std::size_t i = 0; i + 1 < load.slices.size(); ++i) {
    const double at = static_cast<double>(i) * seconds;
    held.points.emplace_back(at, static_cast<double>(load.slices[i].successes) / seconds);
    refused.points.emplace_back(at, static_cast<double>(load.slices[i].rejections) / seconds);
  }
  out.lines = {std::move(held), std::move(refused)};
  return out;
}

/// The independent verifier's word on the data directory.
[[nodiscard]] auto audit(const bench_context& context, const std::filesystem::path& data)
    -> tl::expected<void, failure> {
  return run_to_end({.command = {context.settings.program, "audit", "--data", data},
                     .user = std::nullopt,
                     .log = context.room.below("audit.log"),
                     .environment = {},
                     .directory = {}},
                    audit_patience);
}

void add_targets(report_json& out, const load_result& load, double hot_rate, std::uint64_t double_sales,
                 const report_json& rejections) {
  const auto commands = static_cast<double>(load.decisions() + load.asides);
  out["facts"]["seconds to sell out"] = load.seconds;
  out["facts"]["commands a second, confirmations included"] = commands / load.seconds;
  out["facts"]["hot event's rate in the same run"] = hot_rate;
  out["targets"].push_back(
      target_json("rate over the hot event's in the same run", commands / load.seconds / hot_rate, ">=", 0.9));
  out["targets"].push_back(target_json("double sales", static_cast<double>(double_sales), "<=", 0));
  const auto success = percentile_us(load.success_latency, 0.99);
  const auto rejection = percentile_us(load.rejection_latency, 0.99);
  out["targets"].push_back(target_json("p99 of a rejection over p99 of a success", rejection / success, "<=", 1.1));
  double worst = 0;
  for (const auto& [seats, microseconds] : rejections.items()) {
    worst = std::max(worst, microseconds.get<double>());
  }
  out["facts"]["deciding a rejection with alternatives, us by seats"] = rejections;
  out["targets"].push_back(target_json("us to decide a rejection with alternatives, any size", worst, "<=", 5));
}

/// What was counted by three parties must be the same number: acknowledgements here, the seat view, the auditor.
[[nodiscard]] auto disagreement(const sell_out_traffic& crowd, std::uint64_t sold, std::uint32_t seats,
                                const tl::expected<void, failure>& audited) -> std::optional<std::string> {
  if (crowd.orders() == seats && sold == seats && audited) {
    return std::nullopt;
  }
  return "the books do not agree: " + std::to_string(crowd.orders()) + " orders, " + std::to_string(sold) +
         " seats shown as sold, " + std::to_string(seats) +
         " seats; audit: " + (audited ? "0 violations" : audited.error().what);
}

/// An event in the same venue that nobody has held a seat of, and everybody who wants one.
[[nodiscard]] auto make_crowd(const bench_settings& settings, const hot_stage& stage, server_under_test& server)
    -> tl::expected<std::pair<std::string, std::unique_ptr<sell_out_traffic>>, failure> {
  auto event = server.make_event(stage.venue(), "Sell-out");
  if (!event) {
    return tl::unexpected{event.error()};
  }
  const std::size_t buyers = std::size_t{settings.seats} * settings.buyers_per_seat;
  say("     making " + grouped(static_cast<double>(buyers)) + " buyers");
  auto tokens = server.make_buyers(buyers);
  if (!tokens) {
    return tl::unexpected{tokens.error()};
  }
  auto crowd = std::make_unique<sell_out_traffic>(sell_out_options{.event = *event,
                                                                   .seats = settings.seats,
                                                                   .buyers_per_seat = settings.buyers_per_seat,
                                                                   .tokens = std::move(*tokens),
                                                                   .box_office = server.admin_key(),
                                                                   .connections = settings.connections,
                                                                   .seed = settings.seed});
  return std::pair{std::move(*event), std::move(crowd)};
}

} // namespace

auto run_sell_out(bench_context& context) -> tl::expected<report_json, failure> {
  auto& settings = context.settings;
  settings.seats = settings.quick ? std::min(settings.seats, quick_seats) : settings.seats;
  auto stage = hot_stage::set_up(context, {});
  if (!stage) {
    return tl::unexpected{stage.error()};
  }
  auto& server = stage->server();
  const auto made = make_crowd(settings, *stage, server);
  const auto hot = made ? interleave(stage->subjects(), closed_loop(settings), 1) : tl::unexpected{made.error()};
  if (!hot) {
    return tl::unexpected{hot.error()};
  }
  const auto& [event, crowd] = *made;
  auto options = closed_loop(settings);
  options.warm_up = options.duration = {};
  options.slice = slice;
  const auto sale = measure({"sell-out", server.port(), crowd.get(), &server.process()}, options, 1);
  const auto sold = sale ? sold_according_to(server, event) : tl::unexpected{sale.error()};
  const auto rejections =
      sold ? run_worker(context, {"rejections"}, std::chrono::seconds{60}) : tl::unexpected{sold.error()};
  if (!rejections) {
    return tl::unexpected{rejections.error()};
  }
  server.process().stop(std::chrono::seconds{60});
  const auto audited = audit(context, context.room.below("server"));

  const std::vector<run_result> runs{*sale};
  auto out = workload_json("P3", "Sell-out: " + std::to_string(settings.buyers_per_seat) + " buyers a seat", runs);
  add_targets(out, sale->load, hot->front().load.rate(), crowd->double_sales(), *rejections);
  out["facts"]["seats"] = settings.seats;
  out["facts"]["orders"] = crowd->orders();
  out["facts"]["seats shown as sold"] = *sold;
  out["facts"]["rejections with alternatives"] = crowd->rejections_with_alternatives();
  out["facts"]["audit"] = audited ? "0 violations" : audited.error().what;
  out["charts"].push_back(chart_json(timeline(sale->load)));
  std::fputs(table_of(runs).c_str(), stdout);
  const auto failed = check_failures(runs, crowd->first_failure());
  if (const auto trouble = failed ? failed : disagreement(*crowd, *sold, settings.seats, audited)) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
