#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

using namespace holdfast::http;
using namespace holdfast::http::test;

TEST_SUITE_BEGIN("session");

TEST_CASE("a connection carries many requests") {
  test_server server;
  auto client = server.client();
  for (int i = 0; i < 100; ++i) {
    const auto answer = client->ask(get("/things/" + std::to_string(i)));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body.find("\"id\":\"" + std::to_string(i) + "\"") != std::string::npos);
  }
  CHECK(server.handled == 100);
}

TEST_CASE("pipelined requests are answered in their order, one at a time") {
  test_server server;
  auto client = server.client();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    all += i % 3 == 0 ? get("/later", "X-Request-Id: r" + std::to_string(i) + "\r\n")
                      : post("/", "{\"n\":" + std::to_string(i) + "}", "X-Request-Id: r" + std::to_string(i) + "\r\n");
  }
  REQUIRE(client->send(all));
  for (int i = 0; i < 200; ++i) {
    const auto answer = client->receive();
    REQUIRE(answer);
    CHECK(answer->status == (i % 3 == 0 ? 201 : 200));
    CHECK(answer->header("x-request-id") == "r" + std::to_string(i));
  }
}

TEST_CASE("requests may arrive a byte at a time") {
  test_server server;
  auto client = server.client();
  for (const std::string& request : {get("/things/7?q=a%20b"), post("/", R"({"seats":["A/1/2"]})")}) {
    for (const char byte : request) {
      REQUIRE(client->send({&byte, 1}));
    }
    const auto answer = client->receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
  }
}

TEST_CASE("an answer from another thread arrives") {
  test_server server;
  auto client = server.client();
  const auto answer = client->ask(get("/later"));
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->body == R"({"later":true})");
}

TEST_CASE("an answer may be deferred and given inside the handler") {
  test_server server;
  auto client = server.client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client->ask(get("/inline"));
    REQUIRE(answer);
    CHECK(answer->status == 202);
  }
}

TEST_CASE("a lost promise answers 503 with Retry-After") {
  test_server server;
  auto client = server.client();
  for (const char* path : {"/lost", "/lost-elsewhere"}) {
    const auto answer = client->ask(get(path));
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(answer->header("retry-after") == "1");
    CHECK(answer->body.find("\"code\":\"unavailable\"") != std::string::npos);
  }
}

TEST_CASE("what a handler throws becomes a 500, and the connection lives") {
  test_server server;
  auto client = server.client();
  const auto answer = client->ask(get("/throws"));
  REQUIRE(answer);
  CHECK(answer->status == 500);
  CHECK(answer->body.find("on purpose") == std::string::npos);
  CHECK(client->ask(get("/"))->status == 200);
}

TEST_CASE("HEAD answers as GET does, without the body") {
  test_server server;
  auto client = server.client();
  const auto with = client->ask(get("/things/1"));
  const auto without = client->ask("HEAD /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", true);
  REQUIRE(with);
  REQUIRE(without);
  CHECK(without->status == 200);
  CHECK(without->header("content-length") == with->header("content-length"));
  CHECK(without->body.empty());
  CHECK(client->ask(get("/"))->status == 200);
}

TEST_CASE("a large shared body arrives whole") {
  test_server server;
  auto client = server.client();
  const auto answer = client->ask(get("/big"));
  REQUIRE(answer);
  CHECK(answer->body.size() == 16U * 1024U * 1024U);
  CHECK(client->ask(get("/"))->status == 200);
}

TEST_CASE("bodies larger than the buffer arrive whole, and those beyond the limit are 413") {
  test_server server;
  auto client = server.client();
  const auto put = [](std::size_t bytes) {
    return "PUT /large HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, '1');
  };
  for (const std::size_t bytes : {0U, 1U, 3'900U, 3'990U, 4'000U, 4'096U, 5'000U, 200'000U, 1'048'576U}) {
    const auto answer = client->ask(put(bytes));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "{\"size\":" + std::to_string(bytes) + "}");
  }
  const auto answer = client->ask(put(1'048'577));
  REQUIRE(answer);
  CHECK(answer->status == 413);
  CHECK(client->is_closed_by_server());
}

TEST_CASE("a plain chunked body is taken, however it is cut") {
  test_server server;
  const std::string chunks = "5\r\n{\"nam\r\n8\r\ne\":\"abcd\r\n2\r\n\"}\r\n0\r\n\r\n";
  const std::string head = "POST /named HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n";
  auto client = server.client();
  const auto whole = client->ask(head + chunks + get("/"));
  REQUIRE(whole);
  CHECK(whole->body == R"({"name":"abcd"})");
  CHECK(client->receive()->status == 200);
  for (const char byte : head + chunks) {
    REQUIRE(client->send({&byte, 1}));
  }
  CHECK(client->receive()->status == 201);
}

TEST_CASE("a chunked body behind a header that fills the buffer is taken") {
  test_server server;
  auto client = server.client();
  for (std::size_t padding = 3'900; padding < 4'100; padding += 3) {
    const auto answer = client->ask("POST /named HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                    "Transfer-Encoding: chunked\r\nX-Padding: " +
                                    std::string(padding, 'p') + "\r\n\r\nc\r\n{\"name\":\"a\"}\r\n0\r\n\r\n");
    REQUIRE(answer);
    CHECK(answer->status == 201);
  }
}

TEST_CASE("a chunked body beyond the limit is 413") {
  test_server server;
  auto client = server.client();
  REQUIRE(client->send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                       "Transfer-Encoding: chunked\r\n\r\nffff\r\n"));
  const auto answer = client->receive();
  REQUIRE(answer);
  CHECK(answer->status == 413);
  CHECK(client->is_closed_by_server());
}

TEST_CASE("a client that waits for 100 Continue is told to go on, or not") {
  test_server server;
  auto client = server.client();
  const std::string head =
      "PUT /large HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n";
  const auto interim = client->ask(head + "Content-Length: 6\r\n\r\n");
  REQUIRE(interim);
  CHECK(interim->status == 100);
  CHECK(client->ask("123456")->body == R"({"size":6})");
  const auto too_large = client->ask(head + "Content-Length: 6000000\r\n\r\n");
  REQUIRE(too_large);
  CHECK(too_large->status == 413);
}

TEST_CASE("a client that is gone before its answer does no harm") {
  test_server server;
  {
    auto client = server.client();
    REQUIRE(client->send(get("/hold-back")));
    std::unique_lock lock{server.held_mutex};
    server.held_changed.wait(lock, [&] { return !server.held.empty(); });
  }
  {
    const std::scoped_lock lock{server.held_mutex};
    server.held.front()->json().begin_object().end_object();
    server.held.front().complete();
    server.held.clear();
  }
  CHECK(server.client()->ask(get("/"))->status == 200);
}

TEST_CASE("answers that are given after the server has gone are safe") {
  std::vector<deferred> late;
  {
    test_server server;
    auto client = server.client();
    REQUIRE(client->send(get("/hold-back")));
    std::unique_lock lock{server.held_mutex};
    server.held_changed.wait(lock, [&] { return !server.held.empty(); });
    late.swap(server.held);
  }
  REQUIRE(late.size() == 1);
  CHECK(late.front()->path() == "/hold-back");
  late.front()->json().begin_object().end_object();
  late.front().complete();
}

TEST_SUITE_END();
