#include "projections/json_writer.hpp"
#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

auto time_text(domain::instant at) -> std::string {
  std::string text;
  projections::append_rfc3339(text, at.unix_ms);
  return text;
}

auto status_of(const reply& map, const std::string& seat) -> std::string {
  for (const auto& one : map.json().at("seats"))
    if (one.at("seat") == seat)
      return one.at("status").get<std::string>();
  return "absent";
}

} // namespace

TEST_CASE("the seat map and the report are shown as they were, and may be kept for ever") {
  const api_server server;
  box_office opera{server};
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  server.clock().turn(domain::minutes(1));
  const auto hold_id = held(buyer, opera, {"A/1/1"});
  const auto first_minute = server.engine().now();
  server.clock().turn(domain::minutes(5));
  const auto sold = confirm(opera.till, hold_id);
  REQUIRE(sold.status == 201);
  server.clock().turn(domain::minutes(5));
  struct place {
    std::string query, status, seq;
  };
  const std::vector<place> places{
      {"at_seq=2", "available", "2"},
      {"at_seq=3", "held", "3"},
      {"at_seq=4", "sold", "4"},
      {"at=" + time_text(first_minute), "held", "3"},
      {"at=" + time_text(first_minute + domain::millis{299'999}), "held", "3"},
      {"at=" + time_text(first_minute + domain::minutes(5)), "sold", "4"},
  };
  for (const auto& [query, status, seq] : places) {
    CAPTURE(query);
    const auto map = organiser.get(opera.path("/seats?" + query));
    REQUIRE(map.status == 200);
    CHECK(status_of(map, "A/1/1") == status);
    CHECK(map.header("x-view-seq") == seq);
    CHECK(map.header("cache-control") == "private, max-age=31536000, immutable");
    CHECK(organiser.get(opera.path("/seats?" + query), {.headers = "If-None-Match: " + map.header("etag") + "\r\n"})
              .status == 304);
    const auto report = organiser.get(opera.path("/report?" + query));
    REQUIRE(report.status == 200);
    CHECK(report.json().at("places").at("sold") == (status == "sold" ? 1 : 0));
    CHECK(report.json().at("places").at("held") == (status == "held" ? 1 : 0));
    CHECK(report.header("x-view-seq") == seq);
    const auto table = organiser.get(opera.path("/report?" + query), {.headers = "Accept: text/csv\r\n"});
    CHECK(table.body.starts_with("record,"));
  }
  const auto section = organiser.get(opera.path("/seats?at_seq=3&section=A"));
  CHECK(section.json().at("seats").size() == 20);
  const auto binary =
      organiser.get(opera.path("/seats?at_seq=3"), {.headers = "Accept: application/vnd.holdfast.seats\r\n"});
  CHECK(binary.header("content-type") == "application/vnd.holdfast.seats");
  // What has only just happened may still be joined by what happened with it.
  const auto now = organiser.get(opera.path("/seats?at=" + time_text(server.engine().now())));
  REQUIRE(now.status == 200);
  CHECK(now.header("cache-control") == "no-store");
}

TEST_CASE("the past is for keys of the event's organisation that may see it") {
  const api_server server;
  const box_office opera{server};
  auto auditor = server.key({"audit"});
  auto till = opera.till;
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto path = opera.path("/seats?at_seq=1");
  CHECK(auditor.get(path).status == 200);
  CHECK(till.get(path).code() == "scope_missing");
  CHECK(buyer.get(path).code() == "scope_missing");
  CHECK(anybody.get(path).code() == "credentials_required");
  CHECK(foreign.get(path).code() == "not_found");
  CHECK(foreign.get(opera.path("/report?at_seq=1")).code() == "not_found");
  CHECK(till.get(opera.path("/report?at_seq=1")).code() == "scope_missing");
}

TEST_CASE("a place that is too far from what is kept is refused, and the nearest ones are named") {
  const api_server server{{.past_facts_max = 3}};
  box_office opera{server};
  auto buyer = server.buyer();
  auto organiser = opera.organiser;
  for (const auto* seat : {"A/1/1", "A/1/5", "A/2/1"})
    static_cast<void>(held(buyer, opera, {seat}));
  CHECK(organiser.get(opera.path("/seats?at_seq=3")).status == 200);
  for (const auto* resource : {"/seats", "/report"}) {
    const auto far = organiser.get(opera.path(std::string{resource} + "?at_seq=5"));
    check_problem(far, "past_too_far");
    CHECK(far.json().at("nearest_before") == 3);
    CHECK(far.json().at("nearest_after").is_null());
  }
}

TEST_CASE("a place that there cannot be is refused") {
  const api_server server;
  const box_office opera{server};
  auto organiser = opera.organiser;
  for (const auto* resource : {"/seats", "/report"}) {
    CAPTURE(resource);
    for (const auto* query : {"at_seq=0", "at_seq=x", "at_seq=-1", "at_seq=1&at=2020-01-01T00:00:00Z", "at=yesterday",
                              "at=2999-01-01T00:00:00Z", "at_seq=1&min_seq=1", "at=2020-01-01T00:00:00Z&min_seq=1"}) {
      CAPTURE(query);
      CHECK(organiser.get(opera.path(std::string{resource} + "?" + query)).code() == "invalid_query");
    }
    for (const auto* query : {"at_seq=3", "at=2020-01-01T00:00:00Z"}) {
      CAPTURE(query);
      CHECK(organiser.get(opera.path(std::string{resource} + "?" + query)).code() == "not_found");
    }
  }
  CHECK(organiser.get(opera.path("/seats?at_seq=1&section=Z")).code() == "not_found");
}

} // namespace holdfast::api_test
