#include "tests/live/viewer_stage.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::live_test {

TEST_CASE("a viewer gets the start, what came before the connection was ready, and what follows, in order") {
  stage on;
  on.publish(delta(3));
  on.run();
  CHECK(on.line->text.empty());
  on.attach();
  on.publish(delta(4));
  on.publish(delta(5));
  on.run();
  CHECK(seqs_of(on.line->text) == texts{"1", "2", "3", "4", "5"});
  CHECK(on.metrics->of(viewer_kind::websocket).connections.load() == 1);
  CHECK(on.metrics->of(viewer_kind::websocket).frames.load() == 5);
  CHECK(on.metrics->of(viewer_kind::websocket).bytes.load() == on.line->text.size());
  on.who.reset();
  CHECK(on.given_back == 1);
  CHECK(on.metrics->of(viewer_kind::websocket).connections.load() == 0);
  on.publish(delta(6));
  on.run();
}

TEST_CASE("a viewer whose queue is full gets one reset instead, and goes on from there") {
  stage on;
  on.attach();
  on.line->text.clear();
  on.line->room = 1; // the first byte of the next frame leaves, and no more
  for (std::uint64_t seq = 3; seq < 60; ++seq) {
    on.publish(delta(seq));
    on.run();
  }
  CHECK(on.line->text.size() == 1);
  CHECK(on.metrics->slow_resets.load() == 3);
  on.line->room = SIZE_MAX;
  on.publish(delta(60));
  on.run();
  const auto got = seqs_of(on.line->text);
  // The frame that was begun is finished; after the reset nothing is missing.
  REQUIRE(got.size() > 2);
  CHECK(got[0] == "3");
  REQUIRE(got[1].starts_with("reset "));
  auto next = std::stoull(got[1].substr(6));
  CHECK(std::ranges::count_if(got, [](const auto& each) { return each.starts_with("reset"); }) == 1);
  for (std::size_t i = 2; i < got.size(); ++i) {
    CHECK(got[i] == std::to_string(++next));
  }
  CHECK(next == 60);
}

TEST_CASE("a thread that is behind by more ticks than are kept has its viewers start anew") {
  stage on;
  on.attach();
  on.line->text.clear();
  const std::uint64_t last = 3 + 2 * live_lane::ticks_waiting_max;
  for (std::uint64_t seq = 3; seq <= last; ++seq) {
    on.publish(delta(seq));
  }
  on.run();
  const auto got = seqs_of(on.line->text);
  REQUIRE_FALSE(got.empty());
  const auto reset = std::ranges::find_if(got, [](const auto& each) { return each.starts_with("reset"); });
  REQUIRE(reset != got.end());
  CHECK(got.back() == std::to_string(last));
}

TEST_CASE("who begins between two ticks has the second and not the first") {
  stage on;
  on.attach();
  on.line->text.clear();
  projections::live_start start;
  start.frames = {delta(3)};
  start.place = std::make_shared<projections::live_place>([] {});
  viewer late{viewer_kind::websocket, event, on.lane, std::move(start), nullptr};
  test_line line{late};
  // All of it waits for the thread at once.
  on.publish(delta(3));
  on.lane->in_order([&] {
    late.open();
    late.attach(line);
  });
  on.publish(delta(4));
  on.run();
  CHECK(seqs_of(line.text) == texts{"3", "4"});
  CHECK(seqs_of(on.line->text) == texts{"3", "4"});
}

TEST_CASE("who begins while ticks are dropped is told of the loss") {
  stage on;
  on.attach();
  projections::live_start start;
  start.place = std::make_shared<projections::live_place>([] {});
  viewer late{viewer_kind::websocket, event, on.lane, std::move(start), nullptr};
  test_line line{late};
  const std::uint64_t last = 3 + 3 * live_lane::ticks_waiting_max;
  for (std::uint64_t seq = 3; seq <= last; ++seq) {
    on.publish(delta(seq));
    if (seq == 10) {
      on.lane->in_order([&] {
        late.open();
        late.attach(line);
      });
    }
  }
  on.run();
  const auto got = seqs_of(line.text);
  CHECK(std::ranges::any_of(got, [](const auto& each) { return each.starts_with("reset"); }));
  REQUIRE_FALSE(got.empty());
  CHECK(got.back() == std::to_string(last));
}

TEST_CASE("many viewers send some at a time, and one who goes in between is left out") {
  stage on;
  std::vector<std::unique_ptr<viewer>> others;
  std::vector<std::unique_ptr<test_line>> lines;
  for (int i = 0; i < 200; ++i) {
    others.push_back(std::make_unique<viewer>(
        viewer_kind::websocket, event, on.lane,
        projections::live_start{std::make_shared<projections::live_place>([] {}), {}, {}, false}, nullptr));
    lines.push_back(std::make_unique<test_line>(*others.back()));
    others.back()->open();
    others.back()->attach(*lines.back());
  }
  on.publish(delta(9));
  CHECK(on.thread->run());
  const auto done = [&] { return std::ranges::count_if(lines, [](const auto& each) { return !each->text.empty(); }); };
  CHECK(done() > 0);
  CHECK(done() <= static_cast<std::ptrdiff_t>(live_lane::viewers_a_turn));
  others.erase(others.begin() + 150, others.begin() + 160);
  on.run();
  CHECK(done() == 190);
}

TEST_CASE("a lane that has closed keeps nothing and waits for nobody") {
  stage on;
  on.thread->closed = true;
  on.publish(delta(3));
  on.publish(delta(4));
  on.attach();
  CHECK(seqs_of(on.line->text) == texts{"1", "2"});
}

TEST_CASE("server-sent events say when to come back, and have the seq as their id") {
  stage on{viewer_kind::server_sent};
  on.attach();
  on.publish(delta(3));
  on.run();
  CHECK(on.line->text.starts_with("retry: "));
  CHECK(on.line->text.find("\n\nid: 1\ndata: AQE=\n\nid: 2\ndata: AQI=\n\nid: 3\ndata: AQM=\n\n") != std::string::npos);
  CHECK(on.who->is_alive());
  on.line->kick();
  CHECK(on.line->text.ends_with("\n\n:\n\n"));
  on.who->drain();
  on.line->kick();
  CHECK(on.line->over);
  CHECK(on.line->text.substr(on.line->text.rfind("retry")).ends_with("\n\n"));
}

TEST_CASE("a viewer who shows no life between two looks is dropped") {
  SUBCASE("a WebSocket that does not answer pings") {
    stage on;
    on.attach();
    CHECK(on.who->is_alive());
    on.line->kick();
    CHECK(seqs_of(on.line->text).back() == "control 9");
    CHECK_FALSE(on.who->is_alive());
  }
  SUBCASE("one that does") {
    stage on;
    on.attach();
    for (int i = 0; i < 5; ++i) {
      CHECK(on.who->is_alive());
      on.line->kick();
      on.who->received(watcher::client_frame(0x8a, ""));
    }
  }
  SUBCASE("events of which nothing leaves") {
    stage on{viewer_kind::server_sent};
    on.line->room = 0;
    on.attach();
    CHECK(on.who->is_alive());
    CHECK_FALSE(on.who->is_alive());
  }
  SUBCASE("events of which some leave") {
    stage on{viewer_kind::server_sent};
    on.line->room = 0;
    on.attach();
    for (int i = 0; i < 5; ++i) {
      CHECK(on.who->is_alive());
      on.line->room = 1;
      on.line->kick();
    }
  }
}

} // namespace holdfast::live_test
