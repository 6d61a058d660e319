#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

/// docs/state-hash.md, read by somebody who has not seen the code.
auto element(std::uint64_t kind, const std::vector<std::uint64_t>& words) -> std::uint64_t {
  auto hash = mix64(kind);
  for (const auto word : words) {
    hash = mix64(hash ^ word);
  }
  return hash;
}

auto word(std::int64_t value) -> std::uint64_t {
  return static_cast<std::uint64_t>(value);
}

void add_tax(std::optional<tax_rate> rate, std::vector<std::uint64_t>& to) {
  if (rate) {
    to.push_back(rate->basis_points + (static_cast<std::uint64_t>(rate->mode) << 16) + (std::uint64_t{1} << 58));
  }
}

auto of_waitlist(const state_image& image) -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto& one : image.waitlist) {
    std::vector<std::uint64_t> words{one.number.value() + (std::uint64_t{one.rank} << 32), one.who.high, one.who.low,
                                     word(one.joined_at.unix_ms), one.offered};
    for (const auto& choice : one.choices) {
      words.push_back(choice.groups.size() + (choice.tiers.size() << 8) + (choice.areas.size() << 16) +
                      (std::uint64_t{choice.accessible} << 32));
      words.push_back(word(choice.each_max));
      words.insert(words.end(), choice.groups.begin(), choice.groups.end());
      words.insert(words.end(), choice.tiers.begin(), choice.tiers.end());
      for (const auto& area : choice.areas) {
        words.push_back(area.area + (std::uint64_t{area.quantity} << 32));
      }
    }
    sum += element(9, words);
  }
  if (image.last_waitlist != 0) {
    sum += element(10, {image.last_waitlist});
  }
  return sum;
}

auto from_scratch(const state_image& image) -> std::uint64_t {
  std::uint64_t sum = 0;
  for (std::size_t seat = 0; seat < image.statuses.size(); ++seat) {
    if (!image.pools.empty() && image.pools[seat] != 0) {
      sum += element(5, {seat, image.pools[seat]});
    }
    if (image.holders[seat] != 0) {
      sum += element(1, {seat + (static_cast<std::uint64_t>(image.statuses[seat]) << 32), image.holders[seat]});
    }
  }
  for (std::size_t area = 0; area < image.areas.size(); ++area) {
    if (image.areas[area].held + image.areas[area].sold > 0) {
      sum += element(2, {area, image.areas[area].held + (std::uint64_t{image.areas[area].sold} << 32)});
    }
  }
  for (const auto& booking : image.bookings) {
    const bool order = booking.status == booking_status::confirmed;
    std::vector<std::uint64_t> words{booking.number.value() + (std::uint64_t{order ? 2U : 1U} << 32) +
                                         (std::uint64_t{booking.extended} << 40),
                                     booking.by.subject.high,
                                     booking.by.subject.low,
                                     booking.by.organisation.value(),
                                     booking.sold_by.value(),
                                     word(booking.created_at.unix_ms),
                                     word(booking.expires_at.unix_ms),
                                     word(booking.cap_at.unix_ms),
                                     word(booking.total())};
    for (const auto& area : booking.areas) {
      words.push_back(area.area + (std::uint64_t{area.quantity} << 32));
      words.push_back(word(area.price));
    }
    if (booking.allocation) {
      words.push_back(booking.allocation.value() + (std::uint64_t{1} << 63));
    }
    if (booking.fees_total() != 0) {
      words.push_back(word(booking.fees_total()));
    }
    add_tax(booking.rate(), words);
    if (booking.paid_by) {
      words.push_back(booking.paid_by.value() + (std::uint64_t{booking.frozen} << 32) + (std::uint64_t{1} << 62));
      words.push_back(booking.frozen ? word(booking.ends_unpaid_at.unix_ms) : 0);
    }
    if (order) {
      words.insert(words.end(), {word(booking.confirmed_at.unix_ms), booking.confirmed_by.value(), word(booking.paid),
                                 static_cast<std::uint64_t>(booking.payment.by)});
    }
    sum += element(3, words);
  }
  for (const auto& one : image.allocations) {
    std::vector<std::uint64_t> words{one.number.value() + (static_cast<std::uint64_t>(one.kind) << 32)};
    for (const auto& part : one.areas) {
      words.push_back(part.area + (std::uint64_t{part.quantity} << 32));
      words.push_back(part.used);
    }
    sum += element(6, words);
  }
  return sum + of_waitlist(image) +
         element(4, {image.id.value(), image.organisation.value(), static_cast<std::uint64_t>(image.status),
                     image.version, image.seq, word(image.time.unix_ms), image.last_hold.value()});
}

} // namespace

