#include "domain/web_text.hpp"

#include "domain/ascii.hpp"
#include "domain/limits.hpp"

#include <algorithm>

namespace holdfast::domain {
namespace {

constexpr std::size_t port_digits_max = 5;

auto is_small_or_digit(char c) noexcept -> bool {
  return is_lower(c) || is_digit(c);
}

auto is_host_character(char c) noexcept -> bool {
  return is_small_or_digit(c) || is_upper(c) || c == '.' || c == '-';
}

auto is_url_character(char c) noexcept -> bool {
  return is_host_character(c) || std::string_view{"_~:/?#[]@!$&'()*+,;=%"}.find(c) != std::string_view::npos;
}

/// Host and port.
auto is_authority(std::string_view text) noexcept -> bool {
  const auto colon = text.find(':');
  const auto host = text.substr(0, colon);
  if (host.empty() || !is_small_or_digit(static_cast<char>(host.front() | 0x20)) ||
      !std::ranges::all_of(host, is_host_character)) {
    return false;
  }
  if (colon == std::string_view::npos) {
    return true;
  }
  const auto port = text.substr(colon + 1);
  return !port.empty() && port.size() <= port_digits_max && std::ranges::all_of(port, is_digit);
}

auto is_url_after(std::string_view scheme, std::string_view text) noexcept -> bool {
  if (text.size() > limits::url_bytes_max || !text.starts_with(scheme)) {
    return false;
  }
  const auto rest = text.substr(scheme.size());
  return is_authority(rest.substr(0, rest.find_first_of("/?#"))) && std::ranges::all_of(rest, is_url_character);
}

auto is_script(std::string_view part) noexcept -> bool {
  return part.size() == 4 && is_upper(part.front()) && std::ranges::all_of(part.substr(1), is_lower);
}

auto is_region(std::string_view part) noexcept -> bool {
  return (part.size() == 2 && std::ranges::all_of(part, is_upper)) ||
         (part.size() == 3 && std::ranges::all_of(part, is_digit));
}

auto is_variant(std::string_view part) noexcept -> bool {
  const bool sized = (part.size() >= 5 && part.size() <= 8) || (part.size() == 4 && is_digit(part.front()));
  return sized && std::ranges::all_of(part, is_small_or_digit);
}

} // namespace

auto is_https_url(std::string_view text) noexcept -> bool {
  return is_url_after("https://", text);
}

auto is_web_url(std::string_view text) noexcept -> bool {
  return is_https_url(text) || is_url_after("http://", text);
}

auto is_language_tag(std::string_view text) noexcept -> bool {
  constexpr std::size_t tag_bytes_max = 35;
  std::size_t at = 0;
  const auto part = [&] { return text.substr(at, text.find('-', at) - at); };
  const auto next = [&] { at += part().size() + 1; };
  const auto language = part();
  if (text.size() > tag_bytes_max || language.size() < 2 || language.size() > 3 ||
      !std::ranges::all_of(language, is_lower)) {
    return false;
  }
  next();
  if (at < text.size() && is_script(part())) {
    next();
  }
  if (at < text.size() && is_region(part())) {
    next();
  }
  while (at < text.size() && is_variant(part())) {
    next();
  }
  return at == text.size() + 1; // past the '-' that would follow
}

} // namespace holdfast::domain
