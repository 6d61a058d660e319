#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// Every route of the table that takes an `Idempotency-Key`, held to what a key promises.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

/// A hall, an event on sale, and everybody who may ask for something with a key.
struct desk {
  api_server server;
  box_office opera{server};
  api_client organiser{opera.organiser};
  api_client till{opera.till};
  api_client admin{server.admin()};

  /// A new connection each: the server may have been started again.
  [[nodiscard]] auto again(const api_client& who) const -> api_client { return server.with(who.bearer()); }
};

/// A request that is granted, and another one of the same kind.
struct keyed {
  api_client by;
  std::string path;
  json body = json::object();
  json other_body = json::object();
  std::string other_path = {}; ///< empty: the same
  bool secret = false;         ///< its answer is told once
};

using request_for = std::function<keyed(desk&)>;

/// By route. What a request needs first is made by the same call.
auto keyed_requests() -> std::map<std::string, request_for> {
  auto renamed_hall = hall();
  renamed_hall["name"] = "Arena";
  return {
      {"POST /v1/venues",
       [=](desk& at) {
         return keyed{at.organiser, "/v1/venues", hall(), renamed_hall};
       }},
      {"POST /v1/events",
       [](desk& at) {
         auto other = evening(at.opera.venue);
         other["name"] = "Aida";
         return keyed{at.organiser, "/v1/events", evening(at.opera.venue), std::move(other)};
       }},
      {"POST /v1/organisations",
       [](desk& at) {
         return keyed{at.admin, "/v1/organisations", {{"name", "Theatre"}}, {{"name", "Arena"}}};
       }},
      {"POST /v1/keys",
       [](desk& at) {
         const json scan{{"name", "gate"}, {"scopes", json::array({"scan"})}};
         const json sell{{"name", "till"}, {"scopes", json::array({"sell"})}};
         return keyed{at.admin, "/v1/keys", scan, sell, {}, true};
       }},
      {"POST /v1/events/{event}/holds",
       [](desk& at) {
         return keyed{at.till, at.opera.path("/holds"), {{"seats", {"A/1/1"}}}, {{"seats", {"A/1/2"}}}};
       }},
      {"POST /v1/holds/{hold}/extend",
       [](desk& at) {
         const auto hold = "/v1/holds/" + held(at.till, at.opera, {"A/1/1"});
         return keyed{
             at.till, hold + "/extend", json::object(), {{"payment", {{"method", "cash"}}}}, hold + "/confirm"};
       }},
      {"POST /v1/holds/{hold}/confirm",
       [](desk& at) {
         return keyed{at.till,
                      "/v1/holds/" + held(at.till, at.opera, {"A/1/1"}) + "/confirm",
                      {{"payment", {{"method", "cash"}}}},
                      {{"payment", {{"method", "card_terminal"}}}}};
       }},
  };
}

/// Every route that asks for a key, with its request. A route without one fails the test.
template <class Check>
void for_every_keyed_route(Check check) {
  const auto requests = keyed_requests();
  std::size_t seen = 0;
  const api_server any;
  for (const auto& row : any.table().routes()) {
    if (row.keyed == http::idempotency::required) {
      const auto name = std::string{to_string(row.verb)} + " " + row.pattern;
      CAPTURE(name);
      const auto found = requests.find(name);
      REQUIRE_MESSAGE(found != requests.end(), "a keyed route without a request: add one");
      desk at;
      auto request = found->second(at);
      check(at, request);
      ++seen;
    }
  }
  CHECK(seen == requests.size());
}

/// The same answer, byte for byte; of one with a secret only what it was about.
void check_repeated(const keyed& what, const reply& first, const reply& again) {
  INFO(again.body);
  CHECK(again.header("location") == first.header("location"));
  if (what.secret) {
    CHECK(again.code() == "already_created");
    CHECK(again.text("id") == first.text("key_id"));
    CHECK(again.body.find(first.text("secret")) == std::string::npos);
    return;
  }
  CHECK(again.status == first.status);
  CHECK(again.body == first.body);
  CHECK(again.event_seq() == first.event_seq());
  CHECK(first.header("idempotency-replayed").empty());
  CHECK(again.header("idempotency-replayed") == "true");
}

} // namespace

TEST_CASE("whatever takes a key is carried out once, and answered alike, also after a restart") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    const auto before = at.server.recorded();
    const auto first = what.by.post(what.path, what.body, {.key = key});
    INFO(first.body);
    REQUIRE(first.status < 300);
    const auto recorded = at.server.recorded();
    CHECK(recorded != before);
    check_repeated(what, first, what.by.post(what.path, what.body, {.key = key}));
    CHECK(at.server.recorded() == recorded);
    at.server.restart();
    check_repeated(what, first, at.again(what.by).post(what.path, what.body, {.key = key}));
  });
}

TEST_CASE("a key that was used takes no other request, and the other request does nothing") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    REQUIRE(what.by.post(what.path, what.body, {.key = key}).status < 300);
    const auto recorded = at.server.recorded();
    const auto& path = what.other_path.empty() ? what.path : what.other_path;
    const auto refused = what.by.post(path, what.other_body, {.key = key});
    INFO(refused.body);
    CHECK(refused.status == 422);
    CHECK(refused.code() == "idempotency_key_reused");
    CHECK(at.server.recorded() == recorded);
    at.server.restart();
    const auto later = at.again(what.by).post(path, what.other_body, {.key = key});
    CHECK(later.code() == "idempotency_key_reused");
  });
}

TEST_CASE("whatever takes a key asks for one, of 8 to 128 visible characters") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto recorded = at.server.recorded();
    CHECK(what.by.post(what.path, what.body, {.without_key = true}).code() == "idempotency_key_required");
    for (const auto& key : {std::string(7, 'k'), std::string(129, 'k'), std::string{"with a blank"}}) {
      const auto refused = what.by.post(what.path, what.body, {.key = key});
      CHECK(refused.status == 400);
      CHECK(refused.code() == "idempotency_key_invalid");
    }
    CHECK(at.server.recorded() == recorded);
    CHECK(what.by.post(what.path, what.body, {.key = std::string(128, '~')}).status < 300);
  });
}

TEST_CASE("one key for two principals is two keys") {
  for_every_keyed_route([](desk& at, keyed& what) {
    const auto key = new_key();
    auto somebody = at.server.key({"admin"});
    const auto first = what.by.post(what.path, what.body, {.key = key});
    REQUIRE(first.status < 300);
    const auto other = somebody.post(what.path, what.body, {.key = key});
    INFO(other.body);
    CHECK(other.header("idempotency-replayed").empty());
    CHECK(other.code() != "idempotency_key_reused");
    CHECK(other.code() != "already_created");
  });
}

} // namespace holdfast::api_test
