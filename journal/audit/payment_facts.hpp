#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/message.hpp"

#include <cstdint>
#include <optional>

namespace holdfast::journal::audit {

/// Orders, and what an event and its payments say about paying by card; nothing for another type, or when the message is not what its
/// type says.
[[nodiscard]] auto read_of_payments(std::uint16_t type, const message& from) -> std::optional<fact>;

} // namespace holdfast::journal::audit
