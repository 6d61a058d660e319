#include "domain/queue/apply.hpp"

#include "domain/check.hpp"

#include <algorithm>
#include <cstddef>
#include <variant>

namespace holdfast::domain::queue {
namespace {

/// One fact being folded.
struct folder {
  state& room;
  instant now;

  auto live(place_number number) const -> place& {
    auto* const found = room.places.at(number);
    HF_CHECK(found != nullptr && is_live(found->status), "a place is live as long as something happens to it");
    return *found;
  }

  /// Keeps the positions of deadlines where their places are.
  auto moved() const {
    return
        [this](std::uint32_t number, std::uint32_t position) { room.places.at(place_number{number})->at = position; };
  }

  void settle() const { room.tokens.settle(now, room.rate_milli_per_s(), room.rules.batch); }

  void enter_mode(mode to, mode_cause cause) const {
    room.is = to;
    room.mode_since = now;
    room.cause = cause;
  }

  /// The line moves from now on.
  void begin_drains() const {
    for (auto& one : room.drains) {
      one.begin(now);
    }
    room.forecast_slice = 0;
    room.expected.clear();
  }

  /// At the end of their band's line.
  void stand(place_number number, place& who) const {
    auto& in = room.lines[who.band];
    if (in.size() == 0) {
      room.turns.wakes(who.band);
    }
    who.at = in.push(number.value());
  }

  void add(const subject_id& who, std::uint8_t band) const {
    HF_CHECK(!room.places.find(who), "at most one live place a buyer");
    HF_CHECK(band < room.rules.bands.size(), "a band is one of the settings'");
    const auto number = room.places.add(who, band, now);
    ++room.waiting_now;
    if (room.is != mode::pre_queue) {
      stand(number, *room.places.at(number));
    } else if (!room.draw->closed) {
      room.draw->log.append(leaf_hash(number.value(), who, band));
    }
  }

  /// Out of the line, or of those who are inside.
  void take_out(place& who, place_status as) const {
    if (is_inside(who.status)) {
      room.inside.erase(who.at, moved());
      return;
    }
    --room.waiting_now;
    room.silent_now -= who.status == place_status::silent ? 1 : 0;
    if (room.is != mode::pre_queue) {
      room.lines[who.band].leave(who.at);
    }
    auto& drained = room.drains[who.band];
    if (as == place_status::admitted) {
      drained.note_let_in(now, 1);
    } else if (as == place_status::missed_turn) {
      drained.note_missed(now, 1);
    } else if (who.status == place_status::waiting) {
      drained.note_lost(now, 1); // the silent were lost when they fell silent
    }
  }

  void end(place_number number, place_status as) const {
    auto& who = live(number);
    if (is_inside(who.status) && as != place_status::bought && as != place_status::demoted) {
      room.measured.note_abandoned();
    }
    take_out(who, as);
    room.expected.drop(number.value());
    room.places.end(number, as, now);
  }

  void empty_room() const {
    room.places.clear();
    for (auto& one : room.lines) {
      one.clear();
    }
    room.draw.reset();
    room.inside.clear();
    room.silent.clear();
    room.silent_now = 0;
    room.waiting_now = 0;
    room.expected.clear();
  }

  /// Forgets the silences that are over, once they are first or most.
  void tidy_silences() const {
    auto& all = room.silent;
    while (!all.empty() && !room.lasts(all.front())) {
      all.pop_front();
    }
    constexpr std::size_t few = 1'024;
    if (all.size() > 2 * room.silent_now + few) {
      std::erase_if(all, [this](const state::silence& of) { return !room.lasts(of); });
    }
  }

  /// Nobody polls a waitlist: when it moves again everybody on it counts as present until they are missed.
  void wake_waitlist() const {
    for (const auto& one : room.silent) {
      if (room.lasts(one)) {
        auto& who = live(place_number{one.place});
        who.status = place_status::waiting;
        who.since_s = second_of(now);
      }
    }
    room.silent.clear();
    room.silent_now = 0;
  }

  /// Once in ten seconds of admission, what some people along each line would be told.
  void keep_forecasts() const {
    const auto slice = room.drains[0].slice_of(now);
    if (slice == room.forecast_slice) {
      return;
    }
    room.forecast_slice = slice;
    for (std::size_t band = 0; band < room.rules.bands.size(); ++band) {
      const auto& in = room.lines[band];
      const auto rates = room.drains[band].rates(now);
      for (const std::uint64_t eighths : {1U, 3U, 5U, 7U}) {
        const auto ahead = static_cast<std::uint32_t>(in.size() * eighths / 8);
        const auto range = eta_of(rates, ahead, line_of_room(in.size(), room.waiting_now, room.silent_now));
        if (range && ahead < in.size()) {
          room.expected.keep(in.place_at(in.with_ahead(ahead)), now, *range);
        }
      }
    }
  }

