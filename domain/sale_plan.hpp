#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"

#include <optional>
#include <vector>

/// What is declared of a sale beforehand: presales, and changes of prices.
namespace holdfast::domain {

struct event_data;

/// The first presale with this code that is open; null: none is. All are looked at, whichever it is.
[[nodiscard]] auto open_presale(const event_config& config, const access_code_hash& code, instant now) noexcept
    -> const sale_phase*;
/// Whether any presale is open, whatever its code.
[[nodiscard]] auto is_presale_open(const event_config& config, instant now) noexcept -> bool;
/// Whether a presale, open or not, has this code.
[[nodiscard]] auto has_presale(const event_config& config, const access_code_hash& code) noexcept -> bool;

/// When buyers may hold something of an event, in the general sale or in a presale: all that its life and its plan say of it beforehand.
struct sale_hours {
  struct span {
    instant from;
    instant to; ///< not part of it
    friend auto operator==(const span&, const span&) -> bool = default;
  };
  std::vector<span> spans; ///< they may overlap; none: not before something is changed
  [[nodiscard]] auto sells_at(instant now) const noexcept -> bool;
  friend auto operator==(const sale_hours&, const sale_hours&) -> bool = default;
};
[[nodiscard]] auto sale_hours_of(event_status status, const event_config& config) -> sale_hours;

/// When the next price rule is due; the time of the last fact for one that is due by what is sold; nothing when none will ever be by time alone.
[[nodiscard]] auto next_price_change(const event_data& data) noexcept -> std::optional<instant>;
/// The configuration after the rules that are due, each made on what the one before has left; nothing when none is. A floor never turns a
/// reduction into a rise, nor a cap a rise into a reduction: the price then stays.
[[nodiscard]] auto repriced(const event_data& data, instant now) -> std::optional<event_config>;

/// Presales as amended: one without a code keeps that of its id.
[[nodiscard]] auto amended_phases(const std::vector<sale_phase>& before, std::vector<sale_phase> to)
    -> std::vector<sale_phase>;
/// Price rules as amended: one that is as it was stays made.
[[nodiscard]] auto amended_rules(const std::vector<price_rule>& before, std::vector<price_rule> to)
    -> std::vector<price_rule>;

/// Alike, in a time that does not depend on where they differ.
[[nodiscard]] auto is_same_code(const access_code_hash& a, const access_code_hash& b) noexcept -> bool;

} // namespace holdfast::domain
