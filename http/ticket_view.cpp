#include "http/ticket_view.hpp"

#include "domain/order_part.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

auto as_paid(const domain::booking& order, domain::minor_units amount) noexcept -> domain::minor_units {
  return order.payment.by == domain::payment_record::method::complimentary ? 0 : amount;
}

/// On top of a place; nothing where no tax comes on top.
auto tax_as_paid(const domain::booking& order, domain::minor_units amount) -> std::optional<domain::minor_units> {
  const bool on_top = order.tax && order.tax->rate.mode == domain::tax_mode::exclusive;
  return on_top ? std::optional{as_paid(order, amount)} : std::nullopt;
}

auto ticket_id_text(const domain::public_ids& ids, const domain::public_ids::ticket_ref& id) -> std::string {
  std::string text;
  ids.append_ticket(text, id.event, id.order, id.index);
  return text;
}

auto order_text(const domain::public_ids& ids, domain::event_id event, domain::hold_number order) -> std::string {
  std::string text;
  ids.append_order(text, event, order);
  return text;
}

auto tier_name(const domain::event_config& config, std::string_view id) -> std::string_view {
  const auto tier = std::ranges::find(config.tiers, id, &domain::price_tier::id);
  return tier == config.tiers.end() || tier->name.empty() ? id : std::string_view{tier->name};
}

auto event_status_text(domain::event_status status) noexcept -> std::string_view {
  return status == domain::event_status::cancelled ? "cancelled" : "scheduled";
}

} // namespace

auto place_of(const projections::booking_line& order, std::uint32_t number) -> std::optional<ticket_place> {
  const auto& what = order.what;
  const auto left = domain::tickets_left(what);
  const auto found = std::ranges::lower_bound(left, number);
  if (found == left.end() || *found != number) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(found - left.begin());
  if (index < what.seats.size()) {
    const auto seat = what.seats[index];
    return ticket_place{.seat = seat,
                        .area = 0,
                        .tier = order.seats->tier_of_seat(seat),
                        .price = as_paid(what, what.prices[index]),
                        .fee = as_paid(what, what.fee(index)),
                        .tax = tax_as_paid(what, what.tax_of_seat(index))};
  }
  std::uint64_t before = what.seats.size();
  for (const auto& area : what.areas) {
    before += area.quantity;
    if (index < before) {
      return ticket_place{.seat = std::nullopt,
                          .area = area.area,
                          .tier = order.seats->tier_of_area(area.area),
                          .price = as_paid(what, area.price),
                          .fee = as_paid(what, area.fee),
                          .tax = tax_as_paid(what, what.tax_of(area))};
    }
  }
  return std::nullopt;
}

auto ticket_of(const projections::booking_line& order, std::uint32_t index) -> domain::ticket {
  const auto changed =
      std::ranges::find_if(order.tickets, [&](const domain::ticket& one) { return one.number.index == index; });
  if (changed != order.tickets.end()) {
    return *changed;
  }
  domain::ticket bought;
  bought.number = {order.what.number, index};
  bought.holder = order.what.by;
  return bought;
}

auto ticket_view::place_text() const -> std::string {
  return place.seat ? order->seats->label(*place.seat) : order->seats->spec().areas[place.area].name;
}

void write_ticket(json_writer& out, const ticket_view& what, const domain::public_ids& ids, std::string_view code) {
  const auto& config = what.event.config;
  const auto& tier = what.order->seats->tier_ids()[what.place.tier];
  out.begin_object().member("ticket_id", std::string_view{ticket_id_text(ids, what.id)});
  out.member("order_id", std::string_view{order_text(ids, what.id.event, what.id.order)});
  std::string event;
  domain::public_ids::append(event, what.id.event);
  out.member("event_id", std::string_view{event})
      .member("status", what.is_returned()       ? "returned"
                        : what.now.is_admitted() ? "admitted"
                                                 : "valid");
  out.key("event").begin_object().member("name", std::string_view{config.name});
  out.key("starts_at").time(config.starts_at.unix_ms);
  out.member("status", event_status_text(what.event.status)).end_object();
  out.key("venue")
      .begin_object()
      .member("name", std::string_view{config.venue.name})
      .member("city", std::string_view{config.venue.city})
      .member("country", std::string_view{config.venue.country})
      .member("timezone", std::string_view{config.venue.timezone})
      .end_object();
  out.member(what.place.seat ? "seat" : "area", std::string_view{what.place_text()})
      .member("tier", std::string_view{tier})
      .member("tier_name", tier_name(config, tier))
      .member("price", what.place.price)
      .member("fee", what.place.fee);
  if (what.place.tax) {
    out.member("tax", *what.place.tax);
  }
  out.member("currency", what.order->currency.text()).member("serial", what.now.serial);
  if (what.now.is_admitted()) {
    out.key("admission").begin_object().key("at").time(what.now.used->at.unix_ms);
    out.member("gate", std::string_view{what.now.used->gate}).end_object();
  }
  if (!code.empty()) {
    out.member("code", code);
  }
  out.member("seq", what.order->seq).end_object();
}

auto calendar_of(const ticket_view& what, const domain::public_ids& ids, std::uint64_t version, domain::instant now)
    -> tickets::calendar_entry {
  const auto& config = what.event.config;
  tickets::calendar_entry entry;
  // Of the order, so that a calendar shows the evening once, however many tickets there are for it.
  entry.uid = order_text(ids, what.id.event, what.id.order) + "@holdfast";
  entry.sequence = static_cast<std::uint32_t>(std::min<std::uint64_t>(version, 0x7fff'ffff));
  entry.changed_at = now;
  entry.starts_at = config.starts_at;
  entry.summary = config.name;
  entry.location = config.venue.city.empty() ? config.venue.name : config.venue.name + ", " + config.venue.city;
  entry.description = what.place_text() + "\n" + ticket_id_text(ids, what.id);
  if (config.venue.latitude_e6 && config.venue.longitude_e6) {
    constexpr double micro = 1e6;
    entry.place = {*config.venue.latitude_e6 / micro, *config.venue.longitude_e6 / micro};
  }
  entry.cancelled = what.event.status == domain::event_status::cancelled || what.is_returned();
  return entry;
}

} // namespace holdfast::http
