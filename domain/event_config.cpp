#include "domain/event_config.hpp"

#include "domain/config_check.hpp"
#include "domain/sale_plan.hpp"
#include "domain/text.hpp"
#include "domain/time_zone.hpp"
#include "domain/web_text.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace holdfast::domain {
namespace {

class checker {
 public:
  explicit checker(std::vector<config_fault>& to) : to_{&to} {}

  void operator()(bool sound, std::string pointer, const char* message) {
    if (!sound) {
      to_->push_back({std::move(pointer), message});
    }
  }

 private:
  std::vector<config_fault>* to_;
};

auto is_moment(const std::optional<instant>& at) noexcept -> bool {
  return !at || is_moment(*at);
}

auto is_country(std::string_view code) noexcept -> bool {
  return code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

auto within(const std::optional<std::int32_t>& value, std::int32_t limit) noexcept -> bool {
  return !value || (*value >= -limit && *value <= limit);
}

constexpr const char* bad_name =
    "at most 200 bytes of UTF-8 without control, invisible and direction characters, no blank at an end";

void check_tiers(const event_config& config, checker& check) {
  check(!config.tiers.empty() && config.tiers.size() <= limits::tiers_per_event_max, "/tiers", "1 to 64 price tiers");
  std::unordered_set<std::string_view> ids;
  for (std::size_t i = 0; i < config.tiers.size(); ++i) {
    const auto& tier = config.tiers[i];
    const std::string at = "/tiers/" + std::to_string(i);
    check(is_label_part(tier.id), at + "/id",
          "1 to 32 bytes of UTF-8 without '/', control, invisible and direction characters, no blank at an end");
    check(ids.insert(tier.id).second, at + "/id", "the id is taken");
    check(is_name(tier.name), at + "/name", bad_name);
    check(tier.price >= 0 && tier.price <= limits::price_max, at + "/price", "0 to 1,000,000,000,000 minor units");
    check(tier.fee >= 0 && tier.fee <= limits::price_max, at + "/fee", "0 to 1,000,000,000,000 minor units");
  }
}

void check_performers(const event_config& config, checker& check) {
  check(config.performers.size() <= limits::performers_per_event_max, "/performers", "at most 50 performers");
  for (std::size_t i = 0; i < config.performers.size(); ++i) {
    const auto& one = config.performers[i];
    const std::string at = "/performers/" + std::to_string(i);
    check(!one.name.empty() && is_name(one.name), at + "/name", bad_name);
    check(one.url.empty() || is_web_url(one.url), at + "/url", "an http or https URL of at most 512 bytes of ASCII");
  }
}

void check_images(const event_config& config, checker& check) {
  check(config.images.size() <= limits::images_per_event_max, "/images", "at most 20 images");
  for (std::size_t i = 0; i < config.images.size(); ++i) {
    const auto& one = config.images[i];
    const std::string at = "/images/" + std::to_string(i);
    check(is_https_url(one.url), at + "/url", "an https URL of at most 512 bytes of ASCII");
    check(!one.alt.empty() && one.alt.size() <= limits::image_text_bytes_max && is_printable_text(one.alt), at + "/alt",
          "1 to 300 bytes of UTF-8 without control characters");
    check(one.kind.empty() || (one.kind.size() <= limits::image_kind_bytes_max && is_slug(one.kind)), at + "/kind",
          "up to 32 of a-z, 0-9 and single '-' between them");
  }
}

void check_languages(const event_config& config, checker& check) {
  check(config.languages.size() <= limits::languages_per_event_max, "/languages", "at most 8 languages");
  std::unordered_set<std::string_view> tags;
  for (std::size_t i = 0; i < config.languages.size(); ++i) {
    const std::string at = "/languages/" + std::to_string(i);
    check(is_language_tag(config.languages[i]), at, "a BCP 47 tag in its usual case, such as de, de-AT or zh-Hant-TW");
    check(tags.insert(config.languages[i]).second, at, "the language is named twice");
  }
}

void check_few_left(const few_left& few, checker& check) {
  const auto most = few.by == few_left::unit::percent ? limits::few_left_percent_max : limits::few_left_places_max;
  check(few.value <= most, "/few_left", "0 to 100 percent, or 0 to 1,000,000 places");
}

void check_selling(const event_config& config, checker& check) {
  check(is_moment(config.sale_opens_at), "/sale/opens_at", "a time from 1970 to 9999");
  check(is_moment(config.sale_closes_at), "/sale/closes_at", "a time from 1970 to 9999");
  check(is_moment(config.refunds_until), "/refunds_until", "a time from 1970 to 9999");
  check(!config.sale_opens_at || !config.sale_closes_at || *config.sale_opens_at < *config.sale_closes_at,
        "/sale/closes_at", "the sale closes after it opens");
  check(config.hold_time >= limits::hold_time_min && config.hold_time <= limits::hold_time_max, "/hold_seconds",
        "60 to 3,600 seconds");
  check(config.hold_extension >= millis{0} && config.hold_extension <= limits::hold_time_max, "/hold_extension_seconds",
        "0 to 3,600 seconds");
  check(config.hold_cap >= config.hold_time && config.hold_cap <= limits::hold_cap_max, "/hold_cap_seconds",
        "at least the hold time, at most 7,200 seconds");
  check(config.max_per_order >= 1 && config.max_per_order <= limits::tickets_max, "/max_per_order", "1 to 100,000");
  check(config.max_per_buyer >= 1 && config.max_per_buyer <= limits::tickets_max, "/max_per_buyer", "1 to 100,000");
  check(config.resale_max_percent <= 100, "/resale/max_percent", "1 to 100, or no resale");
  check(config.max_per_card <= limits::tickets_max, "/max_per_card", "1 to 100,000, or none");
  check(config.returns_to_allocation.value() <= limits::allocation_number_max, "/returns_to_allocation",
        "an allocation of the event, or none");
  check(config.waitlist_offer == millis{0} || (config.waitlist_offer >= limits::waitlist_offer_min &&
                                               config.waitlist_offer <= limits::waitlist_offer_max),
        "/waitlist/offer_seconds", "60 to 259,200 seconds, or no waitlist");
  check(config.risk_on_failure <= risk_verdict_last, "/risk/on_failure", "allow, review or deny");
}

void check_velocity(const event_config& config, checker& check) {
  check(config.velocity.size() <= limits::velocity_rules_max, "/velocity", "at most 8 rules");
  for (std::size_t i = 0; i < config.velocity.size(); ++i) {
    const auto& rule = config.velocity[i];
    const std::string at = "/velocity/" + std::to_string(i);
    check(rule.per == velocity_rule::whose::buyer || rule.per == velocity_rule::whose::card, at + "/per",
          "buyer or card");
    check(rule.places >= 1 && rule.places <= limits::tickets_max, at + "/places", "1 to 100,000");
    check(rule.seconds >= 1 && rule.seconds <= limits::velocity_seconds_max, at + "/seconds", "1 to 604,800");
  }
}

void check_tax(const event_config& config, checker& check) {
  if (!config.tax) {
    return;
  }
  const auto& [name, rate] = *config.tax;
  check(name.size() <= limits::tax_name_bytes_max && is_clear_name(name), "/tax/name",
        "1 to 40 bytes of UTF-8 without control, invisible and direction characters, no blank at an end");
  check(rate.basis_points <= limits::tax_basis_points_max, "/tax/basis_points", "0 to 10,000");
  check(rate.mode == tax_mode::inclusive || rate.mode == tax_mode::exclusive, "/tax/mode", "inclusive or exclusive");
}

template <class Value>
void replace(Value& value, const std::optional<Value>& by) {
  if (by) {
    value = *by;
  }
}

} // namespace

auto is_moment(instant at) noexcept -> bool {
  // 9999-12-31T23:59:59.999Z, the last moment RFC 3339 can write.
  constexpr std::int64_t last_unix_ms = 253'402'300'799'999;
  return at.unix_ms >= 0 && at.unix_ms <= last_unix_ms;
}

auto is_name(std::string_view text) noexcept -> bool {
  return text.empty() || (text.size() <= limits::name_bytes_max && is_clear_name(text));
}

void append_venue_faults(const venue_summary& venue, std::string_view at, std::vector<config_fault>& to) {
  checker check{to};
  const std::string prefix{at};
  check(is_name(venue.name), prefix + "/name", bad_name);
  check(is_name(venue.city), prefix + "/city", bad_name);
  check(venue.country.empty() || is_country(venue.country), prefix + "/country", "two capital letters (ISO 3166-1)");
  check(venue.timezone.empty() || is_time_zone(venue.timezone), prefix + "/timezone",
        "a name of the IANA time zone database, such as Europe/Vienna");
  check(within(venue.latitude_e6, 90'000'000), prefix + "/lat", "-90 to 90 degrees");
  check(within(venue.longitude_e6, 180'000'000), prefix + "/lon", "-180 to 180 degrees");
  check(venue.latitude_e6.has_value() == venue.longitude_e6.has_value(), prefix + "/lon",
        "latitude and longitude come together");
}

void append_tier_faults(const event_config& config, const layout& seats, std::vector<config_fault>& to) {
  for (const auto& id : seats.tier_ids()) {
    if (std::ranges::find(config.tiers, id, &price_tier::id) == config.tiers.end()) {
      to.push_back({"/tiers", "the layout uses the tier '" + id + "', which has no price"});
    }
  }
}

auto config_faults(const event_config& config) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  checker check{faults};
  check(!config.name.empty() && is_name(config.name), "/name", bad_name);
  check(config.slug.empty() || is_slug(config.slug), "/slug", "up to 64 of a-z, 0-9 and single '-' between them");
  check(config.description.size() <= limits::description_bytes_max && is_multiline_text(config.description),
        "/description", "at most 8,192 bytes of UTF-8 without control characters");
  check(config.category.size() <= limits::category_bytes_max && is_printable_text(config.category), "/category",
        "at most 64 bytes of UTF-8 without control characters");
  check_performers(config, check);
  check_images(config, check);
  check_languages(config, check);
  check_few_left(config.few, check);
  append_venue_faults(config.venue, "/venue", faults);
  check(is_moment(config.starts_at), "/starts_at", "a time from 1970 to 9999");
  check(minor_unit_digits(config.currency).has_value(), "/currency", "a currency's three capital letters (ISO 4217)");
  check_tiers(config, check);
  check_selling(config, check);
  check_velocity(config, check);
  check_tax(config, check);
  append_plan_faults(config, faults);
  return faults;
}

