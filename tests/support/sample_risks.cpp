#include "tests/support/sample_facts.hpp"

namespace holdfast::testing {

using namespace domain;

auto risk_samples() -> std::vector<sample> {
  auto config = sample_config();
  config.risk_on_failure = risk_verdict::review;
  return {
      {"event_amended", event_amended{config}},
      {"payment_intended", payment_intended{payment_number{70'002},
                                            12'345,
                                            {{'E', 'U', 'R'}},
                                            {1'800'007'200'000},
                                            payment_number{},
                                            {risk_verdict::review, 2, 300}}},
      {"payment_scored", payment_scored{payment_number{70'002}, risk_verdict::deny, payment_scored::source::hook,
                                        "fünf Karten in einer Stunde"}},
      {"payment_scored",
       payment_scored{payment_number{3}, risk_verdict::review, payment_scored::source::policy, "timed_out"}},
      {"review_closed", review_closed{payment_number{3}, review_decision::refund, organisation_id{0x0102030405060708},
                                      key_id{0x1112131415161718}}},
  };
}

} // namespace holdfast::testing
