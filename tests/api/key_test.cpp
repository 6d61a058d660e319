#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <set>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("a key is shown once, works at once, and not a moment after it was revoked") {
  const api_server server;
  auto admin = server.admin();
  const auto made = admin.post("/v1/keys", {{"name", "till 3"}, {"scopes", {"sell", "audit"}}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  CHECK(made.text("secret").starts_with("hf_"));
  CHECK(made.json().at("scopes") == json::parse(R"(["sell","audit"])"));
  auto till = server.with(made.text("secret"));
  CHECK(till.get("/v1/orders").status == 200);
  const auto listed = admin.get("/v1/keys");
  CHECK(listed.body.find("secret") == std::string::npos);
  CHECK(listed.body.find(made.text("key_id")) != std::string::npos);
  CHECK(admin.remove(made.header("location")).status == 204);
  const auto refused = till.get("/v1/orders");
  CHECK(refused.status == 401);
  CHECK(refused.code() == "credentials_invalid");
  CHECK(admin.get("/v1/keys").body.find(made.text("key_id")) == std::string::npos);
  CHECK(admin.remove(made.header("location")).status == 204);
  CHECK(admin.remove("/v1/keys/key_0000000000009").code() == "not_found");
}

TEST_CASE("keys and organisations are there after a restart, revoked ones too") {
  api_server server;
  const auto theatre = server.organisation("Theatre");
  auto stage_door = server.key({"admin"}, theatre);
  auto revoked = server.key({"sell"});
  auto admin = server.admin();
  std::string id;
  const auto before = admin.get("/v1/keys");
  for (const auto& key : before.json().at("items")) {
    id = key.at("scopes") == json::array({"sell"}) ? key.at("key_id").get<std::string>() : id;
  }
  REQUIRE(admin.remove("/v1/keys/" + id).status == 204);
  server.restart();
  auto again = server.with(stage_door.bearer());
  CHECK(again.get("/v1/keys").json().at("items").size() == 1);
  CHECK(server.with(revoked.bearer()).get("/v1/orders").code() == "credentials_invalid");
  CHECK(server.admin().get("/v1/organisations").body.find(theatre) != std::string::npos);
}

TEST_CASE("the first organisation makes the others and their first keys; the others see themselves only") {
  const api_server server;
  const auto theatre = server.organisation("Theatre");
  auto foreign = server.key({"admin"}, theatre);
  const auto made = foreign.post("/v1/keys", {{"name", "till"}, {"scopes", {"sell", "scan"}}});
  REQUIRE(made.status == 201);
  CHECK(made.text("organisation_id") == theatre);
  const auto root = server.admin().get("/v1/keys");
  CHECK(root.body.find(made.text("key_id")) == std::string::npos);
  CHECK(server.admin().remove(made.header("location")).code() == "not_found");
  CHECK(foreign.get("/v1/organisations").code() == "not_found");
  CHECK(foreign.post("/v1/organisations", {{"name", "Mine"}}).code() == "not_found");
  const auto other =
      foreign.post("/v1/keys", {{"name", "spy"},
                                {"scopes", {"admin", "sell"}},
                                {"organisation_id", root.json().at("items").at(0).at("organisation_id")}});
  CHECK(other.code() == "validation_failed");
  CHECK(other.json().at("errors").at(0).at("pointer") == "/organisation_id");
}

TEST_CASE("scopes are named, and no key has more than it says") {
  const api_server server;
  auto admin = server.admin();
  const std::vector<std::pair<json, std::string>> table{
      {{{"name", "x"}}, "/scopes"},
      {{{"name", "x"}, {"scopes", json::array()}}, "/scopes"},
      {{{"name", "x"}, {"scopes", {"sell", "rule"}}}, "/scopes/1"},
      {{{"scopes", {"sell", "scan"}}}, "/name"},
      {{{"name", ""}, {"scopes", {"sell", "scan"}}}, "/name"},
      {{{"name", "x"}, {"scopes", {"sell", "scan"}}, {"organisation_id", "org_0000000000009"}}, "/organisation_id"},
  };
  for (const auto& [body, pointer] : table) {
    const auto refused = admin.post("/v1/keys", body);
    CAPTURE(refused.body);
    CHECK(refused.code() == "validation_failed");
    CHECK(refused.json().at("errors").at(0).at("pointer") == pointer);
  }
  CHECK(admin.post("/v1/organisations", {{"name", ""}}).code() == "validation_failed");
}

TEST_CASE("organisations are listed for the first one") {
  const api_server server;
  std::set<std::string> made{server.organisation("Theatre"), server.organisation("Arena")};
  const auto listed = server.admin().get("/v1/organisations");
  CHECK(listed.json().at("items").size() == 3);
  for (const auto& each : listed.json().at("items")) {
    made.erase(each.at("organisation_id").get<std::string>());
  }
  CHECK(made.empty());
}

} // namespace holdfast::api_test
