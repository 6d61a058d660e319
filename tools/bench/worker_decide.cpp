#include "domain/decide.hpp"
#include "domain/event_state.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/random.hpp"
#include "tools/bench/sample_event.hpp"
#include "tools/bench/worker.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr std::array<std::uint32_t, 4> sizes{1'000, 10'000, 60'000, 100'000};
constexpr std::size_t decisions = 20'000;

/// Which seats are free when the measuring starts.
enum class occupancy : std::uint8_t { every_second, scattered, last_row };

[[nodiscard]] auto is_taken(std::uint32_t seat, std::uint32_t seats, occupancy how) -> bool {
  switch (how) {
  case occupancy::every_second: return seat % 2 == 0;
  case occupancy::scattered: return domain::mix64(seat) % 100 != 0;
  case occupancy::last_row: return seat + hall::seats_per_row < seats;
  }
  return false;
}

[[nodiscard]] auto fill(domain::event_state& state, std::uint32_t seats, occupancy how) -> bool {
  constexpr std::size_t seats_per_hold = 500;
  const auto buyer = sample_buyer(7);
  domain::hold_seats hold;
  for (std::uint32_t seat = 0; seat < seats; ++seat) {
    if (is_taken(seat, seats, how)) {
      hold.seats.push_back(seat);
    }
    const bool full = hold.seats.size() == seats_per_hold || seat + 1 == seats;
    if (full && !hold.seats.empty() && !carry_out(state, {buyer, {}, std::exchange(hold, {})})) {
      return false;
    }
  }
  return true;
}

/// Of this thread: what else runs on the machine does not count.
[[nodiscard]] auto cpu_microseconds() -> double {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

/// Mean microseconds of a decision that is refused because its seat is taken.
[[nodiscard]] auto time_rejections(const domain::event_state& state, std::uint32_t seats, occupancy how)
    -> std::optional<double> {
  random_stream random{seats};
  const auto buyer = sample_buyer(8);
  std::vector<domain::command> commands;
  while (commands.size() < decisions) {
    const auto seat = random.below(seats);
    if (is_taken(seat, seats, how)) {
      commands.push_back({buyer, {commands.size() + 1, 1}, domain::hold_seats{{seat}, {}, {}}});
    }
  }
  std::size_t offered = 0;
  const auto start = cpu_microseconds();
  for (const auto& command : commands) {
    const auto decided = domain::decide(state, command, sample_time);
    offered += !decided && !decided.error().alternatives.empty() ? 1U : 0U;
  }
  const auto took = cpu_microseconds() - start;
  return offered == decisions ? std::optional{took / static_cast<double>(decisions)} : std::nullopt;
}

} // namespace

auto measure_rejections() -> tl::expected<report_json, failure> {
  report_json out;
  for (const auto seats : sizes) {
    double worst = 0;
    for (const auto how : {occupancy::every_second, occupancy::scattered, occupancy::last_row}) {
      auto state = open_sample_event(seats);
      if (!state || !fill(*state, seats, how)) {
        return tl::unexpected{failure{"an event of " + std::to_string(seats) + " seats could not be set up"}};
      }
      const auto microseconds = time_rejections(*state, seats, how);
      if (!microseconds) {
        return tl::unexpected{failure{"a rejection offered no alternative although seats were free"}};
      }
      worst = std::max(worst, *microseconds);
    }
    out[std::to_string(seats)] = worst;
  }
  return out;
}

} // namespace holdfast::tools::bench
