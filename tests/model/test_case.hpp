#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "tests/model/dice.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <vector>

namespace holdfast::model {

/// What a step asks for. `script` turns a step into a command, looking at the twin: a step is a wish, so that any
/// subsequence of a sequence is a sequence too, and failures shrink well.
enum class wish : std::uint8_t {
  hold_seats,     ///< seats by name: free ones mostly, taken and overdue ones too
  hold_best,      ///< best available
  hold_areas,     ///< standing places
  hold_malformed, ///< a hold that no edge would let through
  extend,
  release,
  confirm,
  end_due,
  amend,
  replace_layout,
  publish,
  pause,
  resume,
  close,
  cancel,
  create,
  allocate,
  change_allocation,
  release_allocation,
  freeze,       ///< the system's, of an event's checkout: of a right or a wrong payment
  thaw,         ///< the same
  confirm_paid, ///< the same
  return_order, ///< the same
  take_back,    ///< an organiser's: of an order that no card paid
  claim,        ///< a buyer takes a ticket over, by an offer that holds or an old one
  reissue,      ///< a ticket's holder wants another code
  admit,        ///< a scan at a door, some of them for the second time
  undo,
  offer,    ///< a ticket to other buyers, mostly by who may
  withdraw, ///< the same
  hold_resale,
  join,     ///< a buyer goes on the waitlist, mostly for what cannot be had
  leave,    ///< whoever waits or was offered something, mostly
  match,    ///< the system's
  sell_out, ///< everything but a few places is set apart, some buyers wait, and some of it comes back
  resell,   ///< a buyer pays by card, offers the ticket, and another one is on the way to have it
  burst,    ///< many small holds by a box office, so that more deadlines pass at once than one command may end
};

/// How time goes on before a step.
enum class clock_step : std::uint8_t {
  still,
  moment,          ///< up to two seconds
  while_holding,   ///< up to the event's hold time
  before_deadline, ///< to one millisecond before the next true deadline
  at_deadline,
  after_deadline, ///< one millisecond after it
  at_sale_edge,   ///< to the sale's opening or closing, or one millisecond before
  hour,           ///< ended holds are forgotten after one
  day,            ///< keys are forgotten after one
};

/// What happens to the machine before a step.
enum class mishap : std::uint8_t {
  none,
  crash,    ///< the state is lost and folded again from all facts
  snapshot, ///< the state goes through its image, and work goes on with the restored one
};

/// Where the step's idempotency key comes from.
enum class key_use : std::uint8_t {
  none,
  fresh,
  repeat,  ///< an earlier command once more, key and body
  misused, ///< an earlier command's key with another request
};

struct step {
  wish what = wish::hold_seats;
  std::uint8_t who = 0;
  std::uint8_t quantity = 1;
  std::uint8_t target = 0; ///< which hold: three of four name live ones, counted back from the newest
  clock_step clock = clock_step::still;
  mishap before = mishap::none;
  key_use key = key_use::none;
  std::uint32_t detail = 0; ///< seeds everything else
  friend auto operator==(const step&, const step&) -> bool = default;
};

/// How far the event is when the steps begin.
enum class beginning : std::uint8_t { published, draft, nothing };

/// One event and what happens to it.
struct test_case {
  domain::layout_spec layout;
  domain::event_config config;
  beginning from = beginning::published;
  std::vector<step> steps;
};

/// When test cases begin.
inline constexpr domain::instant epoch{1'800'000'000'000};

/// A layout of up to a few hundred seats that `layout::build` accepts, its tiers among "t0" … "t3".
[[nodiscard]] auto random_layout(dice& random) -> domain::layout_spec;
/// A configuration without faults that has all tiers of `random_layout`.
[[nodiscard]] auto random_config(dice& random) -> domain::event_config;

/// The least number of steps of a test case that is not shrunk.
inline constexpr unsigned steps_min = 20;
/// Test cases of `steps_min` to `steps_max` steps, more of them as RapidCheck's size grows to 100.
[[nodiscard]] auto test_cases(unsigned steps_max) -> rc::Gen<test_case>;

void showValue(const test_case& value, std::ostream& to);

} // namespace holdfast::model
