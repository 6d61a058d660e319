#pragma once

#include "domain/limits.hpp"

#include <algorithm>
#include <string_view>

namespace holdfast::domain {

/// A gateway's id of a payment: 1 to limits::gateway_text_bytes_max of [A-Za-z0-9._-]. It is random, so that its digits may look like a card's
/// number by chance, and are none.
[[nodiscard]] inline auto is_gateway_name(std::string_view text) noexcept -> bool {
  const auto is_allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '.' || letter == '_' || letter == '-';
  };
  return !text.empty() && text.size() <= limits::gateway_text_bytes_max && std::ranges::all_of(text, is_allowed);
}

} // namespace holdfast::domain
