#include "projections/live/live_ring.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::live_test {

using namespace projections;

namespace {

auto frame_of(std::uint64_t seq, std::size_t bytes = 10) -> live_frame_ptr {
  return std::make_shared<const live_frame>(seq, std::string(bytes, 'x'));
}

auto seqs_after(const live_ring& ring, std::uint64_t seq) -> std::optional<std::vector<std::uint64_t>> {
  const auto found = ring.after(seq);
  if (!found) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> seqs;
  for (const auto& each : *found) {
    seqs.push_back(each->seq());
  }
  return seqs;
}

} // namespace

TEST_CASE("a ring gives what is newer than a seq, and says when it does not go back that far") {
  live_ring ring{{domain::seconds(10), 100'000}};
  ring.restart(5);
  CHECK(seqs_after(ring, 5) == std::vector<std::uint64_t>{});
  CHECK(seqs_after(ring, 4) == std::nullopt);
  CHECK(seqs_after(ring, 6) == std::nullopt);
  ring.push(frame_of(8), {1'000});
  ring.push(frame_of(9), {2'000});
  ring.push(frame_of(12), {12'000});
  CHECK(seqs_after(ring, 5) == std::vector<std::uint64_t>{8, 9, 12});
  CHECK(seqs_after(ring, 7) == std::vector<std::uint64_t>{8, 9, 12});
  CHECK(seqs_after(ring, 8) == std::vector<std::uint64_t>{9, 12});
  CHECK(seqs_after(ring, 12) == std::vector<std::uint64_t>{});
  CHECK(seqs_after(ring, 13) == std::nullopt);
  ring.trim({11'001});
  CHECK(seqs_after(ring, 7) == std::nullopt);
  CHECK(seqs_after(ring, 8) == std::vector<std::uint64_t>{9, 12});
  ring.restart(20);
  CHECK(ring.size() == 0);
  CHECK(ring.bytes() == 0);
  CHECK(seqs_after(ring, 12) == std::nullopt);
}

TEST_CASE("a ring drops the oldest when it has too many bytes, and keeps the newest whatever its size") {
  live_ring ring{{domain::seconds(1'000), 2'000}};
  ring.restart(0);
  for (std::uint64_t seq = 1; seq <= 50; ++seq) {
    ring.push(frame_of(seq, 100), {0});
    CHECK(ring.bytes() <= 2'000);
  }
  CHECK(ring.size() >= 5);
  ring.push(frame_of(51, 10'000), {0});
  CHECK(ring.size() == 1);
  CHECK(seqs_after(ring, 50) == std::vector<std::uint64_t>{51});
  CHECK(seqs_after(ring, 49) == std::nullopt);
}

} // namespace holdfast::live_test
