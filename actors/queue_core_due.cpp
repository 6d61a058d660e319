#include "actors/queue_core.hpp"
#include "domain/queue/draw.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

/// What a room does by itself.
namespace holdfast::actors {

namespace queue = domain::queue;
using queue::place_number;

namespace {

constexpr auto room_look_every = domain::seconds(1);
constexpr auto silent_people_max = queue::limits::people_per_command_max;
/// Advances of one turn; what is left is the next one's, so that requests are not kept waiting.
constexpr int advances_a_turn = 4;

} // namespace

void queue_core::follow_schedule() {
  constexpr int steps_max = 2; // open and close, of a server that was away all that time
  for (int step = 0; step < steps_max; ++step) {
    std::optional<bool> done;
    switch (queue::scheduled_at(*state_, now())) {
    case queue::scheduled::nothing: return;
    case queue::scheduled::open_pre_queue:
      done = ask(queue::open_pre_queue{queue::commitment_to(seed_of(state_->seq + 1))});
      break;
    case queue::scheduled::close_pre_queue: done = ask(queue::close_pre_queue{}); break;
    case queue::scheduled::draw_lots: draw_is_due_ = goes_on_ = true; return;
    case queue::scheduled::switch_on:
      done = ask(queue::switch_mode{queue::mode::on, queue::mode_cause::schedule, {}});
      break;
    }
    if (!done.value_or(false)) {
      return;
    }
  }
}

/// Who paused a room, or said themselves that everything is sold, is not contradicted.
void queue_core::follow_supply() {
  const auto supply = board_->supply.load(std::memory_order_acquire);
  if (supply == seat_supply::none && state_->is == queue::mode::on) {
    ask(queue::switch_mode{queue::mode::sold_out, queue::mode_cause::seats_gone, {}});
  } else if (supply == seat_supply::some && state_->is == queue::mode::sold_out &&
             state_->cause == queue::mode_cause::seats_gone) {
    ask(queue::switch_mode{queue::mode::on, queue::mode_cause::seats_back, {}});
  }
}

/// Who is inside stays there; the line stands until the event sells, by its plan or because it is changed.
void queue_core::follow_sale() {
  const auto sale = board_->sale.load(std::memory_order_acquire);
  const bool waits = state_->is == queue::mode::on && sale && !sale->sells_at(now());
  shows_now_ = shows_now_ || waits != held_back_;
  held_back_ = waits;
}

/// An event that was just asked, because its room is younger than what it told, may say that it does not sell.
auto queue_core::holds_back() const -> bool {
  const bool is_asking = probed_at_ && now() - *probed_at_ < room_look_every;
  return held_back_ || (is_asking && board_->sale.load(std::memory_order_acquire) == nullptr);
}

void queue_core::follow_load() {
  const auto at = now();
  const auto passed = at - looked_at_load_;
  if (passed < room_look_every) {
    return;
  }
  looked_at_load_ = at;
  const auto came = std::uint64_t{board_->arrivals.exchange(0, std::memory_order_relaxed)};
  const auto per_s = came * 1'000 / static_cast<std::uint64_t>(passed.count);
  auto& newest = loads_[looked_at_loads_++ % loads_.size()];
  newest = static_cast<std::uint32_t>(std::min<std::uint64_t>(per_s, UINT32_MAX));
  // One quiet second ends no rush.
  ask(queue::observe_load{state_->is == queue::mode::off ? newest : *std::ranges::max_element(loads_)});
}

void queue_core::follow_backlog() {
  const auto at = now();
  // After a start a room asks whatever it does: what its event has left, whether it sells, and what became of whoever is inside.
  const bool knows_sale = board_->sale.load(std::memory_order_acquire) != nullptr;
  const bool wakes = board_->supply.load(std::memory_order_acquire) == seat_supply::unknown || !knows_sale;
  const bool asks = state_->is == queue::mode::on || (wakes && state_->is != queue::mode::off);
  const bool at_once = !has_asked_ && !knows_sale;
  if (!asks || (!at_once && at - looked_at_backlog_ < room_look_every)) {
    return;
  }
  has_asked_ = true;
  looked_at_backlog_ = at;
  const auto measured = probed_at_ ? std::max(backlog_, at - *probed_at_) : backlog_;
  if ((std::exchange(probe_answered_, false) || probed_at_) && state_->is == queue::mode::on) {
    ask(queue::adjust_pace{queue::paced(state_->pace_permille, measured, services_.backlog_target)});
  }
  backlog_ = {};
  if (!probed_at_) {
    probed_at_ = at;
    services_.backlog.probe(event_, wakes, [self = self_, &clock = services_.shared.clock, at] {
      const auto took = std::max(clock.now() - at, domain::millis{});
      self->post([took](queue_core& core) { core.probed(took); });
    });
  }
}

void queue_core::probed(domain::millis took) {
  probed_at_.reset();
  probe_answered_ = true;
  backlog_ = std::max(backlog_, took);
}

void queue_core::sweep() {
  const auto is = state_->is;
  const auto& slots = publisher_->slots();
  if ((is != queue::mode::pre_queue && is != queue::mode::on && is != queue::mode::paused) || slots.count() == 0) {
    swept_to_ = 0;
    return;
  }
  std::vector<place_number> silent;
  if (swept_to_ >= slots.count()) {
    swept_to_ = 0;
  }
  slots.find_silent(swept_to_, slots_a_tick, now(), queue::silent_after(state_->rules), silent_people_max, silent);
  // With as many as one command takes there may be more in this slice.
  swept_to_ =
      silent.size() == silent_people_max ? silent.back().value() - slots.before().value() : swept_to_ + slots_a_tick;
  if (!silent.empty()) {
    ask(queue::mark_silent{std::move(silent)});
  }
}

void queue_core::miss_heads() {
  const auto rate = state_->rate_milli_per_s();
  if (state_->is != queue::mode::on || rate == 0) {
    return;
  }
  auto tokens = state_->tokens;
  tokens.settle(now(), rate, state_->rules.batch);
  const auto& slots = publisher_->slots();
  const auto silent_after = queue::silent_after(state_->rules);
  std::vector<place_number> unheard;
  for (const auto& line : state_->lines) {
    std::size_t present = 0;
    for (auto spot = line.first(); spot && present < tokens.people() && unheard.size() < silent_people_max;
         spot = line.after(*spot)) {
      const auto place = place_number{line.place_at(*spot)};
      if (state_->places.at(place)->status != queue::place_status::waiting) {
        continue;
      }
      // Whoever joined in this turn has no slot yet, and is there.
      if (slots.holds(place) && slots.is_unheard(place, now(), silent_after)) {
        unheard.push_back(place);
      } else {
        ++present;
      }
    }
  }
  if (!unheard.empty()) {
    ask(queue::mark_silent{std::move(unheard)});
  }
}

/// Who was missed at the head is passed over by the same look. Where there may be no new holds nobody is let in to find that out.
void queue_core::advance(bool is_tick) {
  if (services_.shared.journal.mode() != journal::journal_mode::selling) {
    return;
  }
  if (!is_tick && (state_->is != queue::mode::on || state_->waiting_now == 0)) {
    return;
  }
  const bool waits = holds_back();
  for (int times = 0; times < advances_a_turn; ++times) {
    if (!waits) {
      miss_heads();
    }
    if (!ask(queue::advance{claims_until_, waits}).value_or(false)) {
      return;
    }
  }
  goes_on_ = true;
}

} // namespace holdfast::actors
