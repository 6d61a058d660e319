#pragma once

#include "actors/queue_port.hpp"
#include "domain/strong_id.hpp"
#include "http/exchange.hpp"
#include "http/routes/context.hpp"

#include <memory>

/// What the routes of waiting rooms share.
namespace holdfast::http::routes {

/// Says why a room did not do what was asked.
void refuse_room(exchange& of, const context& in, domain::event_id event, const actors::room_refusal& why);

/// What a room shows, also of an event that never had one.
[[nodiscard]] auto room_or_none(const context& in, domain::event_id event) -> std::shared_ptr<const actors::room_view>;

/// Who asks, for the record.
[[nodiscard]] auto room_meta_of(const exchange& of) -> actors::room_meta;

} // namespace holdfast::http::routes
