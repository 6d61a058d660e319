#pragma once

#include "journal/audit/facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/room_history.hpp"
#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace holdfast::journal::audit {

/// Nobody buys unadmitted: every hold of a buyer is compared with who was inside the event's waiting room at that time. Box offices need no admission. Events are
/// told before their waiting rooms.
///
/// The two streams are written by two actors, and the event asks for what is durable in the room's. So a hold may come a while after what ended its admission:
/// by `room_history::slack_ms`, or for as long as a commit took; then it is of the same commit or of the next one, which is looked up.
class admission_check {
 public:
  /// `streams`: all that will be read.
  admission_check(const std::vector<stream_name>& streams, source& from, findings& to);

  /// A fact of an event's stream.
  void take(const record& at, const fact& what);
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

  struct suspect {
    std::uint64_t event = 0;
    buyers_hold what;
    std::uint64_t since = 0; ///< seq of the waiting room's fact that should have kept it away
  };

  /// By stream and seq of what the suspects name: the position of the commit.
  [[nodiscard]] auto positions() -> std::map<stream_name, std::map<std::uint64_t, std::uint64_t>>;

  source& from_;
  findings& to_;
  std::map<std::uint64_t, std::vector<buyers_hold>> held_; ///< of events that have a waiting room
  std::vector<suspect> suspects_;
};

} // namespace holdfast::journal::audit
