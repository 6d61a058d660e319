#pragma once

#include "journal/memory_journal.hpp"
#include "projections/view_settings.hpp"
#include "projections/views_impl.hpp"
#include "tests/projections/sales.hpp"
#include "tests/projections/tampered_journal.hpp"
#include "tests/support/memory_projection_store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::projections_test {

/// Closures posted to one actor, run when the test says so.
class posted {
 public:
  [[nodiscard]] auto post() -> projections::post_function;
  /// False when there was none.
  auto run_one() -> bool;
  [[nodiscard]] auto waiting() const -> std::size_t { return jobs_->size(); }
  void clear() { jobs_->clear(); }

 private:
  std::shared_ptr<std::deque<std::function<void()>>> jobs_ = std::make_shared<std::deque<std::function<void()>>>();
};

/// Views over a journal in memory where nothing happens by itself: commits, reads, actors and time move when the test says so,
/// in an order that a seed decides.
class pumped_world {
 public:
  /// `keeps`: projections have a store, which outlives every process.
  explicit pumped_world(projections::view_settings settings = {}, bool keeps = false);
  pumped_world(const pumped_world&) = delete;
  auto operator=(const pumped_world&) -> pumped_world& = delete;
  ~pumped_world() { stop(); }

  /// A new process over the same disk: what was posted is lost. `crash`: the old one writes nothing at its end.
  void restart(bool crash = false);
  void append(const decision& what);
  /// Commits what was appended and runs reads that were queued; false when there was nothing.
  auto pump_journal() -> bool { return journal_->pump() > 0; }
  /// One closure of an actor that the dice choose; false when nobody has any.
  auto run_some(model::dice& dice) -> bool;
  /// Time goes on, and a tick is posted.
  void pass(domain::millis time);
  /// Until nothing is left to do at this time of day.
  void settle();

  [[nodiscard]] auto views() -> projections::views_impl& { return *views_; }
  [[nodiscard]] auto journal() -> journal::memory_journal& { return *journal_; }
  [[nodiscard]] auto tamper() -> tampered_journal& { return *tampered_; }
  [[nodiscard]] auto now() const -> domain::instant { return *now_; }
  [[nodiscard]] auto store_disk() -> testing::projection_disk& { return *store_disk_; }
  [[nodiscard]] auto actors() -> std::array<posted, 4>& { return actors_; }

 private:
  void save();
  /// What was posted refers to those who post: it goes before them.
  void stop();

  projections::view_settings settings_;
  std::shared_ptr<domain::instant> now_ = std::make_shared<domain::instant>(domain::instant{1'795'000'000'000});
  std::shared_ptr<journal::memory_disk> disk_ = std::make_shared<journal::memory_disk>();
  const bool keeps_;
  std::shared_ptr<testing::projection_disk> store_disk_ = std::make_shared<testing::projection_disk>();
  std::unique_ptr<testing::memory_projection_store> store_;
  posted store_lane_;
  std::unique_ptr<journal::memory_journal> journal_;
  std::unique_ptr<tampered_journal> tampered_; ///< before journal_, as the views see it
  std::array<posted, 4> actors_;               ///< inventory, bookings, catalogue, report
  std::unique_ptr<projections::views_impl> views_;
};

/// An answer of the views, once it has come.
struct view_answer {
  std::optional<projections::read_outcome> outcome;
  std::shared_ptr<const projections::view_body> body;
};
/// Something that takes one; the answer may come long after.
[[nodiscard]] auto into(const std::shared_ptr<view_answer>& answer) -> projections::view_done;

/// Every way in which a body differs from what was to be shown at its seq, as text; empty when it is right.
[[nodiscard]] auto faults_of_seats(const sales& from, domain::event_id event, const projections::view_body& body)
    -> std::string;
[[nodiscard]] auto faults_of_allocations(const sales& from, domain::event_id event, const projections::view_body& body)
    -> std::string;
[[nodiscard]] auto faults_of_page(const sales& from, domain::event_id event, const projections::view_body& body)
    -> std::string;

} // namespace holdfast::projections_test
