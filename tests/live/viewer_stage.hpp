#pragma once

#include "http/live/live_lane.hpp"
#include "http/live/viewer.hpp"
#include "http/live/websocket.hpp"
#include "tests/live/frame_reader.hpp"
#include "tests/live/watcher.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Viewers without sockets: what leaves is written into a string with as much room as the test gives.
namespace holdfast::live_test {

using namespace http;
using projections::live_batch;
using projections::live_frame;
using projections::live_frame_ptr;

inline constexpr domain::event_id event{5};

/// An I/O thread's lane, whose tasks run when the test says so.
class held_lane final : public reply_lane {
 public:
  void post(lane_task& task) noexcept override {
    if (closed) {
      task.discard();
    } else {
      tasks_.push_back(&task);
    }
  }
  [[nodiscard]] auto is_own_thread() const noexcept -> bool override { return true; }
  auto run() -> bool {
    auto tasks = std::exchange(tasks_, {});
    for (auto* each : tasks) {
      each->run();
    }
    return !tasks.empty();
  }
  bool closed = false;

 private:
  std::vector<lane_task*> tasks_;
};

/// A connection that takes as many bytes as it has room for.
class test_line final : public connection_stream::line {
 public:
  explicit test_line(viewer& of) : of_{of} {}
  void kick() noexcept override {
    while (room > 0) {
      const auto bytes = of_.output();
      if (bytes.empty()) {
        over = of_.ended();
        return;
      }
      const auto taken = std::min(room, bytes.size());
      text.append(bytes.substr(0, taken));
      room -= taken;
      of_.sent(taken);
    }
  }
  std::size_t room = SIZE_MAX;
  std::string text;
  bool over = false;

 private:
  viewer& of_;
};

[[nodiscard]] inline auto delta(std::uint64_t seq, std::size_t padding = 0) -> live_frame_ptr {
  std::string payload{"\x01", 1};
  for (auto left = seq;; left >>= 7U) {
    payload.push_back(static_cast<char>(left > 127 ? left | 128U : left));
    if (left <= 127) {
      break;
    }
  }
  payload.append(padding, '\x01');
  return std::make_shared<const live_frame>(seq, payload);
}

struct stage {
  explicit stage(viewer_kind kind = viewer_kind::websocket) : lane{std::make_shared<live_lane>(thread, metrics)} {
    projections::live_start start;
    start.frames = {delta(1), delta(2)};
    start.place = std::make_shared<projections::live_place>([this] { ++given_back; });
    lane->take_interest();
    who = std::make_unique<viewer>(kind, event, lane, std::move(start), nullptr);
    line = std::make_unique<test_line>(*who);
    who->open();
  }
  void attach() {
    who->attach(*line);
    line->kick();
  }
  void publish(const live_frame_ptr& frame) {
    lane->publish(std::make_shared<const live_batch>(live_batch{{event, frame}}));
  }
  void run() {
    while (thread->run()) {
    }
  }

  std::shared_ptr<held_lane> thread = std::make_shared<held_lane>();
  std::shared_ptr<live_metrics> metrics = std::make_shared<live_metrics>();
  std::shared_ptr<live_lane> lane;
  int given_back = 0;
  std::unique_ptr<viewer> who;
  std::unique_ptr<test_line> line;
};

/// The frames in a row of WebSocket messages, each with its opcode.
[[nodiscard]] inline auto messages_of(std::string_view text) -> std::vector<message> {
  std::vector<message> all;
  while (!text.empty()) {
    REQUIRE(text.size() >= 2);
    std::size_t length = static_cast<std::uint8_t>(text[1]);
    std::size_t header = 2;
    if (length == 126) {
      length = static_cast<std::size_t>(static_cast<std::uint8_t>(text[2])) << 8U | static_cast<std::uint8_t>(text[3]);
      header = 4;
    }
    REQUIRE(length <= 65'535);
    REQUIRE(text.size() >= header + length);
    all.push_back({static_cast<unsigned>(text[0]) & 15U, std::string{text.substr(header, length)}});
    text.remove_prefix(header + length);
  }
  return all;
}

[[nodiscard]] inline auto seqs_of(std::string_view text) -> std::vector<std::string> {
  std::vector<std::string> all;
  for (const auto& each : messages_of(text)) {
    if (each.opcode != 2) {
      all.push_back("control " + std::to_string(each.opcode));
      continue;
    }
    const auto frame = read_frame_of(each.payload);
    all.push_back((frame.type == read_frame::kind::reset ? "reset " : "") + std::to_string(frame.seq));
  }
  return all;
}

using texts = std::vector<std::string>;

} // namespace holdfast::live_test
