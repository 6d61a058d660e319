#include "http/negotiation.hpp"
#include "http/routes/context.hpp"
#include "http/routes/people.hpp"
#include "http/ticket_view.hpp"
#include "tickets/calendar.hpp"
#include "tickets/qr.hpp"
#include "tickets/receipt_html.hpp"
#include "tickets/receipt_pdf.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

using answering = std::shared_ptr<deferred>;

constexpr std::string_view svg_media = "image/svg+xml";
constexpr std::string_view png_media = "image/png";
constexpr std::string_view pdf_media = "application/pdf";
constexpr std::string_view calendar_media = "text/calendar; charset=utf-8";
/// Pixels a square of a code, as long as nobody asks for others.
constexpr unsigned scale_usual = 8;
/// Scanners ask for them at their start, and again after a rotation.
constexpr std::string_view keys_caching = "public, max-age=300, stale-while-revalidate=3600";

void refuse(const answering& to, problem_kind why) {
  (*to)->refuse(why);
  to->complete();
}

auto is_organiser(const principal& who, domain::organisation_id of) noexcept -> bool {
  return who.may(domain::key_scope::organise) && who.organisation == of;
}

/// An order: its owner's, the till's that sold or confirmed it, and the organiser's.
auto may_see(const principal& who, const projections::booking_line& order, domain::organisation_id organiser) noexcept
    -> bool {
  const bool sold = order.what.by == owner_of(who) || order.what.confirmed_by == who.key;
  return who.is_buyer() ? order.what.by == owner_of(who)
                        : (who.may(domain::key_scope::sell) && sold) || is_organiser(who, organiser);
}

/// A ticket is its holder's. The till that confirmed it sees it as long as nobody else has it.
auto may_see(const principal& who, const projections::booking_line& order, const domain::ticket& its,
             domain::organisation_id organiser) noexcept -> bool {
  if (who.is_buyer()) {
    return its.holder == owner_of(who);
  }
  const bool sold = its.holder == owner_of(who) || (its.holder == order.what.by && order.what.confirmed_by == who.key);
  return (who.may(domain::key_scope::sell) && sold) || is_organiser(who, organiser);
}

auto is_order(const projections::booking_line& line) noexcept -> bool {
  return line.status == projections::booking_line::kind::confirmed && !line.what.frozen && !line.what.unpaid_because;
}

using order_ptr = std::shared_ptr<const projections::booking_line>;

/// Reads an order of which `allowed(order, event)`, and its event; answers otherwise.
template <class Allowed, class Then>
void with_order(const answering& to, const context& in, const domain::public_ids::hold_ref& which,
                std::uint64_t min_seq, Allowed allowed, Then then) {
  in.views.booking(which.event, which.hold, min_seq,
                   [to, &in, allowed = std::move(allowed), then = std::move(then)](projections::read_outcome outcome,
                                                                                   const order_ptr& line) {
                     if (!was_read(**to, outcome)) {
                       to->complete();
                       return;
                     }
                     auto event = line && is_order(*line) ? in.views.event(line->event) : std::nullopt;
                     if (!event || !allowed(*line, *event)) {
                       refuse(to, problem_kind::not_found);
                       return;
                     }
                     then(line, *std::move(event));
                   });
}

/// Runs what takes longer than an I/O thread may, and then answers.
template <class Work>
void aside(const answering& to, const context& in, Work work) {
  if (!in.views.run_aside([to, work = std::move(work)] {
        work(**to);
        to->complete();
      })) {
    refuse(to, problem_kind::overloaded);
  }
}

void answer_bytes(exchange& of, std::string_view type, std::string bytes) {
  of.answer().status(200);
  of.answer().content_type(type);
  of.answer().share_body(nullptr);
  of.answer().body() = std::move(bytes);
}

using ticket_ptr = std::shared_ptr<const ticket_view>;

/// Whether a ticket went back while others of its order did not.
auto went_back(const projections::booking_line& order, std::uint32_t index) -> bool {
  return std::ranges::binary_search(order.what.returned, index);
}

