#include "tests/model/naive_guards.hpp"

#include "tests/model/naive_holds.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;
using whose = velocity_rule::whose;
using is_theirs = std::function<bool(const naive_event::purchase&)>;

/// Places of theirs that count at some moment.
auto counted(const naive_event& twin, const is_theirs& theirs, const velocity_rule& rule, instant at) -> std::uint64_t {
  std::uint64_t places = 0;
  for (const auto& one : twin.purchases) {
    const auto until = one.at.unix_ms + std::int64_t{rule.seconds} * 1'000;
    places += theirs(one) && at.unix_ms < until ? one.places : 0;
  }
  return places;
}

/// The first moment from now on at which it is allowed: none changes anything but those when a purchase leaves a rule's time.
auto allowed_at(const naive_event& twin, whose per, const is_theirs& theirs, std::uint64_t more, instant now)
    -> std::optional<instant> {
  std::set<instant> moments{now};
  for (const auto& rule : twin.config.velocity) {
    for (const auto& one : twin.purchases) {
      moments.insert({std::max(now.unix_ms, one.at.unix_ms + std::int64_t{rule.seconds} * 1'000)});
    }
  }
  for (const auto at : moments) {
    const bool all = std::ranges::all_of(twin.config.velocity, [&](const velocity_rule& rule) {
      return rule.per != per || counted(twin, theirs, rule, at) + more <= rule.places;
    });
    if (all) {
      return at;
    }
  }
  return std::nullopt;
}

auto judged(const naive_event& twin, whose per, const is_theirs& theirs, std::uint64_t paying, std::uint64_t asked,
            instant now) -> std::optional<expectation> {
  for (const auto& rule : twin.config.velocity) {
    const auto has = counted(twin, theirs, rule, now) + paying;
    if (rule.per != per || has + asked <= rule.places) {
      continue;
    }
    auto no = refuse(reason::velocity_exceeded);
    no.refused->limit = rule.places;
    no.refused->current = has;
    no.refused->rule = rule;
    no.refused->again_at = allowed_at(twin, per, theirs, paying + asked, now);
    return no;
  }
  return std::nullopt;
}

} // namespace

auto velocity_sound(const event_config& config) -> bool {
  return config.velocity.size() <= 8 && std::ranges::all_of(config.velocity, [](const velocity_rule& rule) {
           return (rule.per == whose::buyer || rule.per == whose::card) && rule.places >= 1 &&
                  rule.places <= limits::tickets_max && rule.seconds >= 1 && rule.seconds <= 604'800;
         });
}

auto too_fast(const naive_event& twin, const booking& hold, instant now) -> std::optional<expectation> {
  std::uint64_t paying = 0;
  for (const auto& [number, other] : twin.bookings) {
    const bool counts = other.frozen && other.by == hold.by && number != hold.number && other.expires_at > now;
    paying += counts ? places_in(other) : 0;
  }
  return judged(
      twin, whose::buyer, [&](const naive_event::purchase& one) { return one.by == hold.by; }, paying, places_in(hold),
      now);
}

auto too_fast(const naive_event& twin, std::uint64_t card, const booking& hold, instant now)
    -> std::optional<expectation> {
  if (card == 0) {
    return std::nullopt;
  }
  return judged(
      twin, whose::card, [&](const naive_event::purchase& one) { return one.card == card; }, 0, places_in(hold), now);
}

auto with_kept(const naive_event& twin, expectation back) -> expectation {
  if (back.refused || back.effect.empty()) {
    return back;
  }
  const auto what = std::get<order_returned>(back.effect.front());
  const auto to = twin.config.returns_to_allocation;
  const bool given_back = what.why == return_cause::refunded || what.why == return_cause::by_buyer;
  const bool alive = twin.status == event_status::published || twin.status == event_status::paused;
  if (!given_back || !alive || !twin.allocations.contains(to)) {
    return back;
  }
  allocation_changed change;
  change.allocation = to;
  change.by = what.by;
  for (const auto seat : what.seats) {
    if (!twin.pools.contains(seat)) {
      change.added.push_back(seat);
    }
  }
  const auto& order = twin.bookings.at(what.hold);
  for (const auto& part : what.areas) {
    if (!twin.source_of(order, part.area)) {
      change.areas.push_back({part.area, twin.apart(to, part.area) + part.quantity});
    }
  }
  if (!change.added.empty() || !change.areas.empty()) {
    back.effect.emplace_back(std::move(change));
  }
  return back;
}

void note_purchase(naive_event& twin, const booking& order) {
  if (!order.by.organisation) {
    twin.purchases.push_back({order.number, twin.time, order.by, order.card, places_in(order)});
  }
}

void forget_unpaid(naive_event& twin, const order_returned& what) {
  if (what.why == return_cause::uncaptured) {
    std::erase_if(twin.purchases, [&](const naive_event::purchase& one) { return one.order == what.hold; });
  }
}

} // namespace holdfast::model
