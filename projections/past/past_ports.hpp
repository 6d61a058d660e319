#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::projections {

struct view_body;

enum class past_form : std::uint8_t { seats = 1, seats_binary, section, report, report_csv };

/// What somebody wants to see of an event's past: after the fact `seq`, or after the last fact that was not later than `at`.
/// Exactly one of the two is there.
struct past_wish {
  domain::event_id event = {};
  std::optional<std::uint64_t> seq = {};
  std::optional<domain::instant> at = {};
  past_form form = past_form::seats;
  std::string section = {};    ///< of `past_form::section`
  std::uint64_t requester = 0; ///< who asks: one look at a time each
};

enum class past_outcome : std::uint8_t {
  ok = 1,
  not_found,   ///< the event had not begun, has not come that far, or has no such section
  too_far,     ///< more facts lie between the place and the nearest snapshot before it than one look may fold
  busy,        ///< the same requester is looking already
  overloaded,  ///< too many look, or the read pool is full
  unavailable, ///< the journal was refused: what was then is not known
  unreadable   ///< what the journal has of the event is damaged
};

struct past_answer {
  past_outcome outcome = past_outcome::overloaded;
  std::shared_ptr<const view_body> body = {};
  /// Of `too_far`: the nearest places that can be shown. 0: there is none on that side.
  std::uint64_t before = 0, after = 0;
};

/// Called once, on any thread.
using past_done = std::function<void(past_answer)>;

} // namespace holdfast::projections
