#include "http/event_reader.hpp"

#include "domain/limits.hpp"
#include "domain/public_id.hpp"
#include "http/plan_reader.hpp"
#include "projections/inventory_bodies.hpp"

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
constexpr text_rule per_rule{.bytes_min = 1, .bytes_max = 16};
constexpr text_rule tax_name_rule{.bytes_min = 1, .bytes_max = limits::tax_name_bytes_max};
constexpr text_rule on_failure_rule{.bytes_min = 1, .bytes_max = 16};
constexpr text_rule tax_mode_rule{.bytes_min = 1, .bytes_max = 16};
constexpr text_rule allocation_rule{.bytes_min = 1, .bytes_max = id_bytes_max};
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
  tier.fee = from.optional_integer<std::int64_t>("fee", 0, limits::price_max).value_or(0);
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

constexpr text_rule url_rule{.bytes_min = 1, .bytes_max = limits::url_bytes_max};
constexpr text_rule alt_rule{.bytes_min = 1, .bytes_max = limits::image_text_bytes_max};
constexpr text_rule kind_rule{.bytes_min = 1, .bytes_max = limits::image_kind_bytes_max};
constexpr text_rule language_rule{.bytes_min = 2, .bytes_max = 35};

auto read_performer(const json_value& from) -> domain::performer {
  const auto object = from.object();
  domain::performer one;
  one.name = object.text("name", name_rule);
  one.url = object.optional_text("url", url_rule).value_or("");
  return one;
}

auto read_image(const json_value& from) -> domain::event_image {
  const auto object = from.object();
  domain::event_image one;
  one.url = object.text("url", url_rule);
  one.alt = object.text("alt", alt_rule);
  one.kind = object.optional_text("kind", kind_rule).value_or("");
  return one;
}

auto read_language(const json_value& from) -> std::string {
  return std::string{from.text(language_rule)};
}

/// A list that null empties.
template <class Read>
auto clearable_list(const json_object& from, std::string_view name, std::size_t items_max, Read read)
    -> std::optional<std::vector<decltype(read(std::declval<const json_value&>()))>> {
  using list = std::vector<decltype(read(std::declval<const json_value&>()))>;
  if (from.cleared(name)) {
    return list{};
  }
  const auto array = from.optional_array(name, 0, items_max);
  if (!array) {
    return std::nullopt;
  }
  list items;
  items.reserve(array->size());
  for (const auto item : *array) {
    items.push_back(read(item));
  }
  return items;
}

auto read_few_left(const json_object& from) -> std::optional<domain::few_left> {
  if (from.cleared("few_left")) {
    return domain::few_left{};
  }
  const auto few = from.optional_object("few_left");
  if (!few) {
    return std::nullopt;
  }
  const auto percent = few->optional_integer<std::uint32_t>("percent", 0, limits::few_left_percent_max);
  const auto places = few->optional_integer<std::uint32_t>("places", 0, limits::few_left_places_max);
  if (percent.has_value() == places.has_value()) {
    from.fault("few_left", "either percent or places is needed");
  }
  using unit = domain::few_left::unit;
  return percent ? domain::few_left{unit::percent, *percent} : domain::few_left{unit::places, places.value_or(0)};
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
  if (const auto time = from.optional_time(name)) {
    return std::optional<domain::instant>{domain::instant{*time}};
  }
  return std::nullopt;
}

auto read_velocity_rule(const json_value& from) -> domain::velocity_rule {
  using whose = domain::velocity_rule::whose;
  const auto object = from.object();
  domain::velocity_rule rule;
  const auto per = object.text("per", per_rule);
  if (per == "card") {
    rule.per = whose::card;
  } else if (per != "buyer") {
    object.fault("per", "buyer or card");
  }
  rule.places = object.integer<std::uint32_t>("places", 1, limits::tickets_max);
  rule.seconds = object.integer<std::uint32_t>("seconds", 1, limits::velocity_seconds_max);
  return rule;
}

/// An allocation that null takes away. It need not be there: until it is, and once it is released, the public gets what it would.
auto read_returns_to(const json_object& from) -> std::optional<domain::allocation_number> {
  if (from.cleared("returns_to_allocation")) {
    return domain::allocation_number{};
  }
  const auto text = from.optional_text("returns_to_allocation", allocation_rule);
  if (!text) {
    return std::nullopt;
  }
  const auto number = projections::parse_allocation_id(*text);
  if (!number) {
    from.fault("returns_to_allocation", "an allocation's id, such as alc_3, or null");
  }
  return number;
}

