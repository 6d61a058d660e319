#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "domain/event_state.hpp"
#include "domain/layout.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/histogram.hpp"
#include "tools/bench/random.hpp"
#include "tools/bench/worker.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace holdfast::tools::bench {

namespace {

constexpr std::array<std::uint32_t, 4> sizes{1'000, 10'000, 60'000, 100'000};
constexpr domain::instant opening{1'900'000'000'000};
constexpr std::size_t decisions = 20'000;

/// Which seats are free when the measuring starts.
enum class occupancy : std::uint8_t { every_second, scattered, last_row };

[[nodiscard]] auto layout_of(std::uint32_t seats) -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  for (std::uint32_t first = 0; first < seats; first += hall::seats_per_section) {
    domain::section_spec section{"S" + std::to_string(first / hall::seats_per_section + 1), "seated", {}};
    for (std::uint32_t row = first; row < std::min(seats, first + hall::seats_per_section);
         row += hall::seats_per_row) {
      const auto number = static_cast<std::int32_t>(row / hall::seats_per_row);
      section.rows.push_back({.name = std::to_string(number + 1),
                              .first = 1,
                              .count = std::min(hall::seats_per_row, seats - row),
                              .origin = {0, number * 100},
                              .attributes = {}});
    }
    spec.sections.push_back(std::move(section));
  }
  auto built = domain::layout::build(std::move(spec));
  return built ? *built : nullptr;
}

[[nodiscard]] auto organiser() -> domain::caller {
  return {domain::caller::kind::organiser, {}, domain::organisation_id{1}, domain::key_id{1}};
}

[[nodiscard]] auto carry_out(domain::event_state& state, const domain::command& what) -> bool {
  const auto facts = domain::decide(state, what, opening);
  if (!facts) {
    return false;
  }
  for (const auto& fact : *facts) {
    domain::apply(state, fact);
  }
  return true;
}

[[nodiscard]] auto open_event(std::uint32_t seats) -> std::optional<domain::event_state> {
  domain::event_config config;
  config.name = "Decisions";
  config.category = "concert";
  config.venue = {domain::venue_id{1}, "Hall", "Graz", "AT", "Europe/Vienna", {}, {}};
  config.starts_at = opening + domain::hours(24 * 100);
  config.currency = {{'E', 'U', 'R'}};
  config.tiers = {{"seated", "Seated", 8900}};
  config.max_per_order = 1'000;
  config.max_per_buyer = domain::limits::tickets_max;
  const auto plan = layout_of(seats);
  domain::event_state state;
  if (plan == nullptr ||
      !carry_out(
          state,
          {organiser(), {}, domain::create_event{domain::event_id{1}, domain::organisation_id{1}, config, plan}}) ||
      !carry_out(state, {organiser(), {}, domain::publish_event{}})) {
    return std::nullopt;
  }
  return state;
}

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
  const domain::caller buyer{domain::caller::kind::buyer, {7, 7}, {}, {}};
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

/// Mean microseconds of a decision that is refused because its seat is taken.
[[nodiscard]] auto time_rejections(const domain::event_state& state, std::uint32_t seats, occupancy how)
    -> std::optional<double> {
  random_stream random{seats};
  const domain::caller buyer{domain::caller::kind::buyer, {8, 8}, {}, {}};
  std::vector<domain::command> commands;
  while (commands.size() < decisions) {
    const auto seat = random.below(seats);
    if (is_taken(seat, seats, how)) {
      commands.push_back({buyer, {commands.size() + 1, 1}, domain::hold_seats{{seat}, {}, {}}});
    }
  }
  std::size_t offered = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& command : commands) {
    const auto decided = domain::decide(state, command, opening);
    offered += !decided && !decided.error().alternatives.empty() ? 1U : 0U;
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return offered == decisions ? std::optional{took.count() / static_cast<double>(decisions)} : std::nullopt;
}

} // namespace

auto measure_rejections() -> tl::expected<report_json, failure> {
  report_json out;
  for (const auto seats : sizes) {
    double worst = 0;
    for (const auto how : {occupancy::every_second, occupancy::scattered, occupancy::last_row}) {
      auto state = open_event(seats);
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
