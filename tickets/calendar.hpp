#pragma once

#include "domain/instant.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// A calendar file (iCalendar, RFC 5545) with one event in it, as an order offers it. Thread-safe.
namespace holdfast::tickets {

struct calendar_entry {
  std::string
      uid; ///< the same for the entry's life, whatever changes: the order's id with the server's name, "ord_…@tickets.example"
  std::uint32_t sequence =
      0; ///< grows with every change that matters (time, place, cancellation): calendars keep the highest
  domain::instant changed_at; ///< when this was last changed
  domain::instant starts_at;
  std::optional<domain::instant> ends_at; ///< not before starts_at; absent: the entry takes no time
  std::string summary;
  std::string location;    ///< may be empty, as all that follow
  std::string description; ///< may have several lines
  std::string url;
  std::string organiser_name;
  std::string organiser_email;                    ///< without one there is no organiser in the file
  std::optional<std::pair<double, double>> place; ///< latitude, longitude
  bool cancelled = false;                         ///< takes the entry out of calendars that have it
};

/// The file, `text/calendar; charset=utf-8`: METHOD PUBLISH, or CANCEL. Times are in UTC, so that no zone's rules have to travel with it and every
/// calendar shows its own time. Lines end with CR LF and are folded at 75 bytes between characters; what would end a line or a value is escaped.
[[nodiscard]] auto calendar_file(const calendar_entry& entry) -> std::string;

/// "text/calendar; charset=utf-8; method=PUBLISH", or CANCEL: the file's media type.
[[nodiscard]] auto calendar_media_type(const calendar_entry& entry) -> std::string;

} // namespace holdfast::tickets
