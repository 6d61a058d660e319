#include "notifications/mail_message.hpp"

#include "notifications/encoding.hpp"
#include "tickets/local_time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace holdfast::notifications {

namespace {

constexpr std::string_view line_end = "\r\n";

auto is_plain(std::string_view text) -> bool {
  constexpr std::size_t unfolded_max = 60;
  return text.size() <= unfolded_max && text.find("=?") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Bytes of the character that begins here.
auto character_at(std::string_view text, std::size_t at) -> std::size_t {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0U) == 0x80U) {
    ++size;
  }
  return size;
}

auto without_controls(std::string_view text) -> std::string {
  std::string out{text};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, ' ');
  return out;
}

/// A display name as an atom sequence, a quoted string or encoded words.
auto display_name(std::string_view name) -> std::string {
  auto text = header_text(name);
  if (text != without_controls(name)) {
    return text;
  }
  std::string quoted{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
    }
    quoted.push_back(c);
  }
  return quoted.append(1, '"');
}

/// "Mon, 01 Mar 2027 19:00:00 +0000".
auto date_text(domain::instant when) -> std::string {
  constexpr std::array<const char*, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto at = tickets::utc_time(when);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02u:%02u:%02u +0000", days.at(at.weekday - 1), at.day,
                months.at(at.month - 1), at.year, at.hour, at.minute, at.second);
  return text.data();
}

void append_part(std::string& to, std::string_view boundary, std::string_view type, std::string_view text) {
  constexpr std::size_t line_max = 76;
  to.append("--").append(boundary).append(line_end);
  to.append("Content-Type: ").append(type).append("; charset=utf-8").append(line_end);
  to.append("Content-Transfer-Encoding: base64").append(line_end).append(line_end);
  const auto encoded = base64(text);
  for (std::size_t at = 0; at < encoded.size(); at += line_max) {
    to.append(encoded, at, line_max).append(line_end);
  }
}

} // namespace

auto header_text(std::string_view raw) -> std::string {
  auto text = without_controls(raw);
  if (is_plain(text)) {
    return text;
  }
  // An encoded word has at most 75 characters: 45 bytes become 60, and 12 are around them.
  constexpr std::size_t word_bytes_max = 45;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    while (at + size < text.size() && size + character_at(text, at + size) <= word_bytes_max) {
      size += character_at(text, at + size);
    }
    size = std::max<std::size_t>(size, 1);
    if (!out.empty()) {
      out.append(line_end).append(" ");
    }
    out.append("=?UTF-8?B?").append(base64(std::string_view{text}.substr(at, size))).append("?=");
    at += size;
  }
  return out;
}

auto encode(const mail& what) -> std::string {
  const auto header = [](std::string& to, std::string_view name, std::string_view value) {
    to.append(name).append(": ").append(value).append(line_end);
  };
  const auto boundary = "holdfast-" + without_controls(what.message_id.substr(0, what.message_id.find('@')));
  std::string out;
  header(out, "Date", date_text(what.date));
  header(out, "From",
         what.from_name.empty() ? what.from : display_name(what.from_name) + " <" + without_controls(what.from) + ">");
  header(out, "To", without_controls(what.to));
  header(out, "Message-ID", "<" + without_controls(what.message_id) + ">");
  header(out, "Subject", header_text(what.subject));
  header(out, "MIME-Version", "1.0");
  // No mailing list, no out-of-office reply (RFC 3834).
  header(out, "Auto-Submitted", "auto-generated");
  header(out, "Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  out.append(line_end);
  append_part(out, boundary, "text/plain", what.text);
  append_part(out, boundary, "text/html", what.html);
  out.append("--").append(boundary).append("--").append(line_end);
  return out;
}

} // namespace holdfast::notifications
