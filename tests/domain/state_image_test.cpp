#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// Something of everything: holds, an extended one, orders, ended holds, areas, remembered keys.
auto busy_stage() -> stage {
  stage on;
  on.hold(buyer(1), {0, 1});
  REQUIRE(on.act(buyer(2), places({{0, 3}}), {21, 1}));
  on.confirm(on.hold(buyer(3), {2}));
  REQUIRE(on.act(box_office(), seats({3}), {22, 2}));
  REQUIRE(on.act(box_office(),
                 confirm_hold{hold_number{4}, payment_record{payment_record::method::complimentary, "a", "b"}}));
  on.hold(buyer(4), {6});
  on.now = on.now + minutes(1);
  REQUIRE(on.act(buyer(1), extend_hold{hold_number{1}}, {23, 3}));
  REQUIRE(on.act(buyer(2), release_hold{on.hold(buyer(2), {5})}));
  on.now = noon + minutes(10);
  REQUIRE(on.act({}, end_due_holds{}));
  on.hold(buyer(5), {7, 8});
  REQUIRE(on.act(buyer(6), places({{0, 2}}), {24, 4}));
  return on;
}

} // namespace

TEST_CASE("a state and the one restored from its image are the same, and go on the same way") {
  auto on = busy_stage();
  auto restored = event_state::from_image(on.state.image());
  REQUIRE(restored);
  CHECK(restored->image() == on.state.image());
  CHECK(restored->hash() == on.state.hash());
  CHECK(restored->counts() == on.state.counts());
  CHECK(restored->next_deadline() == on.state.next_deadline());
  CHECK(restored->live_holds() == on.state.live_holds());
  CHECK(restored->orders() == on.state.orders());
  CHECK(restored->places_of({{5, 6}, {}}) == 2);
  stage other;
  other.state = std::move(*restored);
  for (int i = 0; i < 3; ++i) {
    for (auto* one : {&on, &other}) {
      one->now = noon + minutes(20 + 10 * i);
    }
    const auto a = on.act({}, end_due_holds{});
    const auto b = other.act({}, end_due_holds{});
    CHECK(told(a) == told(b));
    CHECK(told(on.act(buyer(9), seats({0, 9}))) == told(other.act(buyer(9), seats({0, 9}))));
    CHECK(on.state.image() == other.state.image());
    CHECK(on.state.hash() == other.state.hash());
  }
}

TEST_CASE("facts folded again give the same state") {
  const auto on = busy_stage();
  event_state again;
  for (const auto& one : on.history) {
    apply(again, one);
  }
  CHECK(again.image() == on.state.image());
  CHECK(again.hash() == on.state.hash());
}

TEST_CASE("an event that does not exist has an image too") {
  const event_state nothing;
  CHECK(nothing.image() == state_image{});
  const auto restored = event_state::from_image({});
  REQUIRE(restored);
  CHECK(restored->status() == event_status::absent);
  CHECK(restored->hash() == nothing.hash());
}

TEST_CASE("images of layouts that say the same are equal") {
  const stage a;
  const stage b;
  CHECK(a.state.seats() != b.state.seats());
  CHECK(a.state.image() == b.state.image());
  const stage other({{".........."}}, 1);
  CHECK_FALSE(a.state.image() == other.state.image());
  CHECK_FALSE(a.state.image() == state_image{});
}

