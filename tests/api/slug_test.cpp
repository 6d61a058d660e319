#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("a slug addresses its event everywhere") {
  const api_server server;
  const box_office opera{server, {{"slug", "tosca-2031"}}};
  auto anybody = server.anybody();
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  auto auditor = server.key({"audit"});
  const std::string path = "/v1/events/tosca-2031";
  CHECK(anybody.get(path).text("event_id") == opera.event);
  CHECK(anybody.get(path).text("slug") == "tosca-2031");
  CHECK(anybody.get(path + "/seats").text("event_id") == opera.event);
  CHECK(anybody.get(path + "/layout").status == 302);
  CHECK(buyer.post(path + "/holds", {{"seats", {"A/1/1", "A/1/2"}}}).text("event_id") == opera.event);
  CHECK(auditor.get(path + "/journal").status == 200);
  CHECK(organiser.post(path + "/pause").text("event_id") == opera.event);
  CHECK(organiser.patch(path, {{"name", "Aida"}}).text("event_id") == opera.event);
}

TEST_CASE("a slug belongs to one event of the whole server") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto foreign = server.key({"organise"}, server.organisation("Theatre"));
  const auto venue = make_hall(organiser);
  const auto first = make_draft(organiser, venue, {{"slug", "tosca"}});
  auto body = evening(venue);
  body["slug"] = "tosca";
  const auto refused = organiser.post("/v1/events", body);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "slug_taken");
  CHECK(refused.event_seq().empty());
  body["venue_id"] = make_hall(foreign);
  CHECK(foreign.post("/v1/events", body).code() == "slug_taken");
  const auto second = make_draft(organiser, venue, {{"slug", "aida"}});
  CHECK(organiser.patch("/v1/events/" + second, {{"slug", "tosca"}}).code() == "slug_taken");
  CHECK(organiser.get("/v1/events/tosca").text("event_id") == first);
}

TEST_CASE("a new slug is added to the old one, which still leads to the event") {
  const api_server server;
  const box_office opera{server, {{"slug", "tosca"}}};
  auto organiser = opera.organiser;
  auto anybody = server.anybody();
  const auto renamed = organiser.patch(opera.path(), {{"slug", "tosca-premiere"}});
  INFO(renamed.body);
  REQUIRE(renamed.status == 200);
  CHECK(renamed.text("slug") == "tosca-premiere");
  CHECK(anybody.get("/v1/events/tosca-premiere?min_seq=" + renamed.event_seq()).text("slug") == "tosca-premiere");
  CHECK(anybody.get("/v1/events/tosca").text("event_id") == opera.event);
  const auto none = organiser.patch(opera.path(), {{"slug", nullptr}});
  CHECK_FALSE(none.json().contains("slug"));
}

TEST_CASE("a refused or repeated creation takes no slug") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto body = evening(make_hall(organiser));
  body["slug"] = "tosca";
  const auto key = new_key();
  const auto made = organiser.post("/v1/events", body, {.key = key});
  REQUIRE(made.status == 201);
  CHECK(organiser.post("/v1/events", body, {.key = key}).body == made.body);
  body["slug"] = "aida";
  CHECK(organiser.post("/v1/events", body, {.key = key}).code() == "idempotency_key_reused");
  CHECK(organiser.get("/v1/events/aida").code() == "not_found");
  CHECK(organiser.post("/v1/events", body).status == 201);
}

TEST_CASE("slugs and events are there after a restart") {
  api_server server;
  const box_office opera{server, {{"slug", "tosca"}}};
  server.restart();
  CHECK(server.anybody().get("/v1/events/tosca").text("event_id") == opera.event);
}

} // namespace holdfast::api_test
