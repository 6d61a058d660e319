#include "tests/api/problem_check.hpp"
#include "tests/api/queue_scene.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

/// Waiting rooms as buyers meet them.
namespace holdfast::api_test {

using nlohmann::json;
using testing::eventually;

namespace {

/// Keeps the journal's writer from doing anything, until it is let go.
class held_writer final : public journal::append_done {
 public:
  void complete(journal::append_outcome) noexcept override {
    held_.set_value();
    let_go_.get_future().wait();
  }
  void wait() { held_.get_future().wait(); }
  void let_go() { let_go_.set_value(); }

 private:
  std::promise<void> held_;
  std::promise<void> let_go_;
};

auto is_ready(std::future<reply>& answer) -> bool {
  return answer.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

} // namespace

TEST_CASE("without a waiting room nobody needs a place, and none is given") {
  waiting_scene in;
  auto buyer = in.somebody();
  check_problem(buyer.join(), "waiting_room_off");
  const auto status = in.status();
  CHECK(status.text("mode") == "off");
  CHECK(status.json().at("version") == 0);
  CHECK(status.json().at("draw").is_null());
  check_problem(buyer.client().get(in.opera.path("/queue/draw")), "not_found");
  check_problem(buyer.client().get(in.opera.path("/queue/draw/leaves")), "not_found");
  CHECK(buyer.client().get(in.opera.path()).json().at("waiting_room") == json{{"mode", "off"}});
  CHECK(buyer.hold("A/1/1").status == 201);
  check_problem(in.server.buyer().post("/v1/events/evt_0000000000001/queue"), "not_found");
}

TEST_CASE("who is let in holds and buys, and the next one comes in at once") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto first = in.somebody();
  const auto joined = first.join();
  REQUIRE(joined.status == 201);
  CHECK(joined.header("cache-control") == "no-store");
  CHECK(joined.json().at("place") == 1);
  CHECK(joined.json().at("heartbeat_ms") == 20'000);
  const json stalls{{"tier", "stalls"}, {"name", "Stalls"}, {"price", 8900}, {"available", "many"}};
  CHECK(joined.json().at("prices").at(0) == stalls);
  const auto inside = first.becomes("admitted");
  CHECK(inside.json().at("expires_in_ms") == 600'000);
  CHECK(eventually([&] { return first.poll().json().at("admitted") == 1; }));
  auto second = in.somebody();
  CHECK(second.join().text("state") == "waiting");
  const auto waiting = second.becomes("waiting");
  CHECK(waiting.json().at("position") == 1);
  CHECK(waiting.json().at("ahead") == 0);
  CHECK(waiting.json().at("eta").is_null());
  CHECK(waiting.json().at("next_poll_ms") == 2'000);
  CHECK(waiting.json().at("band") == "general");
  check_problem(second.hold("A/1/1"), "admission_required");
  const auto made = first.hold("A/1/1");
  INFO(made.body);
  REQUIRE(made.status == 201);
  REQUIRE(confirm(in.opera.till, made.text("hold_id")).status == 201);
  CHECK(first.becomes("left").text("outcome") == "bought");
  check_problem(first.hold("A/1/2"), "admission_expired");
  second.becomes("admitted");
  CHECK(second.hold("A/1/2").status == 201);
  CHECK(eventually([&] { return in.status().json().at("counts").at("bought") == 1; }));
}

TEST_CASE("a live hold allows what is done with it, whatever became of the admission") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  buyer.becomes("admitted");
  const auto kept = buyer.hold("A/1/1").text("hold_id");
  const auto given_back = buyer.hold("A/1/2").text("hold_id");
  REQUIRE(buyer.leave().status == 204);
  check_problem(buyer.hold("A/1/5"), "admission_expired");
  CHECK(buyer.client().post("/v1/holds/" + kept + "/extend").status == 200);
  CHECK(buyer.client().remove("/v1/holds/" + given_back).status == 204);
  CHECK(confirm(in.opera.till, kept).status == 201);
}

TEST_CASE("a repeated hold is answered as before, though its admission has ended") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  buyer.becomes("admitted");
  const auto made = buyer.hold("A/1/1", "the-same-key");
  REQUIRE(made.status == 201);
  REQUIRE(buyer.leave().status == 204);
  const auto again = buyer.hold("A/1/1", "the-same-key");
  CHECK(again.status == 201);
  CHECK(again.body == made.body);
  CHECK(again.header("idempotency-replayed") == "true");
}

TEST_CASE("a hold that was made before there was a waiting room is answered again without an admission") {
  waiting_scene in;
  auto early = in.somebody();
  const auto first = early.hold("A/1/1", "before-the-room");
  REQUIRE(first.status == 201);
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  const auto again = early.hold("A/1/1", "before-the-room");
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(early.hold("A/1/2", "another-key").text("code") == "admission_required");
  CHECK(in.somebody().hold("A/1/1", "before-the-room").text("code") == "admission_required");
}

TEST_CASE("behind a waiting room a buyer makes one hold at a time") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  buyer.becomes("admitted");
  auto tab = buyer;
  const auto writer = std::make_shared<held_writer>();
  const auto event = domain::public_ids::parse_event(in.opera.event);
  journal::append_group barrier;
  barrier.stream = {journal::stream_kind::event, event->value()};
  in.server.journal().append(std::move(barrier), writer);
  writer->wait();
  auto first = std::async(std::launch::async, [&] { return buyer.hold("A/1/1"); });
  auto second = std::async(std::launch::async, [&] { return tab.hold("A/1/2"); });
  CHECK(eventually([&] { return is_ready(first) || is_ready(second); }));
  auto& refused = is_ready(first) ? first : second;
  auto& made = is_ready(first) ? second : first;
  check_problem(refused.get(), "request_in_progress");
  writer->let_go();
  CHECK(made.get().status == 201);
  CHECK(buyer.hold("A/1/5").status == 201);
}

TEST_CASE("an admission is its buyer's, for its event, and nobody else's") {
  waiting_scene in;
  in.set({{"mode", "on"}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  buyer.becomes("admitted");
  auto thief = in.somebody();
  thief.show_admission(buyer.admission());
  check_problem(thief.hold("A/1/1"), "admission_required");
  // A ticket is no admission.
  auto patient = in.somebody();
  patient.show_admission(buyer.ticket());
  check_problem(patient.hold("A/1/1"), "admission_required");
  for (const std::string& wrong : {std::string{"v1.1.x.y"}, std::string(600, 'A'), buyer.admission() + "A"}) {
    patient.show_admission(wrong);
    check_problem(patient.hold("A/1/1"), "admission_required");
  }
  // Another event with a waiting room of its own.
  const box_office aida{in.server};
  auto theirs = aida.organiser;
  REQUIRE(theirs.patch(aida.path("/queue"), {{"mode", "on"}}).status == 200);
  const ask_with pass{.headers = "Admission-Token: " + buyer.admission() + "\r\n"};
  check_problem(buyer.client().post(aida.path("/holds"), {{"seats", {"A/1/1"}}}, pass), "admission_required");
  // A box office needs none.
  CHECK(hold(in.opera.till, in.opera, {"A/1/9"}).status == 201);
  CHECK(buyer.hold("A/1/1").status == 201);
}

TEST_CASE("a ticket is asked for, and opens its own place only") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto buyer = in.somebody();
  const auto path = in.opera.path("/queue");
  check_problem(buyer.client().get(path), "queue_ticket_required");
  check_problem(buyer.client().remove(path), "queue_ticket_required");
  REQUIRE(buyer.join().status == 201);
  auto other = in.somebody();
  other.show(buyer.ticket());
  check_problem(other.poll(), "not_found");
  check_problem(other.leave(), "not_found");
  const box_office aida{in.server};
  auto theirs = aida.organiser;
  REQUIRE(theirs.patch(aida.path("/queue"), {{"mode", "on"}}).status == 200);
  check_problem(buyer.client().get(aida.path("/queue"), {.headers = "Queue-Ticket: " + buyer.ticket() + "\r\n"}),
                "not_found");
  for (const std::string& wrong : {std::string{"v1.1.x.y"}, std::string(600, 'A'), buyer.ticket() + "A"}) {
    other.show(wrong);
    check_problem(other.poll(), "not_found");
  }
  check_problem(buyer.client().get(path + "?place=1"), "invalid_query");
  check_problem(buyer.client().post(path, {{"place", 1}}), "validation_failed");
  check_problem(in.organiser.post(path), "buyer_required");
  CHECK(buyer.poll().text("state") == "waiting");
}

TEST_CASE("a buyer has one place, in another tab too, and the order is that of joining") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(5);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto at = line[i].poll();
    CHECK(at.json().at("position") == i + 1);
    CHECK(at.json().at("ahead") == i);
  }
  guest tab{in.server.with(line[2].client().bearer()), in.opera};
  const auto again = tab.join();
  CHECK(again.status == 201);
  CHECK(again.json().at("place") == 3);
  CHECK(again.json().at("position") == 3);
  CHECK(tab.poll().json().at("place") == 3);
  CHECK(eventually([&] { return in.status().json().at("counts").at("joined") == 5; }));
}

