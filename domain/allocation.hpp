#pragma once

#include "domain/strong_id.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

/// What places are set apart for. The public can have none of them; a box office has those of `house` and `comp`, and of `presale`, by naming
/// the allocation; whoever knows its access code has, while a sale is open to them, those of `presale`; nobody has those of `kill` (seats that cannot be used).
enum class allocation_kind : std::uint8_t { house = 1, presale = 2, kill = 3, comp = 4 };

/// A keyed hash of an access code, as the edge computes it (docs/journal-format.md). The code itself is stored nowhere.
using access_code_hash = std::array<std::uint8_t, 32>;

/// Standing places of an allocation.
struct allocated_area {
  area_index area = 0;
  std::uint32_t quantity = 0;
  std::uint32_t used = 0; ///< of them, held or sold
  friend auto operator==(const allocated_area&, const allocated_area&) -> bool = default;
};

/// Places set apart, for as long as they are. Which seats are its, the event's state says seat by seat.
struct allocation {
  allocation_number number;
  allocation_kind kind = allocation_kind::house;
  std::string name;
  std::string reason;
  std::optional<access_code_hash> code; ///< of a presale
  std::vector<allocated_area> areas;

  [[nodiscard]] auto find(area_index area) const noexcept -> const allocated_area*;
  friend auto operator==(const allocation&, const allocation&) -> bool = default;
};

/// Its element of the state's hash (docs/state-hash.md).
[[nodiscard]] auto hash_of(const allocation& what) noexcept -> std::uint64_t;

} // namespace holdfast::domain
