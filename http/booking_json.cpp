#include "http/booking_json.hpp"

#include "domain/order_part.hpp"
#include "projections/inventory_bodies.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

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

/// A complimentary ticket costs its owner nothing.
auto paid_price(const domain::booking& order, domain::minor_units price) noexcept -> domain::minor_units {
  return order.payment.by == domain::payment_record::method::complimentary ? 0 : price;
}

/// Of a place: said where a tax comes on top.
void write_tax_on_top(json_writer& out, const domain::booking& of, domain::minor_units amount) {
  if (of.tax && of.tax->rate.mode == domain::tax_mode::exclusive) {
    out.member("tax", amount);
  }
}

/// In or on top of all places together, of what was held with a tax.
void write_tax(json_writer& out, const domain::booking& of) {
  if (!of.tax) {
    return;
  }
  domain::minor_units amount = 0;
  for (std::size_t i = 0; i < of.seats.size(); ++i) {
    amount += domain::tax_of_place(of.tax->rate, of.prices[i] + of.fee(i));
  }
  for (const auto& area : of.areas) {
    amount += domain::tax_of_place(of.tax->rate, area.price + area.fee) * area.quantity;
  }
  out.key("tax").begin_object();
  projections::write_rate(out, of.tax->name, of.tax->rate);
  out.member("amount", paid_price(of, amount)).end_object();
}

void write_held_places(json_writer& out, const domain::booking& hold, const booking_context& in) {
  out.key("seats").begin_array();
  for (std::size_t i = 0; i < hold.seats.size(); ++i) {
    out.begin_object()
        .member("seat", seat_text(in, hold.seats[i]))
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_seat(hold.seats[i])]})
        .member("price", hold.prices[i])
        .member("fee", hold.fee(i));
    write_tax_on_top(out, hold, hold.tax_of_seat(i));
    out.end_object();
  }
  out.end_array().key("areas").begin_array();
  for (const auto& area : hold.areas) {
    out.begin_object()
        .member("area", std::string_view{in.seats.spec().areas[area.area].name})
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_area(area.area)]})
        .member("quantity", area.quantity)
        .member("price", area.price)
        .member("fee", area.fee);
    write_tax_on_top(out, hold, hold.tax_of(area));
    out.end_object();
  }
  out.end_array();
}

auto ticket_text(const booking_context& in, domain::hold_number order, std::uint32_t index) -> std::string_view {
  auto& text = scratch();
  in.ids.append_ticket(text, in.event, order, index);
  return text;
}

/// Says that a ticket is somebody else's now: whoever bought it sees its code no more.
void write_whose(json_writer& out, const domain::booking& order, const booking_context& in, std::uint32_t index) {
  const auto changed =
      std::ranges::find_if(in.tickets, [&](const domain::ticket& one) { return one.number.index == index; });
  if (changed != in.tickets.end() && changed->holder != order.by) {
    out.member("handed_on", true);
  }
}

/// Those that it still has: a ticket keeps its id whatever else of its order goes back.
void write_tickets(json_writer& out, const domain::booking& order, const booking_context& in) {
  const auto numbers = domain::tickets_left(order);
  auto index = numbers.begin();
  out.key("tickets").begin_array();
  for (std::size_t i = 0; i < order.seats.size(); ++i) {
    out.begin_object().member("ticket_id", ticket_text(in, order.number, *index));
    write_whose(out, order, in, *index++);
    out.member("seat", seat_text(in, order.seats[i]))
        .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_seat(order.seats[i])]})
        .member("price", paid_price(order, order.prices[i]))
        .member("fee", paid_price(order, order.fee(i)));
    write_tax_on_top(out, order, paid_price(order, order.tax_of_seat(i)));
    out.end_object();
  }
  for (const auto& area : order.areas) {
    for (std::uint32_t place = 0; place < area.quantity; ++place) {
      out.begin_object().member("ticket_id", ticket_text(in, order.number, *index));
      write_whose(out, order, in, *index++);
      out.member("area", std::string_view{in.seats.spec().areas[area.area].name})
          .member("tier", std::string_view{in.seats.tier_ids()[in.seats.tier_of_area(area.area)]})
          .member("price", paid_price(order, area.price))
          .member("fee", paid_price(order, area.fee));
      write_tax_on_top(out, order, paid_price(order, order.tax_of(area)));
      out.end_object();
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

void write_allocation(json_writer& out, domain::allocation_number number) {
  if (number) {
    out.member("allocation_id", std::string_view{projections::allocation_id(number)});
  }
}

void write_people(json_writer& out, const people::contact* who) {
  if (who == nullptr) {
    return;
  }
  if (!who->email.empty()) {
    out.member("email", std::string_view{who->email});
  }
  if (!who->attendees.empty()) {
    out.key("attendees").begin_array();
    for (const auto& name : who->attendees) {
      out.value(std::string_view{name});
    }
    out.end_array();
  }
}

void write_ticket_list(json_writer& out, std::string_view name, const domain::booking& order,
                       const std::vector<std::uint32_t>& tickets, const booking_context& in) {
  if (tickets.empty()) {
    return;
  }
  out.key(name).begin_array();
  for (const auto ticket : tickets) {
    out.value(ticket_text(in, order.number, ticket));
  }
  out.end_array();
}

/// Tickets that went back one by one, oldest index first, but for those that were resold.
auto given_back(const domain::booking& order) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> tickets;
  std::ranges::set_difference(order.returned, order.resold, std::back_inserter(tickets));
  return tickets;
}

auto order_status_text(const domain::booking& order) noexcept -> std::string_view {
  switch (order.status) {
  case domain::booking_status::held: return "pending";
  case domain::booking_status::confirmed: return given_back(order).empty() ? "confirmed" : "partially_refunded";
  case domain::booking_status::unpaid: return "failed";
  case domain::booking_status::refunded: return "refunded";
  case domain::booking_status::cancelled: return "cancelled";
  case domain::booking_status::resold: return "resold";
  }
  return "unknown";
}

} // namespace

