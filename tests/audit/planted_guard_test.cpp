#include "tests/audit/card_day.hpp"
#include "tests/audit/planted.hpp"

#include <doctest/doctest.h>

#include <cstdint>

/// What may be bought within a time, and where places go that are given back.
namespace holdfast::testing {

using namespace domain;

namespace {

constexpr std::uint64_t returned = day::seq::fridas_freeze + 3;
constexpr std::uint64_t kept = returned + 1;
constexpr allocation_number keeper{1};

/// Carl gives a ticket of his two back, and its seat goes to the allocation that seat 2 is of.
auto kept_day() -> paper_journal {
  auto paper = day::card_facts();
  constexpr payment_number carls{1};
  const auto at = paper.at(day::payments, paper.size(day::payments)).time + minutes(1);
  paper.add(day::events,
            seats_allocated{{keeper, allocation_kind::house, "Box", "guests", std::nullopt, {}}, {2}, day::seller}, at);
  auto config = paper.fact<event_amended>(day::events, day::seq::amended).config;
  config.returns_to_allocation = keeper;
  paper.add(day::events, event_amended{config}, at);
  paper.add(day::payments, refund_requested{carls, {1}, return_cause::refunded, day::organisation, day::seller}, at);
  const auto one = day::carls_total / 2;
  const auto order = paper.fact<hold_created>(day::events, day::seq::carls_hold).hold;
  order_returned back{order, return_cause::refunded, day::seller, {6}, {one}, {}, {}, {}, one};
  back.tickets = {1};
  back.goes_on = true;
  paper.add(day::events, back, at);
  paper.add(day::events, allocation_changed{keeper, {6}, {}, day::seller}, at);
  paper.add(day::payments, refund_owed{carls, one}, at);
  paper.add(day::payments, refund_paid{carls}, at);
  return paper;
}

auto rules(paper_journal& paper) -> std::vector<velocity_rule>& {
  return body<event_amended>(paper, day::seq::amended).config.velocity;
}

} // namespace

TEST_CASE("a place that is given back to an allocation is sound, and so are sales within the rules") {
  auto paper = kept_day();
  rules(paper) = {{velocity_rule::whose::buyer, 2, 3'600}, {velocity_rule::whose::card, 2, 3'600}};
  body<order_confirmed>(paper, day::seq::carls_order).card = 5;
  paper.fact<payment_authorised>(day::payments, day::paid::carls_authorisation).card = 5;
  paper.seal();
  CHECK(journal::audit::run_audit(paper).found.by_kind().empty());
}

TEST_CASE("every planted fault of what is given back to an allocation is found and named where it is") {
  check(
      {
          {"a place that was to be kept goes to the public", kind::illegal_allocation, day::events, kept,
           [](paper_journal& paper) { paper.at(day::events, kept).body = event_paused{}; }},
          {"another place is kept", kind::illegal_allocation, day::events, kept,
           [](paper_journal& paper) { body<allocation_changed>(paper, kept).added = {3}; }},
          {"a place is kept, and standing places that nobody had", kind::illegal_allocation, day::events, kept,
           [](paper_journal& paper) {
             body<allocation_changed>(paper, kept).areas = {{0, 1}};
           }},
      },
      true, kept_day);
}

TEST_CASE("every planted fault of what is bought within a time is found and named where it is") {
  check(
      {
          {"a buyer who pays for more within a time than they may", kind::buyer_limit_exceeded, day::events,
           day::seq::carls_freeze,
           [](paper_journal& paper) {
             rules(paper) = {{velocity_rule::whose::buyer, 1, 3'600}};
           }},
          {"a card that pays for more within a time than it may", kind::buyer_limit_exceeded, day::events,
           day::seq::carls_order,
           [](paper_journal& paper) {
             rules(paper) = {{velocity_rule::whose::card, 1, 3'600}};
             body<order_confirmed>(paper, day::seq::carls_order).card = 5;
           }},
          {"a card that pays again within a time", kind::buyer_limit_exceeded, day::events, day::seq::emils_order,
           [](paper_journal& paper) {
             rules(paper) = {{velocity_rule::whose::card, 3, 3'600}};
             body<order_confirmed>(paper, day::seq::carls_order).card = 5;
             body<order_confirmed>(paper, day::seq::emils_order).card = 5;
           }},
          {"a rule of nobody", kind::invalid_configuration, day::events, day::seq::amended,
           [](paper_journal& paper) {
             rules(paper) = {{velocity_rule::whose::card, 0, 3'600}};
           }},
      },
      true, day::card_facts);
}

} // namespace holdfast::testing
