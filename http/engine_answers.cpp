#include "http/engine_answers.hpp"

#include "http/booking_json.hpp"
#include "http/event_json.hpp"
#include "http/organisation_json.hpp"
#include "http/problem.hpp"
#include "http/rejection_problem.hpp"
#include "http/request.hpp"
#include "http/ticket_answers.hpp"
#include "http/waitlist_json.hpp"

#include <utility>
#include <variant>

namespace holdfast::http {

namespace {

constexpr std::uint16_t ok = 200;
constexpr std::uint16_t created = 201;
constexpr std::uint16_t no_content = 204;
/// A hold's body with one seat takes some 330 bytes.
constexpr std::size_t body_bytes_usual = 512;

auto problem(problem_kind kind, const actors::request_meta& meta) -> actors::answer {
  actors::answer what;
  what.status = static_cast<std::uint16_t>(problem_row_of(kind).status);
  json_writer out{what.body};
  begin_problem(out, kind, {}, trace_text(meta));
  end_problem(out);
  if (const auto seconds = retry_after_seconds(kind, {}); seconds != 0) {
    what.retry_after_s = static_cast<std::uint32_t>(seconds);
  }
  return what;
}

auto as_problem(problem_kind kind, const domain::rejection& why, const domain::layout* seats, std::uint64_t seq,
                const actors::request_meta& meta) -> actors::answer {
  actors::answer what;
  what.status = static_cast<std::uint16_t>(problem_row_of(kind).status);
  what.seq = seq;
  append_rejection(what.body, kind, why, seats, seq, trace_text(meta));
  return what;
}

/// The number of the hold that the command was about, or made.
auto hold_in(std::span<const domain::fact> made) noexcept -> domain::hold_number {
  for (const auto& fact : made) {
    if (const auto* hold = std::get_if<domain::hold_created>(&fact.body)) {
      return hold->hold;
    }
    if (const auto* resale = std::get_if<domain::resale_held>(&fact.body)) {
      return resale->hold;
    }
    if (const auto* extended = std::get_if<domain::hold_extended>(&fact.body)) {
      return extended->hold;
    }
    if (const auto* order = std::get_if<domain::order_confirmed>(&fact.body)) {
      return order->hold;
    }
  }
  return {};
}

/// For which order on the waitlist a hold is offered; zero: for none.
auto offered_as(const domain::event_state& in, const domain::booking& hold) -> domain::waitlist_number {
  const auto* const order = in.find_waiting(hold.by.subject);
  const bool is_its = order != nullptr && order->offered == hold.number.value();
  return is_its ? order->number : domain::waitlist_number{};
}

auto of_booking(const domain::public_ids& ids, const domain::event_state& after, const domain::booking& booking,
                domain::instant now) -> actors::answer {
  actors::answer what;
  what.seq = after.seq();
  what.body.reserve(body_bytes_usual);
  json_writer out{what.body};
  const booking_context in{.ids = ids,
                           .seats = *after.seats(),
                           .event = after.id(),
                           .currency = after.config().currency,
                           .seq = after.seq(),
                           .waitlist = offered_as(after, booking)};
  if (booking.status == domain::booking_status::confirmed) {
    what.status = created;
    what.location = "/v1/orders/";
    ids.append_order(what.location, after.id(), booking.number);
    write_order(out, booking, in);
  } else {
    what.status = booking.extended ? ok : created;
    what.expires_at = booking.expires_at;
    if (!booking.extended) {
      what.location = "/v1/holds/";
      ids.append_hold(what.location, after.id(), booking.number);
    }
    write_hold(out, booking, in, now);
  }
  return what;
}

auto of_waiting(const domain::event_state& after, const domain::waitlist_order& order) -> actors::answer {
  actors::answer what;
  what.status = created;
  what.seq = after.seq();
  json_writer out{what.body};
  write_waiting(out, after, order);
  what.location = "/v1/events/";
  domain::public_ids::append(what.location, after.id());
  what.location += "/waitlist";
  return what;
}

auto of_event(const domain::event_state& after, bool is_new, domain::instant now) -> actors::answer {
  actors::answer what;
  what.status = is_new ? created : ok;
  what.seq = after.seq();
  append_event_page(what.body, after, now);
  if (is_new) {
    what.location = "/v1/events/";
    domain::public_ids::append(what.location, after.id());
  }
  return what;
}

auto of_allocation(const domain::event_state& after, domain::allocation_number number, std::uint16_t status)
    -> actors::answer {
  actors::answer what;
  what.status = status;
  what.seq = after.seq();
  append_allocation(what.body, after, number);
  return what;
}

/// Drafts are nobody's business but their organisation's.
auto hides(const domain::event_state& state, const domain::command& what) noexcept -> bool {
  return state.status() == domain::event_status::draft &&
         (what.by.as == domain::caller::kind::buyer || what.by.organisation != state.organisation());
}

} // namespace

auto trace_text(const actors::request_meta& meta) -> std::string {
  trace_context trace;
  trace.trace_high = meta.trace.high;
  trace.trace_low = meta.trace.low;
  return trace.trace_text();
}

auto engine_answers::decided(const domain::event_state& after, const domain::command& what,
                             std::span<const domain::fact> made, const actors::request_meta&, domain::instant now) const
    -> encoded {
  if (what.rehearsal || std::holds_alternative<domain::release_hold>(what.body) ||
      std::holds_alternative<domain::withdraw_offer>(what.body) ||
      std::holds_alternative<domain::leave_waitlist>(what.body) ||
      std::holds_alternative<domain::match_waitlist>(what.body) ||
      std::holds_alternative<domain::release_allocation>(what.body)) {
    actors::answer done;
    done.status = no_content;
    done.seq = after.seq();
    return {std::move(done), false};
  }
  if (std::holds_alternative<domain::freeze_hold>(what.body) || std::holds_alternative<domain::thaw_hold>(what.body) ||
      std::holds_alternative<domain::return_order>(what.body)) {
    // Their checkout hears it by other means.
    actors::answer done;
    done.status = no_content;
    done.seq = after.seq();
    return {std::move(done), false};
  }
  if (std::holds_alternative<domain::join_waitlist>(what.body)) {
    if (const auto* const order = after.find_waiting(what.by.subject)) {
      return {of_waiting(after, *order), false};
    }
  }
  if (auto about = decided_ticket(ids_, after, what)) {
    return {*std::move(about), false};
  }
  if (const auto* const back = std::get_if<domain::take_back_order>(&what.body); back != nullptr && !made.empty()) {
    const auto& fact = std::get<domain::order_returned>(made.front().body);
    auto done =
        tickets_refunded(after.id(), fact.hold, fact.tickets, {fact.total, after.config().currency, !fact.goes_on});
    done.seq = after.seq();
    return {std::move(done), false};
  }
  const auto* const paid = std::get_if<domain::confirm_paid>(&what.body);
  if (const auto number = paid != nullptr ? paid->hold : hold_in(made)) {
    if (const auto* booking = after.find(number)) {
      return {of_booking(ids_, after, *booking, now), false};
    }
  }
  if (std::holds_alternative<domain::allocate_seats>(what.body)) {
    return {of_allocation(after, after.last_allocation(), created), false};
  }
  if (const auto* change = std::get_if<domain::change_allocation>(&what.body)) {
    return {of_allocation(after, change->allocation, ok), false};
  }
  return {of_event(after, std::holds_alternative<domain::create_event>(what.body), now), false};
}

auto engine_answers::rejected(const domain::event_state& state, const domain::command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant) const
    -> actors::answer {
  if (const auto* scan = std::get_if<domain::admit_ticket>(&what.body)) {
    if (auto turned = turned_away(ids_, state, what.by, *scan, why.why)) {
      return *std::move(turned);
    }
  }
  if (why.why == domain::reason::not_found || hides(state, what)) {
    return problem(problem_kind::not_found, meta);
  }
  auto no = as_problem(problem_of(why.why), why, state.seats().get(), state.seq(), meta);
  no.unknown_code = why.unknown_code;
  return no;
}

auto engine_answers::decided(const domain::organisation_state& after, const domain::organisation_command& what,
                             std::span<const domain::fact>, const actors::request_meta&, domain::instant) const
    -> encoded {
  encoded made;
  made.what.status = created;
  made.what.seq = after.seq;
  json_writer out{made.what.body};
  if (const auto* venue = std::get_if<domain::create_venue>(&what.body)) {
    made.what.location = "/v1/venues/";
    domain::public_ids::append(made.what.location, venue->what.summary.id);
    write_venue(out, venue->what, after.venues.at(venue->what.summary.id).version);
  } else if (const auto* amended = std::get_if<domain::amend_venue>(&what.body)) {
    made.what.status = ok;
    const auto& entry = after.venues.at(amended->venue);
    write_venue(out, entry.what, entry.version);
  } else if (const auto* key = std::get_if<domain::create_key>(&what.body)) {
    // The edge adds the secret to the first answer; it is in no stored byte.
    made.secret = true;
    made.what.location = "/v1/keys/";
    domain::public_ids::append(made.what.location, key->key);
    const auto& entry = after.keys.at(key->key);
    write_key(out, {.key = key->key,
                    .organisation = after.id,
                    .scopes = entry.what.scopes,
                    .secret_hash = {},
                    .name = entry.what.name,
                    .created_at = entry.created_at,
                    .revoked_at = entry.revoked_at});
  } else if (std::holds_alternative<domain::create_organisation>(what.body)) {
    std::string id;
    domain::public_ids::append(id, after.id);
    out.begin_object()
        .member("organisation_id", std::string_view{id})
        .member("name", std::string_view{after.name})
        .end_object();
  } else {
    made.what.status = no_content;
  }
  return made;
}

auto engine_answers::rejected(const domain::organisation_state& state, const domain::organisation_command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant) const
    -> actors::answer {
  auto kind = problem_of(why.why);
  if (why.why == domain::reason::already_exists && std::holds_alternative<domain::reserve_slug>(what.body)) {
    kind = problem_kind::slug_taken;
  }
  auto refused = as_problem(kind, why, nullptr, 0, meta);
  refused.seq = state.seq;
  return refused;
}

auto engine_answers::already_created(const std::string& location, const actors::request_meta& meta) const
    -> actors::answer {
  auto what = problem(problem_kind::already_created, meta);
  what.body.pop_back();
  what.body += ",\"id\":\"";
  what.body += location.substr(location.rfind('/') + 1);
  what.body += "\"}";
  what.location = location;
  return what;
}

auto engine_answers::refused(actors::refusal why, const actors::request_meta& meta) const -> actors::answer {
  switch (why) {
  case actors::refusal::overloaded: return problem(problem_kind::overloaded, meta);
  case actors::refusal::draining: return problem(problem_kind::draining, meta);
  case actors::refusal::journal_unavailable: return problem(problem_kind::journal_unavailable, meta);
  case actors::refusal::storage_low: return problem(problem_kind::storage_low, meta);
  case actors::refusal::clock_unsure: return problem(problem_kind::clock_unsure, meta);
  case actors::refusal::unreadable: return problem(problem_kind::event_unreadable, meta);
  case actors::refusal::admission_required: return problem(problem_kind::admission_required, meta);
  case actors::refusal::admission_expired: return problem(problem_kind::admission_expired, meta);
  case actors::refusal::unavailable: break;
  }
  return problem(problem_kind::unavailable, meta);
}

} // namespace holdfast::http
