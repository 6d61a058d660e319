#include "tests/model/naive_plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

auto on_its_way(const naive_event& twin) -> bool {
  return twin.status == event_status::published || twin.status == event_status::paused;
}

/// Whether at least the rule's part of its tier's places are sold, counted one by one.
auto mark_reached(const naive_event& twin, const price_rule& rule) -> bool {
  const auto is_its = [&](tier_index tier) { return twin.seats->tier_ids()[tier] == rule.tier; };
  std::uint64_t all = 0;
  std::uint64_t sold = 0;
  for (seat_index seat = 0; seat < twin.seats->seat_count(); ++seat) {
    if (is_its(twin.seats->tier_of_seat(seat))) {
      ++all;
      sold += twin.seat(seat) == seat_status::sold ? 1U : 0U;
    }
  }
  for (std::uint32_t i = 0; i < twin.seats->area_count(); ++i) {
    const auto area = static_cast<area_index>(i);
    if (is_its(twin.seats->tier_of_area(area))) {
      all += twin.seats->spec().areas[area].capacity;
      sold += twin.area(area).sold;
    }
  }
  return all > 0 && sold * 100 >= all * rule.sold_percent;
}

auto due(const naive_event& twin, const price_rule& rule, instant now) -> bool {
  return !rule.applied_at && (rule.at ? *rule.at <= now : mark_reached(twin, rule));
}

auto window_open(const naive_event& twin, const sale_phase& one, instant now) -> bool {
  const bool over = twin.config.sale_closes_at && *twin.config.sale_closes_at <= now;
  return twin.status == event_status::published && !over && one.opens_at <= now &&
         (!one.closes_at || now < *one.closes_at);
}

} // namespace

auto presale_open(const naive_event& twin, const access_code_hash& code, instant now) -> std::string {
  for (const auto& one : twin.config.phases) {
    if (one.code == code && window_open(twin, one, now)) {
      return one.id;
    }
  }
  return {};
}

auto any_presale_open(const naive_event& twin, instant now) -> bool {
  return std::any_of(twin.config.phases.begin(), twin.config.phases.end(),
                     [&](const sale_phase& one) { return window_open(twin, one, now); });
}

auto presale_known(const naive_event& twin, const access_code_hash& code) -> bool {
  return std::any_of(twin.config.phases.begin(), twin.config.phases.end(),
                     [&](const sale_phase& one) { return one.code == code; });
}

auto phase_open(const naive_event& twin, const std::string& id, instant now) -> bool {
  return std::any_of(twin.config.phases.begin(), twin.config.phases.end(),
                     [&](const sale_phase& one) { return one.id == id && window_open(twin, one, now); });
}

auto of_the_house(const naive_event& twin, allocation_number number, const owner& by,
                  const std::vector<seat_index>& seats) -> bool {
  const auto found = twin.allocations.find(number);
  if (twin.status != event_status::published || !by.organisation || found == twin.allocations.end() ||
      (found->second.kind != allocation_kind::house && found->second.kind != allocation_kind::comp)) {
    return false;
  }
  return std::all_of(seats.begin(), seats.end(), [&](seat_index seat) {
    const auto pool = twin.pools.find(seat);
    return pool != twin.pools.end() && pool->second == number;
  });
}

auto repriced_config(const naive_event& twin, instant now) -> std::optional<event_config> {
  auto config = twin.config;
  for (auto& rule : config.price_rules) {
    if (!on_its_way(twin) || !due(twin, rule, now)) {
      continue;
    }
    for (auto& tier : config.tiers) {
      if (tier.id == rule.tier) {
        const auto part = static_cast<long double>(tier.price) * (100 + rule.change_percent) / 100;
        const auto wanted = rule.price ? *rule.price : static_cast<minor_units>(std::floor(part));
        const auto kept = std::max(rule.floor, std::min(rule.cap, wanted));
        const bool as_meant = rule.price || (rule.change_percent < 0) == (kept < tier.price);
        tier.price = as_meant ? kept : tier.price;
      }
    }
    rule.applied_at = now;
  }
  return config == twin.config ? std::nullopt : std::optional{config};
}

auto next_reprice(const naive_event& twin) -> std::optional<instant> {
  std::set<instant> all;
  for (const auto& rule : twin.config.price_rules) {
    if (on_its_way(twin) && !rule.applied_at && rule.at) {
      all.insert(*rule.at);
    } else if (on_its_way(twin) && due(twin, rule, twin.time)) {
      all.insert(twin.time);
    }
  }
  return all.empty() ? std::nullopt : std::optional{*all.begin()};
}

auto plan_after(const event_config& before, event_config after) -> event_config {
  for (auto& one : after.phases) {
    for (const auto& old : before.phases) {
      one.code = !one.code && old.id == one.id ? old.code : one.code;
    }
  }
  for (auto& one : after.price_rules) {
    one.applied_at = std::nullopt;
    for (auto old : before.price_rules) {
      const auto applied = std::exchange(old.applied_at, std::nullopt);
      if (old == one) {
        one.applied_at = applied;
        break;
      }
    }
  }
  return after;
}

auto plan_sound(const event_config& config) -> bool {
  std::set<std::string> ids;
  for (const auto& one : config.phases) {
    if (config.sale_closes_at && one.opens_at >= *config.sale_closes_at) {
      return false;
    }
    if (one.id.empty() || !ids.insert(one.id).second || !one.code ||
        (one.closes_at && *one.closes_at <= one.opens_at)) {
      return false;
    }
  }
  ids.clear();
  for (const auto& one : config.price_rules) {
    const bool when = one.at.has_value() != (one.sold_percent > 0);
    const bool what = one.price.has_value() != (one.change_percent != 0);
    const bool tier = std::any_of(config.tiers.begin(), config.tiers.end(),
                                  [&](const price_tier& each) { return each.id == one.tier; });
    const bool bounds =
        0 <= one.floor && one.floor <= one.cap && (!one.price || (one.floor <= *one.price && *one.price <= one.cap));
    if (one.id.empty() || !ids.insert(one.id).second || !when || !what || !tier || !bounds || one.sold_percent > 100) {
      return false;
    }
  }
  return true;
}

} // namespace holdfast::model
