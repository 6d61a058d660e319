#pragma once

#include "journal/audit/source.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace holdfast::journal::audit {

/// What can be wrong with a journal. Names are stable: people and programs search for them.
enum class violation_kind : std::uint8_t {
  // Bytes and streams.
  record_unreadable = 1, ///< too short, wrong length, unknown format, reserved bytes set
  checksum_mismatch,     ///< CRC-32C differs
  misplaced_record,      ///< stored under a key that names another stream or seq
  seq_gap,               ///< seqs are not 1, 2, 3 …
  chain_broken,          ///< does not hold the hash of the record before it
  time_backwards,
  epoch_backwards,
  command_torn,     ///< a command's facts are not contiguous, not alike in time, or its last ones are missing
  command_repeated, ///< the same command took effect twice within 24 hours
  unknown_fact,     ///< a type or version that the format does not know
  payload_malformed,
  fact_in_wrong_stream,
  head_mismatch,       ///< the stored head is not the last record
  commit_order_broken, ///< the index of commits has a gap, misses records, names some twice, or its hash chain does not fit
  deadline_missed,     ///< the stored head would wake the event later than its next hold expires, or never
  behind_mark,         ///< older than what was acknowledged
  unreadable_storage, ///< the storage itself refused to give its bytes
  // Life of an event.
  illegal_creation,
  invalid_configuration,
  frozen_field_changed, ///< venue, currency, tiers or layout changed after publication
  illegal_life_change,
  cancelled_with_sales,
  // Holds.
  illegal_hold_number,
  sale_not_open,
  invalid_owner,     ///< neither one buyer nor the event's own box office
  key_without_right, ///< no such key of the organisation, without scope `sell`, or revoked
  empty_hold,
  unknown_seat,
  seat_owned_twice,
  unknown_area,
  seat_set_apart, ///< held by somebody who may not have it
  illegal_allocation,
  area_over_capacity,
  order_limit_exceeded,
  buyer_limit_exceeded,
  wrong_price,
  wrong_fee,
  wrong_tax, ///< held with another tax than the event's
  wrong_deadline,
  hold_not_live, ///< extended, released, expired or confirmed without a live hold of that number
  illegal_extension,
  acted_after_deadline, ///< released or extended when the deadline had passed
  expired_early,
  confirmed_late,
  // Orders.
  wrong_total,
  invalid_payment,
  // Paying by card, within an event's stream, within that of its payments, and between the two.
  illegal_freeze,        ///< frozen for a payment though it could not be
  illegal_thaw,          ///< thawed though that payment did not have it, or to a time it cannot end at
  hold_in_payment,       ///< changed or ended by something else than the payment it is frozen for
  illegal_return,        ///< taken back though it is no order, or not one of that kind
  illegal_payment,       ///< a payment out of its order, or one that says what no payment can
  payment_differs,       ///< payment and event do not say the same of hold, buyer, amount, currency or gateway
  sale_without_payment,  ///< an order by card stands, and its payment came to nothing or is not there
  capture_without_order, ///< money was kept, and its order does not stand
  captured_twice,        ///< two payments were taken for one hold
  pinned_for_nothing,    ///< a hold is frozen for a payment that has ended, or is not there
  money_differs,         ///< the sum of what was captured is not that of what was sold by card
  hint_repeated,         ///< a notification of the gateway took effect twice
  // Tickets.
  illegal_transfer,  ///< of a ticket that is not there, was used, or is not from whom it comes
  illegal_admission, ///< with a code that does not hold, a second time, or at no gate; or one undone that was not there
  illegal_resale,    ///< a ticket offered, held or resold though it could not be, or at another price
  // Waitlists.
  illegal_waitlist_change, ///< an order that could not be there, a buyer's second one, or one that was left and did not wait
  illegal_offer,           ///< for an order that does not wait, to another buyer, or of what is not the waitlist's
  offer_unwanted, ///< places that meet none of the order's choices, or one that comes after another that they would meet
  waitlist_overtaken, ///< held or offered though somebody before would have taken it
  // Waiting rooms.
  illegal_queue_change, ///< of mode or settings, or something that the mode does not have
  illegal_place,        ///< something happened to a place that is not there, or is not as it would have to be
  place_given_twice,    ///< a buyer with a live place got another
  wrong_draw,           ///< the entrants, the seed or what was mixed into it are not what was published
  passed_over,          ///< somebody was let in before somebody of the same band who was there, and ahead
  admitted_too_fast,    ///< more than rate and batch allow
  too_many_active,      ///< more than may be at a time
  held_unadmitted,      ///< a buyer held seats without having been let in
  waitlist_out_of_line, ///< an order on the waitlist with another rank than its buyer had from the waiting room
  // Organisations.
  illegal_organisation_fact,
  slug_taken_twice,
  // Snapshots.
  snapshot_differs, ///< a sound snapshot holds another state than the journal gives at its seq
};

[[nodiscard]] auto name_of(violation_kind kind) noexcept -> std::string_view;
/// Which promise it breaks: J journal, L seats, M money, T time, I idempotency, W waiting room.
[[nodiscard]] auto family_of(violation_kind kind) noexcept -> char;

/// Everything found, by kind: the first in journal order, and how often.
class findings {
 public:
  struct entry {
    stream_name stream;
    std::uint64_t seq = 0; ///< 0: the stream or the journal as a whole
    std::string detail;
    std::uint64_t count = 0;
  };

  void add(violation_kind kind, stream_name stream, std::uint64_t seq, std::string detail);

  [[nodiscard]] auto by_kind() const noexcept -> const std::map<violation_kind, entry>& { return by_kind_; }

  [[nodiscard]] auto count() const noexcept -> std::uint64_t;
  [[nodiscard]] auto of(violation_kind kind) const noexcept -> std::uint64_t;

 private:
  std::map<violation_kind, entry> by_kind_;
};

} // namespace holdfast::journal::audit
