#pragma once

#include "journal/memory_journal.hpp"
#include "projections/feed.hpp"
#include "projections/projection_runner.hpp"
#include "projections/search/columns_projection.hpp"
#include "projections/search/search_service.hpp"
#include "projections/search/text_projection.hpp"
#include "tests/search/naive_events.hpp"

#include <nlohmann/json.hpp>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::search_test {

/// A directory of its own, removed at the end.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  auto operator=(const scratch_directory&) -> scratch_directory& = delete;
  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

/// Answers of the search, once they have come.
struct search_answer {
  std::optional<projections::read_outcome> outcome;
  nlohmann::json json;
  std::string bytes;
  std::string etag;
  domain::instant made_at;

  /// Events of the items, in order.
  [[nodiscard]] auto events() const -> std::vector<domain::event_id>;
  [[nodiscard]] auto cursor() const -> std::string;
};

/// The search over a journal in memory and directories on disk, where nothing happens by itself: commits, folds, reads and ticks are done when
/// the test says so. A process ends by `crash`, which saves nothing, or by `restart`.
class search_bench {
 public:
  explicit search_bench(projections::search_settings settings = {});
  ~search_bench();
  search_bench(const search_bench&) = delete;
  auto operator=(const search_bench&) -> search_bench& = delete;

  void append(journal::append_group group);
  /// What was appended is durable.
  void commit();
  /// Everything that is at hand: commits, reads, folds.
  void settle();
  /// Some of it: one thing.
  [[nodiscard]] auto run_some(model::dice& dice) -> bool;
  void tick();
  /// Settles until texts and columns are committed and shown.
  void show();

  void crash();
  void restart();
  void rebuild(std::string_view name);

  /// Everything that is kept of the columns ("search") or the texts, as rows. At rest.
  [[nodiscard]] auto rows(std::string_view name) const -> std::map<std::string, std::string>;

  [[nodiscard]] auto search(const projections::search_query& query) -> search_answer;
  [[nodiscard]] auto suggest(const std::string& text, std::size_t limit = 10) -> search_answer;
  /// Asks without waiting for the answer.
  [[nodiscard]] auto ask(const projections::search_query& query) -> std::shared_ptr<search_answer>;

  [[nodiscard]] auto directory() const -> std::filesystem::path { return scratch_.path() / "search"; }
  [[nodiscard]] auto now() -> domain::instant& { return *now_; }
  [[nodiscard]] auto slots() -> projections::search_slots& { return *slots_; }
  [[nodiscard]] auto metrics() -> projections::search_metrics& { return *metrics_; }
  [[nodiscard]] auto runner(std::string_view name) -> projections::projection_runner&;
  [[nodiscard]] auto caught_up() const -> bool;

 private:
  using jobs = std::deque<std::function<void()>>;

  void start();
  void end();
  [[nodiscard]] auto post_to(std::size_t which) -> projections::post_function;
  [[nodiscard]] auto run_one(std::size_t which) -> bool;
  [[nodiscard]] auto wait_for(const std::shared_ptr<search_answer>& answer) -> search_answer;

  scratch_directory scratch_;
  projections::search_settings settings_;
  std::shared_ptr<domain::instant> now_ = std::make_shared<domain::instant>(domain::instant{1'795'000'000'000});
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  std::unique_ptr<projections::projection_store> store_;
  std::unique_ptr<journal::memory_journal> journal_;
  std::vector<std::shared_ptr<jobs>> jobs_; ///< of the columns, the texts, the store
  std::shared_ptr<projections::search_slots> slots_;
  std::shared_ptr<projections::search_metrics> metrics_;
  std::shared_ptr<projections::columns_projection> columns_;
  std::shared_ptr<projections::text_projection> texts_;
  std::shared_ptr<projections::projection_runner> columns_runner_;
  std::shared_ptr<projections::projection_runner> texts_runner_;
  std::shared_ptr<projections::search_service> service_;
};

[[nodiscard]] auto ids_of(const std::vector<const naive_event*>& events) -> std::vector<domain::event_id>;
[[nodiscard]] auto sorted(std::vector<domain::event_id> events) -> std::vector<domain::event_id>;
/// A query for these words.
[[nodiscard]] auto words(const std::string& text) -> projections::search_query;

} // namespace holdfast::search_test
