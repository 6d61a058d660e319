#pragma once

#include "domain/queue/command.hpp"
#include "domain/queue/decide.hpp"
#include "domain/queue/state.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::tests {

/// 2027-01-15T12:00:00Z.
inline constexpr domain::instant noon{1'800'014'400'000};

[[nodiscard]] auto somebody(std::uint64_t who) -> domain::subject_id;
[[nodiscard]] auto organiser() -> domain::caller;
/// The seed of most draws: the bytes 0 to 31.
[[nodiscard]] auto a_seed() -> domain::queue::digest;

/// A waiting room with its journal and its clock.
struct hall {
  std::unique_ptr<domain::queue::state> owned = std::make_unique<domain::queue::state>(); ///< so that a hall moves
  domain::queue::state& room = *owned;
  std::vector<domain::fact> journal;
  domain::instant now = noon;

  [[nodiscard]] auto ask(domain::queue::command_body what, const domain::caller& by = {}) const
      -> tl::expected<domain::facts, domain::queue::refusal>;
  /// Decides, applies and keeps.
  auto act(domain::queue::command_body what, const domain::caller& by = {})
      -> tl::expected<domain::facts, domain::queue::refusal>;
  /// As the organiser, who must be allowed to.
  void configure(const domain::queue::settings& after);
  void switch_to(domain::queue::mode to);
  /// These people, from the first to the last, in one batch a limit allows.
  void join(std::uint64_t first, std::uint64_t last, std::uint8_t band = 0);
  /// The live place of somebody; zero: none.
  [[nodiscard]] auto place_of(std::uint64_t who) const -> domain::queue::place_number;
  /// Of their live place, which there must be.
  [[nodiscard]] auto standing(std::uint64_t who) const -> domain::queue::standing;
  /// Advances until there is nothing more to do; who was let in, in their order.
  auto advance() -> std::vector<domain::queue::place_number>;
  /// The same after a time.
  auto advance_after(domain::millis passed) -> std::vector<domain::queue::place_number>;
  /// The same journal folded anew gives the same state.
  [[nodiscard]] auto replays() const -> bool;
};

/// "ok" and the facts' names, or the refusal and its faults.
[[nodiscard]] auto told(const tl::expected<domain::facts, domain::queue::refusal>& what) -> std::string;
/// The numbers of places.
[[nodiscard]] auto numbers(const std::vector<domain::queue::place_number>& of) -> std::vector<std::uint32_t>;
[[nodiscard]] auto hex(const domain::queue::digest& of) -> std::string;

} // namespace holdfast::tests
