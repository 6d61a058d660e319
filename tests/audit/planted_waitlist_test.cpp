#include "journal/audit/auditor.hpp"
#include "journal/codec.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

/// The selling day goes on with a waitlist: what Bert gives back goes to Dana, then to Emma; Finn waits for the floor, and Hanna for the balcony.
namespace holdfast::testing {

using namespace domain;
namespace audit = journal::audit;

namespace {

constexpr subject_id dana{60, 1};
constexpr subject_id emma{60, 2};
constexpr subject_id finn{60, 3};
constexpr subject_id gus{60, 4};
constexpr subject_id hanna{60, 5};

constexpr millis offer_time = minutes(45);
constexpr minor_units stalls = 9'900;
constexpr minor_units balcony = 4'500;

/// Seqs of what is added to the day.
constexpr std::uint64_t full_floor = 17; ///< the box office, 45 places
constexpr std::uint64_t dana_joins = 18;
constexpr std::uint64_t emma_joins = 19;
constexpr std::uint64_t finn_joins = 20;
constexpr std::uint64_t gus_joins = 21;
constexpr std::uint64_t limits_amended = 22;
constexpr std::uint64_t dana_offered = 24;
constexpr std::uint64_t gus_leaves = 25;
constexpr std::uint64_t emma_offered = 27;
constexpr std::uint64_t finn_offered = 29;
constexpr std::uint64_t hanna_joins = 31;
constexpr std::uint64_t hanna_offered = 33;
constexpr std::uint64_t gus_again = 34;

auto seats_wanted(std::vector<std::uint32_t> groups, std::vector<tier_index> tiers, minor_units each)
    -> waitlist_choice {
  return {std::move(groups), std::move(tiers), 0, {}, each};
}

auto offer_of(std::uint32_t number, std::uint32_t order, subject_id who, instant at) -> hold_created {
  hold_created made;
  made.hold = hold_number{number};
  made.by.subject = who;
  made.expires_at = at + offer_time;
  made.cap_at = at + offer_time;
  made.waitlist = waitlist_number{order};
  return made;
}

auto seats_offered(std::uint32_t number, std::uint32_t order, subject_id who, std::vector<seat_index> seats,
                   minor_units price, instant at) -> hold_created {
  auto made = offer_of(number, order, who, at);
  made.prices.assign(seats.size(), price);
  made.seats = std::move(seats);
  return made;
}

auto waitlist_day() -> paper_journal {
  auto paper = day::facts();
  body<event_amended>(paper, day::seq::amended).config.waitlist_offer = offer_time;
  auto at = paper.at(day::events, paper.size(day::events)).time;
  const auto add = [&](auto fact) { return paper.add(day::events, std::move(fact), at); };

  hold_created floor;
  floor.hold = hold_number{6};
  floor.by.organisation = day::organisation;
  floor.sold_by = day::seller;
  floor.areas = {{0, 45, 0}};
  floor.expires_at = at + minutes(10);
  floor.cap_at = at + minutes(30);
  auto many = body<event_amended>(paper, day::seq::amended).config;
  many.max_per_order = 100;
  many.max_per_buyer = 100;
  body<event_amended>(paper, day::seq::amended).config = many;
  add(floor);
  add(waitlist_joined{waitlist_number{1}, dana, 7, {seats_wanted({3}, {0}, stalls), seats_wanted({2}, {1}, 0)}});
  add(waitlist_joined{waitlist_number{2}, emma, 7, {seats_wanted({3}, {}, stalls)}});
  add(waitlist_joined{waitlist_number{3}, finn, 2, {{{}, {}, 0, {{0, 40}}, 0}}});
  add(waitlist_joined{waitlist_number{4}, gus, 9, {seats_wanted({4}, {0}, stalls)}});
  add(event_amended{many});

  at = at + minutes(1);
  add(hold_released{hold_number{5}, {}});
  add(seats_offered(7, 1, dana, {4, 5, 6}, stalls, at));
  add(waitlist_left{waitlist_number{4}});
  at = at + offer_time;
  add(hold_expired{hold_number{7}});
  add(seats_offered(8, 2, emma, {4, 5, 6}, stalls, at));
  add(hold_expired{hold_number{6}});
  auto standing = offer_of(9, 3, finn, at);
  standing.areas = {{0, 40, 0}};
  add(standing);

  at = at + minutes(1);
  add(order_confirmed{hold_number{8}, {payment_record::method::cash, "till 3", ""}, day::seller, 3 * stalls});
  add(waitlist_joined{waitlist_number{5}, hanna, 7, {seats_wanted({2, 3}, {1}, balcony)}});
  add(order_returned{hold_number{4},
                     return_cause::refunded,
                     day::seller,
                     {8, 9, 10},
                     {balcony, balcony, balcony},
                     {},
                     {},
                     {},
                     0,
                     {},
                     false,
                     payment_record::method::complimentary});
  add(seats_offered(10, 5, hanna, {10, 11, 7, 8, 9}, balcony, at));
  add(waitlist_joined{waitlist_number{6}, gus, 7, {seats_wanted({4}, {0}, stalls)}});
  add(event_closed{});
  return paper;
}

auto joined(paper_journal& paper, std::uint64_t at) -> waitlist_joined& {
  return body<waitlist_joined>(paper, at);
}

/// The offer as a hold of somebody's who does not wait.
void ask_for(hold_created& offer, owner by) {
  offer.waitlist = {};
  offer.by = by;
  offer.sold_by = by.organisation ? day::seller : key_id{};
}

/// The event's configuration from the waitlist's beginning.
auto config_of(paper_journal& paper) -> event_config& {
  return body<event_amended>(paper, day::seq::amended).config;
}

auto sound_report(paper_journal paper) -> audit::report {
  paper.seal();
  auto report = audit::run_audit(paper);
  for (const auto& [what, entry] : report.found.by_kind()) {
    MESSAGE(audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  return report;
}

auto overtaken_in(paper_journal paper) -> std::uint64_t {
  paper.seal();
  return audit::run_audit(paper).found.of(kind::waitlist_overtaken);
}

} // namespace

TEST_CASE("a day with a waitlist is sound") {
  CHECK(sound_report(waitlist_day()).sound());
  for (const auto each :
       {kind::illegal_waitlist_change, kind::illegal_offer, kind::offer_unwanted, kind::waitlist_overtaken}) {
    CHECK(audit::family_of(each) == 'L');
    CHECK(audit::name_of(each) != "unknown");
  }
}

TEST_CASE("every planted fault of who stands on a waitlist is found and named where it is") {
  constexpr auto fault = kind::illegal_waitlist_change;
  check(
      {
          {"a number left out", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).order = waitlist_number{3}; }},
          {"a number given twice", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).order = waitlist_number{1}; }},
          {"a buyer's second order", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).who = dana; }},
          {"an order while another is offered", fault, day::events, hanna_joins,
           [](paper_journal& paper) { joined(paper, hanna_joins).who = finn; }},
          {"an order without a waitlist", fault, day::events, dana_joins,
           [](paper_journal& paper) { config_of(paper).waitlist_offer = {}; }},
          {"an order before the sale", fault, day::events, dana_joins,
           [](paper_journal& paper) {
             config_of(paper).sale_opens_at = paper.at(day::events, dana_joins).time + millis{1};
           }},
          {"an order after the sale", fault, day::events, dana_joins,
           [](paper_journal& paper) { config_of(paper).sale_closes_at = paper.at(day::events, dana_joins).time; }},
          {"an order while the event is paused", fault, day::events, dana_joins,
           [](paper_journal& paper) { paper.at(day::events, full_floor).body = event_paused{}; }},
          {"more places than an order may have", fault, day::events, finn_joins,
           [](paper_journal& paper) { config_of(paper).max_per_order = 39; }},
          {"more places than a buyer may have", fault, day::events, finn_joins,
           [](paper_journal& paper) { config_of(paper).max_per_buyer = 39; }},
          {"no choice", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).choices.clear(); }},
          {"a tier that is not there", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).choices[0].tiers = {3}; }},
          {"an area that is not there", fault, day::events, finn_joins,
           [](paper_journal& paper) { joined(paper, finn_joins).choices[0].areas[0].area = 1; }},
          {"seats and standing places", fault, day::events, finn_joins,
           [](paper_journal& paper) { joined(paper, finn_joins).choices[0].groups = {1}; }},
          {"more accessible seats than there are", fault, day::events, emma_joins,
           [](paper_journal& paper) { joined(paper, emma_joins).choices[0].accessible = 4; }},
      },
      true, waitlist_day);
}

