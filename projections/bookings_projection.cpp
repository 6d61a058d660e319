#include "projections/bookings_projection.hpp"

#include "projections/unfoldable.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

/// A checkpoint is due early when it has grown this much: some 100 MiB of changes at the most.
constexpr std::size_t checkpoint_rows_max = 500'000;

auto finish(found_booking found, layout_store::seats_ptr seats) -> std::shared_ptr<const booking_line> {
  found.line.seats = std::move(seats);
  return std::make_shared<const booking_line>(std::move(found.line));
}

} // namespace

/// Folds one fact of an event into the store.
class bookings_projection::folder {
 public:
  folder(bookings_projection& owner, domain::event_id event, booking_store::event_slot slot)
      : owner_{owner}, to_{*owner.store_}, event_{event}, slot_{slot} {}

  void fold(const domain::fact& fact, std::uint64_t seq) {
    seq_ = seq;
    at_ = fact.time;
    std::visit(*this, fact.body);
  }

  void operator()(const domain::event_created& what) {
    to_.set_currency(slot_, what.config.currency);
    start(what.seats);
  }

  void operator()(const domain::event_amended& what) { to_.set_currency(slot_, what.config.currency); }

  void operator()(const domain::layout_replaced& what) { start(what.seats); }

  void operator()(const domain::hold_created& what) {
    must(changing(what.hold, true).hold(slot_, seq_, what, at_), what.hold);
    must_wait(waiting().offer(event_, what), what.waitlist);
  }

  void operator()(const domain::hold_extended& what) { must(changing(what.hold).extend(slot_, seq_, what), what.hold); }

  void operator()(const domain::hold_released& what) {
    must(changing(what.hold).end(slot_, seq_, what.hold, booking_line::kind::released, at_), what.hold);
    waiting().end(event_, what.hold, waitlist_status::left);
  }

  void operator()(const domain::hold_expired& what) {
    must(changing(what.hold).end(slot_, seq_, what.hold, booking_line::kind::expired, at_), what.hold);
    waiting().end(event_, what.hold, waitlist_status::lapsed);
  }

  void operator()(const domain::hold_frozen& what) { must(changing(what.hold).freeze(slot_, seq_, what), what.hold); }

  void operator()(const domain::hold_thawed& what) { must(changing(what.hold).thaw(slot_, seq_, what), what.hold); }

  void operator()(const domain::order_returned& what) {
    must(changing(what.hold).take_back(slot_, seq_, what, at_), what.hold);
  }

  void operator()(const domain::ticket_transferred& what) { must(to_.transfer(slot_, seq_, what), what.ticket.order); }

  void operator()(const domain::ticket_admitted& what) { must(to_.admit(slot_, what), what.ticket.order); }

  void operator()(const domain::admission_undone& what) { must(to_.undo(slot_, what), what.ticket.order); }

  void operator()(const domain::ticket_offered& what) { must(to_.offer(slot_, what), what.ticket.order); }

  void operator()(const domain::offer_withdrawn& what) { must(to_.withdraw(slot_, what), what.ticket.order); }

  void operator()(const domain::resale_held& what) {
    must(changing(what.hold, true).hold(slot_, seq_, what, at_), what.hold);
  }

  void operator()(const domain::ticket_resold& what) {
    static_cast<void>(changing(what.ticket.order));
    must(changing(what.hold).resell(slot_, seq_, what, at_), what.ticket.order);
  }

  void operator()(const domain::order_confirmed& what) {
    must(changing(what.hold).confirm(slot_, seq_, what, at_), what.hold);
    waiting().end(event_, what.hold, waitlist_status::bought);
  }

  void operator()(const domain::waitlist_joined& what) { must_wait(waiting().join(event_, what, at_), what.order); }

  void operator()(const domain::waitlist_left& what) { must_wait(waiting().leave(event_, what), what.order); }

  void operator()(const domain::event_closed&) { waiting().close(event_); }

  void operator()(const domain::event_cancelled&) { waiting().cancel(event_); }

  template <class Other>
  void operator()(const Other&) {}

 private:
  auto changing(domain::hold_number hold, bool is_new = false) -> booking_store& {
    if (owner_.lane_)
      owner_.changes_.before_change(to_, slot_, hold, is_new);
    return to_;
  }

