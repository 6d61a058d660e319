#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace holdfast::journal {

/// What goes into one batch: as the writer of this journal would put it.
struct wal_limit_options {
  std::string directory; ///< is made; must not exist
  std::size_t commands_per_batch = 16;
  std::size_t record_bytes = 182; ///< header, payload of a hold of one or two seats, CRC
  std::size_t answer_bytes = 390; ///< a remembered answer; every second command has one
  std::chrono::milliseconds duration{1'000};
  bool sync = true;
};

struct wal_limit_result {
  std::uint64_t commands = 0;
  std::uint64_t batches = 0;
  double seconds = 0;
};

/// How fast RocksDB makes batches durable on this disk, with this journal's options and column families and with nothing around
/// it: no encoding, no hash, no queue, no other thread. The limit that no journal on RocksDB exceeds; blocking.
[[nodiscard]] auto measure_wal_limit(const wal_limit_options& options) -> tl::expected<wal_limit_result, failure>;

} // namespace holdfast::journal
