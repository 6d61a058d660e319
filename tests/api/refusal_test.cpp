#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

/// What is refused, or changes nothing, leaves nothing behind.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

auto pointers(const reply& refused) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& error : refused.json().at("errors")) {
    all.push_back(error.at("pointer"));
  }
  return all;
}

auto version_of(const reply& page) -> std::string {
  return std::to_string(page.json().at("version").get<std::uint64_t>());
}

} // namespace

TEST_CASE("a refused amendment reserves no slug: it leads nowhere, and another event may have it") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  const auto refused = [&](const json& changes, const std::string& if_match, const char* code) {
    const auto recorded = server.recorded();
    auto body = changes;
    body["slug"] = "tosca";
    check_problem(organiser.patch(opera.path(), body, {.if_match = if_match}), code);
    CHECK(server.recorded() == recorded);
    CHECK(organiser.get("/v1/events/tosca").code() == "not_found");
  };
  refused(json::object(), "99", "version_mismatch");
  refused({{"hold_cap_seconds", 60}, {"hold_seconds", 120}}, {}, "validation_failed");
  refused({{"currency", "CHF"}}, {}, "layout_frozen");
  REQUIRE(organiser.post(opera.path("/close")).status == 200);
  refused({{"name", "Aida"}}, {}, "wrong_status");
  const auto other = make_draft(organiser, opera.venue, {{"slug", "tosca"}});
  CHECK(organiser.get("/v1/events/tosca").text("event_id") == other);
}

TEST_CASE("an amendment that changes nothing records nothing and keeps the version") {
  const api_server server;
  const box_office opera{server, {{"slug", "tosca"}}};
  auto organiser = opera.organiser;
  const auto before = organiser.get(opera.path());
  const auto recorded = server.recorded();
  for (const auto& same : {json::object(), json{{"name", before.text("name")}}, json{{"slug", "tosca"}}}) {
    const auto kept = organiser.patch(opera.path(), same);
    INFO(kept.body);
    CHECK(kept.status == 200);
    CHECK(version_of(kept) == version_of(before));
  }
  CHECK(server.recorded() == recorded);
  CHECK(organiser.patch(opera.path(), json::object(), {.if_match = "99"}).code() == "version_mismatch");
}

TEST_CASE("an event stays at its venue; naming that venue again is no change") {
  empty_house at;
  auto& [server, organiser, venue] = at;
  const auto other = make_hall(organiser);
  const auto path = "/v1/events/" + make_draft(organiser, venue);
  const auto recorded = server.recorded();
  const auto moved = organiser.patch(path, {{"venue_id", other}});
  check_problem(moved, "validation_failed");
  CHECK(pointers(moved) == std::vector<std::string>{"/venue_id"});
  CHECK(organiser.patch(path, {{"venue_id", venue}}).status == 200);
  CHECK(server.recorded() == recorded);
}

TEST_CASE("an unknown query parameter is refused by writes as by reads") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  auto admin = server.admin();
  const auto recorded = server.recorded();
  const auto refused = [&](const reply& got) { check_problem(got, "invalid_query"); };
  refused(organiser.patch(opera.path("?dry_run=true"), {{"name", "Aida"}}));
  refused(organiser.post(opera.path("/close?x=1")));
  refused(organiser.post("/v1/events?x=1", evening(opera.venue)));
  refused(organiser.put(opera.path("/layout?x=1"), hall_layout()));
  refused(buyer.post(opera.path("/holds?x=1"), {{"seats", {"A/1/1"}}}));
  refused(buyer.remove("/v1/holds/hld_00000000000000000000000000?x=1"));
  refused(admin.post("/v1/keys?x=1", {{"name", "x"}, {"scopes", json::array({"sell"})}}));
  refused(server.anybody().post("/v1/sessions?x=1"));
  CHECK(server.recorded() == recorded);
}

TEST_CASE("a fault is named where it is, not inside what is missing") {
  opening_night night;
  auto& [server, opera, organiser, buyer] = night;
  auto till = opera.till;
  const auto id = held(till, opera, {"A/1/1"});
  const auto path = "/v1/holds/" + id + "/confirm";
  CHECK(pointers(till.post(path, json::object())) == std::vector<std::string>{"/payment"});
  CHECK(pointers(till.post(path, {{"payment", 3}})) == std::vector<std::string>{"/payment"});
  CHECK(pointers(till.post(path, {{"payment", json::object()}})).front() == "/payment/method");
}

