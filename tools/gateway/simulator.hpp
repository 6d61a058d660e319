#pragma once

#include "tools/gateway/books.hpp"
#include "tools/gateway/faults.hpp"
#include "tools/gateway/notifier.hpp"
#include "tools/gateway/wire_server.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace holdfast::gateway {

struct simulator_options {
  std::filesystem::path data;        ///< made when it is missing; one process at a time
  std::string address = "127.0.0.1"; ///< a loopback address
  std::uint16_t port = 0;            ///< 0: any
  std::string webhook_url;           ///< empty: nobody is notified
  fault_script faults;
};

/// A payment gateway that speaks a part of Stripe's interface, keeps its own durable ledger, and fails as a script says. docs/payments.md has what it
/// speaks. Thread-safe.
class simulator {
 public:
  [[nodiscard]] static auto start(const simulator_options& options)
      -> tl::expected<std::unique_ptr<simulator>, std::string>;
  simulator(const simulator&) = delete;
  auto operator=(const simulator&) -> simulator& = delete;
  ~simulator(); ///< ends connections, also those whose answers wait

  [[nodiscard]] auto url() const -> std::string;
  [[nodiscard]] auto key_file() const -> std::filesystem::path { return options_.data / "secret.key"; }
  [[nodiscard]] auto webhook_secret_file() const -> std::filesystem::path { return options_.data / "webhook.secret"; }
  /// Why it cannot go on; empty while it can.
  [[nodiscard]] auto failure() const -> std::string;
  /// Bytes of a torn record that were cut off the ledger at the start.
  [[nodiscard]] auto cut_bytes() const -> std::uint64_t { return cut_bytes_; }

  /// Another script from now on; its counts begin at 0.
  void follow(const fault_script& script);
  /// As if a script had an outage that begins now.
  void be_away(std::chrono::milliseconds how_long);
  /// `{"requests": {"create": 2…}, "rules": {…}, "replayed": n, "busy": n, "away": n, "webhooks": {…}}`
  [[nodiscard]] auto counts() const -> nlohmann::json;

 private:
  using clock = std::chrono::steady_clock;
  using http_request = wire_server::http_request;

  explicit simulator(simulator_options options);
  [[nodiscard]] auto open() -> tl::expected<void, std::string>;
  [[nodiscard]] auto handle(const http_request& from) -> wire_answer;
  [[nodiscard]] auto control(const http_request& from) -> wire_answer;
  [[nodiscard]] auto pay(const http_request& from, const request& what) -> wire_answer;
  [[nodiscard]] auto execute(const http_request& from, const request& what, const strike& how) -> wire_answer;
  [[nodiscard]] auto perform(const request& what, const books::faults& with) -> tl::expected<reply, std::string>;
  [[nodiscard]] auto is_away() const -> bool;
  /// False when the simulator ends meanwhile.
  [[nodiscard]] auto pause(std::chrono::milliseconds how_long) -> bool;
  void notify_new();
  void settle_all();
  void fail(const std::string& why);

  simulator_options options_;
  std::string key_;
  std::uint64_t cut_bytes_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable ending_;
  bool stopping_ = false;
  std::string failure_;
  std::unique_ptr<books> books_;
  std::unique_ptr<fault_plan> plan_;
  clock::time_point plan_since_;
  clock::time_point away_until_;
  std::set<std::string> busy_; ///< keys of requests that are being handled
  std::map<std::string, std::uint64_t> requests_;
  std::uint64_t replayed_ = 0;
  std::uint64_t busy_answers_ = 0;
  std::uint64_t away_ = 0;

  std::unique_ptr<notifier> notifier_;
  std::unique_ptr<wire_server> server_;
  std::jthread settling_; ///< last: it uses everything above
};

} // namespace holdfast::gateway
