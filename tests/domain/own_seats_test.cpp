#include "domain/alternatives.hpp"
#include "domain/decide_hold_right.hpp"
#include "domain/seat_choice.hpp"
#include "tests/domain/apart.hpp"

#include <algorithm>
#include <random>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

using generator = std::mt19937_64;

auto below(generator& random, std::uint32_t limit) -> std::uint32_t {
  return static_cast<std::uint32_t>(random() % limit);
}

/// Rows of all lengths, in two sections and tiers, with accessible seats, companions' and restricted views here and there.
auto random_hall(generator& random) -> layout_spec {
  layout_spec spec;
  spec.focal = {0, 0};
  for (const std::uint32_t number : {0U, 1U}) {
    section_spec one{number == 0 ? "left" : "right", number == 0 ? "t0" : "t1", {}};
    const auto rows = 3 + below(random, 10);
    for (std::uint32_t row = 0; row < rows; ++row) {
      row_spec line;
      line.name = std::to_string(row);
      line.count = 1 + below(random, 80);
      line.origin = {static_cast<std::int32_t>(number) * 4'000 - 3'000, static_cast<std::int32_t>(row) * 90 + 100};
      line.pitch = 55;
      for (auto more = below(random, 4); more > 0; --more) {
        const std::uint8_t bits[] = {seat_attribute::accessible, seat_attribute::companion,
                                     seat_attribute::restricted_view};
        const auto at = 1 + below(random, line.count);
        const bool taken = std::ranges::any_of(line.attributes, [&](const auto& each) { return each.number == at; });
        if (!taken) {
          line.attributes.push_back({at, bits[below(random, 3)]});
        }
      }
      std::ranges::sort(line.attributes, {}, &seat_attributes::number);
      one.rows.push_back(line);
    }
    spec.sections.push_back(one);
  }
  return spec;
}

/// Two allocations, some holds of theirs and of the public's.
auto sold_in_part(generator& random) -> stage {
  stage on{event_status::absent};
  auto config = sound_config();
  config.max_per_order = 1'000;
  config.max_per_buyer = 100'000;
  REQUIRE(on.act(organiser(), create_event{the_event, ours, config, built(random_hall(random))}));
  REQUIRE(on.act(organiser(), publish_event{}));
  std::vector<std::vector<seat_index>> mine(3);
  for (seat_index seat = 0; seat < on.state.statuses().size(); ++seat) {
    mine[std::min(below(random, 5), 2U)].push_back(seat);
  }
  for (const auto which : {0U, 1U}) {
    if (mine[which].empty()) {
      mine[which].push_back(mine[2].back());
      mine[2].pop_back();
    }
    REQUIRE(on.act(organiser(), apart(mine[which])));
  }
  for (const auto number : {0U, 1U, 2U}) {
    for (const auto seat : mine[number]) {
      auto wish = seats({seat});
      if (number < 2) {
        wish = of(wish, allocation_number{static_cast<std::uint16_t>(number + 1)});
      }
      if (below(random, 3) == 0) {
        REQUIRE(on.act(box_office(), wish));
      }
    }
  }
  return on;
}

/// The same seats put together the long way: a copy of everything, and a look at every seat.
struct looked_at_one_by_one {
  looked_at_one_by_one(const event_data& data, std::uint32_t pool, const std::vector<std::uint32_t>& ended)
      : statuses{data.statuses}, runs{data.runs} {
    for (std::uint32_t row = 0; row < data.seats->rows().size(); ++row) {
      const auto& line = data.seats->rows()[row];
      for (auto seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
        const bool taken = data.holders[seat] != 0 && std::ranges::find(ended, data.holders[seat]) == ended.end();
        const bool own = data.pools[seat] == pool && !taken;
        statuses[seat] = own ? seat_status::available : seat_status::blocked;
        runs.set(*data.seats, seat, row, own);
      }
      runs.refresh(*data.seats, row);
    }
  }

  std::vector<seat_status> statuses;
  free_runs runs;
};

auto random_wish(generator& random) -> best_available {
  best_available wanted;
  wanted.quantity = 1 + below(random, 9);
  wanted.adjacent = below(random, 2) == 0;
  wanted.accessible = below(random, 4) == 0 ? 1 : 0;
  if (below(random, 4) == 0) {
    wanted.tiers = {static_cast<tier_index>(below(random, 2))};
  }
  if (below(random, 4) == 0) {
    wanted.sections = {below(random, 2)};
  }
  return wanted;
}

auto some_ended(const stage& on, generator& random) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> ended;
  for (std::uint32_t hold = 1; hold <= on.state.last_hold().value() && ended.size() < 40; ++hold) {
    if (below(random, 6) == 0) {
      ended.insert(ended.begin(), hold);
    }
  }
  return ended;
}

} // namespace

TEST_CASE("what is chosen and offered of an allocation is what a look at every seat of the event finds") {
  std::uint32_t chosen = 0;
  std::uint32_t offered = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    generator random{seed};
    const auto on = sold_in_part(random);
    const auto& data = state_access::of(on.state);
    for (int i = 0; i < 40; ++i) {
      const auto& pool = data.allocations[below(random, 2)];
      const auto ended = some_ended(on, random);
      const own_seats own{data, &pool, ended};
      const looked_at_one_by_one all{data, pool.number.value(), ended};
      const seat_view long_way{*data.seats, all.runs, all.statuses};
      const auto wanted = random_wish(random);
      const auto best = choose_best(own.view(data), wanted);
      REQUIRE(best == choose_best(long_way, wanted));
      chosen += best ? 1U : 0U;
      const auto first_seat = below(random, static_cast<std::uint32_t>(data.statuses.size()));
      std::vector<seat_index> asked;
      for (auto seat = first_seat; seat < data.statuses.size() && asked.size() < wanted.quantity; ++seat) {
        asked.push_back(seat);
      }
      const auto offers = find_alternatives(data, own.view(data), asked);
      REQUIRE(offers == find_alternatives(data, long_way, asked));
      offered += offers.empty() ? 0U : 1U;
    }
  }
  CHECK(chosen > 500);
  CHECK(offered > 500);
}

TEST_CASE("to choose from an allocation takes the memory of its own rows") {
  layout_spec spec;
  section_spec one{"s", "t0", {}};
  for (std::uint32_t row = 0; row < 2'000; ++row) {
    row_spec line;
    line.name = std::to_string(row);
    line.count = 50;
    line.origin = {0, static_cast<std::int32_t>(row) * 100};
    one.rows.push_back(line);
  }
  spec.sections.push_back(one);
  stage on{event_status::absent};
  REQUIRE(on.act(organiser(), create_event{the_event, ours, sound_config(), built(spec)}));
  REQUIRE(on.act(organiser(), apart({100, 101, 50'000, 50'001})));
  const auto& data = state_access::of(on.state);
  const own_seats own{data, data.find_allocation(1), {}};
  CHECK(own.view(data).runs.bytes() < 4'096);
  CHECK(own.view(data).statuses.empty());
  CHECK(choose_best(own.view(data), best_of(2).best.value()) == std::vector<seat_index>{100, 101});
}
