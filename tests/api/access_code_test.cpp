#include "http/access_code.hpp"
#include "tests/api/api_server.hpp"
#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>
#include <openssl/sha.h>

/// Access codes: how short they may be, what is kept of them, and how often one may guess.
namespace holdfast::api_test {

namespace {

using nlohmann::json;

auto fans(const std::string& code, const std::string& seat = "A/1/1") -> json {
  return {{"name", "Fans"}, {"kind", "presale"}, {"reason", "fans"}, {"seats", {seat}}, {"access_code", code}};
}

auto limited(http::rate_rule address, http::rate_rule buyer) -> server_settings {
  constexpr http::rate_rule off{.per_second = 0, .burst = 1};
  return {.rates = http::rate_limits{.address_view = off,
                                     .address_act = off,
                                     .address_session = off,
                                     .buyer = off,
                                     .key = off,
                                     .address_code = address,
                                     .buyer_code = buyer,
                                     .buckets_max = 1'024}};
}

auto with_code(const std::string& seat, const std::string& code) -> json {
  return {{"seats", {seat}}, {"access_code", code}};
}

} // namespace

TEST_CASE("an access code has at least six characters, whatever their bytes") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  const auto path = opera.path("/allocations");
  for (const std::string code : {"", "fan27", "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xC3\xA9"}) {
    CAPTURE(code);
    const auto refused = organiser.post(path, fans(code));
    CHECK(refused.status == 422);
    CHECK(refused.json().at("errors") ==
          json::parse(R"([{"pointer":"/access_code","message":"an access code has at least 6 characters"}])"));
    const json phases{{{"id", "fans"}, {"opens_at", "2020-01-01T00:00:00Z"}, {"access_code", code}}};
    const auto presale = organiser.patch(opera.path(), {{"sale", {{"phases", phases}}}});
    CHECK(presale.status == 422);
    CHECK(presale.json().at("errors").at(0).at("pointer") == "/sale/phases/0/access_code");
  }
  CHECK(organiser.post(path, fans(std::string(65, 'x'))).status == 422);
  CHECK(organiser.post(path, fans("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xC3\xA9\xC3\xA8")).status == 201);
  auto buyer = server.buyer();
  check_problem(buyer.post(opera.path("/holds"), with_code("A/1/1", "fan27")), "wrong_access_code");
}

TEST_CASE("what is kept of a code depends on the server's secret and the event") {
  const std::array<std::uint8_t, 32> one{1};
  const std::array<std::uint8_t, 32> other{2};
  const http::access_code_hasher here{one, domain::event_id{7}};
  CHECK(here("Fan Club 27") == here("Fan Club 27"));
  CHECK(here("Fan Club 27") != here("Fan Club 28"));
  CHECK(here("Fan Club 27") != http::access_code_hasher{one, domain::event_id{8}}("Fan Club 27"));
  CHECK(here("Fan Club 27") != http::access_code_hasher{other, domain::event_id{7}}("Fan Club 27"));
  std::string text{"holdfast access code"};
  text.append(8, '\0').append({'\7'}).append("Fan Club 27");
  domain::access_code_hash plain{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), plain.data());
  CHECK(here("Fan Club 27") != plain);
}

TEST_CASE("a buyer who tries wrong codes has to wait, and one who knows the code never does") {
  const api_server server{limited({.per_second = 0, .burst = 1}, {.per_second = 0.01, .burst = 3})};
  const box_office opera{server};
  auto organiser = opera.organiser;
  REQUIRE(organiser.post(opera.path("/allocations"), fans("Rheingold")).status == 201);
  auto fan = server.buyer();
  for (int i = 0; i < 10; ++i) {
    const auto held = fan.post(opera.path("/holds"), with_code("A/1/1", "Rheingold"));
    REQUIRE(held.status == 201);
    REQUIRE(fan.remove("/v1/holds/" + held.text("hold_id")).status == 204);
  }
  auto guesser = server.buyer();
  for (int i = 0; i < 3; ++i) {
    check_problem(guesser.post(opera.path("/holds"), with_code("A/1/1", "Rheingel" + std::to_string(i))),
                  "wrong_access_code");
  }
  const auto recorded = server.recorded();
  const auto refused = guesser.post(opera.path("/holds"), with_code("A/1/1", "Rheingold"));
  check_problem(refused, "rate_limited");
  CHECK(std::stoi(refused.header("retry-after")) > 60);
  CHECK(server.recorded() == recorded);
  CHECK(hold(guesser, opera, {"A/1/5"}).status == 201);
  CHECK(fan.post(opera.path("/holds"), with_code("A/1/1", "Rheingold")).status == 201);
  auto till = opera.till;
  for (int i = 0; i < 5; ++i) {
    check_problem(till.post(opera.path("/holds"), with_code("A/1/3", "Rheingel")), "wrong_access_code");
  }
}

TEST_CASE("guesses count against their address too, also while the sale is not open") {
  const api_server server{limited({.per_second = 0.01, .burst = 4}, {.per_second = 0, .burst = 1})};
  const box_office opera{
      server,
      {{"sale",
        {{"opens_at", "2090-01-01T00:00:00Z"},
         {"phases", {{{"id", "fans"}, {"opens_at", "2089-01-01T00:00:00Z"}, {"access_code", "Rheingold"}}}}}}}};
  const auto early = [&](api_client& who, const std::string& code) {
    return who.post(opera.path("/holds"), with_code("A/1/1", code));
  };
  for (int i = 0; i < 10; ++i) {
    auto fan = server.buyer();
    check_problem(early(fan, "Rheingold"), "sale_not_open");
  }
  auto guesser = server.buyer();
  // Four of the address, and the one that every buyer has beside those.
  for (int i = 0; i < 5; ++i) {
    check_problem(early(guesser, "Rheingel" + std::to_string(i)), "sale_not_open");
  }
  const auto refused = early(guesser, "Rheingel5");
  check_problem(refused, "rate_limited");
  CHECK(std::stoi(refused.header("retry-after")) > 60);
}

TEST_CASE("nobody's wrong codes keep a buyer of the same address from a code that is right") {
  const api_server server{limited({.per_second = 0.01, .burst = 20}, {.per_second = 0.01, .burst = 5})};
  const box_office opera{server};
  auto organiser = opera.organiser;
  REQUIRE(organiser.post(opera.path("/allocations"), fans("Rheingold")).status == 201);
  for (int person = 0; person < 8; ++person) {
    auto guesser = server.buyer();
    int answered = 0;
    for (int i = 0; i < 6; ++i) {
      answered += guesser.post(opera.path("/holds"), with_code("A/1/1", "Rheingel")).status == 409 ? 1 : 0;
    }
    // The first four use up what the address has; from then on there is one for each.
    CHECK(answered == (person < 4 ? 5 : 1));
  }
  auto fan = server.buyer();
  for (int i = 0; i < 3; ++i) {
    const auto held = fan.post(opera.path("/holds"), with_code("A/1/1", "Rheingold"));
    REQUIRE(held.status == 201);
    REQUIRE(fan.remove("/v1/holds/" + held.text("hold_id")).status == 204);
  }
  check_problem(fan.post(opera.path("/holds"), with_code("A/1/1", "Rheingel")), "wrong_access_code");
  check_problem(fan.post(opera.path("/holds"), with_code("A/1/1", "Rheingold")), "rate_limited");
}

} // namespace holdfast::api_test
