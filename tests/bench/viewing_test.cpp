#include "tests/bench/toy_server.hpp"
#include "tools/bench/change_traffic.hpp"
#include "tools/bench/read_traffic.hpp"
#include "tools/bench/viewer_crowd.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>

namespace holdfast::tests {

namespace {

using namespace tools::bench;
using namespace std::string_literals;

[[nodiscard]] auto answer(unsigned status, std::string_view headers, std::string_view body) -> response {
  return {.status = status, .closes = false, .headers = headers, .body = body, .bytes = body.size()};
}

} // namespace

TEST_CASE("a read is the request that it says, and a query's value cannot leave its place") {
  CHECK(get_request("/v1/events/evt_1") == "GET /v1/events/evt_1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(get_request("/x", "A: b\r\n") == "GET /x HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n");
  CHECK(escaped_query("Abc019") == "Abc019");
  CHECK(escaped_query("a b&c=d%\r\n") == "a%20b%26c%3Dd%25%0D%0A");
  CHECK(escaped_query("Győr") == "Gy%C5%91r");
}

TEST_CASE("connections read all requests in turn, each from a place of its own") {
  read_traffic load{{"a", "b", "c", "d"}, {.status = 200, .body_bytes = 3}, 2};
  std::string first;
  std::string second;
  for (int i = 0; i < 8; ++i) {
    first += load.next(0);
    second += load.next(1);
  }
  CHECK(first == "bcdabcda");
  CHECK(second == "dabcdabc");
  read_traffic one{{"only"}, {}, 3};
  CHECK(one.next(2) == "only");
  CHECK(one.next(2) == "only");
}

TEST_CASE("an answer of another status or size is a failure, and the first one is kept") {
  read_traffic load{{"a"}, {.status = 200, .body_bytes = 3}, 1};
  CHECK(load.answered(0, answer(200, {}, "abc")) == outcome::success);
  CHECK(load.first_failure().empty());
  CHECK(load.answered(0, answer(200, {}, "abcd")) == outcome::failure);
  CHECK(load.answered(0, answer(503, {}, "abc")) == outcome::failure);
  CHECK(load.first_failure().starts_with("200 with 4 bytes, not 200 with 3"));
  read_traffic any{{"a"}, {.status = 200, .any_size = true}, 1};
  CHECK(any.answered(0, answer(200, {}, "whatever")) == outcome::success);
  CHECK(any.answered(0, answer(404, {}, "")) == outcome::failure);
}

TEST_CASE("one request has one answer") {
  toy_server server{
      [](std::uint64_t) { return toy_server::reply{toy_server::answer(404, "gone", "ETag: \"7\"\r\n")}; }};
  const auto got = read_once(server.port(), get_request("/x"));
  REQUIRE(got.has_value());
  CHECK(got->status == 404);
  CHECK(got->body == "gone");
  CHECK(header_value(got->headers, "etag") == "\"7\"");
  CHECK(server.requests() == 1);
}

TEST_CASE("changes are remembered with their seq, once, and only when they happened") {
  change_traffic load{{.events = {"evt_1"}, .seats = 1'000, .tokens = {"a", "b"}, .apart = true}};
  const auto before = seat_change::time_point::clock::now();
  for (const std::size_t connection : {0U, 1U}) {
    CHECK_FALSE(load.next(connection).empty());
  }
  CHECK(load.answered(1, answer(201, "Event-Seq: 41\r\n", R"({"hold_id":"hld_1"})")) == outcome::success);
  CHECK(load.answered(0, answer(409, "Event-Seq: 42\r\n", R"({"code":"seat_unavailable"})")) == outcome::rejection);
  CHECK_FALSE(load.next(1).empty());
  CHECK(load.answered(1, answer(204, "Event-Seq: 43\r\n", {})) == outcome::success);
  const auto changes = load.take_changes();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].seq == 41);
  CHECK(changes[1].seq == 43);
  for (const auto& each : changes) {
    CHECK(each.sent >= before);
    CHECK(each.acknowledged >= each.sent);
  }
  CHECK(load.take_changes().empty());
}

TEST_CASE("a crowd that is not let in says what it was told") {
  toy_server server{[](std::uint64_t) { return toy_server::reply{toy_server::answer(503, "full")}; }};
  const auto crowd = viewer_crowd::gather({.port = server.port(), .event = "evt_1", .viewers = 3});
  REQUIRE_FALSE(crowd.has_value());
  CHECK(crowd.error().what.find("HTTP/1.1 503") != std::string::npos);
  CHECK(crowd.error().what.find("full") != std::string::npos);
}

TEST_CASE("a crowd counts what it hears, what it lost and who was sent away") {
  // A handshake, hello at 5, deltas of 6 and 7, a ping, a reset to 9, a delta of 10, the end.
  const std::string said = "HTTP/1.1 101 Switching Protocols\r\n\r\n"
                           "\x82\x0d" +
                           std::string{"\x00\x01\x05\x01\x00", 5} + "layout tag"s.substr(0, 8) +
                           "\x82\x03\x01\x06\x01"
                           "\x82\x03\x01\x07\x02" +
                           std::string{"\x89\x00", 2} +
                           "\x82\x02\x03\x09"
                           "\x82\x03\x01\x0a\x01"
                           "\x88\x02\x03\xe9";
  toy_server server{[&](std::uint64_t) { return toy_server::reply{said, true}; }};
  const std::size_t viewers = 4;
  const auto crowd = viewer_crowd::gather({.port = server.port(), .event = "evt_1", .viewers = viewers});
  REQUIRE(crowd.has_value());
  while ((*crowd)->ended() < viewers) {
    std::this_thread::yield();
  }
  const auto seen = (*crowd)->leave();
  CHECK(server.connections() == viewers);
  CHECK(seen.log.frames() == 3);
  CHECK(seen.frames == 3 * viewers);
  CHECK(seen.resets == viewers);
  CHECK(seen.closed == viewers);
  CHECK(seen.gaps == 0);
}

} // namespace holdfast::tests
