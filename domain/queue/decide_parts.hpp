#pragma once

#include "domain/fact.hpp"
#include "domain/queue/command.hpp"
#include "domain/queue/decide.hpp"
#include "domain/queue/state.hpp"

#include <utility>
#include <vector>

/// What the files that decide share.
namespace holdfast::domain::queue {

using decision = tl::expected<facts, refusal>;

[[nodiscard]] inline auto refused(refusal::reason why) -> tl::unexpected<refusal> {
  refusal no;
  no.why = why;
  return tl::unexpected{std::move(no)};
}

[[nodiscard]] inline auto invalid(std::vector<config_fault> faults) -> tl::unexpected<refusal> {
  refusal no;
  no.why = refusal::reason::invalid;
  no.faults = std::move(faults);
  return tl::unexpected{std::move(no)};
}

/// Whether somebody who is silent is so for longer than their place is kept.
[[nodiscard]] inline auto is_forsaken(const state& room, const place& of, instant now) noexcept -> bool {
  return room.is != mode::sold_out && of.status == place_status::silent && kept_until(room.rules, of.since_s) <= now;
}

/// What `advance` gives: who is out, and who is in.
[[nodiscard]] auto decide_advance(const state& room, const command& what, const advance& how, instant now) -> facts;

} // namespace holdfast::domain::queue
