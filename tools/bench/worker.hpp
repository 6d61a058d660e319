#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/report.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace holdfast::tools::bench {

/// What `holdfast bench-worker …` does in a process of its own, so that the bench itself never opens a journal (and may fork),
/// and so that memory and processor time are the work's alone. Each gives the JSON document that the bench reads.

struct wal_limit_work {
  std::filesystem::path data;
  std::size_t batch = 16;
  std::chrono::milliseconds duration{1'000};
};
[[nodiscard]] auto measure_wal(const wal_limit_work& work) -> tl::expected<report_json, failure>;

/// Fills the journal of a stopped server with holds and releases of all its events in turn, decided and applied as the server
/// would, until it has `records` records; and saves a snapshot of each event when `tail` records of it are left to write.
struct prefill_work {
  std::filesystem::path data;
  std::uint64_t records = 0;
  std::uint64_t tail = 10'000;
};
[[nodiscard]] auto prefill(const prefill_work& work) -> tl::expected<report_json, failure>;

/// Has so many people join the only waiting room in the journal of a stopped server, decided and applied as the server would; the room is not off.
struct fill_room_work {
  std::filesystem::path data;
  std::uint64_t people = 0;
};
[[nodiscard]] auto fill_room(const fill_room_work& work) -> tl::expected<report_json, failure>;

/// Folds the longest event of a stopped server's journal from its first record, verifying the chain.
struct replay_work {
  std::filesystem::path data;
  bool one_core = false;
};
[[nodiscard]] auto measure_replay(const replay_work& work) -> tl::expected<report_json, failure>;

/// Microseconds to decide a hold of a taken seat, alternatives included, by the number of seats of the event; the worst of three
/// ways in which the event may be sold.
[[nodiscard]] auto measure_rejections() -> tl::expected<report_json, failure>;

} // namespace holdfast::tools::bench
