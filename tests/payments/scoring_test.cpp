#include "payments/scoring_client.hpp"
#include "payments/stripe/options.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scoring_hook.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace holdfast;
using domain::risk_verdict;
using payments::read_score;
using payments::scoring_outcome;
using testing::scoring_hook;

auto options_for(const std::string& url) -> payments::scoring_options {
  payments::scoring_options options;
  options.url = url;
  options.timeout = std::chrono::seconds{20};
  options.sign = [](std::string_view id, std::int64_t, std::string_view body) {
    return std::vector<std::string>{"webhook-id: " + std::string{id}, "webhook-signature: " + std::string{body}};
  };
  return options;
}

auto begin(payments::scorer& at, const std::string& id) -> std::future<scoring_outcome> {
  auto said = std::make_shared<std::promise<scoring_outcome>>();
  auto later = said->get_future();
  at.score(id, "{\"question\":1}", [said](scoring_outcome&& what) { said->set_value(std::move(what)); });
  return later;
}

auto why(risk_verdict verdict, std::string reason) -> scoring_outcome {
  return {verdict, std::move(reason)};
}

} // namespace

TEST_CASE("a verdict is one of three, with its reason if it has one; everything else is none, and says why") {
  CHECK(read_score(200, R"({"verdict":"allow"})") == why(risk_verdict::allow, ""));
  CHECK(read_score(200, R"({"verdict":"review","reason":"new","score":7})") == why(risk_verdict::review, "new"));
  CHECK(read_score(200, R"({"reason":"old","verdict":"deny"})") == why(risk_verdict::deny, "old"));
  for (const auto* body :
       {"", "[]", "null", "7", "{}", "{\"verdict\":7}", "{\"verdict\":\"Allow\"}", "{\"verdict\":\"\"}",
        "{\"verdict\":\"none\"}", "{\"verdict\":\"allow\",\"reason\":7}", "{\"verdict\":\"allow\"",
        "{\"verdict\":\"allow\"}{}", "{\"verdict\":\"deny\",\"verdict\":\"allow\"}", "\xff"}) {
    CAPTURE(body);
    CHECK(read_score(200, body) == why(risk_verdict::none, "unreadable"));
  }
  CHECK(read_score(204, R"({"verdict":"allow"})") == why(risk_verdict::none, "http_204"));
  CHECK(read_score(302, R"({"verdict":"allow"})") == why(risk_verdict::none, "http_302"));
  CHECK(read_score(503, "") == why(risk_verdict::none, "http_503"));
}

TEST_CASE("a question is posted once, signed, and its answer is the verdict") {
  scoring_hook hook;
  const auto client = payments::make_scoring_client(options_for(hook.url())).value();
  CHECK(begin(*client, "q-1").get() == why(risk_verdict::allow, ""));
  hook.say("deny", "five cards");
  CHECK(begin(*client, "q-2").get() == why(risk_verdict::deny, "five cards"));
  const auto asked = hook.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].target == "/score");
  CHECK(asked[0].body == "{\"question\":1}");
  CHECK(asked[0].headers.at("webhook-id") == "q-1");
  CHECK(asked[0].headers.at("webhook-signature") == asked[0].body);
  CHECK(asked[0].headers.at("content-type") == "application/json");
  CHECK(asked[1].headers.at("webhook-id") == "q-2");
}

TEST_CASE("what comes to nothing has no verdict, and says why") {
  scoring_hook hook;
  auto options = options_for(hook.url());
  options.answer_bytes_max = 64;
  const auto client = payments::make_scoring_client(options).value();
  hook.answer(500, "");
  CHECK(begin(*client, "q").get() == why(risk_verdict::none, "http_500"));
  hook.answer(200, "allow");
  CHECK(begin(*client, "q").get() == why(risk_verdict::none, "unreadable"));
  hook.answer(200, R"({"verdict":"allow","reason":")" + std::string(64, 'r') + "\"}");
  CHECK(begin(*client, "q").get() == why(risk_verdict::none, "unreadable"));
  hook.say_nothing();
  options.timeout = std::chrono::milliseconds{50};
  const auto hasty = payments::make_scoring_client(options).value();
  CHECK(begin(*hasty, "q").get() == why(risk_verdict::none, "timed_out"));
  std::string url;
  {
    const scoring_hook gone;
    url = gone.url();
  }
  const auto lonely = payments::make_scoring_client(options_for(url)).value();
  CHECK(begin(*lonely, "q").get() == why(risk_verdict::none, "unreachable"));
}

TEST_CASE("only so many questions are on their way at once, and the end answers those that are") {
  scoring_hook hook;
  hook.say_nothing();
  auto options = options_for(hook.url());
  options.in_flight_max = 2;
  auto client = payments::make_scoring_client(options).value();
  auto first = begin(*client, "q-1");
  auto second = begin(*client, "q-2");
  CHECK(begin(*client, "q-3").get() == why(risk_verdict::none, "busy"));
  CHECK(testing::eventually([&] { return hook.asked().size() == 2; }));
  hook.say("allow");
  CHECK(first.get() == why(risk_verdict::allow, ""));
  CHECK(second.get() == why(risk_verdict::allow, ""));
  hook.say_nothing();
  auto last = begin(*client, "q-4");
  CHECK(testing::eventually([&] { return hook.asked().size() == 3; }));
  client.reset();
  CHECK(last.get() == why(risk_verdict::none, "stopping"));
}

TEST_CASE("a hook's address is https, or http to this machine, with a path and nothing else") {
  using payments::stripe::check_hook_url;
  for (const auto* good : {"https://risk.example", "https://risk.example:8443/v1/score", "http://127.0.0.1:8080/score",
                           "http://localhost/score", "http://[::1]:1/score"}) {
    CAPTURE(good);
    CHECK(check_hook_url(good).value_or("") == good);
  }
  for (const auto* bad :
       {"", "risk.example", "http://risk.example/score", "ftp://127.0.0.1/", "https://a:b@risk.example/",
        "https://risk.example/?key=1", "https://risk.example/#a", "https://risk.example/a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_hook_url(bad).has_value());
  }
  auto options = options_for("https://risk.example/score");
  CHECK(payments::make_scoring_client(options).has_value());
  options.url = "http://risk.example/score";
  CHECK_FALSE(payments::make_scoring_client(options).has_value());
  options = options_for("https://risk.example/score");
  options.in_flight_max = 0;
  CHECK_FALSE(payments::make_scoring_client(options).has_value());
  options = options_for("https://risk.example/score");
  options.sign = {};
  CHECK_FALSE(payments::make_scoring_client(options).has_value());
}