TEST_CASE("every planted fault of who leaves a waitlist, and of what it offers by its settings, is found") {
  constexpr auto fault = kind::illegal_waitlist_change;
  check(
      {
          {"left by nobody", fault, day::events, gus_leaves,
           [](paper_journal& paper) { body<waitlist_left>(paper, gus_leaves).order = waitlist_number{9}; }},
          {"left with an offer", fault, day::events, gus_leaves,
           [](paper_journal& paper) { body<waitlist_left>(paper, gus_leaves).order = waitlist_number{1}; }},
          {"left twice", fault, day::events, gus_again,
           [](paper_journal& paper) { paper.at(day::events, gus_again).body = waitlist_left{waitlist_number{4}}; }},
          {"left when it was bought", fault, day::events, gus_again,
           [](paper_journal& paper) { paper.at(day::events, gus_again).body = waitlist_left{waitlist_number{2}}; }},
          {"left when the event was over", fault, day::events, gus_again + 1,
           [](paper_journal& paper) {
             std::swap(paper.at(day::events, gus_again), paper.at(day::events, gus_again + 1));
           }},
          {"offers of no time that a waitlist has", kind::invalid_configuration, day::events, day::seq::amended,
           [](paper_journal& paper) {
             paper.at(day::events, day::seq::amended).payload = [&] {
               auto config = config_of(paper);
               config.waitlist_offer = hours(72);
               std::string bytes;
               journal::encode_fact(event_amended{config}, bytes);
               // 72 hours in milliseconds are the last field; one more is one too many.
               bytes.back() = static_cast<char>(bytes.back() + 1);
               return bytes;
             }();
           }},
      },
      true, waitlist_day);
}