  void start(const std::shared_ptr<const domain::layout>& seats) {
    to_.set_layout(slot_, owner_.layouts_->intern(seats, {{journal::stream_kind::event, event_.value()}, seq_}));
  }

  [[nodiscard]] auto waiting() const noexcept -> waitlist_store& { return to_.waitlists(); }

  void must(bool folded, domain::hold_number hold) const { must_follow(folded, "hold ", hold.value()); }

  void must_wait(bool folded, domain::waitlist_number order) const {
    must_follow(folded, "waitlist's order ", order.value());
  }

  void must_follow(bool folded, std::string_view what, std::uint32_t number) const {
    if (!folded)
      stop_folding("event " + std::to_string(event_.value()) + ", seq " + std::to_string(seq_) + ": " +
                   std::string{what} + std::to_string(number) + " is not in the state that the fact follows on");
  }

  bookings_projection& owner_;
  booking_store& to_;
  domain::event_id event_;
  booking_store::event_slot slot_;
  std::uint64_t seq_ = 0;
  domain::instant at_;
};
bookings_projection::bookings_projection(std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics,
                                         post_function post, clock_function clock)
    : bookings_projection{std::move(layouts), std::move(metrics), std::move(post), std::move(clock), bounds{}} {}

bookings_projection::bookings_projection(std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics,
                                         post_function post, clock_function clock, bounds within)
    : layouts_{std::move(layouts)},
      metrics_{std::move(metrics)},
      post_{std::move(post)},
      clock_{std::move(clock)},
      within_{within},
      store_{std::make_unique<booking_store>(within.store)},
      waiting_{metrics_, within.readers_waiting_max} {}

auto bookings_projection::wants(journal::stream_kind kind, std::uint16_t) const noexcept -> bool {
  // Every fact of an event counts: its seq is what readers wait for.
  return kind == journal::stream_kind::event;
}

void bookings_projection::apply(const applied_group& group) {
  if (group.stream.kind != journal::stream_kind::event)
    return;
  const domain::event_id event{group.stream.id};
  hash_layouts(*group.facts);
  {
    const std::unique_lock lock{mutex_};
    const auto slot = store_->open_event(event);
    if (group.first_seq != store_->seq_of(slot) + 1)
      stop_folding("event " + std::to_string(event.value()) + " is at seq " + std::to_string(store_->seq_of(slot)) +
                   " and was given seq " + std::to_string(group.first_seq));
    between_positions_ = true;
    folder into{*this, event, slot};
    auto seq = group.first_seq;
    for (const auto& fact : *group.facts)
      into.fold(fact, seq++);
    store_->set_seq(slot, seq - 1);
    if (lane_)
      changes_.event_changed(slot);
    store_->forget(group.facts->back().time,
                   [this](booking_store::event_slot of, domain::hold_number hold) { changes_.forgotten(of, hold); });
    metrics_->live_holds.store(store_->live_holds(), std::memory_order_relaxed);
    metrics_->orders.store(store_->orders(), std::memory_order_relaxed);
  }
  waiting_.touch(event);
}

void bookings_projection::publish(const journal::cursor& position) {
  position_ = position;
  between_positions_ = false;
  if (lane_)
    checkpoint_step();
  waiting_.serve([this](domain::event_id event, const reader& who) { return try_answer(event, who); });
}

void bookings_projection::load() {
  const std::unique_lock lock{mutex_};
  const bool found = lane_->load(
      [this](std::string_view key, std::string_view value) { return take_row(key, value, *store_, *layouts_); });
  if (!found)
    store_ = std::make_unique<booking_store>(within_.store);
  changes_.loaded(*store_);
  position_ = lane_->position();
  metrics_->live_holds.store(store_->live_holds(), std::memory_order_relaxed);
  metrics_->orders.store(store_->orders(), std::memory_order_relaxed);
}

void bookings_projection::begin_changes() {
  store_changes tickets;
  {
    const std::unique_lock lock{mutex_}; // what has changed is forgotten
    store_->tickets().take_changes(tickets);
    store_->returns().take_changes(tickets);
    store_->waitlists().take_changes(tickets);
  }
  changes_.begin(*store_, std::move(tickets));
}

