#include "actors/queue_slots.hpp"

#include "domain/check.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::actors {

using domain::queue::place_number;
using domain::queue::place_status;

place_slots::place_slots(place_number before, domain::instant began) noexcept
    : before_{before}, base_s_{domain::queue::second_of(began)} {}

auto place_slots::second(domain::instant at) const noexcept -> std::uint32_t {
  const auto now_s = domain::queue::second_of(at);
  return now_s > base_s_ ? std::min(now_s - base_s_, told_bit - 1) : 0;
}

void place_slots::add(const domain::subject_id& who, const slot_word& is, domain::instant now) {
  const auto index = count_.load(std::memory_order_relaxed);
  HF_CHECK(index < domain::queue::limits::places_max, "a room gives no more places than that");
  if (!table_) {
    table_ = std::make_unique<std::array<std::unique_ptr<chunk>, chunks_max>>();
    chunks_ = table_->data();
  }
  if (index % chunk_slots == 0) {
    chunks_[index / chunk_slots] = std::make_unique<chunk>();
  }
  auto& in = chunk_of(index);
  const auto at = index % chunk_slots;
  in.owners[at] = who;
  in.words[at].store(is.packed(), std::memory_order_relaxed);
  in.seen[at].store(second(now), std::memory_order_relaxed);
  count_.store(index + 1, std::memory_order_release);
}

void place_slots::set(place_number place, const slot_word& is) noexcept {
  const auto index = index_of(place);
  chunk_of(index).words[index % chunk_slots].store(is.packed(), std::memory_order_release);
}

void place_slots::heard(place_number place, domain::instant now) noexcept {
  const auto index = index_of(place);
  chunk_of(index).seen[index % chunk_slots].store(second(now), std::memory_order_relaxed);
}

void place_slots::note_demotion(place_number place, demotion why) {
  const std::lock_guard lock{mutex_};
  demotions_.insert_or_assign(place.value(), std::move(why));
}

auto place_slots::take_notes(std::size_t most) -> std::vector<place_number> {
  const std::lock_guard lock{mutex_};
  std::vector<place_number> taken;
  if (notes_.size() <= most) {
    taken.swap(notes_);
    noted_.store(false, std::memory_order_release);
  } else {
    const auto end = notes_.begin() + static_cast<std::ptrdiff_t>(most);
    taken.assign(notes_.begin(), end);
    notes_.erase(notes_.begin(), end);
  }
  return taken;
}

void place_slots::noted_again(const std::vector<place_number>& places) noexcept {
  for (const auto place : places) {
    if (!holds(place)) {
      continue; // of before the room was off
    }
    const auto index = index_of(place);
    chunk_of(index).seen[index % chunk_slots].fetch_and(~told_bit, std::memory_order_relaxed);
  }
}

auto place_slots::is_unheard(place_number place, domain::instant now, domain::millis silent_after) const noexcept
    -> bool {
  const auto index = index_of(place);
  const auto seen = chunk_of(index).seen[index % chunk_slots].load(std::memory_order_relaxed) & ~told_bit;
  // A heartbeat is known to the second: the benefit of that second is its owner's.
  return std::int64_t{second(now)} - seen > (silent_after.count + 999) / 1'000;
}

void place_slots::find_silent(std::uint32_t from, std::uint32_t slots, domain::instant now, domain::millis silent_after,
                              std::size_t most, std::vector<place_number>& to) const {
  const auto end = std::min<std::uint64_t>(std::uint64_t{from} + slots, count());
  for (auto index = from; index < end && to.size() < most; ++index) {
    const auto is = slot_word::unpacked(chunk_of(index).words[index % chunk_slots].load(std::memory_order_relaxed));
    const auto place = place_number{before_.value() + index + 1};
    if (is.status == place_status::waiting && is_unheard(place, now, silent_after)) {
      to.push_back(place);
    }
  }
}

auto place_slots::find(const domain::subject_id& who, place_number place) const noexcept -> std::optional<slot_word> {
  if (!holds(place) || owner_of(place) != who) {
    return std::nullopt;
  }
  return word_of(place);
}

void place_slots::beat(place_number place, domain::instant now, bool tell) {
  const auto index = index_of(place);
  auto& seen = chunk_of(index).seen[index % chunk_slots];
  if (!tell) {
    seen.store(second(now), std::memory_order_relaxed);
    return;
  }
  if ((seen.exchange(second(now) | told_bit, std::memory_order_relaxed) & told_bit) == 0) {
    const std::lock_guard lock{mutex_};
    notes_.push_back(place);
    noted_.store(true, std::memory_order_release);
  }
}

auto place_slots::demotion_of(place_number place) const -> std::optional<demotion> {
  const std::lock_guard lock{mutex_};
  const auto found = demotions_.find(place.value());
  return found == demotions_.end() ? std::nullopt : std::optional{found->second};
}

auto place_slots::owner_of(place_number place) const noexcept -> const domain::subject_id& {
  const auto index = index_of(place);
  return chunk_of(index).owners[index % chunk_slots];
}

auto place_slots::word_of(place_number place) const noexcept -> slot_word {
  const auto index = index_of(place);
  return slot_word::unpacked(chunk_of(index).words[index % chunk_slots].load(std::memory_order_acquire));
}

auto place_slots::bytes() const noexcept -> std::size_t {
  const auto chunks = (std::size_t{count()} + chunk_slots - 1) / chunk_slots;
  return sizeof(*this) + (chunks == 0 ? 0 : sizeof(*table_)) + chunks * sizeof(chunk);
}

} // namespace holdfast::actors
