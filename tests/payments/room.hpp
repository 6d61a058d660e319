#pragma once

#include "payments/gateway.hpp"
#include "payments/stripe/options.hpp"
#include "tools/gateway/ledger_view.hpp"
#include "tools/gateway/simulator.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::payments_test {

/// A folder that goes away.
class folder {
 public:
  folder();
  folder(const folder&) = delete;
  auto operator=(const folder&) -> folder& = delete;
  ~folder();
  [[nodiscard]] auto path() const -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

/// A simulator on loopback, and clients of it.
class room {
 public:
  /// `faults`: a script, as `holdfast gateway --faults` reads it.
  explicit room(const nlohmann::json& faults = nlohmann::json::object(), const std::string& webhook_url = "");

  [[nodiscard]] auto simulator() -> gateway::simulator& { return *simulator_; }
  /// Ends it, and starts it again over the same ledger and port.
  void stop();
  void start();
  void follow(const nlohmann::json& faults);

  /// Fast ones: pauses of a few milliseconds, and no circuit that opens; to be changed by the test.
  [[nodiscard]] auto options() const -> payments::stripe::client_options;
  [[nodiscard]] auto client(const std::function<void(payments::stripe::client_options&)>& change = {})
      -> std::unique_ptr<payments::gateway>;

  [[nodiscard]] auto ledger() const -> gateway::ledger_state;
  [[nodiscard]] auto struck(const std::string& rule) const -> std::uint64_t;
  [[nodiscard]] auto asked(const std::string& kind) const -> std::uint64_t;
  [[nodiscard]] auto data() const -> std::filesystem::path { return folder_.path() / "gateway"; }

 private:
  folder folder_;
  std::string webhook_url_;
  std::uint16_t port_ = 0;
  std::unique_ptr<gateway::simulator> simulator_;
};

/// Calls and waits for the outcome.
[[nodiscard]] auto create(payments::gateway& at, const std::string& key, domain::minor_units amount = 5'000,
                          const std::string& order = "ord_1") -> payments::payment_outcome;
[[nodiscard]] auto authorise(payments::gateway& at, const std::string& key, const std::string& payment_id,
                             const std::string& method = "pm_card_visa") -> payments::payment_outcome;
[[nodiscard]] auto capture(payments::gateway& at, const std::string& key, const std::string& payment_id,
                           domain::minor_units amount = 5'000) -> payments::payment_outcome;
[[nodiscard]] auto cancel(payments::gateway& at, const std::string& key, const std::string& payment_id)
    -> payments::payment_outcome;
[[nodiscard]] auto give_back(payments::gateway& at, const std::string& key, const std::string& payment_id,
                             domain::minor_units amount) -> payments::refund_outcome;
[[nodiscard]] auto retrieve(payments::gateway& at, const std::string& payment_id) -> payments::payment_outcome;
[[nodiscard]] auto list_payments(payments::gateway& at, const payments::list_request& which)
    -> payments::payments_outcome;
[[nodiscard]] auto list_refunds(payments::gateway& at, const payments::list_request& which)
    -> payments::refunds_outcome;

/// What an outcome is, in words: "payment requires_capture", "declined insufficient_funds", "refused circuit_open", "rejected wrong_state",
/// "unknown timed_out", "refund succeeded".
[[nodiscard]] auto words(const payments::payment_outcome& of) -> std::string;
[[nodiscard]] auto words(const payments::refund_outcome& of) -> std::string;

/// The id of a payment that must have come.
[[nodiscard]] auto id_of(const payments::payment_outcome& of) -> std::string;

} // namespace holdfast::payments_test
