#include "domain/check.hpp"
#include "journal/codec_parts.hpp"
#include "journal/facts.pb.h"
#include "journal/message_codec.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::journal::codec {
namespace {

void write_summary(const domain::venue_summary& from, wire::VenueSummary& to) {
  to.set_id(from.id.value());
  to.set_name(from.name);
  to.set_city(from.city);
  to.set_country(from.country);
  to.set_timezone(from.timezone);
  if (from.latitude_e6)
    to.set_latitude_e6(*from.latitude_e6);
  if (from.longitude_e6)
    to.set_longitude_e6(*from.longitude_e6);
}

/// Who and what is to be seen, and how it is shown.
void write_catalogue(const domain::event_config& from, wire::EventConfig& to) {
  for (const auto& one : from.performers) {
    auto& out = *to.add_performers();
    out.set_name(one.name);
    out.set_url(one.url);
  }
  for (const auto& one : from.images) {
    auto& out = *to.add_images();
    out.set_url(one.url);
    out.set_alt(one.alt);
    out.set_kind(one.kind);
  }
  for (const auto& one : from.languages)
    to.add_languages(one);
  if (from.few == domain::few_left{})
    return;
  if (from.few.by == domain::few_left::unit::percent)
    to.set_few_left_percent(from.few.value);
  else
    to.set_few_left_places(from.few.value);
}

/// What is declared of the sale beforehand.
void write_plan(const domain::event_config& from, wire::EventConfig& to) {
  for (const auto& one : from.phases) {
    HF_CHECK(one.code.has_value(), "a presale has a code");
    auto& out = *to.add_phases();
    out.set_id(one.id);
    out.set_name(one.name);
    out.set_opens_at(one.opens_at.unix_ms);
    if (one.closes_at)
      out.set_closes_at(one.closes_at->unix_ms);
    out.set_access_code_hash(one.code->data(), one.code->size());
  }
  for (const auto& one : from.price_rules) {
    auto& out = *to.add_price_rules();
    out.set_id(one.id);
    out.set_tier(one.tier);
    if (one.at)
      out.set_at(one.at->unix_ms);
    out.set_sold_percent(one.sold_percent);
    if (one.price)
      out.set_price(*one.price);
    out.set_change_percent(one.change_percent);
    out.set_floor(one.floor);
    out.set_cap(one.cap);
    if (one.applied_at)
      out.set_applied_at(one.applied_at->unix_ms);
  }
}

void write_config(const domain::event_config& from, wire::EventConfig& to) {
  to.set_name(from.name);
  to.set_slug(from.slug);
  to.set_description(from.description);
  to.set_category(from.category);
  write_summary(from.venue, *to.mutable_venue());
  to.set_starts_at(from.starts_at.unix_ms);
  to.set_currency(std::string{from.currency.text()});
  for (const auto& tier : from.tiers) {
    auto& tier_out = *to.add_tiers();
    tier_out.set_id(tier.id);
    tier_out.set_name(tier.name);
    tier_out.set_price(tier.price);
    tier_out.set_fee(tier.fee);
  }
  write_catalogue(from, to);
  write_plan(from, to);
  if (from.sale_opens_at)
    to.set_sale_opens_at(from.sale_opens_at->unix_ms);
  if (from.sale_closes_at)
    to.set_sale_closes_at(from.sale_closes_at->unix_ms);
  if (from.refunds_until)
    to.set_refunds_until(from.refunds_until->unix_ms);
  to.set_hold_time_ms(from.hold_time.count);
  to.set_hold_extension_ms(from.hold_extension.count);
  to.set_hold_cap_ms(from.hold_cap.count);
  to.set_max_per_order(from.max_per_order);
  to.set_max_per_buyer(from.max_per_buyer);
  to.set_max_per_card(from.max_per_card);
  to.set_resale_max_percent(from.resale_max_percent);
  for (const auto& rule : from.velocity) {
    auto& out = *to.add_velocity();
    out.set_per(static_cast<std::uint32_t>(rule.per));
    out.set_places(rule.places);
    out.set_seconds(rule.seconds);
  }
  to.set_returns_to_allocation(from.returns_to_allocation.value());
  to.set_risk_on_failure(static_cast<std::uint32_t>(from.risk_on_failure));
  if (from.tax)
    write_tax(*from.tax, *to.mutable_tax());
  to.set_waitlist_offer_ms(from.waitlist_offer.count);
}

[[nodiscard]] auto read_summary(const wire::VenueSummary& from) -> domain::venue_summary {
  domain::venue_summary to{
      domain::venue_id{from.id()}, from.name(), from.city(), from.country(), from.timezone(), {}, {}};
  if (from.has_latitude_e6())
    to.latitude_e6 = from.latitude_e6();
  if (from.has_longitude_e6())
    to.longitude_e6 = from.longitude_e6();
  return to;
}

[[nodiscard]] auto read_catalogue(const wire::EventConfig& from, domain::event_config& to) -> bool {
  for (const auto& one : from.performers())
    to.performers.push_back({one.name(), one.url()});
  for (const auto& one : from.images())
    to.images.push_back({one.url(), one.alt(), one.kind()});
  to.languages.assign(from.languages().begin(), from.languages().end());
  using unit = domain::few_left::unit;
  if (from.has_few_left_percent())
    to.few = {unit::percent, from.few_left_percent()};
  else if (from.has_few_left_places())
    to.few = {unit::places, from.few_left_places()};
  return !from.has_few_left_percent() || !from.has_few_left_places();
}

[[nodiscard]] auto read_plan(const wire::EventConfig& from, domain::event_config& to) -> bool {
  const auto moment = [](bool there, std::int64_t at) {
    return there ? std::optional{domain::instant{at}} : std::nullopt;
  };
  for (const auto& one : from.phases()) {
    auto& made = to.phases.emplace_back(domain::sale_phase{one.id(), one.name(), {one.opens_at()}, {}, {}});
    made.closes_at = moment(one.has_closes_at(), one.closes_at());
    const auto& hash = one.access_code_hash();
    if (hash.size() != std::tuple_size_v<domain::access_code_hash>)
      return false;
    std::copy(hash.begin(), hash.end(), made.code.emplace().begin());
  }
  for (const auto& one : from.price_rules()) {
    domain::price_rule made;
    made.id = one.id();
    made.tier = one.tier();
    made.at = moment(one.has_at(), one.at());
    made.sold_percent = one.sold_percent();
    if (one.has_price())
      made.price = one.price();
    made.change_percent = one.change_percent();
    made.floor = one.floor();
    made.cap = one.cap();
    made.applied_at = moment(one.has_applied_at(), one.applied_at());
    to.price_rules.push_back(std::move(made));
  }
  return true;
}

[[nodiscard]] auto read_guards(const wire::EventConfig& from, domain::event_config& to) -> bool {
  using whose = domain::velocity_rule::whose;
  for (const auto& rule : from.velocity()) {
    if (rule.per() != static_cast<std::uint32_t>(whose::buyer) && rule.per() != static_cast<std::uint32_t>(whose::card))
      return false;
    to.velocity.push_back({static_cast<whose>(rule.per()), rule.places(), rule.seconds()});
  }
  if (from.returns_to_allocation() > domain::limits::allocation_number_max ||
      from.risk_on_failure() > static_cast<std::uint32_t>(domain::risk_verdict_last))
    return false;
  to.risk_on_failure = static_cast<domain::risk_verdict>(from.risk_on_failure());
  to.returns_to_allocation = domain::allocation_number{static_cast<std::uint16_t>(from.returns_to_allocation())};
  to.waitlist_offer.count = from.waitlist_offer_ms();
  const auto offer = to.waitlist_offer;
  if (offer.count != 0 && (offer < domain::limits::waitlist_offer_min || offer > domain::limits::waitlist_offer_max))
    return false;
  return !from.has_tax() || read_tax(from.tax(), to.tax.emplace());
}

[[nodiscard]] auto read_config(const wire::EventConfig& from, domain::event_config& to) -> bool {
  to.name = from.name();
  to.slug = from.slug();
  to.description = from.description();
  to.category = from.category();
  to.venue = read_summary(from.venue());
  to.starts_at.unix_ms = from.starts_at();
  if (from.currency().size() != to.currency.letters.size())
    return false;
  std::copy(from.currency().begin(), from.currency().end(), to.currency.letters.begin());
  for (const auto& tier : from.tiers())
    to.tiers.push_back({tier.id(), tier.name(), tier.price(), tier.fee()});
  if (from.has_sale_opens_at())
    to.sale_opens_at = domain::instant{from.sale_opens_at()};
  if (from.has_sale_closes_at())
    to.sale_closes_at = domain::instant{from.sale_closes_at()};
  if (from.has_refunds_until())
    to.refunds_until = domain::instant{from.refunds_until()};
  to.hold_time.count = from.hold_time_ms();
  to.hold_extension.count = from.hold_extension_ms();
  to.hold_cap.count = from.hold_cap_ms();
  to.max_per_order = from.max_per_order();
  to.max_per_buyer = from.max_per_buyer();
  to.max_per_card = from.max_per_card();
  to.resale_max_percent = from.resale_max_percent();
  return read_catalogue(from, to) && read_plan(from, to) && read_guards(from, to);
}

void write_venue(const domain::venue& from, wire::Venue& to) {
  HF_CHECK(from.seats != nullptr, "a venue has a layout");
  write_summary(from.summary, *to.mutable_summary());
  write_layout(from.seats->spec(), *to.mutable_layout());
}

[[nodiscard]] auto read_venue(const wire::Venue& from, domain::venue& to) -> bool {
  to.summary = read_summary(from.summary());
  to.seats = build_layout(from.layout());
  return to.seats != nullptr;
}

[[nodiscard]] auto read(const wire::EventCreated& from, domain::event_created& to) -> bool {
  to.event = domain::event_id{from.event()};
  to.organisation = domain::organisation_id{from.organisation()};
  to.seats = build_layout(from.layout());
  return to.seats != nullptr && read_config(from.config(), to.config);
}

[[nodiscard]] auto read(const wire::EventAmended& from, domain::event_amended& to) -> bool {
  return read_config(from.config(), to.config);
}

[[nodiscard]] auto read(const wire::LayoutReplaced& from, domain::layout_replaced& to) -> bool {
  to.seats = build_layout(from.layout());
  return to.seats != nullptr;
}

[[nodiscard]] auto read(const wire::OrganisationCreated& from, domain::organisation_created& to) -> bool {
  to.organisation = domain::organisation_id{from.organisation()};
  to.name = from.name();
  return true;
}

[[nodiscard]] auto read(const wire::VenueCreated& from, domain::venue_created& to) -> bool {
  return read_venue(from.venue(), to.what);
}

[[nodiscard]] auto read(const wire::VenueAmended& from, domain::venue_amended& to) -> bool {
  return read_venue(from.venue(), to.what);
}

[[nodiscard]] auto read(const wire::KeyCreated& from, domain::key_created& to) -> bool {
  to.key = domain::key_id{from.key()};
  to.name = from.name();
  to.scopes = from.scopes();
  if (from.secret_hash().size() != to.secret_hash.size())
    return false;
  std::copy(from.secret_hash().begin(), from.secret_hash().end(), to.secret_hash.begin());
  return true;
}

[[nodiscard]] auto read(const wire::KeyRevoked& from, domain::key_revoked& to) -> bool {
  to.key = domain::key_id{from.key()};
  return true;
}

[[nodiscard]] auto read(const wire::SlugReserved& from, domain::slug_reserved& to) -> bool {
  to.slug = from.slug();
  to.event = domain::event_id{from.event()};
  return true;
}

template <class Message, class Fact>
[[nodiscard]] auto decode_as(std::string_view payload, domain::fact_body& body) -> bool {
  Message message;
  return parse(payload, message) && read(message, body.emplace<Fact>());
}

template <class Fact>
[[nodiscard]] auto decode_empty(std::string_view payload, domain::fact_body& body) -> bool {
  body.emplace<Fact>();
  return payload.empty();
}

} // namespace

