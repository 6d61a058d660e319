// A door that challenges everybody, for a test that speaks ALTCHA with the official library. Usage: altcha_peer KEY_FOLDER LARGEST_NUMBER; then a line each:
//   issue EVENT BUYER NOW_MS            answers with a challenge
//   knock EVENT BUYER NOW_MS PAYLOAD    answers with what becomes of it: "allow", or the reason why not

#include "http/door/door.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace holdfast;

auto moment_of(std::int64_t now_ms) -> http::door::moment {
  return {{now_ms}, std::chrono::steady_clock::time_point{} + std::chrono::milliseconds{now_ms}};
}

auto answer(http::door::doorkeeper& door, const std::string& verb, http::door::knock& who, std::int64_t now_ms)
    -> std::string {
  if (verb == "issue") {
    return door.new_challenge(who.event, who.who, who.address, moment_of(now_ms));
  }
  who.challenge.emplace();
  std::cin >> *who.challenge;
  std::string said;
  door.assess(who, moment_of(now_ms), [&said](http::door::verdict&& what) {
    const bool let_in = what.is == http::door::verdict::kind::allow;
    said = let_in ? "allow" : std::string{http::door::name_of(what.why)};
  });
  return said;
}

} // namespace

auto main(int argc, char** argv) -> int {
  if (argc != 3) {
    return EXIT_FAILURE;
  }
  const auto keys = http::key_ring::load(argv[1]);
  http::door::settings rules;
  rules.address_join = rules.buyer_join = {};
  rules.policy.challenge_from = 0;
  rules.work.least = rules.work.most = static_cast<std::uint32_t>(std::stoul(argv[2]));
  if (!keys) {
    return EXIT_FAILURE;
  }
  const auto door = http::door::doorkeeper::open(rules, {.tokens = *keys});
  std::string verb;
  std::uint64_t event = 0;
  std::uint64_t buyer = 0;
  std::int64_t now_ms = 0;
  while (door && std::cin >> verb >> event >> buyer >> now_ms) {
    http::door::knock who;
    who.event = domain::event_id{event};
    who.who = {buyer, buyer};
    std::cout << answer(**door, verb, who, now_ms) << std::endl;
  }
  return EXIT_SUCCESS;
}
