#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <future>

namespace holdfast::api_test {

using nlohmann::json;

TEST_CASE("an event's page may be cached, and an unchanged one is not sent again") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto page = anybody.get(opera.path());
  REQUIRE(page.status == 200);
  CHECK(page.header("cache-control") == "public, max-age=30, stale-while-revalidate=60, stale-if-error=600");
  CHECK(page.header("x-view-seq") == "2");
  CHECK(page.header("etag").starts_with("W/\"2-"));
  CHECK(page.header("age") == "0");
  server.clock().turn(domain::minutes(2));
  CHECK(anybody.get(opera.path()).header("age") == "0"); // it is still the newest
  for (const auto& tag :
       {page.header("etag"), page.header("etag").substr(2), "\"x\", " + page.header("etag"), std::string{"*"}}) {
    const auto again = anybody.get(opera.path(), {.headers = "If-None-Match: " + tag + "\r\n"});
    CAPTURE(tag);
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.header("etag") == page.header("etag"));
    CHECK(again.header("cache-control") == page.header("cache-control"));
  }
  CHECK(anybody.get(opera.path(), {.headers = "If-None-Match: W/\"1-page\"\r\n"}).status == 200);
  const auto head = anybody.ask("HEAD", opera.path(), "");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == std::to_string(page.body.size()));
}

TEST_CASE("the seat map shows every seat and area, and a section by itself") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto made = hold(buyer, opera, {"A/1/1"});
  const auto seats = anybody.get(opera.path("/seats?min_seq=" + made.event_seq()));
  REQUIRE(seats.status == 200);
  CHECK(seats.header("cache-control") == "public, max-age=1, stale-while-revalidate=5, stale-if-error=600");
  CHECK(seats.header("x-view-seq") == made.event_seq());
  CHECK(seats.json().at("seats").size() == 26);
  CHECK(seats.json().at("seats").at(0) == json::parse(R"({"seat":"A/1/1","status":"held"})"));
  CHECK(seats.json().at("areas") == json::parse(R"([{"area":"floor","capacity":40,"available":40}])"));
  const auto section = anybody.get(opera.path("/seats?section=B&min_seq=" + made.event_seq()));
  REQUIRE(section.status == 200);
  CHECK(section.json().at("seats").size() == 6);
  CHECK(section.json().at("seats").at(0).at("seat") == "B/1/101");
  CHECK(anybody.get(opera.path("/seats?section=Z")).code() == "not_found");
  CHECK(anybody.get(opera.path("/seats?section=B&section=A")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/seats?at_seq=1")).code() == "credentials_required");
  CHECK(anybody.get(opera.path("/seats?before=1")).code() == "invalid_query");
}

TEST_CASE("a layout is found through its event and never changes at its address") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto found = anybody.get(opera.path("/layout"));
  REQUIRE(found.status == 302);
  const auto page = anybody.get(opera.path());
  CHECK(found.header("location") == "/v1/layouts/" + page.text("layout_hash"));
  const auto layout = anybody.get(found.header("location"));
  REQUIRE(layout.status == 200);
  CHECK(layout.header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(layout.json().at("sections").at(0).at("rows").at(0).at("attributes") ==
        hall_layout().at("sections").at(0).at("rows").at(0).at("attributes"));
  CHECK(layout.json().at("sections").at(0).at("rows").at(1).at("pitch") == 1.25);
  CHECK(layout.json().at("sections").at(0).at("rows").at(1).at("angle") == -0.5);
  CHECK(layout.json().at("focal") == hall_layout().at("focal"));
  CHECK(anybody.get(found.header("location"), {.headers = "If-None-Match: " + layout.header("etag") + "\r\n"}).status ==
        304);
  // What is given is what was taken: it comes back under the same address.
  auto organiser = opera.organiser;
  auto again = hall();
  again["layout"] = layout.json();
  CHECK(organiser.post("/v1/venues", again).text("layout_hash") == page.text("layout_hash"));
  CHECK(anybody.get("/v1/layouts/" + std::string(64, 'a')).code() == "not_found");
  CHECK(anybody.get("/v1/layouts/latest").code() == "not_found");
}

TEST_CASE("what a page links to is there") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto page = anybody.get(opera.path());
  const auto& links = page.json().at("links");
  CHECK(links == json{{"layout", "/v1/layouts/" + page.text("layout_hash")},
                      {"seats", opera.path("/seats")},
                      {"live", opera.path("/live")},
                      {"prices", opera.path("/prices")},
                      {"queue", opera.path("/queue")}});
  for (const auto* what : {"layout", "seats", "prices"}) {
    CAPTURE(what);
    CHECK(anybody.get(links.at(what).get<std::string>()).status == 200);
  }
}

