#include "domain/organisation/fact.hpp"
#include "http/routes/context.hpp"
#include "http/routes/past.hpp"
#include "http/routes/show_body.hpp"

#include <algorithm>
#include <memory>
#include <utility>

/// What an organisation is told of its event's sales, now or as it was.
namespace holdfast::http::routes {

namespace {

constexpr std::string_view report_caching = "private, max-age=1";

void read_report(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq", "at_seq", "at"}) ? event_of(ex, in) : std::nullopt;
  if (event && asks_for_past(ex)) {
    read_past_report(ex, in, *event);
    return;
  }
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  const auto form = min_seq ? wanted_of(ex, {media::json, media::csv}, report_caching) : std::nullopt;
  if (!form) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  auto show = [to, &in, form = *form](projections::read_outcome outcome, const body_ptr& body) {
    if (!was_read(**to, outcome)) {
      to->complete();
      return;
    }
    show_packed(to, in, body, form, [&in, body](exchange& of) {
      of.answer().header("X-View-Seq", body->seq);
      of.answer().header("Age", age_seconds(*body, in.engine.now()));
    });
  };
  const auto how = form->type == media::csv ? projections::report_form::csv : projections::report_form::json;
  // The event is there, so its report is too, or will be in a moment.
  const auto at_least = std::max<std::uint64_t>(*min_seq, 1);
  if_own_event(to, in, *event, [&in, event = *event, at_least, how, show = std::move(show)] {
    in.views.report(event, at_least, how, show);
  });
}

} // namespace

void add_report(router& table, const context& in) {
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/report",
             .who = permission::key(report_scopes()),
             .negotiates = true,
             .run = with(in, read_report)});
}

} // namespace holdfast::http::routes
