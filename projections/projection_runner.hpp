#pragma once

#include "journal/journal.hpp"
#include "projections/catch_up.hpp"
#include "projections/feed.hpp"
#include "projections/ports.hpp"
#include "projections/projection.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

enum class runner_state : std::uint8_t {
  resting = 0, ///< not started
  catching_up, ///< reads the journal: at start, and when the ring has gone past it
  live,        ///< follows the ring
  stopped      ///< the projection threw or the journal is corrupt; its last good views stay
};

/// Text of a state, for people and metrics.
[[nodiscard]] auto to_text(runner_state state) noexcept -> std::string_view;

/// Drives one projection: every durable fact once, in order, from where the projection is, first out of the journal and then
/// out of the ring, and back to the journal when the ring has gone past it. Each projection has a runner of its own, so that one
/// that throws or lags touches no other.
///
/// `step`, `tick` and everything of the projection run on its actor, through `post`; the rest is callable from any thread.
class projection_runner : public std::enable_shared_from_this<projection_runner> {
 public:
  struct bounds {
    /// Groups folded on one turn of the actor; some 0.3 µs each, so that a turn stays within 0.1 ms.
    std::size_t groups_per_step = 256;
    chunk_bounds chunk;
    /// Chunks read ahead of the fold.
    std::size_t chunks_ahead = 2;
  };

  projection_runner(std::shared_ptr<projection> what, journal::journal& from, std::shared_ptr<feed> live,
                    post_function post);
  projection_runner(std::shared_ptr<projection> what, journal::journal& from, std::shared_ptr<feed> live,
                    post_function post, bounds within);
  ~projection_runner();

  /// Starts from the projection's position. Once.
  void start();
  /// Forgets everything folded and folds again from the projection's position after its reset; also mends a stopped one.
  void rebuild();

  /// Does a bounded part of what is at hand and posts itself while there is more. On the actor. Nothing to do: costs nothing.
  void step();
  /// Stops for something that went wrong outside of a fold. On the actor.
  void give_up(std::string why);
  /// Renews the lag and retries what failed for the moment. On the actor, every 100 ms or so.
  void tick(domain::instant now);

  [[nodiscard]] auto name() const noexcept -> std::string_view { return what_->name(); }

  [[nodiscard]] auto state() const noexcept -> runner_state { return state_.load(std::memory_order_acquire); }

  /// Why it stopped, or what it is waiting for; for people.
  [[nodiscard]] auto reason() const -> std::string;

  /// Whether everything that was durable when it was started has been folded and published. Stays true, but for a rebuild.
  [[nodiscard]] auto caught_up() const noexcept -> bool { return caught_up_.load(std::memory_order_acquire); }

  /// Age of the oldest durable fact that is not folded, as of the last tick; 0 when there is none.
  [[nodiscard]] auto lag() const noexcept -> domain::millis { return {lag_ms_.load(std::memory_order_relaxed)}; }

  /// Times the ring had gone past it, so that it read the journal again.
  [[nodiscard]] auto laps() const noexcept -> std::uint64_t { return laps_.load(std::memory_order_relaxed); }

  /// Groups folded since the start.
  [[nodiscard]] auto folded() const noexcept -> std::uint64_t { return folded_.load(std::memory_order_relaxed); }

 private:
  /// What is folded and published as one: a batch or a chunk.
  struct unit {
    std::vector<read_group> read; ///< from the journal
    feed::batch batch;            ///< from the ring
    journal::cursor after;
    bool to_present = false; ///< a chunk that ended where the journal ended
  };

  /// A traced command's facts, and when their fold began.
  struct traced_fold {
    std::shared_ptr<const tracing::traced_commit> what;
    std::chrono::steady_clock::time_point began;
  };

  /// Has `step` posted at most once until it runs. Apart from the runner, so that the journal's thread, which wakes, never
  /// holds the last reference to a runner.
  struct signal {
    post_function post;
    std::weak_ptr<projection_runner> to;
    std::atomic<bool> posted{false};
    static void raise(const std::shared_ptr<signal>& self);
  };

  void begin();
  void stop(std::string why);
  [[nodiscard]] auto fold_slice() -> bool;
  [[nodiscard]] auto fold_unit(unit& what, std::size_t& budget) -> bool;
  void fold(const journal::stream_id& stream, std::uint64_t first_seq,
            const std::shared_ptr<const domain::facts>& facts, std::uint64_t state_hash);
  [[nodiscard]] auto fetch() -> bool;
  [[nodiscard]] auto fetch_live() -> bool;
  void catch_up_again();
  void read_ahead();
  void take_chunk(std::uint64_t round, tl::expected<fact_chunk, journal::failure> chunk);
  void note(std::string why);
  void note_traced(const journal::append_group& group);
  void record_folds(std::size_t groups);

  const std::shared_ptr<projection> what_;
  journal::journal& from_;
  const std::shared_ptr<feed> live_;
  const post_function post_;
  const bounds within_;

  // The actor's.
  std::shared_ptr<signal> signal_;
  std::unique_ptr<feed::consumer> consumer_;
  std::deque<unit> work_;
  std::size_t done_in_unit_ = 0;
  std::vector<feed::batch> taken_;
  std::vector<traced_fold> traced_; ///< of the unit that is being folded
  journal::cursor position_;        ///< published
  journal::cursor read_to_;         ///< end of the last chunk received
  std::uint64_t round_ = 0;         ///< catch-ups begun: chunks of older ones are dropped
  bool reading_ = false;            ///< a chunk is on its way
  bool try_ring_ = false;           ///< the place may be in the ring
  bool pause_ = false;              ///< reading at once again would find nothing: wait for a commit or a tick
  domain::instant last_time_;       ///< of the last fact folded

  // Anybody's.
  std::atomic<runner_state> state_{runner_state::resting};
  std::atomic<bool> caught_up_{false};
  std::atomic<std::int64_t> lag_ms_{0};
  std::atomic<std::uint64_t> folded_{0};
  std::atomic<std::uint64_t> laps_{0};
  mutable std::mutex reason_mutex_;
  std::string reason_;
};

} // namespace holdfast::projections
