#pragma once

#include "journal/audit/event_check.hpp"
#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/violation.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace holdfast::journal::audit {

/// What an event did for the payments of its holds: one side of what must agree.
struct sold_by_card {
  std::string currency;
  bool cancelled = false;
  event_check::card_sales sales;
};

/// All payments of one event, folded the plainest way there is, each step checked against the one before it.
/// After a violation the fold goes on with what the fact says.
class payment_check {
 public:
  enum class stage : std::uint8_t { requested, intended, prepared, authorised, booked, captured, turned };

  enum class refund_stage : std::uint8_t { requested, owed, paid };

  /// Tickets that go back.
  struct refund {
    refund_stage step = refund_stage::requested;
    std::vector<std::uint64_t> tickets;
    std::int64_t amount = 0; ///< owed and paid
  };

  /// A ticket of its order that was resold.
  struct resale {
    std::uint64_t by = 0; ///< the buyer's payment
    ticket_name ticket;
    std::int64_t amount = 0;
    std::int64_t kept = 0;
    bool paid = false; ///< given back
  };

  struct payment {
    stage step = stage::requested;
    std::uint64_t hold = 0;
    owner buyer;
    std::int64_t amount = 0;
    std::string currency;
    std::int64_t pinned_until = 0;
    std::string gateway_payment;
    std::uint64_t card = 0;
    std::uint64_t why = 0;          ///< turned
    bool owes_money = false;        ///< turned: the gateway may keep some of it
    bool owes_event = false;        ///< turned: the event waits for it, or has an order that is not paid
    std::uint64_t requested_at = 0; ///< seqs; 0: that did not happen
    std::uint64_t intended_at = 0;
    std::uint64_t captured_at = 0;
    std::int64_t last_ms = 0;    ///< time of the last fact about it
    std::set<std::string> hints; ///< that it acted on
    std::vector<refund> refunds; ///< of tickets, those that the event refused left out

    std::uint64_t risk_on_failure = 0; ///< 0: it is not scored
    std::uint64_t verdict = 0;         ///< 0: it was not scored, or not yet
    std::uint64_t review = 0;          ///< what was decided about it; 0: nothing

    std::uint64_t seller = 0;    ///< of a ticket that is resold: the payment that it was first bought by
    std::uint64_t booked_at = 0; ///< seq
    std::vector<resale> resold;  ///< of its own order's tickets, in order

    /// A refund of tickets that has not ended, or money of a resold one that has not gone back.
    [[nodiscard]] auto gives_back() const -> bool {
      return refunds_tickets() ||
             std::any_of(resold.begin(), resold.end(), [](const resale& one) { return !one.paid; });
    }
    /// Whether a ticket of its order was bought by that payment.
    [[nodiscard]] auto gives_for(std::uint64_t whom) const -> bool {
      return std::any_of(resold.begin(), resold.end(), [&](const resale& one) { return one.by == whom; });
    }
    [[nodiscard]] auto refunds_tickets() const -> bool {
      return !refunds.empty() && refunds.back().step != refund_stage::paid;
    }
    /// What went back, or is to, of tickets that were returned or resold.
    [[nodiscard]] auto refunded() const -> std::int64_t;
    /// What is never given back, of tickets that were resold.
    [[nodiscard]] auto kept() const -> std::int64_t;
    [[nodiscard]] auto has_ended() const -> bool {
      return (step == stage::captured && !gives_back()) || (step == stage::turned && !owes_money && !owes_event);
    }
  };

  struct sums {
    std::size_t payments = 0;
    std::size_t open = 0;
    std::size_t captured = 0;
    std::int64_t taken = 0; ///< by those that are captured and have ended, less what they gave back, in minor units
  };

  payment_check(stream_name stream, findings& to) : stream_{stream}, to_{to} {}

  void take(const record& at, const fact& what);
  /// Compares what both streams say of every payment; the event's has all that happened before what is in this one.
  void settle(const sold_by_card& event) const;

  [[nodiscard]] auto sum() const -> sums;
  /// By number.
  [[nodiscard]] auto all() const -> const std::map<std::uint64_t, payment>& { return payments_; }

 private:
  void refuse(violation_kind why, std::string detail);
  /// The payment, if it is there; refuses one that is not, or that has come to another step.
  auto at_step(std::uint64_t number, bool (*is_right)(const payment&), const char* done) -> payment*;

  void on(const payment_requested& what);
  void on(const payment_intended& what);
  void on(const payment_prepared& what);
  void on(const payment_authorised& what);
  void on(const payment_booked& what);
  void on(const payment_captured& what);
  void on(const payment_turned& what);
  void on(const payment_restored& what);
  void on(const payment_voided& what);
  void on(const payment_freed& what);
  void on(const payment_hinted& what);
  void on(const refund_requested& what);
  void on(const refund_owed& what);
  void on(const refund_refused& what);
  void on(const refund_paid& what);
  void on(const resale_owed& what);
  void on(const payment_scored& what);
  void on(const review_closed& what);
  /// Whether it may be asked of the gateway, and turn so, as far as its verdict goes; refuses it otherwise.
  void check_verdict(std::uint64_t number, const payment& of);
  void check_verdict(const payment_turned& what, const payment& of);
  /// Whether a payment may yet be booked for a ticket of its order.
  [[nodiscard]] auto is_pinned(std::uint64_t number) const -> bool;
  /// The payment, when a refund of it is at that step; refuses it otherwise.
  auto giving_back(std::uint64_t number, refund_stage step, const char* done) -> payment*;
  /// Facts of other streams never get here: what belongs where is checked first.
  template <class Other>
  void on(const Other&) {}

  void settle_sale(const sold_by_card& event, std::uint64_t number, const event_check::card_sale& sale) const;
  void settle_payment(const sold_by_card& event, std::uint64_t number, const payment& of) const;
  void settle_parts(const event_check::card_sale& sale, std::uint64_t number, const payment& of) const;
  void settle_resales(const sold_by_card& event, std::uint64_t number, const payment& of) const;
  void settle_sums(const sold_by_card& event) const;
  [[nodiscard]] auto event_stream() const -> stream_name;

  stream_name stream_;
  findings& to_;
  std::uint64_t seq_ = 0;
  std::int64_t time_ms_ = 0;
  std::map<std::uint64_t, payment> payments_;
  std::map<std::uint64_t, std::uint64_t> newest_of_hold_;
  std::map<std::uint64_t, std::uint64_t> captured_of_hold_;
  std::set<std::string> gateway_payments_;
};

} // namespace holdfast::journal::audit
