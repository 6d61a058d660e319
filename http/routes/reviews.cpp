#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "http/routes/paging.hpp"
#include "http/routes/past.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

/// Orders that were sold with a review: their organiser lists them, and decides about each.
namespace holdfast::http::routes {

namespace {

using review_lines = std::optional<actors::engine_port::review_lines>;

constexpr text_rule decision_rule{.bytes_min = 1, .bytes_max = 16};

/// The number of the last payment of the page before.
auto parse_review_cursor(std::string_view text) -> std::optional<domain::payment_number> {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || number == 0) {
    return std::nullopt;
  }
  return domain::payment_number{number};
}

void write_reviews(exchange& of, const context& in, domain::event_id event,
                   const actors::engine_port::review_lines& page) {
  auto out = of.json();
  out.begin_object().key("items").begin_array();
  std::string id;
  for (const auto& line : page.lines) {
    id.clear();
    in.ids.append_order(id, event, line.hold);
    out.begin_object().member("order_id", std::string_view{id});
    id.clear();
    domain::public_ids::append(id, line.buyer);
    out.member("buyer_id", std::string_view{id})
        .member("amount", line.amount)
        .member("currency", line.currency.text())
        .member("places", line.places)
        .member("reason", std::string_view{line.reason})
        .member("by", line.without_verdict ? "policy" : "hook")
        .key("scored_at")
        .time(line.scored_at.unix_ms);
    out.end_object();
  }
  out.end_array().key("next_cursor");
  if (page.more) {
    out.value(std::string_view{std::to_string(page.lines.back().payment)});
  } else {
    out.null();
  }
  out.end_object();
}

void list_reviews(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto wish = event ? page_wish_of(ex, parse_review_cursor) : std::nullopt;
  if (!wish) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, *event, [to, &in, event = *event, wish = *wish] {
    in.engine.reviews(event, wish.after.value(), wish.limit, [to, &in, event](review_lines page) {
      if (page) {
        write_reviews(**to, in, event, *page);
      } else {
        (*to)->refuse(problem_kind::unavailable);
      }
      to->complete();
    });
  });
}

void close_review(exchange& ex, const context& in) {
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
  const auto decision = body->text("decision", decision_rule);
  if (!decision.empty() && decision != "accept" && decision != "refund") {
    body->fault("decision", "accept or refund");
  }
  const domain::close_review close{order->hold, decision == "refund" ? domain::review_decision::refund
                                                                     : domain::review_decision::accept};
  if (!body_is_sound(ex, document)) {
    return;
  }
  domain::checkout_command what{
      .by = caller_of(ex.who(), domain::caller::kind::organiser), .id = command_id_of(ex, in), .body = close};
  const auto meta = meta_of(ex);
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, order->event, [to, &in, event = order->event, what = std::move(what), meta] {
    in.engine.pay(event, what, meta, reply_to(std::move(*to), in.engine));
  });
}

} // namespace

void add_reviews(router& table, const context& in) {
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/reviews",
             .who = permission::key(domain::key_scope::organise),
             .rate = rate_class::view,
             .run = with(in, list_reviews)});
  table.add({.verb = method::post,
             .pattern = "/v1/orders/{order}/review",
             .who = permission::key(domain::key_scope::organise),
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, close_review)});
}

} // namespace holdfast::http::routes
