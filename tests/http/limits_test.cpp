#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace holdfast::http;
using namespace holdfast::http::test;
using namespace std::chrono_literals;

namespace {

auto with_phases(phase_limits phases) -> server_options {
  server_options options = test_server::quick();
  phases.tick = 5ms;
  options.phases = phases;
  return options;
}

} // namespace

TEST_SUITE_BEGIN("limits");

TEST_CASE("an idle connection is closed at its deadline, not before") {
  test_server server{with_phases({.idle = 200ms})};
  auto client = server.client();
  CHECK(client->ask(get("/"))->status == 200);
  const auto from = std::chrono::steady_clock::now();
  CHECK(client->is_closed_by_server());
  const auto took = std::chrono::steady_clock::now() - from;
  CHECK(took >= 150ms);
  CHECK(took < 5s);
}

TEST_CASE("a header that trickles in is cut off: a byte more does not extend the deadline") {
  test_server server{with_phases({.header = 150ms})};
  auto client = server.client();
  const auto from = std::chrono::steady_clock::now();
  REQUIRE(client->send("GET / HTTP/1.1\r\nHost: a\r\nX: "));
  CHECK(await([&] { return server.own->connections() == 1; }));
  // A byte a millisecond, each well within the limit, for as long as the server lets it.
  auto next = from;
  CHECK(await([&] {
    if (std::chrono::steady_clock::now() >= next) {
      client->send("a");
      next += 1ms;
    }
    return server.own->connections() == 0;
  }));
  CHECK(std::chrono::steady_clock::now() - from >= 140ms);
  CHECK(server.handled == 0);
  CHECK(server.metrics->text().find(R"(holdfast_http_connections_closed_total{reason="slow_header"} 1)") !=
        std::string::npos);
}

TEST_CASE("a body that does not come is cut off") {
  test_server server{with_phases({.body = 100ms})};
  for (const std::string head :
       {"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n12",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1"}) {
    auto client = server.client();
    REQUIRE(client->send(head));
    CHECK(client->is_closed_by_server());
  }
  CHECK(server.handled == 0);
  CHECK(server.metrics->text().find(R"(closed_total{reason="slow_body"} 2)") != std::string::npos);
}

TEST_CASE("a client that does not read its answer is cut off") {
  test_server server{with_phases({.write = 150ms})};
  auto client = server.client();
  client->stop_reading();
  REQUIRE(client->send(get("/big")));
  CHECK(await([&] { return server.handled == 1; }));
  CHECK(await([&] { return server.own->connections() == 0; }));
  CHECK(server.metrics->text().find(R"(closed_total{reason="slow_reader"} 1)") != std::string::npos);
}

TEST_CASE("a request that is being handled has no deadline of the edge's") {
  test_server server{with_phases({.header = 30ms, .body = 30ms, .write = 30ms, .idle = 30ms})};
  auto client = server.client();
  REQUIRE(client->send(get("/hold-back")));
  {
    std::unique_lock lock{server.held_mutex};
    server.held_changed.wait(lock, [&] { return !server.held.empty(); });
  }
  // Another connection sees several deadlines pass.
  for (int i = 0; i < 3; ++i) {
    auto bystander = server.client();
    CHECK(bystander->is_closed_by_server());
  }
  {
    const std::scoped_lock lock{server.held_mutex};
    server.held.front()->json(200).begin_object().end_object();
    server.held.front().complete();
    server.held.clear();
  }
  CHECK(client->receive()->status == 200);
}

TEST_CASE("OPTIONS draws from the address's views, preflights too") {
  server_options options = test_server::quick();
  options.rates.address_view = {.per_second = 0.01, .burst = 2};
  test_server server{options};
  auto client = server.client();
  const std::string ask = "OPTIONS /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  CHECK(client->ask(ask)->status == 204);
  CHECK(client->ask(ask)->status == 204);
  CHECK(client->ask(ask)->status == 429);
  CHECK(client->ask(get("/"))->status == 429);
}

TEST_CASE("connections of one address are capped, and a freed place can be taken") {
  server_options options = test_server::quick();
  options.connections_per_address_max = 3;
  test_server server{options};
  auto first = server.client();
  auto second = server.client();
  auto third = server.client();
  CHECK(first->ask(get("/"))->status == 200);
  CHECK(second->ask(get("/"))->status == 200);
  CHECK(third->ask(get("/"))->status == 200);
  auto fourth = server.client();
  const auto refused = fourth->receive();
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->header("retry-after") == "1");
  CHECK(fourth->is_closed_by_server());
  first.reset();
  CHECK(await([&] { return server.own->connections() == 2; }));
  CHECK(server.client()->ask(get("/"))->status == 200);
}

TEST_CASE("connections are capped in all; proxies are exempt from the cap per address only") {
  server_options options = test_server::quick();
  options.connections_max = 4;
  options.connections_per_address_max = 1;
  options.trusted_proxies = {"127.0.0.0/8"};
  test_server server{options};
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(server.client());
    CHECK(clients.back()->ask(get("/"))->status == 200);
  }
  CHECK(server.client()->receive()->status == 503);
}

TEST_CASE("draining answers what is in flight with Connection: close, closes what is idle, and accepts no more") {
  test_server server;
  auto idle = server.client();
  CHECK(idle->ask(get("/"))->status == 200);
  auto busy = server.client();
  REQUIRE(busy->send(get("/hold-back")));
  {
    std::unique_lock lock{server.held_mutex};
    server.held_changed.wait(lock, [&] { return !server.held.empty(); });
  }
  server.own->begin_drain();
  CHECK(idle->is_closed_by_server());
  CHECK_FALSE(server.own->await_drained(20ms));
  {
    const std::scoped_lock lock{server.held_mutex};
    server.held.front()->json(200).begin_object().end_object();
    server.held.front().complete();
    server.held.clear();
  }
  const auto last = busy->receive();
  REQUIRE(last);
  CHECK(last->status == 200);
  CHECK(last->header("connection") == "close");
  busy.reset();
  CHECK(server.own->await_drained(10s));
  const auto late = server.client();
  CHECK((!late->is_connected() || !late->ask(get("/"))));
}

TEST_CASE("stopping while a client is connected ends at once") {
  test_server server;
  auto client = server.client();
  CHECK(client->ask(get("/"))->status == 200);
  server.own->stop();
  CHECK(client->is_closed_by_server());
}

TEST_CASE("two I/O threads serve on one port") {
  server_options options = test_server::quick();
  options.io_threads = 2;
  test_server server{options};
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 32; ++i) {
    clients.push_back(server.client());
  }
  for (auto& each : clients) {
    CHECK(each->ask(get("/later"))->status == 201);
  }
}

TEST_SUITE_END();
