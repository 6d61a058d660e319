#include "http/ticket_answers.hpp"

#include "domain/order_part.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::http {

namespace {

constexpr std::uint16_t ticket_ok = 200;
constexpr std::uint16_t ticket_created = 201;

auto id_of(const domain::public_ids& ids, const domain::event_state& in, const domain::ticket_number& number)
    -> std::string {
  std::string text;
  ids.append_ticket(text, in.id(), number.order, number.index);
  return text;
}

/// The seat or area of a ticket that is there, and its tier; nothing for one that went back, whose place is not the order's any more.
void write_place(json_writer& out, const domain::event_state& in, const domain::ticket_number& number) {
  const auto* const order = in.find(number.order);
  if (order == nullptr) {
    return;
  }
  const auto& seats = *in.seats();
  // What went back of the order leaves no gap in its places.
  const auto left = domain::tickets_left(*order);
  const auto its = std::ranges::lower_bound(left, number.index);
  if (its == left.end() || *its != number.index) {
    return;
  }
  const auto index = static_cast<std::size_t>(its - left.begin());
  if (index < order->seats.size()) {
    const auto seat = order->seats[index];
    out.member("seat", std::string_view{seats.label(seat)})
        .member("tier", std::string_view{seats.tier_ids()[seats.tier_of_seat(seat)]});
    return;
  }
  std::uint64_t before = order->seats.size();
  for (const auto& part : order->areas) {
    before += part.quantity;
    if (index < before) {
      out.member("area", std::string_view{seats.spec().areas[part.area].name})
          .member("tier", std::string_view{seats.tier_ids()[seats.tier_of_area(part.area)]});
      return;
    }
  }
}

auto begin(json_writer& out, const domain::public_ids& ids, const domain::event_state& in,
           const domain::ticket_number& number, std::string_view result) -> json_writer& {
  out.begin_object();
  if (!result.empty()) {
    out.member("result", result);
  }
  out.member("ticket_id", std::string_view{id_of(ids, in, number)});
  std::string event;
  domain::public_ids::append(event, in.id());
  out.member("event_id", std::string_view{event});
  return out;
}

auto empty_answer(const domain::event_state& state, std::uint16_t status) -> actors::answer {
  actors::answer made;
  made.status = status;
  made.seq = state.seq();
  return made;
}

/// When and where somebody was admitted.
void write_admission(json_writer& out, const domain::admission& used) {
  out.key("at").time(used.at.unix_ms);
  out.member("gate", std::string_view{used.gate});
  if (used.undone) {
    out.member("undone", true);
  }
}

auto of_scan(const domain::public_ids& ids, const domain::event_state& state, const domain::ticket_number& number,
             std::string_view result) -> actors::answer {
  auto made = empty_answer(state, ticket_ok);
  json_writer out{made.body};
  begin(out, ids, state, number, result);
  write_place(out, state, number);
  if (const auto its = state.find(number); its && its->used && result != "revoked") {
    write_admission(out, *its->used);
  }
  out.end_object();
  return made;
}

auto of_handover(const domain::public_ids& ids, const domain::event_state& after, const domain::ticket_number& number,
                 std::uint16_t status) -> actors::answer {
  auto made = empty_answer(after, status);
  json_writer out{made.body};
  begin(out, ids, after, number, {});
  write_place(out, after, number);
  if (const auto its = after.find(number)) {
    out.member("serial", its->serial);
  }
  out.member("seq", after.seq()).end_object();
  made.location = "/v1/tickets/" + id_of(ids, after, number);
  return made;
}

auto of_offer(const domain::public_ids& ids, const domain::event_state& after, const domain::ticket_number& number)
    -> actors::answer {
  auto made = empty_answer(after, ticket_created);
  json_writer out{made.body};
  begin(out, ids, after, number, {});
  write_place(out, after, number);
  if (const auto* offered = after.find_offer(number)) {
    out.member("price", offered->price);
  }
  out.member("currency", after.config().currency.text()).member("seq", after.seq()).end_object();
  std::string event;
  domain::public_ids::append(event, after.id());
  made.location = "/v1/events/" + event + "/resale";
  return made;
}

} // namespace

auto decided_ticket(const domain::public_ids& ids, const domain::event_state& after, const domain::command& what)
    -> std::optional<actors::answer> {
  if (const auto* claim = std::get_if<domain::claim_ticket>(&what.body)) {
    return of_handover(ids, after, claim->ticket, ticket_created);
  }
  if (const auto* again = std::get_if<domain::reissue_ticket>(&what.body)) {
    return of_handover(ids, after, again->ticket, ticket_ok);
  }
  if (const auto* offer = std::get_if<domain::offer_ticket>(&what.body)) {
    return of_offer(ids, after, offer->ticket);
  }
  if (const auto* scan = std::get_if<domain::admit_ticket>(&what.body)) {
    // Of a ticket that this scan has not admitted there was, or had been, another one's admission.
    const auto its = after.find(scan->ticket);
    const bool admitted = its && its->used && its->used->nonce == scan->nonce;
    return of_scan(ids, after, scan->ticket, admitted ? "admitted" : "already_used");
  }
  if (const auto* undo = std::get_if<domain::undo_admission>(&what.body)) {
    return of_scan(ids, after, undo->ticket, "undone");
  }
  return std::nullopt;
}

auto turned_away(const domain::public_ids& ids, const domain::event_state& state, const domain::caller& by,
                 const domain::admit_ticket& scan, domain::reason why) -> std::optional<actors::answer> {
  switch (why) {
  case domain::reason::ticket_revoked: return of_scan(ids, state, scan.ticket, "revoked");
  case domain::reason::not_found: break;
  default: return std::nullopt;
  }
  // A code of ours, of an event of somebody else's: this is not its door. Nothing else is said about it.
  const bool ours = state.organisation() == by.organisation;
  actors::answer made;
  made.status = ticket_ok;
  json_writer out{made.body};
  write_scan_result(out, ours ? "invalid" : "wrong_event", {}, ours ? "unknown_ticket" : "");
  return made;
}

void write_scan_result(json_writer& out, std::string_view result, std::string_view ticket_id, std::string_view reason) {
  out.begin_object().member("result", result);
  if (!ticket_id.empty()) {
    out.member("ticket_id", ticket_id);
  }
  if (!reason.empty()) {
    out.member("reason", reason);
  }
  out.end_object();
}

} // namespace holdfast::http