TEST_CASE("every planted fault of to whom something is offered, and for how long, is found and named where it is") {
  check(
      {
          {"an offer for nobody's order", kind::illegal_offer, day::events, dana_offered,
           [](paper_journal& paper) { hold(paper, dana_offered).waitlist = waitlist_number{9}; }},
          {"an offer to another buyer", kind::illegal_offer, day::events, dana_offered,
           [](paper_journal& paper) { hold(paper, dana_offered).by.subject = day::bert; }},
          {"a second offer for an order", kind::illegal_offer, day::events, finn_offered,
           [](paper_journal& paper) {
             hold(paper, finn_offered) = hold(paper, emma_offered);
             hold(paper, finn_offered).hold = hold_number{9};
           }},
          {"an offer for an order that was left", kind::illegal_offer, day::events, emma_offered,
           [](paper_journal& paper) {
             hold(paper, emma_offered).waitlist = waitlist_number{4};
             hold(paper, emma_offered).by.subject = gus;
           }},
          {"an offer for an order whose offer ran out", kind::illegal_offer, day::events, emma_offered,
           [](paper_journal& paper) {
             hold(paper, emma_offered).waitlist = waitlist_number{1};
             hold(paper, emma_offered).by.subject = dana;
           }},
          {"an offer while there is no waitlist", kind::illegal_offer, day::events, dana_offered,
           [](paper_journal& paper) { body<event_amended>(paper, limits_amended).config.waitlist_offer = {}; }},
          {"an offer that ends later than the event's", kind::wrong_deadline, day::events, dana_offered,
           [](paper_journal& paper) { hold(paper, dana_offered).expires_at.unix_ms += 1; }},
          {"an offer with the time of a hold", kind::wrong_deadline, day::events, dana_offered,
           [](paper_journal& paper) { hold(paper, dana_offered).cap_at.unix_ms -= minutes(15).count; }},
      },
      true, waitlist_day);
}

