#pragma once

#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// What the server says to the outside when something was decided: mail to buyers, webhooks to organisers.
namespace holdfast::notifications {

/// Numbers are stored: they keep their meaning for ever.
enum class notice_kind : std::uint8_t {
  order_confirmed = 1,
  order_refunded = 2,     ///< an order was taken back or resold whole, whoever wanted so, or the rest of it
  event_cancelled = 3,    ///< of the event itself; its orders are refunded one by one
  tickets_refunded = 4,   ///< some tickets of an order were taken back or resold, and it goes on
  ticket_transferred = 5, ///< a ticket is somebody else's now: told to whoever bought it
  waitlist_offered = 6,   ///< places came back, and are held for somebody who waited for them
};

/// What is offered to somebody on an event's waitlist: the notice's order is the hold.
struct waitlist_offer {
  domain::waitlist_number to;
  std::uint64_t places = 0;
  domain::instant until;
  std::uint64_t told = 0; ///< with which attempt they may have told where they can be reached; 0: nobody knows
  friend auto operator==(const waitlist_offer&, const waitlist_offer&) -> bool = default;
};

/// Something that somebody wants to hear of, at a place of an event's journal.
struct notice {
  notice_kind kind = notice_kind::order_confirmed;
  domain::event_id event;
  std::uint64_t seq = 0;
  domain::instant at;
  domain::organisation_id organisation; ///< the event's
  domain::hold_number order;            ///< zero: of the event as a whole
  domain::minor_units amount = 0;       ///< that goes back, of a refund

  std::optional<std::uint32_t> ticket{};        ///< that was handed on: which one of its order
  std::optional<domain::ticket_place> resold{}; ///< that another buyer has bought: the place that it was for
  std::optional<waitlist_offer> offer{};        ///< of `waitlist_offered`
};

/// What a fact gives notice of; the place is the caller's to fill in. Nothing for most facts. This is the one list of what is told.
[[nodiscard]] auto notice_of(const domain::fact_body& what) -> std::optional<notice>;

/// "order.confirmed": the type of a webhook. Static text.
[[nodiscard]] auto type_of(notice_kind kind) noexcept -> std::string_view;
/// The kind of a type; nothing for an unknown one.
[[nodiscard]] auto kind_of(std::string_view type) noexcept -> std::optional<notice_kind>;

/// Every kind there is.
[[nodiscard]] auto all_kinds() -> std::vector<notice_kind>;

/// Where its order is taken back and its event is cancelled, both kinds are of the buyer's concern in one mail.
[[nodiscard]] constexpr auto is_about_order(notice_kind kind) noexcept -> bool {
  return kind != notice_kind::event_cancelled;
}

} // namespace holdfast::notifications
