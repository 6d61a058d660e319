#include "tests/api/box_office.hpp"
#include "tests/live/heads.hpp"
#include "tests/live/watcher.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

/// What live seat maps refuse, over real sockets.
namespace holdfast::live_test {

using namespace api_test;

TEST_CASE("a request that is not sound is refused before anything is upgraded") {
  const api_server server;
  const box_office opera{server};
  auto anybody = server.anybody();
  CHECK(anybody.get(opera.path("/live?since=x")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live?since=-1")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live?since=")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live?since=99999999999999999999")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live?from=1")).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live"), {.headers = "Last-Event-ID: three\r\n"}).code() == "invalid_query");
  CHECK(anybody.get(opera.path("/live"), {.headers = "Accept: application/json\r\n"}).code() == "not_acceptable");
  CHECK(anybody.get("/v1/events/evt_0000000000000/live").code() == "not_found");
  CHECK(anybody.post(opera.path("/live")).code() == "method_not_allowed");
  CHECK(server.with("v1.x.y.z").get(opera.path("/live")).code() == "credentials_invalid");
  const auto head = anybody.ask("HEAD", opera.path("/live"), "");
  CHECK(head.status == 200);
  CHECK(head.header("content-type") == "text/event-stream");
  watcher who{server.port()};
  CHECK(status_of(who.shake_hands("/v1/events/evt_0000000000000/live")) == 404);
  watcher odd{server.port()};
  CHECK(status_of(odd.shake_hands(opera.path("/live?since=x"))) == 400);
}

TEST_CASE("a handshake is whole and of its version, or the connection ends with 400") {
  const api_server server;
  const box_office opera{server};
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  struct row {
    const char* what;
    std::string bytes;
  };
  const auto path = opera.path("/live");
  const std::vector<row> table{
      {"another version", get_line(path, upgrade + key + "Sec-WebSocket-Version: 8\r\n")},
      {"no version", get_line(path, upgrade + key)},
      {"two versions", get_line(path, upgrade + key + version + version)},
      {"no key", get_line(path, upgrade + version)},
      {"two keys", get_line(path, upgrade + key + key + version)},
      {"a key that is none", get_line(path, upgrade + version + "Sec-WebSocket-Key: abc\r\n")},
      {"only Upgrade", get_line(path, "Upgrade: websocket\r\n" + key + version)},
      {"only Connection", get_line(path, "Connection: Upgrade\r\n" + key + version)},
      {"two protocols", get_line(path, "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n" + key + version)},
      {"another protocol", get_line(path, "Connection: Upgrade\r\nUpgrade: h2c\r\n" + key + version)},
      {"Connection: close too", get_line(path, "Connection: close, Upgrade\r\nUpgrade: websocket\r\n" + key + version)},
      {"HTTP/1.0", "GET " + path + " HTTP/1.0\r\nHost: a\r\n" + upgrade + key + version + "\r\n"},
      {"POST", "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + upgrade + key + version + "\r\n"},
      {"HEAD", "HEAD " + path + " HTTP/1.1\r\nHost: a\r\n" + upgrade + key + version + "\r\n"},
      {"a body", get_line(path, upgrade + key + version + "Content-Length: 2\r\n") + "{}"},
      {"an answer's header", get_line(path, upgrade + key + version + "Sec-WebSocket-Accept: x\r\n")},
      {"bytes before the answer", get_line(path, upgrade + key + version) + watcher::client_frame(0x89, "early")},
      {"a route without a WebSocket", get_line(opera.path(), upgrade + key + version)},
  };
  for (const auto& each : table) {
    CAPTURE(each.what);
    watcher who{server.port()};
    // What follows must never be taken for a request.
    who.send(each.bytes + get_line("/healthz"));
    const auto head = who.head();
    CHECK(status_of(head) == 400);
    CHECK(has_line(head, "Connection: close"));
    std::string rest;
    while (const auto line = who.next_byte()) {
      rest.push_back(*line);
    }
    CHECK(rest.find("HTTP/1.1") == std::string::npos);
  }
  watcher old{server.port()};
  old.send(table[0].bytes);
  CHECK(has_line(old.head(), "Sec-WebSocket-Version: 13"));
}

TEST_CASE("pages of other sites watch only from configured origins") {
  const api_server server{{.allowed_origins = {"https://tickets.example"}}};
  const box_office opera{server};
  struct row {
    const char* origin;
    bool may;
  };
  for (const auto& each : {row{"https://tickets.example", true}, row{"http://localhost", true},
                           row{"https://evil.example", false}, row{"null", false}}) {
    CAPTURE(each.origin);
    const auto line = std::string{"Origin: "} + each.origin + "\r\n";
    watcher socket{server.port()};
    const auto shaken = socket.shake_hands(opera.path("/live"), line);
    CHECK(status_of(shaken) == (each.may ? 101 : 403));
    watcher events{server.port()};
    events.send(get_line(opera.path("/live"), line));
    const auto head = events.head();
    CHECK(status_of(head) == (each.may ? 200 : 403));
    CHECK(has_line(head, std::string{"Access-Control-Allow-Origin: "} + each.origin) == each.may);
    CHECK_FALSE(has_line(head, "Access-Control-Allow-Origin: *"));
  }
}

TEST_CASE("viewers are counted, of an address and in all, and a place that is left is free again") {
  struct row {
    http::live_options limits;
    int status;
    const char* code;
  };
  for (const auto& each : {row{{100, 2}, 429, "rate_limited"}, row{{2, 100}, 503, "overloaded"}}) {
    CAPTURE(each.code);
    const api_server server{{.live = each.limits}};
    const box_office opera{server};
    auto first = std::make_unique<watcher>(server.port());
    CHECK(status_of(first->shake_hands(opera.path("/live"))) == 101);
    watcher second{server.port()};
    second.send(get_line(opera.path("/live")));
    CHECK(status_of(second.head()) == 200);
    const auto refused = server.anybody().get(opera.path("/live"));
    CHECK(refused.status == static_cast<unsigned>(each.status));
    CHECK(refused.code() == each.code);
    CHECK(refused.header("retry-after") == "5");
    watcher third{server.port()};
    CHECK(status_of(third.shake_hands(opera.path("/live"))) == each.status);
    first.reset();
    CHECK(eventually([&] {
      watcher again{server.port()};
      return status_of(again.shake_hands(opera.path("/live"))) == 101;
    }));
  }
}

TEST_CASE("a client's ping is answered and its end is too; what it says is refused") {
  const api_server server;
  const box_office opera{server};
  watcher who{server.port()};
  who.shake_hands(opera.path("/live"));
  static_cast<void>(who.frame());
  who.send(watcher::client_frame(0x89, "are you there"));
  const auto pong = who.next();
  REQUIRE(pong);
  CHECK(pong->opcode == 10);
  CHECK(pong->payload == "are you there");
  who.send(watcher::client_frame(0x88, "\x03\xe8"));
  CHECK(who.close_code() == 1000);
  CHECK(who.is_over());
  watcher talker{server.port()};
  talker.shake_hands(opera.path("/live"));
  talker.send(watcher::client_frame(0x81, "hello"));
  CHECK(talker.close_code() == 1003);
  CHECK(talker.is_over());
  CHECK(eventually([&] { return server.engine().views().metrics().live_viewers.load() == 0; }));
}

} // namespace holdfast::live_test
