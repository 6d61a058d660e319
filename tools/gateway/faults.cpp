#include "tools/gateway/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::gateway {

namespace {

void apply_rule(const fault_rule& rule, const std::string& kind, std::mt19937_64& dice, strike& to) {
  using act = fault_rule::act;
  switch (rule.what) {
  case act::wait: to.wait_before += rule.how_long.draw(dice); break;
  case act::wait_after: to.wait_after += rule.how_long.draw(dice); break;
  case act::decline: to.effect.effect.decline_code = rule.text; break;
  case act::drop_request: to.drop_request = true; break;
  case act::drop_response: to.drop_response = true; break;
  case act::fail_before: to.fail_before = rule.status; break;
  case act::fail_after:
    to.fail_after = rule.status;
    to.effect.kept_failure = rule.kept ? rule.status : 0;
    break;
  case act::twice: to.twice = true; break;
  case act::wrong_amount: (kind == "create" ? to.effect.effect.amount_off : to.amount_off) += rule.number; break;
  case act::wrong_currency: (kind == "create" ? to.effect.effect.currency : to.currency) = rule.text; break;
  case act::garbage: to.garbage = true; break;
  case act::truncate: to.truncate = true; break;
  case act::limit: to.limit_s = rule.number; break;
  }
}

} // namespace

auto delay::draw(std::mt19937_64& from) const -> std::chrono::milliseconds {
  double value = a;
  if (how == shape::uniform) {
    value = std::uniform_real_distribution<double>{a, b}(from);
  } else if (how == shape::exponential) {
    value = std::min(b, std::exponential_distribution<double>{1.0 / a}(from));
  }
  return std::chrono::milliseconds{static_cast<std::int64_t>(value)};
}

fault_plan::fault_plan(fault_script script) : script_{std::move(script)} {
  for (std::size_t i = 0; i < script_.rules.size(); ++i) {
    std::seed_seq seeds{static_cast<std::uint32_t>(script_.seed), static_cast<std::uint32_t>(script_.seed >> 32U),
                        static_cast<std::uint32_t>(i)};
    states_.push_back({std::mt19937_64{seeds}, 0, 0});
  }
}

auto fault_plan::strikes(const fault_rule& rule, state& now) -> bool {
  ++now.asked;
  // Drawn for every request that the rule is for, so that what comes later does not depend on what struck before.
  const auto drawn = std::uniform_real_distribution<double>{0.0, 1.0}(now.dice);
  const bool is_due = now.asked >= rule.first && (now.asked - rule.first) % rule.every == 0;
  const bool is_left = rule.times == 0 || now.struck < rule.times;
  const bool strikes = is_due && is_left && drawn < rule.probability;
  now.struck += strikes ? 1 : 0;
  return strikes;
}

auto fault_plan::next(const std::string& kind, const std::vector<std::string>& orders) -> strike {
  strike all;
  for (std::size_t i = 0; i < script_.rules.size(); ++i) {
    const auto& rule = script_.rules[i];
    const bool is_for = (rule.on == "any" || rule.on == kind) &&
                        (rule.order.empty() || std::ranges::find(orders, rule.order) != orders.end());
    if (is_for && strikes(rule, states_[i])) {
      apply_rule(rule, kind, states_[i].dice, all);
    }
  }
  return all;
}

auto fault_plan::counts() const -> nlohmann::json {
  auto all = nlohmann::json::object();
  for (std::size_t i = 0; i < script_.rules.size(); ++i) {
    const auto& name = script_.rules[i].name;
    all[name.empty() ? "rule " + std::to_string(i + 1) : name] = {{"asked", states_[i].asked},
                                                                  {"struck", states_[i].struck}};
  }
  return all;
}

} // namespace holdfast::gateway
