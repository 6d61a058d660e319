#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// A hold of buyer 1 in each condition that a hold can be in.
enum class condition { live, due, extended, expired, released, confirmed, unknown };

auto brought_to(stage& on, condition what) -> hold_number {
  if (what == condition::unknown) {
    return hold_number{99};
  }
  const auto hold = on.hold(buyer(1), {0, 1});
  on.now = on.now + minutes(1);
  switch (what) {
  case condition::due: on.now = on.now + minutes(10); break;
  case condition::extended:
    on.now = on.now + minutes(5);
    REQUIRE(on.act(buyer(1), extend_hold{hold}));
    break;
  case condition::expired:
    on.now = on.now + minutes(10);
    REQUIRE(on.act({}, end_due_holds{}));
    break;
  case condition::released: REQUIRE(on.act(buyer(1), release_hold{hold})); break;
  case condition::confirmed: on.confirm(hold); break;
  case condition::live:
  case condition::unknown: break;
  }
  return hold;
}

auto complimentary(hold_number hold, std::string reason) -> confirm_hold {
  return {hold, payment_record{payment_record::method::complimentary, "", std::move(reason)}};
}

} // namespace

TEST_CASE("what can be done with a hold depends on its condition and on who asks") {
  using enum condition;
  struct row {
    condition at;
    caller by;
    std::string extend;
    std::string release;
    std::string confirm;
  };
  const row rows[] = {
      {live, buyer(1), "ok, extended 1", "ok, released 1", "payments_not_configured"},
      {due, buyer(1), "hold_expired", "hold_expired", "hold_expired"},
      {extended, buyer(1), "already_extended", "ok, released 1", "payments_not_configured"},
      {expired, buyer(1), "hold_expired", "hold_expired", "hold_expired"},
      {released, buyer(1), "hold_ended", "ok", "hold_ended"},
      {confirmed, buyer(1), "hold_confirmed", "hold_confirmed", "hold_confirmed"},
      {unknown, buyer(1), "not_found", "not_found", "not_found"},
      {live, buyer(2), "not_found", "not_found", "not_found"},
      {expired, buyer(2), "not_found", "not_found", "not_found"},
      {released, buyer(2), "not_found", "not_found", "not_found"},
      {confirmed, buyer(2), "not_found", "not_found", "not_found"},
      {live, box_office(), "not_found", "not_found", "ok, confirmed 1"},
      {due, box_office(), "not_found", "not_found", "hold_expired"},
      {extended, box_office(), "not_found", "not_found", "ok, confirmed 1"},
      {expired, box_office(), "not_found", "not_found", "hold_expired"},
      {released, box_office(), "not_found", "not_found", "hold_ended"},
      {confirmed, box_office(), "not_found", "not_found", "hold_confirmed"},
      {unknown, box_office(), "not_found", "not_found", "not_found"},
      {live, box_office(theirs), "not_found", "not_found", "not_found"},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.at));
    CAPTURE(static_cast<int>(row.by.as));
    stage on;
    const auto hold = brought_to(on, row.at);
    CHECK(told(on.ask(row.by, extend_hold{hold})) == row.extend);
    CHECK(told(on.ask(row.by, release_hold{hold})) == row.release);
    CHECK(told(on.ask(row.by, paid(hold))) == row.confirm);
  }
}

TEST_CASE("a box office may do everything with its own holds") {
  stage on;
  const auto hold = on.hold(box_office(), {0});
  on.now = on.now + minutes(1);
  CHECK(told(on.ask(box_office(), extend_hold{hold})) == "ok, extended 1");
  CHECK(told(on.ask(box_office(), paid(hold))) == "ok, confirmed 1");
  const auto released = on.act(box_office(), release_hold{hold});
  REQUIRE(told(released) == "ok, released 1");
  CHECK(std::get<hold_released>(released->at(0).body).by == key_id{5});
  CHECK(told(on.ask(box_office(), release_hold{hold})) == "ok");
}

TEST_CASE("a hold expires at its deadline, not before") {
  stage on;
  on.hold(buyer(1), {0});
  on.now = noon + minutes(10) - millis{1};
  CHECK(told(on.ask({}, end_due_holds{})) == "ok");
  CHECK(told(on.ask(buyer(1), release_hold{hold_number{1}})) == "ok, released 1");
  on.now = noon + minutes(10);
  CHECK(told(on.ask(buyer(1), release_hold{hold_number{1}})) == "hold_expired");
  CHECK(told(on.act({}, end_due_holds{})) == "ok, expired 1");
  CHECK(on.state.counts().held == 0);
  CHECK(on.state.live_holds() == 0);
}

