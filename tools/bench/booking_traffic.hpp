#pragma once

#include "tools/bench/hall.hpp"
#include "tools/bench/load_generator.hpp"
#include "tools/bench/random.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// Bytes of requests, built by appending: no library between the generator and the wire.
/// `admission`: through a waiting room; empty: there is none.
void append_hold_request(std::string& to, std::string_view event, std::string_view token, std::string_view key,
                         std::string_view body, std::string_view admission = {});
void append_release_request(std::string& to, std::string_view hold, std::string_view token);
/// An idempotency key: 32 hexadecimal digits that never repeat within a seed.
void append_key(std::string& to, std::uint64_t seed, std::uint64_t number);

struct booking_options {
  std::vector<std::string> events; ///< ids; each hold picks one of them, all alike
  std::uint32_t seats = 60'000;    ///< of each event
  std::vector<std::string> tokens; ///< of buyers, one a connection
  std::uint64_t seed = 1;
  /// A connection asks only for seats that no other connection asks for, so that nothing is refused.
  bool apart = false;
  std::vector<std::string>
      admissions{}; ///< of the buyers through the events' waiting rooms, one a connection; none: there are no rooms
};

/// P1: every request is a hold of one or two neighbouring seats, or the release of the hold before; alternating on each
/// connection. Seats are uniform over the event. A connection's state outlives a run: what one run left held, the next releases.
class booking_traffic : public traffic {
 public:
  explicit booking_traffic(booking_options options);

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;

  /// Status and body of the first answer that should not have been; empty when there was none.
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }

 private:
  struct buyer_state {
    std::string request;
    std::string hold; ///< id of what is held; empty: nothing
    bool releasing = false;
  };

  [[nodiscard]] auto choose_seat(std::size_t connection) -> std::uint32_t;

  booking_options options_;
  hall plan_;
  random_stream random_;
  std::uint64_t requests_ = 0;
  std::vector<buyer_state> buyers_;
  std::string body_;
  std::string key_;
  std::string first_failure_;
};

} // namespace holdfast::tools::bench
