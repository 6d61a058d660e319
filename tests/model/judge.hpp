#pragma once

#include "domain/decide.hpp"
#include "domain/event_state.hpp"
#include "tests/model/naive_event.hpp"

#include <tl/expected.hpp>

namespace holdfast::model {

using outcome = tl::expected<domain::facts, domain::rejection>;

/// What is wrong with this answer to the command, by the twin's lights.
[[nodiscard]] auto judge(const naive_event& twin, const domain::command& what, domain::instant now, const outcome& got)
    -> complaint;

/// Where the state and the twin differ.
[[nodiscard]] auto compare(const domain::event_state& state, const naive_event& twin) -> complaint;

} // namespace holdfast::model
