#pragma once

#include "domain/check.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace holdfast::domain {

/// A hash table that never stalls its owner: extendible hashing (Fagin, Nievergelt, Pippenger, Strong, 1979) over small segments
/// with linear probing. Growing splits one segment of at most 128 entries; only the directory, 8 bytes a segment, is ever copied whole.
///
/// `Policy` has `hash(entry) -> std::uint64_t` (all bits well mixed) and `empty(entry) -> bool`, true for a value-initialised entry only.
/// Not thread-safe. An entry's address is valid until the next insert, erase or sweep.
template <class Entry, class Policy>
class split_table {
 public:
  split_table() = default;
  split_table(const split_table&) = delete;
  auto operator=(const split_table&) -> split_table& = delete;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

  /// The entry with this hash for which `match(entry)` holds; null when there is none.
  template <class Match>
  [[nodiscard]] auto find(std::uint64_t hash, Match match) noexcept -> Entry* {
    if (directory_.empty()) {
      return nullptr;
    }
    auto& in = *directory_[directory_index(hash)];
    for (std::size_t at = hash & in.mask; !Policy::empty(in.entries[at]); at = (at + 1) & in.mask) {
      if (match(in.entries[at])) {
        return &in.entries[at];
      }
    }
    return nullptr;
  }

  template <class Match>
  [[nodiscard]] auto find(std::uint64_t hash, Match match) const noexcept -> const Entry* {
    return const_cast<split_table*>(this)->find(hash, match);
  }

  /// Adds an entry that is not there yet.
  void insert(const Entry& entry) {
    if (directory_.empty()) {
      directory_.push_back(segments_.emplace_back(std::make_unique<segment>(0, segment_entries_min)).get());
    }
    const std::uint64_t hash = Policy::hash(entry);
    for (;;) {
      auto& in = *directory_[directory_index(hash)];
      if (in.used < in.room()) {
        place(in, entry, hash);
        ++size_;
        return;
      }
      make_room(in, hash);
    }
  }

  /// Removes an entry that `find` gave. Linear probing needs no tombstones: later entries move up (Knuth, volume 3, algorithm 6.4R).
  void erase(std::uint64_t hash, Entry* entry) noexcept {
    auto& in = *directory_[directory_index(hash)];
    erase_at(in, static_cast<std::size_t>(entry - in.entries.get()));
  }

  /// Removes what `drop` names from one segment, the next in turn. Returns how many went.
  template <class Drop>
  auto sweep(Drop drop) -> std::size_t {
    if (segments_.empty()) {
      return 0;
    }
    sweep_at_ = (sweep_at_ + 1) % segments_.size();
    const auto gone = remove_if(*segments_[sweep_at_], drop);
    if (size_ == 0) {
      clear();
    }
    return gone;
  }

  void clear() noexcept {
    directory_ = std::vector<segment*>{};
    segments_ = std::vector<std::unique_ptr<segment>>{};
    depth_ = 0;
    size_ = 0;
    sweep_at_ = 0;
  }

