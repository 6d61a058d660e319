#include "http/engine_answers.hpp"
#include "http/problem.hpp"
#include "http/rejection_problem.hpp"
#include "http/request.hpp"

#include <chrono>
#include <utility>

namespace holdfast::http {

namespace {

constexpr std::uint16_t paid_created = 201;
constexpr std::uint16_t accepted = 202;
/// After this a buyer whose payment goes on without him asks for the order again.
constexpr std::uint32_t ask_again_s = 2;
/// A provider that cannot be reached is given this long before the next try.
constexpr std::chrono::milliseconds provider_retry{5'000};

auto reason_of(domain::event_refusal why) noexcept -> domain::reason {
  switch (why) {
  case domain::event_refusal::hold_expired: return domain::reason::hold_expired;
  case domain::event_refusal::hold_ended: return domain::reason::hold_ended;
  case domain::event_refusal::hold_confirmed: return domain::reason::hold_confirmed;
  case domain::event_refusal::payment_in_progress: return domain::reason::payment_in_progress;
  case domain::event_refusal::wrong_status: return domain::reason::wrong_status;
  case domain::event_refusal::card_limit_exceeded: return domain::reason::card_limit_exceeded;
  case domain::event_refusal::velocity_exceeded: return domain::reason::velocity_exceeded;
  case domain::event_refusal::ticket_used: return domain::reason::ticket_used;
  case domain::event_refusal::refund_closed: return domain::reason::refund_closed;
  case domain::event_refusal::order_refunded: return domain::reason::order_refunded;
  case domain::event_refusal::no_such_ticket: return domain::reason::no_such_ticket;
  case domain::event_refusal::none:
  case domain::event_refusal::not_found: break;
  }
  return domain::reason::not_found;
}

auto kind_of(const domain::payment& what) noexcept -> problem_kind {
  switch (what.why) {
  case domain::turn::refunded: // the event would not have it back
  case domain::turn::refused:
  case domain::turn::lost:
  case domain::turn::over_limit: return problem_of(reason_of(what.event));
  case domain::turn::declined: return problem_kind::payment_declined;
  case domain::turn::unavailable: return problem_kind::payments_unavailable;
  case domain::turn::timed_out: return problem_kind::payment_timed_out;
  case domain::turn::mismatch:
  case domain::turn::uncaptured: break;
  }
  return problem_kind::payment_failed;
}

} // namespace

auto engine_answers::payment_refused(const domain::rejection& why, const actors::request_meta& meta) const
    -> actors::answer {
  const auto kind = problem_of(why.why);
  actors::answer what;
  what.status = static_cast<std::uint16_t>(problem_row_of(kind).status);
  append_rejection(what.body, kind, why, nullptr, 0, trace_text(meta));
  return what;
}

auto engine_answers::payment_failed(const domain::payment& what, const actors::request_meta& meta) const
    -> actors::answer {
  const auto kind = kind_of(what);
  actors::answer made;
  made.status = static_cast<std::uint16_t>(problem_row_of(kind).status);
  problem_details details;
  if (kind == problem_kind::payments_unavailable) {
    details.retry_after = provider_retry;
  }
  json_writer out{made.body};
  begin_problem(out, kind, details, trace_text(meta));
  if (!what.code.empty()) {
    out.member("decline_code", std::string_view{what.code});
  }
  end_problem(out);
  if (const auto seconds = retry_after_seconds(kind, details); seconds != 0) {
    made.retry_after_s = static_cast<std::uint32_t>(seconds);
  }
  return made;
}

auto engine_answers::payment_refunded(domain::event_id event, const domain::payment& what,
                                      const actors::request_meta&) const -> actors::answer {
  actors::answer made;
  made.status = paid_created;
  std::string order;
  ids_.append_order(order, event, what.hold);
  made.location = "/v1/orders/" + order;
  json_writer out{made.body};
  out.begin_object()
      .member("order_id", std::string_view{order})
      .member("status", "refunded")
      .member("amount", what.amount - what.refunded - what.kept) // tickets that went back before have theirs
      .member("currency", what.currency.text())
      .end_object();
  return made;
}

auto engine_answers::tickets_refunded(domain::event_id event, domain::hold_number order,
                                      std::span<const std::uint32_t> tickets, const given_back& what) const
    -> actors::answer {
  actors::answer made;
  made.status = paid_created;
  std::string id;
  ids_.append_order(id, event, order);
  made.location = "/v1/orders/" + id;
  json_writer out{made.body};
  out.begin_object()
      .member("order_id", std::string_view{id})
      .member("status", what.all ? "refunded" : "partially_refunded")
      .member("amount", what.amount)
      .member("currency", what.currency.text());
  out.key("tickets").begin_array();
  for (const auto ticket : tickets) {
    id.clear();
    ids_.append_ticket(id, event, order, ticket);
    out.value(std::string_view{id});
  }
  out.end_array().end_object();
  return made;
}

auto engine_answers::refund_refused(domain::event_refusal why, const actors::request_meta& meta) const
    -> actors::answer {
  domain::rejection no;
  no.why = reason_of(why);
  return payment_refused(no, meta);
}

auto engine_answers::review_accepted(domain::event_id event, const domain::payment& what) const -> actors::answer {
  constexpr std::uint16_t ok = 200;
  actors::answer made;
  made.status = ok;
  std::string order;
  ids_.append_order(order, event, what.hold);
  json_writer out{made.body};
  out.begin_object().member("order_id", std::string_view{order}).member("decision", name_of(what.review)).end_object();
  return made;
}

auto engine_answers::scoring_question(domain::event_id event, const domain::payment& what) const -> std::string {
  std::string body;
  json_writer out{body};
  out.begin_object().member("type", "payment.scoring").key("timestamp").time(what.intended_at.unix_ms);
  out.key("data").begin_object();
  std::string id;
  ids_.append_order(id, event, what.hold);
  out.member("order_id", std::string_view{id});
  id.clear();
  domain::public_ids::append(id, event);
  out.member("event_id", std::string_view{id});
  id.clear();
  domain::public_ids::append(id, what.buyer);
  out.member("buyer_id", std::string_view{id})
      .member("payment", what.number.value())
      .member("amount", what.amount)
      .member("currency", what.currency.text())
      .member("places", what.risk.places)
      .member("buyer_places", what.risk.buyer_places)
      .key("requested_at")
      .time(what.requested_at.unix_ms);
  out.end_object().end_object();
  return body;
}

auto engine_answers::payment_pending(domain::event_id event, const domain::payment& what,
                                     const actors::request_meta&) const -> actors::answer {
  actors::answer made;
  made.status = accepted;
  std::string order;
  ids_.append_order(order, event, what.hold);
  std::string hold;
  ids_.append_hold(hold, event, what.hold);
  made.location = "/v1/orders/" + order;
  made.retry_after_s = ask_again_s;
  json_writer out{made.body};
  out.begin_object()
      .member("order_id", std::string_view{order})
      .member("hold_id", std::string_view{hold})
      .member("status", "pending")
      .end_object();
  return made;
}

} // namespace holdfast::http
