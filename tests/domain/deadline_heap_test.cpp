#include "domain/deadline_heap.hpp"
#include "domain/strong_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace holdfast::domain;

TEST_CASE("deadlines come in order, whatever was added, moved and taken out before") {
  deadline_heap heap;
  std::vector<std::uint32_t> position(1'000);
  std::map<std::uint32_t, deadline> live; // by slot
  const auto moved = [&](std::uint32_t slot, std::uint32_t to) { position[slot] = to; };
  std::uint64_t random = 7;
  for (int i = 0; i < 50'000; ++i) {
    random = mix64(random);
    const auto slot = static_cast<std::uint32_t>(random % 1'000);
    const instant at{static_cast<std::int64_t>((random >> 20) % 500)};
    if (!live.contains(slot)) {
      live[slot] = {at, static_cast<std::uint32_t>(i), slot};
      heap.push(live[slot], moved);
    } else if (random >> 63 != 0) {
      live[slot].at = at;
      heap.change(position[slot], at, moved);
    } else {
      heap.erase(position[slot], moved);
      live.erase(slot);
    }
    REQUIRE(heap.size() == live.size());
    if (i % 500 == 0) {
      std::set<deadline> sorted;
      for (const auto& [at_slot, what] : live) {
        sorted.insert(what);
      }
      const auto all = heap.first(10'000, instant{1'000});
      REQUIRE(std::ranges::equal(all, sorted));
      const auto some = heap.first(10, instant{250});
      CHECK(some.size() <= 10);
      CHECK(std::ranges::all_of(some, [](const deadline& one) { return one.at <= instant{250}; }));
      CHECK(std::ranges::equal(some, std::vector(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(some.size()))));
      if (!all.empty()) {
        CHECK(heap.front() == all.front());
      }
    }
  }
}

TEST_CASE("an empty heap has no deadlines") {
  const deadline_heap heap;
  CHECK(heap.empty());
  CHECK(heap.first(64, instant{INT64_MAX}).empty());
}
