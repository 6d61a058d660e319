#include "domain/free_runs.hpp"

#include "domain/seat_distance.hpp"

#include <algorithm>
#include <bit>

namespace holdfast::domain {
namespace {

constexpr std::uint32_t word_bits = 64;
constexpr std::uint8_t reserved = seat_attribute::accessible | seat_attribute::companion;

constexpr auto words_for(std::uint32_t seats) noexcept -> std::uint32_t {
  return (seats + word_bits - 1) / word_bits;
}

/// Bits for group sizes 1 … `length`.
constexpr auto up_to(std::uint32_t length) noexcept -> std::uint64_t {
  return length >= word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
}

/// The bit for group size `length`, or for all that are longer.
constexpr auto exactly(std::uint32_t length) noexcept -> std::uint64_t {
  return std::uint64_t{1} << (std::min(length, word_bits) - 1);
}

} // namespace

free_runs::free_runs(const layout& seats) : rows_(seats.rows().size()), tiers_(seats.tier_ids().size()) {
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    const auto& line = seats.rows()[row];
    rows_[row].first_word = static_cast<std::uint32_t>(words_.size());
    rows_[row].nearest = nearest_distance(seats, row, seats.focal());
    words_.resize(words_.size() + words_for(line.count));
    tiers_[line.tier].rows.push_back(row);
    for (seat_index seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
      set(seats, seat, row, true);
      rows_[row].restricted |= (seats.attributes(seat) & seat_attribute::restricted_view) != 0;
    }
  }
  rank_rows(seats);
  for (auto& tier : tiers_) {
    grow_nodes(tier, static_cast<std::uint32_t>(tier.rows.size()));
    for (const auto row : tier.rows) {
      refresh(seats, row);
    }
  }
}

free_runs::free_runs(const layout& seats, const free_runs& whole, std::span<const std::uint32_t> rows)
    : tiers_(whole.tiers_.size()), whole_{&whole} {
  own_.reserve(rows.size());
  std::uint32_t word = 0;
  for (const auto row : rows) {
    const auto& line = seats.rows()[row];
    own_.push_back({row, word});
    word += words_for(line.count);
    tiers_[line.tier].ranks.push_back(whole.rows_[row].rank);
  }
  words_.resize(word);
  marks_.resize(word);
  for (auto& tier : tiers_) {
    std::ranges::sort(tier.ranks);
    grow_nodes(tier, static_cast<std::uint32_t>(tier.ranks.size()));
  }
}

void free_runs::rank_rows(const layout& seats) {
  for (auto& tier : tiers_) {
    std::ranges::sort(tier.rows, [&](std::uint32_t a, std::uint32_t b) {
      return std::pair{rows_[a].nearest, a} < std::pair{rows_[b].nearest, b};
    });
    for (std::uint32_t rank = 0; rank < tier.rows.size(); ++rank) {
      const auto row = tier.rows[rank];
      rows_[row].rank = rank;
      const auto& line = seats.rows()[row];
      const auto is_accessible = [&](seat_index seat) {
        return (seats.attributes(seat) & seat_attribute::accessible) != 0;
      };
      for (seat_index seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
        if (is_accessible(seat)) {
          tier.accessible.push_back(row);
          break;
        }
      }
    }
  }
}

void free_runs::grow_nodes(tier_state& tier, std::uint32_t leaves) {
  for (auto size = leaves;; size = (size + fan_out - 1) / fan_out) {
    tier.levels.push_back(static_cast<std::uint32_t>(tier.nodes.size()));
    tier.nodes.resize(tier.nodes.size() + size);
    if (size <= 1) {
      break;
    }
  }
}

auto free_runs::word_of(std::uint32_t row) const noexcept -> std::uint32_t {
  if (whole_ == nullptr) {
    return rows_[row].first_word;
  }
  const auto found = std::ranges::lower_bound(own_, row, {}, &own_row::row);
  return found != own_.end() && found->row == row ? found->first_word : nowhere;
}

auto free_runs::leaf_at(const tier_state& tier, std::uint32_t rank) const noexcept -> std::uint32_t {
  return whole_ == nullptr
             ? rank
             : static_cast<std::uint32_t>(std::ranges::lower_bound(tier.ranks, rank) - tier.ranks.begin());
}

