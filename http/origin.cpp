#include "http/origin.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace holdfast::http {

namespace {

auto is_port(std::string_view text, std::uint16_t usual) noexcept -> bool {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  return whole && !text.starts_with('0') && port != usual;
}

auto is_origin_host(std::string_view text) noexcept -> bool {
  const bool in_brackets = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const auto name = in_brackets ? text.substr(1, text.size() - 2) : text;
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    const bool digit = c >= '0' && c <= '9';
    return in_brackets ? digit || (c >= 'a' && c <= 'f') || c == ':' || c == '.'
                       : digit || (c >= 'a' && c <= 'z') || c == '.' || c == '-';
  });
}

} // namespace

auto is_origin(std::string_view text) noexcept -> bool {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  const bool is_secure = text.starts_with(secure);
  if (!is_secure && !text.starts_with(plain)) {
    return false;
  }
  const auto rest = text.substr(is_secure ? secure.size() : plain.size());
  const auto colon = rest.find(':', rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0);
  if (colon == std::string_view::npos) {
    return is_origin_host(rest);
  }
  return is_origin_host(rest.substr(0, colon)) && is_port(rest.substr(colon + 1), is_secure ? 443 : 80);
}

} // namespace holdfast::http
