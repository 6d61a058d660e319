#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/load_generator.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

/// The bytes of `GET target`, with these header lines beside `Host`, each ended by CR LF.
[[nodiscard]] auto get_request(std::string_view target, std::string_view headers = {}) -> std::string;
/// A query parameter's value: everything but letters and digits of ASCII is escaped.
[[nodiscard]] auto escaped_query(std::string_view text) -> std::string;

/// Reads again and again: each connection sends the requests in turn, all connections starting at different ones.
class read_traffic final : public traffic {
 public:
  struct expected_answer {
    unsigned status = 200;
    std::size_t body_bytes = 0; ///< as sent; any number when `any_size`
    bool any_size = false;
  };

  /// At least one request.
  read_traffic(std::vector<std::string> requests, expected_answer expected, std::size_t connections);

  auto next(std::size_t connection) -> std::string_view override;
  auto answered(std::size_t connection, const response& what) -> outcome override;
  void lost(std::size_t connection) override;

  /// The first answer that was another than expected; empty when there was none.
  [[nodiscard]] auto first_failure() const noexcept -> const std::string& { return first_failure_; }

 private:
  std::vector<std::string> requests_;
  expected_answer expected_;
  std::vector<std::size_t> places_; ///< by connection
  std::string first_failure_;
};

/// An answer, kept.
struct kept_answer {
  unsigned status = 0;
  std::string headers; ///< lines
  std::string body;    ///< as sent
};

/// Sends one request to 127.0.0.1 and waits for the answer.
[[nodiscard]] auto read_once(std::uint16_t port, std::string request) -> tl::expected<kept_answer, failure>;

} // namespace holdfast::tools::bench
