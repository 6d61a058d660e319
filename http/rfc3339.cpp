#include "http/rfc3339.hpp"

#include <chrono>

namespace holdfast::http {

namespace {

/// Exactly `text.size()` digits.
auto digits(std::string_view text, int& out) noexcept -> bool {
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return false;
    }
    out = out * 10 + (c - '0');
  }
  return true;
}

} // namespace

auto parse_rfc3339(std::string_view text) noexcept -> std::optional<std::int64_t> {
  using namespace std::chrono;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text.back() != 'Z') {
    return std::nullopt;
  }
  int y = 0;
  int mo = 0;
  int d = 0;
  int h = 0;
  int mi = 0;
  int s = 0;
  if (!digits(text.substr(0, 4), y) || !digits(text.substr(5, 2), mo) || !digits(text.substr(8, 2), d) ||
      !digits(text.substr(11, 2), h) || !digits(text.substr(14, 2), mi) || !digits(text.substr(17, 2), s)) {
    return std::nullopt;
  }
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || y < 1970 || h > 23 || mi > 59 || s > 59) {
    return std::nullopt;
  }
  int millis = 0;
  if (const std::string_view decimals = text.substr(19, text.size() - 20); !decimals.empty()) {
    if (decimals.size() < 2 || decimals.size() > 4 || decimals.front() != '.' || !digits(decimals.substr(1), millis)) {
      return std::nullopt;
    }
    for (std::size_t i = decimals.size(); i < 4; ++i) {
      millis *= 10;
    }
  }
  const auto at = sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{millis};
  return duration_cast<milliseconds>(at.time_since_epoch()).count();
}

} // namespace holdfast::http