  /// Visits every entry in no useful order: sort what you take.
  template <class Visit>
  void visit(Visit visit) const {
    for (const auto& in : segments_) {
      for (std::size_t at = 0; at <= in->mask; ++at) {
        if (!Policy::empty(in->entries[at])) {
          visit(in->entries[at]);
        }
      }
    }
  }

  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    std::size_t sum = directory_.capacity() * sizeof(segment*) + segments_.capacity() * sizeof(void*);
    for (const auto& in : segments_) {
      sum += sizeof(segment) + 16 + (in->mask + 1) * sizeof(Entry) + 16;
    }
    return sum;
  }

 private:
  static constexpr std::size_t segment_entries_min = 16;
  static constexpr std::size_t segment_entries = 128;

  struct segment {
    segment(std::uint32_t its_depth, std::size_t capacity)
        : depth{its_depth},
          mask{static_cast<std::uint32_t>(capacity - 1)},
          entries{std::make_unique<Entry[]>(capacity)} {}

    /// Entries it takes before it splits or grows: 7/8 of its places.
    [[nodiscard]] auto room() const noexcept -> std::size_t { return mask - mask / 8; }

    std::uint32_t depth; ///< how many high bits of the hash its entries share
    std::uint32_t mask;
    std::size_t used = 0;
    std::unique_ptr<Entry[]> entries;
  };

  [[nodiscard]] auto directory_index(std::uint64_t hash) const noexcept -> std::size_t {
    return static_cast<std::size_t>((hash >> 1) >> (63 - depth_));
  }

  static void place(segment& in, const Entry& entry, std::uint64_t hash) noexcept {
    std::size_t at = hash & in.mask;
    while (!Policy::empty(in.entries[at])) {
      at = (at + 1) & in.mask;
    }
    in.entries[at] = entry;
    ++in.used;
  }

  void erase_at(segment& in, std::size_t hole) noexcept {
    for (std::size_t at = (hole + 1) & in.mask; !Policy::empty(in.entries[at]); at = (at + 1) & in.mask) {
      const std::size_t home = Policy::hash(in.entries[at]) & in.mask;
      if (((at - home) & in.mask) >= ((at - hole) & in.mask)) {
        in.entries[hole] = in.entries[at];
        hole = at;
      }
    }
    in.entries[hole] = Entry{};
    --in.used;
    --size_;
  }

  template <class Drop>
  auto remove_if(segment& in, Drop drop) noexcept -> std::size_t {
    std::size_t gone = 0;
    for (std::size_t at = 0; at <= in.mask;) {
      if (!Policy::empty(in.entries[at]) && drop(std::as_const(in.entries[at]))) {
        erase_at(in, at); // another entry may have moved here: look again
        ++gone;
      } else {
        ++at;
      }
    }
    return gone;
  }

  /// Splits a full segment, or enlarges it while it is small, or when splitting would make a directory out of all proportion
  /// (hashes chosen to collide must not cost more memory than they bring entries).
  void make_room(segment& in, std::uint64_t hash) {
    const auto capacity = std::size_t{in.mask} + 1;
    const auto depth_max = static_cast<std::uint32_t>(std::bit_width(size_ / (segment_entries / 8)));
    if (capacity < segment_entries || in.depth >= depth_max) {
      refill(in, in.depth, capacity * 2);
      return;
    }
    if (in.depth == depth_) {
      grow_directory();
    }
    split(in, hash);
  }

  void grow_directory() {
    std::vector<segment*> wider;
    wider.reserve(directory_.size() * 2);
    for (auto* const in : directory_) {
      wider.push_back(in);
      wider.push_back(in);
    }
    directory_ = std::move(wider);
    ++depth_;
  }

  void split(segment& in, std::uint64_t hash) {
    const std::uint32_t depth = in.depth + 1;
    auto& added = *segments_.emplace_back(std::make_unique<segment>(depth, std::size_t{in.mask} + 1));
    // The half of the segment's directory entries whose next bit is set go to the new segment.
    const std::size_t span = directory_.size() >> in.depth;
    const std::size_t first = directory_index(hash) / span * span;
    for (std::size_t i = first + span / 2; i < first + span; ++i) {
      directory_[i] = &added;
    }
    refill(in, depth, std::size_t{in.mask} + 1);
  }

  /// Puts a segment's entries where the directory says now.
  void refill(segment& in, std::uint32_t depth, std::size_t capacity) {
    auto before = std::exchange(in, segment{depth, capacity});
    for (std::size_t at = 0; at <= before.mask; ++at) {
      if (!Policy::empty(before.entries[at])) {
        const auto hash = Policy::hash(before.entries[at]);
        place(*directory_[directory_index(hash)], before.entries[at], hash);
      }
    }
  }

  std::vector<segment*> directory_; ///< 2^depth_ of them, by the high bits of the hash
  std::vector<std::unique_ptr<segment>> segments_;
  std::uint32_t depth_ = 0;
  std::size_t size_ = 0;
  std::size_t sweep_at_ = 0;
};

} // namespace holdfast::domain
