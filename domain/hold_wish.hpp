#pragma once

#include "domain/command.hpp"
#include "domain/event_config.hpp"
#include "domain/layout.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

/// What somebody wants to hold, in the names that people use. Only the event's own layout can tell which seats these are.
struct hold_wish {
  struct area {
    std::string name;
    std::uint32_t quantity = 0;
  };
  struct best {
    std::uint32_t quantity = 0;
    std::vector<std::string> tiers;
    std::vector<std::string> sections;
    std::uint32_t accessible = 0;
    bool adjacent = true;
  };
  // Exactly one of the three is given.
  std::vector<std::string> seats;
  std::optional<best> best_available;
  std::vector<area> areas;
};

/// The same wish in the layout's indices, or every name that the layout does not have (pointers into the API's request body).
[[nodiscard]] auto resolve(const hold_wish& wish, const layout& in)
    -> tl::expected<hold_seats, std::vector<config_fault>>;

} // namespace holdfast::domain
