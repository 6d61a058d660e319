#include "domain/sale_plan.hpp"
#include "tests/domain/apart.hpp"

#include <algorithm>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto presale(std::string id, instant opens_at, std::optional<instant> closes_at, std::uint8_t letter) -> sale_phase {
  return {std::move(id), "", opens_at, closes_at, code(letter)};
}

auto rule(std::string id, std::string tier) -> price_rule {
  price_rule made;
  made.id = std::move(id);
  made.tier = std::move(tier);
  return made;
}

auto at(std::string id, instant when, minor_units price) -> price_rule {
  auto made = rule(std::move(id), "t0");
  made.at = when;
  made.price = price;
  return made;
}

auto once_sold(std::string id, std::uint32_t percent, std::int32_t change) -> price_rule {
  auto made = rule(std::move(id), "t0");
  made.sold_percent = percent;
  made.change_percent = change;
  return made;
}

auto with_rules(std::vector<price_rule> rules) -> stage {
  auto config = sound_config();
  config.price_rules = std::move(rules);
  return stage{event_status::published, config};
}

auto pointers(const event_config& config) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& one : config_faults(config)) {
    all.push_back(one.pointer);
  }
  return all;
}

auto ends(stage& on) -> std::string {
  return told(on.act({}, end_due_holds{}));
}

} // namespace

TEST_CASE("a presale is open to who knows its code, within its window, and the general sale to all") {
  auto config = sound_config();
  config.sale_opens_at = noon + hours(10);
  config.sale_closes_at = noon + hours(20);
  config.phases = {presale("members", noon + hours(1), noon + hours(2), 7), presale("card", noon + hours(3), {}, 8)};
  stage on{event_status::published, config};
  const auto asked = [&](millis later, const hold_seats& what) {
    on.now = noon + later;
    return told(on.ask(buyer(1), what));
  };
  CHECK(asked({0}, by_code(seats({0}))) == "sale_not_open");
  CHECK(asked(hours(1), seats({0})) == "sale_not_open");
  CHECK(asked(hours(1), by_code(seats({0}))) == "ok, held 1");
  CHECK(asked(hours(1), by_code(seats({0}), 8)) == "sale_not_open");
  CHECK(asked(hours(1), by_code(seats({0}), 9)) == "wrong_access_code"); // others may buy now
  CHECK(asked(hours(2), by_code(seats({0}))) == "sale_not_open");
  CHECK(asked(hours(2), by_code(seats({0}), 9)) == "sale_not_open"); // nobody may
  CHECK(asked(hours(3), by_code(seats({0}), 8)) == "ok, held 1");
  CHECK(asked(hours(10), by_code(seats({0}), 8)) == "ok, held 1");
  CHECK(asked(hours(10), by_code(seats({0}))) == "ok, held 1");
  CHECK(asked(hours(10), by_code(seats({0}), 9)) == "wrong_access_code");
  CHECK(asked(hours(10), seats({0})) == "ok, held 1");
  CHECK(asked(hours(20), by_code(seats({0}), 8)) == "sale_not_open");
  REQUIRE(on.act(organiser(), pause_event{}));
  CHECK(asked(hours(3), by_code(seats({0}), 8)) == "sale_not_open");
}

TEST_CASE("a hold says by which presale it was made, and none when it needed none") {
  auto config = sound_config();
  config.sale_opens_at = noon + hours(10);
  config.phases = {presale("members", noon, noon + hours(2), 7), presale("late", noon + hours(1), {}, 7)};
  stage on{event_status::published, config};
  REQUIRE(on.act(organiser(), apart({0})));
  const auto phase = [&](millis later, const caller& by, const hold_seats& what) {
    on.now = noon + later;
    const auto made = on.ask(by, what);
    REQUIRE(made);
    return std::get<hold_created>(made->back().body).phase;
  };
  CHECK(phase({0}, buyer(1), by_code(seats({5}))) == "members");
  CHECK(phase(hours(1), buyer(1), by_code(seats({5}))) == "members");
  CHECK(phase(hours(2), box_office(), by_code(seats({5}))) == "late");
  CHECK(phase(hours(2), box_office(), of(seats({0}))).empty());
  CHECK(phase(hours(10), buyer(1), by_code(seats({5}))).empty());
  CHECK(phase(hours(10), buyer(1), seats({5})).empty());
}

