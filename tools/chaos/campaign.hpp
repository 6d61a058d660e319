#pragma once

#include "tools/bench/child_process.hpp"
#include "tools/chaos/crowd.hpp"
#include "tools/chaos/loop_disk.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::tools::chaos {

struct campaign_options {
  std::uint32_t cycles = 30;
  std::uint64_t seed = 1;
  std::size_t clients = 100;
  std::size_t seats = 120;
  std::filesystem::path program;   ///< the `holdfast` that serves and audits
  std::filesystem::path directory; ///< of the campaign: data, logs, acknowledgements
  /// Places where the server kills itself, one a cycle in turn between random kills; only for a build that has them.
  std::vector<std::string> failpoints;
  /// Cuts the power of a disk of its own instead of killing the process.
  bool power_cuts = false;
  /// The server is told to skip its syncs: power cuts must then lose what was acknowledged. Needs a build with failpoints.
  bool skip_syncs = false;
};

struct cycle_result {
  std::string how; ///< "random" or the failpoint's name
  std::uint64_t acknowledged = 0;
  std::uint64_t operations = 0;
  std::int64_t in_flight = 0;            ///< when the server died
  std::chrono::milliseconds recovery{0}; ///< from the start of the process to the first acknowledged write
  bool counts = false;                   ///< enough acknowledged, one in flight
  std::vector<finding> findings;
};

/// Starts, loads, kills and restarts the real server, over and over, on one data directory that only grows: after each death the journal is
/// audited offline, the server is started, every request is repeated, and what all clients saw is checked seat by seat.
class campaign {
 public:
  explicit campaign(campaign_options options);

  /// Makes what the campaign runs on; a failure when that is not allowed here.
  [[nodiscard]] auto prepare_disk() -> tl::expected<void, std::string>;
  /// One cycle; a failure when the harness itself could not go on.
  [[nodiscard]] auto run_cycle(std::uint32_t number) -> tl::expected<cycle_result, std::string>;
  /// Stops the server that the last cycle left running, in good order; whether it exited 0.
  [[nodiscard]] auto finish() -> bool;

 private:
  struct death {
    std::string how = "random";
    std::string failpoint; ///< as the environment takes it; empty: killed from outside
    bool at_start = false; ///< after a random kill, when it is started again
  };
  [[nodiscard]] auto plan(std::uint32_t number) const -> death;
  [[nodiscard]] auto key_prefix() const -> std::string;
  [[nodiscard]] auto start_server(const std::string& failpoint) -> tl::expected<void, std::string>;
  [[nodiscard]] auto wait_until_serving() -> bool;
  [[nodiscard]] auto prepare_once() -> tl::expected<void, std::string>;
  [[nodiscard]] auto prepare(std::uint32_t number) -> tl::expected<arena, std::string>;
  [[nodiscard]] auto let_die(const crowd& crowd, const std::string& failpoint, std::uint32_t number,
                             cycle_result& result) -> bool;
  [[nodiscard]] auto revive(const std::string& event, std::uint32_t number, cycle_result& result) -> bool;
  void audit(cycle_result& result);
  void verify(crowd& crowd, const arena& where, cycle_result& result);
  [[nodiscard]] auto read_seats(const arena& where, std::uint64_t& seq)
      -> std::optional<std::map<std::string, seat_state>>;
  [[nodiscard]] auto call(const std::string& method, const std::string& target, const std::string& body,
                          const std::string& key) -> std::optional<chaos_reply>;
  [[nodiscard]] auto data() const -> std::filesystem::path {
    return (disk_ ? disk_->path() : options_.directory) / "data";
  }
  /// The server's end: by SIGKILL, or by the end of its disk's power. False when the disk did not come back.
  [[nodiscard]] auto end_server() -> bool;

  campaign_options options_;
  std::optional<loop_disk> disk_;
  std::uint16_t port_ = 0;
  std::string admin_key_;
  std::string venue_;
  std::vector<std::string> tokens_;
  std::vector<std::string> labels_;
  std::optional<bench::child_process> server_;
};

} // namespace holdfast::tools::chaos
