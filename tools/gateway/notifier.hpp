#pragma once

#include "tools/gateway/faults.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::gateway {

/// What a notifier has done. Consistent when read.
struct notifier_counts {
  std::uint64_t events = 0;       ///< offered
  std::uint64_t attempts = 0;     ///< sent, forgeries and copies included
  std::uint64_t taken = 0;        ///< answered with 2xx
  std::uint64_t failed = 0;       ///< answered otherwise, or not
  std::uint64_t forged = 0;       ///< sent with a signature that is wrong
  std::uint64_t forged_taken = 0; ///< of those: answered with 2xx, which nobody should
  std::uint64_t waiting = 0;      ///< still to be sent
};

/// Sends events to a URL, signed as Stripe signs them, on a thread of its own, and again until somebody takes them: after a quarter of a second at first,
/// then twice as long each time, half a minute at most. Copies, order, delays, losses and forgeries are as a script says, the same for the same seed and
/// the same events. Thread-safe.
class notifier {
 public:
  /// `taken`: called on the notifier's thread, once for each event, when one of its copies was taken.
  notifier(std::string url, std::string secret, std::function<void(const std::string&)> taken);
  notifier(const notifier&) = delete;
  auto operator=(const notifier&) -> notifier& = delete;
  ~notifier(); ///< what waits is not sent

  void offer(const nlohmann::json& event);
  void follow(const webhook_faults& script, std::uint64_t seed);
  [[nodiscard]] auto counts() const -> notifier_counts;

 private:
  using clock = std::chrono::steady_clock;

  struct letter {
    std::string event_id;
    std::string body;
    bool is_forged = false;
    std::uint32_t failures = 0;
  };

  void run();
  void send(letter what);
  [[nodiscard]] auto post(const letter& what) -> bool;
  void release_held(clock::time_point now);
  void schedule(const nlohmann::json& event, clock::time_point now);

  const std::string url_;
  const std::string secret_;
  const std::function<void(const std::string&)> taken_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  webhook_faults script_;
  std::mt19937_64 dice_{1}; // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time is what a script asks for
  std::vector<nlohmann::json> held_; ///< until there are as many as are shuffled
  clock::time_point held_since_;
  std::multimap<clock::time_point, letter> due_;
  std::set<std::string> taken_ids_;
  notifier_counts counts_;
  bool stopping_ = false;

  std::jthread thread_; ///< last: it uses everything above
};

} // namespace holdfast::gateway
