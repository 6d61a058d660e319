#pragma once

#include "domain/organisation/command.hpp"
#include "domain/organisation/decide.hpp"
#include "domain/organisation/state.hpp"
#include "tests/model/naive_event.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace holdfast::model {

/// The naive twin of an organisation: what it has, by name, and when its idempotency keys were first used.
struct naive_organisation {
  struct key_entry {
    std::uint64_t request = 0;
    std::uint64_t seq = 0;
    domain::instant at;
  };

  std::uint64_t seq = 0;
  domain::instant time;
  domain::organisation_id id;
  std::string name;
  std::map<std::uint64_t, domain::organisation_state::venue_entry> venues;
  std::map<std::uint64_t, domain::organisation_state::key_entry> keys;
  std::map<std::string, domain::event_id> slugs;
  std::map<std::uint64_t, key_entry> used; ///< idempotency keys, all of them, for ever

  [[nodiscard]] auto remembered(std::uint64_t key, domain::instant at) const -> const key_entry*;
};

/// What must come of a command: a reason, one fact, or nothing to do.
struct organisation_expectation {
  std::optional<domain::reason> refused;
  std::uint64_t number = 0; ///< of a refusal: the remembered seq, or the version
  std::optional<domain::fact_body> effect;
};
[[nodiscard]] auto expect(const naive_organisation& twin, const domain::organisation_command& what, domain::instant now)
    -> organisation_expectation;
[[nodiscard]] auto fold(naive_organisation& twin, const domain::fact& what) -> complaint;
/// Where the state and the twin differ.
[[nodiscard]] auto compare(const domain::organisation_state& state, const naive_organisation& twin) -> complaint;

} // namespace holdfast::model
