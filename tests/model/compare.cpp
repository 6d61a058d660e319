#include "tests/model/judge.hpp"
#include "tests/model/naive_hash.hpp"
#include "tests/model/naive_tickets.hpp"
#include "tests/model/naive_waitlist.hpp"
#include "tests/model/same_fact.hpp"

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

auto compare_life(const event_state& state, const naive_event& twin) -> complaint {
  if (state.seq() != twin.seq || state.time() != twin.time || state.status() != twin.status ||
      state.version() != twin.version) {
    return "seq, time, status or version differ";
  }
  if (state.id() != twin.id || state.organisation() != twin.organisation || !(state.config() == twin.config)) {
    return "the event or its configuration differ";
  }
  const bool same_seats = twin.seats ? state.seats() && state.seats()->spec() == twin.seats->spec() : !state.seats();
  return same_seats ? complaint{} : "the layout differs";
}

auto compare_places(const event_state& state, const naive_event& twin) -> complaint {
  for (tier_index tier = 0; tier < twin.seats->tier_ids().size(); ++tier) {
    if (state.price(tier) != twin.price(tier) || state.fee(tier) != twin.fee(tier)) {
      return "the price or fee of tier " + std::to_string(tier) + " differs";
    }
  }
  if (state.statuses().size() != twin.seats->seat_count()) {
    return "the number of seats differs";
  }
  for (seat_index seat = 0; seat < twin.seats->seat_count(); ++seat) {
    if (state.seat(seat) != twin.seat(seat) || state.statuses()[seat] != twin.seat(seat)) {
      return "the status of seat " + twin.seats->label(seat) + " differs";
    }
  }
  for (std::uint32_t i = 0; i < twin.seats->area_count(); ++i) {
    const auto area = static_cast<area_index>(i);
    const auto a = state.area(area);
    const auto b = twin.area(area);
    if (a.held != b.held || a.sold != b.sold || a.blocked != b.blocked) {
      return "area " + std::to_string(area) + " differs";
    }
  }
  return state.counts() == twin.counts() ? complaint{} : "the counts differ";
}

auto compare_bookings(const event_state& state, const naive_event& twin) -> complaint {
  if (state.last_hold() != twin.last_hold || state.live_holds() != twin.live_holds() ||
      state.orders() != twin.bookings.size() - twin.live_holds()) {
    return "the numbers of holds and orders differ";
  }
  std::set<owner> owners;
  for (std::uint32_t n = 0; n <= twin.last_hold.value() + 2; ++n) {
    const auto* found = state.find(hold_number{n});
    const auto expected = twin.bookings.find(hold_number{n});
    if ((found != nullptr) != (expected != twin.bookings.end())) {
      return "hold " + std::to_string(n) + " is there, and should not be, or the other way round";
    }
    if (found == nullptr) {
      continue;
    }
    if (!same(*found, expected->second)) {
      return "hold " + std::to_string(n) + " differs";
    }
    if (found->total() != total_of(expected->second) || found->places() != places_in(expected->second)) {
      return "the total or the places of hold " + std::to_string(n) + " differ";
    }
    owners.insert(expected->second.by);
  }
  for (const auto& [number, gone] : twin.ended) {
    owners.insert(gone.by);
  }
  for (const auto& who : owners) {
    if (state.places_of(who) != twin.places_of(who)) {
      return "the places of an owner differ";
    }
  }
  return {};
}

auto compare_allocations(const event_state& state, const naive_event& twin) -> complaint {
  if (state.allocations().size() != twin.allocations.size() || state.last_allocation() != twin.last_allocation) {
    return "the numbers of allocations differ";
  }
  for (const auto& [number, one] : twin.allocations) {
    auto expected = one;
    for (auto& part : expected.areas) {
      part.used = twin.used(number, part.area);
    }
    const auto* found = state.find(number);
    if (found == nullptr || !(*found == expected)) {
      return "allocation " + std::to_string(number.value()) + " differs";
    }
  }
  for (seat_index seat = 0; twin.seats && seat < twin.seats->seat_count(); ++seat) {
    const auto pool = twin.pools.find(seat);
    if (state.allocation_of(seat) != (pool == twin.pools.end() ? allocation_number{} : pool->second)) {
      return "the allocation of seat " + twin.seats->label(seat) + " differs";
    }
  }
  return {};
}

