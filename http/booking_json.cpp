#include "http/booking_json.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

/// Labels, ids and numbers that are made for one value: a thread's own, so that they cost no allocation.
auto scratch() -> std::string& {
  thread_local std::string text;
  text.clear();
  return text;
}

auto hold_text(const booking_context& in, domain::hold_number hold) -> std::string_view {
  auto& text = scratch();
  in.ids.append_hold(text, in.event, hold);
  return text;
}

auto event_text(domain::event_id event) -> std::string_view {
  auto& text = scratch();
  domain::public_ids::append(text, event);
  return text;
}

auto seat_text(const booking_context& in, domain::seat_index seat) -> std::string_view {
  auto& text = scratch();
  in.seats.append_label(seat, text);
  return text;
}

void write_held_places(json_writer& out, const domain::booking& hold, const booking_context& in) {
  out.key("seats").begin_array();
  for (std::size_t i = 0; i < hold.seats.size(); ++i) {
    out.begin_object()
        .member("seat", seat_text(in, hold.seats[i]))
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_seat(hold.seats[i])]})
        .member("price", hold.prices[i])
        .end_object();
  }
  out.end_array().key("areas").begin_array();
  for (const auto& area : hold.areas) {
    out.begin_object()
        .member("area", std::string_view{in.seats.spec().areas[area.area].name})
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_area(area.area)]})
        .member("quantity", area.quantity)
        .member("price", area.price)
        .end_object();
  }
  out.end_array();
}

auto ticket_text(const booking_context& in, domain::hold_number order, std::uint32_t index) -> std::string_view {
  auto& text = scratch();
  in.ids.append_ticket(text, in.event, order, index);
  return text;
}

/// A complimentary ticket costs its owner nothing.
auto paid_price(const domain::booking& order, domain::minor_units price) noexcept -> domain::minor_units {
  return order.payment.by == domain::payment_record::method::complimentary ? 0 : price;
}

void write_tickets(json_writer& out, const domain::booking& order, const booking_context& in) {
  std::uint32_t index = 0;
  out.key("tickets").begin_array();
  for (std::size_t i = 0; i < order.seats.size(); ++i) {
    out.begin_object().member("ticket_id", ticket_text(in, order.number, index++));
    out.member("seat", seat_text(in, order.seats[i]))
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_seat(order.seats[i])]})
        .member("price", paid_price(order, order.prices[i]))
        .end_object();
  }
  for (const auto& area : order.areas) {
    for (std::uint32_t place = 0; place < area.quantity; ++place) {
      out.begin_object()
          .member("ticket_id", ticket_text(in, order.number, index++))
          .member("area", std::string_view{in.seats.spec().areas[area.area].name})
          .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_area(area.area)]})
          .member("price", paid_price(order, area.price))
          .end_object();
    }
  }
  out.end_array();
}

void write_key(json_writer& out, std::string_view name, domain::key_id key) {
  if (!key) {
    return;
  }
  auto& text = scratch();
  domain::public_ids::append(text, key);
  out.member(name, std::string_view{text});
}

} // namespace

auto payment_method_text(domain::payment_record::method by) noexcept -> std::string_view {
  switch (by) {
  case domain::payment_record::method::cash: return "cash";
  case domain::payment_record::method::card_terminal: return "card_terminal";
  case domain::payment_record::method::complimentary: return "complimentary";
  }
  return "unknown";
}

auto seat_status_text(domain::seat_status status) noexcept -> std::string_view {
  switch (status) {
  case domain::seat_status::available: return "available";
  case domain::seat_status::held: return "held";
  case domain::seat_status::sold: return "sold";
  case domain::seat_status::blocked: return "blocked";
  }
  return "unknown";
}

void write_hold(json_writer& out, const domain::booking& hold, const booking_context& in, domain::instant now) {
  out.begin_object()
      .member("hold_id", hold_text(in, hold.number))
      .member("event_id", event_text(in.event))
      .member("status", "held");
  write_held_places(out, hold, in);
  out.member("fees", 0).member("total", hold.total()).member("currency", in.currency.text());
  out.key("expires_at").time(hold.expires_at.unix_ms);
  out.member("expires_in_ms", std::max<std::int64_t>((hold.expires_at - now).count, 0))
      .member("extended", hold.extended);
  write_key(out, "sold_by", hold.sold_by);
  out.member("seq", in.seq).end_object();
}

void write_order(json_writer& out, const domain::booking& order, const booking_context& in) {
  auto& id = scratch();
  in.ids.append_order(id, in.event, order.number);
  out.begin_object().member("order_id", std::string_view{id});
  out.member("event_id", event_text(in.event))
      .member("hold_id", hold_text(in, order.number))
      .member("status", "confirmed");
  write_tickets(out, order, in);
  out.member("fees", 0).member("total", order.paid).member("currency", in.currency.text());
  out.key("payment").begin_object().member("method", payment_method_text(order.payment.by));
  if (!order.payment.reference.empty()) {
    out.member("reference", std::string_view{order.payment.reference});
  }
  if (!order.payment.reason.empty()) {
    out.member("reason", std::string_view{order.payment.reason});
  }
  out.end_object();
  write_key(out, "sold_by", order.sold_by);
  write_key(out, "confirmed_by", order.confirmed_by);
  out.key("confirmed_at").time(order.confirmed_at.unix_ms);
  out.member("seq", in.seq).end_object();
}

} // namespace holdfast::http
