#include "domain/sale_plan.hpp"

#include "domain/check.hpp"
#include "domain/config_check.hpp"
#include "domain/event_data.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

namespace holdfast::domain {
namespace {

auto is_amount(minor_units what) noexcept -> bool {
  return what >= 0 && what <= limits::price_max;
}

auto is_plan_id(const std::string& text) noexcept -> bool {
  return !text.empty() && is_slug(text);
}

/// Faults at one element of a list.
class element_checker {
 public:
  element_checker(std::string at, std::vector<config_fault>& to) : at_{std::move(at)}, to_{to} {}

  void operator()(bool sound, const char* member, const char* message) {
    if (!sound) {
      to_.push_back({at_ + member, message});
    }
  }

 private:
  std::string at_;
  std::vector<config_fault>& to_;
};

void check_phases(const event_config& config, std::vector<config_fault>& to) {
  const auto& phases = config.phases;
  element_checker{"/sale", to}(phases.size() <= limits::sale_phases_per_event_max, "/phases", "at most 16 presales");
  std::unordered_set<std::string_view> ids;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const auto& one = phases[i];
    element_checker check{"/sale/phases/" + std::to_string(i), to};
    check(is_plan_id(one.id), "/id", "1 to 64 of a-z, 0-9 and single '-' between them");
    check(ids.insert(one.id).second, "/id", "the id is taken");
    check(is_name(one.name), "/name", "at most 200 bytes of UTF-8 without control characters, no blank at an end");
    check(is_moment(one.opens_at), "/opens_at", "a time from 1970 to 9999");
    check(!one.closes_at || (is_moment(*one.closes_at) && *one.closes_at > one.opens_at), "/closes_at",
          "a time to 9999, after it opens");
    check(!config.sale_closes_at || one.opens_at < *config.sale_closes_at, "/opens_at",
          "a presale opens before the sale closes");
    check(one.code.has_value(), "/access_code", "a presale has a code");
  }
}

void check_rule(const price_rule& rule, const event_config& config, element_checker& check) {
  check(is_plan_id(rule.id), "/id", "1 to 64 of a-z, 0-9 and single '-' between them");
  check(std::ranges::find(config.tiers, rule.tier, &price_tier::id) != config.tiers.end(), "/tier",
        "the event has no such tier");
  check(rule.at.has_value() != (rule.sold_percent != 0), "", "either at or sold_percent");
  check(!rule.at || is_moment(*rule.at), "/at", "a time from 1970 to 9999");
  check(rule.sold_percent <= 100, "/sold_percent", "1 to 100");
  check(rule.price.has_value() != (rule.change_percent != 0), "", "either price or change_percent");
  check(!rule.price || is_amount(*rule.price), "/price", "0 to 1,000,000,000,000 minor units");
  check(rule.change_percent >= limits::price_rule_percent_min && rule.change_percent <= limits::price_rule_percent_max,
        "/change_percent", "-99 to 1,000");
  check(is_amount(rule.floor), "/floor", "0 to 1,000,000,000,000 minor units");
  check(is_amount(rule.cap) && rule.cap >= rule.floor, "/cap", "from the floor to 1,000,000,000,000 minor units");
  check(!rule.price || (*rule.price >= rule.floor && *rule.price <= rule.cap), "/price", "from the floor to the cap");
}

/// Whether so much of a tier is sold.
auto is_reached(const event_data& data, const price_rule& rule) noexcept -> bool {
  const auto tier = data.seats->find_tier(rule.tier);
  if (!tier || data.tier_places[*tier] == 0) {
    return false;
  }
  return std::uint64_t{data.tier_sold[*tier]} * 100 >= std::uint64_t{data.tier_places[*tier]} * rule.sold_percent;
}

auto is_due(const event_data& data, const price_rule& rule, instant now) noexcept -> bool {
  return !rule.applied_at && (rule.at ? *rule.at <= now : is_reached(data, rule));
}

auto is_on_its_way(const event_data& data) noexcept -> bool {
  return data.status == event_status::published || data.status == event_status::paused;
}

auto price_after(minor_units before, const price_rule& rule) noexcept -> minor_units {
  if (rule.price) {
    return std::clamp(*rule.price, rule.floor, rule.cap);
  }
  // At most 10^12 times 1,100: far below 2^63.
  const auto wanted = std::clamp(before * (100 + rule.change_percent) / 100, rule.floor, rule.cap);
  return rule.change_percent < 0 ? std::min(before, wanted) : std::max(before, wanted);
}

} // namespace

