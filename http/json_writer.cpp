#include "http/json_writer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace holdfast::http {

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

void append_digits(std::string& out, unsigned value, int width) {
  std::array<char, 10> digits{};
  for (int i = width - 1; i >= 0; --i) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits.data(), static_cast<std::size_t>(width));
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
  for (std::size_t i = 0; i < text.size(); ++i) {
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
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  append_digits(out, static_cast<unsigned>(time.hours().count()), 2);
  out.push_back(':');
  append_digits(out, static_cast<unsigned>(time.minutes().count()), 2);
  out.push_back(':');
  append_digits(out, static_cast<unsigned>(time.seconds().count()), 2);
  out.push_back('.');
  append_digits(out, static_cast<unsigned>(time.subseconds().count()), 3);
  out.push_back('Z');
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
  separate();
  out_->push_back('"');
  out_->append(name).append("\":");
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

} // namespace holdfast::http
