// What an event's actor does with a mass allocation, and with a hold that has one's right, piece by piece: 100,000 seats.
#include "domain/decide.hpp"
#include "domain/hold_wish.hpp"
#include "domain/limits.hpp"
#include "http/engine_answers.hpp"
#include "tools/bench/hall.hpp"
#include "tools/bench/sample_event.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

namespace {

constexpr std::uint32_t seats_in_all = 100'000;
constexpr auto at_once = static_cast<std::uint32_t>(domain::limits::allocated_at_once_max);

[[nodiscard]] auto organiser() -> domain::caller {
  return {domain::caller::kind::organiser, {}, domain::organisation_id{1}, domain::key_id{1}};
}

[[nodiscard]] auto box_office() -> domain::caller {
  return {domain::caller::kind::box_office, {}, domain::organisation_id{1}, domain::key_id{1}};
}

[[nodiscard]] auto labels(std::uint32_t first) -> domain::hold_wish {
  const hall plan{seats_in_all};
  domain::hold_wish wish;
  for (std::uint32_t seat = first; seat < first + at_once; ++seat) {
    plan.append_label(seat, wish.seats.emplace_back());
  }
  return wish;
}

[[nodiscard]] auto apart(std::uint32_t first, std::uint32_t count) -> domain::allocate_seats {
  domain::allocate_seats what;
  what.name = std::string(1, 'x');
  what.reason = what.name;
  what.seats.resize(count);
  std::iota(what.seats.begin(), what.seats.end(), first);
  return what;
}

void resolve_mass(benchmark::State& state) {
  const auto event = open_sample_event(seats_in_all);
  const auto wish = labels(40'000);
  for (auto _ : state) {
    domain::command_body body = apart(0, 0);
    const auto resolved = domain::resolve_into(body, wish, *event->seats());
    benchmark::DoNotOptimize(resolved.has_value());
  }
}
BENCHMARK(resolve_mass)->Name("core/10,000 labels resolved")->Unit(benchmark::kMicrosecond);

void allocate_mass(benchmark::State& state) {
  auto event = open_sample_event(seats_in_all);
  const domain::command what{organiser(), {}, apart(40'000, at_once)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(carry_out(*event, what));
    state.PauseTiming();
    static_cast<void>(carry_out(*event, {organiser(), {}, domain::release_allocation{event->last_allocation()}}));
    state.ResumeTiming();
  }
}
BENCHMARK(allocate_mass)->Name("core/10,000 seats set apart")->Unit(benchmark::kMicrosecond)->Iterations(500);

void move_mass(benchmark::State& state) {
  auto event = open_sample_event(seats_in_all);
  const auto all = apart(40'000, at_once);
  static_cast<void>(carry_out(*event, {organiser(), {}, all}));
  static_cast<void>(carry_out(*event, {organiser(), {}, apart(0, 1)}));
  std::array numbers{domain::allocation_number{1}, domain::allocation_number{2}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        carry_out(*event, {organiser(), {}, domain::change_allocation{numbers[1], all.seats, {}, {}, numbers[0]}}));
    std::swap(numbers[0], numbers[1]);
  }
}
BENCHMARK(move_mass)->Name("core/10,000 seats moved to another allocation")->Unit(benchmark::kMicrosecond);

void release_mass(benchmark::State& state) {
  auto event = open_sample_event(seats_in_all);
  const domain::command what{organiser(), {}, apart(40'000, at_once)};
  for (auto _ : state) {
    state.PauseTiming();
    static_cast<void>(carry_out(*event, what));
    state.ResumeTiming();
    benchmark::DoNotOptimize(
        carry_out(*event, {organiser(), {}, domain::release_allocation{event->last_allocation()}}));
  }
}
BENCHMARK(release_mass)->Name("core/10,000 seats released")->Unit(benchmark::kMicrosecond)->Iterations(500);

void answer_mass(benchmark::State& state) {
  auto event = open_sample_event(seats_in_all);
  const domain::command what{organiser(), {}, apart(40'000, at_once)};
  const auto made = carry_out(*event, what);
  const http::engine_answers answers{domain::public_ids{std::array<std::uint64_t, 2>{1, 2}}};
  for (auto _ : state) {
    const auto answer = answers.decided(*event, what, *made, {}, sample_time);
    benchmark::DoNotOptimize(answer.what.body.data());
  }
}
BENCHMARK(answer_mass)->Name("core/10,000 seats set apart: the answer")->Unit(benchmark::kMicrosecond);

/// Two seats by best available, of an allocation with so many.
void choose_of_allocation(benchmark::State& state) {
  auto event = open_sample_event(seats_in_all);
  static_cast<void>(carry_out(*event, {organiser(), {}, apart(40'000, static_cast<std::uint32_t>(state.range(0)))}));
  domain::hold_seats wish;
  wish.best.emplace().quantity = 2;
  wish.allocation = domain::allocation_number{1};
  const domain::command what{box_office(), {}, std::move(wish)};
  for (auto _ : state) {
    const auto made = domain::decide(*event, what, sample_time);
    benchmark::DoNotOptimize(made.has_value());
  }
}
BENCHMARK(choose_of_allocation)
    ->Name("core/best available of an allocation")
    ->Arg(20)
    ->Arg(200)
    ->Arg(2'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMicrosecond);

} // namespace

} // namespace holdfast::tools::bench
