#pragma once

#include "domain/command.hpp"
#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"

#include <string>

namespace holdfast::model {

/// Commands, facts and rejections as one line for people. `seats` names the seats; null: they stay numbers.
[[nodiscard]] auto describe(const domain::command& what, const domain::layout* seats) -> std::string;
[[nodiscard]] auto describe(const domain::fact& what, const domain::layout* seats) -> std::string;
[[nodiscard]] auto describe(const domain::rejection& what, const domain::layout* seats) -> std::string;
[[nodiscard]] auto describe(domain::reason why) -> std::string;
[[nodiscard]] auto describe(domain::instant when) -> std::string;
/// The layout as rows with their seats and attributes, areas with their capacities; one line each.
[[nodiscard]] auto describe(const domain::layout_spec& layout) -> std::string;

} // namespace holdfast::model
