#pragma once

#include "domain/fact.hpp"
#include "domain/layout.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace holdfast::wire {
class Layout;
class Tax;
} // namespace holdfast::wire

/// The parts of the codec: selling's facts, written and read by hand because every hold and every replay pays for them, and all
/// others through the generated classes. Internal to the codec.
namespace holdfast::journal::codec {

/// Numbers of `Fact.fact` in facts.proto.
enum class number : std::uint16_t {
  event_created = 1,
  event_amended = 2,
  layout_replaced = 3,
  event_published = 4,
  event_paused = 5,
  event_resumed = 6,
  event_closed = 7,
  event_cancelled = 8,
  seats_allocated = 9,
  allocation_changed = 10,
  allocation_released = 11,
  hold_created = 16,
  hold_extended = 17,
  hold_released = 18,
  hold_expired = 19,
  order_confirmed = 20,
  hold_frozen = 21,
  hold_thawed = 22,
  order_returned = 23,
  ticket_transferred = 24,
  ticket_admitted = 25,
  admission_undone = 26,
  ticket_offered = 27,
  offer_withdrawn = 28,
  resale_held = 29,
  ticket_resold = 30,
  scan_turned_away = 31,
  waitlist_joined = 32,
  waitlist_left = 33,
  organisation_created = 64,
  venue_created = 65,
  venue_amended = 66,
  key_created = 67,
  key_revoked = 68,
  slug_reserved = 69,
  payment_requested = 128,
  payment_intended = 129,
  payment_prepared = 130,
  payment_authorised = 131,
  payment_booked = 132,
  payment_captured = 133,
  payment_turned = 134,
  payment_voided = 135,
  payment_freed = 136,
  payment_restored = 137,
  payment_hinted = 138,
  refund_requested = 139,
  refund_owed = 140,
  refund_refused = 141,
  refund_paid = 142,
  resale_owed = 143,
  payment_scored = 144,
  review_closed = 145,
  queue_settings_changed = 160,
  pre_queue_opened = 161,
  pre_queue_closed = 162,
  lots_drawn = 163,
  queue_mode_changed = 164,
  queue_joined = 165,
  queue_left = 166,
  queue_fell_silent = 167,
  queue_returned = 168,
  queue_admitted = 169,
  queue_claimed = 170,
  queue_finished = 171,
  queue_expired = 172,
  queue_demoted = 173,
  queue_pace_adjusted = 174,
};

/// Parts of several facts; false: it is no such part.
void write_tax(const domain::event_tax& from, wire::Tax& to);
[[nodiscard]] auto read_tax(const wire::Tax& from, domain::event_tax& to) -> bool;
/// Whether a rate is one that events have, by its numbers in the journal.
[[nodiscard]] auto read_rate(std::uint32_t mode, std::uint32_t basis_points, domain::tax_rate& to) -> bool;

void encode(const domain::hold_created& fact, std::string& to);
void encode(const domain::hold_extended& fact, std::string& to);
void encode(const domain::hold_released& fact, std::string& to);
void encode(const domain::hold_expired& fact, std::string& to);
void encode(const domain::order_confirmed& fact, std::string& to);

void encode(const domain::event_created& fact, std::string& to);
void encode(const domain::event_amended& fact, std::string& to);
void encode(const domain::layout_replaced& fact, std::string& to);
void encode(const domain::seats_allocated& fact, std::string& to);
void encode(const domain::allocation_changed& fact, std::string& to);
void encode(const domain::allocation_released& fact, std::string& to);
void encode(const domain::organisation_created& fact, std::string& to);
void encode(const domain::venue_created& fact, std::string& to);
void encode(const domain::venue_amended& fact, std::string& to);
void encode(const domain::key_created& fact, std::string& to);
void encode(const domain::key_revoked& fact, std::string& to);
void encode(const domain::slug_reserved& fact, std::string& to);
void encode(const domain::hold_frozen& fact, std::string& to);
void encode(const domain::hold_thawed& fact, std::string& to);
void encode(const domain::order_returned& fact, std::string& to);
void encode(const domain::ticket_transferred& fact, std::string& to);
void encode(const domain::ticket_admitted& fact, std::string& to);
void encode(const domain::scan_turned_away& fact, std::string& to);
void encode(const domain::admission_undone& fact, std::string& to);
void encode(const domain::ticket_offered& fact, std::string& to);
void encode(const domain::offer_withdrawn& fact, std::string& to);
void encode(const domain::resale_held& fact, std::string& to);
void encode(const domain::ticket_resold& fact, std::string& to);
void encode(const domain::resale_owed& fact, std::string& to);
void encode(const domain::waitlist_joined& fact, std::string& to);
void encode(const domain::waitlist_left& fact, std::string& to);
void encode(const domain::payment_requested& fact, std::string& to);
void encode(const domain::payment_intended& fact, std::string& to);
void encode(const domain::payment_prepared& fact, std::string& to);
void encode(const domain::payment_authorised& fact, std::string& to);
void encode(const domain::payment_booked& fact, std::string& to);
void encode(const domain::payment_captured& fact, std::string& to);
void encode(const domain::payment_turned& fact, std::string& to);
void encode(const domain::payment_restored& fact, std::string& to);
void encode(const domain::payment_voided& fact, std::string& to);
void encode(const domain::payment_freed& fact, std::string& to);
void encode(const domain::payment_hinted& fact, std::string& to);
void encode(const domain::refund_requested& fact, std::string& to);
void encode(const domain::refund_owed& fact, std::string& to);
void encode(const domain::refund_refused& fact, std::string& to);
void encode(const domain::refund_paid& fact, std::string& to);
void encode(const domain::payment_scored& fact, std::string& to);
void encode(const domain::review_closed& fact, std::string& to);
void encode(const domain::queue::settings_changed& fact, std::string& to);
void encode(const domain::queue::pre_queue_opened& fact, std::string& to);
void encode(const domain::queue::pre_queue_closed& fact, std::string& to);
void encode(const domain::queue::drawn& fact, std::string& to);
void encode(const domain::queue::mode_changed& fact, std::string& to);
void encode(const domain::queue::joined& fact, std::string& to);
void encode(const domain::queue::left& fact, std::string& to);
void encode(const domain::queue::fell_silent& fact, std::string& to);
void encode(const domain::queue::returned& fact, std::string& to);
void encode(const domain::queue::admitted& fact, std::string& to);
void encode(const domain::queue::claimed& fact, std::string& to);
void encode(const domain::queue::finished& fact, std::string& to);
void encode(const domain::queue::expired& fact, std::string& to);
void encode(const domain::queue::demoted& fact, std::string& to);
void encode(const domain::queue::pace_adjusted& fact, std::string& to);

/// Facts that say all by having happened.
template <class Fact>
requires std::is_empty_v<Fact>

void encode(const Fact&, std::string&) {}

/// True when `type` is one of selling's five and the payload was one; otherwise `body` is in no particular state.
[[nodiscard]] auto decode_hot(number type, std::string_view payload, domain::fact_body& body) -> bool;
/// The same for all other facts.
[[nodiscard]] auto decode_cold(number type, std::string_view payload, domain::fact_body& body) -> bool;

/// True when `type` is about payments by card and the payload was one of its facts; as `decode_cold`, which asks it.
[[nodiscard]] auto decode_payment(number type, std::string_view payload, domain::fact_body& body) -> bool;
/// True when `type` is about tickets and the payload was one of its facts; as `decode_cold`, which asks it.
[[nodiscard]] auto decode_ticket(number type, std::string_view payload, domain::fact_body& body) -> bool;
/// True when `type` is about the waitlist and the payload was one of its facts; as `decode_cold`, which asks it.
[[nodiscard]] auto decode_waitlist(number type, std::string_view payload, domain::fact_body& body) -> bool;
/// True when `type` is about allocations and the payload was one of its facts; as `decode_cold`, which asks it.
[[nodiscard]] auto decode_allocation(number type, std::string_view payload, domain::fact_body& body) -> bool;

/// True when `type` is about a waiting room and the payload was one of its facts; as `decode_cold`, which asks it.
[[nodiscard]] auto decode_queue(number type, std::string_view payload, domain::fact_body& body) -> bool;

/// A configuration by itself, as snapshots keep it.
void encode_config(const domain::event_config& config, std::string& to);
[[nodiscard]] auto decode_config(std::string_view bytes, domain::event_config& to) -> bool;

void write_layout(const domain::layout_spec& from, wire::Layout& to);
/// Nothing when a number is outside of what the domain's types hold.
[[nodiscard]] auto read_layout(const wire::Layout& from) -> std::optional<domain::layout_spec>;
/// Null when the domain refuses the layout.
[[nodiscard]] auto build_layout(const wire::Layout& from) -> std::shared_ptr<const domain::layout>;

} // namespace holdfast::journal::codec
