#include "http/http_date.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace holdfast::http {

auto http_date::text(std::int64_t unix_ms) -> std::string_view {
  using namespace std::chrono;
  const std::int64_t second = unix_ms / 1000;
  if (second == second_) {
    return text_;
  }
  constexpr std::array<const char*, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds at{seconds{second}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  std::array<char, 64> out{};
  const int length =
      std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", day_names[weekday{day}.c_encoding()],
                    static_cast<unsigned>(date.day()), month_names[static_cast<unsigned>(date.month()) - 1],
                    static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                    static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  text_.assign(out.data(), static_cast<std::size_t>(length));
  second_ = second;
  return text_;
}

} // namespace holdfast::http
