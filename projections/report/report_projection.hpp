#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "journal/journal.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/projection.hpp"
#include "projections/report/event_sales.hpp"
#include "projections/report/report_figures.hpp"
#include "projections/store/checkpoint_lane.hpp"
#include "projections/views.hpp"
#include "projections/waiting_readers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace holdfast::projections {

/// State version of the report: raised with every change of its rows or of what they mean.
inline constexpr std::uint32_t report_state_version = 7;

/// What organisers are told of the sales of each event. Folded in memory from the last checkpoint, or from the journal's beginning
/// without one.
///
/// `apply` to `tick` run on its actor; so does the encoding of what is read, some 1 ms for the longest time line, at most once a
/// second an event and form. `read` is callable from any thread.
class report_projection final : public projection, public std::enable_shared_from_this<report_projection> {
 public:
  struct bounds {
    domain::millis wait_max = domain::seconds(1);
    std::size_t readers_waiting_max = 1'000;
    domain::millis bodies_kept = domain::minutes(1); ///< unread
    domain::millis checkpoint_every = domain::seconds(30);
    bool follows = true; ///< false: the journal was refused, and reports are as of the start
  };

  report_projection(std::shared_ptr<view_metrics> metrics, post_function post, clock_function clock);
  report_projection(std::shared_ptr<view_metrics> metrics, post_function post, clock_function clock, bounds within);

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "report"; }

  /// From now on checkpoints go there; null: nowhere. Before `load`.
  void keep_in(std::shared_ptr<checkpoint_lane> lane) { lane_ = std::move(lane); }

  /// Takes back what its lane has, or is to be folded from the beginning. Before its runner starts, on any one thread.
  void load();
  /// A last checkpoint, on its actor; blocks.
  void save();

  void apply(const applied_group& group) override;
  void publish(const journal::cursor& position) override;

  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }

  void reset() override;
  /// Reports are as of now from here on.
  void stopped() override;

  [[nodiscard]] auto wants(journal::stream_kind kind, std::uint16_t) const noexcept -> bool override {
    // Every fact of an event counts: its seq is what readers wait for.
    return kind == journal::stream_kind::event;
  }

  /// Every row that it keeps. On its actor, or when nothing is folded.
  void visit_rows(const row_visitor& visit) const;

  /// Deadlines of readers, checkpoints, what nobody reads. Every 100 ms or so.
  void tick(domain::instant now);

  /// The report of an event at or after `min_seq`. While the fold is not `complete`, an event that is not found may still come.
  void read(domain::event_id event, std::uint64_t min_seq, report_form form, bool complete, view_done done);

 private:
  struct reader {
    std::uint64_t min_seq = 0;
    report_form form = report_form::json;
    bool complete = true;
    domain::instant deadline;
    view_done done;
  };

  /// What was encoded last, by form.
  struct bodies {
    std::array<std::shared_ptr<const view_body>, 3> all;
    domain::instant read_at;
  };

  [[nodiscard]] auto take_row(std::string_view key, std::string_view value) -> bool;
  [[nodiscard]] auto take_changes() -> store_changes;
  void checkpoint_if_due();
  void admit(domain::event_id event, reader who);
  /// Answers if the answer is known; false to wait.
  [[nodiscard]] auto try_answer(domain::event_id event, const reader& who) -> bool;
  [[nodiscard]] auto last_of(domain::event_id event, const reader& who) -> std::shared_ptr<const view_body>;
  [[nodiscard]] static auto tag_of(const event_sales& from, report_form form, domain::instant now) -> std::string;
  [[nodiscard]] static auto encode(const event_sales& from, report_form form, domain::instant now)
      -> std::shared_ptr<view_body>;
  [[nodiscard]] auto body_of(const event_sales& from, domain::event_id event, const reader& who)
      -> std::shared_ptr<const view_body>;
  const std::shared_ptr<view_metrics> metrics_;
  const post_function post_;
  const clock_function clock_;
  const bounds within_;

  // The actor's, but that a load fills it on another thread while readers may be admitted already.
  std::mutex mutex_;
  std::unordered_map<domain::event_id, event_sales> events_;
  std::optional<domain::event_id> broken_; ///< a fold threw: what it left behind is no state of this event
  const std::shared_ptr<follow_mark> follows_;

  journal::cursor position_;
  std::shared_ptr<checkpoint_lane> lane_;
  domain::instant checkpointed_at_;
  bool between_positions_ = false; ///< folded and not published yet
  std::unordered_set<domain::event_id> changed_;
  std::unordered_map<domain::event_id, bodies> bodies_;
  waiting_readers<reader> waiting_;
};

} // namespace holdfast::projections
