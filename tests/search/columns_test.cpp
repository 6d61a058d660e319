#include "projections/search/column_fold.hpp"
#include "tests/search/naive_events.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::search_test {

namespace {

using projections::column_fold;
using rows = std::map<std::string, std::string>;

void apply(column_fold& to, const journal::append_group& group) {
  to.apply({group.stream, group.first_seq, group.facts.get(), 0, group.facts});
}

void save(column_fold& from, rows& to) {
  const auto changes = from.take_changes();
  for (const auto& each : changes.all())
    to[each.key] = each.value.value();
}

auto loaded(const rows& from) -> std::unique_ptr<column_fold> {
  auto fold = std::make_unique<column_fold>();
  for (const auto& [key, value] : from)
    REQUIRE(fold->take_row(key, value));
  return fold;
}

void compare(const column_fold& fold, const naive_events& events) {
  const auto& columns = *fold.columns();
  REQUIRE(columns.size() == events.all().size());
  for (std::uint32_t i = 0; i < columns.size(); ++i) {
    const auto& row = columns.row(i);
    const auto& should = *events.all()[i];
    CAPTURE(i);
    CHECK(row.event.get() == should.event.value());
    CHECK(row.status.get() == should.status);
    CHECK(row.listed.get() == should.listed);
    CHECK(row.available.get() == should.available());
    CHECK(row.capacity.get() == should.capacity);
    CHECK(row.popularity.get() == doctest::Approx(should.popularity()).epsilon(1e-12));
    CHECK(columns.cities.at(row.city.get()).name == should.config.venue.city);
    CHECK(columns.countries.at(row.country.get()).name == should.config.venue.country);
    CHECK(columns.categories.at(row.category.get()).name == should.config.category);
    CHECK(row.starts_at.get() == should.config.starts_at.unix_ms);
    CHECK(row.price_from.get() == should.config.tiers.front().price);
    for (const auto moment : {events.now(), events.now() + domain::hours(100)})
      CHECK(row.status_at(moment.unix_ms) == domain::sale_status_at(should.status, should.config, moment));
  }
}

} // namespace

TEST_CASE("columns are what the facts say, also when they go on from rows that are newer than the facts") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    naive_events events{seed};
    auto fold = std::make_unique<column_fold>();
    rows stored;
    std::vector<journal::append_group> since; ///< facts after the stored position
    for (int i = 0; i < 400; ++i) {
      auto group = events.step();
      apply(*fold, group);
      since.push_back(std::move(group));
      auto& dice = events.dice();
      if (dice.chance(5)) {
        save(*fold, stored); // rows go ahead of the position
        if (dice.chance(50))
          since.clear(); // … and the position follows
      }
      if (dice.chance(3)) {
        fold = loaded(stored);
        for (const auto& each : since)
          apply(*fold, each);
      }
    }
    compare(*fold, events);
    save(*fold, stored);
    compare(*loaded(stored), events);
  }
}

TEST_CASE("stored rows that are not sound are refused") {
  naive_events events{3};
  column_fold fold;
  for (int i = 0; i < 30; ++i)
    apply(fold, events.step());
  rows stored;
  save(fold, stored);
  // Of each kind the first row: names of a category, and an event.
  for (const char kind : {'\1', '\2'}) {
    const auto first = stored.lower_bound(std::string{kind});
    REQUIRE(std::next(first) != stored.end());
    const auto& [key, value] = *first;
    const auto before = rows(stored.begin(), first);
    const auto refuses = [&](const std::string& bad_key, const std::string& bad_value) {
      return !loaded(before)->take_row(bad_key, bad_value);
    };
    CHECK_FALSE(refuses(key, value));
    CHECK(refuses(std::next(first)->first, value)); // the first row is missing
    CHECK(refuses(key + "x", value));
    CHECK(refuses("", value));
    CHECK(refuses(key, value + "x"));
    for (std::size_t size = 0; size < value.size(); ++size) {
      CHECK(refuses(key, value.substr(0, size)));
    }
    const auto twice = loaded(before);
    REQUIRE(twice->take_row(key, value));
    CHECK_FALSE(twice->take_row(std::next(first)->first, value)); // one name, one event, two rows
  }
  const auto an_event = stored.lower_bound("\2");
  CHECK_FALSE(column_fold{}.take_row(an_event->first, an_event->second)); // its names are missing
}

TEST_CASE("a fact of an event that was never created stops the fold") {
  naive_events events{3};
  auto group = events.publish_new(concert("Tosca"));
  const auto hold = events.hold(events.all().front()->event, 1);
  column_fold fold;
  CHECK_THROWS(apply(fold, hold));
  apply(fold, group);
  apply(fold, hold);
  CHECK(fold.columns()->row(0).available.get() == 99);
}

TEST_CASE("a hold counts half as much with every half-life, and the order of two events changes with new holds only") {
  using projections::popularity_after;
  const domain::instant start{1'795'000'000'000};
  const auto half_life = projections::popularity_half_life;
  const auto one_now = popularity_after(0, start + half_life);
  const auto two_before = popularity_after(popularity_after(0, start), start);
  CHECK(one_now == doctest::Approx(two_before));
  CHECK(popularity_after(two_before, start) > one_now);
  // Facts of one command may come with one time, facts of two streams in any order.
  CHECK(popularity_after(popularity_after(0, start), start + half_life) ==
        doctest::Approx(popularity_after(popularity_after(0, start + half_life), start)));
}

} // namespace holdfast::search_test
