#include "tickets/local_time.hpp"

#include "domain/time_zone.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>

namespace holdfast::tickets {

namespace {

struct zone_deleter {
  void operator()(GTimeZone* zone) const noexcept { g_time_zone_unref(zone); }
};
struct moment_deleter {
  void operator()(GDateTime* moment) const noexcept { g_date_time_unref(moment); }
};
using zone_handle = std::unique_ptr<GTimeZone, zone_deleter>;
using moment_handle = std::unique_ptr<GDateTime, moment_deleter>;

constexpr std::int64_t last_second = 253'402'300'799; // 9999-12-31T23:59:59Z, where GLib's calendar ends

auto seconds_of(domain::instant when) noexcept -> std::int64_t {
  return std::clamp(when.unix_ms / 1000, std::int64_t{0}, last_second);
}

auto as_wall_time(GDateTime* at) -> wall_time {
  return {.year = g_date_time_get_year(at),
          .month = static_cast<unsigned>(g_date_time_get_month(at)),
          .day = static_cast<unsigned>(g_date_time_get_day_of_month(at)),
          .weekday = static_cast<unsigned>(g_date_time_get_day_of_week(at)),
          .hour = static_cast<unsigned>(g_date_time_get_hour(at)),
          .minute = static_cast<unsigned>(g_date_time_get_minute(at)),
          .second = static_cast<unsigned>(g_date_time_get_second(at)),
          .zone = g_date_time_get_timezone_abbreviation(at)};
}

} // namespace

auto utc_time(domain::instant when) -> wall_time {
  const moment_handle at{g_date_time_new_from_unix_utc(seconds_of(when))};
  return as_wall_time(at.get());
}

auto local_time(domain::instant when, std::string_view zone) -> wall_time {
  // Only names of the database: GLib would take offsets and paths too.
  if (!domain::is_time_zone(zone)) {
    return utc_time(when);
  }
  const zone_handle rules{g_time_zone_new_identifier(std::string{zone}.c_str())};
  const moment_handle at{g_date_time_new_from_unix_utc(seconds_of(when))};
  const moment_handle there{rules ? g_date_time_to_timezone(at.get(), rules.get()) : nullptr};
  return there ? as_wall_time(there.get()) : utc_time(when);
}

} // namespace holdfast::tickets
