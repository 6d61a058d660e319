#include "http/queue_json.hpp"
#include "http/routes/queue.hpp"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

/// What a room says instead of doing something, as problems.
namespace holdfast::http::routes {

namespace {

namespace room = domain::queue;

auto of_room(room::refusal::reason why) noexcept -> problem_kind {
  using reason = room::refusal::reason;
  switch (why) {
  case reason::not_found: return problem_kind::not_found;
  case reason::invalid: return problem_kind::validation_failed;
  case reason::version_mismatch: return problem_kind::version_mismatch;
  case reason::room_off: return problem_kind::waiting_room_off;
  case reason::room_full: return problem_kind::waiting_room_full;
  case reason::wrong_mode: return problem_kind::waiting_room_mode;
  case reason::seed_mismatch: return problem_kind::draw_seed_lost;
  case reason::round_missing: return problem_kind::draw_round_missing;
  }
  return problem_kind::internal_error;
}

/// Of an event that has no room: it is its organiser's draft, or it is not there.
void refuse_without_event(exchange& of, const context& in, domain::event_id event) {
  const auto known = in.views.event(event);
  const auto& who = of.who();
  const bool own_draft = known && who.is == principal::kind::key && known->organisation == who.organisation;
  of.refuse(own_draft ? problem_kind::wrong_status : problem_kind::not_found);
}

} // namespace

void refuse_room(exchange& of, const context& in, domain::event_id event, const actors::room_refusal& why) {
  if (const auto* const unavailable = std::get_if<actors::room_unavailable>(&why)) {
    using reason = actors::room_unavailable::reason;
    switch (unavailable->why) {
    case reason::overloaded: of.refuse(problem_kind::overloaded); break;
    case reason::closing: of.refuse(problem_kind::draining); break;
    case reason::journal: of.refuse(problem_kind::journal_unavailable); break;
    case reason::no_event: refuse_without_event(of, in, event); break;
    }
    return;
  }
  const auto& refused = std::get<room::refusal>(why);
  if (refused.why == room::refusal::reason::room_off) {
    // Nobody is told of the rooms of events that they cannot see.
    const auto known = in.views.event(event);
    if (!known || known->status == domain::event_status::draft) {
      refuse_without_event(of, in, event);
      return;
    }
  }
  std::vector<json_error> errors;
  for (const auto& fault : refused.faults) {
    errors.push_back({fault.pointer, fault.message});
  }
  const auto kind = of_room(refused.why);
  of.refuse(kind, {.errors = errors}, [&](json_writer& out) {
    if (kind == problem_kind::version_mismatch) {
      out.member("version", refused.current);
    } else if (kind == problem_kind::waiting_room_mode) {
      out.member("mode", to_text(room_or_none(in, event)->mode));
    }
  });
}

auto room_or_none(const context& in, domain::event_id event) -> std::shared_ptr<const actors::room_view> {
  static const auto none = [] {
    auto empty = std::make_shared<actors::room_view>();
    empty->limit = room::active_limit_of(empty->rules, room::visits{});
    return std::shared_ptr<const actors::room_view>{std::move(empty)};
  }();
  auto seen = in.engine.rooms().room(event);
  return seen ? seen : none;
}

auto room_meta_of(const exchange& of) -> actors::room_meta {
  return {.id = {}, .trace = {of.trace().trace_high, of.trace().trace_low}};
}

} // namespace holdfast::http::routes
