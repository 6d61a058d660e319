#pragma once

#include "journal/audit/facts.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// What the files that read facts share.
namespace holdfast::journal::audit {

class message;

[[nodiscard]] constexpr auto signed_of(std::uint64_t value) noexcept -> std::int64_t {
  return static_cast<std::int64_t>(value);
}

/// A message `EventConfig`; nothing when it is none.
[[nodiscard]] auto read_configuration(std::string_view bytes) -> std::optional<configuration>;

/// A fact of the waitlist; nothing for another type, or when the payload is not what its type says.
[[nodiscard]] auto read_waitlist_fact(std::uint16_t type, const message& from) -> std::optional<fact>;

/// The message `Tax` in a field, if it is there; false when it is none.
[[nodiscard]] auto read_tax(const message& from, std::uint32_t number, std::optional<tax>& to) -> bool;

} // namespace holdfast::journal::audit
