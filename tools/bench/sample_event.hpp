#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"

#include <cstdint>
#include <optional>

namespace holdfast::tools::bench {

/// The moment at which everything happens in `sample_event`.
inline constexpr domain::instant sample_time{1'900'000'000'000};

/// An event in a `hall` of this many seats, published and on sale, by the rules themselves and nothing else. Nothing when the
/// rules refuse it.
[[nodiscard]] auto open_sample_event(std::uint32_t seats) -> std::optional<domain::event_state>;

/// Decides and applies at `sample_time`; the facts, or nothing when it was refused.
[[nodiscard]] auto carry_out(domain::event_state& state, const domain::command& what) -> std::optional<domain::facts>;

/// Buyer number `number`.
[[nodiscard]] auto sample_buyer(std::uint64_t number) -> domain::caller;

} // namespace holdfast::tools::bench
