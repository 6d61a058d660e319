#include "tools/onsale/waiting_line.hpp"

#include "domain/check.hpp"
#include "domain/queue/apply.hpp"
#include "domain/queue/decide.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::onsale {

using namespace domain;

namespace {

constexpr std::uint32_t tenths = 10;
constexpr caller staff{caller::kind::organiser, {}, organisation_id{1}, key_id{1}};
constexpr millis backlog_look_every = seconds(1);
constexpr std::size_t batch_max = queue::limits::people_per_command_max / 2;

auto subject(std::uint32_t who) -> subject_id {
  return {1, who + 1ULL};
}

auto piece(const std::vector<queue::place_number>& all, std::size_t from) -> std::vector<queue::place_number> {
  const auto end = std::min(all.size(), from + batch_max);
  if (from >= end)
    return {};
  return {all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

} // namespace

auto waiting_line::ask(queue::command_body what, instant now, const caller& by) -> bool {
  const auto made = queue::decide(room_, {by, {}, std::move(what)}, now);
  if (!made)
    return false;
  for (const auto& one : *made) {
    queue::apply(room_, one);
    if (told_.by_room)
      told_.by_room(one);
    hear(one);
  }
  return !made->empty();
}

void waiting_line::hear(const fact& what) {
  if (const auto* const in = std::get_if<queue::joined>(&what.body)) {
    for (const auto& one : in->people)
      owners_.push_back(static_cast<std::uint32_t>(one.who.low - 1));
  } else if (const auto* const let_in = std::get_if<queue::admitted>(&what.body)) {
    for (const auto number : let_in->places) {
      study_.let_in(number, what.time);
      ears_.let_in(owners_[number.value() - 1], what.time);
    }
  } else if (const auto* const out = std::get_if<queue::expired>(&what.body)) {
    for (const auto number : out->places)
      ears_.sent_out(owners_[number.value() - 1], out->as);
  }
}

void waiting_line::open(instant now) {
  HF_CHECK(ask(queue::configure{plan_.room, {}, {}}, now, staff) || plan_.room == queue::settings{},
           "settings without faults are taken");
  const auto switch_to = [&](queue::mode to) {
    return ask(queue::switch_mode{to, queue::mode_cause::organiser, {}}, now, staff);
  };
  const bool opened = plan_.draw ? ask(queue::open_pre_queue{queue::commitment_to(seed_)}, now, staff)
                                 : switch_to(queue::mode::on) && switch_to(queue::mode::paused);
  HF_CHECK(opened, "a room that is off opens");
}

void waiting_line::start(instant now) {
  started_ = now;
  if (!plan_.draw) {
    HF_CHECK(ask(queue::switch_mode{queue::mode::on, queue::mode_cause::organiser, {}}, now, staff),
             "a paused room goes on");
    return;
  }
  HF_CHECK(ask(queue::close_pre_queue{}, now, staff) && ask(queue::draw_lots{seed_, std::nullopt, true}, now, staff),
           "a pre-queue ends by its draw");
  note_draw();
}

void waiting_line::note_draw() {
  const auto& line = room_.lines[0];
  const auto entrants = room_.draw->log.size();
  if (entrants < tenths || line.size() < 2)
    return;
  const auto mean_of = [&](std::uint32_t first, std::uint32_t end) -> std::optional<double> {
    double sum = 0;
    std::uint32_t people = 0;
    for (auto number = first; number < end; ++number) {
      const auto* const at = room_.places.at(queue::place_number{number});
      if (queue::is_waiting(at->status)) {
        sum += static_cast<double>(line.ahead_of(at->at)) / (line.size() - 1);
        ++people;
      }
    }
    return people == 0 ? std::nullopt : std::optional{sum / people};
  };
  const auto tenth = entrants / tenths;
  first_tenth_ = mean_of(1, 1 + tenth);
  last_tenth_ = mean_of(1 + entrants - tenth, 1 + entrants);
}

auto waiting_line::join(const std::vector<std::uint32_t>& people, instant now) -> std::vector<std::uint32_t> {
  if (people.empty())
    return {};
  queue::join batch;
  for (const auto who : people)
    batch.people.push_back({subject(who), 0});
  HF_CHECK(ask(std::move(batch), now), "there is room in a waiting room");
  std::vector<std::uint32_t> places;
  places.reserve(people.size());
  for (const auto who : people)
    places.push_back(room_.places.find(subject(who)).value());
  return places;
}

template <class Command>
void waiting_line::tell(std::vector<queue::place_number>& all, instant now) {
  for (std::size_t from = 0; from < all.size(); from += batch_max)
    ask(Command{piece(all, from)}, now);
  all.clear();
}

void waiting_line::tend(instant now, bool any_left) {
  tell<queue::leave>(left, now);
  tell<queue::mark_silent>(silent, now);
  tell<queue::mark_present>(present, now);
  for (std::size_t from = 0; from < std::max(bought.size(), gave_up.size()); from += batch_max)
    ask(queue::finish{piece(bought, from), piece(gave_up, from)}, now);
  bought.clear();
  gave_up.clear();
  if (!started_)
    return;
  if (!any_left && room_.is == queue::mode::on)
    ask(queue::switch_mode{queue::mode::sold_out, queue::mode_cause::seats_gone, {}}, now);
  else if (any_left && room_.is == queue::mode::sold_out)
    ask(queue::switch_mode{queue::mode::on, queue::mode_cause::seats_back, {}}, now);
  follow_plan(now);
  follow_backlog(now);
  while (ask(queue::advance{}, now)) {
  }
  study_.look(room_, now);
}

void waiting_line::follow_plan(instant now) {
  for (; rates_set_ < plan_.rates.size() && *started_ + plan_.rates[rates_set_].first <= now; ++rates_set_) {
    auto rules = room_.rules;
    rules.rate_milli_per_s = plan_.rates[rates_set_].second;
    ask(queue::configure{rules, {}, {}}, now, staff);
  }
}

auto waiting_line::is_slow(instant now) const -> bool {
  return std::ranges::any_of(plan_.slow,
                             [&](const period& of) { return *started_ + of.from <= now && now < *started_ + of.to; });
}

/// As actors/queue_core does; how far behind the event is said, not measured.
void waiting_line::follow_backlog(instant now) {
  if (plan_.slow.empty() || room_.is != queue::mode::on || now - looked_at_backlog_ < backlog_look_every)
    return;
  looked_at_backlog_ = now;
  constexpr millis target{100};
  const auto backlog = is_slow(now) ? millis{target.count + 1} : millis{0};
  ask(queue::adjust_pace{queue::paced(room_.pace_permille, backlog, target)}, now);
  pace_least_ = std::min(pace_least_, room_.pace_permille);
}

auto waiting_line::next_planned(instant now) const -> std::optional<instant> {
  if (!started_)
    return std::nullopt;
  if (is_slow(now) || room_.pace_permille < 1'000)
    return now + backlog_look_every;
  std::optional<instant> next;
  if (rates_set_ < plan_.rates.size())
    next = *started_ + plan_.rates[rates_set_].first;
  for (const auto& of : plan_.slow)
    if (const auto begins = *started_ + of.from; now < begins && (!next || begins < *next))
      next = begins;
  return next;
}

} // namespace holdfast::onsale
