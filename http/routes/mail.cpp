#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "notifications/desk.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Mail to buyers, for whoever runs the server.
namespace holdfast::http::routes {

namespace {

using notifications::desk;

constexpr std::size_t usual_page = 50;
/// Between an order's id and the seq of the fact that a mail tells of. A mail's Message-ID begins so, too.
constexpr char separator = '.';

/// Mails are of everybody's events: they are for the organisation that runs the server.
auto runs_the_server(exchange& ex) -> bool {
  const bool runs = ex.who().organisation == actors::engine_port::root_organisation();
  if (!runs) {
    ex.refuse(problem_kind::not_found);
  }
  return runs;
}

void report_mail(exchange& ex, const context& in) {
  const auto limit = only_queries(ex, {"limit"}) ? limit_of(ex, usual_page) : std::nullopt;
  if (!limit || !runs_the_server(ex) || !has_desk(ex, in)) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->report_mail(*limit, [to, &in](const std::optional<desk::mail_report>& report) {
    if (!report) {
      (*to)->refuse(problem_kind::unavailable);
      to->complete();
      return;
    }
    auto out = (*to)->json();
    out.begin_object()
        .member("sends", report->sends)
        .member("pending", report->pending)
        .member("dead", report->dead)
        .key("items")
        .begin_array();
    for (const auto& each : report->newest_dead) {
      std::string event;
      domain::public_ids::append(event, each.event);
      std::string order;
      in.ids.append_order(order, each.event, each.order);
      out.begin_object()
          .member("mail_id", std::string_view{order + separator + std::to_string(each.seq)})
          .member("event_id", std::string_view{event})
          .member("order_id", std::string_view{order})
          .member("type", notifications::type_of(each.kind))
          .member("attempts", each.attempts)
          .member("trouble", std::string_view{each.trouble})
          .key("created_at")
          .time(each.created_at.unix_ms);
      out.key("given_up_at").time(each.given_up_at.unix_ms);
      out.end_object();
    }
    out.end_array().key("next_cursor").null().end_object();
    to->complete();
  });
}

/// The mail that the path names; answers 404 and returns nothing when it is no name.
auto mail_of(exchange& of, const context& in) -> std::optional<desk::mail_name> {
  const auto text = of.parameter("mail");
  const auto end_of_order = text.find(separator);
  const auto order = in.ids.parse_order(text.substr(0, end_of_order));
  if (order && end_of_order != std::string_view::npos) {
    const auto digits = text.substr(end_of_order + 1);
    desk::mail_name name{order->event, order->hold, 0};
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), name.seq);
    if (failed == std::errc{} && end == digits.data() + digits.size()) {
      return name;
    }
  }
  of.refuse(problem_kind::not_found);
  return std::nullopt;
}

void retry(exchange& ex, const context& in, const std::optional<desk::mail_name>& which) {
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->retry_mail(which, [to](std::optional<std::uint64_t> count) {
    if (count) {
      (*to)->json(202).begin_object().member("mails", *count).end_object();
    } else {
      (*to)->refuse(problem_kind::unavailable);
    }
    to->complete();
  });
}

void retry_all(exchange& ex, const context& in) {
  if (runs_the_server(ex) && has_no_fields(ex) && has_desk(ex, in)) {
    retry(ex, in, std::nullopt);
  }
}

void retry_one(exchange& ex, const context& in) {
  if (!runs_the_server(ex) || !has_no_fields(ex) || !has_desk(ex, in)) {
    return;
  }
  if (const auto which = mail_of(ex, in)) {
    retry(ex, in, which);
  }
}

} // namespace

void add_mail(router& table, const context& in) {
  constexpr auto admin = permission::key(domain::key_scope::admin);
  table.add({.verb = method::get, .pattern = "/v1/admin/mail", .who = admin, .run = with(in, report_mail)});
  const auto add_retry = [&](const std::string& pattern, auto run) {
    table.add({.verb = method::post, .pattern = pattern, .who = admin, .rate = rate_class::act, .run = with(in, run)});
  };
  add_retry("/v1/admin/mail/retry", retry_all);
  add_retry("/v1/admin/mail/{mail}/retry", retry_one);
}

} // namespace holdfast::http::routes
