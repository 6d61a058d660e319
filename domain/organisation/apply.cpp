#include "domain/check.hpp"
#include "domain/organisation/decide.hpp"
#include "domain/remembered_keys.hpp"

#include <variant>

namespace holdfast::domain {
namespace {

void fold(organisation_state& state, const organisation_created& what, instant) {
  HF_CHECK(!state.id, "an organisation is created once");
  HF_CHECK(static_cast<bool>(what.organisation), "an organisation has an id");
  state.id = what.organisation;
  state.name = what.name;
}

void fold(organisation_state& state, const venue_created& what, instant) {
  HF_CHECK(what.what.seats != nullptr, "a venue has a layout");
  const bool is_new =
      state.venues.try_emplace(what.what.summary.id, organisation_state::venue_entry{what.what, state.seq}).second;
  HF_CHECK(is_new, "a venue is created once");
}

void fold(organisation_state& state, const venue_amended& what, instant) {
  HF_CHECK(what.what.seats != nullptr, "a venue has a layout");
  const auto found = state.venues.find(what.what.summary.id);
  HF_CHECK(found != state.venues.end(), "what is amended exists");
  found->second = {what.what, state.seq};
}

void fold(organisation_state& state, const key_created& what, instant at) {
  const bool is_new = state.keys.try_emplace(what.key, organisation_state::key_entry{what, at, std::nullopt}).second;
  HF_CHECK(is_new, "a key is created once");
}

void fold(organisation_state& state, const key_revoked& what, instant at) {
  const auto found = state.keys.find(what.key);
  HF_CHECK(found != state.keys.end(), "what is revoked exists");
  HF_CHECK(!found->second.revoked_at, "a key is revoked once");
  found->second.revoked_at = at;
}

void fold(organisation_state& state, const slug_reserved& what, instant) {
  const bool is_new = state.slugs.try_emplace(what.slug, what.event).second;
  HF_CHECK(is_new, "a name is reserved once");
}

/// Facts of events never stand in an organisation's stream.
template <class Other>
void fold(organisation_state&, const Other&, instant) noexcept {
  HF_CHECK(false, "a fact of another kind of stream");
}

void forget_keys(organisation_state& state, instant now) {
  while (!state.keys_by_time.empty()) {
    const auto oldest = state.keys_remembered.find(state.keys_by_time.front());
    if (!is_forgotten(hour_of(oldest->second.at), now)) {
      return;
    }
    state.keys_remembered.erase(oldest);
    state.keys_by_time.pop_front();
  }
}

} // namespace

void apply(organisation_state& state, const fact& what) noexcept {
  HF_CHECK(what.time >= state.time, "time never goes back");
  state.time = what.time;
  ++state.seq;
  forget_keys(state, what.time);
  const organisation_state::remembered remembered{what.command.request, state.seq, what.time};
  if (what.command != command_id{} && state.keys_remembered.try_emplace(what.command.key, remembered).second) {
    state.keys_by_time.push_back(what.command.key);
  }
  std::visit([&](const auto& body) { fold(state, body, what.time); }, what.body);
}

} // namespace holdfast::domain