void bookings_projection::checkpoint_step() {
  if (lane_->failed()) {
    lane_.reset();
    changes_ = {};
    return;
  }
  if (!changes_.under_way()) {
    const bool due = now_ - checkpointed_at_ >= within_.checkpoint_every || changes_.size() >= checkpoint_rows_max;
    if (!due || between_positions_ || changes_.size() == 0 || !lane_->ready())
      return;
    checkpointed_at_ = now_;
    checkpoint_at_ = position_;
    begin_changes();
  }
  if (changes_.encode(*store_, within_.checkpoint_rows_per_turn))
    lane_->commit(changes_.take(*store_), checkpoint_at_);
}

void bookings_projection::save() {
  if (!lane_)
    return;
  const auto all = std::numeric_limits<std::size_t>::max();
  if (changes_.under_way() && changes_.encode(*store_, all))
    lane_->commit_now(changes_.take(*store_), checkpoint_at_);
  if (between_positions_ || changes_.size() == 0)
    return;
  begin_changes();
  if (changes_.encode(*store_, all))
    lane_->commit_now(changes_.take(*store_), position_);
}

void bookings_projection::reset() {
  position_ = {};
  between_positions_ = false;
  changes_ = {};
  if (lane_)
    lane_->wipe();
  auto store = std::make_unique<booking_store>(within_.store); // the old one is freed after the lock
  const std::unique_lock lock{mutex_};
  store_.swap(store);
}

void bookings_projection::read(domain::event_id event, domain::hold_number number, std::uint64_t min_seq, bool complete,
                               booking_done done) {
  reader who{number, min_seq, complete, clock_() + within_.wait_max, std::move(done)};
  if (try_answer(event, who))
    return;
  if (!waiting_.enter(who))
    return;
  post_([weak = weak_from_this(), event, who = std::move(who)]() mutable {
    if (const auto self = weak.lock())
      self->admit(event, std::move(who));
  });
}

auto bookings_projection::try_answer(domain::event_id event, const reader& who) -> bool {
  std::optional<found_booking> found;
  {
    const std::shared_lock lock{mutex_};
    const auto slot = store_->find_event(event);
    if (who.min_seq > (slot ? store_->seq_of(*slot) : 0))
      return false;
    if (slot)
      found = store_->find(*slot, who.number);
  }
  if (!found) {
    if (who.complete)
      who.done(read_outcome::not_found, nullptr);
    return who.complete;
  }
  const auto layout = found->layout;
  layouts_->get(layout, [layout, found = std::move(*found), done = who.done](layout_store::seats_ptr seats) {
    if (seats)
      done(read_outcome::ok, finish(found, std::move(seats)));
    else
      done(layout_store::why_not(layout), nullptr);
  });
  return true;
}

void bookings_projection::admit(domain::event_id event, reader who) {
  waiting_.admit(event, std::move(who), [this](domain::event_id of, const reader& one) { return try_answer(of, one); });
}

void bookings_projection::tick(domain::instant now) {
  now_ = now;
  if (lane_)
    checkpoint_step();
  waiting_.expire(now);
}

void bookings_projection::with_layouts(std::vector<found_booking> found, lines_done done) const {
  struct gathering {
    std::vector<std::shared_ptr<const booking_line>> lines;
    lines_done done;
    std::atomic<std::size_t> missing{0};
    std::atomic<read_outcome> outcome{read_outcome::ok};

    void arrived() {
      if (missing.fetch_sub(1) != 1)
        return;
      if (outcome != read_outcome::ok)
        lines.clear();
      done(outcome, std::move(lines));
    }
  };

  auto gathered = std::make_shared<gathering>();
  gathered->lines.resize(found.size());
  gathered->done = std::move(done);
  // One more than the lines: the answer leaves after this loop even when every layout was at hand.
  gathered->missing = found.size() + 1;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto layout = found[i].layout;
    layouts_->get(layout, [gathered, i, layout, order = std::move(found[i])](layout_store::seats_ptr seats) {
      if (!seats)
        gathered->outcome = layout_store::why_not(layout);
      gathered->lines[i] = finish(order, std::move(seats));
      gathered->arrived();
    });
  }
  gathered->arrived();
}

void bookings_projection::orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                                    orders_done done) const {
  booking_store::page found;
  {
    const std::shared_lock lock{mutex_};
    found = store_->orders_of(who, before, limit);
  }
  with_layouts(std::move(found.orders), [next = found.next, done = std::move(done)](read_outcome outcome, auto lines) {
    done(outcome, outcome == read_outcome::ok ? views::order_page{std::move(lines), next} : views::order_page{});
  });
}

} // namespace holdfast::projections
