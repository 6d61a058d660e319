#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "http/ticket_claim.hpp"
#include "http/ticket_view.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

constexpr std::int64_t offer_seconds_min = 60;
constexpr std::int64_t offer_seconds_max = 30LL * 24 * 3600;
constexpr std::int64_t offer_seconds_usual = 7LL * 24 * 3600;
constexpr std::size_t tickets_per_page = 50;

using ticket_place = projections::views::ticket_place;

auto ticket_id_of(exchange& of, const context& in) -> std::optional<domain::public_ids::ticket_ref> {
  const auto id = in.ids.parse_ticket(of.parameter("ticket"));
  if (!id) {
    of.refuse(problem_kind::not_found);
  }
  return id;
}

/// The ticket before it, so that a page of offers begins with its own, if there is one.
auto before(const domain::public_ids::ticket_ref& ticket) -> domain::ticket_number {
  constexpr auto last = std::numeric_limits<std::uint32_t>::max();
  return ticket.index == 0 ? domain::ticket_number{domain::hold_number{ticket.order.value() - 1}, last}
                           : domain::ticket_number{ticket.order, ticket.index - 1};
}

/// Whether a buyer has it in a hold: then it is handed to nobody else.
auto is_taken(const projections::views::offer_page& offers, const domain::public_ids::ticket_ref& ticket) -> bool {
  return std::ranges::any_of(offers.lines, [&](const projections::views::offer_line& one) {
    return one.held && one.order->what.number == ticket.order && one.ticket == ticket.index;
  });
}

void write_offer(exchange& of, const context& in, const ticket_claim& offer) {
  std::string id;
  in.ids.append_ticket(id, offer.ticket.event, offer.ticket.order, offer.ticket.index);
  auto out = of.json(201);
  out.begin_object()
      .member("ticket_id", std::string_view{id})
      .member("claim_token", std::string_view{sign_claim(*in.credentials.ring(), offer)});
  out.key("expires_at").time(offer.until.unix_ms);
  out.member("expires_in_ms", (offer.until - in.engine.now()).count).end_object();
}

void write_offer_unless_taken(const std::shared_ptr<deferred>& to, const context& in, const ticket_claim& offer) {
  in.views.offers(offer.ticket.event, before(offer.ticket), 1,
                  [to, &in, offer](projections::read_outcome outcome, const projections::views::offer_page& offers) {
                    auto& of = **to;
                    if (!was_read(of, outcome)) {
                      // answered
                    } else if (is_taken(offers, offer.ticket)) {
                      of.refuse(problem_kind::offer_taken);
                    } else {
                      write_offer(of, in, offer);
                    }
                    to->complete();
                  });
}

/// A token by which another buyer takes the ticket over. Nothing is written down: whoever has it may, until it ends or the code changes.
void offer_ticket(exchange& ex, const context& in) {
  const auto id = ticket_id_of(ex, in);
  if (!id) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  const auto seconds = body->optional_integer<std::int64_t>("expires_in_s", offer_seconds_min, offer_seconds_max)
                           .value_or(offer_seconds_usual);
  if (!body_is_sound(ex, document)) {
    return;
  }
  const auto until = in.engine.now() + domain::seconds(seconds);
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.booking(id->event, id->order, 0,
                   [to, &in, id = *id, until](projections::read_outcome outcome,
                                              const std::shared_ptr<const projections::booking_line>& line) {
                     auto& of = **to;
                     const bool is_order = line && line->status == projections::booking_line::kind::confirmed &&
                                           line->what.status == domain::booking_status::confirmed &&
                                           !line->what.frozen && !line->what.unpaid_because;
                     const auto its = is_order ? ticket_of(*line, id.index) : domain::ticket{};
                     if (!was_read(of, outcome)) {
                       // answered
                     } else if (!is_order || !place_of(*line, id.index) || its.holder != owner_of(of.who())) {
                       of.refuse(problem_kind::not_found);
                     } else if (its.is_admitted()) {
                       of.refuse(problem_kind::ticket_used);
                     } else {
                       write_offer_unless_taken(to, in, {id, its.serial, until});
                       return;
                     }
                     to->complete();
                   });
}

