#include "projections/report/event_sales.hpp"
#include "projections/unfoldable.hpp"
#include "tests/projections/sales.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

namespace {

using projections::event_sales;
using projections::sales_flow;

constexpr domain::event_id event{5};

/// An event on sale, and facts about holds of it at moments of the caller's.
class till {
 public:
  explicit till(std::string tier_name = "Stalls") {
    auto seats = test_layout(0);
    auto config = test_config(*seats, "Tosca");
    config.tiers[0].name = std::move(tier_name);
    fold({1'000}, domain::event_created{event, organiser, config, seats});
    fold({1'000}, domain::event_published{});
  }

  void fold(domain::instant at, domain::fact_body body) { sales.fold({at, {}, std::move(body)}); }

  auto hold(domain::instant at, std::vector<domain::seat_index> seats) -> domain::hold_number {
    domain::hold_created made;
    made.hold = domain::hold_number{++last_};
    made.by.subject = {1, 1};
    made.prices.assign(seats.size(), 1'000);
    made.seats = std::move(seats);
    const auto number = made.hold;
    fold(at, std::move(made));
    return number;
  }

  void sell(domain::instant at, domain::hold_number hold, domain::minor_units total,
            domain::payment_record::method by = domain::payment_record::method::cash) {
    domain::order_confirmed made;
    made.hold = hold;
    made.total = total;
    made.payment.by = by;
    fold(at, made);
  }

  event_sales sales{event};

 private:
  std::uint32_t last_ = 0;
};

auto sum_of(const std::vector<projections::report_period>& timeline) -> projections::period_flow {
  projections::period_flow sum;
  for (const auto& period : timeline)
    sum += period.flow;
  return sum;
}

using rows = std::map<std::string, std::string>;

void merge(const projections::store_changes& changes, rows& to) {
  for (const auto& change : changes.all()) {
    if (change.value)
      to[change.key] = *change.value;
    else
      to.erase(change.key);
  }
}

auto loaded(const rows& from) -> event_sales {
  event_sales made{event};
  for (const auto& [key, value] : from) {
    event_sales::row_name name;
    REQUIRE(event_sales::read_row_name(key, name));
    CHECK(name.event == event);
    CHECK((name.grain == 0 ? made.take_event_row(value) : made.take_period_row(name.grain, name.from, value)));
  }
  return made;
}

} // namespace

TEST_CASE("the time line of years stays short, and loses no hold") {
  till from;
  rows stored;
  domain::instant now{1'700'000'000'000};
  for (int i = 0; i < 30'000; ++i) {
    now = now + domain::minutes(17);
    const auto hold = from.hold(now, {static_cast<domain::seat_index>(i % 60)});
    if (i % 3 == 0)
      from.fold(now, domain::hold_expired{hold});
    else
      from.fold(now, domain::hold_released{hold, {}});
    if (i % 1'000 == 0) {
      projections::store_changes changes;
      from.sales.take_changed_rows(changes);
      merge(changes, stored);
    }
  }
  const auto figures = from.sales.figures(now);
  CHECK(figures.timeline.size() <= 2 * event_sales::fine_periods_max + 400);
  const auto sum = sum_of(figures.timeline);
  CHECK(sum.all == figures.total);
  CHECK(figures.total.holds == 30'000);
  REQUIRE(sum.tiers.size() == 2); // of 60 seats
  projections::tier_flow both;
  for (const auto& each : sum.tiers) {
    both.places_held += each.places_held;
    both.places_expired += each.places_expired;
    both.places_released += each.places_released;
    both.places_sold += each.places_sold;
  }
  CHECK(both == projections::tier_flow{0, 30'000, 20'000, 10'000, 0, 0});
  CHECK(std::ranges::is_sorted(figures.timeline, {}, [](const auto& period) { return period.from; }));
  CHECK(figures.timeline.front().length == domain::hours(24));
  CHECK(figures.timeline.back().length == domain::minutes(1));
  projections::store_changes changes;
  from.sales.take_changed_rows(changes);
  merge(changes, stored);
  rows all;
  projections::store_changes whole;
  from.sales.put_all_rows(whole);
  merge(whole, all);
  CHECK(stored == all);
  CHECK(loaded(stored).figures(now) == figures);
}

TEST_CASE("what was kept goes on as if nothing had been in between") {
  till from;
  const auto first = from.hold({70'000}, {0, 1});
  const auto second = from.hold({70'500}, {9});
  rows stored;
  projections::store_changes changes;
  from.sales.take_changed_rows(changes);
  merge(changes, stored);
  auto after = loaded(stored);
  for (auto* one : {&from.sales, &after}) {
    domain::order_confirmed sold;
    sold.hold = first;
    sold.total = 2'000;
    one->fold({{80'000}, {}, sold});
    one->fold({{81'000}, {}, domain::hold_released{second, {}}});
  }
  CHECK(after.figures({82'000}) == from.sales.figures({82'000}));
  CHECK(after.figures({82'000}).live_holds == 0);
  CHECK(after.figures({82'000}).places_sold_last_minute == 2);
}

TEST_CASE("rows that are cut or changed are no rows") {
  till from;
  static_cast<void>(from.hold({70'000}, {0, 1}));
  projections::store_changes whole;
  from.sales.put_all_rows(whole);
  for (const auto& row : whole.all()) {
    event_sales::row_name name;
    REQUIRE(event_sales::read_row_name(row.key, name));
    for (std::size_t size = 0; size < row.value->size(); ++size) {
      event_sales made{event};
      const auto cut = row.value->substr(0, size);
      CHECK_FALSE((name.grain == 0 ? made.take_event_row(cut) : made.take_period_row(name.grain, name.from, cut)));
    }
    CHECK_FALSE(event_sales::read_row_name(row.key + "x", name));
    CHECK_FALSE(event_sales::read_row_name(row.key.substr(0, row.key.size() - 1), name));
  }
}

TEST_CASE("what is given away brings no revenue, and what a tier earns leaves out fees") {
  till from;
  from.sell({70'000}, from.hold({70'000}, {0, 1}), 0, domain::payment_record::method::complimentary);
  from.sell({70'000}, from.hold({70'000}, {2}), 1'150);
  const auto figures = from.sales.figures({70'000});
  CHECK(figures.tiers[0].sold == 3);
  CHECK(figures.tiers[0].revenue == 1'000);
  CHECK(figures.fees == 150);
  CHECK(figures.total.revenue == 1'150);
  CHECK(figures.payments[3] == projections::payment_figures{1, 0});
  CHECK(figures.payments[1] == projections::payment_figures{1, 1'150});
}

TEST_CASE("a tax on top is in the revenue and a figure of its own, and goes back with what it was paid for") {
  till from;
  domain::hold_created made;
  made.hold = domain::hold_number{1};
  made.by.subject = {1, 1};
  made.seats = {0, 1};
  made.prices = {1'005, 1'005};
  made.fees = {0, 100};
  made.tax = domain::event_tax{"VAT", {domain::tax_mode::exclusive, 1'000}};
  from.fold({70'000}, made);
  // 100.5 and 110.5, each rounded by itself.
  from.sell({70'000}, made.hold, 2'110 + 101 + 111);
  auto figures = from.sales.figures({70'000});
  CHECK(figures.tax == 212);
  CHECK(figures.fees == 100);
  CHECK(figures.tiers[0].revenue == 2'010);
  CHECK(figures.total.revenue == 2'322);
  domain::order_returned back;
  back.hold = made.hold;
  back.why = domain::return_cause::refunded;
  back.seats = {1};
  back.prices = {1'005};
  back.fees = {100};
  back.tickets = {1};
  back.goes_on = true;
  back.total = 1'216;
  back.tax = 111;
  back.method = domain::payment_record::method::cash;
  from.fold({71'000}, back);
  figures = from.sales.figures({71'000});
  CHECK(figures.tax == 101);
  CHECK(figures.fees == 0);
  CHECK(figures.tiers[0].revenue == 1'005);
  CHECK(figures.total.revenue == 1'106);
  projections::store_changes changes;
  from.sales.put_all_rows(changes);
  rows all;
  merge(changes, all);
  CHECK(loaded(all).figures({71'000}) == figures);
}

TEST_CASE("a fact that does not follow stops the fold") {
  till from;
  CHECK_THROWS_AS(from.fold({70'000}, domain::hold_released{domain::hold_number{7}, {}}), projections::unfoldable);
  const auto hold = from.hold({70'000}, {0});
  domain::hold_created again;
  again.hold = hold;
  again.seats = {5};
  again.prices = {1};
  CHECK_THROWS_AS(from.fold({70'000}, again), projections::unfoldable);
}

namespace {

/// Reads RFC 4180: lines of cells.
auto read_csv(const std::string& text) -> std::vector<std::vector<std::string>> {
  std::vector<std::vector<std::string>> lines{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"')
        lines.back().back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"')
        lines.back().back() += text[++i];
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      lines.back().emplace_back();
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
      lines.push_back({""});
    } else {
      lines.back().back() += c;
    }
  }
  REQUIRE(lines.back() == std::vector<std::string>{""});
  lines.pop_back();
  return lines;
}

auto cell(const std::vector<std::vector<std::string>>& table, std::size_t line, const std::string& column)
    -> std::string {
  const auto found = std::ranges::find(table.front(), column);
  REQUIRE(found != table.front().end());
  return table.at(line).at(static_cast<std::size_t>(found - table.front().begin()));
}

} // namespace

TEST_CASE("a CSV says what the report says, and no cell of it is a formula") {
  for (const std::string name : {"=1+1", "+1", "-1", "@SUM(A1)", "Row \"1\", left", "a,b", "plain"}) {
    CAPTURE(name);
    till from{name};
    from.sell({70'000}, from.hold({60'500}, {0, 1}), 2'000);
    const auto figures = from.sales.figures({70'000});
    const auto table = read_csv(projections::report_csv(figures));
    for (const auto& line : table) {
      CHECK(line.size() == table.front().size());
      for (const auto& each : line)
        CHECK(std::string{"=+-@"}.find((each + " ").front()) == std::string::npos);
    }
    CHECK(cell(table, 1, "record") == "total");
    CHECK(cell(table, 1, "revenue") == "2000");
    CHECK(cell(table, 1, "sold") == "2");
    CHECK(cell(table, 2, "record") == "rates");
    CHECK(cell(table, 3, "record") == "tier");
    CHECK(cell(table, 3, "id") == "stalls");
    const bool formula = std::string{"=+-@"}.find(name.front()) != std::string::npos;
    CHECK(cell(table, 3, "name") == (formula ? "'" + name : name));
    CHECK(cell(table, table.size() - 1, "record") == "open_books");
    CHECK(cell(table, table.size() - 1, "open") == cell(table, table.size() - 1, "capacity"));
    CHECK(cell(table, table.size() - 1, "set_apart") == "0");
    CHECK(cell(table, table.size() - 1, "held_back").empty());
    const auto periods = std::ranges::count_if(table, [](const auto& line) { return line.front() == "period"; });
    CHECK(periods == static_cast<std::ptrdiff_t>(figures.timeline.size()));
    // After each period what happened to its tiers.
    const auto sale = std::ranges::find_if(table, [](const auto& line) { return line.front() == "period_tier"; });
    REQUIRE(sale != table.end());
    const auto at = static_cast<std::size_t>(sale - table.begin());
    CHECK(cell(table, at - 1, "record") == "period");
    CHECK(cell(table, at, "id") == "stalls");
    CHECK(cell(table, at, "from") == cell(table, at - 1, "from"));
    CHECK(cell(table, at, "seconds") == "60");
    CHECK(cell(table, at, "places_held") == "2");
    CHECK(cell(table, at, "places_sold") == "2");
    CHECK(cell(table, at, "revenue") == "2000");
    CHECK(cell(table, at, "name") == (formula ? "'" + name : name));
  }
}

} // namespace holdfast::projections_test