  void operator()(const settings_changed& what) const {
    HF_CHECK(room.places.live() == 0 || keeps_bands(room.rules, what.after), "bands of people who wait stay");
    settle();
    const bool new_shares = room.rules.bands != what.after.bands;
    room.rules = what.after;
    settle(); // a smaller batch holds less
    room.settings_version = room.seq;
    if (new_shares) {
      room.turns.begin(room.rules.bands);
    }
  }

  void operator()(const pre_queue_opened& what) const {
    HF_CHECK(room.is == mode::off, "a pre-queue opens in a room that is off");
    enter_mode(mode::pre_queue, what.cause);
    room.draw.emplace();
    room.draw->commitment = what.commitment;
    room.draw->public_round = what.public_round;
    room.draw->opened_at = now;
    room.draw->first = place_number{room.places.last().value() + 1};
  }

  void operator()(const pre_queue_closed& what) const {
    HF_CHECK(room.is == mode::pre_queue && !room.draw->closed, "a pre-queue closes once");
    HF_CHECK(room.draw->log.size() == what.entrants, "everybody who entered is counted");
    HF_CHECK(room.draw->log.root() == what.root, "the root is that of the entrants");
    room.draw->closed = true;
  }

  void operator()(const drawn& what) const {
    HF_CHECK(room.is == mode::pre_queue && room.draw->closed, "who is drawn is known before the seed is");
    HF_CHECK(commitment_to(what.seed) == room.draw->commitment, "the seed is the one that was committed to");
    auto& lots = *room.draw;
    lots.seed = what.seed;
    lots.round_value = what.round_value;
    enter_mode(mode::on, room.cause);
    room.turns.begin(room.rules.bands);
    begin_drains();
    const auto mixed = mixed_seed(what.seed, what.round_value.value_or(""));
    const auto order = drawn_order(mixed, lots.log.size(), [this](std::uint32_t i) { return leaf_of(room, i); });
    const auto stand_if_there = [this](std::uint32_t number) {
      if (auto& who = *room.places.at(place_number{number}); is_waiting(who.status)) {
        stand(place_number{number}, who);
      }
    };
    for (const auto index : order) {
      stand_if_there(lots.first.value() + index);
    }
    for (auto late = lots.first.value() + lots.log.size(); late <= room.places.last().value(); ++late) {
      stand_if_there(late);
    }
  }

  /// Time stood still for those who are inside, and goes on with what was left of it. Whoever had not come yet has all the time for it again: their next poll
  /// may be a heartbeat away.
  void end_revocation() const {
    constexpr std::int64_t second = 1'000;
    const auto stood_still = millis{((now - *room.revoked_since).count + second - 1) / second * second};
    const auto claim_by = whole_second(now + room.rules.heartbeat + limits::claim_grace);
    const auto inside = room.inside.all();
    for (const auto& one : inside) {
      auto& who = live(place_number{one.slot});
      const auto until =
          who.status == place_status::active ? one.at + stood_still : std::max(one.at + stood_still, claim_by);
      who.until_s = second_of(until);
      room.inside.change(who.at, until, moved());
    }
    room.revoked_since.reset();
  }

  void operator()(const mode_changed& what) const {
    const bool is_other = what.to != room.is || what.revoked != room.revoked_since.has_value();
    HF_CHECK(what.to != mode::pre_queue && is_other, "a mode changes");
    HF_CHECK(!what.revoked || what.to == mode::paused, "only a pause takes admissions back");
    HF_CHECK(room.is != mode::pre_queue || what.to == mode::off, "the draw is what ends a pre-queue");
    settle();
    if (room.revoked_since) {
      end_revocation();
    }
    if (what.revoked) {
      room.revoked_since = now;
    }
    if (what.to == mode::off) {
      empty_room();
    } else if (room.is == mode::sold_out) {
      wake_waitlist();
    } else if (room.is == mode::off) {
      room.turns.begin(room.rules.bands);
    }
    if (what.to == mode::on) {
      begin_drains();
    }
    enter_mode(what.to, what.cause);
  }

