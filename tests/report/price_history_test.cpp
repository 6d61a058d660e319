#include "projections/report/price_history.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace holdfast::projections_test {

namespace {

using projections::price_change;
using projections::price_history;
using cause = price_change::cause;

auto costs(domain::minor_units price) -> domain::event_config {
  domain::event_config config;
  config.tiers = {{"a", "A", price}, {"b", "B", 500}};
  return config;
}

auto made_by(domain::event_config config, const std::string& rule) -> domain::event_config {
  auto& made = config.price_rules.emplace_back();
  made.id = rule;
  made.tier = config.tiers.front().id;
  made.applied_at = domain::instant{1};
  return config;
}

auto said(const std::string& tier, std::int64_t at, std::uint64_t seq, domain::minor_units price,
          domain::minor_units fee, cause by, const std::string& rule) -> price_change {
  price_change made;
  made.at = {at};
  made.seq = seq;
  made.tier = tier;
  made.price = price;
  made.fee = fee;
  made.by = by;
  made.rule = rule;
  return made;
}

auto row_of(const price_history& from) -> std::string {
  projections::row_writer row;
  from.put(row);
  return row.take();
}

} // namespace

TEST_CASE("a history begins with what a draft costs last, and tells who changed what") {
  price_history history;
  history.take(costs(100), {1}, 1, true);
  history.take(costs(200), {2}, 2, true);
  REQUIRE(history.changes().size() == 2);
  CHECK(history.changes()[0] == said("a", 2, 2, 200, 0, cause::start, ""));
  history.take(costs(200), {3}, 5, false); // other things were amended
  CHECK(history.changes().size() == 2);
  CHECK(history.seq() == 5);
  history.take(costs(250), {4}, 6, false);
  history.take(made_by(costs(300), "early"), {5}, 9, false);
  history.take(made_by(costs(310), "early"), {6}, 10, false); // by hand, though a rule was made long ago
  REQUIRE(history.changes().size() == 5);
  CHECK(history.changes()[2] == said("a", 4, 6, 250, 0, cause::organiser, ""));
  CHECK(history.changes()[3] == said("a", 5, 9, 300, 0, cause::rule, "early"));
  CHECK(history.changes()[4] == said("a", 6, 10, 310, 0, cause::organiser, ""));
}

TEST_CASE("a fee is part of what a tier costs, and a new tier begins where it begins") {
  price_history history;
  history.take(costs(100), {1}, 1, true);
  auto config = costs(100);
  config.tiers[1].fee = 7;
  config.tiers.push_back({"c", "C", 9});
  history.take(config, {2}, 2, false);
  REQUIRE(history.changes().size() == 4);
  CHECK(history.changes()[2] == said("b", 2, 2, 500, 7, cause::organiser, ""));
  CHECK(history.changes()[3] == said("c", 2, 2, 9, 0, cause::start, ""));
}

TEST_CASE("a history stays short, and keeps how it began") {
  price_history history;
  history.take(costs(100), {1}, 1, true);
  for (std::uint64_t i = 1; i <= price_history::changes_max + 50; ++i)
    history.take(costs(100 + static_cast<domain::minor_units>(i)), {static_cast<std::int64_t>(i)}, i + 1, false);
  CHECK(history.changes().size() == price_history::changes_max);
  CHECK(history.changes()[0].by == cause::start);
  CHECK(history.changes()[1].by == cause::start);
  CHECK(history.changes()[2].price == 100 + 53);
  CHECK(history.changes().back().price == 100 + 50 + static_cast<domain::minor_units>(price_history::changes_max));
}

TEST_CASE("a history that was kept goes on as if nothing had been in between, and a cut row is none") {
  price_history history;
  history.take(costs(100), {1}, 1, true);
  history.take(made_by(costs(300), "early"), {5}, 9, false);
  const auto row = row_of(history);
  projections::row_reader in{row};
  price_history again;
  again.take_back(in);
  REQUIRE(in.sound());
  CHECK(in.rest().empty());
  CHECK(row_of(again) == row);
  again.take(made_by(costs(310), "early"), {6}, 10, false);
  history.take(made_by(costs(310), "early"), {6}, 10, false);
  CHECK(row_of(again) == row_of(history));
  for (std::size_t size = 0; size < row.size(); ++size) {
    projections::row_reader short_of{std::string_view{row}.substr(0, size)};
    price_history none;
    none.take_back(short_of);
    CHECK_FALSE(short_of.sound());
  }
}

TEST_CASE("prices are told as they are and were") {
  price_history history;
  history.take(costs(100), {0}, 1, true);
  history.take(made_by(costs(300), "early"), {1'000}, 9, false);
  const auto told = nlohmann::json::parse(projections::prices_json(domain::event_id{7}, {{'E', 'U', 'R'}}, history));
  CHECK(told.at("currency") == "EUR");
  CHECK(told.at("tiers").at(0) == nlohmann::json::parse(R"({"id":"a","name":"A","price":300,"fee":0})"));
  CHECK(told.at("changes").at(2) ==
        nlohmann::json::parse(R"({"at":"1970-01-01T00:00:01.000Z","seq":9,"tier":"a","price":300,"fee":0,
                                  "cause":"rule","rule":"early"})"));
}

} // namespace holdfast::projections_test
