#pragma once

#include "domain/instant.hpp"
#include "journal/journal.hpp"
#include "projections/feed.hpp"
#include "projections/ports.hpp"
#include "projections/post_gate.hpp"
#include "projections/projection_runner.hpp"
#include "projections/projection_store.hpp"
#include "projections/search/columns_projection.hpp"
#include "projections/search/search_metrics.hpp"
#include "projections/search/search_service.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/search/search_slots.hpp"
#include "projections/search/search_thread.hpp"
#include "projections/search/text_projection.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// Everything of the search: its two projections with their runners, the thread that writes the index, and the answers. Thread-safe.
class search_part {
 public:
  /// What it works with; the journal and the store outlive it and what they run.
  struct surroundings {
    journal::journal& from;
    std::shared_ptr<feed> live;
    post_function columns_post; ///< the actor of the columns
    clock_function clock;
    projection_runner::bounds runner;
    projection_store* store = nullptr; ///< of the columns' checkpoints; null: none
    post_function store_post;
  };

  search_part(const surroundings& around, const search_settings& settings);
  ~search_part();
  search_part(const search_part&) = delete;
  auto operator=(const search_part&) -> search_part& = delete;

  /// Begins to load what is kept and to catch up. Once, after `journal.listen`.
  void start();
  /// Commits, checkpoints, ends of rebuilds; posted.
  void tick(domain::instant now);
  /// Stops everything and saves it; blocks. Answers are given on. Idempotent.
  void end();
  /// Whether it is one of its two projections.
  [[nodiscard]] static auto has(std::string_view name) noexcept -> bool {
    return name == "search" || name == "search_text";
  }

  /// Folds one of them again, beside what is read until then. False while that is under way.
  [[nodiscard]] auto rebuild(std::string_view name) -> bool;
  [[nodiscard]] auto rebuilding(std::string_view name) const -> bool;

  /// Whether this one has no more checkpoints until the next start because its store failed.
  [[nodiscard]] auto checkpoints_ended(std::string_view name) const -> bool {
    return name == columns_->name() && columns_lane_ && columns_lane_->failed();
  }

  /// Whether everything that was durable at the start has been folded; stays so during a rebuild.
  [[nodiscard]] auto caught_up() const -> bool { return caught_up_->load(std::memory_order_acquire); }

  [[nodiscard]] auto runners() const -> std::array<std::shared_ptr<projection_runner>, 2> {
    return {columns_runner_, texts_runner_};
  }

  void search(search_query what, view_done done) { service_->search(std::move(what), std::move(done)); }

  void suggest(std::string text, std::size_t limit, view_done done) {
    service_->suggest(std::move(text), limit, std::move(done));
  }

  [[nodiscard]] auto metrics() const noexcept -> const search_metrics& { return *metrics_; }

  /// Closures that wait for the index's thread.
  [[nodiscard]] auto queued() const -> std::size_t { return thread_.queued(); }

  /// Events in the index, drafts included.
  [[nodiscard]] auto documents() const -> std::uint64_t;

 private:
  std::shared_ptr<search_slots> slots_;
  std::shared_ptr<search_metrics> metrics_;
  std::shared_ptr<std::atomic<bool>> caught_up_;
  search_thread thread_;
  post_gate columns_gate_;
  post_gate texts_gate_;
  post_function columns_post_; ///< through the gate
  post_function texts_post_;
  post_function store_post_;
  std::shared_ptr<columns_projection> columns_;
  std::shared_ptr<checkpoint_lane> columns_lane_; ///< null: nothing is kept
  std::shared_ptr<text_projection> texts_;
  std::shared_ptr<projection_runner> columns_runner_;
  std::shared_ptr<projection_runner> texts_runner_;
  std::shared_ptr<search_service> service_;
  /// Asked for, and not begun yet: of the columns, of the texts.
  std::shared_ptr<std::array<std::atomic<bool>, 2>> asked_;
  std::mutex rebuild_mutex_; ///< held while one is asked for
  bool ended_ = false;
};

} // namespace holdfast::projections