/// Reads the ticket that the path names, and goes on with it; answers otherwise. The link of an order's mail opens those that nobody else has since.
template <class Then>
void with_ticket(exchange& ex, const context& in, Then then) {
  const auto id = in.ids.parse_ticket(ex.parameter("ticket"));
  if (!id) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  const auto min_seq = min_seq_of(ex);
  const auto by_link =
      min_seq ? opened_by_link(ex, in, domain::public_ids::hold_ref{id->event, id->order}) : std::nullopt;
  if (!by_link) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  const auto allowed = [to, index = id->index, by_link = *by_link](const projections::booking_line& order,
                                                                   const projections::event_summary& event) {
    const auto its = ticket_of(order, index);
    return (place_of(order, index) || went_back(order, index)) &&
           (by_link ? its.holder == order.what.by : may_see((*to)->who(), order, its, event.organisation));
  };
  with_order(to, in, {id->event, id->order}, *min_seq, allowed,
             [to, id = *id, then = std::move(then)](const order_ptr& order, projections::event_summary event) {
               const auto place = place_of(*order, id.index);
               if (!place) {
                 refuse(to, problem_kind::order_refunded);
                 return;
               }
               then(to, std::make_shared<const ticket_view>(ticket_view{.id = id,
                                                                        .order = order,
                                                                        .event = std::move(event),
                                                                        .place = *place,
                                                                        .now = ticket_of(*order, id.index)}));
             });
}

void read_ticket(exchange& ex, const context& in) {
  if (!only_queries(ex, {"min_seq", "access"})) {
    return;
  }
  with_ticket(ex, in, [&in](const answering& to, const ticket_ptr& what) {
    aside(to, in, [&in, what](exchange& of) {
      const auto code = what->is_returned() ? std::string{} : in.tickets->code_of(what->id, what->now.serial);
      auto out = of.json();
      write_ticket(out, *what, in.ids, code);
      of.answer().header("X-View-Seq", what->order->seq);
    });
  });
}

/// The code as squares; of a ticket that has none it answers 409.
auto symbol_of(exchange& of, const context& in, const ticket_view& what) -> std::optional<tickets::qr_symbol> {
  if (what.is_returned()) {
    of.refuse(problem_kind::order_refunded);
    return std::nullopt;
  }
  auto made = tickets::make_qr(in.tickets->code_of(what.id, what.now.serial));
  if (!made) {
    of.refuse(problem_kind::internal_error);
    return std::nullopt;
  }
  return *std::move(made);
}

void read_svg(exchange& ex, const context& in) {
  if (!only_queries(ex, {"min_seq", "access"})) {
    return;
  }
  with_ticket(ex, in, [&in](const answering& to, const ticket_ptr& what) {
    aside(to, in, [&in, what](exchange& of) {
      if (const auto symbol = symbol_of(of, in, *what)) {
        const auto title = what->event.config.name + ", " + what->place_text();
        answer_bytes(of, svg_media, tickets::qr_svg(*symbol, title));
      }
    });
  });
}

/// `?scale=`; answers 400 and returns nothing when it is none.
auto scale_of(exchange& of) -> std::optional<unsigned> {
  const auto text = of.query("scale");
  if (!text) {
    return scale_usual;
  }
  unsigned scale = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), scale);
  if (failed != std::errc{} || end != text->data() + text->size() || scale == 0 || scale > tickets::qr_scale_max) {
    of.refuse(problem_kind::invalid_query, {.detail = "scale is a number from 1 to 32"});
    return std::nullopt;
  }
  return scale;
}

void read_png(exchange& ex, const context& in) {
  const auto scale = only_queries(ex, {"min_seq", "scale", "access"}) ? scale_of(ex) : std::nullopt;
  if (!scale) {
    return;
  }
  with_ticket(ex, in, [&in, scale = *scale](const answering& to, const ticket_ptr& what) {
    aside(to, in, [&in, what, scale](exchange& of) {
      const auto symbol = symbol_of(of, in, *what);
      if (!symbol) {
        return;
      }
      auto image = tickets::qr_png(*symbol, scale);
      if (!image) {
        of.refuse(problem_kind::internal_error);
        return;
      }
      answer_bytes(of, png_media, *std::move(image));
    });
  });
}

