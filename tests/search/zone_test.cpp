#include "projections/search/zone_table.hpp"
#include "tests/search/search_bench.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace holdfast::search_test {

namespace {

using namespace std::chrono;

auto at(year_month_day day, hours hour, minutes minute) -> std::int64_t {
  return duration_cast<milliseconds>((sys_days{day} + hour + minute).time_since_epoch()).count();
}

/// How many minutes the clocks there are ahead of UTC.
auto minutes_ahead(const std::string& zone, std::int64_t when) -> std::int64_t {
  return (projections::zone_rules::of(zone)->local_ms(when) - when) / 60'000;
}

auto months_of(search_bench& bench) -> std::map<std::string, int> {
  projections::search_query query;
  query.facets = {projections::search_facet::month};
  std::map<std::string, int> months;
  const auto answer = bench.search(query);
  for (const auto& each : answer.json.at("facets").at("month"))
    months[each.at("value").get<std::string>()] = each.at("count").get<int>();
  return months;
}

} // namespace

TEST_CASE("clocks on the wall are what the time zone database says") {
  // Before, in and after summer time of 2027, by the rules as they are.
  CHECK(minutes_ahead("Europe/Vienna", at(2027y / 3 / 28, 0h, 59min)) == 60);
  CHECK(minutes_ahead("Europe/Vienna", at(2027y / 3 / 28, 1h, 0min)) == 120);
  CHECK(minutes_ahead("Europe/Vienna", at(2027y / 10 / 31, 0h, 59min)) == 120);
  CHECK(minutes_ahead("Europe/Vienna", at(2027y / 10 / 31, 1h, 0min)) == 60);
  CHECK(minutes_ahead("America/New_York", at(2027y / 7 / 4, 12h, 0min)) == -240);
  CHECK(minutes_ahead("America/New_York", at(2027y / 1 / 4, 12h, 0min)) == -300);
  CHECK(minutes_ahead("Asia/Kolkata", at(2027y / 7 / 4, 12h, 0min)) == 330);
  CHECK(minutes_ahead("Pacific/Kiritimati", at(2027y / 7 / 4, 12h, 0min)) == 840);
  CHECK(minutes_ahead("UTC", at(2027y / 7 / 4, 12h, 0min)) == 0);
  // Beyond what the database lists: the last Sundays of March and October are days 27 and 30 in 2050.
  CHECK(minutes_ahead("Europe/Vienna", at(2050y / 3 / 27, 0h, 59min)) == 60);
  CHECK(minutes_ahead("Europe/Vienna", at(2050y / 3 / 27, 1h, 0min)) == 120);
  CHECK(minutes_ahead("Europe/Vienna", at(2050y / 10 / 30, 1h, 0min)) == 60);
  CHECK(minutes_ahead("Asia/Kolkata", at(2090y / 7 / 4, 12h, 0min)) == 330);
  // What is no zone is UTC, and no way to other files.
  for (const auto* none : {"", "Mars/Olympus", "../zoneinfo/Europe/Vienna", "tzdata.zi", "/etc/passwd"})
    CHECK(minutes_ahead(none, at(2027y / 7 / 4, 12h, 0min)) == 0);
}

TEST_CASE("zones have a number each, whatever their names have in common") {
  projections::zone_table zones;
  CHECK(zones.intern("Etc/GMT+1") == 0);
  CHECK(zones.intern("Etc/GMT-1") == 1);
  CHECK(zones.intern("Etc/GMT+1") == 0);
  CHECK(zones.name(1) == "Etc/GMT-1");
  const auto rules = zones.rules();
  REQUIRE(rules.size() == 2);
  CHECK(rules[0]->local_ms(0) == -3'600'000);
  CHECK(rules[1]->local_ms(0) == 3'600'000);
  CHECK(zones.rules()[0] == rules[0]); // read once
}

TEST_CASE("an event's month is that of the clocks where it takes place, also after a restart") {
  search_bench bench;
  naive_events events{5};
  const auto open = [&](const std::string& zone, std::int64_t starts_at) {
    auto config = concert("Concert in " + zone);
    config.venue.timezone = zone;
    config.starts_at = {starts_at};
    bench.append(events.publish_new(config));
  };
  const auto evening = at(2027y / 4 / 30, 22h, 30min);
  open("Europe/Vienna", evening);    // half past midnight of May
  open("America/New_York", evening); // still April
  open("Pacific/Kiritimati", evening - 10 * 3'600'000LL);
  open("", evening);
  bench.now() = events.now();
  bench.show();
  const std::map<std::string, int> should{{"2027-04", 2}, {"2027-05", 2}};
  CHECK(months_of(bench) == should);
  bench.restart();
  bench.show();
  CHECK(months_of(bench) == should);
}

TEST_CASE("a day is that of the clocks where an event takes place, a moment is the same everywhere") {
  search_bench bench;
  naive_events events{5};
  const auto open = [&](const std::string& name, const std::string& zone, std::int64_t starts_at) {
    auto config = concert(name);
    config.venue.timezone = zone;
    config.starts_at = {starts_at};
    bench.append(events.publish_new(config));
  };
  const auto midnight = at(2027y / 5 / 1, 0h, 0min);
  open("Wien", "Europe/Vienna", midnight - 2 * 3'600'000LL);            // midnight of May
  open("Vortag", "Europe/Vienna", midnight - 2 * 3'600'000LL - 60'000); // a minute before
  open("York", "America/New_York", midnight + 4 * 3'600'000LL);
  open("Kiritimati", "Pacific/Kiritimati", midnight - 14 * 3'600'000LL);
  open("Greenwich", "", midnight);
  bench.now() = events.now();
  bench.show();
  const auto found = [&](bool from, bool is_local) {
    projections::search_query query;
    query.from = domain::instant{midnight - (from ? 0 : 30 * 86'400'000LL)};
    query.from_local = is_local;
    if (!from) {
      query.to = domain::instant{midnight};
      query.to_local = is_local;
    }
    std::set<std::string> names;
    const auto answer = bench.search(query);
    for (const auto& item : answer.json.at("items"))
      names.insert(item.at("name").get<std::string>());
    return names;
  };
  using names = std::set<std::string>;
  CHECK(found(true, true) == names{"Wien", "York", "Kiritimati", "Greenwich"});
  CHECK(found(false, true) == names{"Vortag"});
  CHECK(found(true, false) == names{"York", "Greenwich"});
  CHECK(found(false, false) == names{"Wien", "Vortag", "Kiritimati"});
}

} // namespace holdfast::search_test
