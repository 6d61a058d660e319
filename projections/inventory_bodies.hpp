#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "projections/json_writer.hpp"
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
  std::vector<domain::allocation> allocations; ///< by number
  std::vector<std::uint16_t> pools;     ///< by seat: number of its allocation, or 0; may end before the last seat
  std::optional<domain::instant> as_of; ///< until when it was known to be the newest; absent: it still is
  std::shared_ptr<const follow_mark> follows = {}; ///< of who folded it
};

/// An encoded body, and how long time leaves it right.
struct encoded_body {
  std::shared_ptr<const view_body> body;
  std::optional<domain::instant> valid_until; ///< absent: for ever
  /// What is right from then on, when that is soon: whoever reads in that moment is not kept waiting. Null: it is made when it is asked for.
  std::shared_ptr<const encoded_body> then = {};
};

/// How soon "soon" is.
inline constexpr domain::millis made_ahead = domain::minutes(10);

/// The seat status of an event; some 25 ns a seat. `layout` is the one of the picture. All four are thread-safe.
[[nodiscard]] auto encode_seats(const inventory_picture& from, const domain::layout& layout, domain::instant now)
    -> encoded_body;
/// The same as `application/vnd.holdfast.seats`.
[[nodiscard]] auto encode_seats_binary(const inventory_picture& from, domain::instant now) -> encoded_body;
/// The same with the seats of one section only, and no areas; the counts stay the event's.
[[nodiscard]] auto encode_section(const inventory_picture& from, const domain::layout& layout, std::uint32_t section,
                                  domain::instant now) -> encoded_body;
/// The event page; wrong from the moment on when the sale opens or closes. When that is soon, the page of that moment comes with it.
[[nodiscard]] auto encode_page(const inventory_picture& from, const domain::layout& layout, domain::instant now)
    -> encoded_body;

/// What every body of an event begins with: all but its bytes. For the files that encode.
[[nodiscard]] auto start_body(const inventory_picture& from, std::string_view representation, domain::instant now)
    -> std::shared_ptr<view_body>;
/// A page of the places that are set apart, for the event's organisation. Looks at each seat once.
[[nodiscard]] auto encode_allocations(const inventory_picture& from, const domain::layout& layout, allocation_page page,
                                      domain::instant now) -> encoded_body;
/// A seat of an allocation.
struct seat_apart {
  domain::seat_index seat = 0;
  domain::seat_status status = domain::seat_status::blocked;
};
/// One allocation, its seats named or only counted.
enum class seat_detail : std::uint8_t { counted, named };
void write_allocation(json_writer& out, const domain::allocation& one, const std::vector<seat_apart>& seats,
                      const domain::layout& layout, const domain::event_config& config, seat_detail detail);
/// "alc_" and its number; `parse` gives nothing for anything else.
[[nodiscard]] auto allocation_id(domain::allocation_number number) -> std::string;
[[nodiscard]] auto parse_allocation_id(std::string_view text) noexcept -> std::optional<domain::allocation_number>;
[[nodiscard]] auto to_text(domain::allocation_kind kind) noexcept -> std::string_view;
/// Nothing for another word.
[[nodiscard]] auto parse_allocation_kind(std::string_view text) noexcept -> std::optional<domain::allocation_kind>;

/// The members of a configuration that say who and what is to be seen, into an object that is open.
void write_catalogue(json_writer& out, const domain::event_config& config);

/// The members of `sale`: its times and presales, without their codes, into an object that is open.
void write_sale_plan(json_writer& out, const domain::event_config& config);
/// `price_rules`, those made already with when.
void write_price_rules(json_writer& out, const domain::event_config& config);

/// `velocity`, when there are any rules.
void write_velocity(json_writer& out, const domain::event_config& config);
/// `tax`, when there is one.
void write_tax(json_writer& out, const domain::event_config& config);
/// `waitlist`, when there is one.
void write_waitlist_terms(json_writer& out, const domain::event_config& config);
/// The members of a tax, into an object that is open.
void write_rate(json_writer& out, std::string_view name, const domain::tax_rate& rate);

/// As the API spells them.
[[nodiscard]] auto to_text(domain::availability what) noexcept -> std::string_view;
[[nodiscard]] auto to_text(domain::seat_status status) noexcept -> std::string_view;
[[nodiscard]] auto to_text(domain::sale_status status) noexcept -> std::string_view;

} // namespace holdfast::projections
