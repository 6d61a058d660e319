#include "http/door/captcha.hpp"
#include "http/door/lists.hpp"
#include "http/door/suspicion.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temporary_place.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace holdfast;
using namespace holdfast::http;
using namespace std::chrono_literals;

namespace {

constexpr auto signs_start = std::chrono::steady_clock::time_point{} + 100'000s;

void write_file(const std::filesystem::path& file, const std::string& text) {
  // As operators should: under another name first, so that nobody reads half of it.
  const auto unfinished = file.string() + ".new";
  std::ofstream{unfinished} << text;
  std::filesystem::rename(unfinished, file);
}

auto visitor(std::uint64_t buyer, const char* address, std::string_view fingerprint = {}) -> door::knock {
  door::knock who;
  who.event = domain::event_id{1};
  who.who = {buyer, buyer};
  who.address = parse_address(address).value();
  who.user_agent = "Mozilla/5.0";
  who.fingerprint = fingerprint;
  return who;
}

auto reading_fault(const std::filesystem::path& networks, const std::filesystem::path& agents) -> std::string {
  const auto opened = door::watched_lists::open(networks, agents, 1h);
  return opened ? "" : opened.error().what;
}

} // namespace

TEST_SUITE_BEGIN("door: signs and policy");

TEST_CASE("lists are read from files, with comments, and name networks and agents") {
  const testing::temporary_place place;
  const auto networks = place.path() / "networks";
  const auto agents = place.path() / "agents";
  write_file(networks,
             "# of data centres\n192.0.2.0/24\n\n 2001:db8::/32\t# a comment\r\n198.51.100.7\n192.0.2.77/24\n");
  write_file(agents, "HeadlessChrome\n#python\ncurl/\n");
  const auto opened = door::watched_lists::open(networks, agents, 1h);
  REQUIRE(opened);
  const auto lists = (*opened)->current();
  CHECK(lists->networks.size() == 3);
  for (const char* in : {"192.0.2.0", "192.0.2.255", "2001:db8::1", "2001:db8:ffff::", "198.51.100.7"}) {
    CAPTURE(in);
    CHECK(lists->networks.contains(parse_address(in).value()));
  }
  for (const char* out : {"192.0.3.0", "2001:db9::1", "198.51.100.8", "::ffff:0:0"}) {
    CAPTURE(out);
    CHECK_FALSE(lists->networks.contains(parse_address(out).value()));
  }
  CHECK(lists->names_agent("Mozilla/5.0 headlesschrome/120"));
  CHECK(lists->names_agent("CURL/8.1"));
  CHECK_FALSE(lists->names_agent("Mozilla/5.0 (python)"));
  CHECK_FALSE(lists->names_agent(""));
  CHECK_FALSE(lists->names_agent(std::string(512, ' ') + "curl/8")); // beyond what is looked at
  CHECK((*door::watched_lists::open({}, {}, 1h))->current()->networks.size() == 0);
}

TEST_CASE("a list that cannot be right is refused with its line") {
  const testing::temporary_place place;
  const auto file = place.path() / "list";
  CHECK(reading_fault(file, {}) == "cannot read " + file.string());
  CHECK(reading_fault(place.path(), {}) == "cannot read " + place.path().string());
  write_file(file, "192.0.2.0/24\nhost.example\n");
  CHECK(reading_fault(file, {}) == file.string() + ", line 2: it is not an address or network");
  write_file(file, "192.0.2.0/33\n");
  CHECK(reading_fault(file, {}) == file.string() + ", line 1: it has no sound prefix length");
  write_file(file, "ab\n");
  CHECK(reading_fault({}, file) == file.string() + ", line 1: it must have 3 to 128 bytes");
  write_file(file, std::string(129, 'a') + "\n");
  CHECK_FALSE(reading_fault({}, file).empty());
  std::string many;
  for (int i = 0; i < 501; ++i) {
    many += "agent\n";
  }
  write_file(file, many);
  CHECK(reading_fault({}, file) == file.string() + ", line 501: it is one too many");
}

