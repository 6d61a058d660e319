#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/engine_metrics.hpp"
#include "actors/fact_clock.hpp"
#include "actors/inflight_limiter.hpp"
#include "actors/queue_port.hpp"
#include "actors/reply_port.hpp"
#include "actors/request_times.hpp"
#include "actors/room_notices.hpp"
#include "actors/selling_gate.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/hold_wish.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace holdfast::actors {

/// A command on its way to an event.
struct event_request {
  domain::command what;
  std::optional<domain::hold_wish> wish; ///< given: `what.body` becomes it, once the event's layout is at hand
  request_meta meta;
  reply_port reply;
  request_times times = {};
};

struct append_progress;

using fold_result = tl::expected<journal::folded, journal::failure>;

/// How work that ends on another thread comes back to the actor. Thread-safe; implemented over CAF, and by a plain queue in tests.
class event_mailbox {
 public:
  virtual ~event_mailbox() = default;
  virtual void post_loaded(std::shared_ptr<fold_result> result) noexcept = 0;
  /// Asks for `event_core::expire`.
  virtual void post_expire(std::shared_ptr<held_credit> credit) noexcept = 0;
};

/// Asks how far behind an event is: says so at its end, however it ends.
class event_probe {
 public:
  explicit event_probe(std::function<void()> answered) : answered_{std::move(answered)} {}
  event_probe(const event_probe&) = delete;
  auto operator=(const event_probe&) -> event_probe& = delete;
  ~event_probe() { answered_(); }

 private:
  std::function<void()> answered_;
};

/// Wakes an event when something in it is due, loaded or not. Thread-safe.
class deadline_port {
 public:
  virtual ~deadline_port() = default;
  virtual void schedule(domain::event_id event, domain::instant at) noexcept = 0;
};

/// Hears that a cancelled event has orders which it cannot give back itself, because their money is with a gateway; again and again while it has.
/// Thread-safe.
class cancelled_port {
 public:
  virtual ~cancelled_port() = default;
  virtual void orders_left(domain::event_id event) noexcept = 0;
};

/// What all event actors share. Everything outlives them.
struct event_services {
  journal::journal& journal;
  journal::snapshot_store& snapshots;
  const answer_encoder& encoder;
  const clock_port& clock;
  const selling_gate& gate;
  deadline_port& deadlines;
  engine_metrics& metrics;
  /// A snapshot is made after this many records, off the actor's thread; later in an event's life after up to three times as many.
  std::uint64_t snapshot_every_records = 200'000;
  /// On passivation a snapshot is made when at least this many records would have to be replayed.
  std::uint64_t snapshot_on_passivation_records = 64;
  cancelled_port* cancelled = nullptr; ///< null: nothing is paid by card
  const queue_port* rooms = nullptr;   ///< null: nobody waits, and holds need no admission
  room_notices* notices = nullptr;     ///< null with `rooms`
};

/// The event actor without its actor: owns one event's inventory, decides, applies, appends, and lets answers leave behind their facts. What
/// comes back is offered to the waitlist in the same turn, before any other request is decided.
/// One thread at a time (its actor's). Messages that arrive while it loads wait inside.
class event_core {
 public:
  event_core(domain::event_id event, const event_services& services, std::shared_ptr<event_mailbox> self,
             std::shared_ptr<inflight_limiter> credits);
  ~event_core();
  event_core(const event_core&) = delete;
  auto operator=(const event_core&) -> event_core& = delete;

  /// Begins to load; `loaded` comes back through the mailbox.
  void start();
  void loaded(fold_result&& result);
  void handle(event_request&& request);
  /// Ends holds that are due, a chunk at a time.
  void expire(std::shared_ptr<held_credit> credit);
  /// Lets go of it when everything that was asked before is decided and durable, or never will be.
  void probe(std::shared_ptr<event_probe> probing);

  /// Whether nothing was asked for since `idle_for` ago. The caller then closes the limiter; that nothing is in flight means that everything is durable.
  [[nodiscard]] auto idle(domain::millis idle_for) const -> bool;
  /// Starts the last snapshot; call once, when the limiter is closed and the actor about to end.
  void passivate();

  /// For tests and metrics; null while loading.
  [[nodiscard]] auto state() const noexcept -> const domain::event_state* { return state_ ? &*state_ : nullptr; }