TEST_CASE("names and labels hold nothing invisible and no blanks at their ends") {
  empty_house at;
  auto& [server, organiser, venue] = at;
  auto admin = server.admin();
  const auto event = make_draft(organiser, venue);
  const auto recorded = server.recorded();
  const auto refused = [](const reply& got, const char* pointer) {
    CAPTURE(got.body);
    CHECK(got.code() == "validation_failed");
    if (got.code() == "validation_failed") {
      CHECK(pointers(got).front() == pointer);
    }
  };
  for (const std::string name : {"   ", " Opera", "Opera ", "Ope\u200bra", "\u202eOpera", "Op\u2066era", "\ufeffOpera",
                                 "Op\u2028era", "Op\u0085era", "Opera\u00a0", "\u3000"}) {
    CAPTURE(name);
    auto house = hall();
    house["name"] = name;
    refused(organiser.post("/v1/venues", house), "/name");
    auto rows = hall();
    rows["layout"]["sections"][0]["rows"][0]["name"] = name;
    refused(organiser.post("/v1/venues", rows), "/layout/sections/0/rows/0/name");
    auto show = evening(venue);
    show["name"] = name;
    refused(organiser.post("/v1/events", show), "/name");
    refused(organiser.patch("/v1/events/" + event, {{"name", name}}), "/name");
    refused(admin.post("/v1/organisations", {{"name", name}}), "/name");
    refused(admin.post("/v1/keys", {{"name", name}, {"scopes", json::array({"sell"})}}), "/name");
  }
  CHECK(server.recorded() == recorded);
  auto house = hall();
  house["name"] = "Op\u00e9ra \u6b4c\u5267\u9662 \U0001f3ad";
  CHECK(organiser.post("/v1/venues", house).status == 201);
}

TEST_CASE("what the description forbids is refused: two hyphens in a slug, a city without a letter") {
  empty_house at;
  auto& [server, organiser, venue] = at;
  auto show = evening(venue);
  show["slug"] = "x--y";
  CHECK(pointers(organiser.post("/v1/events", show)) == std::vector<std::string>{"/slug"});
  auto house = hall();
  house["city"] = "";
  CHECK(pointers(organiser.post("/v1/venues", house)) == std::vector<std::string>{"/city"});
  CHECK(pointers(organiser.patch("/v1/venues/" + venue, {{"city", ""}})) == std::vector<std::string>{"/city"});
  CHECK(organiser.patch("/v1/venues/" + venue, {{"city", nullptr}}).status == 200);
}

TEST_CASE("the last admin key of the first organisation stays; another organisation's may go") {
  api_server server;
  auto admin = server.admin();
  const auto only = admin.get("/v1/keys").json().at("items").at(0).at("key_id").get<std::string>();
  const auto recorded = server.recorded();
  check_problem(admin.remove("/v1/keys/" + only), "last_admin_key");
  CHECK(server.recorded() == recorded);
  const auto till = admin.post("/v1/keys", {{"name", "till"}, {"scopes", json::array({"sell"})}});
  CHECK(admin.remove("/v1/keys/" + only).code() == "last_admin_key");
  CHECK(admin.remove(till.header("location")).status == 204);
  const auto second = admin.post("/v1/keys", {{"name", "second"}, {"scopes", json::array({"admin"})}});
  CHECK(admin.remove("/v1/keys/" + only).status == 204);
  auto heir = server.with(second.text("secret"));
  CHECK(heir.remove(second.header("location")).code() == "last_admin_key");
  const auto theatre = heir.post("/v1/organisations", {{"name", "Theatre"}}).text("organisation_id");
  const auto theirs =
      heir.post("/v1/keys", {{"name", "director"}, {"scopes", json::array({"admin"})}, {"organisation_id", theatre}});
  auto director = server.with(theirs.text("secret"));
  CHECK(director.remove(theirs.header("location")).status == 204);
}

} // namespace holdfast::api_test
