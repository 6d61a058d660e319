#include "domain/decide.hpp"
#include "tests/support/busy_event.hpp"

namespace holdfast::testing {

using namespace domain;

auto busy_event::some_choice() -> waitlist_choice {
  waitlist_choice choice;
  choice.each_max = 2'000 + below(12'000);
  if (below(4) == 0) {
    choice.areas = {{0, static_cast<std::uint32_t>(1 + below(9))}};
    return choice;
  }
  for (auto groups = 1 + below(8) / 6; groups > 0; --groups) {
    choice.groups.push_back(static_cast<std::uint32_t>(1 + below(3)));
  }
  if (below(3) == 0) {
    choice.tiers = {static_cast<tier_index>(below(2))};
  }
  if (below(6) == 0) {
    choice.accessible = 1;
  }
  return choice;
}

void busy_event::wait() {
  const caller who{caller::kind::buyer, {1, static_cast<std::uint64_t>(1 + below(9))}, {}, {}};
  if (below(12) == 0) {
    ask({who, {}, leave_waitlist{}});
    return;
  }
  join_waitlist wish;
  for (auto choices = 1 + below(3); choices > 0; --choices) {
    wish.choices.push_back(some_choice());
  }
  if (below(2) == 0) {
    wish.rank = static_cast<std::uint32_t>(below(4));
  }
  ask({who, next_id(), std::move(wish)});
}

void busy_event::end_and_match() {
  while (state_.waiting() > 0) {
    const auto ended = decide_alone({{}, {}, end_due_holds{}});
    if (!ended || ended->empty()) {
      break;
    }
  }
  match();
}

void busy_event::match() {
  while (state_.waiting() > 0) {
    const auto offered = decide_alone({{}, {}, match_waitlist{}});
    if (!offered || offered->empty()) {
      return;
    }
  }
}

} // namespace holdfast::testing
