#include "actors/queue_core.hpp"

#include "actors/checkout_parts.hpp"
#include "domain/check.hpp"
#include "domain/queue/apply.hpp"
#include "domain/queue/decide.hpp"
#include "journal/codec.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace holdfast::actors {

namespace queue = domain::queue;
using why_not = room_unavailable::reason;

namespace {

auto queue_stream(domain::event_id event) noexcept -> journal::stream_id {
  return {journal::stream_kind::queue, event.value()};
}

} // namespace

/// A room while it is read.
struct queue_core::fold {
  std::unique_ptr<queue::state> made = std::make_unique<queue::state>();
  queue::state& room = *made;
  std::uint64_t opened_seq = 0;
  std::vector<queue_publisher::demoted_place> demoted; ///< since the room was last off
  std::string trouble;

  void take(const domain::fact& what) {
    queue::apply(room, what);
    if (std::holds_alternative<queue::pre_queue_opened>(what.body)) {
      opened_seq = room.seq;
    } else if (const auto* const voided = std::get_if<queue::demoted>(&what.body)) {
      demoted.push_back({voided->place, {voided->now, voided->reason}});
    } else if (room.is == queue::mode::off) {
      demoted.clear();
    }
  }
};

queue_core::queue_core(domain::event_id event, const queue_services& services, std::shared_ptr<queue_board> board,
                       std::shared_ptr<queue_inbox> inbox, std::shared_ptr<queue_mailbox> self)
    : event_{event}, services_{services}, board_{std::move(board)}, inbox_{std::move(inbox)}, self_{std::move(self)} {}

queue_core::~queue_core() = default;

auto queue_core::now() const -> domain::instant {
  return std::max(services_.shared.clock.now(), state_->time);
}

void queue_core::start(std::function<void(bool)> then) {
  auto at = std::make_shared<fold>();
  at->room.places_max = services_.places_max;
  auto told = std::make_shared<std::function<void(bool)>>(std::move(then));
  services_.shared.journal.read(
      queue_stream(event_), 1,
      [at](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          const auto fact = journal::decode_fact(record);
          if (!fact) {
            at->trouble = fact.error().detail;
            return false;
          }
          at->take(*fact);
        }
        return true;
      },
      [at, told, self = self_](const tl::expected<journal::cursor, journal::failure>& ended) {
        if (!ended) {
          at->trouble = ended.error().detail;
        }
        const bool failed = !ended || !at->trouble.empty();
        self->post([failed, at, told](queue_core& core) {
          if (failed) {
            core.load_failed(at->trouble);
          } else {
            core.loaded(at);
          }
          if (!*told) {
            return;
          }
          if (core.flight_ && !failed) {
            // What the first turn writes is there for the first who asks.
            core.told_.emplace_back([told](bool) { (*told)(true); });
          } else {
            (*told)(!failed);
          }
        });
      });
}

void queue_core::load_failed(const std::string& why) {
  spdlog::critical("the waiting room of event {:016x} cannot be loaded: {}", event_.value(), why);
  halted_ = true;
  board_->shut();
  refuse_all(why_not::journal);
}

void queue_core::loaded(const std::shared_ptr<fold>& from) {
  state_ = std::move(from->made);
  opened_seq_ = from->opened_seq;
  counted_ = state_->total;
  counted_accuracy_ = state_->expected.accuracy();
  publisher_ = std::make_unique<queue_publisher>(*board_);
  // Nobody could poll while there was no server: all of them count as heard of now.
  if (!state_->inside.empty()) {
    claims_until_ = queue::whole_second(now() + state_->rules.heartbeat + queue::limits::claim_grace);
  }
  publisher_->take_over(*state_, std::move(from->demoted), now(), claims_until_);
  board_->open();
  looked_at_load_ = looked_at_backlog_ = now();
  run(true);
}

auto queue_core::closed_because() const -> std::optional<why_not> {
  const auto& gate = services_.shared.gate;
  if (stopped_ || gate.draining()) {
    return why_not::closing;
  }
  const auto mode = services_.shared.journal.mode();
  if (halted_ || gate.clock_unsure() || mode == journal::journal_mode::latched ||
      mode == journal::journal_mode::settle_only) {
    return why_not::journal;
  }
  return std::nullopt;
}