 private:
  [[nodiscard]] auto now() const -> domain::instant;
  /// Whether the answer to such a command is remembered still, so that it is a repeat of it, or its key's misuse.
  [[nodiscard]] auto is_remembered(const domain::command_id& id) const -> bool;
  void decide_and_answer(event_request&& request);
  [[nodiscard]] auto resolve_wish(event_request& request, bool remembered, domain::instant at) -> bool;
  void commit(event_request&& request, domain::facts&& made, domain::instant at);
  void reply_behind(event_request&& request, answer&& what);
  void replay(event_request&& request, std::uint64_t seq);
  void count(const domain::facts& made) noexcept;
  void announce_deadline();
  void snapshot_if_due();
  /// When it has something to do by itself: what is due, and the sale's opening while places wait for it with those who wait.
  [[nodiscard]] auto next_wake(domain::instant at) const -> std::optional<domain::instant>;
  /// What the stream says of when it is to be woken: at once while places are to be offered, so that a restart in between does not forget.
  [[nodiscard]] auto deadline_after(domain::instant at) const -> std::optional<domain::instant>;
  // The waitlist, and the engine's own commands: event_core_waitlist.cpp.
  /// Whether somebody wants places, so that what is due is to be ended, and offered, before.
  void make_way(const event_request& request, domain::instant at);
  /// Notes what facts that were just applied mean for the waitlist.
  void note_freed(const domain::facts& made) noexcept;
  /// The next offers to the waitlist; none while nothing came back, or nothing may be offered just now: then it is woken again soon.
  [[nodiscard]] auto next_offers(domain::instant at) -> domain::facts;
  /// Applies and appends what the engine itself decided, and the offers that follow from it.
  void write_own(domain::facts&& made, domain::instant at, const std::shared_ptr<held_credit>& credit);
  void offer_what_came_back(domain::instant at);
  /// Work of the engine's own in flight, which keeps the actor until it is durable.
  [[nodiscard]] auto own_credit() -> std::shared_ptr<held_credit>;
  /// Holds that run out with these facts, and had been offered; before they are applied.
  [[nodiscard]] auto lapsing(const domain::facts& made) const -> std::vector<domain::hold_number>;
  // The waiting room: event_core_room.cpp.
  /// Whether a buyer's hold was answered because the waiting room has not let them in.
  [[nodiscard]] auto refuse_unadmitted(event_request& request) -> bool;
  /// Whether somebody was kept off the waitlist; who is not has the rank there that the waiting room gives them.
  [[nodiscard]] auto refuse_unranked(event_request& request, domain::join_waitlist& what) -> bool;
  void refuse_at_the_door(event_request& request, admission is);
  /// What the room is told when these facts are durable; nothing when there is none to tell. `lapsed`: offers that ran out, which cost nobody their place.
  [[nodiscard]] auto notice_of(const domain::facts& made, const std::vector<domain::hold_number>& lapsed)
      -> std::function<void()>;
  void tell_supply();
  /// When it sells; made anew when that has changed.
  [[nodiscard]] auto sale() -> std::shared_ptr<const domain::sale_hours>;
  /// What became of holds as long as an admission may last: the server may have ended before the room heard of it.
  void tell_lately();
  /// Whether the line may go on; nothing: as it was, for what is held may come back, and go to the waitlist first.
  [[nodiscard]] auto seats_left() const -> std::optional<bool>;

  [[nodiscard]] auto stream() const noexcept -> journal::stream_id {
    return {journal::stream_kind::event, event_.value()};
  }

  domain::event_id event_;
  const event_services& services_;
  std::shared_ptr<event_mailbox> self_;
  std::shared_ptr<inflight_limiter> credits_;
  std::shared_ptr<append_progress> progress_;
  std::optional<domain::event_state> state_;
  /// Its journal could not be read or folded: what everybody is told.
  std::optional<refusal> halted_;
  std::deque<event_request> waiting_; ///< while loading
  std::shared_ptr<held_credit> expire_waiting_;
  std::optional<domain::instant> announced_;
  domain::instant last_used_;
  std::uint64_t snapshot_seq_ = 0;
  std::optional<bool> told_supply_;                ///< the room: whether seats are left
  std::shared_ptr<const domain::sale_hours> sale_; ///< null: to be made
  bool offers_due_ =
      false; ///< places may have come back that the waitlist is to be offered, now or as soon as it may be
  std::shared_ptr<event_probe> probe_waiting_; ///< while loading
};

} // namespace holdfast::actors
