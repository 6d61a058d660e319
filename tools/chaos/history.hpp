#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What clients saw, and whether one seat could have been sold twice while they saw it.
namespace holdfast::tools::chaos {

enum class operation_kind : std::uint8_t { hold, release, confirm };

/// How an operation ended for its client.
enum class operation_end : std::uint8_t {
  done,    ///< acknowledged: it took effect
  refused, ///< a rejection: it took none
  unknown, ///< no answer: it may have taken effect, at any time from its invocation on
};

/// One operation of one client. Times are nanoseconds of one monotonic clock.
struct operation {
  operation_kind kind = operation_kind::hold;
  operation_end end = operation_end::unknown;
  std::uint64_t invoked_ns = 0;
  std::uint64_t returned_ns = 0;      ///< of the first answer; 0 while unknown
  std::uint64_t seq = 0;              ///< the event's seq that the answer rests on
  std::string hold;                   ///< id of the hold it made or was about
  std::vector<std::string> seats;     ///< held, of a hold
  std::vector<std::string> conflicts; ///< seats that a refusal named as taken
};

/// What must be true and is not.
struct finding {
  std::string rule; ///< "double sale", "lost", "order", "unjustified conflict", "invented"
  std::string detail;
};

enum class seat_state : std::uint8_t { available, held, sold };

/// Checks a history against the specification of a seat: free, held by one hold, sold to it, or free again. Operations carry the seq at which
/// they took effect, so that their order is given and only has to be proved consistent: with real time (linearizability) and with the
/// rules. `final_seats` is what the server shows after its restart, as of `final_seq`.
/// Operations whose end is unknown stay open: they may or may not have happened, and neither is a finding.
[[nodiscard]] auto check_history(const std::vector<operation>& history,
                                 const std::map<std::string, seat_state>& final_seats, std::uint64_t final_seq)
    -> std::vector<finding>;

} // namespace holdfast::tools::chaos
