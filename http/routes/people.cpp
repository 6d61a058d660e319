#include "http/routes/people.hpp"

#include "http/booking_json.hpp"
#include "http/order_link.hpp"
#include "http/order_stories.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

using outcome = people::personal_data::outcome;

void show(deferred& to, const context& in, const projections::booking_line& line, const people::contact* named) {
  auto out = to->json();
  write_order(out, line.what,
              {.ids = in.ids,
               .seats = *line.seats,
               .event = line.event,
               .currency = line.currency,
               .seq = line.seq,
               .tickets = line.tickets,
               .people = named});
  to->answer().header("X-View-Seq", line.seq);
  to.complete();
}

void refuse(deferred& to, outcome why) {
  to->refuse(why == outcome::overloaded ? problem_kind::overloaded : problem_kind::unavailable);
  to.complete();
}

/// 204, or why not.
auto answer_through(deferred&& to) -> people::personal_data::done {
  return [asking = std::make_shared<deferred>(std::move(to))](outcome how) {
    if (how != outcome::ok) {
      refuse(*asking, how);
      return;
    }
    (*asking)->empty(204);
    asking->complete();
  };
}

auto has_store(exchange& ex, const context& in) -> bool {
  if (in.people == nullptr) {
    ex.refuse(problem_kind::not_configured, {.detail = "this server keeps no personal data"});
  }
  return in.people != nullptr;
}

/// A buyer erases themselves; of anybody else, whoever runs the server does.
void erase_buyer(exchange& ex, const context& in) {
  const auto& who = ex.who();
  auto named = domain::public_ids::parse_subject(ex.parameter("buyer"));
  if (who.is_buyer() && ex.parameter("buyer") == "me") {
    named = who.subject;
  }
  const bool may = who.is_buyer() ? named == who.subject : who.organisation == actors::engine_port::root_organisation();
  if (!named || !may) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  if (has_store(ex, in)) {
    in.people->erase(people::person::buyer(*named), answer_through(ex.defer()));
  }
}

/// The organiser of an event has what was told with one of its orders forgotten.
void forget_order(exchange& ex, const context& in) {
  const auto order = in.ids.parse_order(ex.parameter("order"));
  if (!order) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto asking = std::make_shared<deferred>(ex.defer());
  in.views.event_page(order->event, 0,
                      [asking, &in, ref = people::order_ref{order->event, order->hold}](
                          projections::read_outcome how, const std::shared_ptr<const projections::view_body>& body) {
                        auto& exchange = **asking;
                        if (!was_read(exchange, how)) {
                          asking->complete();
                        } else if (body->organisation != exchange.who().organisation) {
                          exchange.refuse(problem_kind::not_found);
                          asking->complete();
                        } else if (!has_store(exchange, in)) {
                          asking->complete();
                        } else {
                          in.people->forget(ref, answer_through(std::move(*asking)));
                        }
                      });
}

void refuse_link(exchange& ex) {
  ex.refuse(problem_kind::credentials_invalid, {.detail = "this link opens nothing, or does so no longer"});
  ex.answer().header("WWW-Authenticate", "Bearer");
}

/// Whoever has the link that its buyer was sent sees the order, until the link ends.
void open_by_link(exchange& ex, const context& in) {
  const auto named = in.ids.parse_order(ex.parameter("order"));
  const auto min_seq = only_queries(ex, {"access", "min_seq"}) ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  const auto opened = opened_by_link(ex, in, named);
  if (!opened) {
    return;
  }
  if (!*opened) {
    refuse_link(ex);
    return;
  }
  auto asking = std::make_shared<deferred>(ex.defer());
  in.views.booking(
      named->event, named->hold, *min_seq,
      [asking, &in](projections::read_outcome how, const std::shared_ptr<const projections::booking_line>& line) {
        if (!was_read(**asking, how)) {
          asking->complete();
        } else if (!line || line->status != projections::booking_line::kind::confirmed) {
          (*asking)->refuse(problem_kind::not_found);
          asking->complete();
        } else {
          show_order_with_people(std::move(*asking), in, line);
        }
      });
}

} // namespace

auto opened_by_link(exchange& of, const context& in, const std::optional<domain::public_ids::hold_ref>& order)
    -> std::optional<bool> {
  const auto token = of.query("access");
  if (!token) {
    return false;
  }
  const auto opened = open_order_link(*in.credentials.ring(), *token, of.at().unix_ms);
  if (!order || !opened || opened->event != order->event || opened->order != order->hold) {
    refuse_link(of);
    return std::nullopt;
  }
  return true;
}

void show_order_with_people(deferred&& to, const context& in,
                            const std::shared_ptr<const projections::booking_line>& line) {
  if (in.people == nullptr) {
    show(to, in, *line, nullptr);
    return;
  }
  const people::order_ref ref{line->event, line->what.number};
  in.people->find(ref, tellers_of(line->what, ref, in.engine), std::nullopt,
                  [asking = std::make_shared<deferred>(std::move(to)), &in,
                   line](outcome how, const std::optional<people::contact>& named) {
                    if (how != outcome::ok) {
                      refuse(*asking, how);
                      return;
                    }
                    show(*asking, in, *line, named ? &*named : nullptr);
                  });
}

void add_people(router& table, const context& in) {
  table.add({.verb = method::delete_,
             .pattern = "/v1/buyers/{buyer}/personal-data",
             .who = permission::buyer_or_key(domain::key_scope::admin),
             .rate = rate_class::act,
             .run = with(in, erase_buyer)});
  table.add({.verb = method::get,
             .pattern = "/v1/orders/{order}/by-link",
             .who = permission::open(),
             .rate = rate_class::view,
             .run = with(in, open_by_link)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/orders/{order}/personal-data",
             .who = permission::key(domain::key_scope::organise),
             .rate = rate_class::act,
             .run = with(in, forget_order)});
}

} // namespace holdfast::http::routes
