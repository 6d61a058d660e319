#include "http/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast::http {

void answer::header(std::string_view name, std::string_view value) {
  headers_.append(name).append(": ");
  const std::size_t from = headers_.size();
  headers_.append(value);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(headers_.begin() + static_cast<std::ptrdiff_t>(from), headers_.end(), is_control, ' ');
  headers_.append("\r\n");
}

void answer::header(std::string_view name, std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(error); // 20 digits hold every 64-bit number
  headers_.append(name).append(": ").append(digits.data(), end).append("\r\n");
}

void answer::clear() noexcept {
  status_ = 200;
  close_ = false;
  content_type_ = {};
  cache_control_ = {};
  headers_.clear();
  shared_.reset();
  stream_.reset();
  if (body_.capacity() > capacity_bytes_kept) {
    std::string{}.swap(body_);
  } else {
    body_.clear();
  }
}

} // namespace holdfast::http
