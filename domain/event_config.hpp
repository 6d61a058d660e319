#pragma once

#include "domain/instant.hpp"
#include "domain/limits.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

struct price_tier {
  std::string id;
  std::string name;
  minor_units price = 0; ///< 0 … limits::price_max, in the event's currency
  friend auto operator==(const price_tier&, const price_tier&) -> bool = default;
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
  std::string slug; ///< empty: none
  std::string description;
  std::string category;
  venue_summary venue;
  instant starts_at;
  currency_code currency;
  std::vector<price_tier> tiers;
  std::optional<instant> sale_opens_at;  ///< absent: open from publication on
  std::optional<instant> sale_closes_at; ///< absent: open until closed
  millis hold_time = limits::hold_time_default;
  millis hold_extension = limits::hold_time_default; ///< what the one extension adds to the deadline
  millis hold_cap = limits::hold_cap_max;            ///< longest life of a hold from its creation
  std::uint32_t max_per_order = 10;
  std::uint32_t max_per_buyer = 10;
  friend auto operator==(const event_config&, const event_config&) -> bool = default;
};

/// The fields of an amendment; absent ones stay as they are. An event stays at its venue: naming it again takes over what is known of
/// it now. Layout, venue and currency are frozen once the event is published.
struct event_amendment {
  std::optional<std::string> name, slug, description, category;
  std::optional<instant> starts_at;
  std::optional<venue_summary> venue;
  std::optional<currency_code> currency;
  std::optional<std::vector<price_tier>>
      tiers; ///< after publication: the same ids, other names or prices, or more tiers
  std::optional<std::optional<instant>> sale_opens_at, sale_closes_at; ///< inner absent: cleared
  std::optional<millis> hold_time, hold_extension, hold_cap;
  std::optional<std::uint32_t> max_per_order, max_per_buyer;
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
