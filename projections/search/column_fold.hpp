#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/places_apart.hpp"
#include "projections/projection.hpp"
#include "projections/projection_store.hpp"
#include "projections/search/columns.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// With every half-life a hold counts half as much for the popularity of its event: an hour-old one a quarter.
inline constexpr domain::millis popularity_half_life = domain::minutes(30);

/// The popularity of an event that had `before` after one more hold; see `event_row::popularity`.
[[nodiscard]] auto popularity_after(double before, domain::instant hold_at) noexcept -> double;

/// Folds facts into columns, with what that takes besides: the live holds of each event, and which rows have changed since they were last
/// stored. Each row knows the seq of its last fact and passes over what it has: stored rows may be newer than the position that is stored with
/// them. One thread at a time; what it publishes in `columns()` is read by any.
class column_fold {
 public:
  column_fold();

  [[nodiscard]] auto columns() const noexcept -> const std::shared_ptr<search_columns>& { return columns_; }

  /// Whether such a fact changes any row.
  [[nodiscard]] static auto matters(const domain::fact_body& what) noexcept -> bool;

  /// Throws `unfoldable` for a fact of an event that was never created.
  void apply(const applied_group& group);
  /// Has readers notice what was folded since the last call.
  void publish();

  [[nodiscard]] auto unsaved() const noexcept -> std::size_t { return dirty_.size(); }

  /// Rows that have changed since the last call, as they are: of events, and of the names that they share.
  [[nodiscard]] auto take_changes() -> store_changes;
  /// All rows as they are stored, in no order: the same facts give the same bytes, however they came to be folded.
  void visit_rows(const row_visitor& visit) const;
  /// Adds a stored row, in the order of keys. False when it is not sound.
  [[nodiscard]] auto take_row(std::string_view key, std::string_view value) -> bool;

 private:
  class folder;

  /// What is set apart of an event, and what live holds have of it.
  struct part_apart {
    places_apart places;
    std::map<std::uint32_t, places_apart::share> shares;
  };

  /// What readers do not need of a row.
  struct back_of_row {
    std::uint64_t seq = 0;
    bool dirty = false;
    /// Places of each live hold; null when there is none.
    std::unique_ptr<std::unordered_map<std::uint32_t, std::uint32_t>> live;
    std::unique_ptr<part_apart> apart; ///< null: nothing was ever set apart
    domain::few_left few;
  };

  static void set_few(event_row& row, const back_of_row& back);
  void configure(event_row& row, const domain::event_config& config);
  [[nodiscard]] auto encode(std::uint32_t index) const -> std::string;
  [[nodiscard]] auto tables() const -> std::array<name_table*, 4>;
  [[nodiscard]] auto take_name(std::string_view key, std::string_view value) -> bool;
  [[nodiscard]] auto take_event(std::string_view key, std::string_view value) -> bool;
  static void put_back(const back_of_row& from, row_writer& to);
  static void take_back(row_reader& in, back_of_row& to);
  void list(const event_row& row);
  void mark(std::uint32_t index);

  std::shared_ptr<search_columns> columns_;
  std::vector<back_of_row> backs_; ///< by row
  std::unordered_map<domain::event_id, std::uint32_t> rows_;
  std::vector<std::uint32_t> dirty_;
  bool changed_ = false;
};

} // namespace holdfast::projections