void queue_core::refuse_all(why_not why) {
  while (inbox_->has_more()) {
    auto all = inbox_->take(queue_inbox::waiting_max);
    const auto refuse = [why](auto& asked) {
      for (auto& one : asked) {
        one.done.refuse(room_unavailable{why});
      }
    };
    refuse(all.commands);
    refuse(all.leaves);
    refuse(all.joins);
  }
  for (auto& one : std::exchange(draws_, {})) {
    one.done.refuse(room_unavailable{why});
  }
}

void queue_core::stop(std::function<void()> then) {
  stopped_ = true;
  refuse_all(why_not::closing);
  if (flight_) {
    then_stop_ = std::move(then);
  } else {
    then();
  }
}

void queue_core::wake() {
  run(false);
}

void queue_core::tick() {
  services_.shared.metrics.queue_ticks.fetch_add(1, std::memory_order_relaxed);
  run(true);
}

/// A turn; what comes while one is under way waits for its end.
void queue_core::run(bool is_tick) {
  if (flight_) {
    tick_waits_ = tick_waits_ || is_tick;
    return;
  }
  if (!state_ && !halted_) {
    return;
  }
  if (const auto why = closed_because()) {
    refuse_all(*why);
    look_again_after(load_every); // and not at what is due already, which would be at once
    return;
  }
  flight_ = std::make_shared<flight>();
  was_tick_ = is_tick;
  if (draw_waits()) {
    tick_waits_ = is_tick;
    draw_next();
  } else {
    take_turn(is_tick);
  }
  const auto mine = flight_;
  if (mine->open.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    ended(!mine->failed.load(std::memory_order_acquire));
  }
}

void queue_core::take_turn(bool is_tick) {
  auto asked = inbox_->take(queue::limits::people_per_command_max);
  for (auto& one : asked.commands) {
    take(std::move(one));
  }
  take_notices(std::move(asked.notices));
  take_leaves(std::move(asked.leaves));
  take_joins(std::move(asked.joins));
  // Before anybody is passed over: a poll that was answered counts, whether or not a tick was since.
  if (is_tick || notes_wait_ || (state_->is == queue::mode::on && state_->waiting_now > 0)) {
    take_notes();
  }
  if (is_tick) {
    follow_schedule();
    follow_load();
    follow_backlog();
    sweep();
  } else if (!has_asked_) {
    follow_backlog();
  }
  follow_supply();
  follow_sale();
  advance(is_tick);
}

auto queue_core::ask(queue::command_body what, const domain::caller& by, const room_meta& meta, queue::refusal* no)
    -> std::optional<bool> {
  auto made = queue::decide(*state_, {by, meta.id, std::move(what)}, now());
  if (!made) {
    if (no != nullptr) {
      *no = std::move(made.error());
    }
    return std::nullopt;
  }
  if (made->empty()) {
    return false;
  }
  append(std::move(*made), meta);
  return true;
}

void queue_core::append(domain::facts&& made, const room_meta& meta) {
  const auto first_seq = state_->seq + 1;
  for (const auto& fact : made) {
    queue::apply(*state_, fact);
    publisher_->note(fact, *state_);
    if (std::holds_alternative<queue::pre_queue_opened>(fact.body)) {
      opened_seq_ = state_->seq;
    }
    // What decides whether holds need admission, and what everybody waits for.
    shows_now_ = shows_now_ || std::holds_alternative<queue::mode_changed>(fact.body) ||
                 std::holds_alternative<queue::pre_queue_opened>(fact.body) ||
                 std::holds_alternative<queue::pre_queue_closed>(fact.body) ||
                 std::holds_alternative<queue::drawn>(fact.body);
  }
  write(std::make_shared<const domain::facts>(std::move(made)), first_seq, meta, next_deadline());
}

void queue_core::write(std::shared_ptr<const domain::facts> made, std::uint64_t first_seq, const room_meta& meta,
                       std::optional<domain::instant> next_deadline) {
  journal::append_group group;
  group.stream = queue_stream(event_);
  group.first_seq = first_seq;
  group.facts = std::move(made);
  group.trace = meta.trace;
  group.next_deadline = next_deadline;
  flight_->open.fetch_add(1, std::memory_order_acq_rel);
  services_.shared.journal.append(std::move(group),
                                  std::make_shared<parked_facts>([self = self_, of = flight_](bool durable) {
                                    if (!durable) {
                                      of->failed.store(true, std::memory_order_release);
                                    }
                                    leave_flight(self, of);
                                  }));
}

