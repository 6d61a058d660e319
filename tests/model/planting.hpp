#pragma once

#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "domain/state_image.hpp"
#include "tests/model/planted_bugs.hpp"

#include <utility>
#include <variant>

/// How faults are planted: the domain, with one thing done otherwise.
namespace holdfast::model {

[[nodiscard]] inline auto refused_as(const outcome& got, domain::reason why) -> bool {
  return !got && got.error().why == why;
}

/// With one more look at each decision: `change(state, asked, now, decided)` is what is decided instead.
template <class Change>
[[nodiscard]] auto deciding(const char* what, Change change) -> planted_bug {
  auto guilty = the_domain();
  guilty.decide = [change](const domain::event_state& state, const domain::command& asked,
                           domain::instant now) -> outcome {
    return change(state, asked, now, domain::decide(state, asked, now));
  };
  return {what, std::move(guilty)};
}

/// Folding something else than the fact says.
template <class Fact, class Change>
[[nodiscard]] auto folding(const char* what, Change change) -> planted_bug {
  auto guilty = the_domain();
  guilty.apply = [change](domain::event_state& state, const domain::fact& happened) {
    auto folded = happened;
    if (auto* body = std::get_if<Fact>(&folded.body)) {
      change(*body);
    }
    domain::apply(state, folded);
  };
  return {what, std::move(guilty)};
}

/// Restoring something else than the snapshot says.
template <class Change>
[[nodiscard]] auto restoring_image(const char* what, Change change) -> planted_bug {
  auto guilty = the_domain();
  guilty.restore = [change](domain::state_image image) {
    change(image);
    return domain::event_state::from_image(std::move(image));
  };
  return {what, std::move(guilty)};
}

} // namespace holdfast::model
