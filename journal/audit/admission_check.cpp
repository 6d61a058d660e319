#include "journal/audit/admission_check.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint8_t events = 1;
constexpr std::uint8_t rooms = 2;

} // namespace

admission_check::admission_check(const std::vector<stream_name>& streams, source& from, findings& to)
    : from_{from}, to_{to} {
  for (const auto& stream : streams) {
    if (stream.kind == rooms)
      told_[stream.id];
  }
}

void admission_check::take(const record& at, const fact& what, bool joined_behind_all) {
  const auto event = told_.find(at.stream.id);
  if (event == told_.end())
    return;
  const auto add = [&](const owner& by, std::uint64_t hold) {
    if (by.is_buyer())
      event->second.holds.push_back({{by.subject_high, by.subject_low}, hold, at.time_ms, at.seq});
  };
  // What is offered on the waitlist comes to whoever waits there.
  if (const auto* const made = std::get_if<hold_created>(&what); made != nullptr && made->waitlist == 0)
    add(made->by, made->hold);
  else if (const auto* const resold = std::get_if<resale_held>(&what))
    add(resold->by, resold->hold);
  else if (const auto* const joined = std::get_if<waitlist_joined>(&what))
    event->second.orders.push_back(
        {{joined->who_high, joined->who_low}, joined->order, joined->rank, at.time_ms, at.seq, joined_behind_all});
}

auto admission_check::waited(std::uint64_t event) const -> std::set<room_history::buyer> {
  std::set<room_history::buyer> all;
  if (const auto found = told_.find(event); found != told_.end()) {
    for (const auto& order : found->second.orders)
      all.insert(order.who);
  }
  return all;
}

void admission_check::compare(stream_name room, const room_history& history) {
  const auto event = told_.find(room.id);
  if (event == told_.end())
    return;
  for (const auto& hold : event->second.holds) {
    if (const auto since = history.objection(hold.who, hold.time_ms))
      suspects_.push_back({room.id, hold.seq, *since, violation_kind::held_unadmitted,
                           "hold " + std::to_string(hold.hold) + " was made at " + std::to_string(hold.time_ms) +
                               " ms by a buyer who was not inside the waiting room, by its fact " +
                               std::to_string(*since)});
  }
  for (const auto& order : event->second.orders)
    compare(room.id, order, history);
  told_.erase(event);
}

void admission_check::compare(std::uint64_t event, const waiting_order& order, const room_history& history) {
  std::vector<room_history::claim> claims{history.stands(order.who, order.rank, order.time_ms)};
  if (order.rank == 0)
    claims.push_back(history.is_inside(order.who, order.time_ms));
  if (order.behind_all)
    claims.push_back(history.is_off(order.time_ms));
  std::optional<std::uint64_t> ended;
  for (const auto& one : claims) {
    if (one.holds)
      return;
    ended = std::max(ended, one.ended);
  }
  const auto what = "order " + std::to_string(order.order) + " on the waitlist has rank " + std::to_string(order.rank) +
                    ", which its buyer did not have from the waiting room" +
                    (ended ? ", or not any more by its fact " + std::to_string(*ended) : std::string{});
  if (ended)
    suspects_.push_back({event, order.seq, *ended, violation_kind::waitlist_out_of_line, what});
  else
    to_.add(violation_kind::waitlist_out_of_line, {events, event}, order.seq, what);
}

auto admission_check::positions() -> std::map<stream_name, std::map<std::uint64_t, std::uint64_t>> {
  std::map<stream_name, std::map<std::uint64_t, std::uint64_t>> found;
  for (const auto& one : suspects_) {
    found[{events, one.event}][one.seq] = 0;
    found[{rooms, one.event}][one.since] = 0;
  }
  // What the index says is checked elsewhere; what it does not say acquits nobody.
  static_cast<void>(from_.commits([&](const commit_entry& commit) {
    for (const auto& run : commit.runs) {
      const auto wanted = found.find(run.stream);
      if (wanted == found.end())
        continue;
      const auto end = wanted->second.lower_bound(run.first_seq + run.count);
      for (auto each = wanted->second.lower_bound(run.first_seq); each != end; ++each)
        each->second = commit.position;
    }
    return true;
  }));
  return found;
}

void admission_check::finish() {
  if (suspects_.empty())
    return;
  const auto position = from_.has_commits() ? positions() : decltype(positions()){};
  for (const auto& one : suspects_) {
    if (!position.empty()) {
      const auto of_fact = position.at({events, one.event}).at(one.seq);
      const auto of_end = position.at({rooms, one.event}).at(one.since);
      // What was asked for while the end was being written is of the next commit at the latest.
      if (of_fact != 0 && of_end != 0 && of_fact <= of_end + 1)
        continue;
    }
    to_.add(one.why, {events, one.event}, one.seq, one.what);
  }
}

} // namespace holdfast::journal::audit
