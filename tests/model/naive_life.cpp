#include "tests/model/naive_life.hpp"

#include "tests/model/naive_guards.hpp"
#include "tests/model/naive_holds.hpp"
#include "tests/model/naive_plan.hpp"

#include <algorithm>
#include <set>

namespace holdfast::model {
namespace {

using namespace domain;

auto in_range(std::int64_t value, std::int64_t least, std::int64_t most) -> bool {
  return least <= value && value <= most;
}

template <class Value>
void set(Value& field, const std::optional<Value>& to) {
  if (to) {
    field = *to;
  }
}

auto other_version(const naive_event& twin, const std::optional<std::uint64_t>& expected)
    -> std::optional<expectation> {
  if (!expected || *expected == twin.version) {
    return {};
  }
  auto result = refuse(reason::version_mismatch);
  result.refused->current = twin.version;
  return result;
}

/// Every tier is still there under its id.
auto keeps_tiers(const std::vector<price_tier>& before, const std::vector<price_tier>& after) -> bool {
  return std::all_of(before.begin(), before.end(), [&](const price_tier& tier) {
    return std::any_of(after.begin(), after.end(), [&](const price_tier& other) { return other.id == tier.id; });
  });
}

/// None, or one minute to three days.
auto offer_sound(millis offer) -> bool {
  return offer == millis{} || in_range(offer.count, minutes(1).count, hours(72).count);
}

auto over(const naive_event& twin) -> bool {
  return twin.status == event_status::closed || twin.status == event_status::cancelled;
}

template <class Fact, class Command>
auto move(const naive_event& twin, const Command& what, bool allowed) -> expectation {
  if (auto other = other_version(twin, what.expected_version)) {
    return *other;
  }
  return allowed ? effect_of(Fact{}) : refuse(reason::wrong_status);
}

} // namespace

auto amended_by(event_config config, const event_amendment& changes) -> event_config {
  set(config.name, changes.name);
  set(config.slug, changes.slug);
  set(config.description, changes.description);
  set(config.category, changes.category);
  set(config.performers, changes.performers);
  set(config.images, changes.images);
  set(config.languages, changes.languages);
  set(config.few, changes.few);
  set(config.starts_at, changes.starts_at);
  set(config.venue, changes.venue);
  set(config.currency, changes.currency);
  set(config.tiers, changes.tiers);
  set(config.sale_opens_at, changes.sale_opens_at);
  set(config.sale_closes_at, changes.sale_closes_at);
  set(config.refunds_until, changes.refunds_until);
  const auto before = config;
  if (changes.phases) {
    config.phases = *changes.phases;
  }
  if (changes.price_rules) {
    config.price_rules = *changes.price_rules;
  }
  config = plan_after(before, std::move(config));
  set(config.hold_time, changes.hold_time);
  set(config.hold_extension, changes.hold_extension);
  set(config.hold_cap, changes.hold_cap);
  set(config.max_per_order, changes.max_per_order);
  set(config.max_per_buyer, changes.max_per_buyer);
  set(config.max_per_card, changes.max_per_card);
  set(config.resale_max_percent, changes.resale_max_percent);
  set(config.velocity, changes.velocity);
  set(config.returns_to_allocation, changes.returns_to_allocation);
  set(config.risk_on_failure, changes.risk_on_failure);
  set(config.tax, changes.tax);
  set(config.waitlist_offer, changes.waitlist_offer);
  return config;
}

auto tax_sound(const event_tax& tax) -> bool {
  return !tax.name.empty() && tax.name.size() <= 40 && in_range(tax.rate.basis_points, 0, 10'000);
}

auto sound(const event_config& config) -> bool {
  std::set<std::string> ids;
  for (const auto& tier : config.tiers) {
    if (tier.id.empty() || !ids.insert(tier.id).second || !in_range(tier.price, 0, limits::price_max) ||
        !in_range(tier.fee, 0, limits::price_max)) {
      return false;
    }
  }
  const bool window = !config.sale_opens_at || !config.sale_closes_at || *config.sale_opens_at < *config.sale_closes_at;
  const bool few = in_range(config.few.value, 0, config.few.by == few_left::unit::percent ? 100 : 1'000'000);
  return window && few && plan_sound(config) && !config.name.empty() && config.name.size() <= limits::name_bytes_max &&
         !config.tiers.empty() && config.tiers.size() <= limits::tiers_per_event_max &&
         in_range(config.hold_time.count, limits::hold_time_min.count, limits::hold_time_max.count) &&
         in_range(config.hold_cap.count, config.hold_time.count, limits::hold_cap_max.count) &&
         in_range(config.max_per_order, 1, limits::tickets_max) &&
         in_range(config.max_per_buyer, 1, limits::tickets_max) && in_range(config.resale_max_percent, 0, 100) &&
         in_range(config.max_per_card, 0, limits::tickets_max) && velocity_sound(config) &&
         (!config.tax || tax_sound(*config.tax)) && offer_sound(config.waitlist_offer) &&
         config.risk_on_failure <= risk_verdict::deny &&
         config.returns_to_allocation.value() <= limits::allocation_number_max;
}

auto prices_all(const event_config& config, const layout& seats) -> bool {
  return std::all_of(seats.tier_ids().begin(), seats.tier_ids().end(), [&](const std::string& id) {
    return std::any_of(config.tiers.begin(), config.tiers.end(), [&](const price_tier& tier) { return tier.id == id; });
  });
}

auto expect_life(const naive_event& twin, const create_event& what) -> expectation {
  if (twin.status != event_status::absent) {
    return refuse(reason::already_exists);
  }
  if (!what.seats || !sound(what.config) || !prices_all(what.config, *what.seats)) {
    return refuse(reason::invalid);
  }
  return effect_of(event_created{what.event, what.organisation, what.config, what.seats});
}

auto expect_life(const naive_event& twin, const amend_event& what) -> expectation {
  const auto after = amended_by(twin.config, what.changes);
  const bool moved = twin.status == event_status::draft && after.venue.id != twin.config.venue.id;
  if (!sound(after) || !prices_all(after, *twin.seats) || moved) {
    return refuse(reason::invalid);
  }
  if (auto other = other_version(twin, what.expected_version)) {
    return *other;
  }
  const bool frozen = after.venue != twin.config.venue || after.currency != twin.config.currency ||
                      !keeps_tiers(twin.config.tiers, after.tiers);
  if (twin.status != event_status::draft && frozen) {
    return refuse(reason::layout_frozen);
  }
  if (over(twin)) {
    return refuse(reason::wrong_status);
  }
  return after == twin.config ? expectation{} : effect_of(event_amended{after});
}

auto expect_life(const naive_event& twin, const replace_layout& what) -> expectation {
  if (!what.seats || !prices_all(twin.config, *what.seats)) {
    return refuse(reason::invalid);
  }
  if (auto other = other_version(twin, what.expected_version)) {
    return *other;
  }
  const bool free = twin.status == event_status::draft && twin.allocations.empty();
  return free ? effect_of(layout_replaced{what.seats}) : refuse(reason::layout_frozen);
}

auto expect_life(const naive_event& twin, const publish_event& what) -> expectation {
  return move<event_published>(twin, what, twin.status == event_status::draft);
}

auto expect_life(const naive_event& twin, const pause_event& what) -> expectation {
  return move<event_paused>(twin, what, twin.status == event_status::published);
}

auto expect_life(const naive_event& twin, const resume_event& what) -> expectation {
  return move<event_resumed>(twin, what, twin.status == event_status::paused);
}

auto expect_life(const naive_event& twin, const close_event& what) -> expectation {
  return move<event_closed>(twin, what, twin.status == event_status::published || twin.status == event_status::paused);
}

auto expect_life(const naive_event& twin, const cancel_event& what) -> expectation {
  if (auto other = other_version(twin, what.expected_version)) {
    return *other;
  }
  if (twin.status == event_status::cancelled) {
    return refuse(reason::wrong_status);
  }
  return effect_of(event_cancelled{});
}

} // namespace holdfast::model
