#pragma once

#include "domain/state_image.hpp"
#include "tests/domain/stage.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

/// Places set apart, and wishes for them.
namespace holdfast::tests {

using domain::access_code_hash;
using domain::allocate_seats;
using domain::allocation_kind;
using domain::allocation_number;
using domain::area_quantity;
using domain::best_available;
using domain::event_state;
using domain::hold_seats;
using domain::seat_index;

[[nodiscard]] inline auto code(std::uint8_t letter) -> access_code_hash {
  access_code_hash hash{};
  hash.fill(letter);
  hash.back() = 1; // codes that differ differ early and late alike
  return hash;
}

[[nodiscard]] inline auto apart(std::vector<seat_index> which, allocation_kind kind = allocation_kind::house)
    -> allocate_seats {
  allocate_seats what{"Box", kind, "guests", std::nullopt, std::move(which), {}};
  if (kind == allocation_kind::presale) {
    what.code = code(7);
  }
  return what;
}

[[nodiscard]] inline auto places_apart(std::vector<area_quantity> which, allocation_kind kind = allocation_kind::house)
    -> allocate_seats {
  auto what = apart({}, kind);
  what.areas = std::move(which);
  return what;
}

inline constexpr allocation_number first{1};
inline constexpr allocation_number second{2};

[[nodiscard]] inline auto by_code(hold_seats what, std::uint8_t letter = 7) -> hold_seats {
  what.access_code = code(letter);
  return what;
}

[[nodiscard]] inline auto of(hold_seats what, allocation_number number = first) -> hold_seats {
  what.allocation = number;
  return what;
}

[[nodiscard]] inline auto best_of(std::uint32_t quantity, bool adjacent = true) -> hold_seats {
  best_available wanted;
  wanted.quantity = quantity;
  wanted.adjacent = adjacent;
  return best(wanted);
}

/// As the state says it is, and as its image and its replay say.
inline void check_sound(const stage& on) {
  const auto again = event_state::from_image(on.state.image());
  REQUIRE(again);
  CHECK(again->image() == on.state.image());
  CHECK(again->hash() == on.state.hash());
  event_state replayed;
  for (const auto& one : on.history) {
    domain::apply(replayed, one);
  }
  CHECK(replayed.image() == on.state.image());
  CHECK(replayed.hash() == on.state.hash());
}

} // namespace holdfast::tests
