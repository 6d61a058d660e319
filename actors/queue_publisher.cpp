#include "actors/queue_publisher.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::actors {

namespace queue = domain::queue;
using queue::place_number;

namespace {

auto band_of(const queue::state& room, std::size_t index) -> band_view {
  return {room.lines[index].size(), room.turns.admitted[index]};
}

auto draw_of(const queue::lottery& lots) -> draw_view {
  draw_view told;
  told.commitment = lots.commitment;
  told.public_round = lots.public_round;
  told.opened_at = lots.opened_at;
  told.closed = lots.closed;
  told.entrants = lots.log.size();
  if (lots.closed) {
    told.root = lots.log.root();
  }
  told.seed = lots.seed;
  told.round_value = lots.round_value;
  return told;
}

auto shown_of(const queue::state& room, bool held_back) -> room_view {
  room_view told;
  told.seq = room.seq;
  told.updated_at = room.time;
  told.mode = room.is;
  told.mode_since = room.mode_since;
  told.cause = room.cause;
  told.revoked = room.revoked_since.has_value();
  told.held_back = held_back;
  told.rules = room.rules;
  told.settings_version = room.settings_version;
  told.pace_permille = room.pace_permille;
  told.limit = queue::active_limit_of(room.rules, room.measured);
  told.waiting = room.waiting_now;
  told.silent = room.silent_now;
  told.inside = room.inside.size();
  told.total = room.total;
  told.accuracy = room.expected.accuracy();
  if (room.draw) {
    told.draw = draw_of(*room.draw);
  }
  for (std::size_t i = 0; i < told.bands.size(); ++i) {
    told.bands[i] = band_of(room, i);
  }
  return told;
}

/// The places that a fact is about, but for those that it makes.
template <class To>
struct collector {
  To& to;

  void all(const std::vector<place_number>& places) const { to.insert(to.end(), places.begin(), places.end()); }
  void operator()(const queue::left& what) const { all(what.places); }
  void operator()(const queue::fell_silent& what) const { all(what.places); }
  void operator()(const queue::returned& what) const { all(what.places); }
  void operator()(const queue::admitted& what) const { all(what.places); }
  void operator()(const queue::claimed& what) const { all(what.places); }
  void operator()(const queue::expired& what) const { all(what.places); }
  void operator()(const queue::finished& what) const {
    all(what.bought);
    all(what.gave_up);
  }
  void operator()(const queue::demoted& what) const { to.push_back(what.place); }
  template <class Other>
  void operator()(const Other&) const {}
};

} // namespace

auto queue_publisher::word_of(const queue::state& room, const queue::place& of) const noexcept -> slot_word {
  slot_word is{of.status, of.band, 0};
  if (of.status == queue::place_status::admitted) {
    is.value = std::max(of.until_s, claims_until_s_);
  } else if (!queue::is_waiting(of.status)) {
    is.value = of.until_s;
  } else if (room.is != queue::mode::pre_queue) {
    is.value = of.at;
  }
  return is;
}

void queue_publisher::take_over(const queue::state& room, std::vector<demoted_place> demoted, domain::instant now,
                                domain::instant claims_until) {
  emptied_ = true;
  claims_until_s_ = queue::second_of(claims_until);
  mode_ = room.is;
  revoked_ = room.revoked_since.has_value();
  demoted_ = std::move(demoted);
  publish_places(room, now);
  publish_view(room, false);
}

void queue_publisher::note(const domain::fact& what, const queue::state& after) {
  std::visit(collector<std::vector<place_number>>{changed_}, what.body);
  if (const auto* const voided = std::get_if<queue::demoted>(&what.body)) {
    demoted_.push_back({voided->place, {voided->now, voided->reason}});
  } else if (std::holds_alternative<queue::drawn>(what.body)) {
    all_changed_ = true;
    is_new_line_ = true;
  } else if (std::holds_alternative<queue::mode_changed>(what.body)) {
    if (after.is == queue::mode::off) {
      emptied_ = true;
      is_new_line_ = true;
      all_changed_ = all_present_ = false;
      changed_.clear();
      demoted_.clear();
    } else if (mode_ == queue::mode::sold_out) {
      all_changed_ = all_present_ = true;
    }
    if (revoked_) {
      // Their admissions end later than they did.
      for (const auto& one : after.inside.all()) {
        changed_.emplace_back(one.slot);
      }
    }
  }
  mode_ = after.is;
  revoked_ = after.revoked_since.has_value();
}

void queue_publisher::publish_places(const queue::state& room, domain::instant now) {
  const auto last = room.places.last();
  if (emptied_) {
    const auto before = last.value() - static_cast<std::uint32_t>(room.places.size());
    slots_ = std::make_shared<place_slots>(place_number{before}, now);
  }
  const auto before = slots_->before().value();
  const auto known = before + slots_->count();
  const auto publish = [&](place_number number) { slots_->set(number, word_of(room, *room.places.at(number))); };
  for (auto& one : demoted_) {
    slots_->note_demotion(one.place, std::move(one.why));
  }
  for (auto number = known + 1; number <= last.value(); ++number) {
    const auto& of = *room.places.at(place_number{number});
    slots_->add(of.who, word_of(room, of), now);
  }
  if (all_changed_) {
    for (auto number = before + 1; number <= known; ++number) {
      if (all_present_ && queue::is_waiting(room.places.at(place_number{number})->status)) {
        slots_->heard(place_number{number}, now);
      }
      publish(place_number{number});
    }
  } else {
    for (const auto number : changed_) {
      if (number.value() > before && number.value() <= known) {
        publish(number);
      }
    }
  }
  changed_.clear();
  demoted_.clear();
  all_changed_ = all_present_ = emptied_ = false;
}

auto queue_publisher::line_of(const queue::line& now, const std::shared_ptr<const published_line>& before) const
    -> std::shared_ptr<const published_line> {
  if (now.spots() == 0) {
    return nullptr;
  }
  // Spots are never given again, so a line that has given no more, and has as many people, is the same.
  if (!is_new_line_ && before && before->spots == now.spots() && before->size == now.size()) {
    return before;
  }
  return std::make_shared<const published_line>(published_line{now.order(), now.spots(), now.size()});
}

void queue_publisher::publish_view(const queue::state& room, bool held_back) {
  const auto before = board_.view();
  if (before->shown.seq == room.seq && before->slots == slots_ && before->shown.held_back == held_back) {
    return;
  }
  auto next = std::make_shared<board_view>();
  next->shown = shown_of(room, held_back);
  next->slots = slots_;
  next->draw_first = room.draw ? room.draw->first : place_number{};
  for (std::size_t band = 0; band < next->lines.size(); ++band) {
    next->lines[band] = line_of(room.lines[band], before->lines[band]);
    next->drains[band] = room.drains[band];
  }
  is_new_line_ = false;
  board_.publish(std::move(next));
}

auto queue_publisher::bytes() const noexcept -> std::size_t {
  auto sum = sizeof(board_view) + slots_->bytes();
  for (const auto& line : board_.view()->lines) {
    sum += line ? sizeof(*line) + line->order.bits.capacity() * sizeof(std::uint64_t) +
                      line->order.before.capacity() * sizeof(std::uint32_t)
                : 0;
  }
  return sum;
}

} // namespace holdfast::actors
