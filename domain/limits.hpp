#pragma once

#include "domain/instant.hpp"

#include <cstddef>
#include <cstdint>

/// Every limit of the domain, in one place. Each is part of the HTTP contract: what exceeds it is refused, never cut.
namespace holdfast::domain::limits {

inline constexpr std::uint32_t seats_per_event_max = 100'000;
inline constexpr std::uint32_t seats_per_row_max = 1'024;
inline constexpr std::uint32_t rows_per_event_max = 20'000;
inline constexpr std::uint32_t sections_per_event_max = 2'000;
inline constexpr std::uint32_t areas_per_event_max = 256;
inline constexpr std::uint32_t area_capacity_max = 1'000'000;
inline constexpr std::uint32_t tiers_per_event_max = 64;
/// A label part (section, row, area) in bytes of UTF-8, without '/'.
inline constexpr std::size_t label_part_bytes_max = 32;
/// A layout as bytes in the journal: the fact that carries it must fit a group commit.
inline constexpr std::size_t layout_bytes_max = 768 * 1024;

/// Numbers as printed on a row's seats: 0 to this.
inline constexpr std::uint32_t seat_number_max = 999'999;
/// Plan coordinates and pitches, in hundredths of the layout's unit: within ± this.
inline constexpr std::int32_t plan_coordinate_max = 1'000'000'000;

inline constexpr std::size_t name_bytes_max = 200;
inline constexpr std::size_t description_bytes_max = 8 * 1024;
inline constexpr std::size_t category_bytes_max = 64;
inline constexpr std::size_t timezone_bytes_max = 64;
inline constexpr std::size_t slug_bytes_max = 64;
inline constexpr std::size_t tier_id_bytes_max = 32;
inline constexpr std::size_t payment_text_bytes_max = 64;

/// Seats and standing places in one hold; `max_per_order` may allow less.
inline constexpr std::uint32_t places_per_hold_max = 1'000;
/// Seats of a hold by best available.
inline constexpr std::uint32_t best_available_quantity_max = 100;
/// `max_per_order` and `max_per_buyer`: 1 to this.
inline constexpr std::uint32_t tickets_max = 100'000;
/// Prices are 0 to this, so that a hold's total always fits 63 bits.
inline constexpr std::int64_t price_max = 1'000'000'000'000;

inline constexpr millis hold_time_min = minutes(1);
inline constexpr millis hold_time_max = minutes(60);
inline constexpr millis hold_time_default = minutes(10);
/// A hold never lives longer than this from its creation, extension included, unless the event says less.
inline constexpr millis hold_cap_max = minutes(120);

/// Facts one command may produce; mass work goes in chunks of this many.
inline constexpr std::size_t facts_per_command_max = 64;
inline constexpr std::size_t alternatives_max = 3;
/// Hold numbers end here; the event then refuses new holds.
inline constexpr std::uint32_t hold_number_max = 0x3fff'ffff;
/// Ended holds that are still told apart (expired or released, and whose): the newest of them, for this long.
inline constexpr std::size_t ended_holds_kept_max = 16'384;
inline constexpr millis ended_holds_kept = hours(1);
/// How long a remembered answer keeps its key.
inline constexpr millis keys_remembered = hours(24);

static_assert(places_per_hold_max <= seats_per_event_max);
static_assert(hold_time_min <= hold_time_default && hold_time_default <= hold_time_max &&
              hold_time_max <= hold_cap_max);
static_assert(price_max <= INT64_MAX / static_cast<std::int64_t>(places_per_hold_max) / 4);

} // namespace holdfast::domain::limits
