#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// Writes JSON by appending to a string: no tree, no allocation but the string's own. The caller keeps the nesting right;
/// commas and escapes are the writer's. Strings are taken as UTF-8 (what the journal holds is).
///
/// ```
/// json_writer out{text};
/// out.begin_object().member("hold_id", id).key("seats").begin_array().value("A/12/7").end_array().end_object();
/// ```
class json_writer {
 public:
  explicit json_writer(std::string& out) noexcept : out_{&out} {}

  auto begin_object() -> json_writer& { return open('{'); }

  auto end_object() -> json_writer& { return close('}'); }

  auto begin_array() -> json_writer& { return open('['); }

  auto end_array() -> json_writer& { return close(']'); }

  /// `name` is written as it is: a literal without characters that need escaping.
  auto key(std::string_view name) -> json_writer&;

  auto value(std::string_view text) -> json_writer&;

  auto value(const char* text) -> json_writer& { return value(std::string_view{text}); }

  auto value(bool flag) -> json_writer& { return raw(flag ? "true" : "false"); }

  auto value(double number) -> json_writer&;

  template <std::integral Integer>

  requires(!std::same_as<Integer, bool>) auto value(Integer number) -> json_writer& {
    if constexpr (std::signed_integral<Integer>) {
      return signed_value(static_cast<std::int64_t>(number));
    } else {
      return unsigned_value(static_cast<std::uint64_t>(number));
    }
  }

  auto null() -> json_writer& { return raw("null"); }

  /// A value that is JSON already.
  auto raw(std::string_view json) -> json_writer&;

  /// A point in time, given as milliseconds since 1970, as RFC 3339 UTC with milliseconds.
  auto time(std::int64_t unix_ms) -> json_writer&;

  template <class Value>
  auto member(std::string_view name, const Value& what) -> json_writer& {
    return key(name).value(what);
  }

  /// One key whose value is written by somebody else next; for members appended by helpers.
  [[nodiscard]] auto text() noexcept -> std::string& { return *out_; }

 private:
  auto open(char bracket) -> json_writer&;
  auto close(char bracket) -> json_writer&;
  auto signed_value(std::int64_t number) -> json_writer&;
  auto unsigned_value(std::uint64_t number) -> json_writer&;
  void separate();

  std::string* out_;
  bool comma_ = false;
};

/// Appends `text` with JSON's escapes, without quotes.
void append_json_escaped(std::string& out, std::string_view text);
/// Appends `2027-03-01T19:00:00.000Z`.
void append_rfc3339(std::string& out, std::int64_t unix_ms);

} // namespace holdfast::projections
