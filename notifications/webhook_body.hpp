#pragma once

#include "notifications/notice.hpp"
#include "notifications/story.hpp"

#include <cstdint>
#include <string>

namespace holdfast::notifications {

/// The JSON of a webhook: `{"type", "timestamp", "data": {"event_id", "seq", "delivery", "order"}}`, or an "offer" of a waitlist in place of the order. `of` null: there is nothing more to tell. Pure.
[[nodiscard]] auto webhook_body(const notice& about, std::uint64_t counter, const story* of) -> std::string;

} // namespace holdfast::notifications
