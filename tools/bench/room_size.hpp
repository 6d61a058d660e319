#pragma once

#include "tools/bench/context.hpp"
#include "tools/bench/failure.hpp"
#include "tools/bench/report.hpp"

#include <tl/expected.hpp>

#include <cstdint>

namespace holdfast::tools::bench {

/// What a full waiting room costs the real server.
struct room_size {
  std::uint64_t people = 0;         ///< that were to wait
  std::uint64_t waiting = 0;        ///< that did, by the server's own count
  std::uint64_t empty_bytes = 0;    ///< resident with the room empty
  std::uint64_t resident_bytes = 0; ///< after the restart, once a join was acknowledged
  std::uint64_t resident_most = 0;  ///< in the time after it, when whoever is not heard of falls silent
  std::uint64_t state_bytes = 0;    ///< of the room's own state, by its own count
  double restart_seconds = 0;       ///< from the start of the process to the first acknowledged join
};

/// Fills the journal of a stopped server with people who wait in one room, and starts the server over it.
[[nodiscard]] auto measure_room_size(const bench_context& context) -> tl::expected<room_size, failure>;
void add_room_size(report_json& out, const room_size& size);

} // namespace holdfast::tools::bench
