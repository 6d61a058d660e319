#include "domain/decide_parts.hpp"
#include "domain/event_data.hpp"
#include "domain/waitlist_match.hpp"
#include "domain/waitlist_table.hpp"
#include "tests/domain/stage.hpp"
#include "tests/domain/waiting.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("a waitlist of a thousand is in order, and counts who is ahead") {
  numbers random{7};
  waitlist_table table;
  std::vector<waitlist_order> all;
  const auto before = [](const waitlist_order& a, const waitlist_order& b) {
    return std::tie(a.rank, a.number) < std::tie(b.rank, b.number);
  };
  std::uint32_t last = 0;
  for (int i = 0; i < 4'000; ++i) {
    const auto some = all.empty() ? 0 : random.below(all.size());
    if (all.size() < 10 || random.chance(i < 2'500 ? 80 : 20)) {
      ++last;
      waitlist_order order{waitlist_number{last}, {last, 1}, static_cast<std::uint32_t>(random.below(50)), noon, {}, 0};
      order.choices.push_back({{2}, {}, 0, {}, 1});
      table.add(order);
      all.insert(std::ranges::upper_bound(all, order, before), order);
    } else if (random.chance(30) && all[some].offered == 0) {
      all[some].offered = 1'000'000 + static_cast<std::uint32_t>(i);
      table.offer(all[some].number, hold_number{all[some].offered});
      CHECK(table.find(hold_number{all[some].offered})->number == all[some].number);
    } else {
      table.remove(all[some].number);
      CHECK(table.find(all[some].who) == nullptr);
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(some));
    }
    REQUIRE(table.size() == all.size());
    REQUIRE(table.last_rank() == all.back().rank);
    if (i % 100 == 0) {
      REQUIRE(table.all() == all);
      std::size_t ahead = 0;
      for (const auto& one : all) {
        REQUIRE(*table.find(one.number) == one);
        REQUIRE(table.ahead_of(one) == ahead);
        ahead += one.offered == 0 ? 1 : 0;
      }
      REQUIRE(table.waiting() == ahead);
      std::vector<std::uint32_t> seen;
      table.each_waiting([&](const waitlist_table::line& one) {
        seen.push_back(one.number);
        return true;
      });
      REQUIRE(seen.size() == ahead);
    }
  }
  CHECK(all.size() > 300);
  table.clear();
  CHECK(table.size() == 0);
  CHECK(table.waiting() == 0);
  CHECK(table.find(waitlist_number{last}) == nullptr);
  CHECK(table.all().empty());
}

namespace {

/// What one look over the waitlist of a stage costs.
auto look_over(const stage& on) -> waitlist_pass {
  const caller by;
  const command_id id;
  return look_over_waitlist({state_access::of(on.state), by, id, on.now});
}

} // namespace

TEST_CASE("a hundred thousand who wait for what there is not are looked at once, and the seats hardly at all") {
  stage on{{{".........."}, {".........."}, {"..........", "t1"}}, 1};
  event_amendment opens;
  opens.waitlist_offer = hours(1);
  REQUIRE(on.act(organiser(), amend_event{{}, opens}));
  std::vector<seat_index> all(30);
  std::iota(all.begin(), all.end(), 0U);
  on.hold(box_office(), all);
  const auto standing = on.hold_places(box_office(), 0, 10);
  for (std::uint32_t i = 0; i < limits::waitlist_orders_max; ++i) {
    // Every one with a price of their own, and three choices, of which only two groups need a search to be ruled out.
    const auto most = 1'000 + static_cast<minor_units>(i % 5'000);
    REQUIRE(on.act(
        buyer(1'000 + i),
        join_waitlist{{{{4}, {}, 0, {}, most}, {{2, 2}, {}, 0, {}, most}, {{}, {}, 0, {{0, 5}}, most}}, i % 977}));
  }
  CHECK(told(on.ask(buyer(1), join_waitlist{{{{2}, {}, 0, {}, 1'000}}, {}})) == "waitlist_full");

  // Nothing is available: nobody is looked at.
  auto pass = look_over(on);
  CHECK(pass.offers.empty());
  CHECK(pass.looked_at == 0);
  CHECK(pass.searches == 0);

  // Single seats, which nobody wants: everybody is looked at, no seat is.
  free_up(on, {0, 2, 4, 11, 29});
  pass = look_over(on);
  CHECK(pass.offers.empty());
  CHECK(pass.looked_at == limits::waitlist_orders_max);
  CHECK(pass.searches == 0);

  // Room for one pair: two pairs are searched for once in each of the two tiers' reach, though five thousand prices are named.
  free_up(on, {1});
  pass = look_over(on);
  CHECK(pass.offers.empty());
  CHECK(pass.looked_at == limits::waitlist_orders_max);
  CHECK(pass.searches == 2);

  // Places of the area for two of them: the first two.
  REQUIRE(on.act(box_office(), release_hold{standing}));
  pass = look_over(on);
  REQUIRE(pass.offers.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(std::get<hold_created>(pass.offers[i].body).waitlist == on.state.waitlist()[i].number);
  }
  CHECK(pass.searches == 2);
}
