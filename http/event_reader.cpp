#include "http/event_reader.hpp"

#include "domain/limits.hpp"
#include "domain/public_id.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::http {

namespace {

namespace limits = domain::limits;

constexpr text_rule name_rule{.bytes_min = 1, .bytes_max = limits::name_bytes_max};
constexpr text_rule slug_rule{.bytes_min = 1, .bytes_max = limits::slug_bytes_max};
constexpr text_rule description_rule{.bytes_min = 0, .bytes_max = limits::description_bytes_max, .lines = true};
constexpr text_rule category_rule{.bytes_min = 0, .bytes_max = limits::category_bytes_max};
constexpr text_rule tier_rule{.bytes_min = 1, .bytes_max = limits::tier_id_bytes_max};
constexpr std::size_t id_bytes_max = 32;
constexpr std::int64_t ms_per_second = 1'000;

auto read_currency(const json_value& from) -> domain::currency_code {
  domain::currency_code code;
  const auto text = from.text({.bytes_min = code.letters.size(), .bytes_max = code.letters.size()});
  if (text.size() == code.letters.size()) {
    std::copy(text.begin(), text.end(), code.letters.begin());
  }
  return code;
}

auto read_tier(const json_object& from) -> domain::price_tier {
  domain::price_tier tier;
  tier.id = from.text("id", tier_rule);
  tier.name = from.optional_text("name", name_rule).value_or(tier.id);
  tier.price = from.integer<std::int64_t>("price", 0, limits::price_max);
  return tier;
}

auto read_tiers(const json_array& from) -> std::vector<domain::price_tier> {
  std::vector<domain::price_tier> tiers;
  tiers.reserve(from.size());
  for (const auto item : from) {
    tiers.push_back(read_tier(item.object()));
  }
  return tiers;
}

auto read_venue(const json_value& from) -> std::optional<domain::venue_id> {
  const auto venue = domain::public_ids::parse_venue(from.text({.bytes_min = 1, .bytes_max = id_bytes_max}));
  if (!venue) {
    from.fault("the id of a venue");
  }
  return venue;
}

auto as_millis(std::int64_t count) noexcept -> domain::millis {
  return {count * ms_per_second};
}

auto seconds_in(const json_object& from, std::string_view name, domain::millis min, domain::millis max)
    -> std::optional<domain::millis> {
  const auto read = from.optional_integer<std::int64_t>(name, min.count / ms_per_second, max.count / ms_per_second);
  return read ? std::optional{as_millis(*read)} : std::nullopt;
}

/// A text that null empties.
auto clearable_text(const json_object& from, std::string_view name, const text_rule& rule)
    -> std::optional<std::string> {
  if (from.cleared(name)) {
    return std::string{};
  }
  const auto text = from.optional_text(name, rule);
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

/// A time that null takes away.
auto clearable_time(const json_object& from, std::string_view name) -> std::optional<std::optional<domain::instant>> {
  if (from.cleared(name)) {
    return std::optional<domain::instant>{};
  }
  const auto time = from.optional_time(name);
  return time ? std::optional{std::optional{domain::instant{*time}}} : std::nullopt;
}

/// What creation and change read alike: everything that may be left out of both.
auto read_optional_fields(const json_object& from) -> domain::event_amendment {
  domain::event_amendment read;
  read.slug = clearable_text(from, "slug", slug_rule);
  read.description = clearable_text(from, "description", description_rule);
  read.category = clearable_text(from, "category", category_rule);
  if (from.cleared("sale")) {
    read.sale_opens_at = std::optional<domain::instant>{};
    read.sale_closes_at = std::optional<domain::instant>{};
  } else if (const auto sale = from.optional_object("sale")) {
    read.sale_opens_at = clearable_time(*sale, "opens_at");
    read.sale_closes_at = clearable_time(*sale, "closes_at");
  }
  read.hold_time = seconds_in(from, "hold_seconds", limits::hold_time_min, limits::hold_time_max);
  read.hold_extension = seconds_in(from, "hold_extension_seconds", {}, limits::hold_time_max);
  read.hold_cap = seconds_in(from, "hold_cap_seconds", limits::hold_time_min, limits::hold_cap_max);
  read.max_per_order = from.optional_integer<std::uint32_t>("max_per_order", 1, limits::tickets_max);
  read.max_per_buyer = from.optional_integer<std::uint32_t>("max_per_buyer", 1, limits::tickets_max);
  return read;
}

} // namespace

auto read_event(const json_object& from) -> event_wish {
  event_wish read;
  domain::event_config config;
  config.name = from.text("name", name_rule);
  if (const auto venue = from.require("venue_id")) {
    read.venue = read_venue(*venue);
  }
  config.starts_at = {from.time("starts_at")};
  if (const auto currency = from.require("currency")) {
    config.currency = read_currency(*currency);
  }
  config.tiers = read_tiers(from.array("tiers", 1, limits::tiers_per_event_max));
  read.config = domain::amended(std::move(config), read_optional_fields(from));
  return read;
}

auto read_amendment(const json_object& from) -> amendment_wish {
  amendment_wish read;
  read.changes = read_optional_fields(from);
  if (const auto name = from.optional_text("name", name_rule)) {
    read.changes.name.emplace(*name);
  }
  if (const auto time = from.optional_time("starts_at")) {
    read.changes.starts_at = domain::instant{*time};
  }
  if (const auto venue = from.find("venue_id")) {
    read.venue = read_venue(*venue);
  }
  if (const auto currency = from.find("currency")) {
    read.changes.currency = read_currency(*currency);
  }
  if (const auto tiers = from.optional_array("tiers", 1, limits::tiers_per_event_max)) {
    read.changes.tiers = read_tiers(*tiers);
  }
  return read;
}

} // namespace holdfast::http
