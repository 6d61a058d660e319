#include "http/rejection_problem.hpp"

#include "http/booking_json.hpp"
#include "http/json_writer.hpp"

#include <vector>

namespace holdfast::http {

namespace {

void write_label(json_writer& out, std::string_view name, const domain::layout& seats, domain::seat_index seat) {
  thread_local std::string label;
  label.clear();
  seats.append_label(seat, label);
  if (name.empty()) {
    out.value(std::string_view{label});
  } else {
    out.member(name, std::string_view{label});
  }
}

void write_conflicts(json_writer& out, const domain::rejection& why, const domain::layout& seats) {
  if (!why.conflicts.empty()) {
    out.key("conflicts").begin_array();
    for (const auto& conflict : why.conflicts) {
      out.begin_object();
      write_label(out, "seat", seats, conflict.seat);
      out.member("status", seat_status_text(conflict.status)).end_object();
    }
    out.end_array();
  }
  if (!why.area_conflicts.empty()) {
    out.key("conflicts").begin_array();
    for (const auto& conflict : why.area_conflicts) {
      out.begin_object()
          .member("area", std::string_view{seats.spec().areas[conflict.area].name})
          .member("available", conflict.available)
          .end_object();
    }
    out.end_array();
  }
}

void write_alternatives(json_writer& out, const domain::rejection& why, const domain::layout& seats) {
  out.key("alternatives").begin_array();
  for (const auto& alternative : why.alternatives) {
    out.begin_object().key("seats").begin_array();
    for (const auto seat : alternative.seats) {
      write_label(out, {}, seats, seat);
    }
    out.end_array().member("total", alternative.total).end_object();
  }
  out.end_array();
}

auto is_limit(domain::reason why) noexcept -> bool {
  return why == domain::reason::order_limit_exceeded || why == domain::reason::buyer_limit_exceeded;
}

} // namespace

auto problem_of(domain::reason why) noexcept -> problem_kind {
  using domain::reason;
  switch (why) {
  case reason::not_found: return problem_kind::not_found;
  case reason::already_remembered: return problem_kind::internal_error; // answered from memory, never encoded
  case reason::key_reused: return problem_kind::idempotency_key_reused;
  case reason::already_exists: return problem_kind::already_exists;
  case reason::invalid: return problem_kind::validation_failed;
  case reason::version_mismatch: return problem_kind::version_mismatch;
  case reason::layout_frozen: return problem_kind::layout_frozen;
  case reason::wrong_status: return problem_kind::wrong_status;
  case reason::sale_not_open: return problem_kind::sale_not_open;
  case reason::wrong_access_code: return problem_kind::wrong_access_code;
  case reason::hold_expired: return problem_kind::hold_expired;
  case reason::hold_ended: return problem_kind::hold_ended;
  case reason::hold_confirmed: return problem_kind::hold_confirmed;
  case reason::order_refunded: return problem_kind::order_refunded;
  case reason::claim_void: return problem_kind::claim_void;
  case reason::resale_closed: return problem_kind::resale_closed;
  case reason::offer_taken: return problem_kind::offer_taken;
  case reason::ticket_revoked: return problem_kind::internal_error; // the result of a scan, never a problem
  case reason::ticket_used: return problem_kind::ticket_used;
  case reason::not_admitted: return problem_kind::not_admitted;
  case reason::no_such_ticket: return problem_kind::no_such_ticket;
  case reason::refund_closed: return problem_kind::refund_closed;
  case reason::payment_in_progress: return problem_kind::payment_in_progress;
  case reason::already_extended: return problem_kind::already_extended;
  case reason::payments_not_configured: return problem_kind::payments_not_configured;
  case reason::order_limit_exceeded: return problem_kind::limit_exceeded;
  case reason::buyer_limit_exceeded: return problem_kind::limit_exceeded;
  case reason::card_limit_exceeded: return problem_kind::card_limit_exceeded;
  case reason::velocity_exceeded: return problem_kind::velocity_exceeded;
  case reason::waitlist_closed: return problem_kind::waitlist_closed;
  case reason::waitlist_full: return problem_kind::waitlist_full;
  case reason::already_waiting: return problem_kind::already_waiting;
  case reason::places_available: return problem_kind::places_available;
  case reason::holds_exhausted: return problem_kind::holds_exhausted;
  case reason::seat_unavailable: return problem_kind::seat_unavailable;
  case reason::area_full: return problem_kind::area_full;
  case reason::last_admin_key: return problem_kind::last_admin_key;
  case reason::no_such_seats: return problem_kind::no_such_seats;
  }
  return problem_kind::internal_error;
}

void append_rejection(std::string& to, problem_kind kind, const domain::rejection& why, const domain::layout* seats,
                      std::uint64_t seq, std::string_view trace_id) {
  json_writer out{to};
  std::vector<json_error> errors;
  errors.reserve(why.faults.size());
  for (const auto& fault : why.faults) {
    errors.push_back({fault.pointer, fault.message});
  }
  begin_problem(out, kind, {.detail = {}, .retry_after = {}, .errors = errors}, trace_id);
  if (seats != nullptr) {
    write_conflicts(out, why, *seats);
    if (why.why == domain::reason::seat_unavailable) {
      write_alternatives(out, why, *seats);
    }
  }
  if (is_limit(why.why)) {
    out.member("limit_of", why.why == domain::reason::order_limit_exceeded ? "order" : "buyer")
        .member("limit", why.limit);
    if (why.why == domain::reason::buyer_limit_exceeded) {
      out.member("current", why.current);
    }
  }
  if (why.rule) {
    out.member("limit_of", why.rule->per == domain::velocity_rule::whose::card ? "card_window" : "buyer_window")
        .member("limit", why.limit)
        .member("current", why.current)
        .member("seconds", why.rule->seconds);
    if (why.again_at) {
      out.key("again_at").time(why.again_at->unix_ms);
    }
  }
  if (why.why == domain::reason::version_mismatch) {
    out.member("version", why.current);
  }
  if (seq != 0) {
    out.member("seq", seq);
  }
  end_problem(out);
}

} // namespace holdfast::http
