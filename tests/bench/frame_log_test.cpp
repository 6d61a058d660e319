#include "tools/bench/frame_log.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <vector>

namespace holdfast::tests {

namespace {

using namespace tools::bench;
using std::chrono::milliseconds;
using verdict = frame_log::verdict;

[[nodiscard]] auto at(int ms) -> frame_log::time_point {
  return frame_log::time_point{} + std::chrono::hours{1} + milliseconds{ms};
}

constexpr std::uint64_t ns_per_ms = 1'000'000;

/// Equal but for the slots of a histogram.
[[nodiscard]] auto about(std::uint64_t nanoseconds, int ms) -> bool {
  const auto wanted = static_cast<double>(ms) * ns_per_ms;
  return static_cast<double>(nanoseconds) >= wanted * 0.998 && static_cast<double>(nanoseconds) <= wanted * 1.002;
}

} // namespace

TEST_CASE("viewers who get the same frames have lost nothing, whoever is first") {
  frame_log log;
  std::array<frame_log::place, 3> viewers;
  for (auto& each : viewers) {
    log.start(each, 10);
  }
  CHECK(log.take(viewers[0], 12, at(0)) == verdict::in_order);
  CHECK(log.take(viewers[0], 15, at(100)) == verdict::in_order);
  CHECK(log.take(viewers[1], 12, at(101)) == verdict::in_order);
  CHECK(log.take(viewers[2], 12, at(102)) == verdict::in_order);
  CHECK(log.take(viewers[1], 15, at(103)) == verdict::in_order);
  CHECK(log.take(viewers[1], 16, at(200)) == verdict::in_order);
  CHECK(log.take(viewers[2], 15, at(201)) == verdict::in_order);
  CHECK(log.frames() == 3);
  frame_log::place late;
  log.start(late, 15);
  CHECK(log.take(late, 16, at(202)) == verdict::in_order);
}

TEST_CASE("a frame that is left out, comes again or goes back is noticed") {
  frame_log log;
  frame_log::place whole;
  frame_log::place lossy;
  log.start(whole, 1);
  log.start(lossy, 1);
  for (const std::uint64_t seq : {2U, 4U, 6U, 8U}) {
    REQUIRE(log.take(whole, seq, at(0)) == verdict::in_order);
  }
  CHECK(log.take(whole, 8, at(0)) == verdict::again);
  CHECK(log.take(lossy, 2, at(0)) == verdict::in_order);
  CHECK(log.take(lossy, 6, at(0)) == verdict::gap);
  CHECK(log.take(lossy, 4, at(0)) == verdict::again);
  CHECK(log.take(lossy, 8, at(0)) == verdict::in_order);
  CHECK(log.take(lossy, 10, at(0)) == verdict::in_order);
  // The newest of all, without the one before.
  CHECK(log.take(whole, 12, at(0)) == verdict::gap);
  CHECK(log.take(whole, 14, at(0)) == verdict::in_order);
  // A seq that no other viewer has seen.
  CHECK(log.take(lossy, 13, at(0)) == verdict::gap);
  // A reset says what is had; nothing is missing after it.
  log.start(lossy, 13);
  CHECK(log.take(lossy, 14, at(0)) == verdict::in_order);
}

TEST_CASE(
    "a change counts for each viewer, from its acknowledgement and from its request, with the first frame that has it") {
  frame_log log;
  frame_log::place near;
  frame_log::place far;
  log.start(near, 10);
  log.start(far, 10);
  log.take(near, 12, at(100));
  log.take(far, 12, at(140));
  log.take(near, 15, at(200));
  log.take(far, 15, at(240));
  const std::vector<seat_change> changes{
      {11, at(50), at(60)}, {12, at(90), at(110)}, {13, at(100), at(110)}, {16, at(1), at(2)}};
  const auto latency = log.latency_of(changes);
  CHECK(latency.unseen == 1);
  CHECK(latency.from_acknowledgement.count() == 6);
  CHECK(latency.from_request.count() == 6);
  CHECK(latency.from_acknowledgement.min() == 0); // the frame was there before the acknowledgement of 12
  CHECK(about(latency.from_request.min(), 10));
  CHECK(about(latency.from_acknowledgement.max(), 130));
  CHECK(about(latency.from_request.max(), 140));
  CHECK(about(latency.from_acknowledgement.value_at(0.5), 40));
}

TEST_CASE("ticks are the distances of first receipts within a time") {
  frame_log log;
  frame_log::place viewer;
  log.start(viewer, 0);
  std::uint64_t seq = 0;
  for (const int ms : {0, 100, 300, 600, 1'000}) {
    log.take(viewer, ++seq, at(ms));
  }
  const auto all = log.ticks(at(0), at(1'001));
  CHECK(all.count() == 4);
  CHECK(about(all.min(), 100));
  CHECK(about(all.max(), 400));
  const auto some = log.ticks(at(50), at(1'000));
  CHECK(some.count() == 2);
  CHECK(about(some.max(), 300));
  CHECK(log.ticks(at(400), at(500)).count() == 0);
}

} // namespace holdfast::tests
