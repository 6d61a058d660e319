#include "http/event_json.hpp"

#include "domain/public_id.hpp"
#include "http/organisation_json.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_json.hpp"

#include <memory>
#include <optional>

namespace holdfast::http {

namespace {

constexpr std::int64_t second_ms = 1'000;

auto picture_of(const domain::event_state& event) -> projections::inventory_picture {
  projections::inventory_picture picture;
  picture.event = event.id();
  picture.organisation = event.organisation();
  picture.status = event.status();
  picture.seq = event.seq();
  picture.version = event.version();
  picture.state_hash = event.hash();
  // Not owned: the picture lives no longer than this call.
  picture.config = std::shared_ptr<const domain::event_config>{std::shared_ptr<const void>{}, &event.config()};
  picture.layout_hash = projections::layout_hash(event.seats());
  picture.counts = event.counts();
  const auto statuses = event.statuses();
  picture.statuses.resize(static_cast<std::uint32_t>(statuses.size()));
  for (std::uint32_t seat = 0; seat < statuses.size(); ++seat) {
    if (statuses[seat] != domain::seat_status::available) {
      picture.statuses.set(seat, statuses[seat]);
    }
  }
  const auto& areas = event.seats()->spec().areas;
  picture.areas.reserve(areas.size());
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const auto counts = event.area(static_cast<domain::area_index>(i));
    picture.areas.push_back(
        {.capacity = areas[i].capacity, .held = counts.held, .sold = counts.sold, .blocked = counts.blocked});
  }
  return picture;
}

} // namespace

void append_event_page(std::string& to, const domain::event_state& event, domain::instant now) {
  to.append(projections::encode_page(picture_of(event), *event.seats(), now).body->bytes);
}

void append_allocation(std::string& to, const domain::event_state& event, domain::allocation_number number) {
  const auto* const one = event.find(number);
  if (one == nullptr) {
    return;
  }
  std::vector<projections::seat_apart> its;
  for (const auto seat : event.seats_of(number)) {
    its.push_back({seat, event.seat(seat)});
  }
  json_writer out{to};
  projections::write_allocation(out, *one, its, *event.seats(), event.config(), projections::seat_detail::counted);
}

void write_event_config(json_writer& out, const domain::event_config& config) {
  out.member("name", std::string_view{config.name});
  if (!config.slug.empty()) {
    out.member("slug", std::string_view{config.slug});
  }
  out.member("description", std::string_view{config.description}).member("category", std::string_view{config.category});
  projections::write_catalogue(out, config);
  out.key("starts_at").time(config.starts_at.unix_ms);
  std::string venue;
  domain::public_ids::append(venue, config.venue.id);
  out.key("venue").begin_object().member("venue_id", std::string_view{venue});
  write_place(out, config.venue);
  out.end_object().member("currency", config.currency.text()).key("tiers").begin_array();
  for (const auto& tier : config.tiers) {
    out.begin_object()
        .member("id", std::string_view{tier.id})
        .member("name", std::string_view{tier.name})
        .member("price", tier.price)
        .member("fee", tier.fee)
        .end_object();
  }
  out.end_array().key("sale").begin_object();
  projections::write_sale_plan(out, config);
  out.end_object();
  projections::write_price_rules(out, config);
  out.member("hold_seconds", config.hold_time.count / second_ms)
      .member("hold_extension_seconds", config.hold_extension.count / second_ms)
      .member("hold_cap_seconds", config.hold_cap.count / second_ms)
      .member("max_per_order", config.max_per_order)
      .member("max_per_buyer", config.max_per_buyer);
  if (config.max_per_card != 0) {
    out.member("max_per_card", config.max_per_card);
  }
  if (config.resale_max_percent != 0) {
    out.key("resale").begin_object().member("max_percent", config.resale_max_percent).end_object();
  }
  projections::write_velocity(out, config);
  projections::write_tax(out, config);
  projections::write_waitlist_terms(out, config);
  if (config.returns_to_allocation) {
    out.member("returns_to_allocation", projections::allocation_id(config.returns_to_allocation));
  }
  if (config.risk_on_failure != domain::risk_verdict::none) {
    out.key("risk").begin_object().member("scored", true).member("on_failure", name_of(config.risk_on_failure));
    out.end_object();
  }
  if (config.refunds_until) {
    out.key("refunds_until").time(config.refunds_until->unix_ms);
  }
}

} // namespace holdfast::http
