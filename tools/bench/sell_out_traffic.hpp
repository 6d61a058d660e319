#pragma once

#include "tools/bench/hall.hpp"
#include "tools/bench/load_generator.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

struct sell_out_options {
  std::string event;
  std::uint32_t seats = 0;
  std::uint32_t buyers_per_seat = 33;
  std::vector<std::string> tokens; ///< one a buyer: seats × buyers_per_seat
  std::string box_office;          ///< an API key that may sell
  std::size_t connections = 64;
  std::uint64_t seed = 1;
  std::vector<std::string> admissions{}; ///< through the event's waiting room, one a buyer; none: there is no room
};

/// P3: every seat is wanted by the same number of buyers, who come in random order, each once, each with one request. Whoever
/// gets the seat is confirmed by the box office on the same connection, which counts as `outcome::aside`. Nobody tries again.
class sell_out_traffic : public traffic {
 public:
  explicit sell_out_traffic(sell_out_options options);

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;

  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }
  /// Confirmed orders, and seats that were acknowledged as held to more than one buyer.
  [[nodiscard]] auto orders() const noexcept -> std::uint64_t { return orders_; }
  [[nodiscard]] auto double_sales() const noexcept -> std::uint64_t;
  /// Rejections that offered at least one alternative.
  [[nodiscard]] auto rejections_with_alternatives() const noexcept -> std::uint64_t { return with_alternatives_; }

 private:
  struct connection_state {
    std::string request;
    std::string hold; ///< to be confirmed
    std::uint32_t seat = 0;
    bool confirming = false;
  };

  [[nodiscard]] auto fail(connection_state& state, const response& what) -> outcome;

  sell_out_options options_;
  hall plan_;
  std::vector<std::uint32_t> wishes_; ///< the seat that each buyer wants
  std::vector<std::uint8_t> acknowledged_;
  std::vector<connection_state> states_;
  std::size_t next_buyer_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t with_alternatives_ = 0;
  std::uint64_t keys_ = 0;
  std::string body_;
  std::string key_;
  std::string first_failure_;
};

} // namespace holdfast::tools::bench
