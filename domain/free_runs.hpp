#pragma once

#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "domain/wide.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace holdfast::domain {

/// Which free ordinary seats stand together, kept up to date seat by seat: one bit a seat, and over the rows of each price tier, in
/// order of their distance to the focal point, a tree that finds the next row with room for a group in O(log rows).
/// Ordinary seats are those that are neither accessible nor a companion's. Not thread-safe.
///
/// A *part* has some rows of another one, its own seats free in them and nothing anywhere else. It answers as one of the whole layout would with
/// just these seats free, ranks and distances included, and costs what its own rows do.
class free_runs {
 public:
  /// What a row has room for.
  enum class fit : std::uint8_t {
    any = 0,  ///< a run of free ordinary seats at least as long as the group
    tidy = 1, ///< a place in such a run that leaves no seat alone beside the group
    clear = 2 ///< perhaps a tidy place without a seat of restricted view: rows without one are passed over
  };

  /// Free seats in a row side by side: positions from `begin` to before `end`.
  struct run {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    [[nodiscard]] auto length() const noexcept -> std::uint32_t { return end - begin; }
  };

  free_runs() = default;
  /// All seats of a layout free.
  explicit free_runs(const layout& seats);
  /// A part with these rows (ascending, each once), nothing free yet. `whole` is no part itself, outlives it and may change meanwhile.
  free_runs(const layout& seats, const free_runs& whole, std::span<const std::uint32_t> rows);

  /// Marks a seat; seats that are not ordinary are left out, but of a part's marks. `refresh` of its row must follow.
  void set(const layout& seats, seat_index seat, std::uint32_t row, bool free) noexcept;
  /// Brings the tree up to date after seats of a row were marked.
  void refresh(const layout& seats, std::uint32_t row) noexcept;

  /// The first run of a row that begins at or after a position.
  [[nodiscard]] auto next_run(const layout& seats, std::uint32_t row, std::uint32_t from) const noexcept
      -> std::optional<run>;
  /// Whether the seat at a position of a row is free and ordinary; positions outside the row are not.
  [[nodiscard]] auto is_free(const layout& seats, std::uint32_t row, std::int64_t position) const noexcept -> bool;
  [[nodiscard]] auto has_restricted(std::uint32_t row) const noexcept -> bool { return ground().rows_[row].restricted; }
  /// Whether anything could be free in a row: in all but those that a part has not.
  [[nodiscard]] auto has_row(std::uint32_t row) const noexcept -> bool { return word_of(row) != nowhere; }
  /// Of a part: whether a seat is free, ordinary or not.
  [[nodiscard]] auto is_marked(std::uint32_t row, std::uint32_t position) const noexcept -> bool;

  /// Rows of a tier, nearest to the focal point first.
  [[nodiscard]] auto ranked(tier_index tier) const noexcept -> std::span<const std::uint32_t>;
  [[nodiscard]] auto rank_of(std::uint32_t row) const noexcept -> std::uint32_t { return ground().rows_[row].rank; }
  /// Rows of a tier with an accessible seat, nearest first.
  [[nodiscard]] auto accessible_rows(tier_index tier) const noexcept -> std::span<const std::uint32_t>;
  /// No group in the row has its centre nearer to the focal point than this: squared, in the unit of `group_distance`.
  [[nodiscard]] auto nearest(std::uint32_t row) const noexcept -> wide_unsigned;

  /// Whether the row at a rank of a tier may have room for `quantity` seats; for more than 64, rows with 64 are named too.
  [[nodiscard]] auto may_fit(tier_index tier, std::uint32_t rank, fit how, std::uint32_t quantity) const noexcept
      -> bool;
  /// The first rank of a tier, at or after `from`, whose row may have room; nothing when there is none.
  [[nodiscard]] auto next(tier_index tier, fit how, std::uint32_t quantity, std::uint32_t from) const noexcept
      -> std::optional<std::uint32_t>;
  /// The last rank of a tier before `before` whose row may have room.
  [[nodiscard]] auto previous(tier_index tier, fit how, std::uint32_t quantity, std::uint32_t before) const noexcept
      -> std::optional<std::uint32_t>;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  static constexpr std::uint32_t fan_out = 8;
  static constexpr std::uint32_t sizes_told_apart = 64;
  static constexpr std::uint32_t nowhere = 0xffff'ffff;
  /// By `fit`: bit n - 1 says that a group of n has room; the last bit stands for everything longer too.
  using sizes = std::array<std::uint64_t, 3>;

  struct row_state {
    std::uint32_t first_word = 0; ///< in `words_`
    std::uint32_t rank = 0;       ///< in its tier
    std::uint64_t nearest = 0;    ///< distance to the focal point, never too large
    bool restricted = false;
  };
  struct tier_state {
    std::vector<std::uint32_t> rows;       ///< by rank
    std::vector<std::uint32_t> accessible; ///< by rank
    std::vector<std::uint32_t> ranks;      ///< of a part's rows, ascending: what its leaves stand for
    std::vector<std::uint32_t> levels;     ///< where each level begins in `nodes`; the leaves, by rank, are the first
    std::vector<sizes> nodes;
  };

  /// A row of a part.
  struct own_row {
    std::uint32_t row = 0;
    std::uint32_t first_word = 0;
  };

  /// Where ranks and distances stand.
  [[nodiscard]] auto ground() const noexcept -> const free_runs& { return whole_ == nullptr ? *this : *whole_; }
  /// Where the bits of a row begin; `nowhere` for one that a part has not.
  [[nodiscard]] auto word_of(std::uint32_t row) const noexcept -> std::uint32_t;
  /// The first leaf of a tier at or after a rank, and the rank of a leaf.
  [[nodiscard]] auto leaf_at(const tier_state& tier, std::uint32_t rank) const noexcept -> std::uint32_t;
  [[nodiscard]] auto rank_at(const tier_state& tier, std::uint32_t leaf) const noexcept -> std::uint32_t;
  [[nodiscard]] static auto level_size(const tier_state& tier, std::size_t level) noexcept -> std::uint32_t;
  [[nodiscard]] auto sizes_of(const layout& seats, std::uint32_t row) const noexcept -> sizes;
  void rank_rows(const layout& seats);
  static void grow_nodes(tier_state& tier, std::uint32_t leaves);

  std::vector<row_state> rows_;
  std::vector<tier_state> tiers_;
  std::vector<std::uint64_t> words_; ///< each row begins a word
  const free_runs* whole_ = nullptr; ///< of a part
  std::vector<own_row> own_;         ///< of a part, by row
  std::vector<std::uint64_t> marks_; ///< of a part, as `words_`: every seat that is free, ordinary or not
};

} // namespace holdfast::domain