void read_calendar(exchange& ex, const context& in) {
  if (!only_queries(ex, {"min_seq", "access"})) {
    return;
  }
  with_ticket(ex, in, [&in](const answering& to, const ticket_ptr& what) {
    in.views.event_page(
        what->id.event, 0,
        [to, &in, what](projections::read_outcome outcome, const std::shared_ptr<const projections::view_body>& page) {
          if (was_read(**to, outcome)) {
            const auto entry = calendar_of(*what, in.ids, page->version, in.engine.now());
            answer_bytes(**to, calendar_media, tickets::calendar_file(entry));
          }
          to->complete();
        });
  });
}

void read_keys(exchange& ex, const context& in) {
  if (!only_queries(ex, {})) {
    return;
  }
  answer_bytes(ex, media::json, std::string{in.tickets->keys_body()});
  ex.answer().cache_control(keys_caching);
}

auto organisation_name(const context& in, domain::organisation_id organisation) -> std::string {
  const auto directory = in.engine.directory();
  for (const auto& [id, name] : directory->organisations()) {
    if (id == organisation) {
      return name;
    }
  }
  return {};
}

void write_receipt(exchange& of, const tickets::receipt& what, bool as_pdf) {
  const auto text = tickets::text_of(what);
  if (!text) {
    of.refuse(problem_kind::internal_error);
    return;
  }
  of.answer().header("Vary", "Accept");
  if (!as_pdf) {
    answer_bytes(of, media::html, tickets::receipt_html(*text));
    of.answer().header("Content-Security-Policy", tickets::receipt_html_policy());
    of.answer().header("Referrer-Policy", "no-referrer");
    return;
  }
  auto pdf = tickets::receipt_pdf(*text);
  if (!pdf) {
    of.refuse(problem_kind::internal_error);
    return;
  }
  answer_bytes(of, pdf_media, *std::move(pdf));
  of.answer().header("Content-Disposition", "inline; filename=\"" + what.order_id + ".pdf\"");
}

void read_receipt(exchange& ex, const context& in) {
  const auto id = in.ids.parse_order(ex.parameter("order"));
  if (!id) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  const auto min_seq = only_queries(ex, {"min_seq", "access"}) ? min_seq_of(ex) : std::nullopt;
  const auto by_link = min_seq ? opened_by_link(ex, in, id) : std::nullopt;
  if (!by_link) {
    return;
  }
  constexpr std::array<std::string_view, 2> forms{"text/html", pdf_media};
  const auto form = best_media(ex, forms);
  if (!form) {
    ex.refuse(problem_kind::not_acceptable);
    ex.answer().header("Vary", "Accept");
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  const auto allowed = [to, by_link = *by_link](const projections::booking_line& order,
                                                const projections::event_summary& event) {
    return by_link || may_see((*to)->who(), order, event.organisation);
  };
  with_order(to, in, {id->event, id->hold}, *min_seq, allowed,
             [to, &in, as_pdf = *form == 1](const order_ptr& order, const projections::event_summary& event) {
               if (order->what.status == domain::booking_status::unpaid) {
                 refuse(to, problem_kind::order_refunded);
                 return;
               }
               const auto seller = organisation_name(in, event.organisation);
               aside(to, in, [&in, order, event, seller, as_pdf](exchange& of) {
                 write_receipt(of, receipt_of(*order, event, in.ids, in.tickets->receipts(), seller), as_pdf);
               });
             });
}

} // namespace

void add_tickets(router& table, const context& in) {
  constexpr auto reader = permission::buyer_or_key(domain::key_scope::sell | domain::key_scope::organise).or_by_link();
  const auto add = [&](const std::string& pattern, permission who, auto run, bool negotiates) {
    table.add({.verb = method::get,
               .pattern = pattern,
               .who = who,
               .rate = rate_class::view,
               .negotiates = negotiates,
               .run = with(in, run)});
  };
  add("/v1/tickets/keys", permission::open(), read_keys, false);
  add("/v1/tickets/{ticket}", reader, read_ticket, false);
  add("/v1/tickets/{ticket}/qr.svg", reader, read_svg, true);
  add("/v1/tickets/{ticket}/qr.png", reader, read_png, true);
  add("/v1/tickets/{ticket}/calendar.ics", reader, read_calendar, true);
  add("/v1/orders/{order}/receipt", reader, read_receipt, true);
  add_ticket_transfers(table, in);
}

} // namespace holdfast::http::routes
