#include "tests/support/scoring_hook.hpp"
#include "tests/support/temporary_place.hpp"
#include "tools/captcha_client.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>

namespace {

using namespace holdfast;
using http::door::captcha_outcome;

/// A file of a secret that its owner alone may use.
auto secret_in(const testing::temporary_place& place, const std::string& text) -> std::string {
  const auto file = place.path() / "captcha.secret";
  std::ofstream{file} << text << '\n';
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file.string();
}

auto outcome_of(http::door::captcha_verifier& by, const std::string& response) -> captcha_outcome {
  auto said = std::make_shared<std::promise<captcha_outcome>>();
  auto later = said->get_future();
  by.verify(response, "192.0.2.1", [said](captcha_outcome what) { said->set_value(what); });
  return later.get();
}

} // namespace

TEST_CASE("a response is posted as a form, with the secret and the client's address") {
  const testing::temporary_place place;
  testing::scoring_hook provider;
  const auto client =
      tools::make_captcha_client({.url = provider.url(), .secret_file = secret_in(place, "s&1")}).value();
  provider.answer(200, R"({"success":true})");
  CHECK(outcome_of(*client, "token") == captcha_outcome::passed);
  provider.answer(200, R"({"success":false,"error-codes":["invalid-input-response"]})");
  CHECK(outcome_of(*client, "token 2") == captcha_outcome::failed);
  const auto asked = provider.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].body == "secret=s%261&response=token&remoteip=192.0.2.1");
  CHECK(asked[0].headers.at("content-type") == "application/x-www-form-urlencoded");
  CHECK(asked[1].body == "secret=s%261&response=token%202&remoteip=192.0.2.1");
}

TEST_CASE("a provider that says nothing of use leaves it open") {
  const testing::temporary_place place;
  const auto secret = secret_in(place, "secret");
  testing::scoring_hook provider;
  const auto client = tools::make_captcha_client({.url = provider.url(), .secret_file = secret}).value();
  provider.answer(500, R"({"success":true})");
  CHECK(outcome_of(*client, "token") == captcha_outcome::unavailable);
  provider.answer(200, std::string(17 * 1024, ' '));
  CHECK(outcome_of(*client, "token") == captcha_outcome::unavailable);
  provider.say_nothing();
  const auto hasty = tools::make_captcha_client(
                         {.url = provider.url(), .secret_file = secret, .timeout = std::chrono::milliseconds{50}})
                         .value();
  CHECK(outcome_of(*hasty, "token") == captcha_outcome::unavailable);
}

TEST_CASE("the end of the client answers who waits for it") {
  const testing::temporary_place place;
  testing::scoring_hook provider;
  provider.say_nothing();
  auto client =
      tools::make_captcha_client({.url = provider.url(), .secret_file = secret_in(place, "secret"), .in_flight_max = 1})
          .value();
  std::promise<captcha_outcome> said;
  client->verify("token", "192.0.2.1", [&said](captcha_outcome what) { said.set_value(what); });
  // One at a time: the second is not even asked for.
  CHECK(outcome_of(*client, "token") == captcha_outcome::unavailable);
  client.reset();
  CHECK(said.get_future().get() == captcha_outcome::unavailable);
}

TEST_CASE("a secret that others may read, or an address that is none, is refused") {
  const testing::temporary_place place;
  const auto secret = secret_in(place, "secret");
  CHECK_FALSE(tools::make_captcha_client({.url = "http://captcha.example/verify", .secret_file = secret}));
  CHECK_FALSE(tools::make_captcha_client({.url = "https://captcha.example/verify", .secret_file = secret + ".none"}));
  std::filesystem::permissions(secret, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  const auto refused = tools::make_captcha_client({.url = "https://captcha.example/verify", .secret_file = secret});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().find("chmod 600") != std::string::npos);
}
