#include "http/queue_bands.hpp"

#include <charconv>
#include <cstddef>
#include <optional>

namespace holdfast::http {

namespace {

constexpr unsigned session_bands = 32;
constexpr std::string_view numbered = "band_";

/// The band of sessions that a name stands for.
auto session_band(std::string_view name) noexcept -> std::optional<unsigned> {
  if (name == "members") {
    return 0;
  }
  if (name == "accessibility") {
    return 1;
  }
  if (!name.starts_with(numbered)) {
    return std::nullopt;
  }
  const auto digits = name.substr(numbered.size());
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool plain =
      failed == std::errc{} && end == digits.data() + digits.size() && (digits.size() == 1 || digits.front() != '0');
  return plain && number < session_bands ? std::optional{number} : std::nullopt;
}

} // namespace

auto is_band_of_sessions(std::string_view name) noexcept -> bool {
  return name == "verified" || session_band(name).has_value();
}

auto band_of(const principal& who, domain::organisation_id organisation,
             const std::vector<domain::queue::band>& bands) noexcept -> std::uint8_t {
  if (!who.is_buyer() || !organisation || who.organisation != organisation) {
    return 0;
  }
  for (std::size_t i = 1; i < bands.size(); ++i) {
    const auto number = session_band(bands[i].name);
    const bool is_in = number ? (who.bands >> *number & 1U) != 0 : bands[i].name == "verified" && who.verified;
    if (is_in) {
      return static_cast<std::uint8_t>(i);
    }
  }
  return 0;
}

} // namespace holdfast::http
