#include "domain/allocation.hpp"

#include "domain/state_hash.hpp"

#include <algorithm>

namespace holdfast::domain {

auto allocation::find(area_index area) const noexcept -> const allocated_area* {
  const auto found = std::ranges::find(areas, area, &allocated_area::area);
  return found == areas.end() ? nullptr : &*found;
}

auto hash_of(const allocation& what) noexcept -> std::uint64_t {
  hash_fold fold{hash_kind::allocation};
  fold.add(what.number.value() | static_cast<std::uint64_t>(what.kind) << 32);
  for (const auto& one : what.areas) {
    fold.add(one.area | std::uint64_t{one.quantity} << 32).add(one.used);
  }
  return fold.value();
}

} // namespace holdfast::domain
