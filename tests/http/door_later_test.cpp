#include "tests/http/door_stage.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace holdfast;
using namespace holdfast::http;
using namespace std::chrono_literals;
using door::reason;
using test::after;
using test::easy_rules;
using test::knocking;
using test::opening_ms;
using test::room_door;
using kind = door::verdict::kind;

namespace {

/// Keeps what it is asked until it is told what to say.
class patient_verifier final : public door::captcha_verifier {
 public:
  void verify(const std::string& response, const std::string& address, door::on_captcha done) override {
    asked.push_back(response + " of " + address);
    waiting = std::move(done);
  }

  std::vector<std::string> asked;
  door::on_captcha waiting;
};

} // namespace

TEST_SUITE_BEGIN("door: later");

TEST_CASE("who is sent to the end may join after the others who came meanwhile") {
  auto rules = easy_rules();
  rules.signs.no_agent = 50;
  rules.policy.to_the_end_from = 50;
  rules.policy.hold_back = 60s;
  room_door at{rules};
  auto who = knocking();
  who.user_agent = {};
  auto said = at.assess(who);
  CHECK(said.is == kind::to_the_end);
  CHECK(said.why == reason::suspicious);
  CHECK(said.retry_after_ms == 60'000);
  CHECK(at.assess(knocking(2), 1s).is == kind::allow);
  // Asking meanwhile neither shortens nor extends it.
  said = at.assess(who, 40s);
  CHECK(said.is == kind::to_the_end);
  CHECK(said.retry_after_ms == 20'000);
  CHECK(at.assess(who, 60s).is == kind::allow);
  CHECK(at.assess(who, 659s).is == kind::allow);
  // Who stays away for too long begins again.
  CHECK(at.assess(who, 660s).retry_after_ms == 60'000);
}

TEST_CASE("while people gather the end is behind the draw") {
  auto rules = easy_rules();
  rules.signs.no_agent = 50;
  rules.policy.to_the_end_from = 50;
  rules.policy.hold_back = 60s;
  room_door at{rules};
  auto who = knocking();
  who.user_agent = {};
  who.gathers = true;
  CHECK(at.assess(who).retry_after_ms == 60'000);
  CHECK(at.assess(who, 120s).is == kind::to_the_end); // however often
  who.drawn_at = domain::instant{opening_ms + 3'600'000};
  CHECK(at.assess(who).retry_after_ms == 3'600'000);
  CHECK(at.assess(who, 3'600s).retry_after_ms == 1'000); // the draw is late
  who.gathers = false;
  CHECK(at.assess(who, 3'601s).retry_after_ms == 60'000);
  CHECK(at.assess(who, 3'661s).is == kind::allow);
}

TEST_CASE("a CAPTCHA's response is checked by somebody else, and the answer comes when they have") {
  auto rules = easy_rules();
  rules.signs.no_agent = 50;
  rules.policy = {.challenge_from = 20, .captcha_from = 50};
  rules.captcha_site_key = "site";
  patient_verifier verifier;
  room_door at{rules, &verifier};
  CHECK(at->captcha_site_key() == "site");
  auto who = knocking();
  who.user_agent = {};
  auto said = at.assess(who);
  CHECK(said.is == kind::challenge_required);
  CHECK(said.challenge == door::challenge_kind::captcha);
  std::optional<door::verdict> later;
  const auto ask = [&](const std::string& response) {
    who.challenge = response;
    later.reset();
    at->assess(who, after(0ms), [&later](door::verdict&& what) { later = std::move(what); });
  };
  for (const std::string& none : {std::string{}, std::string{"a b"}, std::string(4'097, 'r')}) {
    ask(none);
    REQUIRE(later);
    CHECK(later->why == reason::challenge_malformed);
  }
  CHECK(verifier.asked.empty());
  ask("response-1");
  CHECK_FALSE(later);
  CHECK(verifier.asked == std::vector<std::string>{"response-1 of 192.0.2.1"});
  verifier.waiting(door::captcha_outcome::failed);
  REQUIRE(later);
  CHECK(later->is == kind::challenge_required);
  CHECK(later->challenge == door::challenge_kind::captcha);
  CHECK(later->why == reason::captcha_failed);
  ask("response-2");
  verifier.waiting(door::captcha_outcome::passed);
  CHECK(later.value().is == kind::allow);
  who.challenge.reset();
  CHECK(at.assess(who).is == kind::allow); // passed already
  CHECK(verifier.asked.size() == 2);
}

TEST_CASE("when nobody can check a CAPTCHA the operator's word decides") {
  for (const auto policy : {door::captcha_failure::open, door::captcha_failure::closed}) {
    auto rules = easy_rules();
    rules.policy.captcha_from = 0;
    rules.on_captcha_failure = policy;
    patient_verifier verifier;
    room_door at{rules, &verifier};
    auto who = knocking();
    who.challenge = "response";
    std::optional<door::verdict> later;
    at->assess(who, after(0ms), [&later](door::verdict&& what) { later = std::move(what); });
    at.reset(); // who waits is answered nevertheless
    verifier.waiting(door::captcha_outcome::unavailable);
    REQUIRE(later);
    const bool open = policy == door::captcha_failure::open;
    CHECK(later->is == (open ? kind::allow : kind::refuse));
    CHECK(later->why == (open ? reason::none : reason::captcha_unavailable));
    CHECK((later->retry_after_ms > 0) == !open);
  }
}

TEST_SUITE_END();
