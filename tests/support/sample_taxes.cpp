#include "tests/support/sample_facts.hpp"

#include <utility>

namespace holdfast::testing {

using namespace domain;

namespace {

/// Of an event with a tax.
auto taxed_hold() -> hold_created {
  hold_created hold;
  hold.hold = hold_number{300};
  hold.by.subject = {0x3132333435363738, 0x4142434445464748};
  hold.seats = {0, 1, 11};
  hold.prices = {8'900, 8'900, 4'500};
  hold.fees = {250, 0, 1'000};
  hold.expires_at = {1'800'000'600'000};
  hold.cap_at = {1'800'007'200'000};
  hold.areas = {{0, 20, 2'500, 130}};
  hold.tax = event_tax{"USt.", {tax_mode::exclusive, 1'900}};
  return hold;
}

} // namespace

auto tax_samples() -> std::vector<sample> {
  const ticket_number which{hold_number{300}, 2};
  const owner buyer{{0x3132333435363738, 0x4142434445464748}, {}};
  auto on_top = sample_config();
  on_top.tax = event_tax{"USt.", {tax_mode::exclusive, 1'900}};
  auto within = sample_config();
  within.tax = event_tax{"MwSt.", {tax_mode::inclusive, 0}};
  auto held =
      resale_held{hold_number{301}, which, {false, 70'000}, buyer, 12'345, {1'800'000'600'000}, {1'800'007'200'000}};
  held.tax = event_tax{"USt.", {tax_mode::inclusive, 1'900}};
  auto resold = ticket_resold{which,  hold_number{301},     {false, 70'000},        12'000, 1'345,
                              12'345, allocation_number{7}, payment_number{70'000}, true};
  resold.tax_paid = 2'536;
  const auto hold = taxed_hold();
  order_returned back{hold.hold, return_cause::refunded, key_id{9}, hold.seats, hold.prices, hold.fees, hold.areas, {},
                      90'625};
  back.tax = 14'475;
  return {
      {"event_amended", event_amended{on_top}},
      {"event_amended", event_amended{within}},
      {"hold_created", taxed_hold()},
      {"order_returned", back},
      {"resale_held", held},
      {"ticket_resold", resold},
  };
}

} // namespace holdfast::testing
