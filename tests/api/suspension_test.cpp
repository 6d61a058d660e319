#include "tests/api/box_office.hpp"
#include "tests/api/problem_check.hpp"

#include <doctest/doctest.h>

/// What stands in the way of selling though nobody asked for anything wrong.
namespace holdfast::api_test {

namespace {

auto first_reason(const api_server& server) -> std::string {
  const auto unready = server.anybody().get("/readyz");
  check_problem(unready, "not_ready");
  return unready.json().at("reasons").at(0).get<std::string>();
}

} // namespace

TEST_CASE("a caller who asks too often is told when to come again") {
  constexpr http::rate_rule off{.per_second = 0, .burst = 1};
  const api_server server{{.rates = http::rate_limits{.address_view = off,
                                                      .address_act = off,
                                                      .address_session = off,
                                                      .buyer = {.per_second = 0.5, .burst = 3},
                                                      .key = off,
                                                      .buckets_max = 64}}};
  const box_office opera{server};
  auto buyer = server.buyer();
  for (int i = 0; i < 3; ++i) {
    CHECK(buyer.get("/v1/orders").status == 200);
  }
  const auto recorded = server.recorded();
  const auto refused = hold(buyer, opera, {"A/1/1"});
  check_problem(refused, "rate_limited");
  CHECK_FALSE(refused.header("ratelimit").empty());
  CHECK(server.recorded() == recorded);
  CHECK(server.buyer().get("/v1/orders").status == 200);
  CHECK(server.key({"sell"}).get("/v1/orders").status == 200);
}

TEST_CASE("metrics are read as often as an address may read; probes are always answered") {
  constexpr http::rate_rule off{.per_second = 0, .burst = 1};
  const api_server server{{.rates = http::rate_limits{.address_view = {.per_second = 0.01, .burst = 3},
                                                      .address_act = off,
                                                      .address_session = off,
                                                      .buyer = off,
                                                      .key = off,
                                                      .buckets_max = 64}}};
  auto anybody = server.anybody();
  for (int i = 0; i < 3; ++i) {
    CHECK(anybody.get("/metrics", {.headers = "Accept: text/plain\r\n"}).status == 200);
  }
  check_problem(anybody.get("/metrics", {.headers = "Accept: text/plain\r\n"}), "rate_limited");
  for (int i = 0; i < 10; ++i) {
    CHECK(anybody.get("/healthz").status == 200);
  }
}

TEST_CASE("an event with too much in hand refuses at the door, and nothing was done") {
  const api_server server{{.inflight_per_event_max = 0}};
  auto organiser = server.key({"organise"});
  const auto venue = make_hall(organiser);
  const auto recorded = server.recorded();
  check_problem(organiser.post("/v1/events", evening(venue)), "overloaded");
  CHECK(server.recorded() == recorded);
}

TEST_CASE("a clock far ahead of everything recorded makes sales wait for an operator's word") {
  api_server server{{.machine_clock = true, .clock_jump_max = domain::millis{-1}}};
  const box_office opera{server};
  auto buyer = server.buyer();
  server.restart();
  auto later = server.with(buyer.bearer());
  const auto recorded = server.recorded();
  check_problem(hold(later, opera, {"A/1/1"}), "clock_unsure");
  CHECK(server.recorded() == recorded);
  CHECK(first_reason(server).find("clock") != std::string::npos);
  server.engine().accept_clock();
  CHECK(hold(later, opera, {"A/1/1"}).status == 201);
}

TEST_CASE("while it is unsure what time it is no hold ends: one past its deadline is held still, and says so") {
  api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto id = held(buyer, opera, {"A/1/1"});
  server.restart(domain::hours(2)); // longer than a clock may jump
  auto later = server.with(buyer.bearer());
  const auto path = "/v1/holds/" + id;
  const auto recorded = server.recorded();
  const auto shown = later.get(path);
  CAPTURE(shown.body);
  REQUIRE(shown.status == 200);
  CHECK(shown.json().at("status") == "held");
  CHECK(shown.json().at("expires_in_ms") == 0);
  CHECK(shown.header("expires-in-ms") == "0");
  auto anybody = server.anybody();
  CHECK(seat_status(anybody, opera, "A/1/1", "1") == "held");
  check_problem(later.remove(path), "clock_unsure");
  check_problem(later.post(path + "/extend"), "clock_unsure");
  auto till = server.with(opera.till.bearer());
  check_problem(confirm(till, id), "clock_unsure");
  CHECK(server.recorded() == recorded);
  server.engine().accept_clock();
  CHECK(later.get(path).code() == "hold_expired");
  CHECK(later.remove(path).code() == "hold_expired");
  server.clock().turn(domain::seconds(1));   // what could not be ended is looked at again after a second
  constexpr const char* seq_of_expiry = "4"; // after creation, publication and the hold
  CHECK(eventually(
      [&] { return anybody.get(opera.path(std::string{"/seats?min_seq="} + seq_of_expiry)).status == 200; }));
  CHECK(seat_status(anybody, opera, "A/1/1", seq_of_expiry) == "available");
}

TEST_CASE("a server that drains takes no command, says so, and still shows what there is") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  const auto key = new_key();
  REQUIRE(hold(buyer, opera, {"A/1/1"}, {.key = key}).status == 201);
  server.engine().drain();
  const auto recorded = server.recorded();
  check_problem(hold(buyer, opera, {"A/1/2"}), "draining");
  check_problem(hold(buyer, opera, {"A/1/1"}, {.key = key}), "draining");
  check_problem(server.admin().post("/v1/organisations", {{"name", "Theatre"}}), "draining");
  CHECK(server.recorded() == recorded);
  CHECK(first_reason(server) == "draining");
  CHECK(server.anybody().get(opera.path()).status == 200);
  CHECK(server.anybody().get("/healthz").status == 200);
}

