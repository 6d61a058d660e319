#include "tests/api/box_office.hpp"
#include "tests/live/heads.hpp"
#include "tests/live/watcher.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

/// The live seat map over real sockets.
namespace holdfast::live_test {

using namespace api_test;
using domain::seat_status;
using kind = read_frame::kind;

namespace {

constexpr domain::seat_index seat_a11 = 0;

auto data_of(const std::string& event) -> read_frame {
  const auto at = event.find("data: ");
  REQUIRE(at != std::string::npos);
  return read_frame_of(from_base64(std::string_view{event}.substr(at + 6, event.find('\n', at) - at - 6)));
}

/// The next frame that says something: ticks cut what happens as they come.
auto next_change(watcher& who) -> read_frame {
  while (true) {
    auto frame = who.frame();
    if (frame.type != kind::delta || !frame.changed.empty() || !frame.changed_areas.empty()) {
      return frame;
    }
  }
}

} // namespace

TEST_CASE("a WebSocket says from where it begins, and then every change") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  watcher who{server.port()};
  const auto head = who.shake_hands(opera.path("/live"));
  CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(has_line(head, "Upgrade: websocket"));
  CHECK(has_line(head, "Connection: Upgrade"));
  CHECK(has_line(head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("Sec-WebSocket-Extensions") == std::string::npos);
  const auto hello = who.frame();
  CHECK(hello.type == kind::hello);
  CHECK(hello.seq == 2);
  CHECK(hello.seats == 26);
  CHECK(hello.areas == 1);
  const auto made = hold(buyer, opera, {"A/1/1"});
  REQUIRE(made.status == 201);
  const auto taken = next_change(who);
  CHECK(taken.seq == 3);
  REQUIRE(taken.changed.size() == 1);
  CHECK(taken.changed[0] == std::pair{seat_a11, seat_status::held});
  auto till = opera.till;
  CHECK(confirm(till, made.text("hold_id")).status == 201);
  const auto sold = next_change(who);
  REQUIRE(sold.changed.size() == 1);
  CHECK(sold.changed[0] == std::pair{seat_a11, seat_status::sold});
  REQUIRE(buyer.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 3}}}}}).status == 201);
  const auto floor = next_change(who);
  CHECK(floor.changed.empty());
  REQUIRE(floor.changed_areas.size() == 1);
  CHECK(floor.changed_areas[0] == std::pair<std::uint32_t, std::uint32_t>{0, 37});
  // The tag is the layout's, as its address has it.
  const auto hash = buyer.get(opera.path()).text("layout_hash");
  CHECK(
      hello.tag ==
      read_seats(buyer.get(opera.path("/seats"), {.headers = "Accept: application/vnd.holdfast.seats\r\n"}).body).tag);
  CHECK(hash.size() == 64);
}

TEST_CASE("server-sent events bring the same frames, with the seq as id") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  watcher who{server.port()};
  who.send(get_line(opera.path("/live"), "Accept: text/event-stream\r\n"));
  const auto head = who.head();
  CHECK(status_of(head) == 200);
  CHECK(has_line(head, "Content-Type: text/event-stream"));
  CHECK(has_line(head, "Cache-Control: no-store"));
  CHECK(has_line(head, "Connection: close"));
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(who.lines().starts_with("retry: "));
  const auto hello = who.event();
  CHECK(hello.starts_with("id: 2\n"));
  CHECK(data_of(hello).type == kind::hello);
  const auto made = hold(buyer, opera, {"A/1/1", "A/1/2"});
  const auto event = who.event();
  CHECK(event.starts_with("id: " + made.event_seq() + "\n"));
  CHECK(data_of(event).changed.size() == 2);
}

