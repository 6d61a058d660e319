#include "tools/bench/hot_event.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace holdfast::tools::bench {

namespace {

constexpr std::array<std::uint32_t, 4> sizes{1'000, 10'000, 60'000, 100'000};
/// Events whose past fills the old journal.
constexpr std::uint32_t filler_events = 100;
constexpr std::uint32_t filler_seats = 1'000;
constexpr auto prefill_patience = std::chrono::minutes{30};

/// How much slower the slowest of these is than the fastest, in percent of the fastest.
[[nodiscard]] auto spread_percent(const std::vector<double>& rates) -> double {
  const auto [low, high] = std::minmax_element(rates.begin(), rates.end());
  return rates.empty() || *high <= 0 ? 100 : (1 - *low / *high) * 100;
}

/// Views are folded from the whole journal before a server says that it is ready.
[[nodiscard]] auto start_patience(std::uint64_t records) -> std::chrono::milliseconds {
  constexpr std::uint64_t records_per_ms_min = 20;
  return std::chrono::minutes{1} + std::chrono::milliseconds{records / records_per_ms_min};
}

struct grown {
  std::vector<run_result> runs;
  std::vector<double> rates; ///< medians, smallest first
  std::vector<double> sizes;
  std::string first_failure;
};

/// Events of growing size in one server, each connection on seats of its own, so that all sizes refuse equally often: never.
[[nodiscard]] auto grow_seats(const bench_context& context) -> tl::expected<grown, failure> {
  const auto& settings = context.settings;
  auto server = server_under_test::start(context, context.room.below("server"));
  const auto buyers = server ? server->make_buyers(settings.connections) : tl::unexpected{server.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  std::vector<std::unique_ptr<booking_traffic>> traffic;
  std::vector<subject> subjects;
  for (const auto seats : sizes) {
    const auto venue = server->make_venue(seats);
    const auto event = venue ? server->make_event(*venue, grouped(seats)) : tl::unexpected{venue.error()};
    if (!event) {
      return tl::unexpected{event.error()};
    }
    traffic.push_back(std::make_unique<booking_traffic>(booking_options{
        .events = {*event}, .seats = seats, .tokens = *buyers, .seed = settings.seed + seats, .apart = true}));
    subjects.push_back({grouped(seats) + " seats", server->port(), traffic.back().get(), &server->process()});
  }
  auto runs = interleave(subjects, closed_loop(settings), settings.rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  grown out{std::move(*runs), {}, {}, {}};
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    out.rates.push_back(median(rates_of(out.runs, subjects[i].name)));
    out.sizes.push_back(sizes[i]);
    if (out.first_failure.empty()) {
      out.first_failure = traffic[i]->first_failure();
    }
  }
  return out;
}

/// A server with one hot event, over a journal that already holds `records` of other events.
struct aged_server {
  std::unique_ptr<server_under_test> server;
  std::unique_ptr<booking_traffic> traffic;
};

[[nodiscard]] auto start_aged(const bench_context& context, std::uint64_t records)
    -> tl::expected<aged_server, failure> {
  const auto& settings = context.settings;
  const auto data = context.room.below("journal-" + std::to_string(records));
  auto server = server_under_test::start(context, data);
  const auto filler_venue = server ? server->make_venue(filler_seats) : tl::unexpected{server.error()};
  const auto fillers =
      filler_venue ? server->make_events(*filler_venue, filler_events) : tl::unexpected{filler_venue.error()};
  if (!fillers) {
    return tl::unexpected{fillers.error()};
  }
  server->process().stop(std::chrono::seconds{60});
  say("     writing " + grouped(static_cast<double>(records)) + " records");
  const auto filled =
      run_worker(context, {"prefill", "--data", data, "--records", std::to_string(records)}, prefill_patience);
  if (!filled) {
    return tl::unexpected{filled.error()};
  }
  server = server_under_test::start(context, data, start_patience(records));
  const auto venue = server ? server->make_venue(settings.seats) : tl::unexpected{server.error()};
  const auto event = venue ? server->make_event(*venue, "Hot event") : tl::unexpected{venue.error()};
  const auto buyers = event ? server->make_buyers(settings.connections) : tl::unexpected{event.error()};
  if (!buyers) {
    return tl::unexpected{buyers.error()};
  }
  aged_server out;
  out.traffic = std::make_unique<booking_traffic>(
      booking_options{.events = {*event}, .seats = settings.seats, .tokens = *buyers, .seed = settings.seed});
  out.server = std::make_unique<server_under_test>(std::move(*server));
  return out;
}

[[nodiscard]] auto grow_journal(const bench_context& context) -> tl::expected<grown, failure> {
  const auto& settings = context.settings;
  std::vector<aged_server> servers;
  std::vector<subject> subjects;
  grown out;
  for (const auto records : {settings.records_small, settings.records_large}) {
    auto aged = start_aged(context, records);
    if (!aged) {
      return tl::unexpected{aged.error()};
    }
    subjects.push_back({grouped(static_cast<double>(records)) + " records", aged->server->port(), aged->traffic.get(),
                        &aged->server->process()});
    out.sizes.push_back(static_cast<double>(records));
    servers.push_back(std::move(*aged));
  }
  auto runs = interleave(subjects, closed_loop(settings), settings.rounds);
  if (!runs) {
    return tl::unexpected{runs.error()};
  }
  out.runs = std::move(*runs);
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    out.rates.push_back(median(rates_of(out.runs, subjects[i].name)));
    if (out.first_failure.empty()) {
      out.first_failure = servers[i].traffic->first_failure();
    }
  }
  return out;
}

[[nodiscard]] auto growth_chart(const std::string& name, const std::string& title, const std::string& x_label,
                                const grown& what) -> report_json {
  chart out{.name = name,
            .title = title,
            .x_label = x_label,
            .y_label = "microseconds a decision",
            .x_log = true,
            .categories = {},
            .lines = {}};
  chart::line cost{"cost of a hold or release", {}};
  for (std::size_t i = 0; i < what.rates.size(); ++i) {
    cost.points.emplace_back(what.sizes[i], 1e6 / std::max(what.rates[i], 1.0));
  }
  out.lines.push_back(std::move(cost));
  return chart_json(out);
}

} // namespace

