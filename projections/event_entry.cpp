#include "projections/event_entry.hpp"

#include "domain/state_image.hpp"
#include "projections/unfoldable.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

/// What each fact about places does to them: the one list for events that are folded and for those that are only watched.
void move_places(seat_ledger& in, const domain::hold_created& what, ledger_findings& to) {
  in.hold(what, to);
}

void move_places(seat_ledger& in, const domain::hold_released& what, ledger_findings& to) {
  in.free(what.hold, to);
}

void move_places(seat_ledger& in, const domain::hold_expired& what, ledger_findings& to) {
  in.free(what.hold, to);
}

void move_places(seat_ledger& in, const domain::order_confirmed& what, ledger_findings& to) {
  in.sell(what.hold, to);
}

void move_places(seat_ledger& in, const domain::order_returned& what, ledger_findings& to) {
  in.take_back(what, to);
}

void move_places(seat_ledger& in, const domain::seats_allocated& what, ledger_findings& to) {
  in.allocate(what, to);
}

void move_places(seat_ledger& in, const domain::allocation_changed& what, ledger_findings& to) {
  in.change(what, to);
}

void move_places(seat_ledger& in, const domain::allocation_released& what, ledger_findings& to) {
  in.release(what.allocation, to);
}

void move_places(seat_ledger& in, const domain::resale_held& what, ledger_findings& to) {
  in.hold(what, to);
}

void move_places(seat_ledger& in, const domain::ticket_resold& what, ledger_findings& to) {
  in.resell(what, to);
}

template <class What>
concept moves_places = requires(seat_ledger& in, const What& what, ledger_findings& to) {
  move_places(in, what, to);
};

/// Folds one fact, as the seq `to.seq`.
class folder {
 public:
  folder(event_fold& to, layout_store& layouts, ledger_findings& findings)
      : to_{to}, layouts_{layouts}, findings_{findings} {}

  void operator()(const domain::event_created& what) {
    to_.organisation = what.organisation;
    configure(what.config);
    start(what.seats);
    change(domain::event_status::draft);
  }

  void operator()(const domain::event_amended& what) {
    configure(what.config);
    to_.version = to_.seq;
  }

  void operator()(const domain::layout_replaced& what) {
    start(what.seats);
    to_.version = to_.seq;
  }

  void operator()(const domain::event_published&) { change(domain::event_status::published); }

  void operator()(const domain::event_paused&) { change(domain::event_status::paused); }

  void operator()(const domain::event_resumed&) { change(domain::event_status::published); }

  void operator()(const domain::event_closed&) { change(domain::event_status::closed); }

  void operator()(const domain::event_cancelled&) { change(domain::event_status::cancelled); }

  template <moves_places What>
  void operator()(const What& what) {
    move_places(to_.ledger, what, findings_);
  }

  void operator()(const domain::hold_extended&) {}

  void operator()(const domain::hold_frozen&) {}

  void operator()(const domain::hold_thawed&) {}

  // Tickets change hands and are used; seats and sums stay as they are.
  void operator()(const domain::ticket_transferred&) {}

  void operator()(const domain::ticket_admitted&) {}

  void operator()(const domain::scan_turned_away&) {}

  void operator()(const domain::admission_undone&) {}

  void operator()(const domain::ticket_offered&) {}

  void operator()(const domain::offer_withdrawn&) {}

  // Whoever waits has no places until a hold is offered to them, which is one like any other.
  void operator()(const domain::waitlist_joined&) {}

  void operator()(const domain::waitlist_left&) {}

  template <class Other>
  void operator()(const Other&) {
    stop_folding("a fact of an organisation is in the stream of event " + std::to_string(to_.event.value()));
  }

 private:
  void configure(const domain::event_config& config) {
    to_.config = std::make_shared<const domain::event_config>(config);
  }

  void start(const std::shared_ptr<const domain::layout>& seats) {
    to_.layout = layouts_.intern(seats, {{journal::stream_kind::event, to_.event.value()}, to_.seq});
    to_.ledger.start(*seats);
  }

  void change(domain::event_status status) {
    to_.status = status;
    to_.version = to_.seq;
  }

  event_fold& to_;
  layout_store& layouts_;
  ledger_findings& findings_;
};

} // namespace

auto make_fold(domain::event_id event, const domain::event_state& state, layout_store& layouts, bool keep)
    -> event_fold {
  event_fold made;
  made.event = event;
  made.hash_known = true;
  made.state_hash = state.hash();
  if (state.seq() == 0)
    return made;
  const auto image = state.image();
  made.organisation = image.organisation;
  made.status = image.status;
  made.seq = image.seq;
  made.version = image.version;
  made.config = std::make_shared<const domain::event_config>(image.config);
  // The first facts of an event carry its layout: it is frozen once it is published.
  made.layout = layouts.intern(image.seats, {{journal::stream_kind::event, event.value()}, 1}, keep);
  made.ledger = seat_ledger{image};
  return made;
}

auto fold_group(event_fold& to, const applied_group& group, layout_store& layouts, ledger_findings& findings) -> bool {
  auto seq = group.first_seq;
  bool changed = false;
  folder fold{to, layouts, findings};
  for (const auto& fact : *group.facts) {
    if (seq > to.seq + 1)
      stop_folding("event " + std::to_string(to.event.value()) + " is at seq " + std::to_string(to.seq) +
                   " and was given seq " + std::to_string(seq));
    if (seq == to.seq + 1) {
      to.seq = seq;
      std::visit(fold, fact.body);
      changed = true;
    }
    ++seq;
  }
  if (changed) {
    to.state_hash = group.state_hash;
    to.hash_known = group.state_hash != 0;
  }
  return changed;
}

void watch_group(seat_ledger& ledger, const applied_group& group, ledger_findings& findings) {
  for (const auto& fact : *group.facts) {
    std::visit(
        [&]<class What>(const What& what) {
          if constexpr (moves_places<What>)
            move_places(ledger, what, findings);
        },
        fact.body);
  }
}

auto about_places(const domain::facts& facts) noexcept -> bool {
  return std::ranges::any_of(facts, [](const domain::fact& fact) {
    return std::visit([]<class What>(const What&) { return moves_places<What>; }, fact.body);
  });
}

auto picture_of(const event_fold& from, std::optional<domain::instant> as_of,
                std::shared_ptr<const follow_mark> follows) -> std::shared_ptr<const inventory_picture> {
  return std::make_shared<const inventory_picture>(inventory_picture{
      from.event, from.organisation, from.status, from.seq, from.version, from.state_hash, from.config,
      from.layout->hash, from.ledger.counts(), from.ledger.statuses(), from.ledger.areas(), from.ledger.allocations(),
      from.ledger.pools(), as_of, std::move(follows)});
}

} // namespace holdfast::projections