  void operator()(const joined& what) const {
    HF_CHECK(room.is != mode::off, "people join a room that is there");
    HF_CHECK(what.first.value() == room.places.last().value() + 1, "places are numbered in the order of the journal");
    for (const auto& one : what.people) {
      add(one.who, one.band);
    }
    room.total.joined += what.people.size();
  }

  void operator()(const left& what) const {
    for (const auto number : what.places) {
      end(number, place_status::left);
    }
    room.total.left += what.places.size();
  }

  void operator()(const fell_silent& what) const {
    for (const auto number : what.places) {
      auto& who = live(number);
      HF_CHECK(who.status == place_status::waiting, "who falls silent was waiting");
      who.status = place_status::silent;
      who.since_s = second_of(now);
      room.silent.push_back({number.value(), who.since_s});
      room.drains[who.band].note_lost(now, 1);
    }
    room.silent_now += what.places.size();
  }

  void operator()(const returned& what) const {
    for (const auto number : what.places) {
      auto& who = live(number);
      HF_CHECK(who.status == place_status::silent, "who returns was silent");
      who.status = place_status::waiting;
      who.since_s = second_of(now);
      room.drains[who.band].note_found(now, 1);
    }
    room.silent_now -= what.places.size();
  }

  void operator()(const admitted& what) const {
    HF_CHECK(room.is == mode::on, "people are let in while the room is on");
    settle();
    const auto count = static_cast<std::uint32_t>(what.places.size());
    room.tokens.take(count);
    for (const auto number : what.places) {
      auto& who = live(number);
      HF_CHECK(who.status == place_status::waiting, "who is let in waits, and is there");
      take_out(who, place_status::admitted);
      room.turns.took(who.band);
      room.expected.came(number.value(), now);
      who.status = place_status::admitted;
      who.since_s = second_of(now);
      who.until_s = second_of(what.claim_by);
      room.inside.push({what.claim_by, number.value(), number.value()}, moved());
    }
    const auto most = active_limit_of(room.rules, room.measured).limit;
    HF_CHECK(!most || room.inside.size() <= *most, "no more are active than the limit says");
    room.total.admitted += count;
    keep_forecasts();
  }

  void operator()(const claimed& what) const {
    for (const auto number : what.places) {
      auto& who = live(number);
      HF_CHECK(who.status == place_status::admitted && !room.revoked_since, "who comes was let in");
      who.status = place_status::active;
      who.since_s = second_of(now);
      who.until_s = second_of(what.until);
      room.inside.change(who.at, what.until, moved());
    }
  }

  void operator()(const finished& what) const {
    for (const auto number : what.bought) {
      const auto since = instant{std::int64_t{live(number).since_s} * 1'000};
      HF_CHECK(is_inside(live(number).status), "who buys was let in");
      room.measured.note_purchase(now - since);
      end(number, place_status::bought);
    }
    for (const auto number : what.gave_up) {
      HF_CHECK(is_inside(live(number).status), "who gives up was let in");
      end(number, place_status::gave_up);
    }
    room.total.bought += what.bought.size();
    room.total.gave_up += what.gave_up.size();
  }

  auto counter_of(place_status as) const -> std::uint64_t& {
    switch (as) {
    case place_status::missed_turn: return room.total.missed_turn;
    case place_status::unclaimed: return room.total.unclaimed;
    case place_status::ran_out: return room.total.ran_out;
    default: return room.total.timed_out;
    }
  }

  void operator()(const expired& what) const {
    for (const auto number : what.places) {
      end(number, what.as);
    }
    counter_of(what.as) += what.places.size();
  }

  void operator()(const demoted& what) const {
    HF_CHECK(room.is != mode::pre_queue, "there is no order before the draw");
    const auto& who = live(what.place);
    const auto subject = who.who;
    const auto band = who.band;
    end(what.place, place_status::demoted);
    HF_CHECK(what.now.value() == room.places.last().value() + 1, "places are numbered in the order of the journal");
    add(subject, band);
    ++room.total.demoted;
  }

  void operator()(const pace_adjusted& what) const {
    settle();
    room.pace_permille = what.permille;
  }

  /// Facts of other streams never stand here.
  template <class Other>
  void operator()(const Other&) const {
    HF_CHECK(false, "a fact of another kind of stream");
  }
};

} // namespace

void apply(state& room, const fact& what) noexcept {
  HF_CHECK(what.time >= room.time, "time never goes back");
  room.time = what.time;
  ++room.seq;
  const folder fold{room, what.time};
  std::visit(fold, what.body);
  fold.tidy_silences();
}

} // namespace holdfast::domain::queue
