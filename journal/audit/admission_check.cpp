#include "journal/audit/admission_check.hpp"

#include <string>
#include <utility>
#include <variant>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint8_t events = 1;
constexpr std::uint8_t rooms = 2;

} // namespace

admission_check::admission_check(const std::vector<stream_name>& streams, source& from, findings& to)
    : from_{from}, to_{to} {
  for (const auto& stream : streams) {
    if (stream.kind == rooms)
      held_[stream.id];
  }
}

void admission_check::take(const record& at, const fact& what) {
  const auto event = held_.find(at.stream.id);
  if (event == held_.end())
    return;
  const auto add = [&](const owner& by, std::uint64_t hold) {
    if (by.is_buyer())
      event->second.push_back({{by.subject_high, by.subject_low}, hold, at.time_ms, at.seq});
  };
  // What is offered on the waitlist comes to whoever waits there.
  if (const auto* const made = std::get_if<hold_created>(&what); made != nullptr && made->waitlist == 0)
    add(made->by, made->hold);
  else if (const auto* const resold = std::get_if<resale_held>(&what))
    add(resold->by, resold->hold);
}

void admission_check::compare(stream_name room, const room_history& history) {
  const auto event = held_.find(room.id);
  if (event == held_.end())
    return;
  for (const auto& hold : event->second) {
    if (const auto since = history.objection(hold.who, hold.time_ms))
      suspects_.push_back({room.id, hold, *since});
  }
  held_.erase(event);
}

auto admission_check::positions() -> std::map<stream_name, std::map<std::uint64_t, std::uint64_t>> {
  std::map<stream_name, std::map<std::uint64_t, std::uint64_t>> found;
  for (const auto& one : suspects_) {
    found[{events, one.event}][one.what.seq] = 0;
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
  for (const auto& [event, hold, since] : suspects_) {
    if (!position.empty()) {
      const auto of_hold = position.at({events, event}).at(hold.seq);
      const auto of_end = position.at({rooms, event}).at(since);
      // A hold that was asked for while the end was being written is of the next commit at the latest.
      if (of_hold != 0 && of_end != 0 && of_hold <= of_end + 1)
        continue;
    }
    to_.add(violation_kind::held_unadmitted, {events, event}, hold.seq,
            "hold " + std::to_string(hold.hold) + " was made at " + std::to_string(hold.time_ms) +
                " ms by a buyer who was not inside the waiting room, by its fact " + std::to_string(since));
  }
}

} // namespace holdfast::journal::audit
