#pragma once

#include "tools/bench/booking_traffic.hpp"
#include "tools/bench/chart.hpp"
#include "tools/bench/context.hpp"
#include "tools/bench/failure.hpp"
#include "tools/bench/peers.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/server_under_test.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::tools::bench {

/// What Holdfast answers to a hold, as api.md shows it: what echo answers when there is no server to take it from.
[[nodiscard]] auto sample_hold_body() -> std::string;

/// The server with one hot event, the peers beside it, and the traffic of each. The traffic of a subject is kept between runs,
/// because it knows what is held.
class hot_stage {
 public:
  [[nodiscard]] static auto set_up(const bench_context& context, const std::vector<peer_kind>& peers)
      -> tl::expected<hot_stage, failure>;
  /// Without the server: only the peers.
  [[nodiscard]] static auto set_up_peers(const bench_context& context, const std::vector<peer_kind>& peers)
      -> tl::expected<hot_stage, failure>;

  /// The server first, if there is one, then the peers.
  [[nodiscard]] auto subjects() const -> const std::vector<subject>& { return subjects_; }
  [[nodiscard]] auto server() noexcept -> server_under_test& { return *server_; }
  [[nodiscard]] auto venue() const noexcept -> const std::string& { return venue_; }
  [[nodiscard]] auto buyers() const noexcept -> const std::vector<std::string>& { return buyers_; }
  /// The first answer that should not have been, with its subject; empty when all was well.
  [[nodiscard]] auto first_failure() const -> std::string;
  /// More traffic for the server, on other events.
  void add(const std::string& name, booking_options options);

 private:
  [[nodiscard]] auto start_server(const bench_context& context) -> tl::expected<std::string, failure>;
  [[nodiscard]] auto start_peers(const bench_context& context, const std::vector<peer_kind>& kinds,
                                 const std::string& body) -> tl::expected<void, failure>;

  std::unique_ptr<server_under_test> server_;
  std::unique_ptr<peer_set> peers_;
  std::string venue_;
  std::vector<std::string> buyers_;
  std::vector<std::unique_ptr<booking_traffic>> traffic_;
  std::vector<subject> subjects_;
};

/// The parts of a workload's report that all of them have.
[[nodiscard]] auto workload_json(const std::string& name, const std::string& title, const std::vector<run_result>& runs)
    -> report_json;
/// Bars of the median rates.
[[nodiscard]] auto rate_chart(const std::string& name, const std::string& title, const std::vector<run_result>& runs)
    -> chart;
/// Whether the runs measured what they were meant to: no failures at all, or a sentence that says which.
[[nodiscard]] auto check_failures(const std::vector<run_result>& runs, const std::string& first)
    -> std::optional<std::string>;

} // namespace holdfast::tools::bench
