#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::http {

/// The value of `Date`, made once a second. One object a thread.
class http_date {
 public:
  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7). Valid until the next call.
  [[nodiscard]] auto text(std::int64_t unix_ms) -> std::string_view;

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

} // namespace holdfast::http
