#include "domain/command.hpp"

namespace holdfast::domain {

auto hold_seats::places() const noexcept -> std::uint64_t {
  std::uint64_t sum = seats.size();
  for (const auto& area : areas) {
    sum += area.quantity;
  }
  return sum + (best ? best->quantity : 0);
}

} // namespace holdfast::domain