TEST_CASE("a room that is full gives no more places, and those who have one keep it") {
  waiting_scene in{{.room_places_max = 2}};
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(2);
  check_problem(in.somebody().join(), "waiting_room_full");
  CHECK(line[1].join().json().at("place") == 2);
  check_problem(in.organiser.post(in.opera.path("/queue/demotions"), {{"place", 1}, {"reason", "x"}}),
                "waiting_room_full");
  // Leaving gives no place back before the room was off.
  REQUIRE(line[0].leave().status == 204);
  check_problem(in.somebody().join(), "waiting_room_full");
  in.set({{"mode", "off"}});
  in.set({{"mode", "on"}});
  CHECK(in.somebody().join().status == 201);
}

TEST_CASE("who leaves is gone, and those behind move up") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(3);
  REQUIRE(line[0].leave().status == 204);
  CHECK(line[0].leave().status == 204);
  const auto gone = line[0].becomes("left");
  CHECK(gone.text("outcome") == "left");
  CHECK_FALSE(gone.json().contains("position"));
  CHECK(eventually([&] { return line[1].poll().json().at("position") == 1; }));
  const auto last = line[2].poll();
  CHECK(last.json().at("position") == 2);
  CHECK(last.json().at("left") == 1);
  // Who comes again stands at the end.
  CHECK(line[0].join().json().at("place") == 4);
  CHECK(line[0].poll().json().at("position") == 3);
}

