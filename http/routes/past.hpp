#pragma once

#include "domain/strong_id.hpp"
#include "http/exchange.hpp"
#include "http/routes/context.hpp"

#include <cstdint>
#include <functional>
#include <memory>

/// Looks into an event's past: `?at_seq=` or `?at=`, for keys of the event's own organisation.
namespace holdfast::http::routes {

/// Scopes that may look into the past and at reports.
[[nodiscard]] auto report_scopes() noexcept -> std::uint32_t;

/// Whether the request names a place in the past.
[[nodiscard]] auto asks_for_past(const exchange& of) -> bool;
void read_past_seats(exchange& ex, const context& in, domain::event_id event);
void read_past_report(exchange& ex, const context& in, domain::event_id event);

/// Goes on with `then` when the event is the caller's organisation's; answers 404 otherwise.
void if_own_event(const std::shared_ptr<deferred>& to, const context& in, domain::event_id event,
                  std::function<void()> then);

} // namespace holdfast::http::routes