auto free_runs::rank_at(const tier_state& tier, std::uint32_t leaf) const noexcept -> std::uint32_t {
  return whole_ == nullptr ? leaf : tier.ranks[leaf];
}

auto free_runs::level_size(const tier_state& tier, std::size_t level) noexcept -> std::uint32_t {
  const auto end =
      level + 1 < tier.levels.size() ? tier.levels[level + 1] : static_cast<std::uint32_t>(tier.nodes.size());
  return end - tier.levels[level];
}

void free_runs::set(const layout& seats, seat_index seat, std::uint32_t row, bool free) noexcept {
  const std::uint32_t position = seat - seats.rows()[row].first_seat;
  const std::uint64_t bit = std::uint64_t{1} << (position % word_bits);
  const auto put = [&](std::uint64_t& word) { word = free ? word | bit : word & ~bit; };
  const auto at = word_of(row) + position / word_bits;
  if (whole_ != nullptr) {
    put(marks_[at]);
  }
  if ((seats.attributes(seat) & reserved) == 0) {
    put(words_[at]);
  }
}

auto free_runs::is_marked(std::uint32_t row, std::uint32_t position) const noexcept -> bool {
  const auto first = word_of(row);
  return first != nowhere && (marks_[first + position / word_bits] >> (position % word_bits) & 1) != 0;
}

auto free_runs::next_run(const layout& seats, std::uint32_t row, std::uint32_t from) const noexcept
    -> std::optional<run> {
  const auto first = word_of(row);
  if (first == nowhere) {
    return std::nullopt;
  }
  const std::uint32_t count = seats.rows()[row].count;
  const auto* const words = &words_[first];
  // The first position at or after `at` whose bit, inverted by `flip`, is set; `count` when there is none.
  const auto seek = [&](std::uint32_t at, std::uint64_t flip) {
    while (at < count) {
      const std::uint64_t rest = (words[at / word_bits] ^ flip) >> (at % word_bits);
      if (rest != 0) {
        return std::min(at + static_cast<std::uint32_t>(std::countr_zero(rest)), count);
      }
      at = (at / word_bits + 1) * word_bits;
    }
    return count;
  };
  const std::uint32_t begin = seek(from, 0);
  if (begin == count) {
    return std::nullopt;
  }
  return run{begin, seek(begin, ~std::uint64_t{0})};
}

auto free_runs::is_free(const layout& seats, std::uint32_t row, std::int64_t position) const noexcept -> bool {
  if (position < 0 || position >= seats.rows()[row].count) {
    return false;
  }
  const auto at = static_cast<std::uint32_t>(position);
  const auto first = word_of(row);
  return first != nowhere && (words_[first + at / word_bits] >> (at % word_bits) & 1) != 0;
}

auto free_runs::sizes_of(const layout& seats, std::uint32_t row) const noexcept -> sizes {
  std::uint64_t any = 0;
  std::uint64_t tidy = 0;
  std::uint64_t clear = 0;
  const auto first = seats.rows()[row].first_seat;
  const bool restricted = has_restricted(row);
  for (auto free = next_run(seats, row, 0); free; free = next_run(seats, row, free->end)) {
    const std::uint32_t length = free->length();
    any |= up_to(length);
    tidy |= exactly(length) | (length > 2 ? up_to(length - 2) : 0);
    for (std::uint32_t at = free->begin, good = 0; restricted && at < free->end; ++at) {
      good = (seats.attributes(first + at) & seat_attribute::restricted_view) != 0 ? 0 : good + 1;
      clear |= up_to(good);
    }
  }
  return {any, tidy, restricted ? clear : tidy};
}

