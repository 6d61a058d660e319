#include "tests/api/box_office.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/live/frame_reader.hpp"
#include "tests/live/golden.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

/// Which form of seats, layouts and pages a client gets.
namespace holdfast::live_test {

using namespace api_test;
using nlohmann::json;

namespace {

const std::string seats_type = "application/vnd.holdfast.seats";
const std::string layout_type = "application/vnd.holdfast.layout";

auto header_lines(const std::string& name, const std::string& value) -> ask_with {
  return {.headers = name + ": " + value + "\r\n"};
}

auto text_of(domain::seat_status status) -> std::string {
  constexpr std::array names{"available", "held", "sold", "blocked"};
  return names[static_cast<std::size_t>(status)];
}

/// What is sent to somebody who asks for it compressed, as it is sent.
auto as_sent(const api_server& server, const std::string& path, const std::string& headers) -> http::test::raw_answer {
  http::test::raw_client client{server.port()};
  const auto answer = client.ask(http::test::get(path, headers));
  REQUIRE(answer);
  return *answer;
}

/// A hall whose JSON is worth compressing many times over.
auto large_hall() -> json {
  auto venue = hall();
  auto& rows = venue.at("layout").at("sections").at(0).at("rows");
  const json last = rows.at(1);
  for (int i = 3; i < 60; ++i) {
    auto row = last;
    row["name"] = std::to_string(i);
    row["y"] = i * 1.5;
    rows.push_back(row);
  }
  return venue;
}

} // namespace

TEST_CASE("the binary seat status says what the JSON says") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  auto till = opera.till;
  static_cast<void>(held(buyer, opera, {"A/1/2", "B/1/103"}));
  const auto sold = held(buyer, opera, {"A/2/5"});
  REQUIRE(buyer.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}}).status == 201);
  const auto last = confirm(till, sold).event_seq();
  const auto as_json = buyer.get(opera.path("/seats?min_seq=" + last));
  const auto binary = buyer.get(opera.path("/seats?min_seq=" + last), header_lines("Accept", seats_type));
  REQUIRE(binary.status == 200);
  CHECK(binary.header("content-type") == seats_type);
  CHECK(binary.header("cache-control") == as_json.header("cache-control"));
  CHECK(binary.header("x-view-seq") == last);
  const auto map = read_seats(binary.body);
  CHECK(map.seq == as_json.json().at("seq"));
  REQUIRE(map.seats.size() == as_json.json().at("seats").size());
  for (std::size_t seat = 0; seat < map.seats.size(); ++seat) {
    CHECK(text_of(map.seats[seat]) == as_json.json().at("seats").at(seat).at("status"));
  }
  CHECK(map.areas == std::vector<std::uint32_t>{as_json.json().at("areas").at(0).at("available").get<std::uint32_t>()});
  const auto hash = buyer.get(opera.path()).text("layout_hash");
  CHECK(hash.starts_with(hex(map.tag)));
}

TEST_CASE("a layout has one address, its form is what Accept likes best") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto path = anybody.get(opera.path("/layout")).header("location");
  // Who wants it in binary is shown the way too.
  CHECK(anybody.get(opera.path("/layout"), header_lines("Accept", layout_type)).header("location") == path);
  const auto binary = anybody.get(path, header_lines("Accept", layout_type));
  REQUIRE(binary.status == 200);
  CHECK(binary.header("content-type") == layout_type);
  CHECK(binary.header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(binary.body.starts_with("HFLY\x01"));
  CHECK(path.substr(path.rfind('/') + 1).starts_with(hex(binary.body.substr(6, 8))));
  const auto as_json = anybody.get(path);
  CHECK(as_json.header("content-type") == "application/json");
  CHECK(as_json.header("etag") != binary.header("etag"));
  CHECK(anybody.get(path, header_lines("Accept", seats_type)).code() == "not_acceptable");
}