TEST_CASE("the hash that is kept fact by fact is the one that is defined") {
  auto config = sound_config();
  config.max_per_buyer = config.max_per_order = 1'000;
  config.tiers[0].fee = 70;
  config.tax = event_tax{"VAT", {tax_mode::exclusive, 1'000}};
  stage on{event_status::draft, config};
  CHECK(event_state{}.hash() == from_scratch({}));
  REQUIRE(on.act(organiser(), publish_event{}));
  std::uint64_t random = 99;
  std::size_t facts = 0;
  for (int i = 0; i < 3'000; ++i) {
    random = mix64(random);
    const hold_number some{static_cast<std::uint32_t>(1 + random % (on.state.last_hold().value() + 1))};
    const auto by = random % 5 == 0 ? box_office() : buyer(1 + random % 3);
    const auto seat = static_cast<seat_index>((random >> 20) % 10);
    switch ((random >> 8) % 8) {
    case 0: on.act(by, seats({seat, (seat + 1) % 10})); break;
    case 1: on.act(by, places({{0, 1 + static_cast<std::uint32_t>(seat) / 3}})); break;
    case 2: on.act(by, extend_hold{some}); break;
    case 3:
    case 4: on.act(by, release_hold{some}); break;
    case 5:
      if (i % 40 == 0) {
        on.act(box_office(), paid(some));
      }
      break;
    case 6: on.act({}, end_due_holds{}); break;
    default: on.now = on.now + seconds(static_cast<std::int64_t>(random >> 40) % 300); break;
    }
    REQUIRE(on.state.hash() == from_scratch(on.state.image()));
    facts = on.history.size();
  }
  CHECK(facts > 500);
}

TEST_CASE("the hash is the one that is defined through every step of payments by card") {
  stage on;
  const caller checkout{};
  const auto same = [&] { return on.state.hash() == from_scratch(on.state.image()); };
  const auto hold = on.hold(buyer(1), {0, 1});
  const payment_number first{1};
  const payment_number second{2};
  REQUIRE(on.act(checkout, freeze_hold{hold, first, buyer(1).subject}));
  CHECK(on.state.find(hold)->frozen);
  CHECK(same());
  REQUIRE(on.act(checkout, thaw_hold{hold, first, turn::declined}));
  CHECK(same());
  REQUIRE(on.act(checkout, freeze_hold{hold, second, buyer(1).subject}));
  REQUIRE(on.act(checkout, confirm_paid{hold, second, 2'000, "pi_2"}));
  CHECK(same());
  REQUIRE(on.act(checkout, return_order{hold, second}));
  CHECK(same());
  const auto places_held = on.hold_places(buyer(2), 0, 3);
  REQUIRE(on.act(checkout, freeze_hold{places_held, payment_number{3}, buyer(2).subject}));
  on.now = on.state.find(places_held)->cap_at;
  REQUIRE(on.act(checkout, end_due_holds{}));
  CHECK(on.state.live_holds() == 0);
  CHECK(same());
}

TEST_CASE("the hash is the one that is defined through every step of a waitlist") {
  auto config = sound_config();
  config.waitlist_offer = hours(1);
  stage on{event_status::published, config};
  const auto same = [&] { return on.state.hash() == from_scratch(on.state.image()); };
  on.hold(buyer(1), {0, 1, 2, 3, 4, 5});
  on.hold(buyer(2), {6, 7, 8, 9});
  on.hold_places(box_office(), 0, 8);
  const waitlist_choice pairs{{2, 2}, {0}, 0, {}, 5'000};
  const waitlist_choice floor{{}, {}, 0, {{0, 4}}, 1'000};
  REQUIRE(on.act(buyer(3), join_waitlist{{pairs, floor}, 7}));
  CHECK(same());
  on.now = on.now + millis{1};
  REQUIRE(on.act(buyer(4), join_waitlist{{floor}, {}}));
  CHECK(same());
  REQUIRE(on.act(buyer(4), leave_waitlist{}));
  CHECK(same());
  REQUIRE(on.act(buyer(2), release_hold{hold_number{2}}));
  REQUIRE(told(on.act({}, match_waitlist{})) == "ok, held 4");
  CHECK(same());
  on.confirm(hold_number{4});
  CHECK(same());
  REQUIRE(on.act(buyer(5), join_waitlist{{pairs}, {}}));
  REQUIRE(on.act(organiser(), close_event{}));
  CHECK(same());
}

TEST_CASE("the hash of a known state is known") {
  stage on;
  on.confirm(on.hold(buyer(1), {3, 4}));
  on.hold(box_office(), {7});
  CHECK(on.state.hash() == from_scratch(on.state.image()));
  // Written down so that the definition cannot change unnoticed.
  CHECK(event_state{}.hash() == 2'744'206'316'352'993'841ULL);
  CHECK(on.state.hash() == 4'494'787'167'127'965'660ULL);
}

TEST_CASE("whatever differs between two states shows in their hashes") {
  const auto hash_after = [](const std::vector<command_body>& commands, caller by) {
    stage on;
    for (const auto& what : commands) {
      on.act(by, what);
    }
    return on.state.hash();
  };
  const std::vector<std::uint64_t> hashes{
      hash_after({}, buyer(1)),
      hash_after({seats({0})}, buyer(1)),
      hash_after({seats({1})}, buyer(1)),
      hash_after({seats({0})}, buyer(2)),
      hash_after({seats({0})}, box_office()),
      hash_after({places({{0, 1}})}, buyer(1)),
      hash_after({places({{0, 2}})}, buyer(1)),
      hash_after({seats({0}), release_hold{hold_number{1}}}, buyer(1)),
      hash_after({seats({0}), paid(hold_number{1})}, box_office()),
  };
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      CHECK(hashes[i] != hashes[j]);
    }
  }
}