/// Whether payments are scored, and what stands for a verdict that cannot be had: said by whoever has them scored, and by nobody else.
auto read_risk(const json_object& from) -> std::optional<domain::risk_verdict> {
  if (from.cleared("risk")) {
    return domain::risk_verdict::none;
  }
  const auto risk = from.optional_object("risk");
  if (!risk) {
    return std::nullopt;
  }
  const bool scored = risk->boolean("scored");
  const auto name = risk->optional_text("on_failure", on_failure_rule);
  const auto on_failure = domain::risk_verdict_of(name.value_or(""));
  if (scored != name.has_value() || (scored && on_failure == domain::risk_verdict::none)) {
    risk->fault("on_failure", "allow, review or deny of what is scored; absent otherwise");
  }
  return scored ? on_failure : domain::risk_verdict::none;
}

auto read_tax(const json_object& from) -> std::optional<std::optional<domain::event_tax>> {
  if (from.cleared("tax")) {
    return std::optional<domain::event_tax>{};
  }
  const auto tax = from.optional_object("tax");
  if (!tax) {
    return std::nullopt;
  }
  domain::event_tax read;
  read.name = tax->text("name", tax_name_rule);
  read.rate.basis_points = tax->integer<std::uint32_t>("basis_points", 0, limits::tax_basis_points_max);
  const auto mode = tax->text("mode", tax_mode_rule);
  read.rate.mode = mode == "exclusive" ? domain::tax_mode::exclusive : domain::tax_mode::inclusive;
  if (!mode.empty() && mode != "exclusive" && mode != "inclusive") {
    tax->fault("mode", "inclusive or exclusive");
  }
  return read;
}

/// How long what comes back is kept for whom it is offered to; null ends the waitlist.
auto read_waitlist(const json_object& from) -> std::optional<domain::millis> {
  if (from.cleared("waitlist")) {
    return domain::millis{};
  }
  const auto waitlist = from.optional_object("waitlist");
  if (!waitlist) {
    return std::nullopt;
  }
  return as_millis(waitlist->integer<std::int64_t>("offer_seconds", limits::waitlist_offer_min.count / ms_per_second,
                                                   limits::waitlist_offer_max.count / ms_per_second));
}

/// What creation and change read alike: everything that may be left out of both.
auto read_optional_fields(const json_object& from, const access_code_hasher& codes) -> domain::event_amendment {
  domain::event_amendment read;
  read.slug = clearable_text(from, "slug", slug_rule);
  read.description = clearable_text(from, "description", description_rule);
  read.category = clearable_text(from, "category", category_rule);
  read.performers = clearable_list(from, "performers", limits::performers_per_event_max, read_performer);
  read.images = clearable_list(from, "images", limits::images_per_event_max, read_image);
  read.languages = clearable_list(from, "languages", limits::languages_per_event_max, read_language);
  read.few = read_few_left(from);
  if (from.cleared("sale")) {
    read.sale_opens_at = std::optional<domain::instant>{};
    read.sale_closes_at = std::optional<domain::instant>{};
    read.phases.emplace();
  } else if (const auto sale = from.optional_object("sale")) {
    read.sale_opens_at = clearable_time(*sale, "opens_at");
    read.sale_closes_at = clearable_time(*sale, "closes_at");
    read.phases = read_phases(*sale, codes);
  }
  read.refunds_until = clearable_time(from, "refunds_until");
  read.price_rules = read_price_rules(from);
  read.hold_time = seconds_in(from, "hold_seconds", limits::hold_time_min, limits::hold_time_max);
  read.hold_extension = seconds_in(from, "hold_extension_seconds", {}, limits::hold_time_max);
  read.hold_cap = seconds_in(from, "hold_cap_seconds", limits::hold_time_min, limits::hold_cap_max);
  read.max_per_order = from.optional_integer<std::uint32_t>("max_per_order", 1, limits::tickets_max);
  read.max_per_buyer = from.optional_integer<std::uint32_t>("max_per_buyer", 1, limits::tickets_max);
  read.max_per_card = from.cleared("max_per_card")
                          ? std::optional<std::uint32_t>{0}
                          : from.optional_integer<std::uint32_t>("max_per_card", 1, limits::tickets_max);
  if (from.cleared("resale")) {
    read.resale_max_percent = 0;
  } else if (const auto resale = from.optional_object("resale")) {
    read.resale_max_percent = resale->integer<std::uint32_t>("max_percent", 1, 100);
  }
  read.velocity = clearable_list(from, "velocity", limits::velocity_rules_max, read_velocity_rule);
  read.returns_to_allocation = read_returns_to(from);
  read.risk_on_failure = read_risk(from);
  read.tax = read_tax(from);
  read.waitlist_offer = read_waitlist(from);
  return read;
}

} // namespace

auto read_event(const json_object& from, const access_code_hasher& codes) -> event_wish {
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
  read.config = domain::amended(std::move(config), read_optional_fields(from, codes));
  return read;
}

auto read_amendment(const json_object& from, const access_code_hasher& codes) -> amendment_wish {
  amendment_wish read;
  read.changes = read_optional_fields(from, codes);
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
