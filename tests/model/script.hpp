#pragma once

#include "domain/command.hpp"
#include "tests/model/naive_event.hpp"
#include "tests/model/test_case.hpp"

#include <vector>

namespace holdfast::model {

inline constexpr domain::organisation_id own_organisation{1};
inline constexpr domain::organisation_id foreign_organisation{2};

/// Turns steps into commands and moments, looking only at the twin. Remembers what it asked before, for repeated keys.
class script {
 public:
  explicit script(const test_case& of) : case_{&of} {}

  /// When the step happens; never before `now`.
  [[nodiscard]] auto moment(const step& next, const naive_event& twin, domain::instant now) const -> domain::instant;
  /// What the step asks for. `burst` gives many commands, every other wish one.
  [[nodiscard]] auto commands(const step& next, const naive_event& twin) -> std::vector<domain::command>;

  /// Whether what is available is offered after each command of the step, as it always is where events are served: somebody waits, and not always,
  /// so that there is more to be offered at once.
  [[nodiscard]] static auto wants_matching(const step& next, const naive_event& twin) -> bool;

  /// The two commands with which a published event begins.
  [[nodiscard]] auto create() const -> domain::command;
  [[nodiscard]] static auto publish() -> domain::command;

 private:
  [[nodiscard]] auto identified(const step& next, dice& random, domain::command fresh) -> domain::command;

  const test_case* case_;
  std::vector<domain::command> asked_;
};

} // namespace holdfast::model