TEST_CASE("a pause lets nobody in, and those inside go on") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"max_active", 2}});
  auto inside = in.line_of(2);
  inside[0].becomes("admitted");
  inside[1].becomes("admitted");
  CHECK(in.set({{"paused", true}, {"reason", "the till has to restart"}}).text("mode") == "paused");
  CHECK(inside[0].poll().text("state") == "admitted");
  CHECK(inside[0].hold("A/1/1").status == 201);
  auto late = in.somebody();
  CHECK(late.join().text("state") == "paused");
  REQUIRE(inside[1].leave().status == 204);
  inside[1].becomes("left");
  in.server.clock().turn(domain::seconds(2));
  CHECK(late.poll().text("state") == "paused");
  check_problem(late.hold("A/1/2"), "admission_required");
  CHECK(in.set({{"paused", false}}).text("mode") == "on");
  late.becomes("admitted");
  // Nothing to be gone on with.
  CHECK(in.set({{"paused", false}}).text("mode") == "on");
}

TEST_CASE("places, tickets and admissions outlast the server") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto line = in.line_of(4);
  line[0].becomes("admitted");
  REQUIRE(line[2].leave().status == 204);
  CHECK(eventually([&] { return line[3].poll().json().at("position") == 2; }));
  in.restart(domain::seconds(1));
  for (auto& one : line) {
    one.returns_to(in.server);
  }
  CHECK(line[1].poll().json().at("position") == 1);
  CHECK(line[3].poll().json().at("position") == 2);
  CHECK(line[2].poll().text("state") == "left");
  CHECK(line[0].poll().text("state") == "admitted");
  CHECK(line[0].hold("A/1/1").status == 201);
  check_problem(line[1].hold("A/1/2"), "admission_required");
  REQUIRE(line[0].leave().status == 204);
  line[1].becomes("admitted");
  CHECK(line[1].hold("A/1/2").status == 201);
}

