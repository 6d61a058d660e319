#pragma once

#include "domain/event_state.hpp"
#include "domain/layout.hpp"
#include "domain/money.hpp"
#include "domain/public_id.hpp"
#include "http/json_writer.hpp"
#include "people/contact.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace holdfast::http {

/// What a hold or order is shown with.
struct booking_context {
  const domain::public_ids& ids;
  const domain::layout& seats;
  domain::event_id event;
  domain::currency_code currency;
  std::uint64_t seq = 0;                        ///< of the fact that made the booking what it is
  std::span<const domain::ticket> tickets = {}; ///< of an order: those that something happened to since
  const people::contact* people =
      nullptr; ///< who was named with an order, for whoever may know; null: nobody. Never for an answer that is remembered
  domain::waitlist_number waitlist{}; ///< of a hold: for which order on the waitlist it is offered; zero: for none
};

/// A live hold as `POST /v1/events/{id}/holds` answers it. `expires_in_ms` counts from `now`.
void write_hold(json_writer& out, const domain::booking& hold, const booking_context& in, domain::instant now);
/// An order as a confirmation answers it.
void write_order(json_writer& out, const domain::booking& order, const booking_context& in);
/// "wtl_" and the number: counted event by event, and nobody asks by it.
[[nodiscard]] auto waitlist_id(domain::waitlist_number number) -> std::string;
/// Why a payment came to nothing, as bodies say it. Thread-safe.
[[nodiscard]] auto turn_text(domain::turn why) noexcept -> std::string_view;
/// Why an order, or tickets of it, went back.
[[nodiscard]] auto cause_text(domain::return_cause why) noexcept -> std::string_view;
/// The order that a hold is becoming (`pending`), or that its last payment did not make of it (`failed`, with the reason).
void write_order_to_be(json_writer& out, const domain::booking& hold, const booking_context& in);
/// "cash", "card_terminal" or "complimentary".
[[nodiscard]] auto payment_method_text(domain::payment_record::method by) noexcept -> std::string_view;
/// "available", "held", "sold" or "blocked".
[[nodiscard]] auto seat_status_text(domain::seat_status status) noexcept -> std::string_view;

} // namespace holdfast::http