TEST_CASE("when the disk runs full, what exists can still be sold and given back") {
  const api_server server;
  const box_office opera{server};
  auto till = opera.till;
  const auto first = held(till, opera, {"A/1/1"});
  const auto second = held(till, opera, {"A/1/2"});
  server.journal().set_mode(journal::journal_mode::settle_only);
  check_problem(hold(till, opera, {"A/1/3"}), "storage_low");
  check_problem(till.post("/v1/holds/" + first + "/extend"), "storage_low");
  CHECK(confirm(till, first).status == 201);
  CHECK(till.remove("/v1/holds/" + second).status == 204);
}

TEST_CASE("an event that the disk has no room for takes no slug") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto body = evening(make_hall(organiser));
  body["slug"] = "tosca";
  const auto recorded = server.recorded();
  server.journal().set_mode(journal::journal_mode::no_new_holds);
  check_problem(organiser.post("/v1/events", body), "storage_low");
  CHECK(server.recorded() == recorded);
  CHECK(organiser.get("/v1/events/tosca").code() == "not_found");
  server.journal().set_mode(journal::journal_mode::selling);
  CHECK(organiser.post("/v1/events", body).status == 201);
}

TEST_CASE("an answer that the storage could not promise is learned by a retry after the restart") {
  using fault = journal::memory_journal::fault;
  for (const auto how : {fault::lost, fault::stored}) {
    api_server server;
    const box_office opera{server};
    auto buyer = server.buyer();
    const auto key = new_key();
    server.journal().fail_next_commit(how);
    check_problem(hold(buyer, opera, {"A/1/1"}, {.key = key}), "journal_unavailable");
    server.restart();
    auto later = server.with(buyer.bearer());
    const auto retried = hold(later, opera, {"A/1/1"}, {.key = key});
    INFO(retried.body);
    CHECK(retried.status == 201);
    CHECK((retried.header("idempotency-replayed") == "true") == (how == fault::stored));
  }
}

} // namespace holdfast::api_test
