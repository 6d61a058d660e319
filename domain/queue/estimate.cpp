#include "domain/queue/estimate.hpp"

#include "domain/check.hpp"
#include "domain/wide.hpp"

#include <algorithm>

namespace holdfast::domain::queue {
namespace {

constexpr std::uint64_t minute_slices = 6;
constexpr std::uint64_t minute_s = 60;
constexpr auto slice_s = static_cast<std::uint32_t>(drain::slice.count / 1'000);

auto clamped(std::uint64_t seconds_to) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(seconds_to, UINT32_MAX));
}

void add(drain_counts& to, const drain_counts& more) noexcept {
  to.let_in += more.let_in;
  to.missed += more.missed;
  to.lost += more.lost;
}

/// So many people in so many seconds.
struct pace {
  std::uint64_t people = 0;
  std::uint64_t seconds = 0;
};

auto is_faster(const pace& one, const pace& other) noexcept -> bool {
  return one.people * other.seconds > other.people * one.seconds;
}

auto pace_of(const drain_rates& measured, std::uint32_t (*count)(const drain_counts&), bool faster) noexcept -> pace {
  const pace minute{count(measured.minute), minute_s};
  const pace all{count(measured.all), measured.seconds};
  return is_faster(minute, all) == faster ? minute : all;
}

auto turns_in(const drain_counts& of) noexcept -> std::uint32_t {
  return of.turns();
}
auto let_in_in(const drain_counts& of) noexcept -> std::uint32_t {
  return of.let_in;
}
auto lost_in(const drain_counts& of) noexcept -> std::uint32_t {
  return of.lost;
}

/// Who is there is let in, and lost as a part of all who are: the line before somebody is gone after n / (let in + lost · n / present) at the least, because
/// fewer are lost as it gets shorter.
auto least_of(const drain_rates& measured, std::uint64_t ahead, const line_people& in) noexcept -> std::uint32_t {
  const auto present = std::max<std::uint64_t>(in.all - std::min(in.all, in.silent), 1);
  const auto n = in.all == 0 ? ahead : static_cast<std::uint64_t>(wide_unsigned{ahead} * present / in.all);
  const auto enters = pace_of(measured, let_in_in, true);
  const auto goes = pace_of(measured, lost_in, true);
  const auto both =
      wide_unsigned{enters.people} * goes.seconds * present + wide_unsigned{goes.people} * n * enters.seconds;
  if (both == 0) {
    return 0;
  }
  const auto seconds_to = wide_unsigned{n} * enters.seconds * goes.seconds * present * 9 / (both * 10);
  return clamped(static_cast<std::uint64_t>(std::min<wide_unsigned>(seconds_to, UINT32_MAX)));
}

} // namespace

auto eta_of(const drain_rates& measured, std::uint64_t ahead, const line_people& in) noexcept
    -> std::optional<eta_range> {
  if (measured.seconds == 0 || measured.minute.turns() == 0) {
    return std::nullopt;
  }
  const auto slow = pace_of(measured, turns_in, false); // of somebody: the minute is part of all
  eta_range range;
  const auto fast = pace_of(measured, turns_in, true);
  range.low_s = std::min(least_of(measured, ahead, in), clamped(ahead * fast.seconds * 9 / (fast.people * 10)));
  const auto divisor = slow.people * 10;
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

auto drain::slice_at(instant now) noexcept -> drain_counts& {
  HF_CHECK(now >= began_, "time never goes back");
  const auto current = slice_of(now);
  const auto stale = std::min<std::uint64_t>(current - last_, slices);
  for (std::uint64_t i = 0; i < stale; ++i) {
    counts_[(current - i) % slices] = {};
  }
  last_ = current;
  return counts_[current % slices];
}

void drain::note_found(instant now, std::uint32_t people) noexcept {
  auto& lost = slice_at(now).lost;
  lost -= std::min(lost, people);
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
    const auto& count = counts_[at % slices];
    add(sum.all, count);
    if (back <= minute_slices) {
      add(sum.minute, count);
    }
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