TEST_CASE("a viewer who comes back gets what they have missed, and nothing twice") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  {
    watcher first{server.port()};
    first.shake_hands(opera.path("/live"));
    CHECK(first.frame().seq == 2);
    for (const auto* seat : {"A/2/1", "A/2/2", "A/2/3"}) {
      REQUIRE(hold(buyer, opera, {seat}).status == 201);
      CHECK(next_change(first).changed.size() == 1);
    }
  }
  // seqs 3, 4 and 5 are frames of their own: each was seen before the next was made
  const auto missed = [&](watcher& who) {
    std::vector<std::uint64_t> seqs;
    do {
      seqs.push_back(who.frame().seq);
    } while (seqs.back() < 5);
    return seqs;
  };
  watcher from_two{server.port()};
  from_two.shake_hands(opera.path("/live?since=2"));
  CHECK(missed(from_two) == std::vector<std::uint64_t>{2, 3, 4, 5});
  watcher from_four{server.port()};
  from_four.shake_hands(opera.path("/live?since=4"));
  CHECK(missed(from_four) == std::vector<std::uint64_t>{4, 5});
  watcher by_header{server.port()};
  by_header.send(get_line(opera.path("/live?since=2"), "Last-Event-ID: 4\r\n"));
  CHECK(status_of(by_header.head()) == 200);
  CHECK(by_header.event().starts_with("id: 4\n"));
  CHECK(by_header.event().starts_with("id: 5\n"));
  watcher up_to_date{server.port()};
  up_to_date.shake_hands(opera.path("/live?since=5"));
  CHECK(up_to_date.frame().seq == 5);
  REQUIRE(hold(buyer, opera, {"A/2/4"}).status == 201);
  CHECK(up_to_date.frame().seq == 6);
}

TEST_CASE("whoever read the seats goes on from there, although nobody was watching") {
  const api_server server;
  const box_office opera{server};
  auto buyer = server.buyer();
  for (const auto* seats : {"/seats", "/seats?section=A"}) {
    CAPTURE(seats);
    const auto read = buyer.get(opera.path(seats));
    REQUIRE(read.status == 200);
    const auto made = hold(buyer, opera, {seats == std::string{"/seats"} ? "A/2/1" : "A/2/2"});
    REQUIRE(made.status == 201);
    watcher first{server.port()};
    first.shake_hands(opera.path("/live?since=") + read.header("x-view-seq"));
    const auto hello = first.frame();
    CHECK(hello.type == kind::hello);
    CHECK(std::to_string(hello.seq) == read.header("x-view-seq"));
    const auto missed = first.frame();
    CHECK(missed.type == kind::delta);
    CHECK(std::to_string(missed.seq) == made.event_seq());
  }
}

TEST_CASE("a seq that is too old or of the future is answered with a reset") {
  const api_server server;
  const box_office opera{server};
  for (const auto* since : {"1", "0", "3", "1000000", "9223372036854775807"}) {
    CAPTURE(since);
    watcher who{server.port()};
    CHECK(status_of(who.shake_hands(opera.path("/live?since=") + since)) == 101);
    const auto hello = who.frame();
    CHECK(hello.type == kind::hello);
    CHECK(hello.seq == 2);
    const auto reset = who.frame();
    CHECK(reset.type == kind::reset);
    CHECK(reset.seq == 2);
  }
}

TEST_CASE("a draft is watched by its organisation alone") {
  const api_server server;
  auto organiser = server.key({"organise"});
  auto foreign = server.key({"admin"}, server.organisation("Theatre"));
  const auto path = "/v1/events/" + make_draft(organiser, make_hall(organiser)) + "/live";
  CHECK(server.anybody().get(path).code() == "not_found");
  CHECK(foreign.get(path).code() == "not_found");
  watcher who{server.port()};
  who.send(get_line(path, "Authorization: Bearer " + organiser.bearer() + "\r\n"));
  CHECK(status_of(who.head()) == 200);
  CHECK(data_of(who.event()).type == kind::hello);
}

TEST_CASE("a layout that is replaced makes viewers start anew") {
  const api_server server;
  auto organiser = server.key({"organise"});
  const auto event = "/v1/events/" + make_draft(organiser, make_hall(organiser));
  watcher who{server.port()};
  who.send(get_line(event + "/live", "Authorization: Bearer " + organiser.bearer() + "\r\n"));
  CHECK(status_of(who.head()) == 200);
  const auto hello = data_of(who.event());
  auto other = hall_layout();
  other.at("sections").at(1).at("rows").at(0).at("count") = 7;
  const auto replaced = organiser.put(event + "/layout", other);
  INFO(replaced.body);
  REQUIRE(replaced.status == 200);
  const auto reset = data_of(who.event());
  CHECK(reset.type == kind::reset);
  const auto seats = organiser.get(event + "/seats?min_seq=" + std::to_string(reset.seq),
                                   {.headers = "Accept: application/vnd.holdfast.seats\r\n"});
  const auto map = read_seats(seats.body);
  CHECK(map.seats.size() == 27);
  CHECK(map.tag != hello.tag);
}

