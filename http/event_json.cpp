#include "http/event_json.hpp"

#include "domain/public_id.hpp"
#include "http/organisation_json.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_json.hpp"

#include <memory>
#include <optional>

namespace holdfast::http {

namespace {

constexpr std::int64_t ms_per_second = 1'000;

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
    picture.areas.push_back({.capacity = areas[i].capacity, .held = counts.held, .sold = counts.sold});
  }
  return picture;
}

void write_optional_time(json_writer& out, std::string_view name, const std::optional<domain::instant>& at) {
  out.key(name);
  if (at) {
    out.time(at->unix_ms);
  } else {
    out.null();
  }
}

} // namespace

void append_event_page(std::string& to, const domain::event_state& event, domain::instant now) {
  to.append(projections::encode_page(picture_of(event), *event.seats(), now).body->bytes);
}

void write_event_config(json_writer& out, const domain::event_config& config) {
  out.member("name", std::string_view{config.name});
  if (!config.slug.empty()) {
    out.member("slug", std::string_view{config.slug});
  }
  out.member("description", std::string_view{config.description}).member("category", std::string_view{config.category});
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
        .end_object();
  }
  out.end_array().key("sale").begin_object();
  write_optional_time(out, "opens_at", config.sale_opens_at);
  write_optional_time(out, "closes_at", config.sale_closes_at);
  out.end_object()
      .member("hold_seconds", config.hold_time.count / ms_per_second)
      .member("hold_extension_seconds", config.hold_extension.count / ms_per_second)
      .member("hold_cap_seconds", config.hold_cap.count / ms_per_second)
      .member("max_per_order", config.max_per_order)
      .member("max_per_buyer", config.max_per_buyer);
}

} // namespace holdfast::http