auto payment_method_text(domain::payment_record::method by) noexcept -> std::string_view {
  switch (by) {
  case domain::payment_record::method::cash: return "cash";
  case domain::payment_record::method::card_terminal: return "card_terminal";
  case domain::payment_record::method::complimentary: return "complimentary";
  case domain::payment_record::method::card: return "card";
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
      .member("status", hold.frozen ? "confirming" : "held");
  write_held_places(out, hold, in);
  write_tax(out, hold);
  out.member("fees", hold.fees_total()).member("total", hold.total()).member("currency", in.currency.text());
  out.key("expires_at").time(hold.expires_at.unix_ms);
  out.member("expires_in_ms", std::max<std::int64_t>((hold.expires_at - now).count, 0))
      .member("extended", hold.extended);
  write_allocation(out, hold.allocation);
  if (in.waitlist) {
    out.member("waitlist_id", std::string_view{waitlist_id(in.waitlist)});
  }
  write_key(out, "sold_by", hold.sold_by);
  out.member("seq", in.seq).end_object();
}

void write_order(json_writer& out, const domain::booking& order, const booking_context& in) {
  auto& id = scratch();
  in.ids.append_order(id, in.event, order.number);
  out.begin_object().member("order_id", std::string_view{id});
  out.member("event_id", event_text(in.event))
      .member("hold_id", hold_text(in, order.number))
      .member("status", order_status_text(order));
  write_tickets(out, order, in);
  write_ticket_list(out, "returned_tickets", order, given_back(order), in);
  write_ticket_list(out, "resold_tickets", order, order.resold, in);
  write_tax(out, order);
  out.member("fees", paid_price(order, order.fees_total())).member("total", order.paid + order.refunded + order.kept);
  if (order.refunded != 0) {
    out.member("refunded", order.refunded);
  }
  if (order.kept != 0) {
    out.member("kept", order.kept);
  }
  out.member("currency", in.currency.text());
  out.key("payment").begin_object().member("method", payment_method_text(order.payment.by));
  if (!order.payment.reference.empty()) {
    out.member("reference", std::string_view{order.payment.reference});
  }
  if (!order.payment.reason.empty()) {
    out.member("reason", std::string_view{order.payment.reason});
  }
  out.end_object();
  write_allocation(out, order.allocation);
  write_key(out, "sold_by", order.sold_by);
  write_key(out, "confirmed_by", order.confirmed_by);
  out.key("confirmed_at").time(order.confirmed_at.unix_ms);
  write_people(out, in.people);
  out.member("seq", in.seq).end_object();
}

auto waitlist_id(domain::waitlist_number number) -> std::string {
  return "wtl_" + std::to_string(number.value());
}

auto cause_text(domain::return_cause why) noexcept -> std::string_view {
  switch (why) {
  case domain::return_cause::uncaptured: return "uncaptured";
  case domain::return_cause::refunded: return "refunded";
  case domain::return_cause::by_buyer: return "by_buyer";
  case domain::return_cause::cancelled: return "cancelled";
  }
  return "unknown";
}

auto turn_text(domain::turn why) noexcept -> std::string_view {
  switch (why) {
  case domain::turn::refused: return "refused";
  case domain::turn::declined: return "declined";
  case domain::turn::unavailable: return "unavailable";
  case domain::turn::mismatch: return "mismatch";
  case domain::turn::lost: return "lost";
  case domain::turn::uncaptured: return "uncaptured";
  case domain::turn::timed_out: return "timed_out";
  case domain::turn::refunded: return "refunded";
  case domain::turn::over_limit: return "over_limit";
  }
  return "unknown";
}

void write_order_to_be(json_writer& out, const domain::booking& hold, const booking_context& in) {
  auto& id = scratch();
  in.ids.append_order(id, in.event, hold.number);
  out.begin_object().member("order_id", std::string_view{id});
  out.member("event_id", event_text(in.event))
      .member("hold_id", hold_text(in, hold.number))
      .member("status", hold.frozen ? "pending" : "failed");
  if (hold.unpaid_because) {
    out.member("reason", turn_text(*hold.unpaid_because));
  }
  out.key("tickets").begin_array().end_array();
  write_tax(out, hold);
  out.member("fees", hold.fees_total()).member("total", hold.total()).member("currency", in.currency.text());
  out.member("seq", in.seq).end_object();
}

} // namespace holdfast::http
