#include "http/door/altcha.hpp"
#include "tests/http/door_solver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

using namespace holdfast;
using namespace holdfast::http;
using test::field_of;
using test::solve;
using test::with_field;

namespace {

constexpr std::int64_t altcha_now_s = 1'800'000'000;
constexpr domain::instant altcha_now{altcha_now_s * 1'000};
constexpr door::challenged somebody{domain::event_id{7}, {1, 2}};

auto token_key(const char* id, std::uint8_t filled) -> signing_key {
  signing_key key{.id = id};
  key.secret.fill(filled);
  return key;
}

auto old_ring() -> key_ring {
  return key_ring{{token_key("1", 1)}};
}

auto both_ring() -> key_ring {
  return key_ring{{token_key("2", 2), token_key("1", 1)}};
}

auto fault_of_proof(const door::altcha& by, const std::string& payload, const door::challenged& of = somebody,
                    domain::instant now = altcha_now) -> std::optional<door::proof_fault> {
  const auto checked = by.check(payload, of, now);
  return checked ? std::nullopt : std::optional{checked.error()};
}

} // namespace

TEST_SUITE_BEGIN("door: proof of work");

TEST_CASE("a challenge is solved by trying, and its solution is one proof") {
  const door::altcha proofs{old_ring()};
  const auto challenge = proofs.issue(somebody, 500, altcha_now_s + 300);
  CHECK(field_of(challenge, "algorithm") == "SHA-256");
  CHECK(field_of(challenge, "maxnumber") == "500");
  CHECK(field_of(challenge, "challenge").size() == 64);
  CHECK(field_of(challenge, "signature").size() == 64);
  CHECK(field_of(challenge, "salt").find("?expires=1800000300&for=") == 24);
  CHECK(field_of(challenge, "salt").back() == '&');
  const auto payload = solve(challenge);
  const auto first = proofs.check(payload, somebody, altcha_now);
  REQUIRE(first);
  CHECK(proofs.check(payload, somebody, altcha_now) == *first);
  const auto other = proofs.check(solve(proofs.issue(somebody, 500, altcha_now_s + 300)), somebody, altcha_now);
  REQUIRE(other);
  CHECK(*other != *first);
}

TEST_CASE("the number may be any of 0 to the largest") {
  const door::altcha proofs{old_ring()};
  std::set<std::string> numbers;
  for (int i = 0; i < 200; ++i) {
    numbers.insert(field_of(solve(proofs.issue(somebody, 3, altcha_now_s)), "number"));
  }
  CHECK(numbers == std::set<std::string>{"0", "1", "2", "3"});
}

TEST_CASE("a proof counts for its event and its buyer, until it expires, and for nobody else") {
  const door::altcha proofs{old_ring()};
  const auto payload = solve(proofs.issue(somebody, 100, altcha_now_s + 300));
  CHECK_FALSE(fault_of_proof(proofs, payload, somebody, {altcha_now.unix_ms + 300'000}));
  CHECK(fault_of_proof(proofs, payload, somebody, {altcha_now.unix_ms + 300'001}) == door::proof_fault::expired);
  CHECK(fault_of_proof(proofs, payload, {domain::event_id{8}, {1, 2}}) == door::proof_fault::altered);
  CHECK(fault_of_proof(proofs, payload, {domain::event_id{7}, {1, 3}}) == door::proof_fault::altered);
  CHECK(fault_of_proof(proofs, payload, {domain::event_id{7}, {2, 2}}) == door::proof_fault::altered);
}

TEST_CASE("either live key's challenges count, and nobody else's") {
  const door::altcha before{old_ring()};
  const door::altcha after{both_ring()};
  const door::altcha stranger{key_ring{{token_key("1", 9)}}};
  const auto old_proof = solve(before.issue(somebody, 100, altcha_now_s));
  const auto new_proof = solve(after.issue(somebody, 100, altcha_now_s));
  CHECK_FALSE(fault_of_proof(after, old_proof));
  CHECK_FALSE(fault_of_proof(after, new_proof));
  CHECK(fault_of_proof(before, new_proof) == door::proof_fault::altered);
  CHECK(fault_of_proof(stranger, old_proof) == door::proof_fault::altered);
}

TEST_CASE("what is no payload is said to be none") {
  const door::altcha proofs{old_ring()};
  const auto payload = solve(proofs.issue(somebody, 10, altcha_now_s));
  for (const std::string& text :
       {std::string{}, std::string{"?"}, std::string{"e30="}, std::string{"bnVsbA=="}, payload + "=", payload + "AAAA",
        std::string(2'052, 'A'), with_field(payload, "algorithm", "\"SHA-512\""), with_field(payload, "algorithm", "7"),
        with_field(payload, "number", "\"3\""), with_field(payload, "number", "-3"),
        with_field(payload, "number", "3.5"), with_field(payload, "number", "null")}) {
    CAPTURE(text);
    CHECK(fault_of_proof(proofs, text) == door::proof_fault::malformed);
  }
}

TEST_CASE("a later expiry, another's name or a digit moved into the salt is seen") {
  const door::altcha proofs{old_ring()};
  std::string payload;
  do { // one whose number has two digits at least
    payload = solve(proofs.issue(somebody, 400, altcha_now_s + 1));
  } while (field_of(payload, "number").size() < 2);
  const auto salt = field_of(payload, "salt");
  const auto number = field_of(payload, "number");
  const auto altered = [&](std::string with) { return with_field(payload, "salt", "\"" + with + "\""); };
  auto later = salt;
  later[24 + 9] = '9';
  CHECK(fault_of_proof(proofs, altered(later)) == door::proof_fault::altered);
  auto other = salt;
  other[other.size() - 2] = other[other.size() - 2] == '0' ? '1' : '0';
  CHECK(fault_of_proof(proofs, altered(other)) == door::proof_fault::altered);
  const auto spliced =
      with_field(altered(salt + number.substr(0, 1)), "number", std::to_string(std::stoi(number.substr(1))));
  CHECK(fault_of_proof(proofs, spliced) == door::proof_fault::altered);
  CHECK(fault_of_proof(proofs, with_field(payload, "number", number + "0")) == door::proof_fault::altered);
  CHECK(fault_of_proof(proofs, with_field(payload, "challenge", "7")) == door::proof_fault::altered);
  CHECK(fault_of_proof(proofs, with_field(payload, "signature", "\"\"")) == door::proof_fault::altered);
}

TEST_CASE("of 20,000 mutations of a proof none is another proof") {
  const door::altcha proofs{both_ring()};
  const auto payload = solve(proofs.issue(somebody, 100, altcha_now_s + 300));
  const auto own = proofs.check(payload, somebody, altcha_now).value();
  std::mt19937 dice{7};
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  int taken = 0;
  int same = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto text = payload;
    for (auto left = dice() % 3 + 1; left > 0; --left) {
      text[dice() % text.size()] = letters[dice() % letters.size()];
    }
    const auto checked = proofs.check(text, somebody, altcha_now);
    // Changes to what no proof is made of (how long it took) leave it the proof that it was.
    same += checked && *checked == own ? 1 : 0;
    taken += checked && *checked != own ? 1 : 0;
  }
  CHECK(taken == 0);
  CHECK(same < 2'000);
}

TEST_SUITE_END();
