#pragma once

#include "tools/bench/failure.hpp"

#include <sys/types.h>
#include <tl/expected.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::tools::bench {

struct launch {
  std::vector<std::string> command; ///< program (a path) and arguments; no shell
  std::optional<std::string> user;  ///< whom to become; only where the caller is root, ignored otherwise
  std::filesystem::path log;        ///< standard output and error
  std::vector<std::pair<std::string, std::string>> environment; ///< added to the caller's
  std::filesystem::path directory;                              ///< to start in; empty: the caller's
  int stop_signal = SIGTERM;
};

/// A program that runs beside the bench and never outlives it: stopped by its own id when this object goes, and by the kernel
/// when the bench is killed. It has a process group of its own, so that Ctrl-C reaches the bench alone.
class child_process {
 public:
  /// Forks: only from a process with one thread.
  [[nodiscard]] static auto start(launch what) -> tl::expected<child_process, failure>;

  child_process(child_process&& other) noexcept;
  auto operator=(child_process&& other) noexcept -> child_process&;
  child_process(const child_process&) = delete;
  auto operator=(const child_process&) -> child_process& = delete;
  ~child_process();

  [[nodiscard]] auto pid() const noexcept -> pid_t { return pid_; }
  /// Whether it still runs; collects it when not.
  [[nodiscard]] auto running() -> bool;
  /// Waits for its end; its exit status, or 128 + the signal that ended it. Nothing when it still runs after `patience` or
  /// when the user interrupted.
  [[nodiscard]] auto wait(std::chrono::milliseconds patience) -> std::optional<int>;
  /// Asks it to end, and kills it when it has not after `grace`.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{10});
  /// Kills it at once, as a power cut would.
  void kill();

  /// Resident memory in bytes, and processor time used so far in seconds; 0 when it is gone.
  [[nodiscard]] auto resident_bytes() const -> std::uint64_t;
  [[nodiscard]] auto cpu_seconds() const -> double;
  /// The last lines of its output, for an error message.
  [[nodiscard]] auto last_words() const -> std::string;

 private:
  child_process(pid_t pid, int stop_signal, std::filesystem::path log)
      : pid_{pid}, stop_signal_{stop_signal}, log_{std::move(log)} {}
  [[nodiscard]] auto collect(int flags) -> bool;

  pid_t pid_ = 0; ///< 0: collected
  int stop_signal_ = SIGTERM;
  int status_ = 0;
  std::filesystem::path log_;
};

/// Runs a program to its end; fails when it does not exit with 0 within `patience`.
[[nodiscard]] auto run_to_end(launch what, std::chrono::milliseconds patience) -> tl::expected<void, failure>;

/// Calls `done` again and again until it says true. False when `patience` ran out, the process ended or the user
/// interrupted.
[[nodiscard]] auto wait_until(child_process& process, std::chrono::milliseconds patience,
                              const std::function<bool()>& done,
                              std::chrono::milliseconds pause = std::chrono::milliseconds{5}) -> bool;

/// A TCP port on 127.0.0.1 that nobody listened on a moment ago.
[[nodiscard]] auto free_port() -> std::uint16_t;

/// Whether somebody accepts connections there.
[[nodiscard]] auto accepts_connections(std::uint16_t port) -> bool;

} // namespace holdfast::tools::bench
