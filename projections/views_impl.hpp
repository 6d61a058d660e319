#pragma once

#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/metrics.hpp"
#include "projections/ports.hpp"
#include "projections/projection_runner.hpp"
#include "projections/projection_store.hpp"
#include "projections/search/search_metrics.hpp"
#include "projections/views.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

struct view_settings;

/// Where each projection runs.
struct view_posts {
  post_function inventory;
  post_function bookings;
  post_function catalogue;
  post_function report;
  post_function search = {}; ///< only with a `view_settings::search.directory`
};

/// Where projections keep their checkpoints.
struct view_store {
  projection_store* store =
      nullptr;        ///< null: everything is folded from the journal at every start. Outlives what `post` runs
  post_function post; ///< a thread that may wait for a disk
};

/// State of the search, for metrics.
struct search_status {
  const search_metrics* counts = nullptr; ///< null: there is no search
  std::uint64_t documents = 0;            ///< events in the index, drafts included
  std::uint64_t queued = 0;               ///< closures that wait for the index's thread
};

/// State of one projection, for readiness and metrics.
struct projection_status {
  std::string_view name; ///< static text
  runner_state state = runner_state::resting;
  std::string reason;     ///< why it stopped or waits; empty when all is well
  bool caught_up = false; ///< has folded everything that was durable at the start
  domain::millis lag;
  std::uint64_t folded = 0;       ///< groups since the start
  std::uint64_t laps = 0;         ///< times it was too slow for the ring and read the journal again
  bool rebuilding = false;        ///< a new fold is under way beside what is shown
  bool checkpoints_ended = false; ///< its store failed: it lives from memory, and the next start folds what came since
};

/// The views over three in-memory projections: inventory (seats, event pages), bookings (holds, orders) and the catalogue
/// (lists of events, layouts).
///
/// Life: construct after the journal has recovered and before its first append; give `listener()` to `journal.listen`; `start()`;
/// call `tick` every 100 ms until the end. The journal and the snapshots must outlive the views and every job of the read pool;
/// the views may go while closures are still posted, and reads still run: after their end nothing is posted any more.
class views_impl final : public views {
 public:
  /// `snapshots` may be null: events then load by full replay.
  views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
             const clock_function& clock);
  views_impl(journal::journal& journal, journal::snapshot_store* snapshots, const view_posts& posts,
             const clock_function& clock, const view_settings& settings, const view_store& keep = {});
  views_impl(const views_impl&) = delete;
  auto operator=(const views_impl&) -> views_impl& = delete;
  ~views_impl() override;

  [[nodiscard]] auto listener() const -> std::shared_ptr<journal::commit_listener>;
  /// Begins to load checkpoints and to catch up. Once, after `journal.listen`.
  void start();
  /// Last checkpoints, once the journal has ended: a start then folds nothing again. `done` is called on one of the actors when they
  /// are written, and not at all when an actor ends first. Nothing is checkpointed after.
  void save(const std::function<void()>& done);
  /// Deadlines of waiting readers, what is dropped when unread, lag, retries. Any thread; the work is posted.
  void tick(domain::instant now);
  /// Between two ticks, so that seat maps have ticks of a finer measure: together they are the calls of `live_hub::bounds::calls_a_tick`.
  /// Any thread; the work is posted.
  void pulse(domain::instant now);
  /// Whether what can wait a little is to: this process needs much of the machine. Any thread.
  void give_way(bool busy) noexcept;
  /// Folds one projection again from the journal, beside what is shown until it has caught up (but for the inventory, which keeps no
  /// past and loads its events anew). False for an unknown name, and while one is under way. Any thread.
  [[nodiscard]] auto rebuild(std::string_view name) -> bool;

  /// For `/readyz`: every projection has folded what was durable at the start.
  [[nodiscard]] auto caught_up() const -> bool;
  [[nodiscard]] auto status() const -> std::vector<projection_status>;
  [[nodiscard]] auto metrics() const noexcept -> const view_metrics&;
  [[nodiscard]] auto search_state() const -> search_status;

  void seats(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept override;
  void seats_binary(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept override;
  void allocations(domain::event_id event, std::uint64_t min_seq, allocation_page page,
                   view_done done) noexcept override;
  void seats_of_section(domain::event_id event, std::uint64_t min_seq, std::string section,
                        view_done done) noexcept override;
  void event_page(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept override;
  void layout(std::string hash, view_done done) noexcept override;
  void layout_binary(std::string hash, view_done done) noexcept override;
  void pack(const std::shared_ptr<const view_body>& body, content_coding coding,
            std::function<void()> done) noexcept override;
  void watch(domain::event_id event, std::optional<std::uint64_t> since, live_done done) noexcept override;
  void listen(const std::weak_ptr<live_listener>& listener) noexcept override;
  void search(search_query what, view_done done) noexcept override;
  void suggest(std::string text, std::size_t limit, view_done done) noexcept override;
  void report(domain::event_id event, std::uint64_t min_seq, report_form form, view_done done) noexcept override;
  void past(const past_wish& what, past_done done) noexcept override;
  [[nodiscard]] auto run_aside(std::function<void()> job) noexcept -> bool override;
  [[nodiscard]] auto event(domain::event_id event) const -> std::optional<event_summary> override;
  [[nodiscard]] auto events_of(domain::organisation_id organisation, domain::event_id after, std::size_t limit) const
      -> std::vector<event_summary> override;
  void booking(domain::event_id event, domain::hold_number number, std::uint64_t min_seq,
               std::function<void(read_outcome, std::shared_ptr<const booking_line>)> done) noexcept override;
  void waiting(domain::event_id event, const domain::subject_id& who, std::uint64_t min_seq,
               std::function<void(read_outcome, std::shared_ptr<const waitlist_line>)> done) noexcept override;
  void waitlist(domain::event_id event, std::uint64_t min_seq,
                std::function<void(read_outcome, std::shared_ptr<const waitlist_summary>)> done) noexcept override;
  void orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                 std::function<void(read_outcome, order_page)> done) noexcept override;
  void tickets_of(const domain::owner& who, const std::optional<ticket_place>& from, std::size_t limit,
                  std::function<void(read_outcome, ticket_page)> done) noexcept override;
  void offers(domain::event_id event, const std::optional<domain::ticket_number>& after, std::size_t limit,
              std::function<void(read_outcome, offer_page)> done) noexcept override;
  [[nodiscard]] auto revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
      -> std::optional<revocation_page> override;

 private:
  struct parts;
  std::shared_ptr<parts> parts_;
};

} // namespace holdfast::projections
