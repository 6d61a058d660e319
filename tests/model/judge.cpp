#include "tests/model/judge.hpp"

#include "tests/model/describe.hpp"
#include "tests/model/naive_choice.hpp"
#include "tests/model/naive_decide.hpp"
#include "tests/model/naive_payments.hpp"
#include "tests/model/naive_plan.hpp"
#include "tests/model/same_fact.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

auto refusal_text(const rejection& what, const naive_event& twin) -> std::string {
  return describe(what, twin.seats.get());
}

auto judge_refusal(const naive_event& twin, const command& what, const expectation& wanted, const rejection& got)
    -> complaint {
  const auto& expected = *wanted.refused;
  if (got.why != expected.why) {
    return "refused as " + refusal_text(got, twin) + ", expected " + refusal_text(expected, twin);
  }
  if (got.why == reason::already_remembered && got.remembered_seq != expected.remembered_seq) {
    return "remembers seq " + std::to_string(got.remembered_seq) + ", expected " +
           std::to_string(expected.remembered_seq);
  }
  if (got.rule != expected.rule || got.again_at != expected.again_at) {
    return "says another rule or time than " + refusal_text(expected, twin);
  }
  if (got.limit != expected.limit || got.current != expected.current || got.conflicts != expected.conflicts ||
      got.area_conflicts != expected.area_conflicts || got.unknown_code != expected.unknown_code) {
    return "says " + refusal_text(got, twin) + ", expected " + refusal_text(expected, twin);
  }
  if (got.faults.empty() != (got.why != reason::invalid)) {
    return "faults come with `invalid`, and only with it";
  }
  const auto* asked = std::get_if<hold_seats>(&what.body);
  if (got.why != reason::seat_unavailable || asked == nullptr) {
    return got.alternatives.empty() ? complaint{} : "there are alternatives to what is no seat";
  }
  return judge_offers(twin, asked->seats, wanted.grant, got.alternatives);
}

auto facts_text(const facts& what, const naive_event& twin) -> std::string {
  std::string text;
  for (const auto& fact : what) {
    text += describe(fact, twin.seats.get()) + "; ";
  }
  return what.empty() ? "nothing" : text;
}

/// Endings of holds that are due; `upto` of the facts.
auto judge_endings(const naive_event& twin, instant now, const facts& got, std::size_t upto) -> complaint {
  const auto due = twin.overdue(now);
  for (std::size_t i = 0; i < upto; ++i) {
    const auto* ended = std::get_if<hold_expired>(&got[i].body);
    if (ended == nullptr || std::find(due.begin(), due.end(), ended->hold) == due.end()) {
      return "it ends what is not a hold past its deadline";
    }
  }
  return {};
}

/// A chunk of what is to be ended, the earliest deadlines first: holds past theirs, or all of a cancelled event's.
auto judge_mass_endings(const naive_event& twin, instant now, facts got) -> complaint {
  std::size_t room = limits::facts_per_command_max;
  if (const auto config = repriced_config(twin, now)) {
    if (got.empty() || !same(got.front().body, event_amended{*config})) {
      return "prices are not what the rules make them: " + facts_text(got, twin);
    }
    got.erase(got.begin());
    --room;
  }
  const bool cancelled = twin.status == event_status::cancelled;
  const auto due = twin.overdue(cancelled ? instant{INT64_MAX} : now);
  const auto orders = orders_of_no_card(twin);
  const auto all = due.size() + orders.size();
  if (got.size() != std::min(all, room)) {
    return "it ends " + std::to_string(got.size()) + " of " + std::to_string(all) + " holds and orders that are due";
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto expected = [&]() -> fact_body {
      if (i >= due.size()) {
        return whole_order(twin.bookings.at(orders[i - due.size()]), return_cause::cancelled, {});
      }
      return cancelled ? fact_body{hold_released{due[i], {}}} : fact_body{hold_expired{due[i]}};
    }();
    if (!same(got[i].body, expected)) {
      return "it ends holds out of order, or in another way: " + facts_text(got, twin);
    }
  }
  return {};
}

