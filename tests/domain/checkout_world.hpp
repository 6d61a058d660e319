#pragma once

#include "domain/checkout/decide.hpp"
#include "tests/domain/stage.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tests {

/// What the gateway of a test does with a step. Its ledger keeps what really happened, whatever it answers.
enum class gateway_mood : std::uint8_t {
  willing,      ///< does it and says so
  declines,     ///< does nothing and says so
  unreachable,  ///< was certainly not asked
  silent,       ///< does nothing and says nothing
  forgetful,    ///< does it and says nothing
  wrong_amount, ///< reserves another amount than it was asked for
};

/// An event, its payments and a gateway, as far as the rules go: every step is done here as the checkout's actor does it, and what is
/// remembered of it across a crash is the facts alone.
class checkout_world {
 public:
  /// What the gateway has in its books under one payment's key.
  struct entry {
    domain::minor_units asked_for = 0;
    domain::minor_units reserved = 0;
    domain::minor_units taken = 0;
    domain::minor_units given_back = 0;
    domain::currency_code currency;
    bool is_void = false;
  };
  enum class crash : std::uint8_t { none, before, after };

  /// Begins to pay a hold; empty when it was refused.
  auto begin(const domain::caller& by, domain::hold_number hold, domain::command_id id = {})
      -> std::optional<domain::payment_number>;
  /// Begins to give an order, or some of its tickets, back: "ok", or the reason why not.
  auto refund(const domain::caller& by, domain::hold_number order, std::vector<std::uint32_t> tickets = {})
      -> std::string;
  /// Closes the review of an order: "ok", or the reason why not.
  auto review(const domain::caller& by, domain::hold_number order, domain::review_decision what) -> std::string;
  /// Begins to give back all orders of a cancelled event; returns how many were begun.
  auto refund_cancelled(std::size_t at_most) -> std::size_t;
  /// Does the next step of a payment once. A crash forgets everything but the facts: before the step, or after it but before anybody heard
  /// what came of it. Returns the step that it was.
  auto advance(domain::payment_number payment, gateway_mood mood = gateway_mood::willing, crash when = crash::none)
      -> domain::step;
  /// Until it has ended, with a willing gateway; returns how many steps that took.
  auto finish(domain::payment_number payment) -> int;
  void restart();
  auto tell(domain::checkout_command_body what) -> bool;
  [[nodiscard]] auto of(domain::payment_number payment) const -> const domain::payment& { return *pay.find(payment); }
  /// What the gateway keeps of all payments.
  [[nodiscard]] auto kept() const -> domain::minor_units;
  /// At rest: the gateway keeps what is sold, and every payment has ended.
  void check_books() const;
  /// What the event has sold by card.
  [[nodiscard]] auto sold() const -> domain::minor_units;

  stage on{};
  domain::risk_verdict hook =
      domain::risk_verdict::none; ///< what it says of every payment that it is asked about; none: nothing
  std::uint64_t card = 0;         ///< that the gateway says everybody pays with
  domain::checkout_state pay;
  domain::facts pay_history;
  std::map<std::uint32_t, entry> ledger;                  ///< by payment: its key is made of it
  std::set<std::pair<std::uint32_t, domain::step>> asked; ///< which steps the gateway may have been asked

 private:
  auto ask_event(const domain::payment& of, domain::step what) -> domain::event_told;
  auto ask_gateway(const domain::payment& of, domain::step what, gateway_mood mood)
      -> std::optional<domain::gateway_told>;
};

/// A world whose event has payments scored, and what the hook says of every one of them.
[[nodiscard]] auto scored_world(domain::risk_verdict on_failure, domain::risk_verdict hook) -> checkout_world;

} // namespace holdfast::tests
