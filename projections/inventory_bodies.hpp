#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "projections/seat_ledger.hpp"
#include "projections/views.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// One event's inventory at a seq: all that its bodies are made of, but the layout. A copy costs 2 bits a seat.
struct inventory_picture {
  domain::event_id event;
  domain::organisation_id organisation;
  domain::event_status status = domain::event_status::absent;
  std::uint64_t seq = 0;
  std::uint64_t version = 0;
  std::uint64_t state_hash = 0;
  std::shared_ptr<const domain::event_config> config; ///< never null
  std::string layout_hash;
  domain::event_counts counts;
  packed_statuses statuses;
  std::vector<area_line> areas;
};

/// An encoded body, and how long time leaves it right.
struct encoded_body {
  std::shared_ptr<const view_body> body;
  std::optional<domain::instant> valid_until; ///< absent: for ever
};

/// The seat status of an event; some 25 ns a seat. `layout` is the one of the picture. All four are thread-safe.
[[nodiscard]] auto encode_seats(const inventory_picture& from, const domain::layout& layout, domain::instant now)
    -> encoded_body;
/// The same as `application/vnd.holdfast.seats`.
[[nodiscard]] auto encode_seats_binary(const inventory_picture& from, domain::instant now) -> encoded_body;
/// The same with the seats of one section only, and no areas; the counts stay the event's.
[[nodiscard]] auto encode_section(const inventory_picture& from, const domain::layout& layout, std::uint32_t section,
                                  domain::instant now) -> encoded_body;
/// The event page; wrong from the moment on when the sale opens or closes.
[[nodiscard]] auto encode_page(const inventory_picture& from, const domain::layout& layout, domain::instant now)
    -> encoded_body;

/// As the API spells them.
[[nodiscard]] auto to_text(domain::seat_status status) noexcept -> std::string_view;
[[nodiscard]] auto to_text(domain::sale_status status) noexcept -> std::string_view;

} // namespace holdfast::projections
