#include "domain/queue/decide_parts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace holdfast::domain::queue {
namespace {

/// Who would be let in: a walk along the heads of the lines that changes none of them.
class procession {
 public:
  procession(const state& room, instant now) : room_{room}, now_{now}, turns_{room.turns} {
    for (std::size_t band = 0; band < limits::bands_max; ++band) {
      heads_[band] = room.lines[band].first();
    }
  }

  /// Takes people from the heads, at most so many; passes over whoever is not there, at most limits::people_per_command_max of them.
  void go(std::size_t most) {
    while (in_.size() < most && absent_.size() < limits::people_per_command_max) {
      const auto waiting = skip_absent();
      if (waiting == 0 || absent_.size() >= limits::people_per_command_max) {
        return;
      }
      const auto band = turns_.next(waiting);
      turns_.took(band);
      in_.push_back(number_at(band));
      step(band);
    }
  }

  [[nodiscard]] auto in() const -> const std::vector<place_number>& { return in_; }
  /// In the order of their numbers.
  [[nodiscard]] auto absent() const -> const std::vector<place_number>& { return absent_; }

 private:
  [[nodiscard]] auto number_at(std::size_t band) const -> place_number {
    return place_number{room_.lines[band].place_at(*heads_[band])};
  }

  void step(std::size_t band) { heads_[band] = room_.lines[band].after(*heads_[band]); }

  /// Moves every head to somebody who is there. The bands that have one.
  auto skip_absent() -> band_turns::band_set {
    band_turns::band_set waiting = 0;
    for (std::size_t band = 0; band < limits::bands_max; ++band) {
      while (heads_[band]) {
        const auto number = number_at(band);
        const auto& who = *room_.places.at(number);
        if (who.status == place_status::waiting) {
          waiting |= band_turns::band_set{1} << band;
          break;
        }
        if (absent_.size() >= limits::people_per_command_max) {
          break; // the next command goes on here
        }
        if (!is_forsaken(room_, who, now_)) {
          absent_.push_back(number); // the forsaken end as such
        }
        step(band);
      }
    }
    return waiting;
  }

  const state& room_;
  instant now_;
  band_turns turns_;
  std::array<std::optional<line::spot>, limits::bands_max> heads_;
  std::vector<place_number> in_;
  std::vector<place_number> absent_;
};

/// Makes the facts of one command.
struct teller {
  instant now;
  command_id id;
  facts told;

  template <class Body>
  void tell(Body body) {
    told.push_back({now, id, std::move(body)});
  }

  void tell_expired(place_status as, std::vector<place_number> places) {
    if (!places.empty()) {
      tell(expired{as, std::move(places)});
    }
  }
};

auto forsaken(const state& room, instant now) -> std::vector<place_number> {
  std::vector<place_number> gone;
  for (const auto& one : room.silent) {
    if (gone.size() >= limits::people_per_command_max || kept_until(room.rules, one.since_s) > now) {
      break;
    }
    if (room.lasts(one)) {
      gone.emplace_back(one.place);
    }
  }
  // Whoever was back for less than a second and silent again stands there twice.
  std::ranges::sort(gone);
  const auto twice = std::ranges::unique(gone);
  gone.erase(twice.begin(), twice.end());
  return gone;
}

/// How many may be let in now, when so many of those inside are about to be out.
auto may_enter(const state& room, std::size_t leaving, instant now) -> std::size_t {
  const auto rate = room.rate_milli_per_s();
  if (room.is != mode::on || rate == 0) {
    return 0;
  }
  auto tokens = room.tokens;
  tokens.settle(now, rate, room.rules.batch);
  std::size_t most = tokens.people();
  if (const auto limit = active_limit_of(room.rules, room.measured).limit) {
    const auto inside = room.inside.size() - leaving;
    most = std::min<std::size_t>(most, *limit > inside ? *limit - inside : 0);
  }
  return most;
}

} // namespace

auto decide_advance(const state& room, const command& what, const advance& how, instant now) -> facts {
  teller made{now, what.id, {}};
  std::vector<place_number> unclaimed;
  std::vector<place_number> ran_out;
  // While admissions are worth nothing their time stands still.
  const auto due =
      room.revoked_since ? std::vector<deadline>{} : room.inside.first(limits::people_per_command_max, now);
  for (const auto& one : due) {
    const auto number = place_number{one.hold};
    if (room.places.at(number)->status == place_status::active) {
      ran_out.push_back(number);
    } else if (how.claims_until <= now) {
      unclaimed.push_back(number);
    }
  }
  const auto leaving = unclaimed.size() + ran_out.size();
  made.tell_expired(place_status::unclaimed, std::move(unclaimed));
  made.tell_expired(place_status::ran_out, std::move(ran_out));
  if (room.is != mode::sold_out) {
    made.tell_expired(place_status::timed_out, forsaken(room, now));
  }
  procession next{room, now};
  next.go(how.holds_back ? 0 : may_enter(room, leaving, now));
  made.tell_expired(place_status::missed_turn, next.absent());
  if (!next.in().empty()) {
    const auto claim_by = whole_second(now + room.rules.heartbeat + limits::claim_grace);
    made.tell(admitted{next.in(), claim_by});
  }
  return std::move(made.told);
}

} // namespace holdfast::domain::queue