TEST_CASE("the form of the seats follows Accept, with its weights") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  struct row {
    std::string accept;
    std::string type; ///< empty: 406
  };
  const std::vector<row> table{
      {"*/*", "application/json"},
      {"application/*", "application/json"},
      {"application/json", "application/json"},
      {"APPLICATION/JSON", "application/json"},
      {"application/json;charset=utf-8", "application/json"},
      {seats_type, seats_type},
      {seats_type + ", */*", "application/json"},
      {seats_type + ", */*;q=0.1", seats_type},
      {seats_type + ";q=0.5, application/json;q=0.4", seats_type},
      {seats_type + ";q=0.5, application/json;q=0.501", "application/json"},
      {"application/json;q=0, */*", seats_type},
      {"*/*;q=0.1, application/json;q=0", seats_type},
      {"application/*;q=0, */*", ""},
      {"text/html, application/xhtml+xml, */*;q=0.8", "application/json"},
      {"text/html", ""},
      {layout_type, ""},
      {seats_type + ";q=0", ""},
      {"*/*;q=0", ""},
      {"*/*;q=0.0", ""},
      {"*/*;q=0.001", "application/json"},
      {"text/html\r\nAccept: " + seats_type, seats_type},
      {" , ,application/json ; q=1 ,", "application/json"},
  };
  for (const auto& each : table) {
    CAPTURE(each.accept);
    const auto got = anybody.get(opera.path("/seats"), header_lines("Accept", each.accept));
    if (each.type.empty()) {
      CHECK(got.code() == "not_acceptable");
    } else {
      CHECK(got.status == 200);
      CHECK(got.header("content-type") == each.type);
      CHECK(got.header("vary") == "Accept, Accept-Encoding");
    }
  }
  CHECK(anybody.get(opera.path("/seats?section=A"), header_lines("Accept", seats_type)).code() == "not_acceptable");
  CHECK(anybody.get(opera.path("/seats?section=A"), header_lines("Accept", seats_type + ", */*"))
            .header("content-type") == "application/json");
}

TEST_CASE("a section without rows is in both forms of the layout, with its tier") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto body = hall();
  body["layout"]["sections"].push_back({{"name", "C"}, {"tier", "spare"}, {"rows", json::array()}});
  const auto made = organiser.post("/v1/venues", body);
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto layout = "/v1/layouts/" + made.text("layout_hash");
  auto anybody = server.anybody();
  REQUIRE(eventually([&] { return anybody.get(layout).status == 200; }));
  CHECK(anybody.get(layout).json().at("sections").at(2).at("tier") == "spare");
  const auto binary = anybody.get(layout, header_lines("Accept", layout_type));
  REQUIRE(binary.status == 200);
  CHECK(binary.raw.body.find("spare") != std::string::npos);
}

TEST_CASE("bodies are compressed as Accept-Encoding likes best, and become the same again") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto venue = organiser.post("/v1/venues", large_hall());
  INFO(venue.body);
  REQUIRE(venue.status == 201);
  const auto made = organiser.post("/v1/events", evening(venue.text("venue_id")));
  INFO(made.body);
  REQUIRE(made.status == 201);
  const auto path = "/v1/events/" + made.text("event_id");
  REQUIRE(organiser.post(path + "/publish").status == 200);
  auto anybody = server.anybody();
  const auto layout = "/v1/layouts/" + anybody.get(path).text("layout_hash");
  struct row {
    std::string accept;
    std::string coding;
  };
  const std::vector<row> table{{"br", "br"},
                               {"gzip", "gzip"},
                               {"x-gzip", "gzip"},
                               {"gzip, br", "br"},
                               {"gzip, deflate, br, zstd", "br"},
                               {"br;q=0.5, gzip", "gzip"},
                               {"*", "br"},
                               {"br;q=0, *", "gzip"},
                               {"identity", ""},
                               {"deflate", ""},
                               {"br;q=0, gzip;q=0", ""},
                               {"identity;q=1, br;q=0.5", ""},
                               {"gzip;q=0.001", "gzip"}};
  for (const auto& place : {path + "/seats", layout, path}) {
    const auto plain = anybody.get(place);
    CHECK(plain.header("content-encoding").empty());
    for (const auto& each : table) {
      CAPTURE(place);
      CAPTURE(each.accept);
      const auto got = as_sent(server, place, "Accept: application/json\r\nAccept-Encoding: " + each.accept + "\r\n");
      CHECK(got.status == 200);
      CHECK(got.header("content-encoding") == each.coding);
      CHECK(got.header("content-type") == "application/json");
      CHECK(got.header("etag") == plain.header("etag"));
      CHECK(got.header("vary").find("Accept-Encoding") != std::string::npos);
      const auto& body = got.body;
      const auto unpacked = each.coding == "br" ? unbrotlied(body) : each.coding == "gzip" ? ungzipped(body) : body;
      CHECK(unpacked == plain.raw.body);
      CHECK((each.coding.empty() || body.size() < plain.raw.body.size()));
    }
  }
  const auto binary = anybody.get(layout, header_lines("Accept", layout_type));
  const auto packed = as_sent(server, layout, "Accept: " + layout_type + "\r\nAccept-Encoding: br\r\n");
  CHECK(packed.header("content-encoding") == "br");
  CHECK(unbrotlied(packed.body) == binary.raw.body);
  // Too small to be worth it.
  const auto small = anybody.get(path + "/seats", {.headers = "Accept: " + seats_type + "\r\nAccept-Encoding: br\r\n"});
  CHECK(small.header("content-encoding").empty());
}