void append_plan_faults(const event_config& config, std::vector<config_fault>& to) {
  check_phases(config, to);
  const auto& rules = config.price_rules;
  element_checker{"", to}(rules.size() <= limits::price_rules_per_event_max, "/price_rules", "at most 64 price rules");
  std::unordered_set<std::string_view> ids;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    element_checker check{"/price_rules/" + std::to_string(i), to};
    check(ids.insert(rules[i].id).second, "/id", "the id is taken");
    check_rule(rules[i], config, check);
  }
}

auto is_same_code(const access_code_hash& a, const access_code_hash& b) noexcept -> bool {
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
  }
  return difference == 0;
}

namespace {

auto is_open(const event_config& config, const sale_phase& phase, instant now) noexcept -> bool {
  const bool over = config.sale_closes_at && now >= *config.sale_closes_at;
  return !over && now >= phase.opens_at && (!phase.closes_at || now < *phase.closes_at);
}

} // namespace

auto open_presale(const event_config& config, const access_code_hash& code, instant now) noexcept -> const sale_phase* {
  const sale_phase* open = nullptr;
  for (const auto& one : config.phases) {
    const bool same = one.code && is_same_code(*one.code, code);
    open = open == nullptr && same && is_open(config, one, now) ? &one : open;
  }
  return open;
}

auto is_presale_open(const event_config& config, instant now) noexcept -> bool {
  return std::ranges::any_of(config.phases, [&](const sale_phase& one) { return is_open(config, one, now); });
}

auto sale_hours::sells_at(instant now) const noexcept -> bool {
  return std::ranges::any_of(spans, [now](const span& one) { return one.from <= now && now < one.to; });
}

auto sale_hours_of(event_status status, const event_config& config) -> sale_hours {
  sale_hours made;
  if (status != event_status::published) {
    return made;
  }
  constexpr instant first{std::numeric_limits<std::int64_t>::min()};
  constexpr instant last{std::numeric_limits<std::int64_t>::max()};
  const auto over = config.sale_closes_at.value_or(last);
  made.spans.push_back({config.sale_opens_at.value_or(first), over});
  for (const auto& one : config.phases) {
    made.spans.push_back({one.opens_at, std::min(one.closes_at.value_or(last), over)});
  }
  return made;
}

auto has_presale(const event_config& config, const access_code_hash& code) noexcept -> bool {
  bool found = false;
  for (const auto& one : config.phases) {
    found = (one.code && is_same_code(*one.code, code)) || found;
  }
  return found;
}

auto next_price_change(const event_data& data) noexcept -> std::optional<instant> {
  if (!is_on_its_way(data)) {
    return std::nullopt;
  }
  std::optional<instant> next;
  for (const auto& rule : data.config.price_rules) {
    const bool waits = !rule.applied_at && (rule.at || is_reached(data, rule));
    const auto when = rule.at.value_or(data.time);
    if (waits && (!next || when < *next)) {
      next = when;
    }
  }
  return next;
}

auto repriced(const event_data& data, instant now) -> std::optional<event_config> {
  if (!is_on_its_way(data) ||
      std::ranges::none_of(data.config.price_rules, [&](const price_rule& rule) { return is_due(data, rule, now); })) {
    return std::nullopt;
  }
  auto config = data.config;
  for (auto& rule : config.price_rules) {
    if (is_due(data, rule, now)) {
      const auto tier = std::ranges::find(config.tiers, rule.tier, &price_tier::id);
      HF_CHECK(tier != config.tiers.end(), "a price rule is about a tier of the event");
      tier->price = price_after(tier->price, rule);
      rule.applied_at = now;
    }
  }
  return config;
}

auto amended_phases(const std::vector<sale_phase>& before, std::vector<sale_phase> to) -> std::vector<sale_phase> {
  for (auto& one : to) {
    const auto known = std::ranges::find(before, one.id, &sale_phase::id);
    if (!one.code && known != before.end()) {
      one.code = known->code;
    }
  }
  return to;
}

auto amended_rules(const std::vector<price_rule>& before, std::vector<price_rule> to) -> std::vector<price_rule> {
  for (auto& one : to) {
    one.applied_at.reset();
    const auto known = std::ranges::find(before, one.id, &price_rule::id);
    if (known != before.end()) {
      auto same = one;
      same.applied_at = known->applied_at;
      one = same == *known ? same : one;
    }
  }
  return to;
}

} // namespace holdfast::domain
