#include "http/entity_tag.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

/// An entity tag without its mark of weakness.
auto opaque_tag(std::string_view tag) noexcept -> std::string_view {
  const auto first = tag.find_first_not_of(' ');
  const auto last = tag.find_last_not_of(' ');
  tag = first == std::string_view::npos ? std::string_view{} : tag.substr(first, last - first + 1);
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

} // namespace

auto client_has(const exchange& of, std::string_view tag) -> bool {
  auto list = of.header(header_id::if_none_match).value_or(std::string_view{});
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const auto one = opaque_tag(list.substr(0, comma));
    if (one == "*" || one == opaque_tag(tag)) {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

} // namespace holdfast::http
