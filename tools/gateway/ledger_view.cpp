#include "tools/gateway/ledger_view.hpp"

#include "payments/stripe/objects.hpp"
#include "tools/gateway/ledger.hpp"
#include "tools/gateway/store.hpp"

#include <system_error>
#include <utility>

namespace holdfast::gateway {

auto read_ledger_state(const std::filesystem::path& place) -> tl::expected<ledger_state, std::string> {
  std::error_code trouble;
  const auto file = std::filesystem::is_directory(place, trouble) ? place / "ledger.log" : place;
  store objects;
  const auto records = ledger::read(
      file, [&](const nlohmann::json& record) { objects.apply(record.at("put"), nlohmann::json::array()); });
  if (!records) {
    return tl::unexpected{records.error()};
  }
  ledger_state state;
  state.records = *records;
  for (const auto& id : objects.ids("payment_intent")) {
    auto object = *objects.find("payment_intent", id);
    if (object.at("latest_charge").is_string()) {
      object["latest_charge"] = *objects.find("charge", object.at("latest_charge").get<std::string>());
    }
    auto payment = payments::stripe::payment_of(object);
    if (!payment) {
      return tl::unexpected{"the ledger holds a payment that is none: " + id};
    }
    state.payments.push_back(std::move(*payment));
  }
  for (const auto& id : objects.ids("refund")) {
    auto refund = payments::stripe::refund_of(*objects.find("refund", id));
    if (!refund) {
      return tl::unexpected{"the ledger holds a refund that is none: " + id};
    }
    state.refunds.push_back(std::move(*refund));
  }
  return state;
}

} // namespace holdfast::gateway
