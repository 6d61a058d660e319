#pragma once

#include "domain/fact.hpp"
#include "domain/organisation/command.hpp"
#include "domain/organisation/state.hpp"
#include "domain/rejection.hpp"

#include <tl/expected.hpp>

namespace holdfast::domain {

/// As domain::decide, for one organisation. Reserving a slug again for the same event, and revoking a revoked key, give no facts.
[[nodiscard]] auto decide(const organisation_state& state, const organisation_command& what, instant now)
    -> tl::expected<facts, rejection>;
/// As domain::apply, for one organisation.
void apply(organisation_state& state, const fact& what) noexcept;

} // namespace holdfast::domain
