#pragma once

#include "domain/strong_id.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace holdfast::actors {

/// Which event's open payment a gateway's payment is, for its notifications. Thread-safe.
class payment_register {
 public:
  void add(const std::string& gateway_payment, domain::event_id event) {
    const std::lock_guard lock{mutex_};
    events_.insert_or_assign(gateway_payment, event);
  }

  void remove(const std::string& gateway_payment) {
    const std::lock_guard lock{mutex_};
    events_.erase(gateway_payment);
  }

  [[nodiscard]] auto find(const std::string& gateway_payment) const -> std::optional<domain::event_id> {
    const std::lock_guard lock{mutex_};
    const auto found = events_.find(gateway_payment);
    return found == events_.end() ? std::nullopt : std::optional{found->second};
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, domain::event_id> events_;
};

} // namespace holdfast::actors
