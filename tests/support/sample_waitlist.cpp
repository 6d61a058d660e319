#include "tests/support/sample_facts.hpp"

namespace holdfast::testing {

using namespace domain;

auto waitlist_samples() -> std::vector<sample> {
  const subject_id buyer{0x3132333435363738, 0x4142434445464748};
  auto config = sample_config();
  config.waitlist_offer = minutes(45);
  hold_created offered;
  offered.hold = hold_number{301};
  offered.by.subject = buyer;
  offered.seats = {0, 1};
  offered.prices = {8'900, 8'900};
  offered.expires_at = {1'800'002'700'000};
  offered.cap_at = {1'800'007'200'000};
  offered.waitlist = waitlist_number{70'003};
  return {
      {"event_amended", event_amended{config}},
      {"waitlist_joined",
       waitlist_joined{waitlist_number{70'003},
                       buyer,
                       300,
                       {{{4}, {0, 1}, 1, {}, 12'345}, {{2, 3}, {}, 0, {}, 0}, {{}, {}, 0, {{0, 20}, {3, 1}}, 2'500}}}},
      {"waitlist_joined", waitlist_joined{waitlist_number{1}, {0, 9}, 0, {{{100}, {63}, 100, {}, 1'000'000'000'000}}}},
      {"waitlist_left", waitlist_left{waitlist_number{70'003}}},
      {"hold_created", offered},
  };
}

} // namespace holdfast::testing
