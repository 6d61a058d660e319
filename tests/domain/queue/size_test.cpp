#include "tests/domain/queue/hall.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace holdfast::domain;
using namespace holdfast::tests;
using queue::mode;
using queue::place_number;

namespace {

constexpr std::uint32_t million = 1'000'000;

/// A journal that is not kept, so that a million people are cheap.
void join_a_million(hall& of) {
  for (std::uint64_t first = 1; first <= million; first += 4'000) {
    of.join(first, first + 3'999);
    of.journal.clear();
  }
}

} // namespace

TEST_CASE("somebody who waits costs at most 64 bytes, of everything") {
  hall of;
  of.switch_to(mode::on);
  const auto empty = of.room.bytes();
  join_a_million(of);
  REQUIRE(of.room.waiting_now == million);
  const auto each = static_cast<double>(of.room.bytes() - empty) / million;
  MESSAGE(each << " bytes a person; 14 million: " << each * 14e6 / (1024 * 1024) << " MiB");
  CHECK(each <= 64);
  const auto order = of.room.lines[0].order();
  const auto published = order.bits.size() * sizeof(std::uint64_t) + order.before.size() * sizeof(std::uint32_t);
  CHECK(published * 8 <= std::size_t{2} * million);
}

TEST_CASE("a million people enter a draw, are drawn and let in, and every position is right") {
  hall of;
  REQUIRE(of.act(queue::open_pre_queue{queue::commitment_to(a_seed())}, organiser()));
  join_a_million(of);
  REQUIRE(of.act(queue::close_pre_queue{}, organiser()));
  REQUIRE(of.act(queue::draw_lots{a_seed(), {}, false}, organiser()));
  queue::settings rules;
  rules.rate_milli_per_s = 10'000'000;
  rules.batch = 4'096;
  of.configure(rules);
  const auto last = of.room.lines[0].with_ahead(million - 1);
  const auto last_place = place_number{of.room.lines[0].place_at(last)};
  std::uint32_t in = 0;
  while (of.room.waiting_now > 0) {
    const auto standing = queue::standing_of(of.room, last_place, of.now);
    REQUIRE(standing);
    REQUIRE(standing->ahead == million - 1 - in);
    in += static_cast<std::uint32_t>(of.advance_after(millis{400}).size());
    of.journal.clear();
  }
  CHECK(in == million);
  CHECK(of.room.total.admitted == million);
}
