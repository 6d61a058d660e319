#pragma once

#include "http/server.hpp"
#include "tests/http/raw_client.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

/// A real server on a free port of the loopback, with routes that show what the edge does.
namespace holdfast::http::test {

/// Work handed to another thread, as the engine would: answers come back through the lane.
class foreign_thread {
 public:
  foreign_thread();
  ~foreign_thread();
  void run(std::function<void()> work);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> queue_;
  bool ending_ = false;
  std::thread thread_;
};

struct test_server {
  /// Larger bodies of the routes below `/aside` are handled on the side thread.
  static constexpr std::size_t small_enough_bytes = 16;

  explicit test_server(const server_options& options = quick(), std::shared_ptr<spdlog::logger> logger = nullptr);
  ~test_server();

  /// A free port, generous limits of rate, a tick of 5 ms.
  [[nodiscard]] static auto quick() -> server_options;
  [[nodiscard]] auto client() const -> std::unique_ptr<raw_client> { return std::make_unique<raw_client>(own->port()); }
  /// A session token header line of a new buyer.
  [[nodiscard]] auto buyer_header(std::int64_t lifetime_ms = 3'600'000) const -> std::string;

  void open_gate();

  std::atomic<int> handled = 0; ///< requests that reached a handler
  std::shared_ptr<authenticator> callers;
  std::shared_ptr<metrics_hub> metrics;
  std::mutex held_mutex;
  std::condition_variable held_changed;
  std::vector<deferred> held; ///< answers of `GET /hold-back`, until a test lets them go
  foreign_thread elsewhere;
  std::atomic<bool> gate_open = true; ///< `PUT /aside` waits for it
  std::unique_ptr<server> own;

 private:
  [[nodiscard]] auto routes() -> router;
  void add_deferred_routes(router& table);
  void add_writing_routes(router& table);
  void add_routes_aside(router& table);
  /// Adds a route that counts as handled.
  void add(router& table, route row);
};

/// Whether `done` holds within ten seconds.
template <class Done>
[[nodiscard]] auto await(Done done) -> bool {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

/// The signing keys of every test server.
[[nodiscard]] auto test_ring() -> key_ring;

} // namespace holdfast::http::test
