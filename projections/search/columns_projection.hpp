#pragma once

#include "projections/ports.hpp"
#include "projections/projection.hpp"
#include "projections/search/column_fold.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/search/search_slots.hpp"
#include "projections/store/checkpoint_lane.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string_view>

namespace holdfast::projections {

/// State version of the columns: raised with every change of their rows or of what they mean.
inline constexpr std::uint32_t columns_state_version = 4;

/// The columns of the search: price, availability, status, place and popularity of every event, folded in memory from the last checkpoint, or
/// from the journal's beginning without one. Readers see a fact as soon as it is folded; no document is indexed again for it.
///
/// A rebuild folds new columns beside the old ones, which go on being read until it has caught up.
///
/// Everything but `save` runs on its actor.
class columns_projection final : public projection {
 public:
  /// `clock` says when it stopped, if it does.
  columns_projection(std::shared_ptr<search_slots> slots, const search_settings& settings, clock_function clock);

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "search"; }

  /// From now on checkpoints go there. Before `load`.
  void keep_in(std::shared_ptr<checkpoint_lane> lane) { lane_ = std::move(lane); }

  /// Takes back what its lane has, or is to be folded from the beginning. Before its runner starts, on any one thread.
  void load();
  /// The last checkpoint; blocks. Any thread: what is folded afterwards is dropped.
  void save();

  void apply(const applied_group& group) override;

  void publish(const journal::cursor& position) override;

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  /// A rebuild that threw is over: what was shown before stays.
  void stopped() override;
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// Whether new columns are folded beside what people see. Any thread.
  [[nodiscard]] auto rebuild_runs() const noexcept -> bool { return rebuild_runs_.load(std::memory_order_acquire); }

  /// Every row as it is kept. Nothing else of it may run.
  void visit_rows(const row_visitor& visit) const { fold_->visit_rows(visit); }

  /// Checkpoints, and the end of a rebuild. `caught_up` as its runner says.
  void tick(bool caught_up);

 private:
  void checkpoint();

  std::mutex mutex_; ///< held while something is folded; uncontended but at the end
  bool ended_ = false;
  const std::shared_ptr<search_slots> slots_;
  const clock_function clock_;
  const std::chrono::milliseconds checkpoint_every_;
  std::unique_ptr<column_fold> fold_;
  bool rebuilding_ = false; ///< `fold_` is not what people see
  std::atomic<bool> rebuild_runs_{false};
  journal::cursor position_;
  std::shared_ptr<checkpoint_lane> lane_; ///< null: nothing is kept
  std::chrono::steady_clock::time_point checkpointed_at_;
};

} // namespace holdfast::projections
