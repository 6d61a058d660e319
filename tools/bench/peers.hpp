#pragma once

#include "tools/bench/child_process.hpp"
#include "tools/bench/failure.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stores.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// Which peers a run compares with.
enum class peer_kind : std::uint8_t { echo, seed_design, row_lock, wal_limit };

[[nodiscard]] auto peer_name(peer_kind kind) noexcept -> std::string_view;
[[nodiscard]] auto find_peer(std::string_view name) noexcept -> std::optional<peer_kind>;

/// What the hidden command `bench-worker peer` is told.
struct peer_options {
  std::string kind;
  std::uint16_t port = 0;
  std::size_t io_threads = 2;
  std::size_t workers = 48;
  std::uint32_t seats = 60'000;
  std::filesystem::path body_file; ///< echo's answer
  std::uint16_t postgres_port = 0;
  std::uint16_t redis_port = 0;
};

/// Runs one HTTP peer in this process until it is asked to end. Secrets come from the environment: PGPASSWORD, HF_BENCH_REDIS.
[[nodiscard]] auto run_peer(const peer_options& options) -> tl::expected<void, failure>;

/// The HTTP peers of a run, each in a process of its own with the stores it needs. Stopped, front first, when this goes.
class peer_set {
 public:
  struct member {
    peer_kind kind;
    child_process process;
    std::uint16_t port;
  };

  /// `program` is this executable; `body` is what echo answers to a hold.
  [[nodiscard]] static auto start(const std::vector<peer_kind>& kinds, const std::filesystem::path& program,
                                  const scratch& room, std::size_t io_threads, std::uint32_t seats,
                                  const std::string& body) -> tl::expected<peer_set, failure>;

  [[nodiscard]] auto members() const noexcept -> const std::vector<member>& { return members_; }

 private:
  [[nodiscard]] auto start_stores(const std::vector<peer_kind>& kinds, const scratch& room, std::uint32_t seats)
      -> tl::expected<void, failure>;
  [[nodiscard]] auto start_front(peer_kind kind, launch what) -> tl::expected<void, failure>;

  std::optional<running_store> postgres_;
  std::optional<running_store> redis_;
  std::vector<member> members_;
};

} // namespace holdfast::tools::bench
