#pragma once

#include "domain/checkout/command.hpp"
#include "domain/checkout/state.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/rejection.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace holdfast::testing {

/// A day of selling one event: buyers, a box office, an organiser and a clock, all from one seed, decided and applied by the domain.
class busy_event {
 public:
  static constexpr domain::event_id event{0x0102030405060708};
  static constexpr domain::organisation_id organisation{7};
  static constexpr domain::key_id seller{0x5152535455565758};
  static constexpr domain::instant sale_opens{1'796'115'600'000};

  /// How a day goes: some are closed or cancelled early; a long one is not, and next to nothing is sold, so that seats never run out.
  /// On a paying one buyers pay by card as well, and the gateway does what it likes; on a waiting one they also wait for what comes back, and have it
  /// offered before anybody else is asked.
  enum class kind { ordinary, endless, paying, waiting };

  /// Created and published already.
  explicit busy_event(std::uint64_t seed, domain::event_id which = event, kind how = kind::ordinary);

  /// One command of somebody; most are decided, some refused.
  void step();

  [[nodiscard]] auto state() const noexcept -> const domain::event_state& { return state_; }

  /// What was decided so far, a command an entry.
  [[nodiscard]] auto decisions() const noexcept -> const std::vector<domain::facts>& { return decisions_; }

  /// The payments of the event, and what was decided for them, a command an entry; empty but for a paying day.
  [[nodiscard]] auto checkout() const noexcept -> const domain::checkout_state& { return checkout_; }
  [[nodiscard]] auto payment_decisions() const noexcept -> const std::vector<domain::facts>& {
    return payment_decisions_;
  }

 private:
  auto below(std::int64_t end) -> std::int64_t;
  auto next_id() -> domain::command_id;
  auto anybody() -> domain::caller;
  auto some_number() -> domain::hold_number;
  auto some_payment() -> domain::payment_record;
  auto some_hold() -> domain::hold_seats;
  auto some_change() -> domain::command_body;
  auto ask(const domain::command& what) -> tl::expected<domain::facts, domain::rejection>;
  /// Somebody begins to pay, or some payment comes a step further.
  void pay();
  /// Somebody offers a ticket that a card paid, or holds one that is offered.
  void resell();
  [[nodiscard]] auto event_says(const domain::payment& of, domain::step what) -> domain::checkout_command_body;
  [[nodiscard]] auto gateway_says(const domain::payment& of, domain::step what) -> domain::checkout_command_body;
  void tell(const domain::checkout_command& what);
  [[nodiscard]] auto pays_by_card() const noexcept -> bool { return kind_ == kind::paying || kind_ == kind::waiting; }
  /// Somebody goes on the waitlist, or off it.
  void wait();
  [[nodiscard]] auto some_choice() -> domain::waitlist_choice;
  /// What is due ends and what is available is offered, as before every request that could come in between.
  void end_and_match();
  void match();
  auto decide_alone(const domain::command& what) -> tl::expected<domain::facts, domain::rejection>;

  std::mt19937_64 random_;
  kind kind_;
  domain::instant now_;
  std::uint64_t last_key_ = 100;
  domain::event_state state_;
  std::vector<domain::facts> decisions_;
  domain::checkout_state checkout_;
  std::vector<domain::facts> payment_decisions_;
};

} // namespace holdfast::testing
