#include "payments/stripe/form.hpp"

namespace holdfast::payments::stripe {

auto percent_encoded(std::string_view text) -> std::string {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', digits[byte >> 4U], digits[byte & 0xfU]});
    }
  }
  return encoded;
}

auto form::add(std::string_view name, std::string_view value) -> form& {
  if (!text_.empty()) {
    text_.push_back('&');
  }
  text_ += percent_encoded(name) + "=" + percent_encoded(value);
  return *this;
}

auto form::add(std::string_view name, std::int64_t value) -> form& {
  return add(name, std::string_view{std::to_string(value)});
}

} // namespace holdfast::payments::stripe
