#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/rejection.hpp"

namespace holdfast::model {

/// Equality of facts and rejections by value, layouts by what they say. The domain needs none, so it has none.
[[nodiscard]] auto same(const domain::fact_body& a, const domain::fact_body& b) -> bool;
[[nodiscard]] auto same(const domain::fact& a, const domain::fact& b) -> bool;
[[nodiscard]] auto same(const domain::facts& a, const domain::facts& b) -> bool;
[[nodiscard]] auto same(const domain::rejection& a, const domain::rejection& b) -> bool;
[[nodiscard]] auto same(const domain::booking& a, const domain::booking& b) -> bool;

} // namespace holdfast::model
