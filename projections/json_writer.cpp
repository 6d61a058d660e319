#include "projections/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

namespace holdfast::projections {

namespace {

constexpr auto needs_escape = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) {
    table[c] = true;
  }
  table[static_cast<unsigned char>('"')] = true;
  table[static_cast<unsigned char>('\\')] = true;
  return table;
}();

/// Writes `width` decimal digits; what comes behind them.
auto put_digits(char* at, unsigned value, int width) noexcept -> char* {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

/// Makes room for `bytes` more at the end, once for all that is written there.
auto grow(std::string& out, std::size_t bytes) -> char* {
  const auto from = out.size();
  out.resize(from + bytes);
  return out.data() + from;
}

/// Where the first byte stands that needs an escape, or a few before it; the text's length when there is none. Looks at eight at a time: "Determine if
/// a word has a byte less than n" and "... a zero byte" (Anderson, Bit Twiddling Hacks).
auto plain_bytes(std::string_view text) noexcept -> std::size_t {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr auto of_each = [](char c) { return ones * static_cast<unsigned char>(c); };
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const auto quote = word ^ of_each('"');
    const auto backslash = word ^ of_each('\\');
    const auto found = ((word - of_each(' ')) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
    if ((found & of_each('\x80')) != 0) {
      return at;
    }
  }
  while (at < text.size() && !needs_escape[static_cast<unsigned char>(text[at])]) {
    ++at;
  }
  return at;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '"': out.append("\\\""); return;
  case '\\': out.append("\\\\"); return;
  case '\n': out.append("\\n"); return;
  case '\r': out.append("\\r"); return;
  case '\t': out.append("\\t"); return;
  default: break;
  }
  const auto code = static_cast<unsigned char>(c);
  out.append("\\u00");
  out.push_back(hex[code >> 4U]);
  out.push_back(hex[code & 0xfU]);
}

} // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  std::size_t done = 0;
  for (std::size_t i = plain_bytes(text); i < text.size(); ++i) {
    if (needs_escape[static_cast<unsigned char>(text[i])]) {
      out.append(text, done, i - done);
      append_escape(out, text[i]);
      done = i + 1;
    }
  }
  out.append(text, done);
}

void append_rfc3339(std::string& out, std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds{unix_ms}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  std::array<char, std::string_view{"2027-03-01T19:00:00.000Z"}.size()> text;
  char* to = put_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *to++ = '-';
  to = put_digits(to, static_cast<unsigned>(date.month()), 2);
  *to++ = '-';
  to = put_digits(to, static_cast<unsigned>(date.day()), 2);
  *to++ = 'T';
  to = put_digits(to, static_cast<unsigned>(time.hours().count()), 2);
  *to++ = ':';
  to = put_digits(to, static_cast<unsigned>(time.minutes().count()), 2);
  *to++ = ':';
  to = put_digits(to, static_cast<unsigned>(time.seconds().count()), 2);
  *to++ = '.';
  to = put_digits(to, static_cast<unsigned>(time.subseconds().count()), 3);
  *to = 'Z';
  out.append(text.data(), text.size());
}

void json_writer::separate() {
  if (comma_) {
    out_->push_back(',');
  }
}

auto json_writer::open(char bracket) -> json_writer& {
  separate();
  out_->push_back(bracket);
  comma_ = false;
  return *this;
}

auto json_writer::close(char bracket) -> json_writer& {
  out_->push_back(bracket);
  comma_ = true;
  return *this;
}

auto json_writer::key(std::string_view name) -> json_writer& {
  constexpr std::size_t quotes_and_colon = 3;
  char* at = grow(*out_, name.size() + quotes_and_colon + (comma_ ? 1 : 0));
  if (comma_) {
    *at++ = ',';
  }
  *at++ = '"';
  at = std::copy(name.begin(), name.end(), at);
  *at++ = '"';
  *at = ':';
  comma_ = false;
  return *this;
}

auto json_writer::value(std::string_view text) -> json_writer& {
  separate();
  out_->push_back('"');
  append_json_escaped(*out_, text);
  out_->push_back('"');
  comma_ = true;
  return *this;
}

auto json_writer::value(double number) -> json_writer& {
  if (!std::isfinite(number)) {
    return null();
  }
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error); // the shortest form of a double has at most 24 characters
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

auto json_writer::raw(std::string_view json) -> json_writer& {
  separate();
  out_->append(json);
  comma_ = true;
  return *this;
}

auto json_writer::time(std::int64_t unix_ms) -> json_writer& {
  separate();
  out_->push_back('"');
  append_rfc3339(*out_, unix_ms);
  out_->push_back('"');
  comma_ = true;
  return *this;
}

auto json_writer::signed_value(std::int64_t number) -> json_writer& {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error); // 20 characters hold every 64-bit number
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

auto json_writer::unsigned_value(std::uint64_t number) -> json_writer& {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error); // as above
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

} // namespace holdfast::projections
