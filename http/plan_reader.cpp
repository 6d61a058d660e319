#include "http/plan_reader.hpp"

#include "domain/limits.hpp"
#include "http/access_code.hpp"

#include <cstdint>
#include <utility>

namespace holdfast::http {

namespace {

namespace limits = domain::limits;

constexpr text_rule id_rule{.bytes_min = 1, .bytes_max = limits::slug_bytes_max};
constexpr text_rule phase_name_rule{.bytes_min = 0, .bytes_max = limits::name_bytes_max};
constexpr text_rule priced_tier_rule{.bytes_min = 1, .bytes_max = limits::tier_id_bytes_max};

auto maybe_time(const json_object& from, std::string_view name) -> std::optional<domain::instant> {
  const auto time = from.cleared(name) ? std::nullopt : from.optional_time(name);
  return time ? std::optional{domain::instant{*time}} : std::nullopt;
}

auto read_phase(const json_object& from, const access_code_hasher& codes) -> domain::sale_phase {
  domain::sale_phase one;
  one.id = from.text("id", id_rule);
  one.name = from.optional_text("name", phase_name_rule).value_or("");
  one.opens_at = {from.time("opens_at")};
  one.closes_at = maybe_time(from, "closes_at");
  one.code = read_new_access_code(from, codes);
  // As it was read.
  if (const auto access = from.optional_text("access", phase_name_rule); access && *access != "code") {
    from.fault("access", "code: a presale always has one");
  }
  return one;
}

auto read_rule(const json_object& from) -> domain::price_rule {
  domain::price_rule one;
  one.id = from.text("id", id_rule);
  one.tier = from.text("tier", priced_tier_rule);
  one.at = maybe_time(from, "at");
  one.sold_percent = from.optional_integer<std::uint32_t>("sold_percent", 1, 100).value_or(0);
  one.price = from.optional_integer<std::int64_t>("price", 0, limits::price_max);
  one.change_percent = from.optional_integer<std::int32_t>("change_percent", limits::price_rule_percent_min,
                                                           limits::price_rule_percent_max)
                           .value_or(0);
  one.floor = from.optional_integer<std::int64_t>("floor", 0, limits::price_max).value_or(0);
  one.cap = from.optional_integer<std::int64_t>("cap", 0, limits::price_max).value_or(limits::price_max);
  static_cast<void>(maybe_time(from, "applied_at")); // as it was read: only the event itself makes a rule
  return one;
}

} // namespace

auto read_phases(const json_object& sale, const access_code_hasher& codes)
    -> std::optional<std::vector<domain::sale_phase>> {
  std::vector<domain::sale_phase> phases;
  if (sale.cleared("phases")) {
    return phases;
  }
  const auto list = sale.optional_array("phases", 0, limits::sale_phases_per_event_max);
  if (!list) {
    return std::nullopt;
  }
  for (const auto item : *list) {
    phases.push_back(read_phase(item.object(), codes));
  }
  return phases;
}

auto read_price_rules(const json_object& from) -> std::optional<std::vector<domain::price_rule>> {
  std::vector<domain::price_rule> rules;
  if (from.cleared("price_rules")) {
    return rules;
  }
  const auto list = from.optional_array("price_rules", 0, limits::price_rules_per_event_max);
  if (!list) {
    return std::nullopt;
  }
  for (const auto item : *list) {
    rules.push_back(read_rule(item.object()));
  }
  return rules;
}

} // namespace holdfast::http
