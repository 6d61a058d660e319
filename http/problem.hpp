#pragma once

#include "http/json_writer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Errors as RFC 9457 `application/problem+json`. One table, a line a kind: the code that clients switch on, the status, the
/// title and the page behind `/problems/<code>`.
namespace holdfast::http {

/// Every error that the API answers with. The table is in problem.cpp, in this order.
enum class problem_kind : std::uint8_t {
  // What the gate and the router refuse.
  malformed_request,
  invalid_json,
  invalid_query,
  credentials_in_url,
  idempotency_key_required,
  idempotency_key_invalid,
  credentials_required,
  credentials_invalid,
  signature_invalid,
  scope_missing,
  buyer_required,
  verified_buyer_required,
  origin_not_allowed,
  not_found,
  method_not_allowed,
  not_acceptable,
  body_too_large,
  unsupported_media_type,
  expectation_failed,
  validation_failed,
  rate_limited,
  // What stands in the way of an answer.
  internal_error,
  event_unreadable,
  payments_not_configured,
  not_configured,
  overloaded,
  draining,
  starting,
  not_ready,
  journal_unavailable,
  storage_low,
  clock_unsure,
  projection_behind,
  unavailable,
  // States of the world.
  payment_declined,
  seat_unavailable,
  area_full,
  no_such_seats,
  limit_exceeded,
  card_limit_exceeded,
  velocity_exceeded,
  waitlist_closed,
  waitlist_full,
  already_waiting,
  places_available,
  sale_not_open,
  wrong_access_code,
  wrong_status,
  already_exists,
  slug_taken,
  already_created,
  last_admin_key,
  claim_void,
  resale_closed,
  offer_taken,
  ticket_used,
  not_admitted,
  order_refunded,
  no_such_ticket,
  refund_closed,
  payment_in_progress,
  payments_unavailable,
  payment_timed_out,
  payment_failed,
  already_extended,
  hold_confirmed,
  hold_ended,
  holds_exhausted,
  layout_frozen,
  request_in_progress,
  hold_expired,
  admission_expired,
  version_mismatch,
  idempotency_key_reused,
  field_not_supported,
  card_number_refused,
  admission_required,
  past_too_far,
  // Waiting rooms.
  queue_ticket_required,
  challenge_required,
  join_refused,
  join_held_back,
  waiting_room_off,
  waiting_room_full,
  waiting_room_mode,
  draw_round_missing,
  draw_seed_lost,
};

struct problem_row {
  problem_kind kind;
  std::string_view code;
  unsigned status;
  std::string_view title;
  std::string_view description; ///< what happened and what a client can do, in full sentences
};

[[nodiscard]] auto problem_row_of(problem_kind kind) noexcept -> const problem_row&;
[[nodiscard]] auto problem_rows() noexcept -> std::span<const problem_row>;
/// The row with this code, or null.
[[nodiscard]] auto find_problem(std::string_view code) noexcept -> const problem_row*;

/// One fault of a body: where (JSON Pointer) and why.
struct json_error {
  std::string pointer;
  std::string message;
};

/// What one occurrence of a problem adds to its row.
struct problem_details {
  /// A sentence about this occurrence. Never personal data, secrets or text of the client's.
  std::string_view detail = {};
  /// When trying again makes sense. 429 and 503 always say so; unset, they say one second.
  std::optional<std::chrono::milliseconds> retry_after = {};
  std::span<const json_error> errors = {};
};

/// Opens a problem document: everything but the closing brace, so that the caller can add members.
void begin_problem(json_writer& out, problem_kind kind, const problem_details& details, std::string_view trace_id);
/// Closes it.
void end_problem(json_writer& out);
/// The `Retry-After` of this occurrence in seconds, rounded up; 0 when it has none.
[[nodiscard]] auto retry_after_seconds(problem_kind kind, const problem_details& details) noexcept -> std::uint64_t;
/// The page behind `/problems/<code>`, as HTML.
[[nodiscard]] auto problem_page(const problem_row& row) -> std::string;

} // namespace holdfast::http
