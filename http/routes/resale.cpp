#include "domain/limits.hpp"
#include "http/body.hpp"
#include "http/entity_tag.hpp"
#include "http/routes/context.hpp"
#include "http/ticket_view.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Tickets that their buyers offer to other buyers.
namespace holdfast::http::routes {

namespace {

constexpr std::size_t offers_per_page = 50;
constexpr std::string_view offers_caching = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";

auto ticket_in_path(exchange& of, const context& in) -> std::optional<domain::public_ids::ticket_ref> {
  const auto id = in.ids.parse_ticket(of.parameter("ticket"));
  if (!id) {
    of.refuse(problem_kind::not_found);
  }
  return id;
}

void offer(exchange& ex, const context& in) {
  const auto id = ticket_in_path(ex, in);
  if (!id) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  const auto price = body->integer<std::int64_t>("price", 0, domain::limits::price_max);
  if (!body_is_sound(ex, document)) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), domain::caller::kind::box_office),
                       .id = command_id_of(ex, in),
                       .body = domain::offer_ticket{{id->order, id->index}, price}};
  const auto meta = meta_of(ex);
  in.engine.submit(id->event, std::move(what), meta, reply_to(ex, in));
}

void withdraw(exchange& ex, const context& in) {
  const auto id = ticket_in_path(ex, in);
  if (!id) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), domain::caller::kind::box_office),
                       .id = {},
                       .body = domain::withdraw_offer{{id->order, id->index}}};
  const auto meta = meta_of(ex);
  in.engine.submit(id->event, std::move(what), meta, reply_to(ex, in));
}

void write_place(json_writer& out, const domain::layout& seats, const ticket_place& place) {
  if (place.seat) {
    out.member("seat", std::string_view{seats.label(*place.seat)});
  } else {
    out.member("area", std::string_view{seats.spec().areas[place.area].name});
  }
  out.member("tier", std::string_view{seats.tier_ids()[place.tier]});
}

void write_page(exchange& of, const context& in, const projections::views::offer_page& page) {
  auto out = of.json();
  std::string id;
  out.begin_object().key("items").begin_array();
  for (const auto& one : page.lines) {
    const auto place = place_of(*one.order, one.ticket);
    if (!place) {
      continue;
    }
    id.clear();
    in.ids.append_ticket(id, one.order->event, one.order->what.number, one.ticket);
    out.begin_object().member("ticket_id", std::string_view{id});
    write_place(out, *one.order->seats, *place);
    out.member("price", one.price)
        .member("currency", one.order->currency.text())
        .member("status", one.held ? "held" : "offered")
        .end_object();
  }
  out.end_array().key("next_cursor");
  if (page.more && !page.lines.empty()) {
    const auto& last = page.lines.back();
    id.clear();
    in.ids.append_ticket(id, last.order->event, last.order->what.number, last.ticket);
    out.value(std::string_view{id});
  } else {
    out.null();
  }
  out.end_object();
}

/// The page, or 304: at one seq of the event an address has one page.
void show_page(exchange& of, const context& in, const projections::views::offer_page& page) {
  constexpr std::uint16_t not_modified = 304;
  const auto tag = "W/\"" + std::to_string(page.seq) + "-resale\"";
  if (client_has(of, tag)) {
    of.empty(not_modified);
  } else {
    write_page(of, in, page);
  }
  of.answer().cache_control(offers_caching);
  of.answer().header("ETag", tag);
  of.answer().header("X-View-Seq", page.seq);
}

/// `?cursor=`, the last ticket of the page before; answers 400 and returns nothing when it is none of the event's.
auto cursor_of(exchange& of, const context& in, domain::event_id event)
    -> std::optional<std::optional<domain::ticket_number>> {
  const auto text = of.query("cursor");
  if (!text) {
    return std::optional<domain::ticket_number>{};
  }
  const auto last = in.ids.parse_ticket(*text);
  if (!last || last->event != event) {
    of.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
    return std::nullopt;
  }
  return domain::ticket_number{last->order, last->index};
}

void list_offers(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  if (!event || !only_queries(ex, {"min_seq", "limit", "cursor"})) {
    return;
  }
  const auto min_seq = min_seq_of(ex);
  const auto limit = min_seq ? limit_of(ex, offers_per_page) : std::nullopt;
  const auto after = limit ? cursor_of(ex, in, *event) : std::nullopt;
  if (!after) {
    return;
  }
  const auto its = in.views.event(*event);
  if (!its || its->status == domain::event_status::draft) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  // No booking has number 0: it is read for the event to be at that seq.
  in.views.booking(
      *event, {}, *min_seq,
      [to, &in, event = *event, after = *after,
       limit = *limit](projections::read_outcome outcome, const std::shared_ptr<const projections::booking_line>&) {
        if (outcome != projections::read_outcome::not_found && !was_read(**to, outcome)) {
          to->complete();
          return;
        }
        in.views.offers(event, after, limit,
                        [to, &in](projections::read_outcome read, const projections::views::offer_page& page) {
                          if (was_read(**to, read)) {
                            show_page(**to, in, page);
                          }
                          to->complete();
                        });
      });
}

} // namespace

void add_resale(router& table, const context& in) {
  table.add({.verb = method::post,
             .pattern = "/v1/tickets/{ticket}/offer",
             .who = permission::buyer(),
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, offer)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/tickets/{ticket}/offer",
             .who = permission::buyer(),
             .rate = rate_class::act,
             .run = with(in, withdraw)});
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/resale",
             .who = permission::open(),
             .rate = rate_class::view,
             .run = with(in, list_offers)});
}

} // namespace holdfast::http::routes