auto run_growth(bench_context& context) -> tl::expected<report_json, failure> {
  auto seats = grow_seats(context);
  if (!seats) {
    return tl::unexpected{seats.error()};
  }
  auto journal = grow_journal(context);
  if (!journal) {
    return tl::unexpected{journal.error()};
  }
  std::vector<run_result> all = std::move(seats->runs);
  std::move(journal->runs.begin(), journal->runs.end(), std::back_inserter(all));
  auto out = workload_json("P5", "Growth: seats of an event, records of a journal", all);
  out["ratios"]["100,000 seats over 1,000"] = seats->rates.back() / seats->rates.front();
  out["ratios"]["large journal over small"] = journal->rates.back() / journal->rates.front();
  out["targets"].push_back(
      target_json("% between the fastest and the slowest size, seats", spread_percent(seats->rates), "<=", 10));
  out["targets"].push_back(
      target_json("% between the fastest and the slowest, records", spread_percent(journal->rates), "<=", 10));
  out["charts"].push_back(growth_chart("p5-seats", "P5: cost by the size of the event", "seats", *seats));
  out["charts"].push_back(
      growth_chart("p5-journal", "P5: cost by the age of the journal", "records in the journal", *journal));
  std::fputs(table_of(all).c_str(), stdout);
  const auto& first = seats->first_failure.empty() ? journal->first_failure : seats->first_failure;
  if (const auto trouble = check_failures(all, first)) {
    out["trouble"] = *trouble;
  }
  return out;
}

} // namespace holdfast::tools::bench
