#pragma once

#include "domain/checkout/fact.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::domain {

enum class payment_status : std::uint8_t {
  requested = 1,  ///< the event has not said yet whether the hold can be paid
  intended = 2,   ///< the hold is frozen, the intent durable
  prepared = 3,   ///< the gateway has a payment for it
  authorised = 4, ///< the money is reserved
  booked = 5,     ///< the hold is an order
  captured = 6,   ///< the end, unless it is refunded: sold and paid
  turned = 7,     ///< being undone
  failed = 8,     ///< the end: nothing is sold by it, and no money kept
};

/// Some tickets that go back.
struct refund {
  std::vector<std::uint32_t> tickets;
  return_cause cause = return_cause::refunded;
  organisation_id organisation;
  key_id by;
  command_id asked_by;
  std::optional<minor_units> owed; ///< absent: the event has not taken them back yet
  friend auto operator==(const refund&, const refund&) -> bool = default;
};

/// One attempt to pay a hold.
struct payment {
  payment_number number;
  payment_status status = payment_status::requested;
  hold_number hold;
  subject_id buyer;
  std::string method;
  command_id asked_by; ///< of the buyer's request, under which its answer is remembered
  minor_units amount = 0;
  currency_code currency;
  instant requested_at;
  instant intended_at;
  risk_terms risk;                           ///< as payment_intended's
  risk_verdict verdict = risk_verdict::none; ///< none: it was not scored, or not yet
  payment_scored::source verdict_by{};
  std::string verdict_reason;
  instant scored_at;
  review_decision review = review_decision::none; ///< of one whose verdict is a review
  instant pinned_until;
  std::string gateway_payment; ///< empty: not prepared
  std::uint64_t card = 0;      ///< authorised: as payment_authorised's
  turn why{};                  ///< turned and failed
  event_refusal event = event_refusal::none;
  std::string code;
  command_id refund_asked_by; ///< of the organiser's request
  organisation_id refund_organisation;
  key_id refund_by;
  return_cause refund_cause = return_cause::refunded;
  minor_units refunded = 0;          ///< what is owed or given back of it, ticket by ticket, resold ones too
  std::uint32_t refunds = 0;         ///< refunds of tickets that were begun
  std::optional<refund> going_back;  ///< captured: the one under way
  payment_number seller;             ///< of a ticket that is resold: whose money goes back for it
  std::uint32_t pinned = 0;          ///< captured: payments that may yet be booked for a ticket of its order
  minor_units kept = 0;              ///< of tickets that were resold: never given back
  std::vector<minor_units> resold{}; ///< captured: what is to be given back of those, one after the other
  bool owes_money = false;           ///< turned: the gateway may keep some of it
  bool owes_event = false;           ///< turned: the event waits for it, or has an order that is not paid
  std::vector<std::string> hints{};  ///< that were acted on, oldest first; limits::payment_hints_max at most
  friend auto operator==(const payment&, const payment&) -> bool = default;

  [[nodiscard]] auto has_ended() const noexcept -> bool {
    return (status == payment_status::captured && !going_back && resold.empty()) || status == payment_status::failed;
  }
  /// What its order is worth: what was paid, less what went back and what is kept of resold tickets.
  [[nodiscard]] auto worth() const noexcept -> minor_units { return amount - refunded - kept; }
  /// Sold with a review that nobody has closed, and some of its money is left to decide about.
  [[nodiscard]] auto is_under_review() const noexcept -> bool {
    return verdict == risk_verdict::review && review == review_decision::none && status == payment_status::captured &&
           worth() > 0;
  }
  /// What is to have gone back of it once the refund is made that is next.
  [[nodiscard]] auto to_be_refunded() const noexcept -> minor_units;
};

/// What is to be done next about a payment. At least once: each is safe to repeat, for the event knows the payment by its number and the
/// gateway by a key that is made of it.
enum class step : std::uint8_t {
  none = 0,         ///< it has ended
  freeze = 1,       ///< event: keep the hold, say what it costs
  prepare = 2,      ///< gateway: make a payment, through which no money goes yet
  authorise = 3,    ///< gateway: reserve the amount
  book = 4,         ///< event: make the hold an order
  capture = 5,      ///< gateway: take what is reserved
  free_hold = 6,    ///< event: no longer wait for it
  return_order = 7, ///< event: take the order back, which will not be paid
  void_money = 8,   ///< gateway: end the payment, and give back whatever is reserved or taken
  take_back = 9,    ///< event: take some tickets of the order back
  give_back = 10,   ///< gateway: give their money back
  score = 11,       ///< whoever scores payments: whether it may go on; before the gateway is asked for anything
};
inline constexpr std::size_t step_count = 12;

/// All payments of one event, as the fold of its `pay/` stream. A plain fold; not thread-safe.
struct checkout_state {
  struct remembered {
    std::uint64_t request = 0;
    payment_number payment;
    instant at;
  };
  std::uint64_t seq = 0;
  instant time;
  std::vector<payment> payments; ///< by number, from 1
  std::set<payment_number> open; ///< those that have not ended
  std::set<payment_number>
      for_review; ///< those that have not failed, were scored so, and whose review nobody has closed
  std::unordered_map<hold_number, payment_number> newest_of_hold;
  std::unordered_map<std::uint64_t, remembered> keys_remembered; ///< by command_id::key; evicted by fact time
  std::deque<std::uint64_t> keys_by_time;                        ///< oldest first

  [[nodiscard]] auto find(payment_number number) const noexcept -> const payment*;
  [[nodiscard]] auto find_newest(hold_number hold) const noexcept -> const payment*;
  /// When something is to be done that nobody asks for: at once while a payment is open, for a start must go on with it.
  [[nodiscard]] auto next_deadline() const noexcept -> std::optional<instant>;
};

/// Whether nothing was decided for whoever asked for it: the gateway could not be asked, and the event does not wait for it any more. The same
/// request may then begin the payment anew.
[[nodiscard]] auto came_to_nothing(const payment& of) noexcept -> bool;

/// The id by which a request for a payment is decided now: its own, and after payments that came to nothing one that is made of it and of the last of
/// them. So each of them has an id of its own, and whoever repeats the request finds the newest. O(payments that came to nothing by it).
[[nodiscard]] auto id_now(const checkout_state& state, command_id asked) noexcept -> command_id;

/// A function of what is journaled alone, so that a restart at any point goes on where it was.
[[nodiscard]] auto next_step(const payment& of) noexcept -> step;

} // namespace holdfast::domain
