#pragma once

#include "actors/event_core.hpp"
#include "actors/queue_board.hpp"
#include "actors/queue_inbox.hpp"
#include "actors/queue_port.hpp"
#include "actors/queue_publisher.hpp"
#include "domain/queue/state.hpp"
#include "journal/journal.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::actors {

class queue_core;

/// How work comes to a room's thread, at once or later; what comes after its end is dropped. Thread-safe.
class queue_mailbox {
 public:
  virtual ~queue_mailbox() = default;
  virtual void post(std::function<void(queue_core&)> job) noexcept = 0;
  virtual void post_after(std::chrono::milliseconds delay, std::function<void(queue_core&)> job) noexcept = 0;
};

/// Asks an event how far behind it is. Thread-safe.
class backlog_port {
 public:
  virtual ~backlog_port() = default;
  /// `answered` is called once, on some thread: when everything that was asked of the event before is decided and durable, or the event has left memory.
  /// An event that is not in memory is loaded if `wakes` says so, and tells its room what it has left.
  virtual void probe(domain::event_id event, bool wakes, std::function<void()> answered) noexcept = 0;
};

/// What all rooms share. Everything outlives them.
struct queue_services {
  const event_services& shared;
  deadline_port& wakes; ///< wakes a room that is off when its schedule has something due
  backlog_port& backlog;
  domain::queue::digest secret{}; ///< of the seeds
  std::uint32_t places_max = domain::queue::limits::places_max;
  domain::millis backlog_target{100}; ///< an event that is further behind lets in fewer
};

/// An event's waiting room without its actor: what was asked since the last append is decided as one turn, and only when that is durable is it published,
/// told, and the next turn begun. So the state is never ahead of the journal when anybody looks, and however many ask, each sync takes all of them. One thread
/// at a time.
class queue_core {
 public:
  queue_core(domain::event_id event, const queue_services& services, std::shared_ptr<queue_board> board,
             std::shared_ptr<queue_inbox> inbox, std::shared_ptr<queue_mailbox> self);
  ~queue_core();
  queue_core(const queue_core&) = delete;
  auto operator=(const queue_core&) -> queue_core& = delete;

