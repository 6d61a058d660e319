#pragma once

#include "domain/event_state.hpp"
#include "domain/rejection.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <string>

namespace holdfast::http {

/// The one mapping from reasons of the domain to problems of the API.
[[nodiscard]] auto problem_of(domain::reason why) noexcept -> problem_kind;

/// Appends the problem document of a rejection: conflicts, alternatives, limits and faults included, seats by their labels.
void append_rejection(std::string& to, problem_kind kind, const domain::rejection& why, const domain::layout* seats,
                      std::uint64_t seq, std::string_view trace_id);

} // namespace holdfast::http