TEST_CASE("a file that changes is read again; a faulty one changes nothing") {
  const testing::temporary_place place;
  const auto networks = place.path() / "networks";
  write_file(networks, "192.0.2.0/24\n");
  const auto lists = door::watched_lists::open(networks, {}, 1h).value();
  const auto address = parse_address("198.51.100.1").value();
  CHECK(lists->refresh() == false);
  write_file(networks, "198.51.100.0/24\n");
  CHECK(lists->refresh() == true);
  CHECK(lists->current()->networks.contains(address));
  write_file(networks, "nonsense\n");
  CHECK_FALSE(lists->refresh());
  CHECK(lists->current()->networks.contains(address));
  std::filesystem::remove(networks);
  CHECK_FALSE(lists->refresh());
  CHECK(lists->current()->networks.contains(address));
  write_file(networks, "");
  CHECK(lists->refresh() == true);
  CHECK_FALSE(lists->current()->networks.contains(address));
}

TEST_CASE("files are looked at without anybody asking") {
  const testing::temporary_place place;
  const auto agents = place.path() / "agents";
  write_file(agents, "first-bot\n");
  const auto lists = door::watched_lists::open({}, agents, 1ms).value();
  CHECK(lists->current()->names_agent("first-bot"));
  write_file(agents, "second-bot\n");
  CHECK(testing::eventually([&] { return lists->current()->names_agent("second-bot"); }));
  CHECK_FALSE(lists->current()->names_agent("first-bot"));
}

TEST_CASE("each sign has its points, their sum is at most 100, and a login takes some off") {
  door::suspicion_settings rules;
  rules.listed_address = 60;
  rules.no_agent = 41;
  rules.odd_fingerprint = 30;
  rules.verified_less = 25;
  door::suspicion signs{rules};
  door::suspect_lists lists;
  lists.networks.add(parse_network("192.0.2.0/24").value());
  lists.agents.emplace_back("bot");
  CHECK(signs.score(visitor(1, "198.51.100.1"), lists, signs_start).points == 0);
  auto who = visitor(2, "192.0.2.1");
  auto scored = signs.score(who, lists, signs_start);
  CHECK(scored.points == 60);
  CHECK(scored.has(door::sign::listed_address));
  CHECK_FALSE(scored.has(door::sign::no_agent));
  who.verified = true;
  CHECK(signs.score(who, lists, signs_start).points == 35);
  who.user_agent = {};
  CHECK(signs.score(who, lists, signs_start).points == 76);
  who.verified = false;
  CHECK(signs.score(who, lists, signs_start).points == 100);
  who = visitor(3, "198.51.100.1");
  who.user_agent = "a Bot/1";
  CHECK(signs.score(who, lists, signs_start).points == rules.listed_agent);
  const std::string longest(128, 'f');
  CHECK(signs.score(visitor(4, "198.51.100.1", longest), lists, signs_start).points == 0);
  for (const std::string& odd : {longest + "f", std::string{"a b"}, std::string{"\xc3\xa9"}}) {
    scored = signs.score(visitor(5, "198.51.100.1", odd), lists, signs_start);
    CHECK(scored.points == 30);
    CHECK(scored.has(door::sign::odd_fingerprint));
  }
  who = visitor(6, "198.51.100.1");
  who.verified = true;
  CHECK(signs.score(who, lists, signs_start).points == 0);
}

TEST_CASE("buyers of a fingerprint, buyers of an address and addresses of a buyer are counted within the window") {
  door::suspicion_settings rules;
  rules.window = 100s;
  rules.buyers_per_fingerprint = 2;
  rules.buyers_per_address = 3;
  rules.addresses_per_buyer = 1;
  door::suspicion signs{rules};
  const door::suspect_lists none;
  const auto has = [&](const door::knock& who, door::sign what, std::chrono::seconds at) {
    return signs.score(who, none, signs_start + at).has(what);
  };
  CHECK_FALSE(has(visitor(1, "192.0.2.1", "f"), door::sign::shared_fingerprint, 0s));
  CHECK_FALSE(has(visitor(2, "192.0.2.2", "f"), door::sign::shared_fingerprint, 1s));
  CHECK_FALSE(has(visitor(2, "192.0.2.2", "f"), door::sign::shared_fingerprint, 1s)); // the same one again
  CHECK_FALSE(has(visitor(3, "192.0.2.3", "F"), door::sign::shared_fingerprint, 1s));
  CHECK(has(visitor(4, "192.0.2.4", "f"), door::sign::shared_fingerprint, 2s));
  CHECK_FALSE(has(visitor(5, "192.0.2.5", "f"), door::sign::shared_fingerprint, 102s));
  for (std::uint64_t buyer = 11; buyer <= 13; ++buyer) {
    CHECK_FALSE(has(visitor(buyer, "2001:db8::1"), door::sign::crowded_address, 200s));
  }
  CHECK(has(visitor(14, "2001:db8::2"), door::sign::crowded_address, 200s));
  CHECK_FALSE(has(visitor(15, "2001:db8:0:1::2"), door::sign::crowded_address, 200s));
  CHECK_FALSE(has(visitor(20, "192.0.2.20"), door::sign::wandering_buyer, 300s));
  CHECK(has(visitor(20, "192.0.2.21"), door::sign::wandering_buyer, 300s));
  CHECK_FALSE(has(visitor(20, "192.0.2.21"), door::sign::wandering_buyer, 400s));
  CHECK(signs.forgotten() == 0);
}

