#include "tickets/calendar.hpp"

#include "tickets/local_time.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace holdfast::tickets {

namespace {

constexpr std::size_t line_bytes_max = 75; // RFC 5545, 3.1: without the line's end

auto continues_character(char byte) noexcept -> bool {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// One content line, folded. A continuation begins with a blank, which counts.
void append_line(std::string& to, std::string_view line) {
  std::size_t room = line_bytes_max;
  while (line.size() > room) {
    std::size_t cut = room;
    while (cut > 1 && continues_character(line[cut])) {
      --cut;
    }
    to.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
    room = line_bytes_max - 1;
  }
  to.append(line).append("\r\n");
}

auto is_control(char letter) noexcept -> bool {
  return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
}

/// A value of type TEXT (3.3.11).
auto as_text(std::string_view value) -> std::string {
  std::string out;
  for (const char letter : value) {
    switch (letter) {
    case '\\': out += "\\\\"; break;
    case ';': out += "\\;"; break;
    case ',': out += "\\,"; break;
    case '\n': out += "\\n"; break;
    default:
      if (!is_control(letter)) {
        out.push_back(letter);
      }
    }
  }
  return out;
}

/// A quoted parameter's value (3.2): there is no escape for a quotation mark.
auto as_parameter(std::string_view value) -> std::string {
  std::string out{"\""};
  for (const char letter : value) {
    if (letter == '"') {
      out.push_back('\'');
    } else if (!is_control(letter)) {
      out.push_back(letter);
    }
  }
  return out + '"';
}

/// A URI, which has no escapes: what cannot stand in one is left out.
auto as_uri(std::string_view value) -> std::string {
  std::string out;
  for (const char letter : value) {
    if (!is_control(letter) && letter != ' ') {
      out.push_back(letter);
    }
  }
  return out;
}

auto as_utc(domain::instant when) -> std::string {
  const auto at = utc_time(when);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02u%02u%02uZ", at.year, at.month, at.day, at.hour, at.minute,
                at.second);
  return text.data();
}

/// Six decimal digits, with a point whatever the locale.
auto as_degrees(double value) -> std::string {
  constexpr double scale = 1e6;
  const auto millionths = std::llround((value < 0 ? -value : value) * scale);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%s%lld.%06lld", value < 0 ? "-" : "", millionths / 1'000'000,
                millionths % 1'000'000);
  return text.data();
}

auto method_of(const calendar_entry& entry) noexcept -> std::string_view {
  return entry.cancelled ? "CANCEL" : "PUBLISH";
}

void append_times(std::string& to, const calendar_entry& entry) {
  append_line(to, "DTSTAMP:" + as_utc(entry.changed_at));
  append_line(to, "LAST-MODIFIED:" + as_utc(entry.changed_at));
  append_line(to, "DTSTART:" + as_utc(entry.starts_at));
  if (entry.ends_at && *entry.ends_at > entry.starts_at) { // DTEND must be later
    append_line(to, "DTEND:" + as_utc(*entry.ends_at));
  }
}

void append_texts(std::string& to, const calendar_entry& entry) {
  append_line(to, "SUMMARY:" + as_text(entry.summary));
  const std::array<std::pair<std::string_view, std::string_view>, 2> texts{
      {{"LOCATION:", entry.location}, {"DESCRIPTION:", entry.description}}};
  for (const auto& [name, value] : texts) {
    if (!value.empty()) {
      append_line(to, std::string{name} + as_text(value));
    }
  }
  if (!entry.url.empty()) {
    append_line(to, "URL:" + as_uri(entry.url));
  }
  if (!entry.organiser_email.empty()) {
    const auto name = entry.organiser_name.empty() ? "" : ";CN=" + as_parameter(entry.organiser_name);
    append_line(to, "ORGANIZER" + name + ":mailto:" + as_uri(entry.organiser_email));
  }
  if (entry.place) {
    append_line(to, "GEO:" + as_degrees(entry.place->first) + ';' + as_degrees(entry.place->second));
  }
}

} // namespace

auto calendar_file(const calendar_entry& entry) -> std::string {
  std::string out;
  append_line(out, "BEGIN:VCALENDAR");
  append_line(out, "VERSION:2.0");
  append_line(out, "PRODID:-//Holdfast//Tickets//EN");
  append_line(out, "CALSCALE:GREGORIAN");
  append_line(out, "METHOD:" + std::string{method_of(entry)});
  append_line(out, "BEGIN:VEVENT");
  append_line(out, "UID:" + as_text(entry.uid));
  append_line(out, "SEQUENCE:" + std::to_string(entry.sequence));
  append_times(out, entry);
  append_texts(out, entry);
  append_line(out, entry.cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED");
  append_line(out, "TRANSP:OPAQUE");
  append_line(out, "END:VEVENT");
  append_line(out, "END:VCALENDAR");
  return out;
}

auto calendar_media_type(const calendar_entry& entry) -> std::string {
  return "text/calendar; charset=utf-8; method=" + std::string{method_of(entry)};
}

} // namespace holdfast::tickets
