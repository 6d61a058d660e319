#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::search_test {

TEST_CASE("operators, quotes, wildcards and control characters in a text are no more than what stands between words") {
  search_bench bench;
  naive_events events{1};
  for (const auto* name : {"Tosca", "Carmen", "Not And Or"})
    bench.append(events.publish_new(concert(name)));
  bench.show();
  const auto total = [&](const std::string& text) { return bench.search(words(text)).json.at("total").get<int>(); };
  CHECK(total("tosca") == 1);
  for (const std::string text :
       {"tosca*", "\"tosca\"", "(tosca)", "+tosca", "-tosca", "tosca~2", "tosca^9", "[tosca TO]", "to?ca tosca"}) {
    CAPTURE(text);
    CHECK(total(text) <= 1);
  }
  CHECK(total("\"tosca\"") == 1);
  CHECK(total("-tosca") == 1);
  CHECK(total("+tosca ~") == 1);
  CHECK(total("tosca OR carmen") == 0);
  CHECK(total("tosca NOT carmen") == 0);
  CHECK(total("not and or") == 1);
  CHECK(total("NOT") == 1);
  // Words that put others together are not looked for beside others, and mean nothing by themselves.
  CHECK(total("tosca AND") == 0); // it may go on: Andante …
  CHECK(total("tosca AND ") == 1);
  CHECK(total("NOT tosca") == 1);
  CHECK(total("und oder Tosca nicht ") == 1);
  CHECK(total("not AND tosca ") == 1);
  CHECK(total("*") == 0);
  CHECK(total("* *") == 0);
  CHECK(total("name:tosca") == 0); // two words, and nobody has the first
  CHECK(total("XQ1") == 0);
  CHECK(total(std::string{"tosca\0carmen", 12}) == 0);
  CHECK(total(std::string{"\x01\0\0\0\0\0\0\x1e\xef", 9}) == 0); // the term that an event's document is found by
  CHECK(total(std::string{"\x01", 1}) == 0);
  CHECK(total("'; DROP TABLE events; --") == 0);
  CHECK(total("<script>alert(1)</script>") == 0);
}

TEST_CASE("texts of any length and any bytes are answered") {
  search_bench bench;
  naive_events events{9};
  for (int i = 0; i < 60; ++i)
    bench.append(events.step());
  bench.show();
  CHECK(bench.search(words(std::string(10'240, 'a'))).json.at("total") == 0);
  std::string many;
  for (int i = 0; i < 5'000; ++i)
    many += "tosca ";
  CHECK(bench.search(words(many)).outcome == projections::read_outcome::ok);
  for (int i = 0; i < 300; ++i) {
    std::string bytes;
    for (auto left = events.dice().below(40); left > 0; --left)
      bytes.push_back(static_cast<char>(events.dice().below(events.dice().chance(50) ? 128 : 256)));
    const auto answer = bench.ask(words(bytes));
    bench.settle();
    REQUIRE(answer->outcome.has_value());
    CHECK(*answer->outcome == projections::read_outcome::ok);
  }
}

TEST_CASE("a cursor is taken for what it is: of its order, whole, or not at all") {
  using projections::parse_cursor;
  using projections::search_order;
  const projections::search_place place{0x0123456789abcdef, 42, ~std::uint64_t{0}};
  for (const auto order : {search_order::relevance, search_order::date, search_order::popularity,
                           search_order::distance, search_order::price}) {
    const auto text = cursor_text(order, place);
    CHECK(parse_cursor(text, order) == place);
    for (const auto other : {search_order::relevance, search_order::date, search_order::popularity,
                             search_order::distance, search_order::price})
      CHECK(parse_cursor(text, other).has_value() == (other == order));
    CHECK_FALSE(parse_cursor(text + "0", order).has_value());
    CHECK_FALSE(parse_cursor(text.substr(1), order).has_value());
    auto upper = text;
    upper[3] = 'G';
    CHECK_FALSE(parse_cursor(upper, order).has_value());
  }
  CHECK_FALSE(parse_cursor("", search_order::date).has_value());
}

TEST_CASE("two questions that differ in anything are kept under different keys") {
  using projections::canonical;
  const projections::search_query plain;
  auto other = plain;
  const auto differs = [&] {
    const bool different = canonical(other) != canonical(plain);
    other = plain;
    return different;
  };
  CHECK_FALSE(differs());
  other.text = "x";
  CHECK(differs());
  other.city = "";
  CHECK(differs());
  other.country = "AT";
  CHECK(differs());
  other.categories = {"a"};
  CHECK(differs());
  other.near = projections::geo_point{};
  CHECK(differs());
  other.radius_km = 0;
  CHECK(differs());
  other.from = domain::instant{};
  CHECK(differs());
  other.to = domain::instant{};
  CHECK(differs());
  other.from_local = true;
  CHECK(differs());
  other.to_local = true;
  CHECK(differs());
  other.statuses = {domain::sale_status::draft};
  CHECK(differs());
  other.price_max = 0;
  CHECK(differs());
  other.available = true;
  CHECK(differs());
  other.order = projections::search_order::price;
  CHECK(differs());
  other.after = projections::search_place{};
  CHECK(differs());
  other.limit = 21;
  CHECK(differs());
  other.facets = {projections::search_facet::category};
  CHECK(differs());
}

} // namespace holdfast::search_test
