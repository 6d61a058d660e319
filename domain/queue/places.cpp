#include "domain/queue/places.hpp"

#include "domain/check.hpp"

#include <functional>

namespace holdfast::domain::queue {
namespace {

auto mark_of(const subject_id& who) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(std::hash<subject_id>{}(who) >> 32);
}

} // namespace

auto place_table::add(const subject_id& who, std::uint8_t band, instant now) -> place_number {
  places_.push_back({who, second_of(now), 0, 0, band, place_status::waiting});
  const auto number = last();
  owners_.insert({mark_of(who), number.value()});
  return number;
}

auto place_table::find(const subject_id& who) const noexcept -> place_number {
  const auto mark = mark_of(who);
  const auto* const found = owners_.find(
      mix64(mark), [&](const owner& of) { return of.mark == mark && at(place_number{of.number})->who == who; });
  return found == nullptr ? place_number{} : place_number{found->number};
}

auto place_table::at(place_number number) noexcept -> place* {
  const bool there = number.value() > before_ && number <= last();
  return there ? &places_[number.value() - before_ - 1] : nullptr;
}

auto place_table::at(place_number number) const noexcept -> const place* {
  const bool there = number.value() > before_ && number <= last();
  return there ? &places_[number.value() - before_ - 1] : nullptr;
}

void place_table::end(place_number number, place_status status, instant now) noexcept {
  auto* const ending = at(number);
  HF_CHECK(ending != nullptr && is_live(ending->status) && !is_live(status), "a place ends once");
  const auto hash = mix64(mark_of(ending->who));
  auto* const found = owners_.find(hash, [&](const owner& of) { return of.number == number.value(); });
  HF_CHECK(found != nullptr, "a live place has its owner");
  owners_.erase(hash, found);
  ending->status = status;
  ending->since_s = second_of(now);
  ending->at = 0;
}

void place_table::clear() noexcept {
  before_ = last().value();
  places_.clear();
  owners_.clear();
}

} // namespace holdfast::domain::queue
