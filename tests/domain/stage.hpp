#pragma once

#include "domain/apply.hpp"
#include "domain/command.hpp"
#include "domain/decide.hpp"
#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/layout.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tests {

inline constexpr domain::instant noon{1'800'000'000'000};
inline constexpr domain::event_id the_event{77};
inline constexpr domain::organisation_id ours{1};
inline constexpr domain::organisation_id theirs{2};

[[nodiscard]] auto buyer(std::uint64_t number) -> domain::caller;
[[nodiscard]] auto box_office(domain::organisation_id of = ours) -> domain::caller;
[[nodiscard]] auto organiser(domain::organisation_id of = ours) -> domain::caller;

/// A row drawn as text, a character a seat: '.' ordinary, 'a' accessible, 'c' a companion's, 'r' of restricted view, 'A' accessible and of
/// restricted view, 'b' accessible and a companion's; 'x' an ordinary seat that is held when the event is set up.
struct drawn_row {
  std::string_view seats;
  std::string tier = "t0";
  domain::plan_point origin{};
  std::int32_t pitch = 100;
  std::int32_t angle = 0;
};

/// A layout of one section a row ("s0", "s1" …, each with a row "r"), and areas of 10 places of tier t0.
[[nodiscard]] auto drawn_layout(const std::vector<drawn_row>& rows, std::size_t areas = 0,
                                std::optional<domain::plan_point> focal = std::nullopt) -> domain::layout_spec;
[[nodiscard]] auto built(domain::layout_spec spec) -> std::shared_ptr<const domain::layout>;
/// A row of 10 seats and an area, both of tier t0.
[[nodiscard]] auto small_layout() -> std::shared_ptr<const domain::layout>;
/// Tiers t0 … t3 at 1,000, 2,000, 3,000 and 4,000; holds of 10 minutes, at most 8 places an order and 6 a buyer.
[[nodiscard]] auto sound_config() -> domain::event_config;

/// An event that exists in a test: commands are decided and applied at `now`.
class stage {
 public:
  /// Published, with the seats drawn as 'x' held by somebody who shares nothing with the test.
  explicit stage(std::vector<drawn_row> rows, std::size_t areas = 0,
                 std::optional<domain::plan_point> focal = std::nullopt);
  /// Published, with `small_layout`.
  stage();
  /// As far as the status says.
  explicit stage(domain::event_status status, domain::event_config config = sound_config());

  /// Decides without applying.
  [[nodiscard]] auto ask(const domain::caller& by, domain::command_body what, domain::command_id id = {}) const
      -> tl::expected<domain::facts, domain::rejection>;
  /// Decides and applies.
  auto act(const domain::caller& by, domain::command_body what, domain::command_id id = {})
      -> tl::expected<domain::facts, domain::rejection>;
  void apply(const domain::facts& made);
  /// Holds seats and returns the hold's number; it must work.
  auto hold(const domain::caller& by, std::vector<domain::seat_index> seats) -> domain::hold_number;
  auto hold_places(const domain::caller& by, domain::area_index area, std::uint32_t quantity) -> domain::hold_number;
  void confirm(domain::hold_number hold);

  domain::event_state state;
  domain::instant now = noon;
  domain::facts history;
};

/// A decision in a line: "ok" and the names of the facts with the holds they are about, or the reason and what it names.
[[nodiscard]] auto told(const tl::expected<domain::facts, domain::rejection>& decision) -> std::string;
[[nodiscard]] auto name_of(domain::reason why) -> std::string;
[[nodiscard]] auto name_of(const domain::fact_body& body) -> std::string;

/// A command for these seats.
[[nodiscard]] auto seats(std::vector<domain::seat_index> which) -> domain::hold_seats;
[[nodiscard]] auto places(std::vector<domain::area_quantity> which) -> domain::hold_seats;
[[nodiscard]] auto best(domain::best_available wanted) -> domain::hold_seats;
/// Paid in cash.
[[nodiscard]] auto paid(domain::hold_number hold) -> domain::confirm_hold;

} // namespace holdfast::tests
