#pragma once

#include "domain/money.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What Holdfast asks of whoever moves the money, and what it can be told.
///
/// A payment is made once an order (`create`: no money moves, nothing is promised), authorised with a method as often as a buyer tries
/// (`authorise`), then captured once or cancelled, and refunded in parts. The gateway itself allows one capture a payment: so an order
/// that has one payment is charged at most once, whatever happens to the calls. `create` stands apart because it makes the payment's
/// id known before money can move: whatever is unknown after that is answered by `retrieve`, and ended by `cancel`.
///
/// How a caller comes from `unknown` to an answer:
/// - the same call with the same key and the same arguments: it takes effect once however often it is asked, and says what became of it, for as long
///   as the gateway remembers the key (Stripe: a day at least, `key_memory`);
/// - `retrieve`, when the gateway has kept a failure for the key and repeats that for ever: `requires_capture` and `succeeded` say that the
///   authorisation took place, `canceled` that it never will. Any other status proves nothing yet: the call may still be on its way;
/// - `cancel`, which ends it: after `canceled` no late call can take effect, and when it is too late the answer shows what took place.
///   A refund has no such end: `list_refunds` shows it, by the metadata that it was asked with, once it exists. It is the one call that must not
///   be repeated beyond `key_memory` without that look: the others cannot take effect twice, because a payment's state does not let them.
/// A new key is for a new attempt after a known outcome (`declined`, `rejected`), never for one that is `unknown` or was `refused`.
namespace holdfast::payments {

/// How long the gateway certainly remembers a key after its first use; less than it says, because clocks differ.
inline constexpr std::chrono::hours key_memory{23};

enum class payment_status : std::uint8_t {
  requires_payment_method, ///< made, or the last method was declined: `authorise` may follow
  requires_confirmation,   ///< has a method, and nobody has confirmed it
  requires_action,  ///< the buyer must prove who he is; does not happen to payments made here, but to those of others
  processing,       ///< on its way; ask again
  requires_capture, ///< authorised: the amount is reserved at the buyer's bank
  succeeded,        ///< captured
  canceled          ///< nothing is reserved any more, and nothing can be
};

/// "requires_capture" and so on, as Stripe writes them. Thread-safe.
[[nodiscard]] auto name_of(payment_status status) noexcept -> std::string_view;

enum class refund_status : std::uint8_t {
  pending, ///< will become one of the others
  succeeded,
  failed,         ///< the money stayed with the seller: it takes another way back
  canceled,       ///< as failed
  requires_action ///< the buyer must do something at his bank first
};

[[nodiscard]] auto name_of(refund_status status) noexcept -> std::string_view;

/// Names and values that the gateway keeps with an object: at most 50, names of at most 40 bytes, values of at most 500. Never personal data.
using metadata = std::vector<std::pair<std::string, std::string>>;

/// The value under `name`; empty when there is none.
[[nodiscard]] auto value_of(const metadata& of, std::string_view name) noexcept -> std::string_view;

/// What the buyer's bank said no with. Known for certain: no money moved and none is reserved by this attempt.
struct declined {
  std::string code;         ///< "card_declined", "expired_card", "incorrect_cvc", "authentication_required" …
  std::string decline_code; ///< "insufficient_funds", "generic_decline" …; may be empty
  std::string message;      ///< for people, in English; says nothing about the buyer
  std::string payment_id;   ///< the payment lives on and may be authorised with another method
  friend auto operator==(const declined&, const declined&) -> bool = default;
};

/// The method a payment was charged to: what receipts show, and what limits per method count by.
struct card {
  std::string brand; ///< "visa"
  std::string last4; ///< four digits
  std::string
      fingerprint; ///< the same for the same card number at this gateway, and nothing that a card number follows from
  friend auto operator==(const card&, const card&) -> bool = default;
};

/// A payment as the gateway has it. Amounts are in minor units of `currency` as `domain::minor_unit_digits` counts them, and are carried as they came:
/// that they are what was asked for is the caller's to check.
struct payment {
  std::string id;
  payment_status status = payment_status::requires_payment_method;
  domain::minor_units amount = 0;            ///< that the payment is for
  domain::minor_units amount_capturable = 0; ///< reserved at the bank
  domain::minor_units amount_received = 0;   ///< captured
  domain::minor_units amount_refunded = 0;   ///< of what was captured
  domain::currency_code currency;
  std::int64_t created_s = 0; ///< by the gateway's clock, seconds since 1970
  metadata about;             ///< as given to `create`
  std::optional<card> method;
  std::optional<declined> last_decline; ///< why the last attempt failed; which attempt that was, this does not say
  friend auto operator==(const payment&, const payment&) -> bool = default;
};

struct refund {
  std::string id;
  std::string payment_id;
  refund_status status = refund_status::pending;
  domain::minor_units amount = 0;
  domain::currency_code currency;
  std::int64_t created_s = 0;
  metadata about; ///< as given to `refund`
  friend auto operator==(const refund&, const refund&) -> bool = default;
};

/// Part of a list, newest first.
template <class Item>
struct page {
  std::vector<Item> items;
  bool has_more = false; ///< ask again with `after` = the last item's id
  friend auto operator==(const page&, const page&) -> bool = default;
};

/// Nothing was sent, or the gateway certainly did nothing: the same call with the same key may follow, not before `retry_after`.
/// It speaks of this call alone: what an earlier call with the same key came to stays as it was.
struct refused {
  enum class why : std::uint8_t {
    circuit_open,  ///< the gateway has failed too often of late
    bulkhead_full, ///< as many calls are on their way as may be
    rate_limited,  ///< by our own limit, or by the gateway's
    unreachable,   ///< no connection came about
    stopping       ///< this server is about to end
  };
  why reason = why::circuit_open;
  std::chrono::milliseconds retry_after{0};
  std::string message; ///< for the log
  friend auto operator==(const refused&, const refused&) -> bool = default;
};

/// The gateway understood and did nothing, and will say the same to the same call: the state or the request is such.
struct rejected {
  enum class why : std::uint8_t {
    wrong_state, ///< captured already, cancelled already, refunded already … `now` shows the payment where the gateway said it
    not_found,    ///< no such object
    key_reused,   ///< the key came before, with other arguments: a fault in this program
    unauthorised, ///< the API key is wrong or may not do this: a fault in the configuration
    bad_request   ///< anything else: amount too small, unknown currency, no such method …
  };
  why reason = why::bad_request;
  std::string code;    ///< the gateway's: "payment_intent_unexpected_state", "amount_too_small" …; may be empty
  std::string message; ///< for the log
  std::optional<payment> now;
  friend auto operator==(const rejected&, const rejected&) -> bool = default;
};

/// Nobody here knows whether it took effect. It is no decline, and must never be treated as one.
struct unknown {
  enum class why : std::uint8_t {
    timed_out,
    connection_lost, ///< after the request was sent, wholly or in part
    server_error,    ///< 5xx
    unreadable,      ///< an answer that is not what the gateway's interface says
    in_progress,     ///< the gateway is still at work on the same key
    stopped          ///< this server ended before the answer came
  };
  why reason = why::timed_out;
  std::chrono::milliseconds retry_after{0}; ///< what the gateway asked for; 0: it did not
  bool kept = false;   ///< the gateway said that it keeps this answer for the key: only `retrieve` tells more
  std::string message; ///< for the log
  friend auto operator==(const unknown&, const unknown&) -> bool = default;
};

[[nodiscard]] auto name_of(refused::why reason) noexcept -> std::string_view;
[[nodiscard]] auto name_of(rejected::why reason) noexcept -> std::string_view;
[[nodiscard]] auto name_of(unknown::why reason) noexcept -> std::string_view;

/// What a call came to. Exactly one alternative, so that `unknown` and `declined` cannot be taken for each other. `declined` comes from
/// `authorise` alone.
template <class Value>
using outcome = std::variant<Value, declined, refused, rejected, unknown>;

using payment_outcome = outcome<payment>;
using refund_outcome = outcome<refund>;
using payments_outcome = outcome<page<payment>>;
using refunds_outcome = outcome<page<refund>>;

/// Called once, on the gateway's own thread, never from within the call that it answers. It must return soon, must not throw, and may call the gateway.
template <class Value>
using on_outcome = std::function<void(outcome<Value>&&)>;

/// `key`: the idempotency key of a call, 1 to 255 printable ASCII characters without blanks. It must be durable before the call is made.
struct create_request {
  std::string key;
  domain::minor_units amount = 0; ///< > 0
  domain::currency_code currency;
  std::string description; ///< on the gateway's own pages; no personal data
  metadata about;
};

struct authorise_request {
  std::string key; ///< a new one for every attempt of the buyer, the same one for every repetition of an attempt
  std::string payment_id;
  std::string method; ///< the gateway's token, "pm_…"
};

struct capture_request {
  std::string key;
  std::string payment_id;
  domain::minor_units amount = 0; ///< > 0, at most what is capturable; what is left of that is released
  domain::currency_code currency; ///< of the payment
};

struct cancel_request {
  std::string key;
  std::string payment_id;
};

struct refund_request {
  std::string key;
  std::string payment_id;
  domain::minor_units amount = 0; ///< > 0, at most what is captured and not refunded
  domain::currency_code currency; ///< of the payment
  metadata about;
};

/// Which part of a list.
struct list_request {
  std::optional<std::int64_t> created_from_s; ///< by the gateway's clock, inclusive
  std::optional<std::int64_t> created_to_s;   ///< exclusive
  std::string after;                          ///< the last id of the part before; empty: from the newest
  std::string payment_id;                     ///< refunds only: those of one payment; empty: all
  std::size_t items_max = 100;                ///< 1 to 100
};

enum class circuit_state : std::uint8_t { closed, open, half_open };

[[nodiscard]] auto name_of(circuit_state state) noexcept -> std::string_view;

/// For metrics, and for telling a buyer that it is not his fault.
struct gateway_status {
  circuit_state circuit = circuit_state::closed;
  std::chrono::milliseconds retry_after{0}; ///< until the circuit lets somebody try; 0 unless it is open
  std::uint64_t circuit_opened = 0;         ///< times since the start
  std::size_t in_flight = 0;                ///< calls that have no outcome yet
  std::uint64_t calls = 0;                  ///< asked for
  std::uint64_t requests = 0;               ///< sent, repetitions included
  std::uint64_t declined = 0;               ///< outcomes, by kind
  std::uint64_t refused = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0;
};

/// The port. Thread-safe; nothing blocks; every call is answered exactly once, also when the gateway object ends before (`refused` by `stopping` when
/// nothing was sent, `unknown` by `stopped` otherwise). Arguments that break what the requests above say are answered `rejected` by `bad_request`.
class gateway {
 public:
  gateway() = default;
  gateway(const gateway&) = delete;
  auto operator=(const gateway&) -> gateway& = delete;
  virtual ~gateway() = default;