TEST_CASE("an extension adds what is configured to the deadline, up to the cap, and only forward") {
  struct row {
    std::string what;
    millis extension;
    millis cap;
    millis asked_after;
    std::int64_t expires_after_s; ///< 0: refused
  };
  const row rows[] = {
      {"at once", minutes(10), minutes(60), millis{0}, 20 * 60},
      {"late, and the same", minutes(10), minutes(60), minutes(9), 20 * 60},
      {"up to the cap", minutes(10), minutes(15), minutes(9), 15 * 60},
      {"no time under the cap", minutes(10), minutes(10), minutes(9), 0},
      {"nothing to give", millis{0}, minutes(60), minutes(9), 0},
      {"the least there is", millis{1'000}, minutes(60), minutes(4), 10 * 60 + 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto config = sound_config();
    config.hold_extension = row.extension;
    config.hold_cap = row.cap;
    stage on{event_status::published, config};
    const auto hold = on.hold(buyer(1), {0});
    on.now = on.now + row.asked_after;
    const auto made = on.act(buyer(1), extend_hold{hold});
    CHECK(made.has_value() == (row.expires_after_s > 0));
    if (made) {
      CHECK(on.state.find(hold)->expires_at == noon + seconds(row.expires_after_s));
      CHECK(on.state.next_deadline() == noon + seconds(row.expires_after_s));
      CHECK(told(on.act(buyer(1), extend_hold{hold})) == "already_extended");
    } else {
      CHECK(made.error().why == reason::already_extended);
    }
  }
}

TEST_CASE("a confirmed hold is an order that says what was paid, how, and by whose hand") {
  stage on;
  const auto hold = on.hold(buyer(1), {0, 1});
  on.now = on.now + minutes(1);
  const payment_record card{payment_record::method::card_terminal, "till 3", "regular"};
  const auto made = on.act(box_office(), confirm_hold{hold, card});
  REQUIRE(told(made) == "ok, confirmed 1");
  const auto& order = *on.state.find(hold);
  CHECK(order.status == booking_status::confirmed);
  CHECK(order.paid == 2'000);
  CHECK(order.payment == card);
  CHECK(order.confirmed_by == key_id{5});
  CHECK(order.confirmed_at == noon + minutes(1));
  CHECK(order.by == owner{{1, 2}, {}});
  CHECK(on.state.seat(0) == seat_status::sold);
  CHECK(on.state.counts() == event_counts{18, 0, 2, 0});
  CHECK(on.state.live_holds() == 0);
  CHECK(on.state.orders() == 1);
  CHECK_FALSE(on.state.next_deadline());
  on.now = on.now + hours(3);
  CHECK(told(on.act({}, end_due_holds{})) == "ok"); // orders never expire
}

TEST_CASE("payments are checked before the hold's condition") {
  stage on;
  const auto hold = on.hold(buyer(1), {0});
  struct row {
    std::string what;
    payment_record payment;
    std::string expected;
  };
  using enum payment_record::method;
  const row rows[] = {
      {"cash", {cash, "", ""}, "hold_expired"},
      {"a reference with a slash", {cash, "a/b", ""}, "invalid /payment/reference"},
      {"a long reason", {cash, "", std::string(65, 'x')}, "invalid /payment/reason"},
      {"a card number", {cash, "4111 1111 1111 1111", ""}, "invalid /payment/reference"},
      {"a card number over both texts", {cash, "4111 1111", "1111 1111"}, "invalid /payment/reason"},
      {"no card number over both texts", {cash, "4111 1111", "1111 1112"}, "hold_expired"},
      {"complimentary", {complimentary, "", "press"}, "hold_expired"},
      {"complimentary without a reason", {complimentary, "", ""}, "invalid /payment/reason"},
      {"both texts", {cash, "a@b", "c@d"}, "invalid /payment/reference /payment/reason"},
  };
  on.now = on.now + minutes(10);
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(told(on.ask(box_office(), confirm_hold{hold, row.payment})) == row.expected);
  }
}

TEST_CASE("a confirmation names one person for each place, or nobody") {
  stage on;
  const auto hold = on.hold(buyer(1), {0, 1});
  const auto places = on.hold_places(buyer(2), 0, 3);
  const payment_record cash{payment_record::method::cash, "", ""};
  const auto naming = [&](hold_number of, std::uint32_t attendees) {
    return told(on.ask(box_office(), confirm_hold{of, cash, attendees}));
  };
  CHECK(naming(hold, 1) == "invalid /attendees");
  CHECK(naming(hold, 3) == "invalid /attendees");
  CHECK(naming(hold, 2) == "ok, confirmed 1");
  CHECK(told(on.ask(buyer(1), confirm_hold{hold, std::nullopt, 1})) == "invalid /attendees");
  CHECK(told(on.ask(buyer(2), confirm_hold{hold, std::nullopt, 1})) == "not_found");
  CHECK(naming(places, 1) == "invalid /attendees");
  CHECK(naming(places, 3) == "ok, confirmed 2");
  CHECK(naming(places, 0) == "ok, confirmed 2");
  REQUIRE(on.act(box_office(), confirm_hold{hold, cash, 2}));
  CHECK(naming(hold, 1) == "hold_confirmed");
}

TEST_CASE("a complimentary order costs nothing and keeps the prices of its seats") {
  stage on;
  const auto hold = on.hold(buyer(1), {0, 1});
  REQUIRE(on.act(box_office(), complimentary(hold, "press")));
  CHECK(on.state.find(hold)->paid == 0);
  CHECK(on.state.find(hold)->total() == 2'000);
}

TEST_CASE("without a gateway nobody pays by card") {
  stage on;
  const auto hold = on.hold(buyer(1), {0});
  CHECK(told(on.ask(buyer(1), confirm_hold{hold, std::nullopt})) == "payments_not_configured");
  CHECK(told(on.ask(buyer(1), paid(hold))) == "payments_not_configured");
  CHECK(told(on.ask(box_office(), confirm_hold{hold, std::nullopt})) == "payments_not_configured");
}

TEST_CASE("live holds outlast a pause, a close and the end of the sale window") {
  for (const int how : {0, 1, 2}) {
    CAPTURE(how);
    auto config = sound_config();
    config.sale_closes_at = noon + minutes(1);
    stage on{event_status::published, config};
    const auto hold = on.hold(buyer(1), {0});
    if (how == 0) {
      REQUIRE(on.act(organiser(), pause_event{}));
    } else if (how == 1) {
      REQUIRE(on.act(organiser(), close_event{}));
    } else {
      on.now = on.now + minutes(2);
    }
    CHECK(told(on.ask(buyer(2), seats({1}))) == "sale_not_open");
    on.now = on.now + minutes(1);
    CHECK(told(on.act(buyer(1), extend_hold{hold})) == "ok, extended 1");
    CHECK(told(on.ask(buyer(1), release_hold{hold})) == "ok, released 1");
    CHECK(told(on.act(box_office(), paid(hold))) == "ok, confirmed 1");
  }
}

TEST_CASE("holds of a cancelled event are neither extended nor confirmed, but released") {
  stage on;
  const auto hold = on.hold(buyer(1), {0});
  const auto gone = on.hold(buyer(1), {1});
  REQUIRE(on.act(buyer(1), release_hold{gone}));
  REQUIRE(on.act(organiser(), cancel_event{}));
  CHECK(told(on.ask(buyer(1), extend_hold{hold})) == "wrong_status");
  CHECK(told(on.ask(box_office(), paid(hold))) == "wrong_status");
  CHECK(told(on.ask(buyer(1), extend_hold{gone})) == "wrong_status");
  CHECK(told(on.ask(box_office(), paid(gone))) == "wrong_status");
  CHECK(told(on.act(buyer(1), release_hold{hold})) == "ok, released 1");
}

TEST_CASE("due holds end in chunks, the earliest first") {
  stage on({{std::string_view{
      ".............................................................................................."
      "......"}}});
  for (seat_index seat = 0; seat < 100; ++seat) {
    on.now = noon + millis{100 - static_cast<std::int64_t>(seat)}; // the later the number, the earlier the deadline
    on.now = std::max(on.now, on.state.time());
    on.hold(buyer(seat + 1), {seat});
  }
  on.now = on.now + minutes(10);
  const auto first = on.act({}, end_due_holds{});
  REQUIRE(first);
  CHECK(first->size() == 64);
  CHECK(std::get<hold_expired>(first->front().body).hold == hold_number{1});
  const auto second = on.act({}, end_due_holds{});
  REQUIRE(second);
  CHECK(second->size() == 36);
  CHECK(told(on.act({}, end_due_holds{})) == "ok");
}

TEST_CASE("of holds with one deadline the lower number ends first, of several deadlines the earlier") {
  auto config = sound_config();
  config.hold_extension = minutes(1);
  stage on{event_status::published, config};
  on.hold(buyer(1), {0});
  on.hold(buyer(2), {1});
  on.now = on.now + minutes(1);
  REQUIRE(on.act(buyer(1), extend_hold{hold_number{1}}));
  on.hold(buyer(3), {2});
  on.now = on.now + minutes(10);
  CHECK(told(on.act({}, end_due_holds{})) == "ok, expired 2, expired 1, expired 3");
}

TEST_CASE("an ended hold is known for an hour of the event's time") {
  stage on;
  const auto hold = on.hold(buyer(1), {0});
  REQUIRE(on.act(buyer(1), release_hold{hold}));
  on.now = on.now + hours(1) - millis{1};
  on.hold(buyer(2), {1});
  CHECK(told(on.ask(buyer(1), release_hold{hold})) == "ok");
  CHECK(on.state.find_ended(hold)->at == noon);
  on.now = on.now + millis{1};
  on.hold(buyer(2), {2});
  CHECK(on.state.find_ended(hold) == nullptr);
  CHECK(told(on.ask(buyer(1), release_hold{hold})) == "not_found");
}

TEST_CASE("what find gives stays until the next fact") {
  stage on;
  const auto first = on.hold(buyer(1), {0});
  const auto second = on.hold(buyer(1), {1});
  const auto* const a = on.state.find(first);
  const auto* const b = on.state.find(second);
  CHECK(a != b);
  CHECK(on.state.find(first) == a);
  CHECK(a->seats == std::vector<seat_index>{0});
  CHECK(b->seats == std::vector<seat_index>{1});
  CHECK(on.state.find(hold_number{3}) == nullptr);
}
