#include "tests/support/busy_event.hpp"

#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "tests/support/sample_facts.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::testing {

using namespace domain;

namespace {

auto organiser() -> caller {
  return {caller::kind::organiser, {}, busy_event::organisation, key_id{77}};
}

auto box_office() -> caller {
  return {caller::kind::box_office, {}, busy_event::organisation, busy_event::seller};
}

} // namespace

busy_event::busy_event(std::uint64_t seed, event_id which, kind how)
    : random_{seed}, kind_{how}, now_{sale_opens - minutes(30)} {
  auto config = sample_config();
  config.resale_max_percent = pays_by_card() ? 80 : 0;
  config.waitlist_offer = how == kind::waiting ? minutes(15) : millis{};
  ask({organiser(), {1, 1}, create_event{which, organisation, std::move(config), sample_layout()}});
  ask({organiser(), {2, 1}, publish_event{}});
}

auto busy_event::below(std::int64_t end) -> std::int64_t {
  return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
}

auto busy_event::next_id() -> command_id {
  return {++last_key_, random_()};
}

void busy_event::step() {
  now_ = now_ + millis{below(8) == 0 && kind_ == kind::ordinary ? below(600'000) : below(4'000)};
  if (kind_ == kind::waiting && below(4) == 0) {
    wait();
    return;
  }
  if (pays_by_card() && below(8) == 0) {
    resell();
    return;
  }
  if (pays_by_card() && below(2) == 0) {
    now_ = now_ + millis{below(40) == 0 ? below(2'000'000) : 0};
    pay();
    return;
  }
  const auto dice = below(100);
  if (dice < 40) {
    ask({anybody(), next_id(), some_hold()});
  } else if (dice < 73) {
    ask({anybody(), {}, release_hold{some_number()}});
  } else if (dice < 75 && (kind_ != kind::endless || below(1'000) == 0)) {
    ask({box_office(), next_id(), confirm_hold{some_number(), some_payment()}});
  } else if (dice < 85) {
    ask({anybody(), next_id(), extend_hold{some_number()}});
  } else if (dice < 95) {
    ask({{}, {}, end_due_holds{}});
  } else {
    ask({organiser(), next_id(), some_change()});
  }
}

auto busy_event::anybody() -> caller {
  return below(4) == 0 ? box_office()
                       : caller{caller::kind::buyer, {1, static_cast<std::uint64_t>(1 + below(5))}, {}, {}};
}

/// Mostly a recent one, whatever became of it.
auto busy_event::some_number() -> hold_number {
  const auto last = static_cast<std::int64_t>(state_.last_hold().value());
  return hold_number{static_cast<std::uint32_t>(std::max<std::int64_t>(1, last - below(8)))};
}

auto busy_event::some_payment() -> payment_record {
  const auto method = 1 + below(3);
  return {static_cast<payment_record::method>(method), "till 3", below(4) == 0 ? "" : "press"};
}

auto busy_event::some_hold() -> hold_seats {
  hold_seats wish;
  if (below(4) == 0) {
    wish.areas = {{0, static_cast<std::uint32_t>(1 + below(9))}};
  } else if (below(3) == 0) {
    wish.best = best_available{static_cast<std::uint32_t>(1 + below(3)), {}, {}, 0, below(2) == 0};
  } else {
    const auto first = static_cast<seat_index>(below(12));
    for (auto seat = first; seat < std::min<seat_index>(12, first + 1 + static_cast<seat_index>(below(3))); ++seat) {
      wish.seats.push_back(seat);
    }
  }
  return wish;
}

auto busy_event::some_change() -> command_body {
  switch (below(8)) {
  case 0: return pause_event{};
  case 1:
  case 2:
  case 3: return resume_event{};
  case 4: return kind_ != kind::endless && below(40) == 0 ? command_body{close_event{}} : command_body{resume_event{}};
  case 5: return kind_ != kind::endless && below(40) == 0 ? command_body{cancel_event{}} : command_body{resume_event{}};
  default: {
    amend_event amend;
    amend.changes.tiers = state_.config().tiers;
    (*amend.changes.tiers)[0].price = 1'000 + below(9'000);
    amend.changes.max_per_card = static_cast<std::uint32_t>(below(2) == 0 ? 0 : 4 + below(12));
    if (below(4) == 0) {
      amend.changes.velocity.emplace(1, velocity_rule{static_cast<velocity_rule::whose>(1 + below(2)),
                                                      static_cast<std::uint32_t>(2 + below(6)), 900});
    }
    amend.changes.returns_to_allocation = allocation_number{static_cast<std::uint16_t>(below(3))};
    amend.changes.max_per_buyer = static_cast<std::uint32_t>(4 + below(9));
    amend.changes.risk_on_failure = static_cast<risk_verdict>(*amend.changes.max_per_buyer % 4);
    if (const auto most = *amend.changes.max_per_buyer; most % 3 != 0) {
      amend.changes.tax = event_tax{"VAT", {most % 3 == 1 ? tax_mode::exclusive : tax_mode::inclusive, 100 * most + 7}};
    }
    amend.changes.hold_time = minutes(1 + below(20));
    amend.changes.hold_cap = minutes(20 + below(100));
    amend.changes.hold_extension = minutes(below(20));
    return amend;
  }
  }
}

auto busy_event::ask(const command& what) -> tl::expected<facts, rejection> {
  if (kind_ != kind::waiting) {
    return decide_alone(what);
  }
  end_and_match();
  auto decided = decide_alone(what);
  match();
  return decided;
}

auto busy_event::decide_alone(const command& what) -> tl::expected<facts, rejection> {
  auto decided = decide(state_, what, now_);
  if (!decided || decided->empty()) {
    return decided;
  }
  for (const auto& each : *decided) {
    apply(state_, each);
  }
  decisions_.push_back(*decided);
  return decided;
}

} // namespace holdfast::testing
