#include "payments/webhook_signature.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace {

using namespace holdfast::payments;

constexpr std::int64_t now_s = 1'700'000'000;
const std::string body = R"({"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1700000000,)"
                         R"("data":{"object":{"id":"pi_1","object":"payment_intent"}}})";
const std::vector<std::string> secrets{"whsec_new", "whsec_old"};

auto fault_of(std::string_view header, std::string_view raw = body, std::int64_t at = now_s) -> std::string {
  const auto verified = verify_signature(header, raw, secrets, at);
  return verified ? "none" : std::string{name_of(verified.error())};
}

} // namespace

TEST_CASE("a notification is signed with HMAC-SHA256 over its time and its body") {
  // Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test`.
  CHECK(sign("{}", "whsec_test", now_s) ==
        "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91");
}

TEST_CASE("a signature under any of the secrets is right, also among others") {
  CHECK(fault_of(sign(body, "whsec_new", now_s)) == "none");
  CHECK(fault_of(sign(body, "whsec_old", now_s)) == "none");
  const auto good = sign(body, "whsec_old", now_s);
  const auto mac = good.substr(good.find("v1="));
  CHECK(fault_of("t=1700000000,v1=" + std::string(64, '0') + "," + mac + ",v0=abc") == "none");
}

TEST_CASE("another body, another time, another secret, or a part of a signature is forged") {
  const auto good = sign(body, "whsec_new", now_s);
  CHECK(fault_of(good, body + " ") == "forged");
  CHECK(fault_of(sign(body, "whsec_other", now_s)) == "forged");
  CHECK(fault_of("t=1700000001" + good.substr(good.find(','))) == "forged");
  CHECK(fault_of(good.substr(0, good.size() - 1)) == "forged");
  CHECK(fault_of(good + "0") == "forged");
  for (std::size_t i = good.find("v1=") + 3; i < good.size(); ++i) {
    auto flipped = good;
    flipped[i] = flipped[i] == '0' ? '1' : '0';
    CHECK(fault_of(flipped) == "forged");
  }
}

TEST_CASE("an empty secret signs nothing") {
  const std::vector<std::string> empty{""};
  CHECK_FALSE(verify_signature(sign(body, "", now_s), body, empty, now_s).has_value());
  CHECK_FALSE(verify_signature(sign(body, "", now_s), body, {}, now_s).has_value());
}

TEST_CASE("a header that is none is malformed") {
  const auto good = sign(body, "whsec_new", now_s);
  const auto mac = good.substr(good.find(','));
  const std::array<std::string, 9> bad{"",
                                       "t=1700000000",
                                       "v1=abc",
                                       "t=" + mac,
                                       "t=-5" + mac,
                                       "t=1e9" + mac,
                                       "t=1700000000,t=1700000000" + mac,
                                       "t=99999999999999999999" + mac,
                                       "t=1700000000" + std::string(5'000, ',')};
  for (const auto& header : bad) {
    CAPTURE(header);
    CHECK(fault_of(header) == "malformed");
  }
}

TEST_CASE("a signature counts for five minutes before and after, and no longer") {
  const auto good = sign(body, "whsec_new", now_s);
  CHECK(fault_of(good, body, now_s + 300) == "none");
  CHECK(fault_of(good, body, now_s - 300) == "none");
  CHECK(fault_of(good, body, now_s + 301) == "too_old");
  CHECK(fault_of(good, body, now_s - 301) == "too_old");
  // Who forges learns nothing about the clock.
  CHECK(fault_of("t=1,v1=" + std::string(64, '0')) == "forged");
}

TEST_CASE("a notification names its event and its object") {
  const auto read = read_webhook_event(body);
  REQUIRE(read.has_value());
  CHECK(*read == webhook_event{"evt_1", "payment_intent.succeeded", "payment_intent", "pi_1", "pi_1", now_s});
}

TEST_CASE("a refund's notification names its payment, by id or as an object") {
  const std::string front = R"({"id":"evt_2","object":"event","type":"refund.updated","created":5,"data":{"object":)";
  const auto by_id = read_webhook_event(front + R"({"id":"re_1","object":"refund","payment_intent":"pi_9"}}})");
  REQUIRE(by_id.has_value());
  CHECK(*by_id == webhook_event{"evt_2", "refund.updated", "refund", "re_1", "pi_9", 5});
  const auto whole = read_webhook_event(front + R"({"id":"re_1","object":"refund","payment_intent":{"id":"pi_9"}}}})");
  REQUIRE(whole.has_value());
  CHECK(whole->payment_id == "pi_9");
  const auto neither = read_webhook_event(front + R"({"id":"re_1","object":"refund","payment_intent":null}}})");
  REQUIRE(neither.has_value());
  CHECK(neither->payment_id.empty());
}

TEST_CASE("what is no notification is an error") {
  const std::array<std::string, 8> bad{
      "",
      "[]",
      "{",
      R"({"id":"evt_1","object":"charge","type":"x","created":5,"data":{"object":{"id":"pi_1","object":"payment_intent"}}})",
      R"({"object":"event","type":"x","created":5,"data":{"object":{"id":"pi_1","object":"payment_intent"}}})",
      R"({"id":"evt_1","object":"event","type":"x","created":"5","data":{"object":{"id":"pi_1","object":"payment_intent"}}})",
      R"({"id":"evt_1","object":"event","type":"x","created":5,"data":{"object":{"object":"payment_intent"}}})",
      R"({"id":"evt_1","object":"event","type":"x","created":5,"data":[]})"};
  for (const auto& each : bad) {
    CAPTURE(each);
    CHECK_FALSE(read_webhook_event(each).has_value());
  }
}
