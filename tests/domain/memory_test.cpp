#include "domain/event_state.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>

using namespace holdfast::domain;
using namespace holdfast::tests;

namespace {

// The sanitizers bring an allocator of their own, which mallinfo2 knows nothing about.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool heap_is_measured = false;
#else
constexpr bool heap_is_measured = true;
#endif

constexpr std::size_t mebibyte = 1024 * 1024;

auto heap_in_use() -> std::size_t {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

auto hall(std::uint32_t rows, std::uint32_t seats_a_row) -> layout_spec {
  layout_spec spec;
  section_spec section;
  for (std::uint32_t i = 0; i < rows; ++i) {
    if (i % 50 == 0) {
      spec.sections.push_back({"Block " + std::to_string(i / 50), "t" + std::to_string(i / 50 % 4), {}});
    }
    row_spec row;
    row.name = std::to_string(i % 50 + 1);
    row.count = seats_a_row;
    row.origin = {0, static_cast<std::int32_t>(i) * 90};
    spec.sections.back().rows.push_back(row);
  }
  return spec;
}

struct measured {
  std::size_t heap = 0;
  std::size_t claimed = 0;
};

/// The layout is inside: a loaded event has one of its own.
auto event_with(const layout_spec& spec, std::uint32_t holds) -> measured {
  auto config = sound_config();
  const auto before = heap_in_use();
  event_state state;
  const auto act = [&](const caller& by, command_id id, command_body what, instant now) {
    const auto made = decide(state, {by, id, std::move(what)}, now);
    REQUIRE(made);
    for (const auto& one : *made) {
      apply(state, one);
    }
  };
  act(organiser(), {}, create_event{the_event, ours, config, built(layout_spec{spec})}, noon);
  act(organiser(), {}, publish_event{}, noon);
  for (std::uint32_t i = 0; i < holds; ++i) {
    act(buyer(i + 1), {mix64(i), i}, seats({2 * i, 2 * i + 1}), noon + millis{i});
  }
  CHECK(state.live_holds() == holds);
  return {heap_in_use() - before, state.bytes()};
}

} // namespace

TEST_CASE("an event of 60,000 seats with 10,000 live holds takes at most 4 MiB, its layout included") {
  const auto spec = hall(1'500, 40);
  const auto taken = event_with(spec, 10'000);
  MESSAGE("60,000 seats, 10,000 holds: heap " << taken.heap << ", bytes() " << taken.claimed);
  CHECK(taken.claimed <= 4 * mebibyte);
  if (heap_is_measured) {
    CHECK(taken.heap <= 4 * mebibyte);
    CHECK(taken.claimed >= taken.heap * 9 / 10);
    CHECK(taken.claimed <= taken.heap * 11 / 10);
  }
}

TEST_CASE("a loaded event of 20,000 seats takes at most 1.5 MiB") {
  const auto spec = hall(500, 40);
  const auto idle = event_with(spec, 0);
  const auto busy = event_with(spec, 3'000);
  MESSAGE("20,000 seats: heap " << idle.heap << ", with 3,000 holds " << busy.heap << ", bytes() " << busy.claimed);
  CHECK(busy.claimed <= mebibyte * 3 / 2);
  if (heap_is_measured) {
    CHECK(busy.heap <= mebibyte * 3 / 2);
    CHECK(idle.claimed >= idle.heap * 9 / 10);
    CHECK(idle.claimed <= idle.heap * 11 / 10);
  }
}

TEST_CASE("an event of 100,000 seats sold in pairs takes no more than 250 bytes an order beside its seats") {
  auto spec = hall(1'000, 100);
  const auto taken = event_with(spec, 50'000);
  MESSAGE("100,000 seats, 50,000 holds: heap " << taken.heap << ", bytes() " << taken.claimed);
  CHECK(taken.claimed <= 50'000 * 250 + 2 * mebibyte);
}
