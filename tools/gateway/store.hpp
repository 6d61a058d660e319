#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace holdfast::gateway {

/// What one request changes: all of it, or nothing.
struct change {
  std::vector<nlohmann::json> put;    ///< objects as they are from now on
  std::vector<nlohmann::json> events; ///< that tell of it
};

/// The gateway's objects, in Stripe's own form. One thread at a time.
class store {
 public:
  void apply(const nlohmann::json& put, const nlohmann::json& events);

  /// By kind ("payment_intent", "charge", "refund", "event") and id; null when there is none.
  [[nodiscard]] auto find(const std::string& kind, const std::string& id) const -> const nlohmann::json*;
  /// Ids of a kind, oldest first.
  [[nodiscard]] auto ids(const std::string& kind) const -> const std::vector<std::string>&;
  /// Ids of the refunds that nobody has settled yet.
  [[nodiscard]] auto open_refunds() const -> std::vector<std::string>;

 private:
  struct shelf {
    std::map<std::string, nlohmann::json> objects;
    std::vector<std::string> order;
  };

  void put_one(const nlohmann::json& object);

  std::map<std::string, shelf> shelves_;
  std::set<std::string> open_refunds_;
};

} // namespace holdfast::gateway