namespace {

struct damage_case {
  std::string what;
  std::function<void(state_image&)> damage;
};

const damage_case damages[] = {
    {"no status", [](auto& i) { i.status = event_status::absent; }},
    {"an unknown status", [](auto& i) { i.status = static_cast<event_status>(6); }},
    {"a version beyond the seq", [](auto& i) { i.version = i.seq + 1; }},
    {"no layout", [](auto& i) { i.seats = nullptr; }},
    {"no id", [](auto& i) { i.id = {}; }},
    {"no organisation", [](auto& i) { i.organisation = {}; }},
    {"a bad configuration", [](auto& i) { i.config.name = ""; }},
    {"a tier without a price", [](auto& i) { i.config.tiers.erase(i.config.tiers.begin()); }},
    {"a seat's status", [](auto& i) { i.statuses[9] = seat_status::held; }},
    {"a seat too few", [](auto& i) { i.statuses.pop_back(); }},
    {"a seat's holder", [](auto& i) { i.holders[0] = 7; }},
    {"an area's count", [](auto& i) { ++i.areas[0].sold; }},
    {"a booking less", [](auto& i) { i.bookings.pop_back(); }},
    {"bookings out of order", [](auto& i) { std::swap(i.bookings[0], i.bookings[1]); }},
    {"a booking twice", [](auto& i) { i.bookings.push_back(i.bookings.back()); }},
    {"a number beyond the last", [](auto& i) { i.last_hold = hold_number{1}; }},
    {"a booking without an owner", [](auto& i) { i.bookings[0].by = {}; }},
    {"a booking with two owners", [](auto& i) { i.bookings[0].by.organisation = ours; }},
    {"a booking from the future", [](auto& i) { i.bookings[0].created_at = i.time + millis{1}; }},
    {"a hold that ended before it began", [](auto& i) { i.bookings[0].expires_at = i.bookings[0].created_at; }},
    {"a hold beyond its cap", [](auto& i) { i.bookings[0].expires_at = i.bookings[0].cap_at + millis{1}; }},
    {"a cap beyond all caps", [](auto& i) { i.bookings[0].cap_at = i.bookings[0].created_at + hours(73); }},
    {"a fee less", [](auto& i) { i.bookings[0].fees = {1}; }},
    {"a fee below nothing",
     [](auto& i) {
       i.bookings[0].fees = {1, -1};
     }},
    {"a fee of a place below nothing", [](auto& i) { i.bookings.back().areas[0].fee = -1; }},
    {"fees that are all nothing",
     [](auto& i) {
       i.bookings[0].fees = {0, 0};
     }},
    {"a tax above the whole",
     [](auto& i) {
       i.bookings[0].tax = event_tax{"VAT", {tax_mode::inclusive, 10'001}};
     }},
    {"a tax neither in the price nor on top of it",
     [](auto& i) {
       i.bookings[0].tax = event_tax{"VAT", {{}, 100}};
     }},
    {"a tax that an order was not paid with",
     [](auto& i) {
       i.bookings[1].tax = event_tax{"VAT", {tax_mode::exclusive, 1'000}};
     }},
    {"a tax without a name",
     [](auto& i) {
       i.bookings[0].tax = event_tax{"", {tax_mode::inclusive, 1'000}};
     }},
    {"a tax with a name too long",
     [](auto& i) {
       i.bookings[0].tax = event_tax{std::string(41, 'x'), {tax_mode::inclusive, 1'000}};
     }},
    {"a price less", [](auto& i) { i.bookings[0].prices.pop_back(); }},
    {"a seat that is not there", [](auto& i) { i.bookings[0].seats[0] = 10; }},
    {"a seat of two bookings", [](auto& i) { i.bookings[0].seats[0] = 2; }},
    {"a seat twice in a booking", [](auto& i) { i.bookings[0].seats[0] = 1; }},
    {"an empty booking",
     [](auto& i) {
       i.bookings[0].seats.clear();
       i.bookings[0].prices.clear();
     }},
    {"an area that is not there",
     [](auto& i) {
       i.bookings.back().areas = {{1, 1, 1}};
     }},
    {"an area twice",
     [](auto& i) {
       i.bookings.back().areas = {{0, 1, 1}, {0, 1, 1}};
     }},
    {"no places of an area", [](auto& i) { i.bookings.back().areas[0].quantity = 0; }},
    {"more places than there are", [](auto& i) { i.bookings.back().areas[0].quantity = 99; }},
    {"a hold that was paid", [](auto& i) { i.bookings[0].payment.reference = "x"; }},
    {"a hold with an amount", [](auto& i) { i.bookings[0].paid = 1; }},
    {"a hold that is neither held nor sold", [](auto& i) { i.bookings[0].status = booking_status::unpaid; }},
    {"a hold that a payment has and that is not frozen", [](auto& i) { i.bookings[0].paid_by = payment_number{1}; }},
    {"a hold frozen for nothing",
     [](auto& i) {
       i.bookings[0].frozen = true;
       i.bookings[0].ends_unpaid_at = i.bookings[0].expires_at;
     }},
    {"a hold frozen after its end",
     [](auto& i) {
       i.bookings[0].frozen = true;
       i.bookings[0].paid_by = payment_number{1};
       i.bookings[0].ends_unpaid_at = i.bookings[0].expires_at + millis{1};
     }},
    {"a hold that is not frozen and would end", [](auto& i) { i.bookings[0].ends_unpaid_at = i.time; }},
    {"a box office's hold that is being paid",
     [](auto& i) {
       i.bookings[0].by = {{}, ours};
       i.bookings[0].frozen = true;
       i.bookings[0].paid_by = payment_number{1};
       i.bookings[0].ends_unpaid_at = i.bookings[0].expires_at;
     }},
    {"a frozen order", [](auto& i) { i.bookings[1].frozen = true; }},
    {"an order by card without its payment", [](auto& i) { i.bookings[1].payment.by = payment_record::method::card; }},
    {"an order by cash with a payment", [](auto& i) { i.bookings[1].paid_by = payment_number{1}; }},
    {"an order paid wrongly", [](auto& i) { ++i.bookings[1].paid; }},
    {"an order confirmed too late", [](auto& i) { i.bookings[1].confirmed_at = i.bookings[1].expires_at; }},
    {"an order confirmed too early",
     [](auto& i) { i.bookings[1].confirmed_at = i.bookings[1].created_at - millis{1}; }},
    {"a long reference", [](auto& i) { i.bookings[1].payment.reference = std::string(65, 'x'); }},
    {"a long reason", [](auto& i) { i.bookings[1].payment.reason = std::string(65, 'x'); }},
    {"a ticket that went back twice",
     [](auto& i) {
       i.bookings[1].returned = {0, 0};
     }},
    {"a ticket that the order never had", [](auto& i) { i.bookings[1].returned = {900}; }},
    {"a card that paid no payment", [](auto& i) { i.bookings[1].card = 9; }},
    {"tickets of a hold that went back", [](auto& i) { i.bookings[0].returned = {5}; }},
    {"holds of a draft", [](auto& i) { i.status = event_status::draft; }},
    {"an ended hold that lives", [](auto& i) { i.ended[0].number = hold_number{1}; }},
    {"an ended hold without a number", [](auto& i) { i.ended[0].number = {}; }},
    {"an ended hold that never was", [](auto& i) { i.ended[0].number = hold_number{999}; }},
    {"an ended hold twice", [](auto& i) { i.ended[1].number = i.ended[0].number; }},
    {"ended holds out of order", [](auto& i) { std::swap(i.ended[0], i.ended[1]); }},
    {"a hold that ends in the future", [](auto& i) { i.ended.back().at = i.time + millis{1}; }},
    {"a hold that ended long ago", [](auto& i) { i.ended[0].at = i.time - hours(1); }},
    {"too many ended holds", [](auto& i) { i.ended.resize(limits::ended_holds_kept_max + 1); }},
    {"keys out of order", [](auto& i) { std::swap(i.keys[0], i.keys[1]); }},
    {"a key twice", [](auto& i) { i.keys[1] = i.keys[0]; }},
    {"a key from the future", [](auto& i) { i.keys[0].seq = i.seq + 1; }},
    {"a key before the first fact", [](auto& i) { i.keys[0].seq = 0; }},
    {"a key of a later hour", [](auto& i) { ++i.keys[0].hour; }},
    {"a key that is forgotten", [](auto& i) { i.keys[0].hour -= 25; }},
    {"two keys of one fact", [](auto& i) { i.keys[0].seq = i.keys[1].seq; }},
    {"hours against the order of facts", [](auto& i) { --i.keys.back().hour; }},
};

} // namespace

TEST_CASE("an image that contradicts itself restores nothing") {
  const auto sound = busy_stage().state.image();
  REQUIRE(sound.bookings[0].seats == std::vector<seat_index>{0, 1});
  REQUIRE(sound.bookings[1].status == booking_status::confirmed);
  REQUIRE(sound.bookings.back().areas.size() == 1);
  REQUIRE(sound.ended.size() == 3);
  REQUIRE(sound.keys.size() == 4);
  for (const auto& row : damages) {
    CAPTURE(row.what);
    auto image = sound;
    row.damage(image);
    CHECK_FALSE(event_state::from_image(image));
  }
}