TEST_CASE("what was found is compressed like any other body, and is the same again") {
  const api_server server;
  const box_office opera{server};
  const box_office theatre{server};
  auto anybody = server.anybody();
  const std::string place = "/v1/search?facets=category,city,month,price";
  REQUIRE(eventually([&] { return anybody.get(place).json().at("items").size() == 2; }));
  const auto plain = anybody.get(place);
  CHECK(plain.header("vary") == "Accept-Encoding");
  CHECK(plain.header("content-encoding").empty());
  for (const std::string coding : {"br", "gzip"}) {
    const auto got = as_sent(server, place, "Accept-Encoding: " + coding + "\r\n");
    CHECK(got.header("content-encoding") == coding);
    CHECK(got.header("etag") == plain.header("etag"));
    CHECK(got.header("vary") == "Accept-Encoding");
    CHECK(got.body.size() < plain.raw.body.size());
    CHECK((coding == "br" ? unbrotlied(got.body) : ungzipped(got.body)) == plain.raw.body);
    const auto same =
        as_sent(server, place, "Accept-Encoding: " + coding + "\r\nIf-None-Match: " + plain.header("etag") + "\r\n");
    CHECK(same.status == 304);
    CHECK(same.header("content-encoding").empty());
    CHECK(same.header("vary") == "Accept-Encoding");
  }
  // Too small to be worth it.
  const auto few = as_sent(server, "/v1/suggest?q=zzzz", "Accept-Encoding: br\r\n");
  CHECK(few.status == 200);
  CHECK(few.header("content-encoding").empty());
}

TEST_CASE("what a client has is not sent again, each form by its own tag") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  const auto layout = anybody.get(opera.path("/layout")).header("location");
  for (const auto& [place, type] : {std::pair{opera.path("/seats"), seats_type}, std::pair{layout, layout_type}}) {
    CAPTURE(place);
    const auto as_json = anybody.get(place).header("etag");
    const auto binary = anybody.get(place, header_lines("Accept", type)).header("etag");
    CHECK(as_json.starts_with("W/\""));
    CHECK(binary.starts_with("W/\""));
    CHECK(as_json != binary);
    const auto ask = [&](const std::string& tag, const std::string& accept) {
      return as_sent(server, place, "Accept: " + accept + "\r\nIf-None-Match: " + tag + "\r\nAccept-Encoding: br\r\n");
    };
    const auto same = ask(binary, type);
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    CHECK(same.header("vary") == "Accept, Accept-Encoding");
    CHECK(same.header("content-encoding").empty());
    CHECK(ask(as_json, "application/json").status == 304);
    CHECK(ask(as_json, type).status == 200);
    CHECK(ask(binary, "application/json").status == 200);
  }
}

} // namespace holdfast::live_test
