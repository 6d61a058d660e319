#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/money.hpp"
#include "domain/strong_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::projections {

/// What happened within some span of time, or in all: commands, and the places (seats and standing places) in them.
struct sales_flow {
  std::uint64_t holds = 0, places_held = 0;
  std::uint64_t released = 0, places_released = 0;
  std::uint64_t expired = 0, places_expired = 0;
  std::uint64_t orders = 0, places_sold = 0;
  domain::minor_units revenue = 0; ///< fees and taxes included

  auto operator+=(const sales_flow& more) noexcept -> sales_flow&;
  friend auto operator==(const sales_flow&, const sales_flow&) -> bool = default;
};

/// One price tier of the layout as it is. `available()` is what the public can have.
struct tier_figures {
  std::string id = {}, name = {};
  std::uint32_t capacity = 0, held = 0, sold = 0, held_back = 0;
  domain::minor_units revenue = 0; ///< of its places, without fees and taxes on top

  [[nodiscard]] auto available() const noexcept -> std::uint32_t { return capacity - held - sold - held_back; }

  friend auto operator==(const tier_figures&, const tier_figures&) -> bool = default;
};

/// What happened to the places of one tier within some span of time.
struct tier_flow {
  domain::tier_index tier = 0; ///< of the layout
  std::uint64_t places_held = 0, places_released = 0, places_expired = 0, places_sold = 0;
  domain::minor_units revenue = 0; ///< without fees and taxes on top

  friend auto operator==(const tier_flow&, const tier_flow&) -> bool = default;
};

/// What happened within some span of time, in all and by tier.
struct period_flow {
  sales_flow all;
  std::vector<tier_flow> tiers{}; ///< by tier; those in which something happened

  /// The line of a tier, made if need be.
  [[nodiscard]] auto of(domain::tier_index tier) -> tier_flow&;
  auto operator+=(const period_flow& more) -> period_flow&;
  friend auto operator==(const period_flow&, const period_flow&) -> bool = default;
};

/// A step of the time line: a minute, or for what is long past an hour or a day.
struct report_period {
  domain::instant from;
  domain::millis length;
  period_flow flow;
  friend auto operator==(const report_period&, const report_period&) -> bool = default;
};

/// How many places are the public's, and how many are set apart, whoever has them, from a moment on.
struct open_books_line {
  domain::instant at;
  std::uint64_t seq = 0;
  std::uint64_t open = 0, set_apart = 0;
  friend auto operator==(const open_books_line&, const open_books_line&) -> bool = default;
};

/// Orders by how they were paid, in the order of `payment_record::method`.
struct payment_figures {
  std::uint64_t orders = 0;
  domain::minor_units revenue = 0;
  friend auto operator==(const payment_figures&, const payment_figures&) -> bool = default;
};

inline constexpr std::size_t payment_methods = 5; ///< index 0 is none of them
inline constexpr domain::millis rate_window = domain::seconds(60);

/// What a report says of an event at a seq: plain data, from which JSON and CSV are written.
struct report_figures {
  domain::event_id event;
  domain::organisation_id organisation;
  domain::event_status status = domain::event_status::absent;
  std::optional<domain::instant> sale_opens_at, sale_closes_at;
  domain::sale_status sale =
      domain::sale_status::draft; ///< what an event's page says, at the moment that the report is of
  domain::currency_code currency;
  std::uint64_t seq = 0;
  domain::instant last_fact;
  std::vector<tier_figures> tiers; ///< in the layout's order
  sales_flow total;                ///< holds, orders, places sold and revenue only, unless `complete`
  domain::minor_units fees = 0;    ///< part of `total.revenue`
  domain::minor_units tax = 0;     ///< the same: what was paid on top of prices and fees
  std::uint64_t live_holds = 0;
  std::array<payment_figures, payment_methods> payments;

  /// Only a fold of all facts has what follows: a state does not remember how holds ended, nor when.
  bool complete = false;
  domain::minor_units kept = 0; ///< of what sellers of resold tickets had paid, what they did not get back; no revenue
  std::uint64_t holds_last_minute = 0, places_sold_last_minute = 0;
  std::vector<report_period> timeline;     ///< oldest first; nothing happened in between
  std::vector<open_books_line> open_books; ///< oldest first

  friend auto operator==(const report_figures&, const report_figures&) -> bool = default;
};

/// What comes on top of all places of a hold together.
[[nodiscard]] auto taxes_on_top(const domain::hold_created& what) -> domain::minor_units;

/// What the page of an event of this status and with this sale window says at that moment.
[[nodiscard]] auto sale_at(const report_figures& from, domain::instant at) -> domain::sale_status;

/// What a whole state says; not `complete`.
[[nodiscard]] auto figures_of(const domain::event_state& state) -> report_figures;

[[nodiscard]] auto report_json(const report_figures& from) -> std::string;
/// The same as one table by RFC 4180: a header, then lines whose first cell says what they are about (total, with the funnel; rates,
/// tier, payment, period, period_tier after its period, open_books). A text that a spreadsheet would take for a formula begins with an apostrophe.
[[nodiscard]] auto report_csv(const report_figures& from) -> std::string;

} // namespace holdfast::projections
