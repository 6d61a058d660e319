#include "domain/layout_check.hpp"
#include "domain/wide.hpp"

namespace holdfast::domain {
namespace {

constexpr int fraction_bits = 56;
constexpr std::int64_t one = std::int64_t{1} << fraction_bits;
/// Pi with 56 fraction bits.
constexpr std::int64_t pi = 226'375'608'064'910'089;
constexpr std::int32_t right_angle = 9'000;

constexpr auto times(std::int64_t a, std::int64_t b) noexcept -> std::int64_t {
  return static_cast<std::int64_t>(static_cast<wide_integer>(a) * b >> fraction_bits);
}

struct sine_cosine {
  std::int64_t sine = 0;
  std::int64_t cosine = 0;
};

/// Taylor's series, for 0 … 8,999 hundredths of a degree. The library's functions may differ in the last bit from machine to
/// machine, and with them a seat's place and the choice of the best one.
constexpr auto first_quadrant(std::int32_t hundredths) noexcept -> sine_cosine {
  const std::int64_t angle = static_cast<std::int64_t>(static_cast<wide_integer>(pi) * hundredths / 18'000);
  sine_cosine sum{0, 0};
  std::int64_t term = one;
  for (std::int64_t power = 0; term != 0; ++power) {
    const std::int64_t sign = power % 4 < 2 ? 1 : -1;
    (power % 2 == 0 ? sum.cosine : sum.sine) += sign * term;
    term = times(term, angle) / (power + 1);
  }
  return sum;
}

auto sine_cosine_of(std::int32_t hundredths) noexcept -> sine_cosine {
  const std::int32_t turn = ((hundredths % 36'000) + 36'000) % 36'000;
  const auto [sine, cosine] = first_quadrant(turn % right_angle);
  switch (turn / right_angle) {
  case 0: return {sine, cosine};
  case 1: return {cosine, -sine};
  case 2: return {-sine, -cosine};
  default: return {-cosine, sine};
  }
}

constexpr int step_bits = 20;

auto step_along(std::int32_t pitch, std::int64_t direction) noexcept -> std::int64_t {
  constexpr int drop = fraction_bits - step_bits;
  return static_cast<std::int64_t>((static_cast<wide_integer>(pitch) * direction + (wide_integer{1} << (drop - 1))) >>
                                   drop);
}

auto rounded(std::int64_t fixed) noexcept -> std::int64_t {
  return (fixed + (std::int64_t{1} << (step_bits - 1))) >> step_bits;
}

} // namespace

auto row_step(std::int32_t pitch, std::int32_t angle_hundredths) noexcept -> layout::step {
  const auto direction = sine_cosine_of(angle_hundredths);
  return {step_along(pitch, direction.cosine), step_along(pitch, direction.sine)};
}

auto seat_point(plan_point origin, layout::step step, std::uint32_t steps) noexcept -> far_point {
  return {origin.x + rounded(step.x * steps), origin.y + rounded(step.y * steps)};
}

} // namespace holdfast::domain
