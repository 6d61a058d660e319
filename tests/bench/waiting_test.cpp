#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/queue_traffic.hpp"
#include "tools/bench/sell_out_traffic.hpp"
#include "tools/bench/waiting_crowd.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tests {

namespace {

using namespace tools::bench;

[[nodiscard]] auto queue_answer(unsigned status, std::string_view body) -> response {
  return {.status = status, .closes = false, .headers = {}, .body = body, .bytes = body.size()};
}

[[nodiscard]] auto queue_header(std::string_view request, std::string_view name) -> std::string {
  return std::string{header_value(request, name)};
}

const std::vector<std::string> three_buyers{"a", "b", "c"};

} // namespace

TEST_CASE("each buyer joins once, as many as may, and keeps the ticket") {
  join_traffic load{"evt_1", three_buyers, 2};
  load.keep_tickets();
  CHECK(load.next(0).empty());
  load.allow(2);
  const std::string first{load.next(0)};
  CHECK(first.starts_with("POST /v1/events/evt_1/queue HTTP/1.1\r\n"));
  CHECK(first.ends_with("\r\n\r\n{}"));
  CHECK(queue_header(first, "authorization") == "Bearer a");
  CHECK(queue_header(first, "content-length") == "2");
  CHECK(queue_header(load.next(1), "authorization") == "Bearer b");
  CHECK(load.answered(1, queue_answer(201, R"({"ticket":"t-b","place":2})")) == outcome::success);
  CHECK(load.answered(0, queue_answer(201, R"({"ticket":"t-a","place":1})")) == outcome::success);
  CHECK(load.next(0).empty());
  CHECK(load.left() == 1);
  load.allow(9);
  CHECK(queue_header(load.next(1), "authorization") == "Bearer c");
  CHECK(load.next(0).empty());
  CHECK(load.first_failure().empty());
  CHECK(load.answered(1, queue_answer(429, "slowly")) == outcome::failure);
  CHECK(load.first_failure() == "429 slowly");
  CHECK(load.tickets() == std::vector<std::string>{"t-a", "t-b", ""});
}

TEST_CASE("who is not let in yet is looked at again, and nobody else") {
  const std::vector<std::string> tickets{"t-a", "t-b", "t-c"};
  admission_traffic load{"evt_1", three_buyers, tickets, 1};
  CHECK(load.next(0).empty());
  CHECK(load.again() == 3);
  const std::string look{load.next(0)};
  CHECK(look.starts_with("GET /v1/events/evt_1/queue HTTP/1.1\r\n"));
  CHECK(queue_header(look, "authorization") == "Bearer a");
  CHECK(queue_header(look, "queue-ticket") == "t-a");
  CHECK(load.answered(0, queue_answer(200, R"({"state":"waiting"})")) == outcome::rejection);
  CHECK(queue_header(load.next(0), "queue-ticket") == "t-b");
  CHECK(load.answered(0, queue_answer(200, R"({"state":"admitted","admission_token":"p-b"})")) == outcome::success);
  CHECK(queue_header(load.next(0), "queue-ticket") == "t-c");
  CHECK(load.answered(0, queue_answer(200, R"({"state":"admitted","admission_token":"p-c"})")) == outcome::success);
  CHECK(load.next(0).empty());
  CHECK(load.again() == 1);
  CHECK(queue_header(load.next(0), "queue-ticket") == "t-a");
  CHECK(load.answered(0, queue_answer(404, "gone")) == outcome::failure);
  CHECK(load.first_failure() == "404 gone");
  CHECK(load.admissions() == std::vector<std::string>{"", "p-b", "p-c"});
}

TEST_CASE("a storm joins as often as it was told to, and looks when nobody is left to join") {
  storm_traffic load{
      {.event = "evt_1", .joining = {"a", "b"}, .looks = {"look 0", "look 1"}, .requests_a_join = 3, .connections = 1}};
  std::string came;
  for (int i = 0; i < 9; ++i) {
    const std::string request{load.next(0)};
    const bool joins = request.starts_with("POST ");
    came += joins ? 'J' : request.back();
    CHECK(load.answered(0, queue_answer(joins ? 201 : 200, "{}")) == outcome::success);
  }
  CHECK(came == "J10J10101");
  CHECK(load.joined() == 2);
  CHECK(load.looked() == 7);
  static_cast<void>(load.next(0));
  CHECK(load.answered(0, queue_answer(201, "{}")) == outcome::failure);
  CHECK(load.first_failure() == "201 {}");

  storm_traffic quiet{{.event = "evt_1", .joining = {"a"}, .looks = {}, .requests_a_join = 3, .connections = 1}};
  CHECK_FALSE(quiet.next(0).empty());
  CHECK(quiet.next(0).empty());
}

TEST_CASE("holds go through a waiting room with the admission of their own buyer") {
  booking_traffic load{
      {.events = {"evt_1"}, .seats = 1'000, .tokens = {"a", "b"}, .seed = 1, .admissions = {"p-a", "p-b"}}};
  const std::string hold{load.next(1)};
  CHECK(queue_header(hold, "authorization") == "Bearer b");
  CHECK(queue_header(hold, "admission-token") == "p-b");
  CHECK(load.answered(1, queue_answer(201, R"({"hold_id":"hld_1"})")) == outcome::success);
  CHECK(queue_header(load.next(1), "admission-token").empty());

  sell_out_traffic sale{{.event = "evt_1",
                         .seats = 100,
                         .buyers_per_seat = 1,
                         .tokens = std::vector<std::string>(100, "a"),
                         .box_office = "key",
                         .connections = 1,
                         .admissions = std::vector<std::string>(100, "p-a")}};
  CHECK(queue_header(sale.next(0), "admission-token") == "p-a");

  booking_traffic open{{.events = {"evt_1"}, .seats = 1'000, .tokens = {"a"}}};
  CHECK(std::string{open.next(0)}.find("Admission-Token") == std::string::npos);
}

TEST_CASE("the fullest and the emptiest ten seconds are found wherever they begin") {
  // Five people every half second, and once nobody, and ten for it a second later.
  std::vector<admitted_batch> all;
  for (int i = 0; i <= 100; ++i) {
    all.push_back({1'000'000 + 500 * i, i == 50 ? 0U : i == 52 ? 10U : 5U});
  }
  const auto to = all.back().at_ms;
  auto found = extremes_of(all, 1'000'000, to, 10'000);
  CHECK(found.fewest == 95);
  CHECK(found.most == 105);
  found = extremes_of(all, 1'000'000, 1'020'000, 10'000);
  CHECK(found.fewest == 100);
  CHECK(found.most == 100);
  found = extremes_of(all, 1'000'000, 1'009'999, 10'000);
  CHECK(found.fewest == 0);
  CHECK(found.most == 0);
  CHECK(extremes_of({}, 0, 20'000, 10'000).most == 0);
}

} // namespace holdfast::tests
