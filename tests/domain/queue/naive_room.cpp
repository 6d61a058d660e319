#include "tests/domain/queue/naive_room.hpp"

#include "domain/queue/draw.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::tests {

using namespace domain;
using queue::mode;
using queue::place_status;

void naive_room::fail(bool sound, const char* what) {
  if (!sound && fault_.empty()) {
    fault_ = what;
  }
}

auto naive_room::live_place(const subject_id& who) const -> std::uint32_t {
  for (auto number = forgotten_ + 1; number <= people_.size(); ++number) {
    if (people_[number - 1].who == who && queue::is_live(people_[number - 1].status)) {
      return number;
    }
  }
  return 0;
}

auto naive_room::inside() const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(people_.begin() + forgotten_, people_.end(), [](const person& of) {
    return of.status == place_status::admitted || of.status == place_status::active;
  }));
}

auto naive_room::rate() const -> std::int64_t {
  return std::int64_t{rules_.rate_milli_per_s} * permille_ / 1'000;
}

void naive_room::change_pace(instant now) {
  steps_.push_back({now, 0, std::min(paces_.back().batch, std::int64_t{rules_.batch})});
  paces_.push_back({now, rate(), rules_.batch});
}

void naive_room::stand(std::uint32_t number) {
  lines_[people_[number - 1].band].push_back(number);
}

void naive_room::remove(std::uint32_t number) {
  std::erase(lines_[people_[number - 1].band], number);
}

auto naive_room::ahead(std::uint32_t number) const -> std::int64_t {
  const auto& in = lines_[people_[number - 1].band];
  const auto found = std::ranges::find(in, number);
  return found == in.end() ? -1 : found - in.begin();
}

auto naive_room::brought(instant from, instant to) const -> std::int64_t {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < paces_.size(); ++i) {
    const auto begin = std::max(from, paces_[i].from);
    const auto end = i + 1 < paces_.size() ? std::min(to, paces_[i + 1].from) : to;
    sum += begin < end ? (end - begin).count * paces_[i].milli_per_s : 0;
  }
  return sum;
}

auto naive_room::room_in_windows(instant now) const -> std::int64_t {
  // Windows that begin anywhere else leave more room: the rate brings more, or less was used.
  std::int64_t least = paces_.back().batch * 1'000'000;
  for (std::size_t first = 0; first < steps_.size(); ++first) {
    std::int64_t used = 0;
    for (std::size_t i = first; i < steps_.size(); ++i) {
      used += steps_[i].people;
    }
    const auto& from = steps_[first];
    least = std::min(least, (from.batch - used) * 1'000'000 + brought(from.at, now));
  }
  return least < 0 ? -1 : least / 1'000'000;
}

auto naive_room::end_command() -> std::string {
  for (const auto number : std::exchange(owed_, {})) {
    if (people_[number - 1].status == place_status::waiting) {
      return "a turn is over that had not come";
    }
  }
  return {};
}

auto naive_room::idle_fault(instant now) const -> std::string {
  const bool somebody = std::ranges::any_of(lines_, [&](const auto& in) {
    return std::ranges::any_of(in, [&](auto number) { return people_[number - 1].status == place_status::waiting; });
  });
  if (mode_ != mode::on || !somebody || rate() == 0 || (rules_.max_active && inside() >= *rules_.max_active)) {
    return {};
  }
  return room_in_windows(now) >= 1 ? "somebody waits whom rate and limit would let in" : "";
}

/// Takes over one fact.
struct naive_judge {
  naive_room& room;
  instant now;

  auto at(queue::place_number number) const -> naive_room::person& {
    const bool there = number.value() > room.forgotten_ && number.value() <= room.people_.size();
    room.fail(there && queue::is_live(room.people_[number.value() - 1].status), "a fact of a place that is not live");
    return room.people_[number.value() - 1];
  }

  void end(const std::vector<queue::place_number>& places, place_status as) const {
    for (const auto number : places) {
      at(number).status = as;
      room.remove(number.value());
    }
  }

  void change(const std::vector<queue::place_number>& places, place_status from, place_status to) const {
    for (const auto number : places) {
      room.fail(at(number).status == from, "a place changed that was not what it has to be");
      at(number).status = to;
    }
  }

  void add(const subject_id& who, std::uint8_t band) const {
    room.fail(room.live_place(who) == 0, "two live places of one buyer");
    room.people_.push_back({who, band, place_status::waiting});
    const auto number = static_cast<std::uint32_t>(room.people_.size());
    if (room.mode_ != mode::pre_queue) {
      room.stand(number);
    } else if (!room.closed_) {
      room.entrants_.push_back(number);
    }
  }