TEST_CASE("every planted fault of what is offered is found and named where it is") {
  check(
      {
          {"fewer places than were wanted", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) {
             hold(paper, dana_offered).seats = {4, 5};
             hold(paper, dana_offered).prices = {stalls, stalls};
           }},
          {"seats of two rows", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) {
             hold(paper, dana_offered).seats = {3, 4, 5};
           }},
          {"seats of another tier", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) {
             joined(paper, dana_joins).choices[0].tiers = {1, 2};
           }},
          {"seats that are not accessible", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) { joined(paper, dana_joins).choices[0].accessible = 1; }},
          {"a dearer place", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) { joined(paper, dana_joins).choices[0].each_max = stalls - 1; }},
          {"a place that is dearer with its tax", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) {
             body<event_amended>(paper, limits_amended).config.tax = event_tax{"VAT", {tax_mode::exclusive, 1}};
           }},
          {"a place that is dearer with its fee", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) { body<event_amended>(paper, limits_amended).config.tiers[0].fee = 1; }},
          {"a dearer standing place", kind::offer_unwanted, day::events, finn_offered,
           [](paper_journal& paper) { body<event_amended>(paper, limits_amended).config.tiers[2].price = 1; }},
          {"more standing places than were wanted", kind::offer_unwanted, day::events, finn_offered,
           [](paper_journal& paper) { hold(paper, finn_offered).areas[0].quantity = 41; }},
          {"seats instead of standing places", kind::offer_unwanted, day::events, finn_offered,
           [](paper_journal& paper) {
             hold(paper, finn_offered).areas.clear();
             hold(paper, finn_offered).seats = {7};
             hold(paper, finn_offered).prices = {balcony};
           }},
          {"groups of other sizes", kind::offer_unwanted, day::events, hanna_offered,
           [](paper_journal& paper) {
             joined(paper, hanna_joins).choices[0].groups = {1, 4, 1};
           }},
          {"the second choice though the first could be met", kind::offer_unwanted, day::events, dana_offered,
           [](paper_journal& paper) {
             auto& choices = joined(paper, dana_joins).choices;
             choices.insert(choices.begin(), seats_wanted({2}, {0}, stalls));
           }},
      },
      true, waitlist_day);
}

TEST_CASE("whoever is overtaken on a waitlist is found") {
  constexpr auto fault = kind::waitlist_overtaken;
  check(
      {
          {"by who came later", fault, day::events, dana_offered,
           [](paper_journal& paper) {
             hold(paper, dana_offered).by.subject = emma;
             hold(paper, dana_offered).waitlist = waitlist_number{2};
           }},
          {"by a greater rank", fault, day::events, dana_offered,
           [](paper_journal& paper) { joined(paper, emma_joins).rank = 6; }},
          {"by who wants more", fault, day::events, dana_offered,
           [](paper_journal& paper) {
             joined(paper, emma_joins).rank = 6;
             joined(paper, emma_joins).choices[0].groups = {2};
           }},
          {"with a second choice", fault, day::events, dana_offered,
           [](paper_journal& paper) { joined(paper, finn_joins).choices.push_back(seats_wanted({1}, {}, stalls)); }},
          {"by a buyer who does not wait", fault, day::events, dana_offered,
           [](paper_journal& paper) {
             ask_for(hold(paper, dana_offered), {day::bert, {}});
           }},
          {"by the box office", fault, day::events, dana_offered,
           [](paper_journal& paper) {
             ask_for(hold(paper, dana_offered), {{}, day::organisation});
           }},
          {"of standing places", fault, day::events, finn_offered,
           [](paper_journal& paper) {
             ask_for(hold(paper, finn_offered), {day::bert, {}});
           }},
          {"by who wants the same groups", fault, day::events, hanna_offered,
           [](paper_journal& paper) {
             paper.at(day::events, finn_offered).body = event_amended{config_of(paper)};
             joined(paper, finn_joins).choices = {seats_wanted({2, 3}, {1}, balcony)};
           }},
      },
      true, waitlist_day);
}

TEST_CASE("who may not have so many more places is passed over, and so is who wants something else") {
  auto paper = waitlist_day();
  joined(paper, emma_joins).rank = 6;
  hold(paper, day::seq::annas_hold).by.subject = emma; // two places
  body<event_amended>(paper, limits_amended).config.max_per_order = 45;
  body<event_amended>(paper, limits_amended).config.max_per_buyer = 40;
  joined(paper, emma_joins).choices[0].groups = {3};
  CHECK(overtaken_in(paper) == 1);
  body<event_amended>(paper, limits_amended).config.max_per_buyer = 4;
  CHECK(overtaken_in(paper) == 0);

  auto other = waitlist_day();
  joined(other, emma_joins).rank = 6;
  auto& wanted = joined(other, emma_joins).choices[0];
  wanted.each_max = stalls - 1;
  CHECK(overtaken_in(other) == 0);
  wanted.each_max = stalls;
  wanted.tiers = {1};
  CHECK(overtaken_in(other) == 0);
  wanted.tiers = {};
  wanted.accessible = 1;
  CHECK(overtaken_in(other) == 0);
  wanted.accessible = 0;
  wanted.groups = {1, 2}; // which of the seats the first of them gets is not known
  CHECK(overtaken_in(other) == 0);
}

} // namespace holdfast::testing
