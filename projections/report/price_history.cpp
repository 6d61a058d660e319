#include "projections/report/price_history.hpp"

#include "domain/public_id.hpp"
#include "projections/json_writer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace holdfast::projections {

namespace {

/// The rule of those just made that is about a tier; the last one, which the price is of.
auto rule_of(const domain::event_config& config, const std::vector<std::string>& made_before, const std::string& tier)
    -> const domain::price_rule* {
  const domain::price_rule* found = nullptr;
  for (const auto& rule : config.price_rules) {
    const bool now = rule.applied_at && std::ranges::find(made_before, rule.id) == made_before.end();
    if (now && rule.tier == tier)
      found = &rule;
  }
  return found;
}

auto cause_text(price_change::cause by) noexcept -> std::string_view {
  constexpr std::array<std::string_view, 3> names{"start", "organiser", "rule"};
  return names[static_cast<std::size_t>(by)];
}

auto bits(domain::minor_units value) noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>(value);
}

} // namespace

void price_history::take(const domain::event_config& config, domain::instant at, std::uint64_t seq, bool draft) {
  if (draft) {
    tiers_.clear();
    changes_.clear();
  }
  for (const auto& tier : config.tiers) {
    const auto known = std::ranges::find(tiers_, tier.id, &domain::price_tier::id);
    if (known != tiers_.end() && known->price == tier.price && known->fee == tier.fee)
      continue;
    price_change change{at, seq, tier.id, tier.price, tier.fee, price_change::cause::organiser, {}};
    if (known == tiers_.end()) {
      change.by = price_change::cause::start;
    } else if (const auto* rule = rule_of(config, made_, tier.id)) {
      change.by = price_change::cause::rule;
      change.rule = rule->id;
    }
    changes_.push_back(std::move(change));
  }
  drop_oldest();
  tiers_ = config.tiers;
  made_.clear();
  for (const auto& rule : config.price_rules) {
    if (rule.applied_at)
      made_.push_back(rule.id);
  }
  seq_ = seq;
}

void price_history::drop_oldest() {
  while (changes_.size() > changes_max) {
    const auto oldest =
        std::ranges::find_if(changes_, [](const price_change& one) { return one.by != price_change::cause::start; });
    changes_.erase(oldest == changes_.end() ? changes_.begin() : oldest);
  }
}

void price_history::put(row_writer& to) const {
  to.number(seq_).number32(static_cast<std::uint32_t>(tiers_.size()));
  for (const auto& tier : tiers_)
    to.text(tier.id).text(tier.name).number(bits(tier.price)).number(bits(tier.fee));
  to.number32(static_cast<std::uint32_t>(made_.size()));
  for (const auto& rule : made_)
    to.text(rule);
  to.number32(static_cast<std::uint32_t>(changes_.size()));
  for (const auto& one : changes_) {
    to.number(static_cast<std::uint64_t>(one.at.unix_ms)).number(one.seq).text(one.tier);
    to.number(bits(one.price)).number(bits(one.fee)).byte(static_cast<std::uint8_t>(one.by)).text(one.rule);
  }
}

void price_history::take_back(row_reader& in) {
  const auto money = [&in] { return static_cast<domain::minor_units>(in.number()); };
  seq_ = in.number();
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    domain::price_tier tier;
    tier.id = in.text();
    tier.name = in.text();
    tier.price = money();
    tier.fee = money();
    tiers_.push_back(std::move(tier));
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    made_.emplace_back(in.text());
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    price_change one;
    one.at = {static_cast<std::int64_t>(in.number())};
    one.seq = in.number();
    one.tier = in.text();
    one.price = money();
    one.fee = money();
    one.by = static_cast<price_change::cause>(std::min<std::uint8_t>(in.byte(), 2));
    one.rule = in.text();
    changes_.push_back(std::move(one));
  }
}

auto prices_json(domain::event_id event, domain::currency_code currency, const price_history& from) -> std::string {
  std::string text;
  json_writer out{text};
  std::string id;
  domain::public_ids::append(id, event);
  out.begin_object().member("event_id", std::string_view{id}).member("currency", currency.text());
  out.key("tiers").begin_array();
  for (const auto& tier : from.tiers()) {
    out.begin_object()
        .member("id", std::string_view{tier.id})
        .member("name", std::string_view{tier.name})
        .member("price", tier.price)
        .member("fee", tier.fee)
        .end_object();
  }
  out.end_array().key("changes").begin_array();
  for (const auto& one : from.changes()) {
    out.begin_object().key("at").time(one.at.unix_ms).member("seq", one.seq).member("tier", std::string_view{one.tier});
    out.member("price", one.price).member("fee", one.fee).member("cause", cause_text(one.by));
    if (!one.rule.empty())
      out.member("rule", std::string_view{one.rule});
    out.end_object();
  }
  out.end_array().end_object();
  return text;
}

} // namespace holdfast::projections
