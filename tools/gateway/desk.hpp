#pragma once

#include "tools/gateway/errors.hpp"
#include "tools/gateway/form.hpp"
#include "tools/gateway/store.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace holdfast::gateway {

/// Faults that are part of what a request does.
struct effect_faults {
  std::string decline_code; ///< an authorisation is declined with it ("insufficient_funds"); empty: as the method says
  std::int64_t amount_off = 0; ///< a payment is made for so much more than was asked for
  std::string currency;        ///< a payment is made in this currency instead
};

/// What requests do to payments and refunds: reads the store, and writes what changes into a `change`. The rules are those of Stripe's
/// PaymentIntents, as far as a shop needs them that takes cards. One thread at a time.
class desk {
 public:
  /// `next_id`: a new id with a prefix.
  desk(const store& from, std::function<std::string(const std::string&)> next_id)
      : store_{from}, next_id_{std::move(next_id)} {}

  [[nodiscard]] auto create(const form& with, const effect_faults& faults, std::int64_t now_s, change& to) const
      -> reply;
  [[nodiscard]] auto confirm(const std::string& id, const form& with, const effect_faults& faults, std::int64_t now_s,
                             change& to) const -> reply;
  [[nodiscard]] auto capture(const std::string& id, const form& with, std::int64_t now_s, change& to) const -> reply;
  [[nodiscard]] auto cancel(const std::string& id, const form& with, std::int64_t now_s, change& to) const -> reply;
  [[nodiscard]] auto refund(const form& with, std::int64_t now_s, change& to) const -> reply;
  /// A refund that was pending becomes what it was to become.
  void settle(const std::string& refund_id, std::int64_t now_s, change& to) const;

 private:
  [[nodiscard]] auto attempt(nlohmann::json payment, const form& with, const effect_faults& faults, std::int64_t now_s,
                             change& to) const -> reply;
  [[nodiscard]] auto failed_attempt(nlohmann::json payment, nlohmann::json charge, const nlohmann::json& error,
                                    std::int64_t now_s, change& to) const -> reply;
  [[nodiscard]] auto new_charge(const nlohmann::json& payment, const std::string& token, std::int64_t now_s) const
      -> nlohmann::json;
  [[nodiscard]] auto charge_of(const nlohmann::json& payment) const -> nlohmann::json;
  [[nodiscard]] auto refund_subject(const form& with) const -> const nlohmann::json*;
  void tell(const std::string& type, const nlohmann::json& of, std::int64_t now_s, change& to) const;

  const store& store_;
  std::function<std::string(const std::string&)> next_id_;
};

/// 400 for a payment that is in another state; shows it.
[[nodiscard]] auto wrong_state(const nlohmann::json& payment, const std::string& what) -> reply;

} // namespace holdfast::gateway
