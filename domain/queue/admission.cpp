#include "domain/queue/admission.hpp"

#include "domain/check.hpp"
#include "domain/wide.hpp"

#include <algorithm>

namespace holdfast::domain::queue {
namespace {

constexpr std::uint64_t person_micro = 1'000'000;
constexpr std::int64_t newest_weight = 32;

} // namespace

void bucket::settle(instant now, std::uint32_t rate_milli_per_s, std::uint32_t batch) noexcept {
  HF_CHECK(now >= at_, "time never goes back");
  const auto passed = static_cast<wide_unsigned>((now - at_).count);
  const auto full = wide_unsigned{batch} * person_micro;
  level_micro_ = static_cast<std::uint64_t>(std::min(full, level_micro_ + passed * rate_milli_per_s));
  at_ = now;
}

auto bucket::people() const noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(level_micro_ / person_micro);
}

void bucket::take(std::uint32_t count) noexcept {
  HF_CHECK(count <= people(), "nobody is let in faster than the rate");
  level_micro_ -= count * person_micro;
}

auto bucket::next_at(std::uint32_t rate_milli_per_s) const noexcept -> std::optional<instant> {
  if (rate_milli_per_s == 0) {
    return std::nullopt;
  }
  if (level_micro_ >= person_micro) {
    return at_;
  }
  const auto missing = person_micro - level_micro_;
  return at_ + millis{static_cast<std::int64_t>((missing + rate_milli_per_s - 1) / rate_milli_per_s)};
}

void visits::note_purchase(millis stay) noexcept {
  stay_ms_ = purchases_ == 0 ? stay.count : stay_ms_ + (stay.count - stay_ms_) / newest_weight;
  purchases_ = std::min(purchases_ + 1, needed);
  note_outcome(false);
}

void visits::note_abandoned() noexcept {
  note_outcome(true);
}

void visits::note_outcome(bool abandoned) noexcept {
  const std::int64_t value = abandoned ? 1'000'000 : 0;
  abandoned_millionths_ =
      outcomes_ == 0 ? value : abandoned_millionths_ + (value - abandoned_millionths_) / newest_weight;
  outcomes_ = std::min(outcomes_ + 1, needed);
}

auto visits::stay() const noexcept -> std::optional<millis> {
  return purchases_ < needed ? std::nullopt : std::optional{millis{stay_ms_}};
}

auto visits::abandoned_permille() const noexcept -> std::uint32_t {
  return outcomes_ < needed ? 0 : static_cast<std::uint32_t>(abandoned_millionths_ / 1'000);
}

auto active_limit_of(const settings& by, const visits& measured) noexcept -> active_limit {
  active_limit is;
  is.capacity_milli_per_s = by.capacity_milli_per_s;
  is.stay = measured.stay().value_or(by.expected_stay);
  is.stay_measured = measured.stay().has_value();
  is.abandoned_permille = measured.abandoned_permille();
  is.limit = by.max_active;
  if (by.capacity_milli_per_s != 0) {
    const auto stay_ms = static_cast<std::uint64_t>(is.stay.count);
    is.balance = by.capacity_milli_per_s * stay_ms / 1'000'000;
    is.safe = *is.balance * 8 / 10;
    const auto most = *is.safe * 3 / 2;
    const auto buying_permille = std::max<std::uint64_t>(1'000 - is.abandoned_permille, 1);
    is.planned = std::clamp<std::uint64_t>(*is.safe * 1'000 / buying_permille, 1, std::max<std::uint64_t>(most, 1));
    const auto planned = static_cast<std::uint32_t>(std::min<std::uint64_t>(*is.planned, limits::active_max));
    is.limit = std::min(is.limit.value_or(limits::active_max), planned);
  }
  return is;
}

auto paced(std::uint32_t permille, millis backlog, millis target) noexcept -> std::uint32_t {
  constexpr std::uint32_t least = 100;
  constexpr std::uint32_t step = 50;
  return backlog > target ? std::max(permille / 2, least) : std::min<std::uint32_t>(permille + step, 1'000);
}

void band_turns::begin(const std::vector<band>& bands) noexcept {
  *this = {};
  for (std::size_t i = 0; i < bands.size(); ++i) {
    share[i] = bands[i].percent;
  }
}

void band_turns::wakes(std::size_t band) noexcept {
  if (last_share == 0) {
    return;
  }
  // The least number for which (2n + 1) / share is not before the last turn's: what was not used while nobody was there is gone.
  const auto reached = (2 * last_admitted + 1) * share[band];
  const std::uint64_t floor =
      reached <= last_share ? 0 : (reached - last_share + 2 * last_share - 1) / (2 * last_share);
  admitted[band] = std::max(admitted[band], floor);
}

auto band_turns::next(band_set waiting) const noexcept -> std::size_t {
  HF_CHECK(waiting != 0, "a turn is of somebody who waits");
  std::size_t best = limits::bands_max;
  for (std::size_t i = 0; i < limits::bands_max; ++i) {
    if ((waiting >> i & 1U) == 0) {
      continue;
    }
    if (best == limits::bands_max || (2 * admitted[i] + 1) * share[best] < (2 * admitted[best] + 1) * share[i]) {
      best = i;
    }
  }
  return best;
}

void band_turns::took(std::size_t band) noexcept {
  last_admitted = admitted[band];
  last_share = share[band];
  ++admitted[band];
}

} // namespace holdfast::domain::queue
