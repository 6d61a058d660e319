#include "domain/state_image.hpp"
#include "tests/domain/apart.hpp"
#include "tests/domain/stage.hpp"
#include "tests/domain/waiting.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

TEST_CASE("what is offered is held at the prices of the moment for as long as the event says") {
  auto config = waiting_config();
  config.tiers[0].fee = 70;
  config.tax = event_tax{"VAT", {tax_mode::exclusive, 1'000}};
  auto on = sold_out(config);
  REQUIRE(on.act(buyer(1), joins({of_groups({2})})));
  on.now = on.now + minutes(3);
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  const auto made = on.act({}, match_waitlist{});
  REQUIRE(told(made) == "ok, held 4");
  const auto& hold = std::get<hold_created>(made->front().body);
  CHECK(hold.waitlist == waitlist_number{1});
  CHECK(hold.by == owner{buyer(1).subject, {}});
  CHECK(hold.sold_by == key_id{});
  CHECK(hold.prices == std::vector<minor_units>{1'000, 1'000});
  CHECK(hold.fees == std::vector<minor_units>{70, 70});
  CHECK(hold.tax == config.tax);
  CHECK(hold.expires_at == on.now + hours(1));
  CHECK(hold.cap_at == on.now + minutes(120));
  CHECK(on.state.find_waiting(buyer(1).subject)->offered == 4);
  CHECK(told(on.act(buyer(1), extend_hold{hold_number{4}})) == "ok, extended 4");

  event_amendment longer;
  longer.waitlist_offer = hours(72);
  REQUIRE(on.act(organiser(), amend_event{{}, longer}));
  REQUIRE(on.act(buyer(2), joins({of_places({{0, 3}})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{3}}));
  REQUIRE(match_all(on) == ", held 5");
  CHECK(offered_to(on, 2)->expires_at == on.now + hours(72));
  CHECK(offered_to(on, 2)->cap_at == on.now + hours(72));
  CHECK(told(on.ask(buyer(2), extend_hold{hold_number{5}})) == "already_extended");
}

TEST_CASE("the first choice that can be met is offered, whole or not at all") {
  // Two rows, of t0 and t1, and an area of t0; all held.
  stage on{{{"xxxxxx", "t0"}, {"xxxx", "t1"}}, 1};
  event_amendment opens;
  opens.waitlist_offer = hours(1);
  opens.max_per_buyer = 8;
  REQUIRE(on.act(organiser(), amend_event{{}, opens}));
  on.hold_places(box_office(), 0, 10);
  const auto free = [&](const std::vector<seat_index>& which) {
    stage one{event_status::absent};
    one.now = on.now;
    one.state = *event_state::from_image(on.state.image());
    free_up(one, which);
    return one;
  };
  const auto offer = [&](const std::vector<seat_index>& which, std::vector<waitlist_choice> choices) {
    REQUIRE(told(on.act(buyer(1), joins(choices))).starts_with("ok"));
    auto one = free(which);
    REQUIRE(on.act(buyer(1), leave_waitlist{}));
    match_all(one);
    auto got = seats_of(one, 1); // group by group
    std::ranges::sort(got);
    return got;
  };
  using seat_list = std::vector<seat_index>;
  const auto four_or_two_pairs = std::vector{of_groups({4}), of_groups({2, 2})};
  CHECK(offer({0, 1, 2, 3}, four_or_two_pairs).size() == 4);
  CHECK(offer({0, 1, 3, 4}, four_or_two_pairs) == seat_list{0, 1, 3, 4});
  CHECK(offer({0, 1, 8, 9}, four_or_two_pairs).size() == 4);
  CHECK(offer({0, 1, 3}, four_or_two_pairs).empty());
  CHECK(offer({0, 2, 4}, four_or_two_pairs).empty());
  // Only what is affordable and wanted.
  CHECK(offer({0, 1, 6, 7}, {of_groups({2}, {1})}) == seat_list{6, 7});
  CHECK(offer({0, 1, 6, 7}, {of_groups({2}, {}, 1'999)}) == seat_list{0, 1});
  CHECK(offer({6, 7}, {of_groups({2}, {}, 1'999)}).empty());
  CHECK(offer({6, 7}, {of_groups({2}, {1}, 2'000)}) == seat_list{6, 7});
  CHECK(offer({0, 1}, {of_groups({2}, {}, 999)}).empty());
  // The first one that can be met, also when a later one could be too.
  CHECK(offer({0, 1, 6, 7}, {of_groups({3}), of_groups({2}, {1}), of_groups({2}, {0})}) == seat_list{6, 7});
}

TEST_CASE("accessible seats are those of the first group, exactly as many as asked for") {
  stage on{{{"aac..."}, {"......"}}};
  event_amendment opens;
  opens.waitlist_offer = hours(1);
  opens.max_per_order = 20;
  REQUIRE(on.act(organiser(), amend_event{{}, opens}));
  std::vector<seat_index> all(12);
  for (seat_index seat = 0; seat < 12; ++seat) {
    all[seat] = seat;
  }
  const auto offered_for = [&](const waitlist_choice& choice) {
    const auto hold = on.hold(box_office(), all);
    REQUIRE(on.act(buyer(1), joins({choice})));
    REQUIRE(on.act(box_office(), release_hold{hold}));
    match_all(on);
    const auto got = seats_of(on, 1);
    REQUIRE(on.act(buyer(1), leave_waitlist{}));
    return got;
  };
  CHECK(offered_for({{3}, {}, 2, {}, any_price}) == std::vector<seat_index>{0, 1, 2});
  CHECK(offered_for({{2}, {}, 1, {}, any_price}) == std::vector<seat_index>{1, 2});
  CHECK(offered_for({{4}, {}, 2, {}, any_price}) == std::vector<seat_index>{0, 1, 2, 3});
  CHECK(offered_for({{6}, {}, 1, {}, any_price}).empty());
  const auto parted = offered_for({{2, 3}, {}, 1, {}, any_price});
  REQUIRE(parted.size() == 5);
  CHECK(std::vector(parted.begin(), parted.begin() + 2) == std::vector<seat_index>{1, 2});
  CHECK(parted[2] >= 3);
  CHECK(parted[4] == parted[2] + 2);
}

TEST_CASE("the price of a place is with its fee and the tax on top") {
  auto config = waiting_config();
  config.tiers[0].fee = 100;
  config.tax = event_tax{"VAT", {tax_mode::exclusive, 1'000}};
  for (const auto& [each_max, expected] : {std::pair{1'209, ""}, std::pair{1'210, ", held 4"}}) {
    CAPTURE(each_max);
    auto on = sold_out(config);
    REQUIRE(on.act(buyer(1), joins({of_groups({2}, {}, each_max), of_places({{0, 2}}, each_max)})));
    REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
    CHECK(match_all(on) == expected);
    auto standing = sold_out(config);
    REQUIRE(standing.act(buyer(1), joins({of_places({{0, 2}}, each_max)})));
    REQUIRE(standing.act(box_office(), release_hold{hold_number{3}}));
    CHECK(match_all(standing) == expected);
  }
  config.tax->rate.mode = tax_mode::inclusive;
  auto on = sold_out(config);
  REQUIRE(on.act(buyer(1), joins({of_groups({2}, {}, 1'100)})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  CHECK(match_all(on) == ", held 4");
}

TEST_CASE("a price that falls brings what somebody waits for within reach") {
  auto on = sold_out();
  REQUIRE(on.act(buyer(1), joins({of_groups({2}, {}, 900)})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  CHECK(match_all(on).empty());
  event_amendment cheaper;
  cheaper.tiers = on.state.config().tiers;
  cheaper.tiers->front().price = 900;
  REQUIRE(on.act(organiser(), amend_event{{}, cheaper}));
  CHECK(match_all(on) == ", held 4");
}

TEST_CASE("a buyer who would exceed a limit is passed over as long as that is so") {
  auto on = sold_out();
  REQUIRE(on.act(buyer(1), joins({of_groups({4}), of_groups({2})})));
  REQUIRE(on.act(buyer(2), joins({of_places({{0, 1}})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{3}}));
  REQUIRE(match_all(on) == ", held 4");
  on.hold_places(buyer(1), 0, 5);
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  CHECK(match_all(on).empty());
  on.now = on.now + minutes(1);
  REQUIRE(on.act(buyer(1), release_hold{hold_number{5}}));
  on.hold_places(buyer(1), 0, 4);
  CHECK(match_all(on) == ", held 7");
  CHECK(seats_of(on, 1).size() == 2); // the smaller choice is within the limit

  auto smaller = sold_out();
  REQUIRE(smaller.act(buyer(1), joins({of_groups({4})})));
  event_amendment less;
  less.max_per_order = 3;
  REQUIRE(smaller.act(organiser(), amend_event{{}, less}));
  REQUIRE(smaller.act(box_office(), release_hold{hold_number{1}}));
  CHECK(match_all(smaller).empty());
}

TEST_CASE(
    "nothing is offered while the event is not on sale or has no waitlist, and what is set apart is nobody's on it") {
  auto config = waiting_config();
  config.sale_closes_at = noon + hours(2);
  auto on = sold_out(config);
  REQUIRE(on.act(buyer(1), joins({of_groups({2})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  REQUIRE(on.act(organiser(), pause_event{}));
  CHECK(match_all(on).empty());
  REQUIRE(on.act(organiser(), resume_event{}));
  CHECK(told(on.ask({}, match_waitlist{})) == "ok, held 4");
  on.now = noon + hours(2);
  CHECK(told(on.ask({}, match_waitlist{})) == "ok");
  on.now = noon + minutes(1);
  event_amendment none;
  none.waitlist_offer = millis{0};
  REQUIRE(on.act(organiser(), amend_event{{}, none}));
  CHECK(match_all(on).empty());
  CHECK(on.state.waiting() == 1);
  none.waitlist_offer = minutes(5);
  REQUIRE(on.act(organiser(), amend_event{{}, none}));
  REQUIRE(on.act(organiser(), apart({0, 1, 2, 3, 4, 5, 6, 7, 8})));
  CHECK(match_all(on).empty());
  REQUIRE(on.act(organiser(), release_allocation{allocation_number{1}}));
  CHECK(match_all(on) == ", held 4");
}

TEST_CASE("an event that has used up its holds offers nothing more") {
  auto on = sold_out();
  for (std::uint64_t who = 1; who <= 3; ++who) {
    REQUIRE(on.act(buyer(who), joins({of_groups({2})})));
  }
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  auto image = on.state.image();
  image.last_hold = hold_number{limits::hold_number_max - 2};
  on.state = *event_state::from_image(std::move(image));
  CHECK(match_all(on) == ", held 1073741822, held 1073741823");
  CHECK(on.state.waiting() == 1);
}

namespace {

constexpr hold_number offered_hold{4};

/// Somebody who waited for a pair and has one in a hold.
auto with_offer() -> stage {
  auto on = sold_out();
  REQUIRE(on.act(buyer(1), joins({of_groups({2})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{1}}));
  REQUIRE(match_all(on) == ", held 4");
  return on;
}

auto is_over(const stage& on) -> bool {
  return on.state.find_waiting(buyer(1).subject) == nullptr && on.state.waiting() == 0 && on.state.waitlist().empty() &&
         on.state.last_waitlist() == waitlist_number{1};
}

} // namespace

TEST_CASE("the order ends with the hold that is offered, however that ends") {
  SUBCASE("released") {
    auto on = with_offer();
    CHECK_FALSE(is_over(on));
    REQUIRE(on.act(buyer(1), release_hold{offered_hold}));
    CHECK(is_over(on));
    CHECK(match_all(on).empty());
  }
  SUBCASE("left") {
    auto on = with_offer();
    CHECK(told(on.act(buyer(1), leave_waitlist{})) == "ok, released 4");
    CHECK(is_over(on));
    CHECK(on.state.counts().available == 9);
  }
  SUBCASE("left when its time was up") {
    auto on = with_offer();
    on.now = on.now + hours(1);
    CHECK(told(on.act(buyer(1), leave_waitlist{})) == "ok, expired 4");
    CHECK(is_over(on));
  }
  SUBCASE("expired") {
    auto on = with_offer();
    on.now = on.now + hours(1);
    REQUIRE(on.act({}, end_due_holds{}));
    CHECK(is_over(on));
  }
}

TEST_CASE("the order ends when the hold that is offered is paid, and with the event") {
  SUBCASE("paid at the till") {
    auto on = with_offer();
    on.confirm(offered_hold);
    CHECK(is_over(on));
    CHECK(on.state.orders() == 1);
  }
  SUBCASE("paid by card, after a card that was declined") {
    auto on = with_offer();
    REQUIRE(on.act({}, freeze_hold{offered_hold, payment_number{1}, buyer(1).subject}));
    CHECK(told(on.ask(buyer(1), leave_waitlist{})) == "payment_in_progress");
    REQUIRE(on.act({}, thaw_hold{offered_hold, payment_number{1}, turn::declined}));
    CHECK_FALSE(is_over(on));
    REQUIRE(on.act({}, freeze_hold{offered_hold, payment_number{2}, buyer(1).subject}));
    REQUIRE(on.act({}, confirm_paid{offered_hold, payment_number{2}, 2'000, "pi_2"}));
    CHECK(is_over(on));
    REQUIRE(on.act({}, return_order{offered_hold, payment_number{2}}));
    CHECK(is_over(on));
  }
  SUBCASE("with the event") {
    auto on = with_offer();
    REQUIRE(on.act(organiser(), close_event{}));
    CHECK(is_over(on));
    on.confirm(offered_hold); // what was offered is theirs to buy all the same
    auto other = with_offer();
    REQUIRE(other.act(organiser(), cancel_event{}));
    CHECK(is_over(other));
    REQUIRE(other.act({}, end_due_holds{}));
  }
}

TEST_CASE("somebody who waits may hold what else there is, and waits on") {
  auto on = sold_out();
  REQUIRE(on.act(buyer(1), joins({of_groups({2})})));
  REQUIRE(on.act(box_office(), release_hold{hold_number{3}}));
  on.hold_places(buyer(1), 0, 1);
  on.confirm(hold_number{4});
  CHECK(on.state.find_waiting(buyer(1).subject) != nullptr);
  REQUIRE(on.act(organiser(), close_event{}));
  CHECK(on.state.waiting() == 0);
}
