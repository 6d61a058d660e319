#include "tools/gateway/form.hpp"

#include <algorithm>

namespace holdfast::gateway {

namespace {

auto digit_of(char c) -> int {
  constexpr int ten = 10;
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + ten : -1;
}

/// What stands before the first `at`, and what after it.
auto cut(std::string_view text, char at) -> std::pair<std::string_view, std::string_view> {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == at) {
      return {text.substr(0, i), text.substr(i + 1)};
    }
  }
  return {text, {}};
}

auto decoded(std::string_view text) -> std::optional<std::string> {
  constexpr int base = 16;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    plain.push_back(static_cast<char>(high * base + low));
    i += 2;
  }
  return plain;
}

} // namespace

auto form::parse(std::string_view text) -> std::optional<form> {
  form made;
  while (!text.empty()) {
    const auto [field, rest] = cut(text, '&');
    text = rest;
    if (field.empty()) {
      continue;
    }
    const auto [name_text, value_text] = cut(field, '=');
    auto name = decoded(name_text);
    auto value = decoded(value_text);
    if (!name || !value) {
      return std::nullopt;
    }
    made.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return made;
}

auto form::get(std::string_view name) const -> std::optional<std::string> {
  const auto found = std::ranges::find(fields_, name, [](const field& each) { return std::string_view{each.first}; });
  return found == fields_.end() ? std::nullopt : std::optional{found->second};
}

auto form::below(std::string_view name) const -> std::vector<field> {
  std::vector<field> found;
  const auto front = std::string{name} + "[";
  for (const auto& [key, value] : fields_) {
    if (key.starts_with(front) && key.ends_with(']')) {
      found.emplace_back(key.substr(front.size(), key.size() - front.size() - 1), value);
    }
  }
  return found;
}

auto form::canonical() const -> std::string {
  auto sorted = fields_;
  std::ranges::sort(sorted);
  std::string text;
  for (const auto& [name, value] : sorted) {
    // Lengths, so that no value can look like the next field.
    text += std::to_string(name.size()) + ":" + name + std::to_string(value.size()) + ":" + value;
  }
  return text;
}

} // namespace holdfast::gateway
