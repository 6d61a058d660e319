#pragma once

#include "domain/queue/sha256.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

/// The draw by lot that anybody can check; docs/waiting-room.md says how.
namespace holdfast::domain::queue {

/// An entrant in the tree: SHA-256 of 0x00 and 25 bytes, which are the place's number (8), the subject's halves (8 and 8) and the band (1), big-endian.
/// It hides the subject, and its owner can make it again from their receipt.
[[nodiscard]] auto leaf_hash(std::uint32_t place, const subject_id& who, std::uint8_t band) noexcept -> digest;

/// What is published before anybody has entered: SHA-256 of the seed.
[[nodiscard]] auto commitment_to(const digest& seed) noexcept -> digest;

/// The key of the lots: HMAC-SHA256 under the seed of the public round's value; of nothing when there is none.
[[nodiscard]] auto mixed_seed(const digest& seed, std::string_view round_value) noexcept -> digest;

/// The leaf of an entrant, by index in the order of joining.
using leaf_reader = std::function<digest(std::uint32_t)>;

/// The order of the draw: order[rank] is the index of the entrant. Entrants are sorted by HMAC-SHA256(mixed seed, leaf), as big-endian numbers; equal ones,
/// which nobody will see, by index. O(n · log n), 16 bytes an entrant while it works.
[[nodiscard]] auto drawn_order(const digest& mixed, std::uint32_t entrants, const leaf_reader& leaf)
    -> std::vector<std::uint32_t>;

/// The Merkle tree of RFC 6962 (2.1), to which leaves are only added. Keeps the roots of whole subtrees of 1,024 leaves (32 bytes each), so that a
/// proof looks at the leaves of two of them instead of all. Not thread-safe.
class merkle_log {
 public:
  static constexpr std::uint32_t tile_leaves = 1'024;

  void append(const digest& leaf);
  [[nodiscard]] auto size() const noexcept -> std::uint32_t { return size_; }
  /// Of no leaves: SHA-256 of nothing.
  [[nodiscard]] auto root() const noexcept -> digest;
  /// The audit path of RFC 6962 (2.1.1) for a leaf among all; index < size(). `leaf` reads those that were appended.
  [[nodiscard]] auto inclusion_proof(std::uint32_t index, const leaf_reader& leaf) const -> std::vector<digest>;
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  [[nodiscard]] auto root_of(std::uint32_t first, std::uint32_t end, const leaf_reader& leaf) const -> digest;

  std::vector<digest> whole_; ///< roots of the whole subtrees that the leaves make, largest first: one a bit of size_
  std::vector<digest> tiles_; ///< roots of 1,024 leaves each, in order
  std::uint32_t size_ = 0;
};

} // namespace holdfast::domain::queue
