#include "http/booking_json.hpp"
#include "http/routes/context.hpp"

#include <charconv>
#include <memory>
#include <utility>

namespace holdfast::http::routes {

namespace {

constexpr std::size_t orders_per_page = 50;

auto owner_of(const principal& who) noexcept -> domain::owner {
  return who.is_buyer() ? domain::owner{who.subject, {}} : domain::owner{{}, who.organisation};
}

/// A buyer's own; of a key: what its organisation's box office sold, and what the key itself confirmed for a buyer.
auto may_see(const principal& who, const projections::booking_line& line) noexcept -> bool {
  const bool confirmed_here = who.key && line.what.confirmed_by == who.key;
  return line.what.by == owner_of(who) || confirmed_here;
}

auto context_of(const domain::public_ids& ids, const projections::booking_line& line) -> booking_context {
  return {.ids = ids, .seats = *line.seats, .event = line.event, .currency = line.currency, .seq = line.seq};
}

void show_order(deferred&& to, const domain::public_ids& ids, projections::read_outcome outcome,
                const std::shared_ptr<const projections::booking_line>& line) {
  if (!was_read(*to, outcome)) {
    // answered
  } else if (!line || line->status != projections::booking_line::kind::confirmed || !may_see(to->who(), *line)) {
    to->refuse(problem_kind::not_found);
  } else {
    auto out = to->json();
    write_order(out, line->what, context_of(ids, *line));
    to->answer().header("X-View-Seq", line->seq);
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
        show_order(std::move(*to), in.ids, outcome, line);
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
}

} // namespace holdfast::http::routes