auto few_from(const few_left& threshold, std::uint64_t places) noexcept -> std::uint64_t {
  return threshold.by == few_left::unit::percent ? places * threshold.value / 100 : threshold.value;
}

auto availability_of(const few_left& threshold, std::uint64_t available, std::uint64_t places) noexcept
    -> availability {
  if (available == 0) {
    return availability::none;
  }
  return available <= few_from(threshold, places) ? availability::few : availability::many;
}

auto amended(event_config config, const event_amendment& by) -> event_config {
  replace(config.name, by.name);
  replace(config.slug, by.slug);
  replace(config.description, by.description);
  replace(config.category, by.category);
  replace(config.performers, by.performers);
  replace(config.images, by.images);
  replace(config.languages, by.languages);
  replace(config.few, by.few);
  replace(config.starts_at, by.starts_at);
  replace(config.venue, by.venue);
  replace(config.currency, by.currency);
  replace(config.tiers, by.tiers);
  replace(config.sale_opens_at, by.sale_opens_at);
  replace(config.sale_closes_at, by.sale_closes_at);
  replace(config.refunds_until, by.refunds_until);
  if (by.phases) {
    config.phases = amended_phases(config.phases, *by.phases);
  }
  if (by.price_rules) {
    config.price_rules = amended_rules(config.price_rules, *by.price_rules);
  }
  replace(config.hold_time, by.hold_time);
  replace(config.hold_extension, by.hold_extension);
  replace(config.hold_cap, by.hold_cap);
  replace(config.max_per_order, by.max_per_order);
  replace(config.max_per_buyer, by.max_per_buyer);
  replace(config.max_per_card, by.max_per_card);
  replace(config.resale_max_percent, by.resale_max_percent);
  replace(config.velocity, by.velocity);
  replace(config.returns_to_allocation, by.returns_to_allocation);
  replace(config.risk_on_failure, by.risk_on_failure);
  replace(config.tax, by.tax);
  replace(config.waitlist_offer, by.waitlist_offer);
  return config;
}

} // namespace holdfast::domain
