#pragma once

#include "payments/circuit_breaker.hpp"
#include "payments/stripe/call.hpp"
#include "payments/stripe/multi_loop.hpp"
#include "payments/stripe/options.hpp"
#include "payments/stripe/transfer.hpp"
#include "payments/token_bucket.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::payments::stripe {

/// The thread that makes a client's requests, and what guards the gateway and us: the number of calls at once, our own rate, the pauses that
/// the gateway asks for, the circuit breaker. `submit` and `status` are thread-safe.
class lane {
 public:
  lane(const client_options& options, std::string url, std::string api_key);
  lane(const lane&) = delete;
  auto operator=(const lane&) -> lane& = delete;
  ~lane(); ///< answers what is left

  /// Takes a call; its outcome is given on the lane's thread.
  void submit(std::shared_ptr<call> what);
  /// A call that needs no request: its outcome is given on the lane's thread.
  void answer(std::shared_ptr<call> what);

  [[nodiscard]] auto status() const -> gateway_status;

 private:
  using clock = call::clock;

  struct submitted {
    std::shared_ptr<call> what;
    bool is_answered = false;
  };

  void run();
  void take_submitted();
  void start_due();
  void start(const std::shared_ptr<call>& what, clock::time_point now);
  void send(const std::shared_ptr<call>& what, circuit_breaker::permit leave, clock::time_point now);
  void collect();
  void conclude(transfer& of, CURLcode how);
  void note_failure(transfer& of, transfer::end how);
  void read_answer(transfer& of);
  void again(const std::shared_ptr<call>& what, std::chrono::milliseconds not_before);
  void settle(const std::shared_ptr<call>& what);
  void follow_circuit();
  void stop_all();
  [[nodiscard]] auto poll_ms() const -> std::chrono::milliseconds;
  void hand_in(submitted what);

  const client_options options_;
  const connection_parts parts_;
  std::atomic<std::size_t> calls_{0};

  mutable std::mutex mutex_; ///< of what both sides see
  std::vector<submitted> inbox_;
  gateway_status counts_;
  clock::time_point open_until_; ///< of the circuit, for `status`
  std::atomic<bool> stopping_{false};

  // The thread's own.
  circuit_breaker breaker_;
  token_bucket bucket_;
  clock::time_point pause_until_; ///< the gateway asked for it
  circuit_state shown_ = circuit_state::closed;
  std::multimap<clock::time_point, std::shared_ptr<call>> due_;
  multi_loop loop_;
  std::map<CURL*, std::unique_ptr<transfer>> transfers_; ///< end before the loop

  std::jthread thread_; ///< last: it uses everything above
};

} // namespace holdfast::payments::stripe
