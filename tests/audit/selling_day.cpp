#include "tests/audit/selling_day.hpp"

#include "tests/support/sample_facts.hpp"

namespace holdfast::testing::day {
namespace {

using namespace domain;

/// A hold by the sample configuration's rules: ten minutes, half an hour at most.
auto hold(std::uint32_t number, owner by, instant at) -> hold_created {
  hold_created made;
  made.hold = hold_number{number};
  made.by = by;
  made.expires_at = at + minutes(10);
  made.cap_at = at + minutes(30);
  return made;
}

auto buyers(std::uint32_t number, subject_id who, std::vector<seat_index> seats, minor_units price, instant at)
    -> hold_created {
  auto made = hold(number, {who, {}}, at);
  made.prices.assign(seats.size(), price);
  made.seats = std::move(seats);
  return made;
}

auto box_office(std::uint32_t number, instant at) -> hold_created {
  auto made = hold(number, {{}, organisation}, at);
  made.sold_by = seller;
  return made;
}

void write_organisations(paper_journal& paper) {
  const instant start{1'700'000'000'000};
  paper.add(names, organisation_created{first_organisation, "House"}, start);
  paper.add(names, slug_reserved{"tosca-2027", event}, start + seconds(1));
  paper.add(office, organisation_created{organisation, "Stadttheater"}, start);
  paper.add(office, venue_created{{sample_config().venue, sample_layout()}}, start);
  paper.add(office, venue_amended{{sample_config().venue, sample_layout()}}, start);
  paper.add(office, key_created{seller, "till", key_scope::sell, {}}, start);
  paper.add(office, key_created{scanner, "door", key_scope::scan, {}}, start);
}

} // namespace

auto facts() -> paper_journal {
  paper_journal paper;
  write_organisations(paper);
  auto at = opening - hours(1);
  paper.add(events, event_created{event, organisation, sample_config(), sample_layout()}, at, {11, 1});
  paper.add(events, layout_replaced{sample_layout()}, at, {12, 1});
  paper.add(events, event_published{}, at, {13, 1});

  at = opening;
  paper.add(events, buyers(1, anna, {0, 1}, 8'900, at), at, {14, 1});
  at = at + minutes(9);
  paper.add(events, hold_extended{hold_number{1}, opening + minutes(15)}, at, {15, 1});
  paper.add(events, order_confirmed{hold_number{1}, {payment_record::method::cash, "till 3", ""}, seller, 17'800}, at,
            {16, 1});
  paper.add(events, buyers(2, bert, {2, 3}, 8'900, at), at, {17, 1});
  paper.add(events, hold_released{hold_number{2}, {}}, at + minutes(1));

  at = at + minutes(2);
  auto floor = box_office(3, at);
  floor.areas = {{0, 5, 0}};
  paper.add(events, floor, at, {18, 1});
  at = at + minutes(10);
  paper.add(events, hold_expired{hold_number{3}}, at, {19, 1}, true);
  auto gift = box_office(4, at);
  gift.seats = {8, 9, 10};
  gift.prices = {4'500, 4'500, 4'500};
  paper.add(events, gift, at, {19, 1});
  paper.add(events, order_confirmed{hold_number{4}, {payment_record::method::complimentary, "", "press"}, seller, 0},
            at, {20, 1});

  paper.add(events, event_paused{}, at, {21, 1});
  auto dearer = sample_config();
  dearer.tiers[0].price = 9'900;
  paper.add(events, event_amended{dearer}, at, {22, 1});
  paper.add(events, event_resumed{}, at, {23, 1});
  paper.add(events, buyers(5, bert, {4}, 9'900, at), at, {24, 1});
  return paper;
}

} // namespace holdfast::testing::day
