#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/room_history.hpp"
#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace holdfast::journal::audit {

/// Nobody buys unadmitted, and nobody jumps the line to the waitlist: every hold of a buyer is compared with who was inside the event's waiting room at that
/// time, and every order on its waitlist with where its buyer stood in the room's line. Who was inside has rank 0; who joined while the room was off comes behind
/// all. Box offices need no admission. Events are told before their waiting rooms.
///
/// The two streams are written by two actors, and the event asks for what is durable in the room's. So a hold may come a while after what ended its admission:
/// by `room_history::slack_ms`, or for as long as a commit took; then it is of the same commit or of the next one, which is looked up.
class admission_check {
 public:
  /// `streams`: all that will be read.
  admission_check(const std::vector<stream_name>& streams, source& from, findings& to);

  /// A fact of an event's stream. `joined_behind_all`: of one that joined the waitlist, whether nobody on it has a greater rank, nor they one of their own.
  void take(const record& at, const fact& what, bool joined_behind_all);
  /// Who went on an event's waitlist, as far as it was told.
  [[nodiscard]] auto waited(std::uint64_t event) const -> std::set<room_history::buyer>;
  /// The whole stream of an event's waiting room was folded.
  void compare(stream_name room, const room_history& history);
  void finish();

 private:
  struct buyers_hold {
    room_history::buyer who;
    std::uint64_t hold = 0;
    std::int64_t time_ms = 0;
    std::uint64_t seq = 0;
  };

  struct waiting_order {
    room_history::buyer who;
    std::uint64_t order = 0;
    std::uint64_t rank = 0;
    std::int64_t time_ms = 0;
    std::uint64_t seq = 0;
    bool behind_all = false;
  };
  struct told {
    std::vector<buyers_hold> holds;
    std::vector<waiting_order> orders;
  };

  struct suspect {
    std::uint64_t event = 0;
    std::uint64_t seq = 0;   ///< of the event's fact
    std::uint64_t since = 0; ///< seq of the waiting room's fact that should have kept it away
    violation_kind why = violation_kind::held_unadmitted;
    std::string what; ///< for people
  };

  void compare(std::uint64_t event, const waiting_order& order, const room_history& history);

  /// By stream and seq of what the suspects name: the position of the commit.
  [[nodiscard]] auto positions() -> std::map<stream_name, std::map<std::uint64_t, std::uint64_t>>;

  source& from_;
  findings& to_;
  std::map<std::uint64_t, told> told_; ///< of events that have a waiting room
  std::vector<suspect> suspects_;
};

} // namespace holdfast::journal::audit
