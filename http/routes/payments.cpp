#include "http/routes/context.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

/// A notification with its object; the provider's are far smaller.
constexpr std::size_t notification_bytes_max = 64 * 1024;

/// Payments are of everybody's events: they are for the organisation that runs the server.
void list_open_payments(exchange& ex, const context& in) {
  if (!only_queries(ex, {})) {
    return;
  }
  if (ex.who().organisation != actors::engine_port::root_organisation()) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.engine.open_payments([to, &in](std::vector<actors::engine_port::payment_line> lines) {
    auto out = (*to)->json();
    out.begin_object().key("items").begin_array();
    std::string id;
    for (const auto& line : lines) {
      id.clear();
      domain::public_ids::append(id, line.event);
      out.begin_object().member("event_id", std::string_view{id});
      id.clear();
      in.ids.append_hold(id, line.event, line.hold);
      out.member("hold_id", std::string_view{id});
      id.clear();
      in.ids.append_order(id, line.event, line.hold);
      out.member("order_id", std::string_view{id}).member("payment", line.payment).member("status", line.status);
      if (line.currency != domain::currency_code{}) {
        out.member("amount", line.amount).member("currency", line.currency.text());
      }
      if (!line.gateway_payment.empty()) {
        out.member("gateway_payment", std::string_view{line.gateway_payment});
      }
      out.key("requested_at").time(line.requested_at.unix_ms);
      out.member("tries", line.tries);
      if (!line.trouble.empty()) {
        out.member("trouble", std::string_view{line.trouble});
      }
      out.end_object();
    }
    out.end_array().key("next_cursor");
    out.null();
    out.end_object();
    to->complete();
  });
}

void take_notification(exchange& ex, const context& in) {
  using outcome = actors::engine_port::notification;
  switch (in.engine.notify_payment(ex.header(header_id::stripe_signature).value_or(std::string_view{}), ex.body())) {
  case outcome::taken: ex.empty(204); return;
  case outcome::bad_signature: ex.refuse(problem_kind::signature_invalid); return;
  case outcome::unreadable: ex.refuse(problem_kind::validation_failed, {.detail = "this is no notification"}); return;
  case outcome::not_configured: ex.refuse(problem_kind::payments_not_configured); return;
  }
}

} // namespace

void add_payments(router& table, const context& in) {
  table.add({.verb = method::get,
             .pattern = "/v1/admin/payments",
             .who = permission::key(domain::key_scope::admin),
             .run = with(in, list_open_payments)});
  table.add({.verb = method::post,
             .pattern = "/v1/payments/webhook",
             .who = permission::open(),
             .body_bytes_max = notification_bytes_max,
             .rate = rate_class::act,
             .run = with(in, take_notification)});
}

} // namespace holdfast::http::routes
