#pragma once

#include "domain/queue/chunked.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast::domain::queue {

/// The order of a line at one moment, to be published: whoever polls reads it and asks nobody. 1.2 bits a spot.
struct line_order {
  static constexpr std::uint32_t word_spots = 64;
  static constexpr std::uint32_t block_words = 8;
  static constexpr std::uint32_t block_spots = word_spots * block_words;

  std::vector<std::uint64_t> bits;   ///< by spot: whether somebody stands there
  std::vector<std::uint32_t> before; ///< by 512 spots: how many stand before them

  /// How many stood before a spot that had been given. O(1).
  [[nodiscard]] auto ahead_of(std::uint32_t spot) const noexcept -> std::uint32_t;
};

/// People in a line: who stands at its end is added, anybody may go, nobody overtakes. Each has a spot, counted from 0, that never changes and is
/// never given again.
///
/// Who is still there is a bit a spot; the people of every 512 spots are counted in a Fenwick tree (Fenwick, "A new data structure for cumulative
/// frequency tables", 1994). So a spot takes 4 bytes for its place and 1.2 bits for its order, and how many stand ahead is exact, in O(log n).
/// Not thread-safe.
class line {
 public:
  using spot = std::uint32_t;

  /// Adds a place at the end; the spot it stands on.
  auto push(std::uint32_t place) -> spot;
  /// Takes whoever stands there out of the line; somebody must.
  void leave(spot from) noexcept;

  [[nodiscard]] auto stands(spot at) const noexcept -> bool {
    return at < places_.size() && (bits_[at / line_order::word_spots] >> (at % line_order::word_spots) & 1U) != 0;
  }
  /// The place that was given this spot.
  [[nodiscard]] auto place_at(spot at) const noexcept -> std::uint32_t { return places_[at]; }
  /// How many stand before a spot.
  [[nodiscard]] auto ahead_of(spot at) const noexcept -> std::uint32_t;
  /// People in the line.
  [[nodiscard]] auto size() const noexcept -> std::uint32_t { return size_; }
  /// Spots given so far.
  [[nodiscard]] auto spots() const noexcept -> std::uint32_t { return static_cast<std::uint32_t>(places_.size()); }
  /// Where the first one stands; nothing in an empty line. O(1).
  [[nodiscard]] auto first() const noexcept -> std::optional<spot>;
  /// Where the next one after a spot stands.
  [[nodiscard]] auto after(spot at) const noexcept -> std::optional<spot>;
  /// Where the one stands who has `ahead` people before them; ahead < size(). O(log n).
  [[nodiscard]] auto with_ahead(std::uint32_t ahead) const noexcept -> spot;

  /// A copy of the order, made in O(n / 64).
  [[nodiscard]] auto order() const -> line_order;

  void clear() noexcept;
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  void begin_block();
  /// People in the blocks before one.
  [[nodiscard]] auto before_block(std::size_t block) const noexcept -> std::uint32_t;
  [[nodiscard]] auto from(spot at) const noexcept -> std::optional<spot>;

  chunked<std::uint32_t> places_;    ///< by spot
  std::vector<std::uint64_t> bits_;  ///< by spot: whether they still stand there
  std::vector<std::uint32_t> count_; ///< Fenwick tree of the people in each block; its node i is count_[i - 1]
  std::uint32_t size_ = 0;
  spot head_ = 0; ///< nobody stands before it
};

} // namespace holdfast::domain::queue
