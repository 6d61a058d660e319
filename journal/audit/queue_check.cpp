#include "journal/audit/queue_check.hpp"

#include "journal/audit/queue_draw.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t person_micro = 1'000'000;
constexpr std::uint64_t whole = 100;
constexpr std::int64_t ms_in_second = 1'000;
constexpr std::int64_t claim_grace_ms = 10'000;

auto seconds_up(std::int64_t ms) -> std::int64_t {
  return (ms + ms_in_second - 1) / ms_in_second * ms_in_second;
}

auto words(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

} // namespace

void queue_check::refuse(violation_kind why, std::string detail) {
  to_.add(why, stream_, seq_, std::move(detail));
}

void queue_check::take(const record& at, const queue_fact& what) {
  if (seq_ == 0) {
    // A room has these settings until it is told others.
    rules_ = {{}, 100'000, 50, std::nullopt, 20'000, 600'000, {"general"}, {whole}};
  }
  seq_ = at.seq;
  time_ms_ = at.time_ms;
  std::visit([this](const auto& known) { on(known); }, what);
}

auto queue_check::at(std::uint64_t number, std::initializer_list<status> right, const char* done) -> place* {
  const auto found = places_.find(number);
  if (found == places_.end()) {
    refuse(violation_kind::illegal_place, "place " + words(number) + " " + done + ", and is not there");
    return nullptr;
  }
  if (std::find(right.begin(), right.end(), found->second.is) == right.end())
    refuse(violation_kind::illegal_place, "place " + words(number) + " " + done + " when it was of status " +
                                              words(static_cast<std::uint64_t>(found->second.is)));
  return &found->second;
}

void queue_check::stand(std::uint64_t number, place& who) {
  who.rank = ++next_rank_;
  // A band's line has given no more ranks than there are places, so that those of the next line are all greater.
  history_.stood({who.who.high, who.who.low}, before_line_ + ++stood_[who.who.band], time_ms_);
  if (who.is == status::waiting)
    present_[who.who.band].insert({who.rank, number});
}

void queue_check::add(const queue_joined::entrant& who) {
  const auto number = ++given_;
  if (who.high == 0 && who.low == 0)
    refuse(violation_kind::illegal_place, "place " + words(number) + " is nobody's");
  if (who.band >= rules_.bands.size())
    refuse(violation_kind::illegal_place, "place " + words(number) + " is in a band that is not there");
  if (!live_.insert({{who.high, who.low}, number}).second)
    refuse(violation_kind::place_given_twice,
           "the buyer of place " + words(number) + " has place " + words(live_[{who.high, who.low}]) + " already");
  auto& made = places_[number];
  made.who = who;
  made.who.band = std::min<std::uint8_t>(who.band, bands_max - 1);
  if (is_ != mode::pre_queue)
    stand(number, made);
  else if (draw_ && !draw_->closed)
    draw_->leaves.push_back(leaf_of(number, who));
}

void queue_check::end(std::uint64_t number, place& who) {
  if (who.is == status::admitted || who.is == status::active) {
    --inside_;
    history_.ended({who.who.high, who.who.low}, time_ms_, seq_);
  }
  history_.stands_no_more({who.who.high, who.who.low}, time_ms_, seq_);
  present_[who.who.band].erase({who.rank, number});
  const auto owner = live_.find({who.who.high, who.who.low});
  if (owner != live_.end() && owner->second == number)
    live_.erase(owner);
  places_.erase(number);
}

void queue_check::wait_again(std::uint64_t number, place& who) {
  who.is = status::waiting;
  if (is_ != mode::pre_queue)
    present_[who.who.band].insert({who.rank, number});
}

void queue_check::settle() {
  const auto full = rules_.batch * person_micro;
  const auto rate = rules_.rate_milli_per_s * pace_permille_ / 1'000;
  const auto passed = static_cast<std::uint64_t>(time_ms_ - settled_at_);
  // Whatever it would bring, the bucket holds a batch: so nothing is multiplied that does not fit.
  const bool overflows = rate != 0 && passed > full / rate;
  level_micro_ = overflows ? full : std::min(full, level_micro_ + rate * passed);
  settled_at_ = time_ms_;
}

void queue_check::on(const queue_settings_changed& what) {
  const auto& next = what.after;
  std::uint64_t sum = 0;
  for (const auto share : next.shares)
    sum += share;
  if (next.bands.empty() || next.bands.size() > bands_max || sum != whole || next.batch == 0)
    refuse(violation_kind::illegal_queue_change, "the settings have no batch, or bands that do not share all of it");
  if (!live_.empty() &&
      !std::equal(rules_.bands.begin(), rules_.bands.end(), next.bands.begin(),
                  next.bands.begin() + static_cast<std::ptrdiff_t>(std::min(next.bands.size(), rules_.bands.size()))))
    refuse(violation_kind::illegal_queue_change, "bands of people who wait went, or have other names");
  settle();
  rules_ = next;
  settle();
}

void queue_check::on(const pre_queue_opened& what) {
  if (is_ != mode::off)
    refuse(violation_kind::illegal_queue_change, "a pre-queue opened in a room that was not off");
  is_ = mode::pre_queue;
  history_.opened(time_ms_, seq_);
  draw_ = lottery{what.commitment, what.public_round, given_ + 1, {}, false};
}

void queue_check::on(const pre_queue_closed& what) {
  if (is_ != mode::pre_queue || !draw_ || draw_->closed) {
    refuse(violation_kind::illegal_queue_change, "a pre-queue closed that was not open");
    return;
  }
  draw_->closed = true;
  if (what.entrants != draw_->leaves.size() || what.root != tree_root(draw_->leaves))
    refuse(violation_kind::wrong_draw,
           "the close does not name the " + words(draw_->leaves.size()) + " who entered, or another root than theirs");
}

void queue_check::on(const lots_drawn& what) {
  if (is_ != mode::pre_queue || !draw_ || !draw_->closed) {
    refuse(violation_kind::illegal_queue_change, "lots were drawn of a pre-queue that was not closed");
    return;
  }
  if (digest(what.seed) != draw_->commitment)
    refuse(violation_kind::wrong_draw, "the seed is not the one that was committed to");
  if (what.round_value && draw_->public_round.empty())
    refuse(violation_kind::wrong_draw, "a value was mixed in though no round had been named");
  is_ = mode::on;
  const auto stand_if_there = [this](std::uint64_t number) {
    if (const auto found = places_.find(number); found != places_.end())
      stand(number, found->second);
  };
  for (const auto index : lot_order(what.seed, what.round_value.value_or(""), draw_->leaves))
    stand_if_there(draw_->first + index);
  for (auto late = draw_->first + draw_->leaves.size(); late <= given_; ++late)
    stand_if_there(late);
}

auto queue_check::is_wrong_step(const queue_mode_changed& what) const -> bool {
  const auto to = static_cast<mode>(what.to);
  const bool revokes = what.revoked != 0;
  // A pause may take admissions back, or give them back, while it goes on.
  const bool is_same = to == is_ && (to != mode::paused || revokes == revoked_at_.has_value());
  return what.to < static_cast<std::uint64_t>(mode::off) || to > mode::sold_out || to == mode::pre_queue || is_same ||
         (is_ == mode::pre_queue && to != mode::off) || (revokes && to != mode::paused);
}

void queue_check::restore_admissions() {
  const auto stood_still = seconds_up(time_ms_ - *revoked_at_);
  const auto claim_by = seconds_up(time_ms_ + static_cast<std::int64_t>(rules_.heartbeat_ms) + claim_grace_ms);
  for (auto& [number, who] : places_) {
    if (who.is != status::admitted && who.is != status::active)
      continue;
    who.until += stood_still;
    // Whoever had not come yet has all the time for it again.
    if (who.is == status::admitted)
      who.until = std::max(who.until, claim_by);
  }
  revoked_at_.reset();
  history_.restored(time_ms_);
}

void queue_check::on(const queue_mode_changed& what) {
  const auto to = static_cast<mode>(what.to);
  if (is_wrong_step(what))
    refuse(violation_kind::illegal_queue_change,
           "the mode became " + words(what.to) + " from " + words(static_cast<std::uint64_t>(is_)));
  settle();
  if (revoked_at_)
    restore_admissions();
  if (what.revoked != 0) {
    revoked_at_ = time_ms_;
    history_.revoked(time_ms_, seq_);
  }
  if (to == mode::off) {
    places_.clear();
    live_.clear();
    for (auto& band : present_)
      band.clear();
    draw_.reset();
    inside_ = 0;
    before_line_ = given_;
    stood_.fill(0);
    history_.closed(time_ms_, seq_);
  } else if (is_ == mode::sold_out) {
    // Nobody polls a waitlist: everybody counts as present until they are missed.
    for (auto& [number, who] : places_) {
      if (who.is == status::silent)
        wait_again(number, who);
    }
  }
  if (to != mode::off)
    history_.opened(time_ms_, seq_);
  is_ = to;
}

void queue_check::on(const queue_joined& what) {
  if (is_ == mode::off)
    refuse(violation_kind::illegal_queue_change, "people joined a room that was off");
  if (what.first != given_ + 1)
    refuse(violation_kind::illegal_place, "place " + words(what.first) + " follows place " + words(given_));
  for (const auto& who : what.people)
    add(who);
}

void queue_check::on(const places_named& what) {
  for (const auto number : what.places) {
    if (what.what == places_named::as::left) {
      if (auto* const who = at(number, {status::waiting, status::silent, status::admitted, status::active}, "left"))
        end(number, *who);
    } else if (what.what == places_named::as::fell_silent) {
      if (auto* const who = at(number, {status::waiting}, "fell silent")) {
        present_[who->who.band].erase({who->rank, number});
        who->is = status::silent;
      }
    } else if (auto* const who = at(number, {status::silent}, "returned")) {
      wait_again(number, *who);
    }
  }
}

void queue_check::on(const queue_admitted& what) {
  if (is_ != mode::on)
    refuse(violation_kind::illegal_queue_change, "people were let in while the room was not on");
  settle();
  const auto asked = what.places.size() * person_micro;
  if (asked > level_micro_)
    refuse(violation_kind::admitted_too_fast,
           words(what.places.size()) + " were let in where rate and batch allow " + words(level_micro_ / person_micro));
  level_micro_ -= std::min<std::uint64_t>(asked, level_micro_);
  for (const auto number : what.places) {
    auto* const who = at(number, {status::waiting}, "was let in");
    if (who == nullptr)
      continue;
    auto& line = present_[who->who.band];
    if (!line.empty() && line.begin()->second != number)
      refuse(violation_kind::passed_over,
             "place " + words(number) + " was let in before place " + words(line.begin()->second));
    line.erase({who->rank, number});
    inside_ += who->is == status::admitted || who->is == status::active ? 0 : 1;
    who->is = status::admitted;
    history_.stands_no_more({who->who.high, who->who.low}, time_ms_, seq_);
    history_.let_in({who->who.high, who->who.low}, time_ms_);
    who->until = what.claim_by;
  }
  if (rules_.max_active && inside_ > *rules_.max_active)
    refuse(violation_kind::too_many_active,
           words(inside_) + " are active where " + words(*rules_.max_active) + " may be");
}

void queue_check::on(const queue_claimed& what) {
  const auto latest = time_ms_ + static_cast<std::int64_t>(rules_.admission_ms) + ms_in_second;
  if (what.until > latest)
    refuse(violation_kind::illegal_place, "an admission is longer than the settings allow");
  if (revoked_at_)
    refuse(violation_kind::illegal_place, "somebody came while no admission was worth anything");
  for (const auto number : what.places) {
    if (auto* const who = at(number, {status::admitted}, "came")) {
      who->is = status::active;
      who->until = what.until;
    }
  }
}

void queue_check::on(const queue_finished& what) {
  for (const auto* const places : {&what.bought, &what.gave_up}) {
    for (const auto number : *places) {
      if (auto* const who = at(number, {status::admitted, status::active}, "finished"))
        end(number, *who);
    }
  }
}

void queue_check::on(const queue_expired& what) {
  enum : std::uint64_t { missed_turn = 8, unclaimed, ran_out, timed_out };
  const bool of_silence = what.as == missed_turn || what.as == timed_out;
  if (what.as < missed_turn || what.as > timed_out)
    refuse(violation_kind::illegal_place, "places ended in a way that is not known: " + words(what.as));
  for (const auto number : what.places) {
    const auto right = of_silence ? status::silent : what.as == unclaimed ? status::admitted : status::active;
    auto* const who = at(number, {right}, "ended");
    if (who == nullptr)
      continue;
    if (!of_silence && (revoked_at_ || time_ms_ < who->until))
      refuse(violation_kind::illegal_place, "the admission of place " + words(number) + " ended before its time");
    end(number, *who);
  }
}

void queue_check::on(const queue_demoted& what) {
  if (is_ == mode::pre_queue)
    refuse(violation_kind::illegal_queue_change, "a place was demoted where there is no order");
  auto* const who = at(what.place, {status::waiting, status::silent, status::admitted, status::active}, "was demoted");
  if (what.now != given_ + 1)
    refuse(violation_kind::illegal_place, "place " + words(what.now) + " follows place " + words(given_));
  if (who == nullptr)
    return;
  const auto same = who->who;
  end(what.place, *who);
  add(same);
}

void queue_check::on(const queue_pace_adjusted& what) {
  if (what.permille > 1'000)
    refuse(violation_kind::illegal_queue_change, "a pace above the rate");
  settle();
  pace_permille_ = what.permille;
}

} // namespace holdfast::journal::audit
