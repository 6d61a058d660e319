#pragma once

#include "domain/strong_id.hpp"
#include "http/rate_limit.hpp"
#include "http/request.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>

namespace holdfast::http {

/// How many access codes somebody may try that are none. An attempt is counted before the event is asked, so that requests in parallel get no
/// further than one after the other, and taken back when the code was one: who knows a code is never kept from it for long.
///
/// A buyer has few attempts. An address has many more, for a household, an office or a whole provider may be behind it; and when those are used up
/// each buyer of the address still has one a day, so that nobody can keep others from a code that they know. Who guesses with many sessions thus
/// gets as many guesses as the address gets sessions (`address_session`), and no more. Thread-safe.
class code_attempts {
 public:
  using clock = rate_limiter::clock;

  /// What an attempt was counted against beside the buyer.
  enum class counted : std::uint8_t { address, last_of_buyer };

  /// By `address_code` and `buyer_code`.
  explicit code_attempts(const rate_limits& limits);

  /// Counts an attempt; how long to wait instead when there were too many.
  [[nodiscard]] auto begin(const client_address& address, const domain::subject_id& buyer, clock::time_point now)
      -> tl::expected<counted, std::chrono::milliseconds>;
  /// The attempt's code was one.
  void was_known(counted how, const client_address& address, const domain::subject_id& buyer) noexcept;

 private:
  rate_limiter limiter_;
  rate_limiter last_; ///< a table of its own: debts of a day would push everybody else's out of the other one
};

} // namespace holdfast::http