TEST_CASE("a sign of no points is not looked for") {
  door::suspicion_settings rules;
  rules.listed_address = rules.listed_agent = rules.no_agent = rules.odd_fingerprint = 0;
  rules.shared_fingerprint = rules.crowded_address = rules.wandering_buyer = 0;
  rules.buyers_per_address = 1;
  door::suspicion signs{rules};
  door::suspect_lists lists;
  lists.networks.add(parse_network("0.0.0.0/0").value());
  for (std::uint64_t buyer = 1; buyer <= 9; ++buyer) {
    auto who = visitor(buyer, "192.0.2.1", "odd one");
    who.user_agent = {};
    CHECK(signs.score(who, lists, signs_start).signs == 0);
  }
}

TEST_CASE("the policy does the harshest thing whose score is reached") {
  door::policy_settings policy;
  CHECK_FALSE(door::needs_scores(policy));
  const auto nothing_said = door::decide(policy, 100, false);
  CHECK_FALSE(nothing_said.refuse);
  CHECK_FALSE(nothing_said.to_the_end);
  CHECK_FALSE(nothing_said.challenge);
  policy = {.challenge_from = 20, .captcha_from = 40, .to_the_end_from = 60, .refuse_from = 80};
  CHECK(door::needs_scores(policy));
  CHECK_FALSE(door::decide(policy, 19, false).challenge);
  CHECK(door::decide(policy, 19, true).why == door::reason::sample);
  CHECK(door::decide(policy, 20, true).why == door::reason::suspicious);
  CHECK(door::decide(policy, 39, false).kind == door::challenge_kind::proof_of_work);
  CHECK(door::decide(policy, 40, false).kind == door::challenge_kind::captcha);
  CHECK_FALSE(door::decide(policy, 59, false).to_the_end);
  CHECK(door::decide(policy, 60, false).to_the_end);
  CHECK(door::decide(policy, 60, false).challenge); // when they are back
  CHECK_FALSE(door::decide(policy, 79, false).refuse);
  CHECK(door::decide(policy, 80, false).refuse);
  policy = {.challenge_from = 0};
  CHECK_FALSE(door::needs_scores(policy)); // everybody is challenged, whatever theirs is
  CHECK(door::decide(policy, 0, false).why == door::reason::everybody);
  policy = {.captcha_from = 0};
  CHECK(door::decide(policy, 0, true).why == door::reason::everybody);
}

TEST_CASE("a provider is asked with a form, and only says that somebody failed when it is about them") {
  CHECK(door::captcha_form("s", "r", "192.0.2.1") == "secret=s&response=r&remoteip=192.0.2.1");
  CHECK(door::captcha_form("a&b=c", "x+y z", "2001:db8::1") ==
        "secret=a%26b%3Dc&response=x%2By%20z&remoteip=2001%3Adb8%3A%3A1");
  using enum door::captcha_outcome;
  CHECK(door::read_captcha(200, R"({"success":true,"hostname":"tickets.example"})") == passed);
  CHECK(door::read_captcha(200, R"({"success":false})") == failed);
  CHECK(door::read_captcha(200, R"({"success":false,"error-codes":["invalid-input-response"]})") == failed);
  CHECK(door::read_captcha(200, R"({"success":false,"error-codes":["timeout-or-duplicate"]})") == failed);
  CHECK(door::read_captcha(200, R"({"success":false,"error-codes":[7,"invalid-input-secret"]})") == unavailable);
  CHECK(door::read_captcha(200, R"({"success":false,"error-codes":["internal-error"]})") == unavailable);
  for (const char* body : {"", "[]", "true", "{}", R"({"success":"true"})", R"({"success":1})", "{\"success\":true"}) {
    CAPTURE(body);
    CHECK(door::read_captcha(200, body) == unavailable);
  }
  CHECK(door::read_captcha(500, R"({"success":true})") == unavailable);
  CHECK(door::read_captcha(302, "") == unavailable);
}

TEST_SUITE_END();