TEST_CASE("who answers pings stays, and who is silent is dropped") {
  const api_server server{{.stream_look = std::chrono::milliseconds{300}}};
  const box_office opera{server};
  watcher silent{server.port()};
  silent.shake_hands(opera.path("/live"));
  watcher lively{server.port()};
  lively.shake_hands(opera.path("/live"));
  static_cast<void>(lively.frame());
  for (int i = 0; i < 5; ++i) {
    const auto ping = lively.next();
    REQUIRE(ping);
    CHECK(ping->opcode == 9);
    lively.send(watcher::client_frame(0x8a, ping->payload));
  }
  CHECK(silent.close_code() == 0);
  CHECK(silent.is_over());
  watcher events{server.port()};
  events.send(get_line(opera.path("/live")));
  static_cast<void>(events.head());
  static_cast<void>(events.event());
  CHECK(events.lines() == ":\n");
  CHECK(events.lines() == ":\n");
}

TEST_CASE("a server that ends says so to its viewers") {
  api_server server;
  const box_office opera{server};
  watcher socket{server.port()};
  socket.shake_hands(opera.path("/live"));
  static_cast<void>(socket.frame());
  watcher events{server.port()};
  events.send(get_line(opera.path("/live")));
  static_cast<void>(events.head());
  static_cast<void>(events.event());
  server.server().begin_drain();
  CHECK(socket.close_code() == 1001);
  CHECK(socket.is_over());
  CHECK(events.lines().starts_with("retry: "));
  CHECK(events.is_over());
  CHECK(server.server().await_drained(std::chrono::seconds{20}));
}

TEST_CASE("viewers on every thread see the same, whoever comes and goes meanwhile") {
  const api_server server{{.io_threads = 2}};
  const box_office opera{server};
  auto buyer = server.buyer();
  std::vector<std::unique_ptr<watcher>> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(std::make_unique<watcher>(server.port()));
    REQUIRE(status_of(all.back()->shake_hands(opera.path("/live"))) == 101);
  }
  std::jthread others{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      watcher brief{server.port()};
      brief.shake_hands(opera.path("/live"));
    }
  }};
  client_map should;
  const auto accept = ask_with{.headers = "Accept: application/vnd.holdfast.seats\r\n"};
  std::string last;
  for (const auto* seat : {"A/1/1", "A/1/5", "B/1/101", "A/2/10"}) {
    last = hold(buyer, opera, {seat}).event_seq();
  }
  should = read_seats(buyer.get(opera.path("/seats?min_seq=" + last), accept).body);
  for (auto& each : all) {
    client_map map;
    map.seats.resize(26);
    map.areas = {40};
    const auto hello = each->frame();
    map.seq = hello.seq;
    while (map.seq < should.seq) {
      apply(map, each->frame());
    }
    CHECK(map.seq == should.seq);
    CHECK(map.seats == should.seats);
    CHECK(map.areas == should.areas);
  }
  others.request_stop();
}

TEST_CASE("what live seat maps cost is in the metrics") {
  const api_server server;
  const box_office opera{server};
  watcher who{server.port()};
  who.shake_hands(opera.path("/live"));
  static_cast<void>(who.frame());
  const auto text = server.anybody().get("/metrics").body;
  CHECK(text.find("holdfast_live_connections{kind=\"websocket\"} 1") != std::string::npos);
  CHECK(text.find("holdfast_live_sent_frames_total{kind=\"websocket\"} 1") != std::string::npos);
  CHECK(text.find("holdfast_live_fan_out_seconds_count") != std::string::npos);
}

} // namespace holdfast::live_test
