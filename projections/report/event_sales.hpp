#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "projections/places_apart.hpp"
#include "projections/projection_store.hpp"
#include "projections/report/price_history.hpp"
#include "projections/report/report_figures.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// One event's sales, folded from its facts: what the report says of it, and what the next fact needs.
///
/// The time line is bounded: the newest `fine_periods_max` minutes in which something happened are kept as minutes, what is older as
/// hours, as many of them, and what is older still as days. Facts alone decide what is where, so that every fold of the same facts is
/// equal. Some 1 KiB an event, 80 bytes a live hold, 150 bytes a period and 48 for each tier in which something happened in it. Not thread-safe.
class event_sales {
 public:
  static constexpr std::size_t fine_periods_max = 720;
  static constexpr std::size_t open_books_max = 1'000;

  explicit event_sales(domain::event_id event) { figures_.event = event; }

  /// Folds the fact with the seq after `seq()`. Throws `unfoldable` when it does not follow on what was folded.
  void fold(const domain::fact& what);

  [[nodiscard]] auto seq() const noexcept -> std::uint64_t { return figures_.seq; }

  /// The time of the last fact.
  [[nodiscard]] auto last_fact() const noexcept -> domain::instant { return figures_.last_fact; }

  [[nodiscard]] auto organisation() const noexcept -> domain::organisation_id { return figures_.organisation; }

  [[nodiscard]] auto event() const noexcept -> domain::event_id { return figures_.event; }

  [[nodiscard]] auto currency() const noexcept -> domain::currency_code { return figures_.currency; }

  [[nodiscard]] auto is_draft() const noexcept -> bool { return figures_.status == domain::event_status::draft; }

  [[nodiscard]] auto prices() const noexcept -> const price_history& { return prices_; }

  /// Where its sale stands at that moment.
  [[nodiscard]] auto sale_at(domain::instant now) const -> domain::sale_status {
    return projections::sale_at(figures_, now);
  }

  /// Everything as of now: what happened within the last minute is as of this moment.
  [[nodiscard]] auto figures(domain::instant now) const -> report_figures;
  /// Whether `figures` changes with time alone.
  [[nodiscard]] auto is_moving(domain::instant now) const noexcept -> bool;

  /// Adds the rows that have changed since the last call, or all of them.
  void take_changed_rows(store_changes& to);
  void put_all_rows(store_changes& to) const;

  /// Nothing is kept: no call of `take_changed_rows` will come.
  void forget_changes() noexcept { changed_periods_.clear(); }

  /// Takes back a row of this event; false when it is not sound.
  [[nodiscard]] auto take_event_row(std::string_view value) -> bool;
  [[nodiscard]] auto take_period_row(std::uint8_t grain, domain::instant from, std::string_view value) -> bool;

  /// The event that a row is of; nothing when its key is none of ours. `grain` is 0 for the event's own row.
  struct row_name {
    domain::event_id event;
    std::uint8_t grain = 0;
    domain::instant from;
  };
  [[nodiscard]] static auto read_row_name(std::string_view key, row_name& to) -> bool;

 private:
  friend class sales_folder;

  /// Places of one tier in a hold.
  struct held_part {
    domain::tier_index tier = 0;
    std::uint32_t places = 0;
    domain::minor_units value = 0;
  };

  struct live_hold {
    std::vector<held_part> parts;
    places_apart::share apart;
    domain::minor_units tax = 0; ///< on top of its places, together
  };

  /// Seats from `first` on have this tier, up to the next run.
  struct tier_run {
    domain::seat_index first = 0;
    domain::tier_index tier = 0;
  };

  struct second_line {
    std::int64_t second = 0; ///< since 1970
    std::uint32_t holds = 0;
    std::uint32_t places_sold = 0;
  };

  using periods = std::map<std::int64_t, period_flow>; ///< by their begin, in milliseconds

  void start(const domain::layout& seats);
  void take_names(const domain::event_config& config);
  void name_tiers();
  [[nodiscard]] auto tier_of(domain::seat_index seat) const noexcept -> domain::tier_index;
  [[nodiscard]] auto take_hold(domain::hold_number hold) -> live_hold;
  /// Counts places that are kept from the public, by tier.
  [[nodiscard]] auto held_back() -> places_apart::watcher;
  void note(const period_flow& what, std::uint32_t holds, std::uint32_t places_sold);
  void coarsen(std::size_t grain);
  void note_books();
  [[nodiscard]] auto event_row() const -> std::string;

  report_figures figures_;                                      ///< without what `figures` adds
  std::vector<std::pair<std::string, std::string>> tier_names_; ///< id and name, of the configuration
  std::vector<tier_run> seat_tiers_;
  std::vector<domain::tier_index> area_tiers_;
  std::map<std::uint32_t, live_hold> live_; ///< ordered: rows are alike for alike states
  places_apart apart_;
  price_history prices_;
  std::array<periods, 3> periods_;  ///< minutes, hours, days
  std::deque<second_line> seconds_; ///< of the last minute of facts
  std::set<std::pair<std::size_t, std::int64_t>> changed_periods_;
};

} // namespace holdfast::projections
