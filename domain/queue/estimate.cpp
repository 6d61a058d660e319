#include "domain/queue/estimate.hpp"

#include "domain/check.hpp"

#include <algorithm>

namespace holdfast::domain::queue {
namespace {

constexpr std::uint64_t minute_slices = 6;
constexpr auto slice_s = static_cast<std::uint32_t>(drain::slice.count / 1'000);

auto clamped(std::uint64_t seconds_to) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds_to, UINT32_MAX));
}

} // namespace

auto eta_of(const drain_rates& measured, std::uint64_t ahead) noexcept -> std::optional<eta_range> {
  if (measured.seconds == 0 || measured.minute == 0) {
    return std::nullopt;
  }
  constexpr std::uint64_t minute_s = 60;
  const std::uint64_t people = measured.people; // not 0: the minute is part of it
  const bool minute_faster = measured.minute * std::uint64_t{measured.seconds} > people * minute_s;
  const auto fast = minute_faster ? drain_rates{0, measured.minute, minute_s} : measured;
  const auto slow = minute_faster ? measured : drain_rates{0, measured.minute, minute_s};
  eta_range range;
  range.low_s = clamped(ahead * fast.seconds * 9 / (std::uint64_t{fast.people} * 10));
  const auto divisor = std::uint64_t{slow.people} * 10;
  range.high_s = clamped(((ahead + 1) * slow.seconds * 11 + divisor - 1) / divisor + slice_s);
  return range;
}

void drain::begin(instant now) noexcept {
  *this = {};
  began_ = now;
}

auto drain::slice_of(instant now) const noexcept -> std::uint64_t {
  return static_cast<std::uint64_t>((now - began_).count / slice.count);
}

void drain::note(instant now, std::uint32_t people) noexcept {
  HF_CHECK(now >= began_, "time never goes back");
  const auto current = slice_of(now);
  const auto stale = std::min<std::uint64_t>(current - last_, slices);
  for (std::uint64_t i = 0; i < stale; ++i) {
    counts_[(current - i) % slices] = 0;
  }
  last_ = current;
  counts_[current % slices] += people;
}

auto drain::rates(instant now) const noexcept -> drain_rates {
  const auto current = slice_of(now);
  const auto whole = std::min<std::uint64_t>(current, slices - 1);
  if (whole < minute_slices) {
    return {};
  }
  drain_rates sum;
  for (std::uint64_t back = 1; back <= whole; ++back) {
    const auto at = current - back;
    if (at > last_) {
      continue; // nobody was counted since
    }
    const auto count = counts_[at % slices];
    sum.people += count;
    sum.minute += back <= minute_slices ? count : 0;
  }
  sum.seconds = static_cast<std::uint32_t>(whole) * slice_s;
  return sum;
}

void forecasts::keep(std::uint32_t place, instant now, const eta_range& expected) {
  if (kept_.size() < kept_max) {
    kept_.try_emplace(place, range{now + seconds(expected.low_s), now + seconds(expected.high_s)});
  }
}

void forecasts::came(std::uint32_t place, instant now) {
  const auto found = kept_.find(place);
  if (found == kept_.end()) {
    return;
  }
  ++accuracy_.measured;
  if (now < found->second.low) {
    ++accuracy_.early;
  } else if (now > found->second.high) {
    ++accuracy_.late;
  } else {
    ++accuracy_.inside;
  }
  kept_.erase(found);
}

auto poll_delay(const settings& by, std::uint64_t ahead) noexcept -> millis {
  constexpr std::int64_t head_ms = 2'000;
  constexpr std::int64_t person_ms = 20;
  const auto counted = static_cast<std::int64_t>(std::min<std::uint64_t>(ahead, 1'000'000));
  return std::min(millis{head_ms + counted * person_ms}, by.heartbeat);
}

auto silent_after(const settings& by) noexcept -> millis {
  return {2 * by.heartbeat.count};
}

} // namespace holdfast::domain::queue
