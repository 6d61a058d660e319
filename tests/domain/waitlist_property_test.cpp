#include "domain/state_image.hpp"
#include "tests/domain/apart.hpp"
#include "tests/domain/stage.hpp"
#include "tests/domain/waiting.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

auto cost_of(const stage& on, tier_index tier) -> minor_units {
  const auto cost = on.state.price(tier) + on.state.fee(tier);
  const auto& tax = on.state.config().tax;
  return cost + (tax ? tax_on_top(tax->rate, cost) : 0);
}

auto is_acceptable(const stage& on, const waitlist_choice& choice, tier_index tier) -> bool {
  return (choice.tiers.empty() || std::ranges::find(choice.tiers, tier) != choice.tiers.end()) &&
         cost_of(on, tier) <= choice.each_max;
}

/// Whether seats stand side by side in a row and are what a group may be.
auto is_group(const stage& on, const waitlist_choice& choice, std::vector<seat_index> seats, std::uint32_t accessible)
    -> bool {
  std::ranges::sort(seats);
  const auto& layout = *on.state.seats();
  std::uint32_t found = 0;
  bool reserved = false;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const auto bits = layout.attributes(seats[i]);
    const bool is_accessible = (bits & seat_attribute::accessible) != 0;
    found += is_accessible ? 1 : 0;
    reserved = reserved || (!is_accessible && (bits & seat_attribute::companion) != 0);
    if (layout.row_of(seats[i]) != layout.row_of(seats.front()) || seats[i] != seats.front() + i) {
      return false;
    }
  }
  return found == accessible && (accessible > 0 || !reserved) &&
         is_acceptable(on, choice, layout.tier_of_seat(seats.front()));
}

/// Whether there is a group: every run of seats of every row is tried.
auto has_group(const stage& on, const waitlist_choice& choice, std::uint32_t quantity, std::uint32_t accessible)
    -> bool {
  const auto count = on.state.seats()->seat_count();
  for (seat_index from = 0; from + quantity <= count; ++from) {
    std::vector<seat_index> run(quantity);
    std::iota(run.begin(), run.end(), from);
    const bool is_free =
        std::ranges::all_of(run, [&](seat_index seat) { return on.state.seat(seat) == seat_status::available; });
    if (is_free && is_group(on, choice, run, accessible)) {
      return true;
    }
  }
  return false;
}

auto copy_of(const stage& on) -> stage {
  stage other{event_status::absent};
  other.state = *event_state::from_image(on.state.image());
  other.now = on.now;
  return other;
}

/// Several groups: somebody holds the best seats for one after the other.
auto has_groups(const stage& on, const waitlist_choice& choice) -> bool {
  auto trial = copy_of(on);
  auto accessible = choice.accessible;
  for (const auto quantity : choice.groups) {
    if (!has_group(trial, choice, quantity, accessible)) {
      return false;
    }
    best_available wanted;
    wanted.quantity = quantity;
    wanted.accessible = accessible;
    for (tier_index tier = 0; tier < trial.state.seats()->tier_ids().size(); ++tier) {
      if (is_acceptable(trial, choice, tier)) {
        wanted.tiers.push_back(tier);
      }
    }
    REQUIRE(trial.act(box_office(), best(wanted)));
    accessible = 0;
  }
  return true;
}

auto can_have(const stage& on, const waitlist_choice& choice) -> bool {
  if (!choice.areas.empty()) {
    return std::ranges::all_of(choice.areas, [&](const area_quantity& wanted) {
      const auto counts = on.state.area(wanted.area);
      const auto capacity = on.state.seats()->spec().areas[wanted.area].capacity;
      return counts.held + counts.sold + counts.blocked + wanted.quantity <= capacity &&
             cost_of(on, on.state.seats()->tier_of_area(wanted.area)) <= choice.each_max;
    });
  }
  return choice.groups.size() == 1 ? has_group(on, choice, choice.groups.front(), choice.accessible)
                                   : has_groups(on, choice);
}

auto is_allowed(const stage& on, const waitlist_order& order, const waitlist_choice& choice) -> bool {
  return choice.places() <= on.state.config().max_per_order &&
         on.state.places_of({order.who, {}}) + choice.places() <= on.state.config().max_per_buyer;
}

/// The choice that somebody is to be offered; null: none.
auto due_choice(const stage& on, const waitlist_order& order) -> const waitlist_choice* {
  const auto found = std::ranges::find_if(order.choices, [&](const waitlist_choice& choice) {
    return is_allowed(on, order, choice) && can_have(on, choice);
  });
  return found == order.choices.end() ? nullptr : &*found;
}

/// Whether a hold is what a choice says, group by group.
auto is_met_by(const stage& on, const waitlist_choice& choice, const hold_created& hold) -> bool {
  std::vector<area_quantity> areas;
  for (const auto& held : hold.areas) {
    areas.push_back({held.area, held.quantity});
  }
  const auto wanted = std::accumulate(choice.groups.begin(), choice.groups.end(), std::size_t{0});
  if (areas != choice.areas || hold.seats.size() != wanted) {
    return false;
  }
  auto at = hold.seats.begin();
  auto accessible = choice.accessible;
  return std::ranges::all_of(choice.groups, [&](std::uint32_t quantity) {
    const std::vector<seat_index> group{at, at + quantity};
    at += quantity;
    return is_group(on, choice, group, std::exchange(accessible, 0U));
  });
}

