#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "projections/search/column_fold.hpp"
#include "projections/search/event_search.hpp"
#include "projections/search/text_index.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/hot_event.hpp"
#include "tools/bench/interrupt.hpp"
#include "tools/bench/programme.hpp"
#include "tools/bench/workloads.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::tools::bench {

namespace {

using steady = std::chrono::steady_clock;

constexpr domain::instant now{1'795'000'000'000};
constexpr std::uint32_t events_per_commit = 20'000;
constexpr std::size_t questions = 2'000;

/// Bytes that are resident, as the kernel counts them; 0 where it does not tell.
auto resident_bytes() -> std::uint64_t {
  std::ifstream in{"/proc/self/statm"};
  std::uint64_t pages = 0;
  in >> pages >> pages;
  constexpr std::uint64_t page_bytes = 4'096;
  return pages * page_bytes;
}

auto seconds_since(steady::time_point start) -> double {
  return std::chrono::duration<double>(steady::now() - start).count();
}

/// The searched events, indexed as the server does it.
struct catalogue {
  std::unique_ptr<projections::text_index> texts;
  projections::column_fold columns;
  double text_seconds = 0;
  double column_seconds = 0;
  std::uint64_t bytes = 0; ///< resident, more than before
};

void add(catalogue& to, std::uint32_t number, domain::event_config config,
         const std::shared_ptr<const domain::layout>& seats) {
  const domain::event_id event{domain::mix64(number) | 1U};
  auto start = steady::now();
  to.texts->created(event, 1, config);
  to.texts->listed(event, 2);
  to.text_seconds += seconds_since(start);
  const auto facts = std::make_shared<const domain::facts>(
      domain::facts{{now, {}, domain::event_created{event, domain::organisation_id{1}, std::move(config), seats}},
                    {now, {}, domain::event_published{}}});
  start = steady::now();
  to.columns.apply({{journal::stream_kind::event, event.value()}, 1, facts.get(), 0, facts});
  to.column_seconds += seconds_since(start);
}

auto index(const bench_context& context, programme& events, catalogue& to) -> tl::expected<void, failure> {
  domain::layout_spec spec;
  spec.areas.push_back({"floor", "standing", 1'000});
  const auto seats = domain::layout::build(std::move(spec));
  auto opened = projections::text_index::open(context.room.below("search"), "bench", true, {});
  if (!opened || !seats) {
    return tl::unexpected{failure{opened ? "no layout" : opened.error().detail}};
  }
  to.texts = *std::move(opened);
  const auto before = resident_bytes();
  const auto all = context.settings.search_events;
  for (std::uint32_t i = 1; i <= all; ++i) {
    add(to, i, events.next(), *seats);
    if (i % events_per_commit == 0 || i == all) {
      const auto start = steady::now();
      to.texts->commit(journal::cursor{std::to_string(i)});
      to.text_seconds += seconds_since(start);
      say("     indexed " + grouped(i) + " events");
      if (interrupted()) {
        return tl::unexpected{failure{"interrupted"}};
      }
    }
  }
  to.columns.publish();
  const auto after = resident_bytes();
  to.bytes = after > before ? after - before : 0;
  return {};
}

struct answers {
  histogram nanoseconds;
  std::uint64_t found = 0;
  std::uint64_t corrected = 0;
};

/// Asks one question after the other, each of the index itself: no cache is in the way.
auto ask(programme& events, const catalogue& from, std::size_t count) -> tl::expected<answers, failure> {
  const projections::search_view view{from.columns.columns(), from.texts->place(), now.unix_ms};
  using projections::search_facet;
  answers all;
  for (std::size_t i = 0; i < count && !interrupted(); ++i) {
    projections::search_query query;
    query.text = events.question();
    query.facets = {search_facet::category, search_facet::city, search_facet::month, search_facet::price};
    const auto start = steady::now();
    const auto answer = projections::answer_search(query, view);
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(steady::now() - start);
    if (!answer) {
      return tl::unexpected{failure{"the index cannot be read"}};
    }
    all.nanoseconds.record(static_cast<std::uint64_t>(took.count()));
    all.found += answer->json.starts_with(R"({"items":[])") ? 0U : 1U;
    all.corrected += answer->corrected ? 1U : 0U;
  }
  return all;
}

} // namespace

auto run_search(bench_context& context) -> tl::expected<report_json, failure> {
  programme events{context.settings.seed, now};
  catalogue all;
  if (const auto indexed = index(context, events, all); !indexed) {
    return tl::unexpected{indexed.error()};
  }
  // The first questions open the index and bring its pages into memory.
  if (const auto warm = ask(events, all, questions / 10); !warm) {
    return tl::unexpected{warm.error()};
  }
  const auto asked = ask(events, all, questions);
  if (!asked) {
    return tl::unexpected{asked.error()};
  }
  const auto rate = context.settings.search_events / all.text_seconds;
  constexpr double us_per_ms = 1'000;
  const auto p50 = percentile_us(asked->nanoseconds, 0.5) / us_per_ms;
  const auto p99 = percentile_us(asked->nanoseconds, 0.99) / us_per_ms;
  say("     " + grouped(rate) + " events/s indexed, p50 " + std::to_string(p50) + " ms, p99 " + std::to_string(p99) +
      " ms");
  auto out = workload_json("P9", "Search over many events, two words, four facets, cache off", {});
  out["facts"]["events"] = context.settings.search_events;
  out["facts"]["events indexed a second"] = rate;
  out["facts"]["events folded into columns a second"] = context.settings.search_events / all.column_seconds;
  out["facts"]["bytes of memory an event, the writer's and its caches included"] =
      all.bytes / std::max<std::uint32_t>(context.settings.search_events, 1);
  out["facts"]["questions"] = asked->nanoseconds.count();
  out["facts"]["questions with an answer"] = asked->found;
  out["facts"]["questions that were corrected"] = asked->corrected;
  out["latency_us"]["two words, four facets"] = latency_json(asked->nanoseconds);
  out["charts"].push_back(chart_json(
      {.name = "p9-latency",
       .title = "P9: two words, four facets, " + grouped(context.settings.search_events) + " events, cache off",
       .x_label = "1 / (1 - quantile): 10 is p90, 100 is p99",
       .y_label = "microseconds",
       .x_log = true,
       .y_log = true,
       .categories = {},
       .lines = {percentile_line("a search", asked->nanoseconds)}}));
  out["targets"].push_back(target_json("ms, p50", p50, "<=", 10));
  out["targets"].push_back(target_json("ms, p99", p99, "<=", 60));
  out["targets"].push_back(target_json("events indexed a second", rate, ">=", 3'000));
  return out;
}

} // namespace holdfast::tools::bench
