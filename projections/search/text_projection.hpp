#pragma once

#include "projections/ports.hpp"
#include "projections/projection.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/search/search_slots.hpp"
#include "projections/search/text_index.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// The index of texts: what events are called, where they are and what is said about them. It keeps its own position with its texts, and goes
/// on from there after a start; a directory that is missing, damaged or of another journal is begun anew.
///
/// A rebuild makes a second index beside the old one, which goes on being read until the new one has caught up.
///
/// Everything runs on the thread that may block (`search_thread`), and nothing else does.
class text_projection final : public projection {
 public:
  /// `clock` says when it stopped, if it does.
  text_projection(std::shared_ptr<search_slots> slots, const search_settings& settings, clock_function clock);

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "search_text"; }

  /// Opens what is there. Before its runner starts.
  void load();
  /// The last commit, when nothing is folded any more and no closure of its runs; blocks.
  void save();

  /// After `save`, and after every reader: closes the index and seals it.
  void close();

  void apply(const applied_group& group) override;
  void publish(const journal::cursor& position) override;

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  /// A rebuild that threw is over: what was shown before stays.
  void stopped() override;
  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t type) const noexcept -> bool override;

  /// Whether a second index is made beside the one that people see. Any thread.
  [[nodiscard]] auto rebuild_runs() const noexcept -> bool { return rebuild_runs_.load(std::memory_order_acquire); }

  /// Where the index is that a start would open in such a directory.
  [[nodiscard]] static auto current_in(const std::filesystem::path& directory) -> std::filesystem::path;

  /// Where the index is that people see; empty without one. Nothing else of it may run.
  [[nodiscard]] auto shown_in() const -> std::filesystem::path;

  /// Commits that are due, and the end of a rebuild. `caught_up` as its runner says; what it was when that came first is committed at once.
  void tick(bool caught_up);
  /// Whether people have been shown everything that was durable at the start. Any thread.
  [[nodiscard]] auto has_shown_all() const noexcept -> bool { return has_shown_all_.load(std::memory_order_acquire); }
  /// Why there is no index any more; empty while there is one. On its thread.
  [[nodiscard]] auto failure() const noexcept -> const std::string& { return failure_; }

 private:
  void load_to_show();
  void make_current(const std::string& name);
  void remove_others(const std::string& than) const;
  [[nodiscard]] auto commit_is_due() const -> bool;
  void commit();
  void swap();
  /// Runs what writes outside a fold. When it fails there is no index any more: `failure` says why, and whoever drives the projection stops it.
  template <class Run>
  void guarded(Run&& run);

  const std::shared_ptr<search_slots> slots_;
  const clock_function clock_;
  const search_settings settings_;
  std::unique_ptr<text_index> index_;    ///< what people see; null when it cannot be opened
  std::unique_ptr<text_index> building_; ///< during a rebuild
  std::atomic<bool> rebuild_runs_{false};
  std::uint64_t number_ = 1; ///< of the newest directory
  std::string failure_;      ///< why there is none
  journal::cursor position_;
  bool caught_up_ = false;
  std::atomic<bool> has_shown_all_{false};
  std::chrono::steady_clock::time_point committed_at_;
};

} // namespace holdfast::projections
