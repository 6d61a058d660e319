#pragma once

#include "domain/allocation.hpp"
#include "domain/instant.hpp"
#include "domain/limits.hpp"
#include "domain/money.hpp"
#include "domain/risk.hpp"
#include "domain/strong_id.hpp"
#include "domain/tax.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

struct price_tier {
  std::string id;
  std::string name;
  minor_units price = 0; ///< 0 … limits::price_max, in the event's currency
  minor_units fee = 0;   ///< on top of the price of each ticket; the same range
  friend auto operator==(const price_tier&, const price_tier&) -> bool = default;
};

/// Who is on stage.
struct performer {
  std::string name;
  std::string url; ///< http or https; empty: none
  friend auto operator==(const performer&, const performer&) -> bool = default;
};

/// A picture, which is kept elsewhere.
struct event_image {
  std::string url;  ///< https
  std::string alt;  ///< what it shows, for those who do not see it
  std::string kind; ///< what it is for, such as "poster"; empty: not said
  friend auto operator==(const event_image&, const event_image&) -> bool = default;
};

/// From how many places on a price tier is said to have few left.
struct few_left {
  enum class unit : std::uint8_t { percent = 1, places = 2 }; ///< percent: of the tier's places
  unit by = unit::percent;
  std::uint32_t value = 10; ///< at most limits::few_left_percent_max or limits::few_left_places_max
  friend auto operator==(const few_left&, const few_left&) -> bool = default;
};

enum class availability : std::uint8_t { none, few, many };

/// The most of `places` that may be available for it to be few.
[[nodiscard]] auto few_from(const few_left& threshold, std::uint64_t places) noexcept -> std::uint64_t;

/// What a tier of `places` is said to have when `available` of them are.
[[nodiscard]] auto availability_of(const few_left& threshold, std::uint64_t available, std::uint64_t places) noexcept
    -> availability;

/// A presale: who knows its code may hold while it is open, also before the general sale. It gives no right to what is set apart.
struct sale_phase {
  std::string id;   ///< as `is_slug` has it; unique in the event
  std::string name; ///< empty: none
  instant opens_at;
  std::optional<instant> closes_at; ///< absent: open until the event's sale closes
  /// Absent in an amendment only: the phase of that id keeps its own.
  std::optional<access_code_hash> code;
  friend auto operator==(const sale_phase&, const sale_phase&) -> bool = default;
};

/// A change of a tier's price that is declared beforehand and made once, by itself. Exactly one of `at` and `sold_percent`, and one of `price`
/// and `change_percent`, is said. Made as soon as the event is on its way (published or paused) and the moment or the mark is reached.
struct price_rule {
  std::string id;                 ///< as `is_slug` has it; unique in the event
  std::string tier;               ///< its id
  std::optional<instant> at;      ///< from then on
  std::uint32_t sold_percent = 0; ///< once so much of the tier's places is sold, 1 to 100; 0: not said
  std::optional<minor_units> price;
  std::int32_t change_percent = 0;     ///< of the price then, rounded down; 0: not said
  minor_units floor = 0;               ///< the new price is not below,
  minor_units cap = limits::price_max; ///< and not above
  std::optional<instant> applied_at;   ///< when it was made; absent: it is still to be
  friend auto operator==(const price_rule&, const price_rule&) -> bool = default;
};

/// At most `places` places are bought within any `seconds` by one buyer or with one card. What was given back since counts still.
struct velocity_rule {
  enum class whose : std::uint8_t { buyer = 1, card = 2 };
  whose per = whose::buyer;
  std::uint32_t places = 1;  ///< 1 … limits::tickets_max
  std::uint32_t seconds = 1; ///< 1 … limits::velocity_seconds_max
  friend auto operator==(const velocity_rule&, const velocity_rule&) -> bool = default;
};

/// What an event keeps of its venue: a copy, so that the event's journal explains itself.
struct venue_summary {
  venue_id id;
  std::string name;
  std::string city;
  std::string country;                     ///< ISO 3166-1 alpha-2
  std::string timezone;                    ///< IANA name
  std::optional<std::int32_t> latitude_e6; ///< millionths of a degree
  std::optional<std::int32_t> longitude_e6;
  friend auto operator==(const venue_summary&, const venue_summary&) -> bool = default;
};

