#include "projections/json_writer.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <string>

namespace holdfast::api_test {

using nlohmann::json;

namespace {

/// Two seats sold for cash and one given away; one seat of another tier held.
struct sold_evening {
  explicit sold_evening(const api_server& on) : opera{on} {
    auto buyer = on.buyer();
    static_cast<void>(confirm(opera.till, held(buyer, opera, {"A/1/1", "A/1/2"})));
    const auto gift = held(buyer, opera, {"A/1/5"});
    const auto given = opera.till.post("/v1/holds/" + gift + "/confirm",
                                       {{"payment", {{"method", "complimentary"}, {"reason", "press"}}}});
    REQUIRE(given.status == 201);
    const auto last = hold(buyer, opera, {"B/1/101"});
    REQUIRE(last.status == 201);
    seq = last.event_seq();
  }

  box_office opera;
  std::string seq;
};

} // namespace

TEST_CASE("a report says what was sold, held and earned, by tier and by minute") {
  const api_server server;
  sold_evening evening{server};
  auto organiser = evening.opera.organiser;
  const auto shown = organiser.get(evening.opera.path("/report?min_seq=" + evening.seq));
  REQUIRE(shown.status == 200);
  const auto& report = shown.json();
  CHECK(report.at("revenue") == 17'800);
  CHECK(report.at("orders") == 2);
  CHECK(report.at("places") == json::parse(R"({"capacity":66,"held_back":0,"available":62,"held":1,"sold":3})"));
  CHECK(report.at("tiers").at(0).at("id") == "stalls");
  CHECK(report.at("tiers").at(0).at("sold") == 3);
  CHECK(report.at("tiers").at(0).at("revenue") == 17'800);
  CHECK(report.at("tiers").at(1).at("held") == 1);
  CHECK(report.at("funnel").at("conversion") == 1);
  CHECK(report.at("payments").size() == 2);
  CHECK(report.at("timeline").size() == 1);
  CHECK(report.at("timeline").at(0).at("places_sold") == 3);
  CHECK(report.at("timeline").at(0).at("tiers") == json::parse(R"([
    {"id":"stalls","places_held":3,"places_released":0,"places_expired":0,"places_sold":3,"revenue":17800},
    {"id":"balcony","places_held":1,"places_released":0,"places_expired":0,"places_sold":0,"revenue":0}])"));
  CHECK(report.at("open_books").at(0).at("open") == 66);
  CHECK(report.at("rates").at("sales_per_second").get<double>() == doctest::Approx(3.0 / 60));
  CHECK(shown.header("x-view-seq") == evening.seq);
  CHECK(shown.header("cache-control") == "private, max-age=1");
  CHECK(organiser.get(evening.opera.path("/report"), {.headers = "If-None-Match: " + shown.header("etag") + "\r\n"})
            .status == 304);
}

TEST_CASE("a report is a table for whoever asks for CSV, and nothing else than these two") {
  const api_server server;
  sold_evening evening{server};
  auto organiser = evening.opera.organiser;
  const auto path = evening.opera.path("/report?min_seq=" + evening.seq);
  const auto table = organiser.get(path, {.headers = "Accept: text/csv\r\n"});
  REQUIRE(table.status == 200);
  CHECK(table.header("content-type") == "text/csv");
  CHECK(table.body.starts_with("record,id,name,from,"));
  CHECK(table.body.find("\r\ntier,stalls,Stalls,,,,,,,,,,,17800,,,EUR,20,0,17,0,3,,,,,,,,\r\n") != std::string::npos);
  // What the JSON says of how it goes, the table says too.
  const auto report = organiser.get(path).json();
  CHECK(report.at("rates").at("holds_per_second").get<double>() == doctest::Approx(3.0 / 60));
  CHECK(table.body.find(",on_sale,1,1,,,0\r\nrates,,,,60,") != std::string::npos);
  CHECK(table.body.find(",,,,,,0.05,0.05,\r\n") != std::string::npos);
  CHECK(table.header("vary").find("Accept") != std::string::npos);
  CHECK(organiser.get(path, {.headers = "Accept: text/html\r\n"}).code() == "not_acceptable");
  CHECK(organiser.get(path, {.headers = "Accept: text/csv;q=0.1, application/json\r\n"}).header("content-type") ==
        "application/json");
}

TEST_CASE("a report says of the sale what the event's page says, as time goes by and of the past") {
  const api_server server;
  const auto now = server.clock().now();
  const auto at = [&](domain::millis later) {
    std::string text;
    projections::append_rfc3339(text, (now + later).unix_ms);
    return text;
  };
  const box_office opera{server, {{"sale", {{"opens_at", at(domain::hours(1))}, {"closes_at", at(domain::hours(2))}}}}};
  auto mine = opera.organiser;
  const auto both = [&] {
    const auto page = mine.get(opera.path()).text("status");
    auto report = mine.get(opera.path("/report")).text("status");
    CHECK(mine.get(opera.path("/report"), {.headers = "Accept: text/csv\r\n"}).body.find("," + page + ",") !=
          std::string::npos);
    CHECK(report == page);
    return report;
  };
  CHECK(both() == "published");
  server.clock().turn(domain::minutes(90));
  CHECK(both() == "on_sale");
  REQUIRE(mine.post(opera.path("/pause")).status == 200);
  CHECK(mine.get(opera.path("/report?min_seq=3")).text("status") == "paused");
  CHECK(mine.get(opera.path("/report?at_seq=1")).text("status") == "draft");
  CHECK(mine.get(opera.path("/report?at_seq=2")).text("status") == "published");
  REQUIRE(mine.post(opera.path("/resume")).status == 200);
  CHECK(mine.get(opera.path("/report?at_seq=4")).text("status") == "on_sale");
  server.clock().turn(domain::hours(1));
  CHECK(both() == "published");
}

TEST_CASE("a report is for its organisation's organisers and auditors alone") {
  const api_server server;
  const box_office opera{server};
  auto auditor = server.key({"audit"});
  auto till = opera.till;
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  auto buyer = server.buyer();
  auto anybody = server.anybody();
  const auto path = opera.path("/report");
  CHECK(auditor.get(path).status == 200);
  CHECK(till.get(path).code() == "scope_missing");
  CHECK(foreign.get(path).code() == "not_found");
  CHECK(buyer.get(path).status == 403);
  CHECK(anybody.get(path).code() == "credentials_required");
  CHECK(auditor.get("/v1/events/evt_0000000000000/report").code() == "not_found");
  CHECK(auditor.get(path + "?min_seq=x").code() == "invalid_query");
  CHECK(auditor.get(path + "?other=1").code() == "invalid_query");
}

TEST_CASE("a restart does not change a report") {
  api_server server;
  sold_evening evening{server};
  const auto path = evening.opera.path("/report?min_seq=" + evening.seq);
  const auto before = server.with(evening.opera.organiser.bearer()).get(path);
  server.restart();
  const auto after = server.with(evening.opera.organiser.bearer()).get(path);
  REQUIRE(after.status == 200);
  CHECK(after.json() == before.json());
}

} // namespace holdfast::api_test
