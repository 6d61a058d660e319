#include "domain/text.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("an event's life goes forward, and says where it may go from where") {
  using enum event_status;
  struct row {
    event_status from;
    command_body what;
    std::string expected;
  };
  const row rows[] = {
      {absent, publish_event{}, "not_found"},
      {absent, amend_event{}, "not_found"},
      {absent, replace_layout{{}, small_layout()}, "not_found"},
      {absent, seats({0}), "not_found"},
      {absent, end_due_holds{}, "not_found"},
      {draft, publish_event{}, "ok, published"},
      {draft, pause_event{}, "wrong_status"},
      {draft, resume_event{}, "wrong_status"},
      {draft, close_event{}, "wrong_status"},
      {draft, cancel_event{}, "ok, cancelled"},
      {draft, amend_event{}, "ok"},
      {draft, replace_layout{{}, small_layout()}, "ok, layout"},
      {published, publish_event{}, "wrong_status"},
      {published, pause_event{}, "ok, paused"},
      {published, resume_event{}, "wrong_status"},
      {published, close_event{}, "ok, closed"},
      {published, cancel_event{}, "ok, cancelled"},
      {published, amend_event{}, "ok"},
      {published, replace_layout{{}, small_layout()}, "layout_frozen"},
      {paused, publish_event{}, "wrong_status"},
      {paused, pause_event{}, "wrong_status"},
      {paused, resume_event{}, "ok, resumed"},
      {paused, close_event{}, "ok, closed"},
      {paused, cancel_event{}, "ok, cancelled"},
      {paused, amend_event{}, "ok"},
      {paused, replace_layout{{}, small_layout()}, "layout_frozen"},
      {closed, publish_event{}, "wrong_status"},
      {closed, pause_event{}, "wrong_status"},
      {closed, resume_event{}, "wrong_status"},
      {closed, close_event{}, "wrong_status"},
      {closed, cancel_event{}, "ok, cancelled"},
      {closed, amend_event{}, "wrong_status"},
      {closed, replace_layout{{}, small_layout()}, "layout_frozen"},
      {cancelled, publish_event{}, "wrong_status"},
      {cancelled, pause_event{}, "wrong_status"},
      {cancelled, resume_event{}, "wrong_status"},
      {cancelled, close_event{}, "wrong_status"},
      {cancelled, cancel_event{}, "wrong_status"},
      {cancelled, amend_event{}, "wrong_status"},
      {cancelled, replace_layout{{}, small_layout()}, "layout_frozen"},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.from));
    CAPTURE(row.what.index());
    stage on{row.from};
    CHECK(told(on.act(organiser(), row.what)) == row.expected);
  }
}

TEST_CASE("each kind of caller has its own commands") {
  const hold_number first{1};
  struct row {
    caller by;
    command_body what;
    std::string expected;
  };
  const caller nobody{caller::kind::buyer, {}, {}, {}};
  const caller system;
  const row rows[] = {
      {organiser(), pause_event{}, "ok, paused"},
      {organiser(theirs), pause_event{}, "not_found"},
      {box_office(), pause_event{}, "not_found"},
      {buyer(1), pause_event{}, "not_found"},
      {system, pause_event{}, "not_found"},
      {buyer(1), seats({5}), "ok, held 2"},
      {nobody, seats({5}), "not_found"},
      {box_office(), seats({5}), "ok, held 2"},
      {box_office(theirs), seats({5}), "not_found"},
      {organiser(), seats({5}), "not_found"},
      {system, seats({5}), "not_found"},
      {organiser(), release_hold{first}, "not_found"},
      {system, release_hold{first}, "not_found"},
      {organiser(), extend_hold{first}, "not_found"},
      {organiser(), paid(first), "not_found"},
      {system, end_due_holds{}, "ok"},
      {buyer(1), end_due_holds{}, "not_found"},
      {box_office(), end_due_holds{}, "not_found"},
      {organiser(), end_due_holds{}, "not_found"},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.by.as));
    CAPTURE(row.what.index());
    stage on;
    on.hold(buyer(1), {0});
    CHECK(told(on.ask(row.by, row.what)) == row.expected);
  }
}