void encode_config(const domain::event_config& config, std::string& to) {
  wire::EventConfig message;
  write_config(config, message);
  append(message, to);
}

auto decode_config(std::string_view bytes, domain::event_config& to) -> bool {
  wire::EventConfig message;
  return parse(bytes, message) && read_config(message, to);
}

void encode(const domain::event_created& fact, std::string& to) {
  HF_CHECK(fact.seats != nullptr, "an event has a layout");
  wire::EventCreated message;
  message.set_event(fact.event.value());
  message.set_organisation(fact.organisation.value());
  write_config(fact.config, *message.mutable_config());
  write_layout(fact.seats->spec(), *message.mutable_layout());
  append(message, to);
}

void encode(const domain::event_amended& fact, std::string& to) {
  wire::EventAmended message;
  write_config(fact.config, *message.mutable_config());
  append(message, to);
}

void encode(const domain::layout_replaced& fact, std::string& to) {
  HF_CHECK(fact.seats != nullptr, "a replaced layout is replaced by another");
  wire::LayoutReplaced message;
  write_layout(fact.seats->spec(), *message.mutable_layout());
  append(message, to);
}

void encode(const domain::organisation_created& fact, std::string& to) {
  wire::OrganisationCreated message;
  message.set_organisation(fact.organisation.value());
  message.set_name(fact.name);
  append(message, to);
}