/// Looks the waitlist over to the end, and every offer over with it.
void match_and_check(stage& on) {
  for (;;) {
    const auto made = on.ask({}, match_waitlist{});
    REQUIRE(made);
    REQUIRE(made->size() <= limits::facts_per_command_max);
    if (made->empty()) {
      break;
    }
    for (const auto& one : *made) {
      const auto& hold = std::get<hold_created>(one.body);
      const waitlist_choice* due = nullptr;
      for (const auto& order : on.state.waitlist()) {
        due = order.offered == 0 ? due_choice(on, order) : nullptr;
        if (due != nullptr) {
          // The first whom anything can be offered to is the one who is offered it: nobody is overtaken.
          REQUIRE(order.number == hold.waitlist);
          REQUIRE(owner{order.who, {}} == hold.by);
          break;
        }
      }
      REQUIRE(due != nullptr);
      REQUIRE(is_met_by(on, *due, hold));
      on.apply({one});
      REQUIRE(on.state.places_of(hold.by) <= on.state.config().max_per_buyer);
    }
  }
  for (const auto& order : on.state.waitlist()) {
    REQUIRE((order.offered != 0 || due_choice(on, order) == nullptr));
  }
}

auto some_choice(numbers& random) -> waitlist_choice {
  waitlist_choice choice;
  choice.each_max = 1'000 + static_cast<minor_units>(random.below(6)) * 300;
  if (random.chance(20)) {
    choice.areas.push_back({static_cast<area_index>(random.below(2)), 1 + static_cast<std::uint32_t>(random.below(4))});
    return choice;
  }
  for (auto left = 1 + random.below(random.chance(70) ? 1 : 3); left > 0; --left) {
    choice.groups.push_back(1 + static_cast<std::uint32_t>(random.below(3)));
  }
  choice.accessible = random.chance(15) ? 1 + static_cast<std::uint32_t>(random.below(choice.groups.front())) : 0;
  for (tier_index tier = 0; tier < 2; ++tier) {
    if (random.chance(40)) {
      choice.tiers.push_back(tier);
    }
  }
  return choice;
}

auto some_seats(numbers& random, std::uint32_t count) -> std::vector<seat_index> {
  const auto from = static_cast<seat_index>(random.below(count));
  std::vector<seat_index> run;
  for (seat_index seat = from; seat < count && seat < from + 1 + random.below(3); ++seat) {
    run.push_back(seat);
  }
  return run;
}

auto small_house() -> stage {
  stage on{{{"......"}, {"aac.r."}, {"....", "t1"}}, 2};
  event_amendment opens;
  opens.waitlist_offer = minutes(30);
  opens.max_per_order = 6;
  opens.max_per_buyer = 7;
  opens.tax = event_tax{"VAT", {tax_mode::exclusive, 1'000}};
  REQUIRE(on.act(organiser(), amend_event{{}, opens}));
  return on;
}

auto some_booking(const stage& on, numbers& random) -> hold_number {
  const auto bookings = on.state.image().bookings;
  return bookings.empty() ? hold_number{1} : bookings[random.below(bookings.size())].number;
}

/// A box office takes whatever is left, so that people wait.
void sell_out(stage& on) {
  for (seat_index seat = 0; seat < on.state.seats()->seat_count(); ++seat) {
    if (on.state.seat(seat) == seat_status::available) {
      on.hold(box_office(), {seat});
    }
  }
  for (area_index area = 0; area < 2; ++area) {
    while (on.act(box_office(), places({{area, 2}}))) {
    }
  }
}

/// One thing that somebody might do.
void live_on(stage& on, numbers& random) {
  const auto who = buyer(1 + random.below(12));
  const auto count = on.state.seats()->seat_count();
  const auto some = some_booking(on, random);
  switch (random.below(12)) {
  case 0:
  case 1: on.act(who, seats(some_seats(random, count))); break;
  case 2: on.act(box_office(), seats(some_seats(random, count))); break;
  case 3: sell_out(on); break;
  case 4: on.act(who, leave_waitlist{}); break;
  case 5: on.act(box_office(), release_hold{some}); break;
  case 6: on.act(who, release_hold{some}); break;
  case 7:
    if (random.chance(10)) {
      on.act(box_office(), paid(some));
    }
    break;
  case 8: on.now = on.now + minutes(static_cast<std::int64_t>(random.below(6))); break;
  default:
    join_waitlist join;
    for (auto left = 1 + random.below(3); left > 0; --left) {
      join.choices.push_back(some_choice(random));
    }
    if (random.chance(70)) {
      join.rank = static_cast<std::uint32_t>(random.below(5));
    }
    on.act(who, join);
  }
  on.act({}, end_due_holds{});
}

} // namespace

TEST_CASE("whatever happens, what comes back goes to the first who would take it, and to nobody who may not have it") {
  std::size_t offers = 0;
  std::size_t waited = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    numbers random{seed};
    auto on = small_house();
    on.hold(box_office(), {0, 1, 2, 3, 4, 5});
    on.hold(box_office(), {6, 7, 8, 9, 10, 11});
    sell_out(on);
    for (int i = 0; i < 120; ++i) {
      live_on(on, random);
      match_and_check(on);
      waited += on.state.waiting();
    }
    check_sound(on);
    offers += static_cast<std::size_t>(std::ranges::count_if(on.history, [](const fact& one) {
      const auto* const hold = std::get_if<hold_created>(&one.body);
      return hold != nullptr && hold->waitlist;
    }));
  }
  CHECK(offers > 400);
  CHECK(waited > 2'000);
}
