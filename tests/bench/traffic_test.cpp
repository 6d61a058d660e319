#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/sell_out_traffic.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tests::traffic {

namespace {

using namespace tools::bench;

[[nodiscard]] auto body_of(std::string_view request) -> nlohmann::json {
  return nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

[[nodiscard]] auto answer(unsigned status, std::string_view body) -> response {
  return {.status = status, .closes = false, .headers = {}, .body = body, .bytes = body.size()};
}

[[nodiscard]] auto header_of(std::string_view request, std::string_view name) -> std::string {
  return std::string{header_value(request, name)};
}

} // namespace

TEST_CASE("labels of a hall name each seat once and are found again") {
  for (const std::uint32_t seats : {1U, 49U, 50U, 1'000U, 2'001U, 60'000U, 100'000U}) {
    const hall plan{seats};
    std::set<std::string> labels;
    for (std::uint32_t seat = 0; seat < seats; ++seat) {
      std::string label;
      plan.append_label(seat, label);
      REQUIRE(plan.find(label) == seat);
      labels.insert(label);
    }
    CHECK(labels.size() == seats);
    std::string beyond;
    plan.append_label(seats, beyond);
    CHECK_FALSE(plan.find(beyond).has_value());
  }
  for (const auto* wrong :
       {"", "S01", "S01/1", "S01/1/", "S01/1/51", "S01/41/1", "S00/1/1", "A/1/1", "S01/x/1", "S01/1/1x"}) {
    CHECK_FALSE(hall{60'000}.find(wrong).has_value());
  }
}

TEST_CASE("a hall's layout has the seats that its labels name") {
  for (const std::uint32_t seats : {49U, 1'000U, 2'001U, 60'000U}) {
    const hall plan{seats};
    std::uint32_t counted = 0;
    const auto layout = plan.layout();
    for (const auto& section : layout["sections"]) {
      for (const auto& row : section["rows"]) {
        std::string label;
        plan.append_label(counted, label);
        CHECK(label == section["name"].get<std::string>() + "/" + row["name"].get<std::string>() + "/1");
        counted += row["count"].get<std::uint32_t>();
      }
    }
    CHECK(counted == seats);
  }
}

TEST_CASE("a connection holds, releases what it got, and holds again") {
  booking_traffic load{
      {.events = {"evt_1"}, .seats = 1'000, .tokens = {"token-a", "token-b"}, .seed = 3, .apart = false}};
  std::set<std::string> keys;
  for (int round = 0; round < 200; ++round) {
    const std::string hold{load.next(0)};
    REQUIRE(hold.starts_with("POST /v1/events/evt_1/holds HTTP/1.1\r\n"));
    CHECK(header_of(hold, "authorization") == "Bearer token-a");
    CHECK(header_of(hold, "content-length") == std::to_string(body_of(hold).dump().size()));
    keys.insert(header_of(hold, "idempotency-key"));
    const auto seats = body_of(hold)["seats"].get<std::vector<std::string>>();
    REQUIRE((seats.size() == 1 || seats.size() == 2));
    const hall plan{1'000};
    REQUIRE(plan.find(seats.front()).has_value());
    CHECK((seats.size() == 1 || plan.find(seats.back()) == *plan.find(seats.front()) + 1));
    if (round % 3 == 0) {
      CHECK(load.answered(0, answer(409, R"({"code":"seat_unavailable"})")) == outcome::rejection);
      continue;
    }
    CHECK(load.answered(0, answer(201, R"({"hold_id":"hld_x"})")) == outcome::success);
    CHECK(std::string{load.next(0)}.starts_with("DELETE /v1/holds/hld_x HTTP/1.1\r\n"));
    CHECK(load.answered(0, answer(204, "")) == outcome::success);
  }
  CHECK(keys.size() == 200);
  CHECK(load.first_failure().empty());
}

TEST_CASE("an answer that the load did not expect is kept for the report") {
  booking_traffic load{{.events = {"evt_1"}, .seats = 100, .tokens = {"token"}, .seed = 3, .apart = false}};
  static_cast<void>(load.next(0));
  CHECK(load.answered(0, answer(409, R"({"code":"limit_exceeded"})")) == outcome::failure);
  static_cast<void>(load.next(0));
  CHECK(load.answered(0, answer(503, "busy")) == outcome::failure);
  CHECK(load.first_failure() == R"(409 {"code":"limit_exceeded"})");
}

TEST_CASE("connections that keep apart never ask for each other's seats") {
  const std::vector<std::string> tokens(64, "token");
  booking_traffic load{{.events = {"evt_1"}, .seats = 1'000, .tokens = tokens, .seed = 5, .apart = true}};
  std::map<std::string, std::size_t> owner;
  for (int round = 0; round < 300; ++round) {
    for (std::size_t connection = 0; connection < tokens.size(); ++connection) {
      const auto body = body_of(load.next(connection));
      for (const auto& seat : body["seats"]) {
        REQUIRE(owner.emplace(seat.get<std::string>(), connection).first->second == connection);
      }
      load.lost(connection);
    }
  }
  CHECK(owner.size() > 800);
}

TEST_CASE("in a sell-out every seat is wanted by as many buyers, each with one request") {
  constexpr std::uint32_t seats = 50;
  constexpr std::uint32_t buyers_per_seat = 4;
  std::vector<std::string> tokens;
  for (std::uint32_t i = 0; i < seats * buyers_per_seat; ++i) {
    tokens.push_back("buyer-" + std::to_string(i));
  }
  sell_out_traffic crowd{{.event = "evt_1",
                          .seats = seats,
                          .buyers_per_seat = buyers_per_seat,
                          .tokens = tokens,
                          .box_office = "hf_key",
                          .connections = 1,
                          .seed = 9}};
  std::set<std::string> sold;
  std::set<std::string> buyers;
  std::map<std::string, std::uint32_t> asked;
  for (auto request = std::string{crowd.next(0)}; !request.empty(); request = crowd.next(0)) {
    if (request.find("/confirm ") != std::string::npos) {
      CHECK(header_of(request, "authorization") == "Bearer hf_key");
      CHECK(crowd.answered(0, answer(201, "{}")) == outcome::aside);
      continue;
    }
    buyers.insert(header_of(request, "authorization"));
    const auto seat = body_of(request)["seats"][0].get<std::string>();
    ++asked[seat];
    const bool first = sold.insert(seat).second;
    const auto what = first ? answer(201, R"({"hold_id":"hld_1"})")
                            : answer(409, R"({"code":"seat_unavailable","alternatives":[{"seats":["S01/1/1"]}]})");
    CHECK(crowd.answered(0, what) == (first ? outcome::success : outcome::rejection));
  }
  CHECK(buyers.size() == tokens.size());
  CHECK(asked.size() == seats);
  for (const auto& [seat, times] : asked) {
    CHECK(times == buyers_per_seat);
  }
  CHECK(crowd.orders() == seats);
  CHECK(crowd.double_sales() == 0);
  CHECK(crowd.rejections_with_alternatives() == seats * (buyers_per_seat - 1));
}

TEST_CASE("a seat acknowledged to two buyers is counted as a double sale") {
  sell_out_traffic crowd{{.event = "evt_1",
                          .seats = 1,
                          .buyers_per_seat = 2,
                          .tokens = {"a", "b"},
                          .box_office = "hf_key",
                          .connections = 2,
                          .seed = 9}};
  static_cast<void>(crowd.next(0));
  static_cast<void>(crowd.next(1));
  static_cast<void>(crowd.answered(0, answer(201, R"({"hold_id":"hld_1"})")));
  CHECK(crowd.double_sales() == 0);
  static_cast<void>(crowd.answered(1, answer(201, R"({"hold_id":"hld_2"})")));
  CHECK(crowd.double_sales() == 1);
}

} // namespace holdfast::tests::traffic
