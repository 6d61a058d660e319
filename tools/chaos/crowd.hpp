#pragma once

#include "tools/chaos/connection.hpp"
#include "tools/chaos/history.hpp"

#include <atomic>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::tools::chaos {

/// A request as it was made, so that it can be repeated to the byte, and the first answer to it.
struct kept_request {
  chaos_request request;
  std::string first_body; ///< of an acknowledged one; empty while unknown
  std::size_t index = 0;  ///< in the history
};

/// What a crowd needs to know of the event it fights for.
struct arena {
  std::uint16_t port = 0;
  std::string event;
  std::string office_key;          ///< API key that confirms
  std::vector<std::string> tokens; ///< a buyer each
  std::vector<std::string> seats;  ///< labels
};

/// Many clients at once, each on a connection of its own: they hold, release and confirm the same few seats until told to stop or the
/// server is gone. Every acknowledgement is written to a file before the client's next operation.
class crowd {
 public:
  crowd(const arena& where, std::uint64_t seed, const std::string& acknowledgements_file);
  crowd(const crowd&) = delete;
  auto operator=(const crowd&) -> crowd& = delete;
  ~crowd();

  void start();
  /// Lets every client end after its current operation, and waits for that.
  void stop();
  [[nodiscard]] auto acknowledged() const noexcept -> std::uint64_t { return acknowledged_.load(); }
  [[nodiscard]] auto in_flight() const noexcept -> std::int64_t { return in_flight_.load(); }

  /// After `stop`: repeats every request whose outcome is unknown, and `sample` of the acknowledged ones, on the restarted server. Returns what is
  /// wrong: an answer that is not the first one, byte for byte.
  [[nodiscard]] auto repeat(std::uint16_t port, std::size_t sample) -> std::vector<finding>;
  /// After `stop`.
  [[nodiscard]] auto history() const noexcept -> const std::vector<operation>& { return history_; }

 private:
  void run_client(std::size_t number);
  [[nodiscard]] auto perform(connection& link, operation op, chaos_request request) -> operation;
  void settle(kept_request& kept, const chaos_reply& reply, std::vector<finding>& findings);

  const arena where_;
  std::uint64_t seed_;
  std::ofstream acknowledgements_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<std::int64_t> in_flight_{0};
  std::mutex mutex_; ///< guards the file, the history and what is kept
  std::vector<operation> history_;
  std::vector<kept_request> kept_;
  std::vector<std::jthread> clients_;
};

/// Nanoseconds of the monotonic clock.
[[nodiscard]] auto now_ns() -> std::uint64_t;

} // namespace holdfast::tools::chaos
