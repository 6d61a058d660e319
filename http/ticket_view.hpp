#pragma once

#include "domain/public_id.hpp"
#include "http/json_writer.hpp"
#include "http/ticket_desk.hpp"
#include "projections/views.hpp"
#include "tickets/calendar.hpp"
#include "tickets/receipt.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Tickets and receipts made of what the views have of an order. Thread-safe.
namespace holdfast::http {

/// The place that one ticket of an order is for.
struct ticket_place {
  std::optional<domain::seat_index> seat; ///< of a standing place: none
  domain::area_index area = 0;            ///< of a standing place
  domain::tier_index tier = 0;            ///< of the layout
  domain::minor_units price = 0;          ///< as paid: 0 when complimentary
  domain::minor_units fee = 0;            ///< the same
  std::optional<domain::minor_units> tax; ///< the same, on top of both; absent: none comes on top
};

/// Tickets count seats in the order's sequence as it was sold, then standing places. Nothing beyond the last, and for those that went back one by one.
[[nodiscard]] auto place_of(const projections::booking_line& order, std::uint32_t number)
    -> std::optional<ticket_place>;

/// A ticket of the order as it is now: as it was bought, unless something happened to it since.
[[nodiscard]] auto ticket_of(const projections::booking_line& order, std::uint32_t index) -> domain::ticket;

/// A ticket with everything that it shows.
struct ticket_view {
  domain::public_ids::ticket_ref id;
  std::shared_ptr<const projections::booking_line> order;
  projections::event_summary event;
  ticket_place place;
  domain::ticket now; ///< whose it is, and which code holds

  /// An order that was given back has no tickets any more.
  [[nodiscard]] auto is_returned() const noexcept -> bool {
    return order->what.status != domain::booking_status::confirmed;
  }
  /// The seat's label or the area's name.
  [[nodiscard]] auto place_text() const -> std::string;
};

/// `code` is empty for a ticket that is returned, which has none.
void write_ticket(json_writer& out, const ticket_view& what, const domain::public_ids& ids, std::string_view code);

/// `version` is the event's, which grows with whatever changes about it.
[[nodiscard]] auto calendar_of(const ticket_view& what, const domain::public_ids& ids, std::uint64_t version,
                               domain::instant now) -> tickets::calendar_entry;

/// The receipt of an order that was paid, as it was sold, and of what went back of it since, each time with sums of its own: a line a seat, or, of
/// many, a line for all of a tier at one price.
[[nodiscard]] auto receipt_of(const projections::booking_line& order, const projections::event_summary& event,
                              const domain::public_ids& ids, const receipt_settings& settings,
                              const std::string& organisation) -> tickets::receipt;

} // namespace holdfast::http