/// Seats that best available may choose: those available, and those of holds that may be ended.
auto choosable(const naive_event& twin, allocation_number grant, instant now) -> seat_filter {
  return [&twin, grant, endable = twin.endable(now)](seat_index seat) {
    const auto pool = twin.pools.find(seat);
    if ((pool == twin.pools.end() ? allocation_number{} : pool->second) != grant) {
      return false;
    }
    const auto owned = twin.owners.find(seat);
    return owned == twin.owners.end() || std::find(endable.begin(), endable.end(), owned->second) != endable.end();
  };
}

/// Whether a hold would have to end more holds than one command may: then a refusal is in order as well.
auto too_much_to_end(const naive_event& twin, const command& what, instant now) -> bool {
  const auto* wanted = std::get_if<hold_seats>(&what.body);
  const auto due = twin.overdue(now);
  return wanted != nullptr && due.size() >= limits::facts_per_command_max &&
         wanted->places() > limits::facts_per_command_max / 2;
}

auto judge_hold(const naive_event& twin, instant now, hold_created expected,
                const std::optional<best_available>& choice, const facts& got) -> complaint {
  if (got.empty()) {
    return "it holds nothing";
  }
  if (auto wrong = judge_endings(twin, now, got, got.size() - 1)) {
    return wrong;
  }
  const auto* made = std::get_if<hold_created>(&got.back().body);
  if (choice && made != nullptr) {
    const auto free = choosable(twin, expected.allocation, now);
    if (auto wrong = judge_choice(*twin.seats, *choice, made->seats, free)) {
      return wrong;
    }
    expected.seats = *best_by_force(*twin.seats, *choice, free);
    for (const auto seat : expected.seats) {
      expected.prices.push_back(twin.price(twin.seats->tier_of_seat(seat)));
    }
    expected.fees = twin.fees_of_seats(expected.seats);
  }
  return same(got.back().body, expected)
             ? complaint{}
             : "decided " + facts_text(got, twin) + "expected " + describe(fact{now, {}, expected}, twin.seats.get());
}

auto judge_effect(const naive_event& twin, instant now, const expectation& expected, const facts& got) -> complaint {
  if (expected.ends_due_holds) {
    return judge_mass_endings(twin, now, got);
  }
  const auto* held = expected.effect.size() == 1 ? std::get_if<hold_created>(&expected.effect.front()) : nullptr;
  if (held != nullptr && !held->waitlist) {
    return judge_hold(twin, now, *held, expected.choice, got);
  }
  const bool resale = expected.effect.size() == 1 && std::holds_alternative<resale_held>(expected.effect.front());
  const auto endings = resale && !got.empty() ? static_cast<std::ptrdiff_t>(got.size() - 1) : 0;
  if (auto wrong = judge_endings(twin, now, got, static_cast<std::size_t>(endings))) {
    return wrong;
  }
  const bool alike = std::equal(got.begin() + endings, got.end(), expected.effect.begin(), expected.effect.end(),
                                [](const fact& a, const fact_body& b) { return same(a.body, b); });
  facts wanted;
  for (const auto& body : expected.effect) {
    wanted.push_back({now, {}, body});
  }
  return alike ? complaint{} : "decided " + facts_text(got, twin) + "; expected " + facts_text(wanted, twin);
}

} // namespace

auto judge(const naive_event& twin, const command& what, instant now, const outcome& got) -> complaint {
  auto expected = expect(twin, what, now);
  if (expected.choice) {
    const auto free = choosable(twin, expected.grant, now);
    if (!best_by_force(*twin.seats, *expected.choice, free)) {
      expected.refused.emplace().why = reason::no_such_seats;
    }
  }
  if (!got && got.error().why == reason::seat_unavailable && too_much_to_end(twin, what, now)) {
    return {};
  }
  if (expected.refused) {
    return got ? "decided " + facts_text(*got, twin) + "; expected refusal as " + refusal_text(*expected.refused, twin)
               : judge_refusal(twin, what, expected, got.error());
  }
  if (!got) {
    facts wanted;
    for (const auto& body : expected.effect) {
      wanted.push_back({now, {}, body});
    }
    return "refused as " + refusal_text(got.error(), twin) + ", expected " + facts_text(wanted, twin);
  }
  if (got->size() > limits::facts_per_command_max) {
    return "one command gives too many facts";
  }
  for (const auto& fact : *got) {
    if (fact.time != now || fact.command != what.id) {
      return "a fact is dated otherwise than its command, or has another id";
    }
  }
  return judge_effect(twin, now, expected, *got);
}

} // namespace holdfast::model