void queue_core::leave_flight(const std::shared_ptr<queue_mailbox>& self, const std::shared_ptr<flight>& of) {
  if (of->open.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    self->post([of](queue_core& core) { core.ended(!of->failed.load(std::memory_order_acquire)); });
  }
}

/// The turn's facts are durable, or nobody knows.
void queue_core::ended(bool durable) {
  flight_.reset();
  auto told = std::exchange(told_, {});
  if (!durable) {
    // The state is ahead of what is known: the board stays at what was, and the next start finds out.
    spdlog::critical("the waiting room of event {:016x} stands still: its journal has failed", event_.value());
    halted_ = true;
    for (const auto& one : told) {
      one(false);
    }
    refuse_all(why_not::journal);
    if (const auto then = std::exchange(then_stop_, nullptr)) {
      then();
    }
    return;
  }
  publisher_->publish_places(*state_, now());
  if (was_tick_ || std::exchange(shows_now_, false)) {
    publisher_->publish_view(*state_, held_back_);
  }
  publisher_->slots().noted_again(std::exchange(noted_, {}));
  for (const auto& one : told) {
    one(true);
  }
  count();
  if (const auto then = std::exchange(then_stop_, nullptr)) {
    then();
    return;
  }
  arm();
  arm_pace();
  if (std::exchange(tick_waits_, false)) {
    self_->post([](queue_core& core) { core.run(true); });
  } else if (std::exchange(goes_on_, false) || inbox_->has_more()) {
    self_->post([](queue_core& core) { core.wake(); });
  }
}

/// A head with a deadline is that of a room which must be there as soon as its server is: one that is not off, or will not stay so by itself.
auto queue_core::next_deadline() const -> std::optional<domain::instant> {
  if (state_->is != queue::mode::off || state_->rules.load_on_per_s != 0) {
    return state_->time;
  }
  return queue::next_due(*state_);
}

void queue_core::arm_pace() {
  const bool may_enter = state_->is == queue::mode::on && state_->waiting_now > 0 && state_->rate_milli_per_s() > 0;
  if (stopped_ || paces_ || held_back_ || !may_enter) {
    return;
  }
  paces_ = true;
  self_->post_after(pace_every, [](queue_core& core) {
    core.paces_ = false;
    core.wake();
  });
}

void queue_core::arm() {
  const bool is_off = state_->is == queue::mode::off;
  if (is_off && state_->rules.load_on_per_s == 0) {
    if (const auto next = queue::next_due(*state_)) {
      services_.wakes.schedule(event_, *next);
    }
    return;
  }
  look_again_after(is_off ? load_every : tick_every);
}

void queue_core::look_again_after(std::chrono::milliseconds delay) {
  if (stopped_ || halted_ || std::exchange(armed_, true)) {
    return;
  }
  self_->post_after(delay, [](queue_core& core) {
    core.armed_ = false;
    core.tick();
  });
}

void queue_core::count() {
  auto& to = services_.shared.metrics;
  const auto add = [](std::atomic<std::uint64_t>& counter, std::uint64_t now, std::uint64_t before) {
    counter.fetch_add(now - before, std::memory_order_relaxed);
  };
  const auto& total = state_->total;
  const auto& accuracy = state_->expected.accuracy();
  add(to.queue_joins, total.joined, counted_.joined);
  add(to.queue_admitted, total.admitted, counted_.admitted);
  add(to.queue_eta_inside, accuracy.inside, counted_accuracy_.inside);
  add(to.queue_eta_early, accuracy.early, counted_accuracy_.early);
  add(to.queue_eta_late, accuracy.late, counted_accuracy_.late);
  counted_ = total;
  counted_accuracy_ = accuracy;
}

auto queue_core::bytes() const noexcept -> std::size_t {
  return sizeof(*this) + (state_ ? state_->bytes() + publisher_->bytes() : 0);
}

} // namespace holdfast::actors
