#include "tools/bench/chart.hpp"
#include "tools/bench/report.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::tests {

namespace {

using namespace tools::bench;

[[nodiscard]] auto run_of(const std::string& subject, std::size_t round, std::uint64_t successes) -> run_result {
  run_result run{subject, round, {}, 0};
  run.load.successes = successes;
  run.load.seconds = 1;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    run.load.success_latency.record(i * 1'000);
  }
  return run;
}

[[nodiscard]] auto count_of(const std::string& text, const std::string& part) -> std::size_t {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

} // namespace

TEST_CASE("a ratio compares rounds one by one and takes the middle") {
  const std::vector<run_result> runs{run_of("a", 1, 10),  run_of("b", 1, 100), run_of("a", 2, 60),
                                     run_of("b", 2, 100), run_of("a", 3, 5),   run_of("b", 3, 10)};
  CHECK(ratio_of(runs, "a", "b") == doctest::Approx(0.5));
  CHECK(ratio_of(runs, "a", "nobody") == 0);
  CHECK(median({4, 1, 3, 2}) == doctest::Approx(2.5));
  CHECK(median({}) == 0);
}

TEST_CASE("latencies are reported in microseconds") {
  const auto latency = latency_json(run_of("a", 1, 1).load.success_latency);
  CHECK(latency["count"] == 100);
  CHECK(latency["p50"].get<double>() == doctest::Approx(50).epsilon(0.001));
  CHECK(latency["p99"].get<double>() == doctest::Approx(99).epsilon(0.001));
  CHECK(latency["max"].get<double>() == doctest::Approx(100));
}

TEST_CASE("a target is met at its limit and missed beyond it") {
  CHECK(target_json("rate", 0.6, ">=", 0.6)["met"] == true);
  CHECK(target_json("rate", 0.59, ">=", 0.6)["met"] == false);
  CHECK(target_json("p99", 5.0, "<=", 5)["met"] == true);
  CHECK(target_json("p99", 5.1, "<=", 5)["met"] == false);
}

TEST_CASE("large numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999.4) == "999");
  CHECK(grouped(1'000) == "1,000");
  CHECK(grouped(12'345'678) == "12,345,678");
}

TEST_CASE("a chart survives the report's JSON") {
  const chart what{.name = "p1",
                   .title = "Rates & <more>",
                   .x_label = "x",
                   .y_label = "y",
                   .bars = true,
                   .x_log = false,
                   .y_log = true,
                   .categories = {"a", "b"},
                   .lines = {{"median", {{0, 10}, {1, 1'000}}}}};
  const auto back = chart_from(report_json::parse(chart_json(what).dump()));
  REQUIRE(back);
  CHECK(draw(*back) == draw(what));
  CHECK_FALSE(chart_from(report_json{{"name", "x"}}));
}

TEST_CASE("a drawing has a bar a value, a curve a line, and no raw markup of a title") {
  chart bars{.name = "p1",
             .title = "Rates & <more>",
             .x_label = "",
             .y_label = "y",
             .bars = true,
             .categories = {"a", "b", "c"},
             .lines = {{"median", {{0, 10}, {1, 1'000}, {2, 500}}}}};
  const auto drawn = draw(bars);
  CHECK(drawn.starts_with("<svg "));
  CHECK(drawn.ends_with("</svg>\n"));
  CHECK(count_of(drawn, "<rect ") == 1 + 3);
  CHECK(drawn.find("Rates &amp; &lt;more&gt;") != std::string::npos);
  CHECK(drawn.find("nan") == std::string::npos);

  const chart curves{.name = "p2",
                     .title = "Latency",
                     .x_label = "x",
                     .y_label = "y",
                     .bars = false,
                     .x_log = true,
                     .y_log = true,
                     .categories = {},
                     .lines = {{"one", {{1, 10}, {100, 20}}}, {"two", {{1, 5}, {100, 50}}}}};
  CHECK(count_of(draw(curves), "<polyline ") == 2);
}

TEST_CASE("a chart without any value can be drawn") {
  const chart empty{.name = "p", .title = "Nothing", .x_label = "x", .y_label = "y", .categories = {}, .lines = {}};
  const auto drawn = draw(empty);
  CHECK(drawn.find("nan") == std::string::npos);
  CHECK(drawn.find("inf") == std::string::npos);
}

TEST_CASE("a document that is no report is refused with a reason") {
  const auto drawn = draw_all(report_json{{"hello", 1}}, "unused");
  REQUIRE_FALSE(drawn);
  CHECK(drawn.error().what.find("no report") != std::string::npos);
}

} // namespace holdfast::tests
