#include "http/side_worker.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace holdfast::http;
using namespace holdfast::http::test;

TEST_SUITE_BEGIN("side worker");

namespace {

auto put(const std::string& path, std::size_t bytes) -> std::string {
  return "PUT " + path +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(bytes) +
         "\r\n\r\n" + std::string(bytes, '1');
}

constexpr std::size_t large = 200'000;

void check_size(const std::optional<raw_answer>& answer, std::size_t bytes, bool own_thread) {
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "{\"size\":" + std::to_string(bytes) + ",\"own_thread\":" + (own_thread ? "true}" : "false}"));
}

} // namespace

TEST_CASE("a large body is handled beside the I/O thread, which serves others meanwhile") {
  test_server server;
  server.gate_open = false;
  auto slow = server.client();
  REQUIRE(slow->send(put("/aside", large)));
  CHECK(await([&] { return server.handled == 1; }));
  auto other = server.client();
  CHECK(other->ask(get("/things/1"))->status == 200);
  server.open_gate();
  check_size(slow->receive(), large, false);
  check_size(slow->ask(put("/aside", test_server::small_enough_bytes)), test_server::small_enough_bytes, true);
  check_size(slow->ask(put("/aside", test_server::small_enough_bytes + 1)), test_server::small_enough_bytes + 1, false);
}

TEST_CASE("requests behind a large one on its connection are answered behind it") {
  test_server server;
  server.gate_open = false;
  auto client = server.client();
  REQUIRE(client->send(put("/aside", 100) + get("/things/7") + put("/aside", large) + get("/things/8")));
  CHECK(await([&] { return server.handled == 1; }));
  server.open_gate();
  check_size(client->receive(), 100, false);
  CHECK(client->receive()->body.find("\"id\":\"7\"") != std::string::npos);
  check_size(client->receive(), large, false);
  CHECK(client->receive()->body.find("\"id\":\"8\"") != std::string::npos);
}

TEST_CASE("when too many large bodies wait, the next are refused and told to come again") {
  test_server server;
  server.gate_open = false;
  constexpr std::size_t too_many = 3;
  std::vector<std::unique_ptr<raw_client>> clients;
  for (std::size_t i = 0; i < 1 + side_worker::waiting_max + too_many; ++i) {
    clients.push_back(server.client());
    REQUIRE(clients.back()->send(put("/aside", 100)));
    // One at a time, so that the first is being handled when the others begin to wait.
    CHECK(await([&] { return server.handled == 1; }));
  }
  const auto refused = [&] {
    return server.metrics->text().find(R"({route="/aside",method="PUT",status="503"} )" + std::to_string(too_many)) !=
           std::string::npos;
  };
  CHECK(await(refused));
  server.open_gate();
  std::size_t served = 0;
  std::size_t turned_away = 0;
  for (const auto& each : clients) {
    const auto answer = each->receive();
    REQUIRE(answer);
    served += answer->status == 200 ? 1U : 0U;
    turned_away += answer->status == 503 && answer->header("retry-after") == "1" ? 1U : 0U;
  }
  CHECK(served == 1 + side_worker::waiting_max);
  CHECK(turned_away == too_many);
  CHECK(clients.back()->ask(put("/aside", 100))->status == 200);
}

TEST_CASE("beside the I/O thread a handler may defer its answer, lose it, or throw") {
  test_server server;
  auto client = server.client();
  CHECK(client->ask(put("/aside/later", 100))->body == R"({"later":true})");
  CHECK(client->ask(put("/aside/throws", 100))->status == 500);
  CHECK(client->ask(put("/aside/lost", 100))->status == 503);
  CHECK(client->ask(put("/aside", 100))->status == 200);
}

TEST_CASE("a client that leaves before its large body was handled is not missed") {
  test_server server;
  server.gate_open = false;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(server.client()->send(put("/aside", 100)));
  }
  CHECK(await([&] { return server.handled == 1; }));
  server.open_gate();
  CHECK(await([&] { return server.handled == 3; }));
  CHECK(await([&] { return server.own->connections() == 0; }));
  CHECK(server.client()->ask(put("/aside", 100))->status == 200);
}

TEST_CASE("a server that stops ends what it has begun, and says to what waits that there is no answer") {
  test_server server;
  server.gate_open = false;
  auto begun = server.client();
  REQUIRE(begun->send(put("/aside", 100)));
  CHECK(await([&] { return server.handled == 1; }));
  auto waiting = server.client();
  REQUIRE(waiting->send(get("/things/1") + put("/aside", 100)));
  CHECK(waiting->receive()->status == 200);
  std::thread stopping{[&] { server.own->stop(); }};
  const auto no_answer = waiting->receive();
  CHECK((no_answer && no_answer->status == 503));
  server.open_gate();
  check_size(begun->receive(), 100, false);
  stopping.join();
  CHECK(server.handled == 2);
}