TEST_CASE("an event is created once, for the organisation that asks, with a configuration and a layout that fit") {
  struct row {
    std::string what;
    event_status before;
    caller by;
    std::function<void(create_event&)> change;
    std::string expected;
  };
  const auto as_it_is = [](create_event&) {};
  const row rows[] = {
      {"as it should be", event_status::absent, organiser(), as_it_is, "ok, created"},
      {"twice", event_status::draft, organiser(), as_it_is, "already_exists"},
      {"by somebody else's organiser", event_status::absent, organiser(theirs), as_it_is, "not_found"},
      {"by a buyer", event_status::absent, buyer(1), as_it_is, "not_found"},
      {"over somebody else's", event_status::draft, organiser(theirs),
       [](create_event& what) { what.organisation = theirs; }, "not_found"},
      {"without a layout", event_status::absent, organiser(), [](create_event& what) { what.seats = nullptr; },
       "invalid /layout"},
      {"without an id", event_status::absent, organiser(), [](create_event& what) { what.event = {}; }, "invalid "},
      {"without an organisation", event_status::absent, organiser(organisation_id{}),
       [](create_event& what) { what.organisation = {}; }, "invalid "},
      {"without a price for a tier", event_status::absent, organiser(),
       [](create_event& what) { what.config.tiers.erase(what.config.tiers.begin()); }, "invalid /tiers"},
      {"without a name", event_status::absent, organiser(), [](create_event& what) { what.config.name = ""; },
       "invalid /name"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    stage on{row.before};
    create_event what{the_event, ours, sound_config(), small_layout()};
    row.change(what);
    CHECK(told(on.act(row.by, what)) == row.expected);
  }
}

TEST_CASE("an amendment is checked for soundness, then version, then what is frozen, then the status") {
  struct row {
    std::string what;
    event_status at;
    std::function<void(amend_event&)> change;
    std::string expected;
  };
  const auto other_venue = [](amend_event& a) { a.changes.venue.emplace().city = "Graz"; };
  const auto same_venue = [](amend_event& a) { a.changes.venue.emplace(); };
  const auto moved = [](amend_event& a) { a.changes.venue.emplace().id = venue_id{9}; };
  const auto other_currency = [](amend_event& a) { a.changes.currency = currency_code{{'C', 'H', 'F'}}; };
  const auto fewer_tiers = [](amend_event& a) {
    a.changes.tiers = sound_config().tiers;
    a.changes.tiers->pop_back();
  };
  const auto more_tiers = [](amend_event& a) {
    a.changes.tiers = sound_config().tiers;
    a.changes.tiers->push_back({"t9", "", 1});
  };
  const auto used_tier_gone = [](amend_event& a) { a.changes.tiers = {{"t1", "", 1}}; };
  const auto no_name = [](amend_event& a) { a.changes.name = ""; };
  const auto with_old_version = [](auto change) {
    return [change](amend_event& a) {
      change(a);
      a.expected_version = 99;
    };
  };
  const row rows[] = {
      {"venue of a draft", event_status::draft, other_venue, "ok, amended"},
      {"currency of a draft", event_status::draft, other_currency, "ok, amended"},
      {"fewer tiers of a draft", event_status::draft, fewer_tiers, "ok, amended"},
      {"a tier that the layout uses", event_status::draft, used_tier_gone, "invalid /tiers"},
      {"venue", event_status::published, other_venue, "layout_frozen"},
      {"another venue", event_status::draft, moved, "invalid /venue_id"},
      {"another venue of a published event", event_status::published, moved, "layout_frozen"},
      {"the same venue", event_status::published, same_venue, "ok"},
      {"nothing of a closed event", event_status::closed, same_venue, "wrong_status"},
      {"currency", event_status::published, other_currency, "layout_frozen"},
      {"fewer tiers", event_status::published, fewer_tiers, "layout_frozen"},
      {"more tiers", event_status::published, more_tiers, "ok, amended"},
      {"frozen of a closed event", event_status::closed, other_venue, "layout_frozen"},
      {"more tiers of a closed event", event_status::closed, more_tiers, "wrong_status"},
      {"no name", event_status::closed, with_old_version(no_name), "invalid /name"},
      {"another version", event_status::closed, with_old_version(other_venue), "version_mismatch"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    stage on{row.at};
    amend_event what;
    row.change(what);
    CHECK(told(on.act(organiser(), what)) == row.expected);
  }
}

TEST_CASE("a rehearsal is refused as the command would be, and gives no facts") {
  const auto rehearsed = [](stage& on, command_body body) {
    return told(decide(on.state, {.by = organiser(), .id = {}, .body = std::move(body), .rehearsal = true}, noon));
  };
  stage draft{event_status::draft};
  amend_event renamed;
  renamed.changes.name = "Aida";
  CHECK(told(draft.ask(organiser(), renamed)) == "ok, amended");
  CHECK(rehearsed(draft, renamed) == "ok");
  renamed.expected_version = 99;
  CHECK(rehearsed(draft, renamed) == "version_mismatch");
  CHECK(rehearsed(draft, create_event{the_event, ours, sound_config(), small_layout()}) == "already_exists");
  stage absent{event_status::absent};
  CHECK(rehearsed(absent, create_event{the_event, ours, sound_config(), small_layout()}) == "ok");
  CHECK(absent.state.status() == event_status::absent);
}

TEST_CASE("every change of an event can ask for the version that it was made from") {
  const std::optional<std::uint64_t> right{1};
  const std::optional<std::uint64_t> wrong{2};
  const std::function<command_body(std::optional<std::uint64_t>)> commands[] = {
      [](auto v) {
        return amend_event{v, {}};
      },
      [](auto v) {
        return replace_layout{v, small_layout()};
      },
      [](auto v) { return publish_event{v}; },
      [](auto v) { return cancel_event{v}; },
  };
  for (const auto& make : commands) {
    stage on{event_status::draft};
    CHECK(told(on.ask(organiser(), make(right))).starts_with("ok"));
    const auto refused = on.ask(organiser(), make(wrong));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why == reason::version_mismatch);
    CHECK(refused.error().current == 1);
  }
  stage on;
  CHECK(told(on.ask(organiser(), pause_event{wrong})) == "ok, paused");
  CHECK(told(on.ask(organiser(), pause_event{right})) == "version_mismatch");
  CHECK(told(on.ask(organiser(), close_event{right})) == "version_mismatch");
  CHECK(told(on.ask(organiser(), resume_event{right})) == "version_mismatch");
}

TEST_CASE("a version is the seq of the last fact about the event, which sales leave alone") {
  stage on;
  CHECK(on.state.version() == 2);
  const auto hold = on.hold(buyer(1), {0});
  on.confirm(hold);
  CHECK(on.state.seq() == 4);
  CHECK(on.state.version() == 2);
  REQUIRE(on.act(organiser(), pause_event{}));
  CHECK(on.state.version() == 5);
}

TEST_CASE("a layout is replaced in a draft when its tiers have prices") {
  stage on{event_status::draft};
  CHECK(told(on.act(organiser(), replace_layout{{}, nullptr})) == "invalid /layout");
  CHECK(told(on.act(organiser(), replace_layout{{}, built(drawn_layout({{"..", "gold"}}))})) == "invalid /tiers");
  CHECK(told(on.act(organiser(), replace_layout{{}, built(drawn_layout({{"...", "t3"}}))})) == "ok, layout");
  CHECK(on.state.counts() == event_counts{3, 0, 0, 0});
  CHECK(on.state.price(0) == 4'000);
  CHECK(on.state.statuses().size() == 3);
  CHECK(on.state.version() == 2);
}

TEST_CASE("prices change for new holds only") {
  stage on;
  const auto before = on.hold(buyer(1), {0});
  amend_event dearer;
  dearer.changes.tiers = sound_config().tiers;
  dearer.changes.tiers->front().price = 9'999;
  REQUIRE(on.act(organiser(), dearer));
  const auto after = on.hold(buyer(2), {1});
  CHECK(on.state.price(0) == 9'999);
  CHECK(on.state.find(before)->total() == 1'000);
  CHECK(on.state.find(after)->total() == 9'999);
}

TEST_CASE("orders that no card paid go back by themselves when their event is cancelled, by number, behind its holds") {
  stage on;
  const auto first = on.hold(box_office(), {0, 1});
  const auto live = on.hold(buyer(1), {2});
  const auto second = on.hold(box_office(), {3});
  REQUIRE(on.act(box_office(), paid(second)));
  REQUIRE(on.act(box_office(), paid(first)));
  CHECK(told(on.act(organiser(), cancel_event{99})) == "version_mismatch");
  REQUIRE(on.act(organiser(), cancel_event{}));
  CHECK(on.state.has_orders_to_return());
  CHECK(on.state.next_deadline() == on.state.time());
  const auto ended = on.act({}, end_due_holds{}).value();
  REQUIRE(ended.size() == 3);
  CHECK(std::get<hold_released>(ended[0].body).hold == live);
  CHECK(std::get<order_returned>(ended[1].body).hold == first);
  CHECK(std::get<order_returned>(ended[1].body).why == return_cause::cancelled);
  CHECK(std::get<order_returned>(ended[2].body).hold == second);
  CHECK_FALSE(on.state.has_orders_to_return());
  CHECK_FALSE(on.state.next_deadline());
  CHECK(on.state.counts().sold == 0);
}

TEST_CASE("the holds of a cancelled event are due at once and end in chunks of 64, the earliest first") {
  auto config = sound_config();
  config.max_per_buyer = config.max_per_order = 1'000;
  stage on{event_status::published, config};
  for (int i = 0; i < 10; ++i) {
    on.hold(buyer(1), {static_cast<seat_index>(i)});
    on.now = on.now + millis{1};
  }
  REQUIRE(on.act(organiser(), cancel_event{}));
  CHECK(on.state.next_deadline() == on.state.time());
  const auto ended = on.act({}, end_due_holds{});
  CHECK(told(ended) ==
        "ok, released 1, released 2, released 3, released 4, released 5, released 6, released 7, released 8, "
        "released 9, released 10");
  CHECK_FALSE(on.state.next_deadline());
  CHECK(on.state.counts().held == 0);
  CHECK(told(on.act({}, end_due_holds{})) == "ok");
}

TEST_CASE("what the public sees follows the status and the sale window") {
  using enum sale_status;
  auto config = sound_config();
  config.sale_opens_at = noon;
  config.sale_closes_at = noon + hours(1);
  struct row {
    event_status status;
    millis after_noon;
    sale_status expected;
  };
  const row rows[] = {
      {event_status::absent, {0}, draft},
      {event_status::draft, {0}, draft},
      {event_status::published, {-1}, published},
      {event_status::published, {0}, on_sale},
      {event_status::published, {3'599'999}, on_sale},
      {event_status::published, {3'600'000}, published},
      {event_status::paused, {0}, paused},
      {event_status::closed, {0}, closed},
      {event_status::cancelled, {0}, cancelled},
  };
  for (const auto& row : rows) {
    CHECK(sale_status_at(row.status, config, noon + row.after_noon) == row.expected);
  }
  CHECK(sale_status_at(event_status::published, sound_config(), instant{}) == on_sale);
}

TEST_CASE("a rehearsal is refused as the command would be, and has no facts where it would have some") {
  const stage on{event_status::published};
  const auto rehearse = [&](command_body what) {
    return told(decide(on.state, {.by = organiser(), .id = {}, .body = std::move(what), .rehearsal = true}, on.now));
  };
  CHECK(rehearse(pause_event{}) == "ok");
  CHECK(told(on.ask(organiser(), pause_event{})) == "ok, paused");
  CHECK(rehearse(publish_event{}) == told(on.ask(organiser(), publish_event{})));
  CHECK(rehearse(publish_event{}) == "wrong_status");
}