void claim_ticket(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  const auto token = body->text("token", {.bytes_min = 1, .bytes_max = ticket_claim_bytes_max});
  const auto claim = read_claim(*in.credentials.ring(), token);
  if (!claim && !token.empty()) {
    body->fault("token", "no offer of a ticket, or one that was damaged on its way");
  }
  if (!body_is_sound(ex, document) || !claim) {
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), domain::caller::kind::box_office),
      .id = command_id_of(ex, in),
      .body = domain::claim_ticket{{claim->ticket.order, claim->ticket.index}, claim->serial, claim->until}};
  const auto meta = meta_of(ex);
  in.engine.submit(claim->ticket.event, std::move(what), meta, reply_to(ex, in));
}

/// Its holder wants a new code: what was offered, printed or photographed before is worth nothing.
void withdraw_offers(exchange& ex, const context& in) {
  const auto id = ticket_id_of(ex, in);
  if (!id) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), domain::caller::kind::box_office),
                       .id = {},
                       .body = domain::reissue_ticket{{id->order, id->index}}};
  const auto meta = meta_of(ex);
  in.engine.submit(id->event, std::move(what), meta, reply_to(ex, in));
}

auto cursor_text(const ticket_place& of) -> std::string {
  return std::to_string(of.own) + "." + std::to_string(of.order) + "." + std::to_string(of.index);
}

/// Nothing for a text that `cursor_text` does not make. What is made up shows nothing of anybody else's.
auto parse_cursor(std::string_view text) -> std::optional<ticket_place> {
  ticket_place place;
  for (auto* const part : {&place.own, &place.order, &place.index}) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), *part);
    if (failed != std::errc{}) {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (part != &place.index && !text.starts_with('.')) {
      return std::nullopt;
    }
    text.remove_prefix(part == &place.index ? 0 : 1);
  }
  const bool named = place.own != 0 || place.order != 0;
  return text.empty() && named ? std::optional{place} : std::nullopt;
}

void write_page(exchange& of, const context& in, const projections::views::ticket_page& page) {
  auto out = of.json();
  out.begin_object().key("items").begin_array();
  for (const auto& [order, index] : page.lines) {
    auto event = in.views.event(order->event);
    const auto place = place_of(*order, index);
    if (event && place) {
      const ticket_view one{.id = {order->event, order->what.number, index},
                            .order = order,
                            .event = *std::move(event),
                            .place = *place,
                            .now = ticket_of(*order, index)};
      write_ticket(out, one, in.ids, {});
    }
  }
  out.end_array().key("next_cursor");
  if (page.next) {
    out.value(std::string_view{cursor_text(*page.next)});
  } else {
    out.null();
  }
  out.end_object();
}

/// Every ticket that the caller has: of own orders, and what others have handed over.
void list_tickets(exchange& ex, const context& in) {
  const auto limit = only_queries(ex, {"limit", "cursor"}) ? limit_of(ex, tickets_per_page) : std::nullopt;
  if (!limit) {
    return;
  }
  std::optional<ticket_place> from;
  if (const auto cursor = ex.query("cursor")) {
    from = parse_cursor(*cursor);
    if (!from) {
      ex.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
      return;
    }
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.tickets_of(owner_of(ex.who()), from, *limit,
                      [to, &in](projections::read_outcome outcome, const projections::views::ticket_page& page) {
                        if (was_read(**to, outcome)) {
                          write_page(**to, in, page);
                        }
                        to->complete();
                      });
}

} // namespace

void add_ticket_transfers(router& table, const context& in) {
  constexpr auto holder = permission::buyer_or_key(domain::key_scope::sell);
  table.add({.verb = method::get,
             .pattern = "/v1/tickets",
             .who = holder,
             .rate = rate_class::view,
             .run = with(in, list_tickets)});
  table.add({.verb = method::post,
             .pattern = "/v1/tickets/claim",
             .who = permission::buyer(),
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, claim_ticket)});
  table.add({.verb = method::post,
             .pattern = "/v1/tickets/{ticket}/transfer",
             .who = holder,
             .rate = rate_class::act,
             .run = with(in, offer_ticket)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/tickets/{ticket}/transfer",
             .who = holder,
             .rate = rate_class::act,
             .run = with(in, withdraw_offers)});
}

} // namespace holdfast::http::routes
