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
  /// One choice of somebody who goes on the waitlist: a `waitlist_choice`.
  struct choice {
    std::vector<std::uint32_t> groups;
    std::vector<std::string> tiers;
    std::uint32_t accessible = 0;
    std::vector<area> areas;
    minor_units each_max = 0;
  };
  std::vector<choice> choices; ///< for `join_waitlist`, which has nothing else
  // Of a hold exactly one of the three is given.
  std::vector<std::string> seats;
  std::optional<best> best_available;
  std::vector<area> areas;
  std::vector<std::string> removed_seats; ///< of a change of an allocation, which adds `seats`
};

/// The same wish in the layout's indices, or every name that the layout does not have (pointers into the API's request body).
[[nodiscard]] auto resolve(const hold_wish& wish, const layout& in)
    -> tl::expected<hold_seats, std::vector<config_fault>>;

/// Puts what the names stand for into a command that holds seats, sets them apart or waits for them; what else the command says stays.
[[nodiscard]] auto resolve_into(command_body& body, const hold_wish& wish, const layout& in)
    -> tl::expected<void, std::vector<config_fault>>;

} // namespace holdfast::domain
