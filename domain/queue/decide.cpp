#include "domain/queue/decide.hpp"

#include "domain/queue/decide_parts.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <variant>

namespace holdfast::domain::queue {
namespace {

using why = refusal::reason;

auto is_reason(const std::string& text) -> bool {
  return text.size() <= limits::reason_bytes_max && is_printable_text(text);
}

constexpr const char* bad_reason = "at most 200 bytes of UTF-8 without control characters";

auto too_many(std::size_t people) -> bool {
  return people > limits::people_per_command_max;
}

auto fault(std::string pointer, std::string message) -> tl::unexpected<refusal> {
  std::vector<config_fault> faults;
  faults.push_back({std::move(pointer), std::move(message)});
  return invalid(std::move(faults));
}

auto instant_of(std::uint32_t second) -> instant {
  return {std::int64_t{second} * 1'000};
}

auto bad_batch() -> tl::unexpected<refusal> {
  return fault("", "at most 4,096 people at once");
}

/// Whether a mode may follow another, but for the pre-queue, which has its own steps.
auto may_follow(mode from, mode to) -> bool {
  switch (to) {
  case mode::off: return true;
  case mode::on: return from != mode::pre_queue;
  case mode::paused: return from == mode::on || from == mode::sold_out;
  case mode::sold_out: return from == mode::on || from == mode::paused;
  case mode::pre_queue: return false;
  }
  return false;
}

struct decider {
  const state& room;
  const command& asked;
  instant now;

  template <class Body>
  auto decided(Body body) const -> decision {
    facts made;
    made.push_back({now, asked.id, std::move(body)});
    return made;
  }

  [[nodiscard]] auto by() const -> asker { return {asked.by.organisation, asked.by.key}; }
  [[nodiscard]] auto by_organiser() const -> bool { return asked.by.as == caller::kind::organiser; }

  /// Those of the places that are what is asked for, each once, by number.
  template <class Is>
  auto those(std::vector<place_number> places, Is is) const -> std::vector<place_number> {
    std::erase_if(places, [&](place_number number) {
      const auto* const of = room.places.at(number);
      return of == nullptr || !is(*of);
    });
    std::ranges::sort(places);
    const auto twice = std::ranges::unique(places);
    places.erase(twice.begin(), twice.end());
    return places;
  }

  auto operator()(const configure& what) const -> decision {
    auto faults = settings_faults(what.after);
    if (!is_reason(what.reason)) {
      faults.push_back({"/reason", bad_reason});
    }
    if (room.places.live() > 0 && !keeps_bands(room.rules, what.after)) {
      faults.push_back(
          {"/bands", "while people wait, bands may be added and shared anew, but none goes or changes its name"});
    }
    if (!faults.empty()) {
      return invalid(std::move(faults));
    }
    if (what.expected_version && *what.expected_version != room.settings_version) {
      refusal no;
      no.why = why::version_mismatch;
      no.current = room.settings_version;
      return tl::unexpected{std::move(no)};
    }
    if (what.after == room.rules) {
      return facts{};
    }
    return decided(settings_changed{what.after, by(), what.reason});
  }

  auto operator()(const open_pre_queue& what) const -> decision {
    if (room.is != mode::off) {
      return refused(why::wrong_mode);
    }
    if (!by_organiser() && scheduled_at(room, now) != scheduled::open_pre_queue) {
      return refused(why::wrong_mode);
    }
    const auto cause = by_organiser() ? mode_cause::organiser : mode_cause::schedule;
    return decided(pre_queue_opened{what.commitment, room.rules.public_round, cause, by()});
  }

  auto operator()(const close_pre_queue&) const -> decision {
    if (room.is != mode::pre_queue || room.draw->closed) {
      return refused(why::wrong_mode);
    }
    if (!by_organiser() && scheduled_at(room, now) != scheduled::close_pre_queue) {
      return refused(why::wrong_mode);
    }
    return decided(pre_queue_closed{room.draw->log.size(), room.draw->log.root(), by()});
  }

  auto operator()(const draw_lots& what) const -> decision {
    if (room.is != mode::pre_queue || !room.draw->closed) {
      return refused(why::wrong_mode);
    }
    if (what.round_value && (what.round_value->empty() || what.round_value->size() > limits::round_value_bytes_max)) {
      return fault("/round_value", "1 to 1,024 bytes");
    }
    if (commitment_to(what.seed) != room.draw->commitment) {
      return refused(why::seed_mismatch);
    }
    if (!room.draw->public_round.empty() && !what.round_value && !what.without_round) {
      return refused(why::round_missing);
    }
    if (room.draw->public_round.empty() && what.round_value) {
      return fault("/round_value", "the draw was opened without a round: a value that is chosen now binds nobody");
    }
    return decided(drawn{what.seed, what.round_value, by()});
  }

  auto operator()(const switch_mode& what) const -> decision {
    if (!is_reason(what.reason)) {
      return fault("/reason", bad_reason);
    }
    if (what.revoke && what.to != mode::paused) {
      return fault("/revoke", "only with the mode paused");
    }
    const bool revokes = what.to == mode::paused && what.revoke.value_or(room.revoked_since.has_value());
    if (what.to == room.is && revokes == room.revoked_since.has_value()) {
      return facts{};
    }
    if (what.to != room.is && !may_follow(room.is, what.to)) {
      return refused(why::wrong_mode);
    }
    const bool scheduled_now = what.cause != mode_cause::schedule || scheduled_at(room, now) == scheduled::switch_on;
    if (!by_organiser() && !scheduled_now) {
      return refused(why::wrong_mode);
    }
    const auto cause = by_organiser() ? mode_cause::organiser : what.cause;
    return decided(mode_changed{what.to, cause, by(), what.reason, revokes});
  }

  auto operator()(const join& what) const -> decision {
    if (room.is == mode::off) {
      return refused(why::room_off);
    }
    if (too_many(what.people.size())) {
      return bad_batch();
    }
    std::vector<joined::entrant> people;
    std::set<subject_id> seen;
    for (const auto& one : what.people) {
      if (one.band >= room.rules.bands.size() || one.who == subject_id{}) {
        return fault("/band", "somebody, in one of the bands");
      }
      if (!room.places.find(one.who) && seen.insert(one.who).second) {
        people.push_back(one);
      }
    }
    if (room.places.size() + people.size() > room.places_max) {
      return refused(why::room_full);
    }
    if (people.empty()) {
      return facts{};
    }
    return decided(joined{place_number{room.places.last().value() + 1}, std::move(people)});
  }

  auto operator()(const leave& what) const -> decision {
    if (too_many(what.places.size())) {
      return bad_batch();
    }
    auto places = those(what.places, [](const place& of) { return is_live(of.status); });
    return places.empty() ? decision{facts{}} : decided(left{std::move(places)});
  }

  auto operator()(const mark_silent& what) const -> decision {
    if (too_many(what.places.size())) {
      return bad_batch();
    }
    if (room.is == mode::sold_out) {
      return facts{}; // nobody need poll a waitlist
    }
    auto places = those(what.places, [](const place& of) { return of.status == place_status::waiting; });
    return places.empty() ? decision{facts{}} : decided(fell_silent{std::move(places)});
  }

  auto operator()(const mark_present& what) const -> decision {
    if (too_many(what.places.size())) {
      return bad_batch();
    }
    facts made;
    auto back = those(what.places, [this](const place& of) {
      return of.status == place_status::silent && !is_forsaken(room, of, now);
    });
    if (!back.empty()) {
      made.push_back({now, asked.id, returned{std::move(back)}});
    }
    // Nobody can come, and nobody is late, while admissions are worth nothing.
    auto came = those(what.places, [this, &what](const place& of) {
      return !room.revoked_since && of.status == place_status::admitted &&
             now < std::max(instant_of(of.until_s), what.claims_until);
    });
    if (!came.empty()) {
      made.push_back({now, asked.id, claimed{std::move(came), whole_second(now + room.rules.admission)}});
    }
    return made;
  }

  auto operator()(const finish& what) const -> decision {
    if (too_many(what.bought.size() + what.gave_up.size())) {
      return bad_batch();
    }
    const auto inside = [](const place& of) { return is_inside(of.status); };
    auto bought = those(what.bought, inside);
    auto gave_up = those(what.gave_up, inside);
    std::erase_if(gave_up, [&](place_number number) { return std::ranges::binary_search(bought, number); });
    if (bought.empty() && gave_up.empty()) {
      return facts{};
    }
    return decided(finished{std::move(bought), std::move(gave_up)});
  }

  auto operator()(const advance& what) const -> decision { return decide_advance(room, asked, what, now); }

  auto operator()(const adjust_pace& what) const -> decision {
    if (what.permille > 1'000) {
      return fault("/permille", "0 to 1,000");
    }
    return what.permille == room.pace_permille ? decision{facts{}} : decided(pace_adjusted{what.permille});
  }

  auto operator()(const observe_load& what) const -> decision {
    const auto threshold = room.rules.load_on_per_s;
    const bool rises = threshold != 0 && room.is == mode::off && what.per_s >= threshold;
    const bool falls = room.is == mode::on && room.cause == mode_cause::load && room.waiting_now == 0 &&
                       std::uint64_t{what.per_s} * 2 < std::max<std::uint32_t>(threshold, 1);
    if (!rises && !falls) {
      return facts{};
    }
    return decided(mode_changed{rises ? mode::on : mode::off, mode_cause::load, {}, {}});
  }

  auto operator()(const demote& what) const -> decision {
    if (what.reason.empty() || !is_reason(what.reason)) {
      return fault("/reason", "1 to 200 bytes of UTF-8 without control characters");
    }
    const auto* const of = room.places.at(what.place);
    if (of == nullptr || !is_live(of->status)) {
      return refused(why::not_found);
    }
    if (room.is == mode::pre_queue) {
      return refused(why::wrong_mode);
    }
    if (room.places.size() >= room.places_max) {
      return refused(why::room_full);
    }
    return decided(demoted{what.place, place_number{room.places.last().value() + 1}, what.reason, by()});
  }
};

auto may_ask(const command& what) -> bool {
  if (what.by.as == caller::kind::system) {
    return true;
  }
  const auto& body = what.body;
  return what.by.as == caller::kind::organiser &&
         (std::holds_alternative<configure>(body) || std::holds_alternative<open_pre_queue>(body) ||
          std::holds_alternative<close_pre_queue>(body) || std::holds_alternative<draw_lots>(body) ||
          std::holds_alternative<switch_mode>(body) || std::holds_alternative<demote>(body));
}

} // namespace

auto decide(const state& room, const command& what, instant now) -> tl::expected<facts, refusal> {
  if (!may_ask(what)) {
    return refused(why::not_found);
  }
  return std::visit(decider{room, what, now}, what.body);
}

} // namespace holdfast::domain::queue
