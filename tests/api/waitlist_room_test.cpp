#include "journal/audit/auditor.hpp"
#include "journal/rocksdb_audit_source.hpp"
#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

/// The waitlist of an event that has a waiting room.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

/// All is sold but what the till has in holds, and there is a waitlist.
struct full_house : waiting_scene {
  explicit full_house(server_settings settings = {}) : waiting_scene{std::move(settings)} {
    const json changes{{"waitlist", {{"offer_seconds", 600}}}, {"max_per_order", 40}};
    REQUIRE(organiser.patch(opera.path(), changes).status == 200);
    for (const char* row : {"A/1/", "A/2/"}) {
      json seats = json::array();
      for (int number = row[2] == '1' ? 1 : 3; number <= 10; ++number) {
        seats.push_back(row + std::to_string(number));
      }
      sell({{"seats", seats}});
    }
    sell({{"best_available", {{"quantity", 6}, {"tiers", {"balcony"}}}}});
    sell({{"areas", {{{"area", "floor"}, {"quantity", 40}}}}});
    pair = held(opera.till, opera, {"A/2/1", "A/2/2"});
  }

  void sell(const json& places) {
    const auto made = opera.till.post(opera.path("/holds"), places);
    INFO(made.body);
    REQUIRE(made.status == 201);
    REQUIRE(confirm(opera.till, made.text("hold_id")).status == 201);
  }

  auto wait(guest& who, const std::string& headers) -> reply {
    ask_with with;
    with.headers = headers;
    return who.client().post(opera.path("/waitlist"), {{"choices", {{{"seats", {2}}, {"max_each", 9'000}}}}}, with);
  }
  auto with_ticket(guest& who) -> reply { return wait(who, "Queue-Ticket: " + who.ticket() + "\r\n"); }
  auto with_admission(guest& who) -> reply { return wait(who, "Admission-Token: " + who.admission() + "\r\n"); }
  auto status_of(guest& who) -> std::string { return who.client().get(opera.path("/waitlist")).text("status"); }

  std::string pair;
};

} // namespace

TEST_CASE("while the room is on, whoever is let in may wait for what comes back, and nobody else") {
  full_house in;
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto first = in.somebody();
  REQUIRE(first.join().status == 201);
  first.becomes("admitted");
  auto second = in.somebody();
  REQUIRE(second.join().status == 201);
  CHECK_FALSE(second.poll().json().contains("waitlist"));
  check_problem(in.wait(second, ""), "admission_required");
  check_problem(in.with_ticket(second), "admission_required");
  check_problem(in.wait(second, "Admission-Token: " + first.admission() + "\r\n"), "admission_required");
  const auto made = in.with_admission(first);
  INFO(made.body);
  CHECK(made.status == 201);
  REQUIRE(first.leave().status == 204);
  second.becomes("admitted");
  REQUIRE(second.leave().status == 204);
  check_problem(in.with_admission(second), "admission_expired");
  // Waiting, and what is offered, take no admission.
  REQUIRE(in.opera.till.remove("/v1/holds/" + in.pair).status == 204);
  CHECK(eventually([&] { return in.status_of(first) == "offered"; }));
}

TEST_CASE("while all is sold the line is the waitlist's order, and its ticket is enough") {
  full_house in;
  in.set({{"mode", "on"}});
  in.set({{"mode", "sold_out"}});
  auto line = in.line_of(2);
  auto stranger = in.somebody();
  for (auto& one : line) {
    CHECK(eventually([&] { return one.poll().json().value("waitlist", "") == in.opera.path("/waitlist"); }));
  }
  check_problem(in.with_ticket(stranger), "admission_required");
  // The second of the line says first what they would take.
  CHECK(in.with_ticket(line[1]).status == 201);
  const auto first = in.with_ticket(line[0]);
  INFO(first.body);
  REQUIRE(first.status == 201);
  CHECK(first.json().at("ahead") == 0);
  CHECK(line[1].client().get(in.opera.path("/waitlist")).json().at("ahead") == 1);
  REQUIRE(in.opera.till.remove("/v1/holds/" + in.pair).status == 204);
  CHECK(eventually([&] { return in.status_of(line[0]) == "offered"; }));
  CHECK(in.status_of(line[1]) == "waiting");
  REQUIRE(line[0].client().remove(in.opera.path("/waitlist")).status == 204);
  CHECK(eventually([&] { return in.status_of(line[1]) == "offered"; }));
  REQUIRE(in.organiser.patch(in.opera.path(), {{"waitlist", nullptr}}).status == 200);
  CHECK(eventually([&] { return !line[1].poll().json().contains("waitlist"); }));
}

TEST_CASE("the audit finds everybody on the waitlist where the line had them") {
  full_house in{{.on_disk = true}};
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto first = in.somebody();
  REQUIRE(first.join().status == 201);
  first.becomes("admitted");
  auto line = in.line_of(3);
  REQUIRE(in.with_admission(first).status == 201);
  in.set({{"mode", "sold_out"}});
  for (const auto who : {std::size_t{2}, std::size_t{0}}) {
    CHECK(eventually([&] { return line[who].poll().json().contains("waitlist"); }));
    CHECK(in.with_ticket(line[who]).status == 201);
  }
  in.set({{"mode", "off"}});
  auto later = in.somebody();
  CHECK(in.wait(later, "").status == 201);
  // A second line comes behind the first one.
  in.set({{"mode", "on"}});
  in.set({{"mode", "sold_out"}});
  auto last = in.somebody();
  REQUIRE(last.join().status == 201);
  CHECK(eventually([&] { return last.poll().json().contains("waitlist"); }));
  CHECK(in.with_ticket(last).status == 201);
  auto auditor = in.server.key({"audit"});
  const auto facts = auditor.get(in.opera.path("/journal?limit=200")).json().at("items");
  std::vector<std::uint32_t> ranks;
  for (const auto& one : facts) {
    if (one.at("type") == "waitlist_joined") {
      ranks.push_back(one.at("data").at("rank").get<std::uint32_t>());
    }
  }
  CHECK(ranks == std::vector<std::uint32_t>{0, 4, 2, 4, 5});

  in.server.stop();
  const auto& directory = in.server.directory();
  const auto source = journal::open_audit_source({directory / "journal", directory / "marks", directory / "snapshots"});
  REQUIRE(source);
  const auto report = journal::audit::run_audit(**source);
  for (const auto& [what, entry] : report.found.by_kind()) {
    FAIL_CHECK(journal::audit::name_of(what), " at seq ", entry.seq, ": ", entry.detail);
  }
  CHECK(report.sound());
  CHECK(report.streams >= 3);
}

} // namespace holdfast::api_test
