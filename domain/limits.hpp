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
inline constexpr std::size_t performers_per_event_max = 50;
inline constexpr std::size_t images_per_event_max = 20;
inline constexpr std::size_t image_text_bytes_max = 300;
inline constexpr std::size_t image_kind_bytes_max = 32;
inline constexpr std::size_t languages_per_event_max = 8;
inline constexpr std::size_t url_bytes_max = 512;
inline constexpr std::uint32_t few_left_percent_max = 100;
inline constexpr std::uint32_t few_left_places_max = 1'000'000;
inline constexpr std::size_t tier_id_bytes_max = 32;
inline constexpr std::size_t sale_phases_per_event_max = 16;
inline constexpr std::size_t price_rules_per_event_max = 64;
/// A rule takes off at most this many percent of a price, and adds at most so many.
inline constexpr std::int32_t price_rule_percent_min = -99;
inline constexpr std::int32_t price_rule_percent_max = 1'000;
inline constexpr std::size_t payment_text_bytes_max = 64;
/// What a payment gateway calls a card, a payment or a reason.
inline constexpr std::size_t payment_method_bytes_max = 128;
inline constexpr std::size_t gateway_text_bytes_max = 64;
/// Attempts to pay holds of one event, in its life.
/// Notifications of the gateway that one payment acts on; it goes on by itself without them.
inline constexpr std::size_t payment_hints_max = 16;
inline constexpr std::size_t risk_reason_bytes_max = 200; // why a payment was scored so; kept with every one
inline constexpr std::size_t payments_per_event_max = 4'000'000;

/// Seats and standing places in one hold; `max_per_order` may allow less.
inline constexpr std::uint32_t places_per_hold_max = 1'000;
/// Seats of a hold by best available.
inline constexpr std::uint32_t best_available_quantity_max = 100;
/// `max_per_order` and `max_per_buyer`: 1 to this.
inline constexpr std::uint32_t tickets_max = 100'000;
/// Scans of one ticket that are known to admit nobody: the newest of them.
inline constexpr std::size_t closed_scans_max = 16;
/// Rules of an event about what may be bought within a time, and the longest such time.
inline constexpr std::size_t velocity_rules_max = 8;
inline constexpr std::uint32_t velocity_seconds_max = 7 * 24 * 3'600; // a week
/// An event's tax: the longest name, and the whole of what is taxed.
inline constexpr std::size_t tax_name_bytes_max = 40;
inline constexpr std::uint32_t tax_basis_points_max = 10'000;
/// Purchases of tickets that went back since, of which an event still knows: the newest of them. Velocity rules count them.
inline constexpr std::size_t returned_purchases_max = 16'384;
/// Prices and fees are 0 to this, so that a hold's total always fits 63 bits.
inline constexpr std::int64_t price_max = 1'000'000'000'000;

inline constexpr millis hold_time_min = minutes(1);
inline constexpr millis hold_time_max = minutes(60);
inline constexpr millis hold_time_default = minutes(10);
/// A hold never lives longer than this from its creation, extension included, unless the event says less.
inline constexpr millis hold_cap_max = minutes(120);
/// Whose card was declined has at least this long for another, within the cap.
inline constexpr millis hold_after_decline_min = minutes(1);

/// A gate's name in bytes of UTF-8.
inline constexpr std::size_t gate_bytes_max = 32;

/// Orders on an event's waitlist at a time, choices of one, and groups of seats of a choice.
inline constexpr std::size_t waitlist_orders_max = 100'000;
inline constexpr std::size_t waitlist_choices_max = 4;
inline constexpr std::size_t waitlist_groups_max = 4;
/// How long what is offered to somebody on the waitlist is held for them.
inline constexpr millis waitlist_offer_min = minutes(1);
inline constexpr millis waitlist_offer_max = hours(72);

/// Facts one command may produce; mass work goes in chunks of this many.
inline constexpr std::size_t facts_per_command_max = 64;
inline constexpr std::size_t alternatives_max = 3;
/// Allocations of an event at a time, and in its life.
inline constexpr std::size_t allocations_max = 200;
inline constexpr std::uint32_t allocation_number_max = 60'000;
/// Seats that one command may set apart, add or remove.
inline constexpr std::size_t allocated_at_once_max = 10'000;
inline constexpr std::size_t allocation_reason_bytes_max = 200;
/// An access code as people type it: characters of a new one at least, and bytes of UTF-8 of any.
inline constexpr std::size_t access_code_characters_min = 6;
inline constexpr std::size_t access_code_bytes_max = 64;
/// Hold numbers end here; the event then refuses new holds.
inline constexpr std::uint32_t hold_number_max = 0x3fff'ffff;
/// Ended holds that are still told apart (expired or released, and whose): the newest of them, for this long.
inline constexpr std::size_t ended_holds_kept_max = 16'384;
inline constexpr millis ended_holds_kept = hours(1);
/// How long a remembered answer keeps its key.
inline constexpr millis keys_remembered = hours(24);

static_assert(hold_cap_max <= waitlist_offer_max);
static_assert(gateway_text_bytes_max <= payment_text_bytes_max,
              "an order's reference is the gateway's name of its payment");
static_assert(allocation_number_max <= UINT16_MAX);
static_assert(places_per_hold_max <= seats_per_event_max);
static_assert(hold_time_min <= hold_time_default && hold_time_default <= hold_time_max &&
              hold_time_max <= hold_cap_max);
static_assert(price_max <= INT64_MAX / static_cast<std::int64_t>(places_per_hold_max) / 4);

} // namespace holdfast::domain::limits
