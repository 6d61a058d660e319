#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"

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
  enum class kind { ordinary, endless };

  /// Created and published already.
  explicit busy_event(std::uint64_t seed, domain::event_id which = event, kind how = kind::ordinary);

  /// One command of somebody; most are decided, some refused.
  void step();

  [[nodiscard]] auto state() const noexcept -> const domain::event_state& { return state_; }

  /// What was decided so far, a command an entry.
  [[nodiscard]] auto decisions() const noexcept -> const std::vector<domain::facts>& { return decisions_; }

 private:
  auto below(std::int64_t end) -> std::int64_t;
  auto next_id() -> domain::command_id;
  auto anybody() -> domain::caller;
  auto some_number() -> domain::hold_number;
  auto some_payment() -> domain::payment_record;
  auto some_hold() -> domain::hold_seats;
  auto some_change() -> domain::command_body;
  void ask(const domain::command& what);

  std::mt19937_64 random_;
  kind kind_;
  domain::instant now_;
  std::uint64_t last_key_ = 100;
  domain::event_state state_;
  std::vector<domain::facts> decisions_;
};

} // namespace holdfast::testing
