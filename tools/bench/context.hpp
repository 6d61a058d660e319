#pragma once

#include "tools/bench/failure.hpp"
#include "tools/bench/load_generator.hpp"
#include "tools/bench/peers.hpp"
#include "tools/bench/report.hpp"
#include "tools/bench/scratch.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// What the user asked for.
struct bench_settings {
  std::vector<std::string> workloads;
  std::vector<peer_kind> peers;
  bool quick = false;
  std::filesystem::path config;  ///< of the server under test
  std::filesystem::path program; ///< this executable: server and peers are started from it
  std::size_t connections = 256; ///< of a closed loop: a hot event has at least as many buyers who wait for an answer
  std::size_t rounds = 7;
  std::chrono::milliseconds warm_up{2'000};
  std::chrono::milliseconds duration{6'000};
  std::uint32_t seats = 60'000;              ///< of the hot event
  std::uint32_t buyers_per_seat = 33;        ///< P3
  std::uint32_t events = 10'000;             ///< P4
  std::uint64_t records_small = 1'000'000;   ///< P5: the young journal
  std::uint64_t records_large = 50'000'000;  ///< P5: the old one
  std::uint64_t replay_facts = 10'000'000;   ///< P6
  std::uint32_t search_events = 1'000'000;   ///< P9
  std::size_t viewers = 10'000;              ///< P10; P1s has at most 1,000 of them
  std::size_t payments_waiting = 5'000;      ///< P11
  std::uint64_t people_waiting = 14'000'000; ///< P7: in the full room
  std::optional<std::size_t>
      storm_waiting; ///< P7s: people who are in the room before the storm; absent: as storm_options says
  std::uint64_t seed = 1;

  /// What `--quick` makes of the numbers: every workload ends within a minute.
  void shrink();
};

/// What the workloads of one run share.
struct bench_context {
  bench_settings settings;
  scratch room;
  std::size_t io_threads = 1; ///< of the server under test, and of every peer's front
};

/// The server's configuration of this run, in the scratch directory: the user's, with this many I/O threads where `io_threads` is
/// not 0. Sets `settings.config` and `io_threads` to what the server will do.
[[nodiscard]] auto adopt_config(bench_context& context, std::size_t io_threads) -> tl::expected<void, failure>;

/// Says something about the progress on standard error.
void say(const std::string& text);

/// Somebody to send load to.
struct subject {
  std::string name;
  std::uint16_t port = 0;
  traffic* what = nullptr;
  const child_process* process = nullptr; ///< whose processor time counts
};

/// Loads one subject once.
[[nodiscard]] auto measure(const subject& whom, const load_options& how, std::size_t round)
    -> tl::expected<run_result, failure>;

/// Loads the subjects in turn, A B C A B C …, `rounds` times: what drifts, drifts for all of them.
[[nodiscard]] auto interleave(const std::vector<subject>& subjects, const load_options& how, std::size_t rounds)
    -> tl::expected<std::vector<run_result>, failure>;

/// Runs what it is given while something else goes on, for so long at least.
using side_by_side = std::function<tl::expected<run_result, failure>(
    std::chrono::nanoseconds lasting, const std::function<tl::expected<run_result, failure>()>& main)>;

/// Loads each subject alone, then each with something beside it, under its name and `label`, round after round.
[[nodiscard]] auto alone_and_beside(const bench_settings& settings, const std::vector<subject>& subjects,
                                    std::string_view label, const side_by_side& during)
    -> tl::expected<std::vector<run_result>, failure>;

/// The closed loop that most workloads use.
[[nodiscard]] auto closed_loop(const bench_settings& settings) -> load_options;

/// Runs `holdfast bench-worker …` to its end and reads the JSON document that it prints.
[[nodiscard]] auto run_worker(const bench_context& context, const std::vector<std::string>& arguments,
                              std::chrono::milliseconds patience) -> tl::expected<report_json, failure>;

} // namespace holdfast::tools::bench
