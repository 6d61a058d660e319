#pragma once

#include "domain/checkout/state.hpp"
#include "journal/failpoint.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Where the crash test lets a server die between a payment's steps (journal/failpoint.hpp): every step has a place before it is asked for,
/// when all that leads to it is durable, and one after it is answered, before that is written down. Their names are made of the steps'.
namespace holdfast::actors {

/// "freeze" and so on. A step without a name does not compile.
[[nodiscard]] constexpr auto name_of(domain::step what) noexcept -> std::string_view {
  using domain::step;
  switch (what) {
  case step::none: return "none";
  case step::freeze: return "freeze";
  case step::prepare: return "prepare";
  case step::authorise: return "authorise";
  case step::book: return "book";
  case step::capture: return "capture";
  case step::free_hold: return "free_hold";
  case step::return_order: return "return_order";
  case step::void_money: return "void_money";
  case step::take_back: return "take_back";
  case step::give_back: return "give_back";
  case step::score: return "score";
  }
  return {};
}

[[nodiscard]] constexpr auto all_steps_have_names() noexcept -> bool {
  for (std::size_t at = 0; at < domain::step_count; ++at) {
    if (name_of(static_cast<domain::step>(at)).empty()) {
      return false;
    }
  }
  return name_of(static_cast<domain::step>(domain::step_count)).empty();
}
static_assert(all_steps_have_names());

enum class side_of_step : std::uint8_t { before, after };

[[nodiscard]] inline auto failpoint_of(side_of_step side, domain::step what) -> std::string {
  return std::string{side == side_of_step::before ? "pay-before-" : "pay-after-"}.append(name_of(what));
}

/// All of them, in the order of the steps.
[[nodiscard]] inline auto checkout_failpoints() -> std::vector<std::string> {
  std::vector<std::string> all;
  for (std::size_t at = 1; at < domain::step_count; ++at) {
    for (const auto side : {side_of_step::before, side_of_step::after}) {
      all.push_back(failpoint_of(side, static_cast<domain::step>(at)));
    }
  }
  return all;
}

} // namespace holdfast::actors
