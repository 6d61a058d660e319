#pragma once

#include "domain/state_image.hpp"
#include "tests/model/judge.hpp"
#include "tests/model/test_case.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace holdfast::model {

/// What is on trial: the domain, or a mutated twin of it.
struct defendant {
  std::function<outcome(const domain::event_state&, const domain::command&, domain::instant)> decide;
  std::function<void(domain::event_state&, const domain::fact&)> apply;
  std::function<std::optional<domain::event_state>(domain::state_image)> restore;
};

/// The domain as it is.
[[nodiscard]] auto the_domain() -> defendant;

/// What a journal would hand back for the fact: encoded, and decoded again; nothing when it cannot be read.
[[nodiscard]] auto stored(const domain::fact& what) -> std::optional<domain::fact>;

/// How often what happened, so that a property that never meets a situation does not pass for one that holds in it.
struct tally {
  std::map<std::string, std::uint64_t> of;
  std::uint64_t commands = 0;
  std::uint64_t facts = 0;
  std::uint64_t replays = 0;
  std::uint64_t restores = 0;
};

/// Plays a test case against the defendant and the twin side by side. Nothing when they agree throughout; else the story up to
/// the disagreement, a line a command, and what is wrong.
[[nodiscard]] auto play(const test_case& what, const defendant& on_trial, tally& counted) -> complaint;

} // namespace holdfast::model