  void operator()(const queue::settings_changed& what) const {
    room.rules_ = what.after;
    room.change_pace(now);
  }
  void operator()(const queue::pre_queue_opened& what) const {
    room.mode_ = mode::pre_queue;
    room.closed_ = false;
    room.entrants_.clear();
    room.commitment_ = what.commitment;
  }
  void operator()(const queue::pre_queue_closed& what) const {
    room.fail(what.entrants == room.entrants_.size(), "not everybody who entered is counted");
    room.closed_ = true;
  }
  void operator()(const queue::drawn& what) const {
    room.fail(queue::sha256(what.seed) == room.commitment_, "another seed than the one that was committed to");
    const queue::hmac_sha256 draw{queue::mixed_seed(what.seed, what.round_value.value_or(""))};
    std::vector<std::pair<queue::digest, std::uint32_t>> lots;
    for (const auto number : room.entrants_) {
      const auto& who = room.people_[number - 1];
      lots.emplace_back(draw(queue::leaf_hash(number, who.who, who.band)), number);
    }
    std::ranges::sort(lots);
    std::vector<std::uint32_t> order;
    for (const auto& [lot, number] : lots) {
      order.push_back(number);
    }
    const auto behind = room.entrants_.empty() ? room.forgotten_ : room.entrants_.back();
    for (auto number = behind + 1; number <= room.people_.size(); ++number) {
      order.push_back(number);
    }
    for (const auto number : order) {
      if (queue::is_waiting(room.people_[number - 1].status)) {
        room.stand(number);
      }
    }
    room.mode_ = mode::on;
  }
  void operator()(const queue::mode_changed& what) const {
    room.fail(what.to != room.mode_ || what.revoked != room.revoked_, "a mode that is as it was");
    room.fail(!what.revoked || what.to == mode::paused, "admissions taken back by more than a pause");
    room.revoked_ = what.revoked;
    if (what.to == mode::off) {
      room.lines_ = {};
      room.forgotten_ = static_cast<std::uint32_t>(room.people_.size());
    } else if (room.mode_ == mode::sold_out) {
      for (auto& one : room.people_) {
        one.status = one.status == place_status::silent ? place_status::waiting : one.status;
      }
    }
    room.mode_ = what.to;
  }
  void operator()(const queue::joined& what) const {
    room.fail(what.first.value() == room.people_.size() + 1, "places that are not numbered on");
    for (const auto& one : what.people) {
      add(one.who, one.band);
    }
  }
  void operator()(const queue::left& what) const { end(what.places, place_status::left); }
  void operator()(const queue::fell_silent& what) const {
    change(what.places, place_status::waiting, place_status::silent);
  }
  void operator()(const queue::returned& what) const {
    change(what.places, place_status::silent, place_status::waiting);
  }
  void operator()(const queue::claimed& what) const {
    room.fail(!room.revoked_, "somebody came while no admission was worth anything");
    change(what.places, place_status::admitted, place_status::active);
  }
  void operator()(const queue::admitted& what) const {
    room.fail(room.mode_ == mode::on, "somebody let in while the room is not on");
    for (const auto number : what.places) {
      room.fail(at(number).status == place_status::waiting, "somebody let in who is not there");
      const auto& in = room.lines_[at(number).band];
      room.fail(!in.empty() && in.front() == number.value(), "somebody overtook in their line");
      room.remove(number.value());
      at(number).status = place_status::admitted;
    }
    room.steps_.push_back({now, static_cast<std::int64_t>(what.places.size()), room.rules_.batch});
    room.fail(room.room_in_windows(now) >= 0, "more let in within a time than rate and batch allow");
    room.fail(!room.rules_.max_active || room.inside() <= *room.rules_.max_active, "more active than the limit");
  }
  void operator()(const queue::finished& what) const {
    end(what.bought, place_status::bought);
    end(what.gave_up, place_status::gave_up);
  }
  void operator()(const queue::expired& what) const {
    const bool of_admissions = what.as == place_status::unclaimed || what.as == place_status::ran_out;
    room.fail(!of_admissions || !room.revoked_, "an admission ended while its time stood still");
    for (const auto number : what.places) {
      const auto was = at(number).status;
      const auto& in = room.lines_[at(number).band];
      switch (what.as) {
      case place_status::missed_turn:
        room.fail(was == place_status::silent, "who was there missed their turn");
        for (std::int64_t i = 0; i < room.ahead(number.value()); ++i) {
          room.owed_.push_back(in[static_cast<std::size_t>(i)]);
        }
        break;
      case place_status::timed_out: room.fail(was == place_status::silent, "who was there timed out"); break;
      case place_status::unclaimed: room.fail(was == place_status::admitted, "who came did not claim"); break;
      default: room.fail(was == place_status::active, "who is not active ran out of time"); break;
      }
    }
    end(what.places, what.as);
  }
  void operator()(const queue::demoted& what) const {
    const auto who = at(what.place);
    end({what.place}, place_status::demoted);
    room.fail(what.now.value() == room.people_.size() + 1, "places that are not numbered on");
    add(who.who, who.band);
  }
  void operator()(const queue::pace_adjusted& what) const {
    room.permille_ = what.permille;
    room.change_pace(now);
  }
  template <class Other>
  void operator()(const Other&) const {
    room.fail(false, "a fact of another kind of stream");
  }
};

auto naive_room::take(const fact& what) -> std::string {
  fault_.clear();
  std::visit(naive_judge{*this, what.time}, what.body);
  return fault_;
}

} // namespace holdfast::tests
