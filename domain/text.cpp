#include "domain/text.hpp"

#include "domain/ascii.hpp"
#include "domain/card_number.hpp"
#include "domain/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace holdfast::domain {
namespace {

constexpr std::uint32_t no_code_point = 0xffff'ffff;

/// The code point at `at`, which moves behind it; `no_code_point` where the bytes are not well-formed.
auto next_code_point(std::string_view text, std::size_t& at) noexcept -> std::uint32_t {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(at++);
  if (first < 0x80) {
    return first;
  }
  // 0x80 … 0xc1 never start a sequence (0xc0 and 0xc1 would be overlong), nor does anything above 0xf4.
  if (first < 0xc2 || first > 0xf4) {
    return no_code_point;
  }
  const std::size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  if (text.size() - at < more) {
    return no_code_point;
  }
  std::uint32_t point = first & (0x3fU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const std::uint32_t next = byte(at++);
    if ((next & 0xc0) != 0x80) {
      return no_code_point;
    }
    point = point << 6 | (next & 0x3f);
  }
  constexpr std::array<std::uint32_t, 4> smallest{0, 0x80, 0x800, 0x1'0000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < smallest[more] || point > 0x10'ffff || surrogate ? no_code_point : point;
}

auto is_text(std::string_view text, bool lines) noexcept -> bool {
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t point = next_code_point(text, at);
    if (lines && (point == '\n' || point == '\t')) {
      continue;
    }
    if (point == no_code_point || point < 0x20 || (point >= 0x7f && point < 0xa0)) {
      return false;
    }
  }
  return true;
}

/// White space of Unicode (property White_Space) that is no control character.
constexpr auto is_blank(std::uint32_t point) noexcept -> bool {
  return point == 0x20 || point == 0xa0 || point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
         point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

/// Shows nothing, or turns the direction of what stands around it.
constexpr auto is_unseen(std::uint32_t point) noexcept -> bool {
  return (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x2069) || point == 0xfeff;
}

} // namespace

auto is_utf8(std::string_view text) noexcept -> bool {
  for (std::size_t at = 0; at < text.size();) {
    if (next_code_point(text, at) == no_code_point) {
      return false;
    }
  }
  return true;
}

auto is_printable_text(std::string_view text) noexcept -> bool {
  return is_text(text, false);
}

auto is_multiline_text(std::string_view text) noexcept -> bool {
  return is_text(text, true);
}

auto is_clear_name(std::string_view text) noexcept -> bool {
  if (text.empty() || !is_printable_text(text)) {
    return false;
  }
  bool blank = true;
  for (std::size_t at = 0; at < text.size();) {
    const bool first = at == 0;
    const std::uint32_t point = next_code_point(text, at);
    blank = is_blank(point);
    if (is_unseen(point) || (first && blank)) {
      return false;
    }
  }
  return !blank;
}

auto is_label_part(std::string_view text) noexcept -> bool {
  return text.size() <= limits::label_part_bytes_max && text.find('/') == std::string_view::npos && is_clear_name(text);
}

auto is_slug(std::string_view text) noexcept -> bool {
  return !text.empty() && text.size() <= limits::slug_bytes_max && text.front() != '-' && text.back() != '-' &&
         text.find("--") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

auto is_payment_text(std::string_view text) -> bool {
  return text.size() <= limits::payment_text_bytes_max &&
         std::ranges::all_of(text,
                             [](char c) {
                               return is_lower(c) || is_upper(c) || is_digit(c) || c == ' ' || c == '.' || c == '_' ||
                                      c == '-';
                             }) &&
         !has_card_number(text);
}

} // namespace holdfast::domain