/// Everything an organiser sets about an event but its layout. Shape (lengths, ranges, references) is checked by `config_faults`.
struct event_config {
  std::string name;
  std::string slug;        ///< empty: none
  std::string description; ///< Markdown (CommonMark)
  std::string category;    ///< the organiser's word, such as "opera"
  std::vector<performer> performers;
  std::vector<event_image> images;
  std::vector<std::string> languages; ///< BCP 47 tags, as `is_language_tag` has them
  few_left few;
  venue_summary venue;
  instant starts_at;
  currency_code currency;
  std::vector<price_tier> tiers;
  std::optional<instant> sale_opens_at;  ///< absent: open from publication on
  std::optional<instant> sale_closes_at; ///< absent: open until closed
  std::optional<instant> refunds_until;  ///< buyers may give tickets back before it; absent: they may not
  std::vector<sale_phase> phases;
  std::vector<price_rule> price_rules; ///< those that are due at once are made in this order
  millis hold_time = limits::hold_time_default;
  millis hold_extension = limits::hold_time_default; ///< what the one extension adds to the deadline
  millis hold_cap = limits::hold_cap_max;            ///< longest life of a hold from its creation
  std::uint32_t max_per_order = 10;
  std::uint32_t max_per_buyer = 10;
  std::uint32_t max_per_card = 0; ///< places that one card may have paid for; 0: any number
  /// Tickets may be resold for at most so much of what was paid for them, 1 to 100; 0: they may not be resold.
  std::uint32_t resale_max_percent = 0;
  std::vector<velocity_rule> velocity; ///< all of them hold; at most limits::velocity_rules_max
  allocation_number
      returns_to_allocation{}; ///< gets the public's places that are given back; zero, or no longer there: the public
  risk_verdict risk_on_failure =
      risk_verdict::none; ///< payments are scored, and this stands for a verdict that cannot be had; none: they are not
  std::optional<event_tax> tax; ///< of holds from now on; absent: none of the event's own
  millis waitlist_offer{}; ///< how long what comes back is held for whom it is offered to; zero: there is no waitlist
  friend auto operator==(const event_config&, const event_config&) -> bool = default;
};

/// The fields of an amendment; absent ones stay as they are. An event stays at its venue: naming it again takes over what is known of
/// it now. Layout, venue and currency are frozen once the event is published.
struct event_amendment {
  std::optional<std::string> name, slug, description, category;
  std::optional<std::vector<performer>> performers;
  std::optional<std::vector<event_image>> images;
  std::optional<std::vector<std::string>> languages;
  std::optional<few_left> few;
  std::optional<instant> starts_at;
  std::optional<venue_summary> venue;
  std::optional<currency_code> currency;
  std::optional<std::vector<price_tier>>
      tiers; ///< after publication: the same ids, other names or prices, or more tiers
  std::optional<std::optional<instant>> sale_opens_at, sale_closes_at, refunds_until; ///< inner absent: cleared
  std::optional<std::vector<sale_phase>> phases;
  std::optional<std::vector<price_rule>> price_rules; ///< one that is as it was before stays made
  std::optional<millis> hold_time, hold_extension, hold_cap;
  std::optional<std::uint32_t> max_per_order, max_per_buyer, max_per_card, resale_max_percent;
  std::optional<std::vector<velocity_rule>> velocity;
  std::optional<allocation_number> returns_to_allocation; ///< zero: none any more
  std::optional<risk_verdict> risk_on_failure;            ///< none: not scored any more
  std::optional<std::optional<event_tax>> tax;            ///< inner absent: none any more
  std::optional<millis> waitlist_offer;                   ///< zero: no waitlist any more
  friend auto operator==(const event_amendment&, const event_amendment&) -> bool = default;
};

/// One fault of a configuration: where (JSON Pointer into the API's event body, such as "/tiers/0/price") and why.
struct config_fault {
  std::string pointer;
  std::string message;
};

/// Every fault of a configuration by itself; empty when it is sound. Whether its tiers cover a layout is decided with the layout.
[[nodiscard]] auto config_faults(const event_config& config) -> std::vector<config_fault>;

/// The configuration after the amendment.
[[nodiscard]] auto amended(event_config config, const event_amendment& by) -> event_config;

} // namespace holdfast::domain