  /// Makes a payment that waits for a method. Unknown and never asked again, it is an empty shell that no money can go through.
  virtual void create(const create_request& what, on_outcome<payment> done) = 0;
  /// Reserves the amount with a method: `requires_capture`, or declined. A method that would need the buyer's proof of identity is declined
  /// with "authentication_required".
  virtual void authorise(const authorise_request& what, on_outcome<payment> done) = 0;
  /// Takes what is reserved: `succeeded`.
  virtual void capture(const capture_request& what, on_outcome<payment> done) = 0;
  /// Gives back what is reserved, and ends the payment in any state but `succeeded`: `canceled`.
  virtual void cancel(const cancel_request& what, on_outcome<payment> done) = 0;
  /// Gives back what was captured, in whole or in part.
  virtual void refund_payment(const refund_request& what, on_outcome<refund> done) = 0;

  /// The payment as it is now. Changes nothing.
  virtual void retrieve(const std::string& payment_id, on_outcome<payment> done) = 0;
  virtual void retrieve_refund(const std::string& refund_id, on_outcome<refund> done) = 0;
  /// Payments, newest first; shows what was made before the call. For comparing ledgers, and for payments whose id was never learned.
  virtual void list_payments(const list_request& which, on_outcome<page<payment>> done) = 0;
  virtual void list_refunds(const list_request& which, on_outcome<page<refund>> done) = 0;

  [[nodiscard]] virtual auto status() const -> gateway_status = 0;
};

} // namespace holdfast::payments