TEST_CASE("a draft is its organisation's alone, and no cache keeps it") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto till = server.key({"sell"});
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto path = "/v1/events/" + make_draft(organiser, make_hall(organiser), {{"slug", "secret"}});
  for (const auto* more : {"", "/seats", "/seats?section=A", "/layout"}) {
    CAPTURE(more);
    for (auto* who : {&foreign, &buyer, &anybody}) {
      CHECK(who->get(path + more).code() == "not_found");
      CHECK(who->get(std::string{"/v1/events/secret"} + more).code() == "not_found");
    }
    for (auto* who : {&organiser, &till}) {
      const auto shown = who->get(path + more);
      CHECK(shown.status < 400);
      CHECK(shown.header("cache-control") == "no-store");
    }
  }
  // Nor does booking tell it from an event that is not there.
  CHECK(buyer.post(path + "/holds", {{"seats", {"A/1/1", "A/9/9"}}}).code() == "not_found");
  CHECK(buyer.post(path + "/holds", {{"seats", {"A/1/1", "A/1/2"}}}).code() == "not_found");
  CHECK(till.post(path + "/holds", {{"seats", {"A/1/1", "A/1/2"}}}).code() == "sale_not_open");
}

TEST_CASE("who writes reads their own writes: min_seq waits for the view") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  for (int i = 1; i <= 10; ++i) {
    const auto seat = "A/2/" + std::to_string(i);
    const auto made = hold(buyer, opera, {seat});
    REQUIRE(made.status == 201);
    CHECK(seat_status(anybody, opera, seat, made.event_seq()) == "held");
    const auto page = anybody.get(opera.path("?min_seq=" + made.event_seq()));
    CHECK(page.json().at("counts").at("held") == 1);
    const auto shown = buyer.get("/v1/holds/" + made.text("hold_id") + "?min_seq=" + made.event_seq());
    CHECK(shown.status == 200);
    const auto released = buyer.remove("/v1/holds/" + made.text("hold_id"));
    CHECK(seat_status(anybody, opera, seat, released.event_seq()) == "available");
  }
}

TEST_CASE("a view that does not get there in a second says so") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/1"});
  for (const auto& path :
       {opera.path("?min_seq=1000"), opera.path("/seats?min_seq=1000"), opera.path("/seats?section=A&min_seq=1000"),
        opera.path("/layout?min_seq=1000"), "/v1/holds/" + id + "?min_seq=1000"}) {
    auto waiting = std::async(std::launch::async, [&server, &buyer, path] {
      auto own = buyer;
      return own.get(path);
    });
    while (waiting.wait_for(std::chrono::milliseconds{5}) != std::future_status::ready) {
      server.clock().turn(domain::millis{50});
    }
    const auto late = waiting.get();
    CAPTURE(path);
    CHECK(late.status == 503);
    CHECK(late.code() == "projection_behind");
    CHECK(late.header("retry-after") == "1");
  }
  CHECK(buyer.get(opera.path("?min_seq=-1")).code() == "invalid_query");
  CHECK(buyer.get(opera.path("?min_seq=x")).code() == "invalid_query");
}

} // namespace holdfast::api_test
