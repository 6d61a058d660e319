#include "http/body.hpp"
#include "http/booking_json.hpp"
#include "http/json_reader.hpp"
#include "http/routes/context.hpp"
#include "http/routes/people.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

constexpr std::size_t orders_per_page = 50;

/// A buyer's own; of a key: what its organisation's box office sold, and what the key itself confirmed for a buyer.
auto may_see(const principal& who, const projections::booking_line& line) noexcept -> bool {
  const bool confirmed_here = who.key && line.what.confirmed_by == who.key;
  return line.what.by == owner_of(who) || confirmed_here;
}

auto context_of(const domain::public_ids& ids, const projections::booking_line& line) -> booking_context {
  return {.ids = ids,
          .seats = *line.seats,
          .event = line.event,
          .currency = line.currency,
          .seq = line.seq,
          .tickets = line.tickets};
}

/// Whatever may be seen of an order; with the names and the address that were told with it, from wherever they are.
void show_order(deferred&& to, const context& in, projections::read_outcome outcome,
                const std::shared_ptr<const projections::booking_line>& line) {
  if (!was_read(*to, outcome)) {
    // answered
  } else if (!line || !may_see(to->who(), *line)) {
    to->refuse(problem_kind::not_found);
  } else if (line->what.frozen || line->what.unpaid_because) {
    // Whoever was told 202 finds here what becomes of it, and became.
    auto out = to->json();
    write_order_to_be(out, line->what, context_of(in.ids, *line));
    to->answer().header("X-View-Seq", line->seq);
  } else if (line->status != projections::booking_line::kind::confirmed) {
    to->refuse(problem_kind::not_found);
  } else {
    show_order_with_people(std::move(to), in, line);
    return;
  }
  to.complete();
}

void read_order(exchange& ex, const context& in) {
  const auto order = in.ids.parse_order(ex.parameter("order"));
  if (!order) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  const auto min_seq = only_queries(ex, {"min_seq"}) ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.booking(
      order->event, order->hold, *min_seq,
      [to, &in](projections::read_outcome outcome, const std::shared_ptr<const projections::booking_line>& line) {
        show_order(std::move(*to), in, outcome, line);
      });
}

void list_orders(exchange& ex, const context& in) {
  if (!only_queries(ex, {"limit", "cursor"})) {
    return;
  }
  const auto limit = limit_of(ex, orders_per_page);
  if (!limit) {
    return;
  }
  std::uint64_t before = 0;
  if (const auto cursor = ex.query("cursor")) {
    const auto [end, failed] = std::from_chars(cursor->data(), cursor->data() + cursor->size(), before);
    if (failed != std::errc{} || end != cursor->data() + cursor->size() || before == 0) {
      ex.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
      return;
    }
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.orders_of(owner_of(ex.who()), before, *limit,
                     [to, &in](projections::read_outcome outcome, const projections::views::order_page& page) {
                       auto& answering = *to;
                       if (!was_read(*answering, outcome)) {
                         answering.complete();
                         return;
                       }
                       auto out = answering->json();
                       out.begin_object().key("items").begin_array();
                       for (const auto& line : page.lines) {
                         write_order(out, line->what, context_of(in.ids, *line));
                       }
                       out.end_array().key("next_cursor");
                       if (page.next == 0) {
                         out.null();
                       } else {
                         out.value(std::string_view{std::to_string(page.next)});
                       }
                       out.end_object();
                       answering.complete();
                     });
}

/// The tickets that a body names, by their index in the order; nothing when it names none.
auto tickets_in(const json_object& body, const domain::public_ids& ids, const domain::public_ids::hold_ref& order)
    -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> tickets;
  if (const auto named = body.optional_array("tickets", 1, domain::limits::places_per_hold_max)) {
    for (const auto& one : *named) {
      const auto ticket = ids.parse_ticket(one.text({.bytes_min = 1, .bytes_max = 64}));
      if (!ticket || ticket->event != order.event || ticket->order != order.hold) {
        one.fault("a ticket of this order");
      } else if (std::ranges::find(tickets, ticket->index) != tickets.end()) {
        one.fault("named twice");
      } else {
        tickets.push_back(ticket->index);
      }
    }
  }
  return tickets;
}

/// The organiser gives an order, or some of its tickets, back; or its buyer does.
void refund_order(exchange& ex, const context& in) {
  const auto order = in.ids.parse_order(ex.parameter("order"));
  if (!order) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  auto tickets = tickets_in(*body, in.ids, *order);
  if (!body_is_sound(ex, document)) {
    return;
  }
  const auto as = ex.who().is_buyer() ? domain::caller::kind::buyer : domain::caller::kind::organiser;
  domain::checkout_command what{.by = caller_of(ex.who(), as),
                                .id = command_id_of(ex, in),
                                .body = domain::begin_refund{order->hold, std::move(tickets)}};
  const auto meta = meta_of(ex);
  in.engine.pay(order->event, std::move(what), meta, reply_to(ex, in));
}

} // namespace

void add_orders(router& table, const context& in) {
  constexpr auto owner = permission::buyer_or_key(domain::key_scope::sell);
  table.add({.verb = method::get,
             .pattern = "/v1/orders",
             .who = owner,
             .rate = rate_class::view,
             .run = with(in, list_orders)});
  table.add({.verb = method::get,
             .pattern = "/v1/orders/{order}",
             .who = owner,
             .rate = rate_class::view,
             .run = with(in, read_order)});
  table.add({.verb = method::post,
             .pattern = "/v1/orders/{order}/refunds",
             .who = permission::buyer_or_key(domain::key_scope::organise),
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, refund_order)});
}

} // namespace holdfast::http::routes
