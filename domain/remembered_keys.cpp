#include "domain/remembered_keys.hpp"

#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/state_image.hpp"

#include <algorithm>
#include <limits>

namespace holdfast::domain {
namespace {

constexpr std::int64_t hour_ms = hours(1).count;
constexpr std::uint32_t hours_kept = static_cast<std::uint32_t>(limits::keys_remembered.count / hour_ms);
static_assert(limits::keys_remembered.count % hour_ms == 0);

constexpr std::uint64_t seq_modulus = std::numeric_limits<std::uint32_t>::max();

auto low_part(std::uint64_t seq) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(seq % seq_modulus + 1);
}

/// The last seq up to `last_seq` with this low part.
auto whole_seq(std::uint32_t low, std::uint64_t last_seq) noexcept -> std::uint64_t {
  const std::uint64_t back = (last_seq % seq_modulus + seq_modulus - (low - 1U)) % seq_modulus;
  return last_seq - back;
}

} // namespace

auto hour_of(instant at) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(at.unix_ms / hour_ms);
}

auto is_forgotten(std::uint32_t hour, instant now) noexcept -> bool {
  return hour_of(now) > hour + hours_kept;
}

auto remembered_keys::hour_with(std::uint64_t seq) const noexcept -> const hour_range* {
  const auto after = std::ranges::upper_bound(hours_, seq, {}, &hour_range::first_seq);
  return after == hours_.begin() ? nullptr : &*std::prev(after);
}

auto remembered_keys::find(std::uint64_t key, std::uint64_t last_seq) const noexcept -> std::optional<found> {
  const auto* const one = table_.find(mix64(key), [&](const auto& candidate) { return candidate.key == key; });
  if (one == nullptr) {
    return std::nullopt;
  }
  const auto seq = whole_seq(one->seq_low, last_seq);
  const auto* const hour = hour_with(seq);
  if (hour == nullptr) {
    return std::nullopt; // its hour is gone; the entry waits for the sweep
  }
  return found{one->request_low, seq, hour->hour};
}

void remembered_keys::advance(instant now, std::uint64_t last_seq) {
  while (!hours_.empty() && is_forgotten(hours_.front().hour, now)) {
    forgotten_ += hours_.front().keys;
    hours_.erase(hours_.begin());
  }
  if (forgotten_ > 0) {
    forgotten_ -=
        table_.sweep([&](const entry& old) { return hour_with(whole_seq(old.seq_low, last_seq)) == nullptr; });
  }
}

void remembered_keys::remember(std::uint64_t key, std::uint32_t request_low, std::uint64_t seq, instant now) {
  if (auto* const old = table_.find(mix64(key), [&](const auto& candidate) { return candidate.key == key; })) {
    if (hour_with(whole_seq(old->seq_low, seq)) != nullptr) {
      HF_CHECK(old->request_low == request_low, "a remembered key is not used for another request");
      return;
    }
    // Forgotten but not swept yet: the new use takes its place.
    table_.erase(mix64(key), old);
    --forgotten_;
  }
  add({key, request_low, low_part(seq)}, seq, hour_of(now));
}

void remembered_keys::add(const entry& what, std::uint64_t seq, std::uint32_t hour) {
  if (hours_.empty() || hours_.back().hour != hour) {
    hours_.push_back({hour, seq, 0});
  }
  ++hours_.back().keys;
  table_.insert(what);
}

auto remembered_keys::image(std::uint64_t last_seq) const -> std::vector<remembered_key_image> {
  std::vector<remembered_key_image> keys;
  keys.reserve(table_.size());
  table_.visit([&](const entry& one) {
    const auto seq = whole_seq(one.seq_low, last_seq);
    if (const auto* const hour = hour_with(seq)) {
      keys.push_back({one.key, one.request_low, seq, hour->hour});
    }
  });
  std::ranges::sort(keys);
  return keys;
}

auto remembered_keys::restore(const std::vector<remembered_key_image>& from, std::uint64_t last_seq, instant now)
    -> bool {
  std::vector<const remembered_key_image*> by_seq;
  by_seq.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const bool ascending = i == 0 || from[i - 1].key < from[i].key;
    const bool possible = from[i].seq > 0 && from[i].seq <= last_seq && last_seq - from[i].seq < seq_modulus &&
                          from[i].hour <= hour_of(now) && !is_forgotten(from[i].hour, now);
    if (!ascending || !possible) {
      return false;
    }
    by_seq.push_back(&from[i]);
  }
  std::ranges::sort(by_seq, {}, &remembered_key_image::seq);
  for (std::size_t i = 0; i < by_seq.size(); ++i) {
    if (i > 0 && (by_seq[i - 1]->seq == by_seq[i]->seq || by_seq[i - 1]->hour > by_seq[i]->hour)) {
      return false;
    }
    add({by_seq[i]->key, by_seq[i]->request_low, low_part(by_seq[i]->seq)}, by_seq[i]->seq, by_seq[i]->hour);
  }
  return true;
}

auto remembered_keys::bytes() const noexcept -> std::size_t {
  return table_.bytes() + hours_.capacity() * sizeof(hour_range);
}

} // namespace holdfast::domain
