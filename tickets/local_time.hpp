#pragma once

#include "domain/instant.hpp"

#include <string>
#include <string_view>

namespace holdfast::tickets {

/// A moment as a wall clock and a calendar show it. Gregorian.
struct wall_time {
  int year = 1970;
  unsigned month = 1;   ///< 1 to 12
  unsigned day = 1;     ///< 1 to 31
  unsigned weekday = 1; ///< 1 is Monday
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::string zone; ///< how the zone calls itself at that moment: "CET", "CEST", "UTC", "+04"
};

/// In UTC. For moments of the years up to 9999. Thread-safe.
[[nodiscard]] auto utc_time(domain::instant when) -> wall_time;
/// In a zone of the IANA database as it is installed (Debian's `tzdata`: a file of some KiB is read); in UTC, and saying so, where the name is none
/// or its file is missing. Thread-safe.
[[nodiscard]] auto local_time(domain::instant when, std::string_view zone) -> wall_time;

} // namespace holdfast::tickets
