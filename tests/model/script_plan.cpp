#include "tests/model/script_plan.hpp"

#include "tests/model/naive_allocations.hpp"

#include <string>

namespace holdfast::model {
namespace {

using namespace domain;

auto soon(instant now, dice& random) -> instant {
  return now + seconds(static_cast<std::int64_t>(random.below(400)));
}

auto new_rule(const event_config& config, instant now, dice& random) -> price_rule {
  price_rule rule;
  rule.id = "rule-" + std::to_string(random.below(6));
  rule.tier = config.tiers.empty() || random.chance(2) ? "none" : random.pick(config.tiers).id;
  if (random.chance(50)) {
    rule.at = soon(now, random);
  }
  if (!rule.at || random.chance(2)) {
    rule.sold_percent = static_cast<std::uint32_t>(random.between(1, random.chance(60) ? 20 : 100));
  }
  if (random.chance(40)) {
    rule.price = static_cast<minor_units>(random.below(20'000));
  }
  if (!rule.price || random.chance(2)) {
    rule.change_percent = static_cast<std::int32_t>(random.between(1, 150)) - 60;
  }
  if (random.chance(50)) {
    rule.floor = static_cast<minor_units>(random.below(3'000));
    rule.cap = rule.floor + static_cast<minor_units>(random.below(10'000));
  }
  return rule;
}

} // namespace

auto some_rules(const event_config& config, instant now, dice& random) -> std::vector<price_rule> {
  std::vector<price_rule> rules;
  for (const auto& one : config.price_rules) {
    if (random.chance(70)) {
      rules.push_back(one);
    }
  }
  for (auto more = random.below(3); more > 0; --more) {
    rules.push_back(new_rule(config, now, random));
  }
  return rules;
}

auto some_phases(const event_config& config, instant now, dice& random) -> std::vector<sale_phase> {
  std::vector<sale_phase> phases;
  for (const auto& one : config.phases) {
    if (random.chance(60)) {
      phases.push_back(one);
      phases.back().code = random.chance(50) ? std::nullopt : one.code;
    }
  }
  for (auto more = random.below(3); more > 0; --more) {
    sale_phase phase;
    phase.id = "phase-" + std::to_string(random.below(6));
    phase.name = "Members";
    phase.opens_at = random.chance(60) ? now : soon(now, random);
    if (random.chance(50)) {
      phase.closes_at = soon(now, random);
    }
    if (random.chance(95)) {
      phase.code = code_hash(static_cast<std::uint8_t>(random.below(8)));
    }
    phases.push_back(std::move(phase));
  }
  return phases;
}

auto some_tax(dice& random) -> std::optional<event_tax> {
  if (random.chance(20)) {
    return std::nullopt;
  }
  const auto points = static_cast<std::uint32_t>(random.chance(5) ? 10'001 : random.between(0, 10'000));
  return event_tax{random.chance(95) ? "VAT" : "",
                   {random.chance(70) ? tax_mode::exclusive : tax_mode::inclusive, points}};
}

auto some_velocity(dice& random) -> std::vector<velocity_rule> {
  std::vector<velocity_rule> rules;
  for (auto more = random.below(3); more > 0; --more) {
    velocity_rule rule;
    rule.per = random.chance(60) ? velocity_rule::whose::buyer : velocity_rule::whose::card;
    rule.places = static_cast<std::uint32_t>(random.chance(2) ? 0 : random.between(1, 4));
    rule.seconds =
        static_cast<std::uint32_t>(random.chance(60) ? random.between(1, 600) : random.between(600, 604'801));
    rules.push_back(rule);
  }
  return rules;
}

auto some_keeper(const naive_event& twin, dice& random) -> allocation_number {
  if (random.chance(20)) {
    return {};
  }
  const auto last = std::uint64_t{twin.last_allocation.value()};
  return allocation_number{static_cast<std::uint16_t>(random.between(1, last + 1))};
}

} // namespace holdfast::model
