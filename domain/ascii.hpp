#pragma once

/// Classes of ASCII characters, which the C library's depend on the locale for.
namespace holdfast::domain {

[[nodiscard]] constexpr auto is_digit(char c) noexcept -> bool {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr auto is_lower(char c) noexcept -> bool {
  return c >= 'a' && c <= 'z';
}

[[nodiscard]] constexpr auto is_upper(char c) noexcept -> bool {
  return c >= 'A' && c <= 'Z';
}

} // namespace holdfast::domain