auto compare_tickets(const event_state& state, const naive_event& twin) -> complaint {
  for (const auto& [number, booking] : twin.bookings) {
    for (std::uint32_t i = 0; i < std::min<std::uint64_t>(places_in(booking), 4) + 1; ++i) {
      const ticket_number which{number, i};
      if (state.find(which) != ticket_now(twin, which)) {
        return "ticket " + std::to_string(i) + " of hold " + std::to_string(number.value()) + " differs";
      }
    }
  }
  for (const auto& [number, its] : twin.tickets) {
    if (state.find(number) != its) {
      return "a ticket differs that something happened to";
    }
  }
  return {};
}

auto compare_offers(const event_state& state, const naive_event& twin) -> complaint {
  std::vector<offer> expected;
  for (const auto& [number, what] : twin.offers) {
    expected.push_back(what);
  }
  return state.offers() == expected ? complaint{} : "the offers differ";
}

auto compare_waitlist(const event_state& state, const naive_event& twin) -> complaint {
  const auto expected = in_their_order(twin);
  const auto all = state.waitlist();
  if (!std::equal(all.begin(), all.end(), expected.begin(), expected.end()) ||
      state.last_waitlist() != twin.last_waitlist) {
    return "the waitlist differs, or its order";
  }
  std::size_t waiting = 0;
  for (const auto& one : expected) {
    const auto* found = state.find_waiting(one.who);
    if (found == nullptr || !(*found == one)) {
      return "somebody on the waitlist is not found there";
    }
    waiting += one.offered == 0 ? 1U : 0U;
  }
  if (state.find_waiting({404, 404}) != nullptr) {
    return "somebody is on the waitlist who never went there";
  }
  return state.waiting() == waiting ? complaint{} : "another number of people waits";
}

auto compare_deadline(const event_state& state, const naive_event& twin) -> complaint {
  return state.next_deadline() == twin.next_deadline() ? complaint{} : "the next deadline differs";
}

auto compare_memory(const event_state& state, const naive_event& twin) -> complaint {
  for (const auto& [number, gone] : twin.ended) {
    const auto* found = state.find_ended(number);
    const auto* expected = twin.ended_at(number, twin.time);
    if ((found != nullptr) != (expected != nullptr)) {
      return "how hold " + std::to_string(number.value()) + " ended is forgotten too early or too late";
    }
    if (found != nullptr && (found->number != number || found->ended != expected->ended || found->by != expected->by ||
                             found->at != expected->at)) {
      return "how hold " + std::to_string(number.value()) + " ended differs";
    }
  }
  for (const auto& [key, entry] : twin.keys) {
    const auto found = state.remembered_key(key);
    const auto* expected = twin.remembered(key, twin.time);
    if (found.has_value() != (expected != nullptr)) {
      return "an idempotency key is forgotten too early or too late";
    }
    if (found && (found->request_low != expected->request_low || found->seq != expected->seq)) {
      return "what an idempotency key stands for differs";
    }
    if (state.remembered_key(key ^ 1U)) {
      return "a key is remembered that was never used";
    }
  }
  return {};
}

} // namespace

auto compare(const event_state& state, const naive_event& twin) -> complaint {
  if (state.hash() != hash_from_scratch(twin)) {
    return "the state's hash is not that of its content";
  }
  auto wrong = compare_life(state, twin);
  if (!wrong && twin.seats) {
    wrong = compare_places(state, twin);
  }
  for (const auto part : {compare_bookings, compare_tickets, compare_offers, compare_waitlist, compare_allocations,
                          compare_deadline, compare_memory}) {
    if (!wrong) {
      wrong = part(state, twin);
    }
  }
  return wrong;
}

} // namespace holdfast::model