  /// How often a room that is not off looks for what is due.
  static constexpr std::chrono::milliseconds tick_every{250};
  /// And, while people wait to be let in, for that alone: so that of those whom a rate lets in within any ten seconds at most a two-hundredth are late.
  static constexpr std::chrono::milliseconds pace_every{50};
  /// How often one that is off counts arrivals.
  static constexpr std::chrono::milliseconds load_every{1'000};
  /// Entrants of a draw that the actor does not make others wait for.
  static constexpr std::uint32_t drawn_at_once = 65'536;
  /// Slots that one tick looks at for who went silent.
  static constexpr std::uint32_t slots_a_tick = 65'536;

  /// Begins to load; `then` is told how it ended, on the actor's thread.
  void start(std::function<void(bool)> then = {});
  /// Something is in the inbox, or on the board.
  void wake();
  /// Time has passed.
  void tick();
  /// Nothing is begun any more; who waits is told so. `then` is called when nothing is under way.
  void stop(std::function<void()> then);

  /// For tests; null while loading.
  [[nodiscard]] auto state() const noexcept -> const domain::queue::state* { return state_.get(); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  struct fold;
  /// The appends of one turn, and its own part: whoever ends last ends the turn.
  struct flight {
    std::atomic<std::uint32_t> open{1};
    std::atomic<bool> failed{false};
  };
  using told_list = std::vector<std::function<void(bool)>>;

  void loaded(const std::shared_ptr<fold>& from);
  void load_failed(const std::string& why);
  [[nodiscard]] auto now() const -> domain::instant;
  [[nodiscard]] auto closed_because() const -> std::optional<room_unavailable::reason>;
  void refuse_all(room_unavailable::reason why);

  // A turn: queue_core.cpp.
  void run(bool is_tick);
  void take_turn(bool is_tick);
  void ended(bool durable);
  /// From any thread: a part of the turn has ended, and the last of them ends it.
  static void leave_flight(const std::shared_ptr<queue_mailbox>& self, const std::shared_ptr<flight>& of);
  /// Decides, applies and appends. Whether facts came of it; nothing when it is refused, and `no` says why.
  auto ask(domain::queue::command_body what, const domain::caller& by = {}, const room_meta& meta = {},
           domain::queue::refusal* no = nullptr) -> std::optional<bool>;
  void append(domain::facts&& made, const room_meta& meta);
  /// Hands facts to the journal; `next_deadline` is the stream's after them.
  void write(std::shared_ptr<const domain::facts> made, std::uint64_t first_seq, const room_meta& meta,
             std::optional<domain::instant> next_deadline);
  /// Sees to it that what will be due is looked at.
  void arm();
  void look_again_after(std::chrono::milliseconds delay);
  /// Looks between two ticks, while there is somebody to let in.
  void arm_pace();
  [[nodiscard]] auto next_deadline() const -> std::optional<domain::instant>;
  void count();

  // What is asked: queue_core_asked.cpp.
  void take(asked_command&& asked);
  void answer(asked_command&& asked, std::optional<domain::queue::refusal> refused);
  void take_leaves(std::vector<asked_leave>&& asked);
  void take_joins(std::vector<asked_join>&& asked);
  void take_notices(std::vector<room_notice>&& told);
  void take_notes();

  // Draws, each a turn of its own: queue_core_draw.cpp.
  /// Of the pre-queue that the fact with this seq opens.
  [[nodiscard]] auto seed_of(std::uint64_t opened_seq) const -> domain::queue::digest;
  [[nodiscard]] auto draw_waits() const noexcept -> bool { return draw_is_due_ || !draws_.empty(); }
  void draw_next();
  /// Applies a draw of many beside the actor.
  void draw_elsewhere(domain::facts&& made, const room_meta& meta);
  struct drawing;
  void drawn(const std::shared_ptr<drawing>& from);

  // What is due: queue_core_due.cpp.
  void follow_schedule();
  void follow_supply();
  void follow_load();
  void follow_backlog();
  void follow_sale();
  /// Whether nobody is let in now: there is nothing that they could hold, or the event is being asked.
  [[nodiscard]] auto holds_back() const -> bool;
  void sweep();
  /// Those at the heads of the lines who were not heard of: nobody lets them in.
  void miss_heads();
  void advance(bool is_tick);
  void probed(domain::millis took);

  domain::event_id event_;
  const queue_services& services_;
  std::shared_ptr<queue_board> board_;
  std::shared_ptr<queue_inbox> inbox_;
  std::shared_ptr<queue_mailbox> self_;
  std::unique_ptr<domain::queue::state> state_; ///< null while loading, and while it is drawn elsewhere
  std::unique_ptr<queue_publisher> publisher_;  ///< null with it
  std::uint64_t opened_seq_ = 0;                ///< of the fact that opened the pre-queue
  bool halted_ = false;
  bool stopped_ = false;
  std::function<void()> then_stop_;
  bool armed_ = false;
  bool paces_ = false;           ///< a look between two ticks is under way
  domain::instant claims_until_; ///< nobody could come while there was no server: who was let in has their time again

  // Of the turn under way.
  std::shared_ptr<flight> flight_; ///< null: none
  told_list told_;
  std::vector<domain::queue::place_number> noted_; ///< taken from the slots
  bool shows_now_ = false;                         ///< its end does not wait for the next tick to be seen
  bool was_tick_ = false;
  bool tick_waits_ = false; ///< one came meanwhile
  bool goes_on_ = false;    ///< there was more to do
  bool notes_wait_ = false; ///< more places polled than one command takes

  std::vector<asked_command> draws_; ///< that organisers asked for
  bool draw_is_due_ = false;         ///< by the schedule

  std::uint32_t swept_to_ = 0;
  domain::instant looked_at_load_;
  std::array<std::uint32_t, 10> loads_{}; ///< arrivals a second at the last looks
  std::size_t looked_at_loads_ = 0;
  domain::instant looked_at_backlog_;
  std::optional<domain::instant> probed_at_; ///< the event has not answered since
  bool has_asked_ = false;                   ///< the event, since this room was loaded
  bool held_back_ = false;                   ///< on, and the event does not sell
  domain::millis backlog_;                   ///< the longest of answers since it was looked at
  bool probe_answered_ = false;
  domain::queue::head_count counted_;
  domain::queue::eta_accuracy counted_accuracy_;
  bool seed_is_wrong_ = false; ///< said once
};

} // namespace holdfast::actors
