#include "journal/facts.pb.h"
#include "tests/journal/codec_reader.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace holdfast;
using namespace holdfast::domain;
using testing::again;
using testing::read_message;

constexpr std::uint16_t amended_type = 2;
constexpr std::uint16_t hold_type = 16;
constexpr std::uint16_t joined_type = 32;
constexpr std::uint16_t left_type = 33;

/// Two pairs in two tiers, else standing places in two areas.
auto sound_order() -> wire::WaitlistJoined {
  wire::WaitlistJoined order;
  order.set_order(1);
  order.set_who_low(1);
  auto& seats = *order.add_choices();
  seats.add_groups(2);
  seats.add_groups(2);
  seats.add_tiers(0);
  seats.add_tiers(3);
  seats.set_accessible(2);
  auto& standing = *order.add_choices();
  for (const auto area : {1U, 5U}) {
    auto& part = *standing.add_areas();
    part.set_area(area);
    part.set_quantity(500);
  }
  return order;
}

using order_fault = std::function<void(wire::WaitlistJoined&)>;

auto seats_of(wire::WaitlistJoined& order) -> wire::WaitlistChoice& {
  return *order.mutable_choices(0);
}

auto standing_of(wire::WaitlistJoined& order) -> wire::WaitlistChoice& {
  return *order.mutable_choices(1);
}

} // namespace

TEST_CASE("the waitlist's facts keep every field") {
  const std::vector<waitlist_choice> choices{{{4, 2}, {0, 63}, 3, {}, 9'000}, {{}, {}, 0, {{0, 2}, {255, 998}}, 0}};
  const auto joined = again(waitlist_joined{waitlist_number{7}, {1, 2}, 0xffff'ffff, choices});
  CHECK(joined.order == waitlist_number{7});
  CHECK(joined.who == subject_id{1, 2});
  CHECK(joined.rank == 0xffff'ffff);
  CHECK(joined.choices == choices);
  CHECK(again(waitlist_left{waitlist_number{7}}).order == waitlist_number{7});
}

TEST_CASE("an order that nobody can have on a waitlist is refused") {
  CHECK(read_message(joined_type, sound_order()).has_value());
  const std::vector<std::pair<const char*, order_fault>> faults{
      {"no number", [](auto& order) { order.clear_order(); }},
      {"nobody's", [](auto& order) { order.clear_who_low(); }},
      {"no choice", [](auto& order) { order.clear_choices(); }},
      {"five choices",
       [](auto& order) {
         for (int i = 0; i < 3; ++i) {
           *order.add_choices() = order.choices(0);
         }
       }},
      {"an empty choice", [](auto& order) { seats_of(order).Clear(); }},
      {"an empty group", [](auto& order) { seats_of(order).set_groups(1, 0); }},
      {"a group of 101", [](auto& order) { seats_of(order).set_groups(1, 101); }},
      {"five groups",
       [](auto& order) {
         for (int i = 0; i < 3; ++i) {
           seats_of(order).add_groups(1);
         }
       }},
      {"more accessible seats than the first group has", [](auto& order) { seats_of(order).set_accessible(3); }},
      {"a tier twice", [](auto& order) { seats_of(order).set_tiers(1, 0); }},
      {"tiers not ascending", [](auto& order) { seats_of(order).set_tiers(0, 4); }},
      {"a tier beyond all", [](auto& order) { seats_of(order).set_tiers(1, 64); }},
      {"seats and standing places", [](auto& order) { *seats_of(order).add_areas() = standing_of(order).areas(0); }},
      {"tiers of standing places", [](auto& order) { standing_of(order).add_tiers(1); }},
      {"accessible standing places", [](auto& order) { standing_of(order).set_accessible(1); }},
      {"no place of an area", [](auto& order) { standing_of(order).mutable_areas(0)->clear_quantity(); }},
      {"an area twice", [](auto& order) { standing_of(order).mutable_areas(1)->set_area(1); }},
      {"areas not ascending", [](auto& order) { standing_of(order).mutable_areas(0)->set_area(6); }},
      {"an area beyond all", [](auto& order) { standing_of(order).mutable_areas(1)->set_area(256); }},
      {"more places than a hold has", [](auto& order) { standing_of(order).mutable_areas(0)->set_quantity(501); }},
      {"less than nothing", [](auto& order) { seats_of(order).set_each_max(-1); }},
      {"more than anything costs", [](auto& order) { seats_of(order).set_each_max(1'000'000'000'001); }},
      {"a field that nobody knows",
       [](auto& order) { seats_of(order).GetReflection()->MutableUnknownFields(&seats_of(order))->AddVarint(9, 1); }},
  };
  for (const auto& [name, fault] : faults) {
    CAPTURE(name);
    auto order = sound_order();
    fault(order);
    CHECK_FALSE(read_message(joined_type, order).has_value());
  }
  auto four = sound_order();
  *four.add_choices() = four.choices(0);
  *four.add_choices() = four.choices(1);
  CHECK(read_message(joined_type, four).has_value());
  wire::WaitlistLeft left;
  CHECK_FALSE(read_message(left_type, left).has_value());
  left.set_order(1);
  CHECK(read_message(left_type, left).has_value());
}

TEST_CASE("an offer is a hold of a buyer for places of the public, and only it says for which order it is") {
  wire::HoldCreated hold;
  hold.set_hold(1);
  hold.mutable_by()->set_subject_low(1);
  hold.add_seats(3);
  hold.add_prices(100);
  const auto without = hold.SerializeAsString();
  hold.set_waitlist(70'000);
  const auto read = read_message(hold_type, hold);
  REQUIRE(read.has_value());
  const auto& offer = std::get<hold_created>(read->body);
  CHECK(offer.waitlist == waitlist_number{70'000});
  std::string bytes;
  journal::encode_fact(read->body, bytes);
  CHECK(bytes == hold.SerializeAsString());
  auto asked_for = offer;
  asked_for.waitlist = {};
  bytes.clear();
  journal::encode_fact(asked_for, bytes);
  CHECK(bytes == without);

  const auto is_refused = [&](auto fault) {
    auto wrong = hold;
    fault(wrong);
    return !read_message(hold_type, wrong).has_value();
  };
  CHECK(is_refused([](auto& wrong) { wrong.mutable_by()->set_organisation(1); }));
  CHECK(is_refused([](auto& wrong) { wrong.set_sold_by(1); }));
  CHECK(is_refused([](auto& wrong) { wrong.set_allocation(1); }));
  CHECK(is_refused([](auto& wrong) { wrong.set_phase("members"); }));
}

TEST_CASE("how long an offer is held is within its limits, or there is no waitlist") {
  wire::EventAmended amended;
  amended.mutable_config()->set_currency("EUR");
  const auto offer_of = [&](std::int64_t ms) {
    amended.mutable_config()->set_waitlist_offer_ms(ms);
    const auto read = read_message(amended_type, amended);
    return read ? std::get<event_amended>(read->body).config.waitlist_offer.count : -1;
  };
  for (const auto ms : {0, 60'000, 3 * 24 * 3'600'000}) {
    CHECK(offer_of(ms) == ms);
  }
  for (const auto ms : {-1, 1, 59'999, 3 * 24 * 3'600'000 + 1}) {
    CHECK(offer_of(ms) == -1);
  }
}
