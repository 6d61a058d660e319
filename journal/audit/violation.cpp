#include "journal/audit/violation.hpp"

#include <utility>

namespace holdfast::journal::audit {

auto name_of(violation_kind kind) noexcept -> std::string_view {
  using enum violation_kind;
  switch (kind) {
  case record_unreadable: return "record_unreadable";
  case checksum_mismatch: return "checksum_mismatch";
  case misplaced_record: return "misplaced_record";
  case seq_gap: return "seq_gap";
  case chain_broken: return "chain_broken";
  case time_backwards: return "time_backwards";
  case epoch_backwards: return "epoch_backwards";
  case command_torn: return "command_torn";
  case command_repeated: return "command_repeated";
  case unknown_fact: return "unknown_fact";
  case payload_malformed: return "payload_malformed";
  case fact_in_wrong_stream: return "fact_in_wrong_stream";
  case head_mismatch: return "head_mismatch";
  case commit_order_broken: return "commit_order_broken";
  case deadline_missed: return "deadline_missed";
  case behind_mark: return "behind_mark";
  case unreadable_storage: return "unreadable_storage";
  case illegal_creation: return "illegal_creation";
  case invalid_configuration: return "invalid_configuration";
  case frozen_field_changed: return "frozen_field_changed";
  case illegal_life_change: return "illegal_life_change";
  case cancelled_with_sales: return "cancelled_with_sales";
  case illegal_hold_number: return "illegal_hold_number";
  case sale_not_open: return "sale_not_open";
  case invalid_owner: return "invalid_owner";
  case key_without_right: return "key_without_right";
  case empty_hold: return "empty_hold";
  case unknown_seat: return "unknown_seat";
  case seat_owned_twice: return "seat_owned_twice";
  case unknown_area: return "unknown_area";
  case area_over_capacity: return "area_over_capacity";
  case seat_set_apart: return "seat_set_apart";
  case illegal_allocation: return "illegal_allocation";
  case order_limit_exceeded: return "order_limit_exceeded";
  case buyer_limit_exceeded: return "buyer_limit_exceeded";
  case wrong_price: return "wrong_price";
  case wrong_fee: return "wrong_fee";
  case wrong_tax: return "wrong_tax";
  case wrong_deadline: return "wrong_deadline";
  case hold_not_live: return "hold_not_live";
  case illegal_extension: return "illegal_extension";
  case acted_after_deadline: return "acted_after_deadline";
  case expired_early: return "expired_early";
  case confirmed_late: return "confirmed_late";
  case wrong_total: return "wrong_total";
  case invalid_payment: return "invalid_payment";
  case illegal_freeze: return "illegal_freeze";
  case illegal_thaw: return "illegal_thaw";
  case hold_in_payment: return "hold_in_payment";
  case illegal_return: return "illegal_return";
  case illegal_payment: return "illegal_payment";
  case payment_differs: return "payment_differs";
  case sale_without_payment: return "sale_without_payment";
  case capture_without_order: return "capture_without_order";
  case captured_twice: return "captured_twice";
  case pinned_for_nothing: return "pinned_for_nothing";
  case money_differs: return "money_differs";
  case hint_repeated: return "hint_repeated";
  case illegal_transfer: return "illegal_transfer";
  case illegal_admission: return "illegal_admission";
  case illegal_resale: return "illegal_resale";
  case illegal_waitlist_change: return "illegal_waitlist_change";
  case illegal_offer: return "illegal_offer";
  case offer_unwanted: return "offer_unwanted";
  case waitlist_overtaken: return "waitlist_overtaken";
  case illegal_queue_change: return "illegal_queue_change";
  case illegal_place: return "illegal_place";
  case place_given_twice: return "place_given_twice";
  case wrong_draw: return "wrong_draw";
  case passed_over: return "passed_over";
  case admitted_too_fast: return "admitted_too_fast";
  case too_many_active: return "too_many_active";
  case held_unadmitted: return "held_unadmitted";
  case waitlist_out_of_line: return "waitlist_out_of_line";
  case illegal_organisation_fact: return "illegal_organisation_fact";
  case slug_taken_twice: return "slug_taken_twice";
  case snapshot_differs: return "snapshot_differs";
  }
  return "unknown";
}

namespace {

auto is_of_waiting_rooms(violation_kind kind) noexcept -> bool {
  using enum violation_kind;
  switch (kind) {
  case illegal_queue_change:
  case illegal_place:
  case place_given_twice:
  case wrong_draw:
  case passed_over:
  case admitted_too_fast:
  case too_many_active:
  case held_unadmitted:
  case waitlist_out_of_line: return true;
  default: return false;
  }
}

} // namespace

auto family_of(violation_kind kind) noexcept -> char {
  using enum violation_kind;
  if (is_of_waiting_rooms(kind))
    return 'W';
  switch (kind) {
  case wrong_price:
  case wrong_fee:
  case wrong_tax:
  case wrong_total:
  case invalid_payment:
  case illegal_return:
  case illegal_payment:
  case payment_differs:
  case sale_without_payment:
  case capture_without_order:
  case captured_twice:
  case illegal_resale:
  case money_differs: return 'M';
  case cancelled_with_sales:
  case illegal_hold_number:
  case sale_not_open:
  case invalid_owner:
  case key_without_right:
  case empty_hold:
  case unknown_seat:
  case seat_owned_twice:
  case unknown_area:
  case area_over_capacity:
  case seat_set_apart:
  case illegal_allocation:
  case order_limit_exceeded:
  case buyer_limit_exceeded:
  case hold_not_live:
  case illegal_extension:
  case illegal_freeze:
  case illegal_thaw:
  case hold_in_payment:
  case illegal_transfer:
  case illegal_admission:
  case illegal_waitlist_change:
  case illegal_offer:
  case offer_unwanted:
  case waitlist_overtaken:
  case pinned_for_nothing: return 'L';
  case deadline_missed:
  case wrong_deadline:
  case acted_after_deadline:
  case expired_early:
  case confirmed_late: return 'T';
  case hint_repeated:
  case command_repeated: return 'I';
  default: return 'J';
  }
}

void findings::add(violation_kind kind, stream_name stream, std::uint64_t seq, std::string detail) {
  auto& found = by_kind_[kind];
  if (found.count++ == 0)
    found = {stream, seq, std::move(detail), 1};
}

auto findings::count() const noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto& [kind, found] : by_kind_)
    sum += found.count;
  return sum;
}

auto findings::of(violation_kind kind) const noexcept -> std::uint64_t {
  const auto found = by_kind_.find(kind);
  return found == by_kind_.end() ? 0 : found->second.count;
}

} // namespace holdfast::journal::audit
