#include "http/access_log.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <mutex>
#include <string>
#include <vector>

using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

/// Keeps the lines.
class memory_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  [[nodiscard]] auto lines() -> std::vector<std::string> {
    const std::scoped_lock lock{mutex_};
    return lines_;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    lines_.emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}

 private:
  std::vector<std::string> lines_;
};

struct logged_server {
  explicit logged_server(access_log_options options) {
    server_options all = test_server::quick();
    all.log = options;
    logger->set_level(spdlog::level::info);
    at = std::make_unique<test_server>(all, logger);
  }

  std::shared_ptr<memory_sink> sink = std::make_shared<memory_sink>();
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("test", sink);
  std::unique_ptr<test_server> at;
};

} // namespace

TEST_SUITE_BEGIN("log");

TEST_CASE("a line is JSON with level, ids, route, status and latency, and nothing of the caller's") {
  logged_server server{{.sample_one_in = 1, .sample_client_errors_one_in = 1}};
  auto client = server.at->client();
  const std::string buyer = server.at->buyer_header();
  static_cast<void>(client->ask(get("/things/private-name?q=secret-word", buyer + "X-Request-Id: r-1\r\n")));
  CHECK(await([&] { return server.sink->lines().size() == 1; }));
  const std::string line = server.sink->lines().front();
  const nlohmann::json parsed = nlohmann::json::parse(line);
  CHECK(parsed.at("level") == "info");
  CHECK(parsed.at("request_id") == "r-1");
  CHECK(parsed.at("trace_id").get<std::string>().size() == 32);
  CHECK(parsed.at("route") == "/things/{id}");
  CHECK(parsed.at("method") == "GET");
  CHECK(parsed.at("status") == 200);
  CHECK(parsed.at("latency_us").get<std::int64_t>() >= 0);
  for (const char* personal : {"private-name", "secret-word", "Bearer", "v1.", "127.0.0.1"}) {
    CHECK(line.find(personal) == std::string::npos);
  }
}

TEST_CASE("what goes well is sampled; errors of the server always get a line") {
  logged_server server{{.sample_one_in = 10, .sample_client_errors_one_in = 0, .slow = std::chrono::hours{1}}};
  auto client = server.at->client();
  for (int i = 0; i < 30; ++i) {
    CHECK(client->ask(get("/"))->status == 200);
    CHECK(client->ask(get("/nothing"))->status == 404);
  }
  CHECK(client->ask(get("/throws"))->status == 500);
  // A handler that threw has a line of its own beside the request's.
  CHECK(await([&] { return server.sink->lines().size() == 3 + 2; }));
  const auto lines = server.sink->lines();
  CHECK(nlohmann::json::parse(lines.back()).at("level") == "error");
  CHECK(lines[3].find("on purpose") != std::string::npos);
}

TEST_CASE("what is not configured is no error of the server: a warning, sampled like a client's errors") {
  logged_server server{{.sample_one_in = 0, .sample_client_errors_one_in = 2, .slow = std::chrono::hours{1}}};
  auto client = server.at->client();
  for (int i = 0; i < 4; ++i) {
    CHECK(client->ask(get("/not-configured"))->status == 501);
  }
  CHECK(await([&] { return server.sink->lines().size() == 2; }));
  CHECK(nlohmann::json::parse(server.sink->lines().back()).at("level") == "warning");
}

TEST_CASE("refused bytes are logged without a byte of them, and sampled") {
  logged_server server{{.sample_one_in = 0, .sample_client_errors_one_in = 5}};
  for (int i = 0; i < 10; ++i) {
    CHECK(server.at->client()->ask("GET /sneaky HTTP/1.1\r\nHost: a\r\nHost: evil\r\n\r\n")->status == 400);
  }
  // Each is refused bytes and a finished 400: twenty chances, one in five.
  CHECK(await([&] { return server.sink->lines().size() == 4; }));
  for (const std::string& line : server.sink->lines()) {
    CHECK(nlohmann::json::accept(line));
    CHECK(line.find("sneaky") == std::string::npos);
    CHECK(line.find("evil") == std::string::npos);
  }
}

TEST_CASE("the asynchronous logger writes what it was given before it ends") {
  const auto sink = std::make_shared<memory_sink>();
  {
    const json_log log{"test", sink};
    for (int i = 0; i < 1'000; ++i) {
      log.logger()->info("line {}", i);
    }
  }
  REQUIRE(sink->lines().size() == 1'000);
  CHECK(sink->lines().back() == "line 999");
}

TEST_SUITE_END();
