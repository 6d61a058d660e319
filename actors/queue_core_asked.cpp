#include "actors/queue_core.hpp"
#include "domain/queue/draw.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

/// What a room is asked from outside.
namespace holdfast::actors {

namespace queue = domain::queue;
using queue::place_number;

namespace {

constexpr auto asked_people_max = queue::limits::people_per_command_max;

/// Runs `then` with at most `asked_people_max` of the places at a time.
template <class Then>
void in_batches(const std::vector<place_number>& places, Then then) {
  for (std::size_t from = 0; from < places.size(); from += asked_people_max) {
    const auto end = std::min(places.size(), from + asked_people_max);
    then(std::vector<place_number>(places.begin() + static_cast<std::ptrdiff_t>(from),
                                   places.begin() + static_cast<std::ptrdiff_t>(end)));
  }
}

auto queue_refusal(queue::refusal::reason why) -> queue::refusal {
  queue::refusal no;
  no.why = why;
  return no;
}

constexpr room_unavailable room_journal_failed{room_unavailable::reason::journal};

/// Somebody of a batch, and what they are told.
struct asked_place {
  asked_join by;
  place_number place;
  std::optional<queue::refusal> refused;
};

} // namespace

void queue_core::take(asked_command&& asked) {
  if (auto* const opens = std::get_if<queue::open_pre_queue>(&asked.what.body)) {
    opens->commitment = queue::commitment_to(seed_of(state_->seq + 1));
  } else if (std::holds_alternative<queue::draw_lots>(asked.what.body)) {
    draws_.push_back(std::move(asked));
    goes_on_ = true;
    return;
  }
  queue::refusal no;
  const bool refused = !ask(std::move(asked.what.body), asked.what.by, asked.meta, &no).has_value();
  answer(std::move(asked), refused ? std::optional{std::move(no)} : std::nullopt);
}

void queue_core::answer(asked_command&& asked, std::optional<queue::refusal> refused) {
  shows_now_ = true;
  auto held = std::make_shared<asked_command>(std::move(asked));
  told_.emplace_back([this, held, refused = std::move(refused)](bool durable) {
    if (!durable) {
      held->done.refuse(room_journal_failed);
    } else if (refused) {
      held->done.refuse(*refused);
    } else {
      auto in = board_->view();
      const auto* const shown = &in->shown;
      held->done.tell(std::shared_ptr<const room_view>{std::move(in), shown});
    }
  });
}

void queue_core::take_leaves(std::vector<asked_leave>&& asked) {
  if (asked.empty()) {
    return;
  }
  std::vector<place_number> places;
  for (const auto& one : asked) {
    const auto* const of = state_->places.at(one.place);
    if (of != nullptr && of->who == one.who && queue::is_live(of->status)) {
      places.push_back(one.place);
    }
  }
  const auto& meta = asked.front().meta;
  in_batches(places, [&](std::vector<place_number> some) { ask(queue::leave{std::move(some)}, {}, meta); });
  auto held = std::make_shared<std::vector<asked_leave>>(std::move(asked));
  told_.emplace_back([held](bool durable) {
    for (auto& one : *held) {
      if (durable) {
        one.done.tell({});
      } else {
        one.done.refuse(room_journal_failed);
      }
    }
  });
}

void queue_core::take_joins(std::vector<asked_join>&& asked) {
  if (asked.empty()) {
    return;
  }
  auto all = std::make_shared<std::vector<asked_place>>();
  all->reserve(asked.size());
  queue::join batch;
  std::set<domain::subject_id> in_batch; // of a room that is nearly full: whoever asks twice takes one place
  auto room_left = state_->places_max - std::min<std::size_t>(state_->places_max, state_->places.size());
  const bool is_tight = room_left < asked.size();
  for (auto& one : asked) {
    auto& made = all->emplace_back(asked_place{std::move(one), {}, {}});
    const auto& by = made.by;
    if (state_->is == queue::mode::off) {
      made.refused = queue_refusal(queue::refusal::reason::room_off);
    } else if (by.who == domain::subject_id{} || by.band >= state_->rules.bands.size()) {
      made.refused = queue_refusal(queue::refusal::reason::invalid);
      made.refused->faults.push_back({"/band", "somebody, in one of the bands"});
    } else if (state_->places.find(by.who) || (is_tight && in_batch.contains(by.who))) {
      continue;
    } else if (room_left == 0) {
      made.refused = queue_refusal(queue::refusal::reason::room_full);
    } else {
      --room_left;
      if (is_tight) {
        in_batch.insert(by.who);
      }
      batch.people.push_back({by.who, by.band});
    }
  }
  if (!batch.people.empty()) {
    ask(std::move(batch), {}, all->front().by.meta);
  }
  for (auto& one : *all) {
    one.place = one.refused ? place_number{} : state_->places.find(one.by.who);
  }
  told_.emplace_back([this, all](bool durable) {
    for (auto& one : *all) {
      if (!durable) {
        one.by.done.refuse(room_journal_failed);
      } else if (one.refused) {
        one.by.done.refuse(std::move(*one.refused));
      } else if (auto told = board_->poll(one.by.who, one.place, now())) {
        one.by.done.tell(std::move(*told));
      } else {
        one.by.done.refuse(queue_refusal(queue::refusal::reason::room_off)); // since they joined
      }
    }
  });
}

void queue_core::take_notices(std::vector<room_notice>&& told) {
  std::vector<place_number> bought;
  std::vector<place_number> gave_up;
  const auto add = [this](std::vector<place_number>& to, const std::vector<domain::subject_id>& people) {
    for (const auto& who : people) {
      if (const auto place = state_->places.find(who)) {
        to.push_back(place);
      }
    }
  };
  for (const auto& one : told) {
    add(bought, one.bought);
    add(gave_up, one.gave_up);
    for (const auto& past : one.lately) {
      const auto place = state_->places.find(past.who);
      // What was before this admission belongs to another one. Seconds are what places know of time.
      if (place && domain::queue::second_of(past.at) > state_->places.at(place)->since_s) {
        (past.bought ? bought : gave_up).push_back(place);
      }
    }
  }
  in_batches(bought, [this](std::vector<place_number> some) { ask(queue::finish{std::move(some), {}}); });
  in_batches(gave_up, [this](std::vector<place_number> some) { ask(queue::finish{{}, std::move(some)}); });
}

void queue_core::take_notes() {
  auto& slots = publisher_->slots();
  noted_ = slots.take_notes(asked_people_max);
  notes_wait_ = slots.has_notes() && noted_.size() == asked_people_max;
  goes_on_ = goes_on_ || notes_wait_;
  if (!noted_.empty()) {
    ask(queue::mark_present{noted_, claims_until_});
  }
}

} // namespace holdfast::actors
