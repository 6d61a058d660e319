#include "tracing/span_queue.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace holdfast::tracing;
using namespace std::chrono_literals;

namespace {

auto numbered(std::uint64_t id) -> span {
  span what;
  what.id = id;
  return what;
}

} // namespace

TEST_CASE("a queue hands out full batches in order, and at its end what is left") {
  span_queue queue{100, 4, 10min};
  for (std::uint64_t i = 1; i <= 10; ++i) {
    CHECK(queue.push(numbered(i)));
  }
  CHECK(queue.size() == 10);
  std::uint64_t next = 1;
  for (const std::size_t expected : {4U, 4U}) {
    const auto batch = queue.take();
    REQUIRE(batch.size() == expected);
    for (const auto& each : batch) {
      CHECK(each.id == next++);
    }
  }
  queue.close();
  const auto last = queue.take();
  REQUIRE(last.size() == 2);
  CHECK(last.front().id == 9);
  CHECK(queue.take().empty());
  CHECK(!queue.push(numbered(11)));
  CHECK(queue.size() == 0);
}

TEST_CASE("a full queue refuses, and takes again when there is room") {
  span_queue queue{6, 4, 0ms};
  for (std::uint64_t i = 1; i <= 6; ++i) {
    CHECK(queue.push(numbered(i)));
  }
  for (int i = 0; i < 100; ++i) {
    CHECK(!queue.push(numbered(7)));
  }
  CHECK(queue.size() == 6);
  CHECK(queue.take().size() == 4);
  CHECK(queue.push(numbered(8)));
  CHECK(queue.take().size() == 3);
}

TEST_CASE("whoever waits wakes for a full batch, and after the delay for one that is not") {
  span_queue quick{100, 50, 1ms};
  std::vector<span> got;
  std::jthread waiting{[&] { got = quick.take(); }};
  CHECK(quick.push(numbered(1)));
  waiting.join();
  CHECK(got.size() == 1);
  span_queue patient{100, 2, 10min};
  waiting = std::jthread{[&] { got = patient.take(); }};
  CHECK(patient.push(numbered(1)));
  CHECK(patient.push(numbered(2)));
  waiting.join();
  CHECK(got.size() == 2);
}