void encode(const domain::venue_created& fact, std::string& to) {
  wire::VenueCreated message;
  write_venue(fact.what, *message.mutable_venue());
  append(message, to);
}

void encode(const domain::venue_amended& fact, std::string& to) {
  wire::VenueAmended message;
  write_venue(fact.what, *message.mutable_venue());
  append(message, to);
}

void encode(const domain::key_created& fact, std::string& to) {
  wire::KeyCreated message;
  message.set_key(fact.key.value());
  message.set_name(fact.name);
  message.set_scopes(fact.scopes);
  message.set_secret_hash(fact.secret_hash.data(), fact.secret_hash.size());
  append(message, to);
}

void encode(const domain::key_revoked& fact, std::string& to) {
  wire::KeyRevoked message;
  message.set_key(fact.key.value());
  append(message, to);
}

void encode(const domain::slug_reserved& fact, std::string& to) {
  wire::SlugReserved message;
  message.set_slug(fact.slug);
  message.set_event(fact.event.value());
  append(message, to);
}

auto decode_cold(number type, std::string_view payload, domain::fact_body& body) -> bool {
  switch (type) {
  case number::event_created: return decode_as<wire::EventCreated, domain::event_created>(payload, body);
  case number::event_amended: return decode_as<wire::EventAmended, domain::event_amended>(payload, body);
  case number::layout_replaced: return decode_as<wire::LayoutReplaced, domain::layout_replaced>(payload, body);
  case number::event_published: return decode_empty<domain::event_published>(payload, body);
  case number::event_paused: return decode_empty<domain::event_paused>(payload, body);
  case number::event_resumed: return decode_empty<domain::event_resumed>(payload, body);
  case number::event_closed: return decode_empty<domain::event_closed>(payload, body);
  case number::event_cancelled: return decode_empty<domain::event_cancelled>(payload, body);
  case number::organisation_created:
    return decode_as<wire::OrganisationCreated, domain::organisation_created>(payload, body);
  case number::venue_created: return decode_as<wire::VenueCreated, domain::venue_created>(payload, body);
  case number::venue_amended: return decode_as<wire::VenueAmended, domain::venue_amended>(payload, body);
  case number::key_created: return decode_as<wire::KeyCreated, domain::key_created>(payload, body);
  case number::key_revoked: return decode_as<wire::KeyRevoked, domain::key_revoked>(payload, body);
  case number::slug_reserved: return decode_as<wire::SlugReserved, domain::slug_reserved>(payload, body);
  default:
    return decode_allocation(type, payload, body) || decode_ticket(type, payload, body) ||
           decode_waitlist(type, payload, body) || decode_payment(type, payload, body) ||
           decode_queue(type, payload, body);
  }
}

} // namespace holdfast::journal::codec
