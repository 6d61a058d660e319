#pragma once

#include "tools/bench/load_generator.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

struct paying_options {
  std::vector<std::string> holds;  ///< ids
  std::vector<std::string> tokens; ///< of those whose they are, one a hold
  std::size_t connections = 64;
  std::uint64_t seed = 1;
};

/// Buyers who have a hold each and pay it by card: every request is a confirmation, and a success when it is sold (201) or still being paid (202). When all
/// have paid, a connection has nothing to send.
class paying_traffic : public traffic {
 public:
  explicit paying_traffic(paying_options options);

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t /*connection*/) override {}

  /// Status and body of the first answer that should not have been; empty when there was none.
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }

 private:
  paying_options options_;
  std::vector<std::string> requests_; ///< by connection
  std::size_t next_ = 0;
  std::string key_;
  std::string first_failure_;
};

} // namespace holdfast::tools::bench
