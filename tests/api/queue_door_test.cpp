#include "domain/queue/sha256.hpp"
#include "http/door/captcha.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

/// Who may join, and who has to prove something first.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

namespace door = http::door;

auto hex_sha256(const std::string& text) -> std::string {
  const std::vector<std::uint8_t> bytes{text.begin(), text.end()};
  std::string out;
  for (const auto byte : domain::queue::sha256(bytes)) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

auto base64(const std::string& text) -> std::string {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// What a client sends that has done the work.
auto solved(const json& challenge) -> std::string {
  const auto salt = challenge.at("salt").get<std::string>();
  int number = 0;
  while (hex_sha256(salt + std::to_string(number)) != challenge.at("challenge")) {
    ++number;
    REQUIRE(number <= challenge.at("maxnumber"));
  }
  json payload{{"algorithm", challenge.at("algorithm")},
               {"challenge", challenge.at("challenge")},
               {"number", number},
               {"salt", salt},
               {"signature", challenge.at("signature")}};
  return base64(payload.dump());
}

auto with_door(const door::settings& rules, door::captcha_verifier* captchas = nullptr) -> server_settings {
  server_settings settings;
  settings.door = rules;
  settings.captchas = captchas;
  return settings;
}

auto everybody_works() -> door::settings {
  door::settings rules;
  rules.policy.challenge_from = 0;
  rules.work.least = 50;
  rules.work.most = 50;
  return rules;
}

/// A verifier that takes one response.
class one_captcha final : public door::captcha_verifier {
 public:
  void verify(const std::string& response, const std::string&, door::on_captcha done) override {
    done(response == "right"  ? door::captcha_outcome::passed
         : response == "none" ? door::captcha_outcome::unavailable
                              : door::captcha_outcome::failed);
  }
};

} // namespace

TEST_CASE("where everybody is challenged, whoever has done the work joins, once a proof") {
  waiting_scene in{with_door(everybody_works())};
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto buyer = in.somebody();
  const auto path = in.opera.path("/queue/challenge");
  const auto asked = buyer.join();
  check_problem(asked, "challenge_required");
  CHECK(asked.json().at("challenge") == "proof_of_work");
  CHECK(asked.json().at("reason") == "everybody");
  const auto challenge = buyer.client().get(path);
  REQUIRE(challenge.status == 200);
  CHECK(challenge.header("cache-control") == "no-store");
  CHECK(challenge.json().at("maxnumber") == 50);
  const auto proof = solved(challenge.json());
  auto thief = in.somebody();
  const auto stolen = thief.join({{"challenge", proof}});
  check_problem(stolen, "challenge_required");
  CHECK(stolen.json().at("reason") == "challenge_altered");
  CHECK(buyer.join({{"challenge", "bm90aGluZw=="}}).json().at("reason") == "challenge_malformed");
  CHECK(buyer.join({{"challenge", proof}}).status == 201);
  CHECK(buyer.poll().json().at("position") == 1);
  // Who has a place is not asked again.
  CHECK(buyer.join().json().at("place") == 1);
  check_problem(thief.client().post(in.opera.path("/queue"), {{"challenge", std::string(8'193, 'A')}}),
                "validation_failed");
}

TEST_CASE("challenges are for events with a waiting room that acts") {
  waiting_scene in{with_door(everybody_works())};
  auto buyer = in.server.buyer();
  check_problem(buyer.get(in.opera.path("/queue/challenge")), "waiting_room_off");
  check_problem(buyer.get("/v1/events/evt_0000000000001/queue/challenge"), "not_found");
  check_problem(buyer.get(in.opera.path("/queue/challenge?x=1")), "invalid_query");
  // A room that is off asks nothing for what it does not give.
  check_problem(buyer.post(in.opera.path("/queue")), "waiting_room_off");
  waiting_scene without;
  without.set({{"mode", "on"}});
  check_problem(without.server.buyer().get(without.opera.path("/queue/challenge")), "not_configured");
}

TEST_CASE("who looks like a machine is kept out, or sent to the end") {
  door::settings rules;
  rules.signs.no_agent = 40;
  rules.signs.odd_fingerprint = 60;
  rules.policy.to_the_end_from = 40;
  rules.policy.refuse_from = 100;
  waiting_scene in{with_door(rules)};
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  const auto path = in.opera.path("/queue");
  const auto join = [&](const std::string& headers) {
    return in.server.buyer().post(path, json::object(), {.headers = headers});
  };
  CHECK(join("User-Agent: a browser\r\n").status == 201);
  const auto held_back = join("");
  check_problem(held_back, "join_held_back");
  CHECK(held_back.json().at("reason") == "suspicious");
  CHECK(held_back.header("retry-after") == "60");
  const auto refused = join("X-Fingerprint-Hash: " + std::string(129, 'f') + "\r\n");
  check_problem(refused, "join_refused");
  CHECK(refused.body.find("score") == std::string::npos);
}

TEST_CASE("joins of a buyer are counted, and the headers say what is left") {
  door::settings rules;
  rules.buyer_join = {.per_second = 0.001, .burst = 2};
  waiting_scene in{with_door(rules)};
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto buyer = in.somebody();
  const auto first = buyer.join();
  CHECK(first.status == 201);
  CHECK_FALSE(first.header("ratelimit").empty());
  CHECK_FALSE(first.header("ratelimit-policy").empty());
  CHECK(buyer.join().status == 201);
  const auto third = buyer.join();
  check_problem(third, "rate_limited");
  CHECK(third.json().at("reason") == "rate_limited");
  CHECK_FALSE(third.header("ratelimit").empty());
  // Polls and others are not in the way.
  CHECK(buyer.poll().status == 200);
  CHECK(in.somebody().join().status == 201);
}

TEST_CASE("a CAPTCHA is asked for where the operator wants one, and its provider says whether it is right") {
  one_captcha provider;
  door::settings rules;
  rules.policy.captcha_from = 0;
  rules.captcha_site_key = "site-key";
  rules.on_captcha_failure = door::captcha_failure::closed;
  waiting_scene in{with_door(rules, &provider)};
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto buyer = in.somebody();
  const auto asked = buyer.join();
  check_problem(asked, "challenge_required");
  CHECK(asked.json().at("challenge") == "captcha");
  CHECK(asked.json().at("captcha_site_key") == "site-key");
  const auto wrong = buyer.join({{"challenge", "wrong"}});
  check_problem(wrong, "challenge_required");
  CHECK(wrong.json().at("reason") == "captcha_failed");
  check_problem(buyer.join({{"challenge", "none"}}), "overloaded");
  CHECK(buyer.join({{"challenge", "right"}}).status == 201);
}

} // namespace holdfast::api_test
