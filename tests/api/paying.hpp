#pragma once

#include "tests/api/box_office.hpp"
#include "tests/support/fake_gateway.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

/// What tests of payments share: a gateway in memory whose answers come by themselves, and buyers who pay.
namespace holdfast::api_test {

inline constexpr const char* good_card = "pm_card_visa";
inline constexpr const char* bad_card = "pm_card_chargeDeclinedInsufficientFunds";

/// Lets the gateway's answers go as they come, but while it is held back.
class answering {
 public:
  explicit answering(testing::fake_gateway& gateway);
  answering(const answering&) = delete;
  auto operator=(const answering&) -> answering& = delete;
  ~answering();

  /// Once this has returned, no answer goes until it is let go again.
  void hold_back(bool held);

 private:
  void run(testing::fake_gateway& gateway);

  std::atomic<bool> ended_{false};
  std::mutex mutex_; ///< held while answers go
  bool held_back_ = false;
  std::condition_variable ended_now_;
  std::thread thread_;
};

/// A server that pays through it, tries again soon, and tells nobody 202, however busy the machine is.
[[nodiscard]] auto settings_with(testing::fake_gateway& gateway) -> server_settings;
/// The same, which answers 202 soon.
[[nodiscard]] auto impatient_with(testing::fake_gateway& gateway) -> server_settings;
auto pay(api_client& buyer, const std::string& hold, const std::string& method, const std::string& key = new_key())
    -> reply;
/// The same, asked for again under its key while it is pending: a machine that is busy answers 202 where another has done it all.
auto pay_to_the_end(api_client& buyer, const std::string& hold, const std::string& method,
                    const std::string& key = new_key()) -> reply;
/// Where the order is that a hold becomes.
[[nodiscard]] auto order_path(const std::string& hold) -> std::string;
/// What the gateway has reserved and taken of all payments, and not given back.
[[nodiscard]] auto kept(const testing::fake_gateway& gateway) -> std::int64_t;

} // namespace holdfast::api_test
