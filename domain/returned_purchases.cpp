#include "domain/returned_purchases.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <iterator>

namespace holdfast::domain {
namespace {

auto counts_no_more(const returned_purchase& what, instant now) noexcept -> bool {
  return what.bought_at + millis{std::int64_t{limits::velocity_seconds_max} * 1'000} <= now;
}

} // namespace

void returned_purchases::add(const returned_purchase& what, instant now) {
  if (counts_no_more(what, now)) {
    return;
  }
  // What is dropped depends on what still counts alone, so that a state from a snapshot, which has nothing else, drops the same.
  if (all_.size() >= limits::returned_purchases_max) {
    std::erase_if(all_, [now](const returned_purchase& one) { return counts_no_more(one, now); });
  }
  if (all_.size() >= limits::returned_purchases_max) {
    constexpr auto at_once = static_cast<std::ptrdiff_t>(limits::returned_purchases_max / 16);
    all_.erase(all_.begin(), all_.begin() + at_once);
  }
  all_.push_back(what);
}

auto returned_purchases::image(instant now) const -> std::vector<returned_purchase> {
  std::vector<returned_purchase> kept;
  std::ranges::copy_if(all_, std::back_inserter(kept),
                       [now](const returned_purchase& one) { return !counts_no_more(one, now); });
  return kept;
}

auto returned_purchases::restore(const std::vector<returned_purchase>& image, instant now) -> bool {
  const auto is_sound = [now](const returned_purchase& one) {
    return one.buyer != subject_id{} && one.places > 0 && one.places <= limits::places_per_hold_max &&
           one.bought_at.unix_ms >= 0 && one.bought_at <= now && !counts_no_more(one, now);
  };
  if (image.size() > limits::returned_purchases_max || !std::ranges::all_of(image, is_sound)) {
    return false;
  }
  all_.assign(image.begin(), image.end());
  return true;
}

} // namespace holdfast::domain