TEST_CASE("a refusal tells a code that nothing has from one that does not open the sale yet") {
  auto config = sound_config();
  config.sale_opens_at = noon + hours(10);
  config.phases = {presale("members", noon + hours(1), {}, 7)};
  stage on{event_status::published, config};
  const auto unknown = [&](const hold_seats& what) {
    const auto no = on.ask(buyer(1), what);
    REQUIRE_FALSE(no);
    return no.error().unknown_code;
  };
  CHECK_FALSE(unknown(by_code(seats({5}))));
  CHECK_FALSE(unknown(seats({5})));
  CHECK(unknown(by_code(seats({5}), 8)));
  on.now = noon + hours(10);
  CHECK(unknown(by_code(seats({5}), 8)));
  CHECK_FALSE(unknown(by_code(seats({11}))));
}

TEST_CASE("a floor never makes a reduction a rise, nor a cap a rise a reduction: the price then stays") {
  struct line {
    std::int32_t change;
    minor_units floor;
    minor_units cap;
    minor_units price; ///< of the tier, which costs 1,000
  };
  const line lines[] = {{-10, 0, 5'000, 900},       {-10, 950, 5'000, 950}, {-10, 1'000, 5'000, 1'000},
                        {-10, 1'200, 5'000, 1'000}, {-10, 0, 800, 800},     {10, 0, 5'000, 1'100},
                        {10, 0, 1'050, 1'050},      {10, 0, 1'000, 1'000},  {10, 0, 800, 1'000},
                        {10, 2'000, 5'000, 2'000}};
  for (const auto& [change, floor, cap, price] : lines) {
    CAPTURE(change);
    CAPTURE(floor);
    CAPTURE(cap);
    auto made = rule("one", "t0");
    made.at = noon;
    made.change_percent = change;
    made.floor = floor;
    made.cap = cap;
    auto on = with_rules({made});
    REQUIRE(on.act({}, end_due_holds{}));
    CHECK(on.state.price(0) == price);
    CHECK(on.state.config().price_rules[0].applied_at == noon);
  }
}

TEST_CASE("one code may open a presale and what is set apart for it") {
  auto config = sound_config();
  config.sale_opens_at = noon + hours(10);
  config.phases = {presale("members", noon, {}, 7)};
  stage on{event_status::published, config};
  REQUIRE(on.act(organiser(), apart({0, 1}, allocation_kind::presale)));
  CHECK(told(on.ask(buyer(1), by_code(seats({0, 5})))) == "ok, held 1");
  CHECK(told(on.ask(buyer(1), seats({5}))) == "sale_not_open");
}

TEST_CASE("the house has its places and comps before the public comes and after, and no others by that right") {
  auto config = sound_config();
  config.sale_opens_at = noon + hours(10);
  config.sale_closes_at = noon + hours(20);
  stage on{event_status::published, config};
  REQUIRE(on.act(organiser(), apart({0, 1})));
  REQUIRE(on.act(organiser(), apart({2}, allocation_kind::comp)));
  REQUIRE(on.act(organiser(), apart({3}, allocation_kind::presale)));
  REQUIRE(on.act(organiser(), places_apart({{0, 2}})));
  const allocation_number comps{2};
  const allocation_number presales{3};
  const allocation_number floor{4};
  for (const auto later : {hours(0), hours(20)}) {
    on.now = noon + later;
    CHECK(told(on.ask(box_office(), of(seats({0, 1})))) == "ok, held 1");
    CHECK(told(on.ask(box_office(), of(best_of(2)))) == "ok, held 1");
    CHECK(told(on.ask(box_office(), of(seats({2}), comps))) == "ok, held 1");
    CHECK(told(on.ask(box_office(), of(seats({0, 5})))) == "sale_not_open");
    CHECK(told(on.ask(box_office(), of(seats({3}), presales))) == "sale_not_open");
    CHECK(told(on.ask(box_office(), seats({5}))) == "sale_not_open");
    hold_seats standing;
    standing.areas = {{0, 2}};
    CHECK(told(on.ask(box_office(), of(standing, floor))) == "ok, held 1");
  }
  REQUIRE(on.act(organiser(), pause_event{}));
  CHECK(told(on.ask(box_office(), of(seats({0})))) == "sale_not_open");
}

TEST_CASE("an amended presale keeps its code unless it is given another, and never goes without") {
  auto config = sound_config();
  config.phases = {presale("members", noon, {}, 7)};
  stage on{event_status::published, config};
  amend_event change;
  change.changes.phases = {{"members", "Members", noon + hours(1), {}, std::nullopt}};
  REQUIRE(on.act(organiser(), change));
  CHECK(on.state.config().phases.front().code == code(7));
  CHECK(on.state.config().phases.front().name == "Members");
  change.changes.phases = {{"new", "", noon, {}, std::nullopt}};
  CHECK(told(on.act(organiser(), change)) == "invalid /sale/phases/0/access_code");
}

TEST_CASE("a price rule by time is made when it is due, once, and for holds from then on") {
  auto on = with_rules({at("later", noon + hours(1), 1'500)});
  CHECK(on.state.next_deadline() == noon + hours(1));
  REQUIRE(on.act(buyer(1), seats({0})));
  CHECK(ends(on) == "ok");
  on.now = noon + hours(1);
  CHECK(on.state.price(0) == 1'000);
  const auto made = on.act({}, end_due_holds{});
  REQUIRE(made);
  REQUIRE(std::holds_alternative<event_amended>(made->front().body));
  CHECK(made->size() == 2); // the hold of before is long due
  CHECK(on.state.price(0) == 1'500);
  CHECK(on.state.config().price_rules.front().applied_at == on.now);
  CHECK(on.state.version() == on.state.seq() - 1);
  CHECK_FALSE(on.state.next_deadline());
  CHECK(ends(on) == "ok");
  const auto held = on.act(buyer(1), seats({0}));
  REQUIRE(held);
  CHECK(std::get<hold_created>(held->back().body).prices == std::vector<minor_units>{1'500});
  check_sound(on);
}

TEST_CASE("a price rule by what is sold counts orders of its tier, seats and standing places, and not holds") {
  auto on = with_rules({once_sold("fuller", 20, 10), once_sold("full", 30, 10)});
  on.now = noon + hours(1);
  static_cast<void>(on.hold(buyer(1), {0, 1, 2, 3}));
  CHECK_FALSE(on.state.next_deadline() == on.now);
  const auto places = on.hold_places(buyer(2), 0, 4); // a tier of 10 seats and 10 places
  on.confirm(places);
  CHECK(on.state.next_deadline() == on.now);
  CHECK(ends(on).starts_with("ok, "));
  CHECK(on.state.price(0) == 1'100);
  const auto seats_sold = on.hold(buyer(3), {5, 6});
  on.confirm(seats_sold);
  CHECK(ends(on).starts_with("ok, "));
  CHECK(on.state.price(0) == 1'210);
  CHECK(on.state.next_deadline() == noon + hours(1) + minutes(10)); // of the hold that is live
  check_sound(on);
}

TEST_CASE("rules that are due together are made in their order, each within its floor and cap") {
  auto cheaper = once_sold("cheaper", 0, -50);
  cheaper.sold_percent = 0;
  cheaper.at = noon;
  cheaper.floor = 800;
  auto dearer = at("dearer", noon + millis{1}, 0);
  dearer.price.reset();
  dearer.change_percent = 1'000;
  dearer.cap = 2'222;
  auto on = with_rules({cheaper, dearer});
  on.now = noon + hours(1);
  REQUIRE(on.act({}, end_due_holds{}));
  CHECK(on.state.price(0) == 2'222);
  CHECK(on.state.config().tiers[1].price == 2'000);
}

TEST_CASE("prices rest in a draft and after the end, and go on while a sale is paused") {
  auto config = sound_config();
  config.price_rules = {at("later", noon, 1'500)};
  stage draft{event_status::draft, config};
  CHECK_FALSE(draft.state.next_deadline());
  CHECK(ends(draft) == "ok");
  stage paused{event_status::paused, config};
  CHECK(paused.state.next_deadline() == noon);
  stage closed{event_status::closed, config};
  CHECK_FALSE(closed.state.next_deadline());
  CHECK(ends(closed) == "ok");
}

TEST_CASE("a rule that is sent back as it was stays made; another of its id is to be made") {
  auto on = with_rules({at("later", noon, 1'500)});
  REQUIRE(on.act({}, end_due_holds{}));
  amend_event change;
  change.changes.price_rules = {at("later", noon, 1'500)};
  CHECK(told(on.act(organiser(), change)) == "ok");
  change.changes.price_rules = {at("later", noon, 1'600)};
  REQUIRE(on.act(organiser(), change));
  CHECK(on.state.next_deadline() == noon);
  REQUIRE(on.act({}, end_due_holds{}));
  CHECK(on.state.price(0) == 1'600);
}

TEST_CASE("every fault of presales and price rules is told at its place") {
  auto config = sound_config();
  config.phases = {presale("", noon, {}, 7), presale("a", noon, noon, 7), presale("a", noon, {}, 7)};
  config.phases[2].code.reset();
  auto neither = rule("neither", "t0");
  auto both = at("both", noon, 1);
  both.sold_percent = 5;
  both.change_percent = 5;
  auto bounds = at("bounds", noon, 5);
  bounds.floor = 6;
  bounds.cap = 4;
  auto lost = once_sold("lost", 101, -100);
  lost.tier = "nowhere";
  config.price_rules = {neither, both, bounds, lost, lost};
  CHECK(pointers(config) == std::vector<std::string>{
                                "/sale/phases/0/id", "/sale/phases/1/closes_at", "/sale/phases/2/id",
                                "/sale/phases/2/access_code", "/price_rules/0", "/price_rules/0", "/price_rules/1",
                                "/price_rules/1", "/price_rules/2/cap", "/price_rules/2/price", "/price_rules/3/tier",
                                "/price_rules/3/sold_percent", "/price_rules/3/change_percent", "/price_rules/4/id",
                                "/price_rules/4/tier", "/price_rules/4/sold_percent", "/price_rules/4/change_percent"});
  auto late = sound_config();
  late.sale_closes_at = noon;
  late.phases = {presale("late", noon, {}, 7)};
  CHECK(pointers(late) == std::vector<std::string>{"/sale/phases/0/opens_at"});
  auto many = sound_config();
  for (int i = 0; i < 65; ++i) {
    many.price_rules.push_back(at("r" + std::to_string(i), noon, 1));
    if (i < 17) {
      many.phases.push_back(presale("p" + std::to_string(i), noon, {}, 7));
    }
  }
  CHECK(pointers(many) == std::vector<std::string>{"/sale/phases", "/price_rules"});
}

TEST_CASE("the hours of a sale are when a hold is decided upon by its status or a presale") {
  auto config = sound_config();
  config.phases = {presale("members", noon + hours(1), noon + hours(2), 7), presale("card", noon + hours(9), {}, 8)};
  for (const auto& opens : {std::optional<instant>{}, std::optional{noon + hours(3)}}) {
    for (const auto& closes : {std::optional<instant>{}, std::optional{noon + hours(10)}}) {
      config.sale_opens_at = opens;
      config.sale_closes_at = closes;
      for (const auto status : {event_status::draft, event_status::published, event_status::paused,
                                event_status::closed, event_status::cancelled}) {
        const auto sale = sale_hours_of(status, config);
        for (auto now = noon - hours(1); now < noon + hours(12); now = now + minutes(30)) {
          CAPTURE((now - noon).count);
          const bool is_open = sale_status_at(status, config, now) == sale_status::on_sale ||
                               (status == event_status::published && is_presale_open(config, now));
          CHECK(sale.sells_at(now) == is_open);
        }
      }
    }
  }
  config.sale_opens_at = noon + hours(20);
  config.sale_closes_at = noon + hours(21);
  const auto sale = sale_hours_of(event_status::published, config);
  CHECK(sale.sells_at(noon + hours(20) - millis{1})); // in the presale that ends with the sale
  CHECK_FALSE(sale.sells_at(noon + hours(21)));
}