void free_runs::refresh(const layout& seats, std::uint32_t row) noexcept {
  auto& tier = tiers_[seats.rows()[row].tier];
  std::uint32_t index = leaf_at(tier, rank_of(row));
  sizes now = sizes_of(seats, row);
  for (std::size_t level = 0;; ++level) {
    auto& node = tier.nodes[tier.levels[level] + index];
    if (node == now) {
      return;
    }
    node = now;
    if (level + 1 == tier.levels.size()) {
      return;
    }
    const std::uint32_t first = index / fan_out * fan_out;
    const std::uint32_t end = std::min(first + fan_out, level_size(tier, level));
    now = {};
    for (std::uint32_t i = first; i < end; ++i) {
      const auto& child = tier.nodes[tier.levels[level] + i];
      for (std::size_t how = 0; how < now.size(); ++how) {
        now[how] |= child[how];
      }
    }
    index /= fan_out;
  }
}

auto free_runs::ranked(tier_index tier) const noexcept -> std::span<const std::uint32_t> {
  return ground().tiers_[tier].rows;
}

auto free_runs::accessible_rows(tier_index tier) const noexcept -> std::span<const std::uint32_t> {
  return ground().tiers_[tier].accessible;
}

auto free_runs::nearest(std::uint32_t row) const noexcept -> wide_unsigned {
  const auto distance = ground().rows_[row].nearest;
  return wide_unsigned{distance} * distance;
}

auto free_runs::may_fit(tier_index tier, std::uint32_t rank, fit how, std::uint32_t quantity) const noexcept -> bool {
  return next(tier, how, quantity, rank) == rank;
}

auto free_runs::next(tier_index tier_wanted, fit how, std::uint32_t quantity, std::uint32_t from) const noexcept
    -> std::optional<std::uint32_t> {
  const auto& tier = tiers_[tier_wanted];
  const std::uint64_t bit = exactly(quantity);
  const auto fits = [&](std::size_t level, std::uint32_t index) {
    return (tier.nodes[tier.levels[level] + index][static_cast<std::size_t>(how)] & bit) != 0;
  };
  std::size_t level = 0;
  std::uint32_t index = leaf_at(tier, from);
  // Up, until a node to the right has room …
  for (;; ++level, index = (index + fan_out - 1) / fan_out) {
    if (level == tier.levels.size()) {
      return std::nullopt;
    }
    const std::uint32_t end = std::min((index / fan_out + 1) * fan_out, level_size(tier, level));
    while (index < end && !fits(level, index)) {
      ++index;
    }
    if (index < end) {
      break;
    }
  }
  // … and down to its first leaf that has.
  while (level > 0) {
    --level;
    index *= fan_out;
    while (!fits(level, index)) {
      ++index;
    }
  }
  return rank_at(tier, index);
}

auto free_runs::previous(tier_index tier_wanted, fit how, std::uint32_t quantity, std::uint32_t before) const noexcept
    -> std::optional<std::uint32_t> {
  const auto& tier = tiers_[tier_wanted];
  const std::uint64_t bit = exactly(quantity);
  const auto fits = [&](std::size_t level, std::uint32_t index) {
    return (tier.nodes[tier.levels[level] + index][static_cast<std::size_t>(how)] & bit) != 0;
  };
  std::size_t level = 0;
  std::uint32_t end = leaf_at(tier, before); // candidates are before it
  for (;; ++level, end /= fan_out) {
    if (level == tier.levels.size()) {
      return std::nullopt;
    }
    const std::uint32_t first = end / fan_out * fan_out;
    while (end > first && !fits(level, end - 1)) {
      --end;
    }
    if (end > first) {
      break;
    }
  }
  std::uint32_t index = end - 1;
  while (level > 0) {
    --level;
    index = std::min((index + 1) * fan_out, level_size(tier, level)) - 1;
    while (!fits(level, index)) {
      --index;
    }
  }
  return rank_at(tier, index);
}

auto free_runs::bytes() const noexcept -> std::size_t {
  std::size_t sum = rows_.capacity() * sizeof(row_state) +
                    (words_.capacity() + marks_.capacity()) * sizeof(std::uint64_t) +
                    tiers_.capacity() * sizeof(tier_state) + own_.capacity() * sizeof(own_row);
  for (const auto& tier : tiers_) {
    sum += (tier.rows.capacity() + tier.accessible.capacity() + tier.ranks.capacity() + tier.levels.capacity()) *
               sizeof(std::uint32_t) +
           tier.nodes.capacity() * sizeof(sizes);
  }
  return sum;
}

} // namespace holdfast::domain