TEST_CASE("who does not come for their turn has lost it") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"max_active", 1}});
  auto line = in.line_of(2);
  line[0].becomes("admitted");
  REQUIRE(line[0].leave().status == 204);
  // The next one is let in, and does not ask.
  CHECK(eventually([&] { return in.status().json().at("counts").at("admitted") == 2; }));
  in.server.clock().turn(domain::seconds(31));
  CHECK(eventually([&] { return in.status().json().at("counts").at("unclaimed") == 1; }));
  CHECK(line[1].becomes("expired").text("outcome") == "unclaimed");
}

TEST_CASE("an admission ends after its time, and so does its token") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"admission_seconds", 60}});
  auto buyer = in.somebody();
  REQUIRE(buyer.join().status == 201);
  CHECK(buyer.becomes("admitted").json().at("expires_in_ms") == 60'000);
  // The claim is written by the next tick, at the time that the clock has then.
  auto auditor = in.server.key({"audit"});
  const auto facts = in.opera.path("/journal?stream=queue");
  CHECK(eventually([&] { return auditor.get(facts).body.find("queue_claimed") != std::string::npos; }));
  CHECK(eventually([&] {
    in.server.clock().turn(domain::seconds(15));
    return buyer.poll().text("state") == "expired";
  }));
  CHECK(buyer.poll().text("outcome") == "ran_out");
  check_problem(buyer.hold("A/1/1"), "admission_expired");
}

TEST_CASE("switching the room off lets everybody in, and forgets the line") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(2);
  check_problem(line[0].hold("A/1/1"), "admission_required");
  CHECK(in.set({{"mode", "off"}}).text("mode") == "off");
  check_problem(line[0].poll(), "waiting_room_off");
  CHECK(line[0].leave().status == 204);
  CHECK(line[0].hold("A/1/1").status == 201);
  in.set({{"mode", "on"}});
  // The place was of the other line.
  check_problem(line[1].poll(), "not_found");
  CHECK(line[1].join().json().at("place") == 3);
}

TEST_CASE("the event's page says what the waiting room does, and caches are told when that changes") {
  waiting_scene in;
  auto anybody = in.server.anybody();
  const auto before = anybody.get(in.opera.path());
  in.set({{"mode", "on"}});
  const auto on = anybody.get(in.opera.path());
  CHECK(on.json().at("waiting_room") == json{{"mode", "on"}});
  CHECK(on.header("etag") != before.header("etag"));
  const auto asks_again = [&](const reply& last) {
    return anybody.get(in.opera.path(), {.headers = "If-None-Match: " + last.header("etag") + "\r\n"}).status;
  };
  CHECK(asks_again(on) == 304);
  CHECK(asks_again(before) == 200);
  in.set({{"mode", "off"}, {"pre_queue_at", "2031-01-01T09:00:00.000Z"}, {"starts_at", "2031-01-01T10:00:00.000Z"}});
  CHECK(asks_again(on) == 200);
  const json planned{
      {"mode", "off"}, {"pre_queue_at", "2031-01-01T09:00:00.000Z"}, {"starts_at", "2031-01-01T10:00:00.000Z"}};
  CHECK(anybody.get(in.opera.path()).json().at("waiting_room") == planned);
  in.set({{"pre_queue_at", nullptr}, {"starts_at", nullptr}});
  CHECK(asks_again(before) == 304);
}

TEST_CASE("organisers' answers say what the waiting room does, and whoever waits for a cancelled event is told") {
  waiting_scene in;
  in.set({{"mode", "on"}, {"rate_per_s", 0}});
  auto line = in.line_of(1);
  const auto renamed = in.organiser.patch(in.opera.path(), {{"name", "Tosca"}});
  CHECK(renamed.json().at("waiting_room") == json{{"mode", "on"}});
  REQUIRE(line[0].leave().status == 204);
  line[0].show_admission("");
  CHECK(line[0].hold("A/1/1").text("code") == "admission_required"); // never let in, so that nothing has ended
  auto waits = in.line_of(1);
  const auto cancelled = in.organiser.post(in.opera.path("/cancel"));
  REQUIRE(cancelled.status == 200);
  waits[0].becomes("sold_out");
}

} // namespace holdfast::api_test
