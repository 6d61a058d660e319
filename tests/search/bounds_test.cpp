#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>

namespace holdfast::search_test {

namespace {

auto no_time() -> projections::search_settings {
  projections::search_settings settings;
  settings.question_time_max = std::chrono::milliseconds{0};
  return settings;
}

} // namespace

TEST_CASE("a question whose time is up is answered with what was found, and says that it is a part") {
  search_bench bench{no_time()};
  search_bench patient;
  naive_events events{1};
  for (int i = 0; i < 200; ++i) {
    const auto group = events.publish_new(concert("Gala " + std::to_string(i)));
    bench.append(group);
    patient.append(group);
  }
  bench.now() = patient.now() = events.now();
  bench.show();
  patient.show();
  projections::search_query query;
  for (const auto* text : {"", "gala"}) {
    CAPTURE(text);
    query.text = text;
    query.facets = {projections::search_facet::city};
    const auto part = bench.search(query);
    CHECK(part.outcome == projections::read_outcome::ok);
    CHECK(part.json.at("partial") == true);
    CHECK(part.json.at("total").get<std::size_t>() < 200);
    const auto all = patient.search(query);
    CHECK(all.json.at("partial") == false);
    CHECK(all.json.at("total") == 200);
  }
  CHECK(bench.metrics().partial == 2);
  CHECK(patient.metrics().partial == 0);
  CHECK(bench.suggest("gala").outcome == projections::read_outcome::ok);
}

TEST_CASE("answers say how old they are once a projection has stopped") {
  for (const bool text_stops : {false, true}) {
    CAPTURE(text_stops);
    search_bench bench;
    naive_events events{1};
    bench.append(events.publish_new(concert("Gala")));
    bench.now() = events.now();
    bench.show();
    projections::search_query query;
    query.text = "gala";
    CHECK(bench.search(query).made_at == domain::instant{projections::search_slots::still}); // it follows
    // An event that was never created: hold facts are the columns' alone.
    journal::append_group odd;
    odd.stream = {journal::stream_kind::event, 4};
    odd.first_seq = 1;
    const domain::fact_body body = text_stops ? domain::fact_body{domain::event_published{}}
                                              : domain::fact_body{domain::hold_released{domain::hold_number{1}, {}}};
    odd.facts = std::make_shared<const domain::facts>(domain::facts{{bench.now(), {}, body}});
    bench.append(std::move(odd));
    bench.settle();
    const auto stopped_at = bench.now();
    REQUIRE(bench.runner("search").state() == projections::runner_state::stopped);
    REQUIRE((bench.runner("search_text").state() == projections::runner_state::stopped) == text_stops);
    bench.now() = bench.now() + domain::seconds(90);
    const auto last = bench.search(query);
    CHECK(last.events().size() == 1);  // what was there goes on being shown …
    CHECK(last.made_at == stopped_at); // … and is as old as it is
    CHECK(bench.suggest("gala").made_at == stopped_at);
  }
}

} // namespace holdfast::search_test
