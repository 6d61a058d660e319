#include "tools/gateway/desk.hpp"
#include "tools/gateway/methods.hpp"
#include "tools/gateway/parameters.hpp"

#include <utility>

namespace holdfast::gateway {

using nlohmann::json;

auto desk::refund_subject(const form& with) const -> const json* {
  if (const auto id = with.get("payment_intent")) {
    return store_.find("payment_intent", *id);
  }
  const auto* charge = store_.find("charge", with.get("charge").value_or(""));
  return charge == nullptr ? nullptr : store_.find("payment_intent", charge->at("payment_intent").get<std::string>());
}

auto desk::refund(const form& with, std::int64_t now_s, change& to) const -> reply {
  const auto names = check_names(with, {"payment_intent", "charge", "amount", "reason", "metadata", "expand"});
  const auto asked = amount_in(with, "amount");
  const auto reason = word_in(with, "reason", {"duplicate", "fraudulent", "requested_by_customer"}, "");
  auto about = metadata_in(with);
  if (!names || !asked) {
    return names ? asked.error() : names.error();
  }
  if (!reason || !about) {
    return reason ? about.error() : reason.error();
  }
  const auto* payment = refund_subject(with);
  if (payment == nullptr) {
    const auto id = with.get("payment_intent");
    return missing(id ? "payment_intent" : "charge", id.value_or(with.get("charge").value_or("")),
                   id ? "payment_intent" : "charge", false);
  }
  if (payment->at("status") != "succeeded") {
    return wrong_state(*payment, "refund");
  }
  auto charge = charge_of(*payment);
  const auto left = charge.at("amount_captured").get<std::int64_t>() - charge.at("amount_refunded").get<std::int64_t>();
  if (left == 0) {
    const auto id = charge.at("id").get<std::string>();
    return error_reply(400, "invalid_request_error", "charge_already_refunded",
                       "Charge " + id + " has already been refunded.");
  }
  const auto amount = asked->value_or(left);
  if (amount > left) {
    return error_reply(400, "invalid_request_error", "",
                       "Refund amount (" + std::to_string(amount) + ") is greater than unrefunded amount on charge (" +
                           std::to_string(left) + ")",
                       "amount");
  }
  charge["amount_refunded"] = charge.at("amount_refunded").get<std::int64_t>() + amount;
  charge["refunded"] = amount == left;
  const auto method = find_method(charge.at("payment_method").get<std::string>()).value_or(test_method{});
  json made{{"id", next_id_("re_")},
            {"object", "refund"},
            {"amount", amount},
            {"charge", charge.at("id")},
            {"created", now_s},
            {"currency", charge.at("currency")},
            {"metadata", std::move(*about)},
            {"payment_intent", payment->at("id")},
            {"reason", reason->empty() ? json(nullptr) : json(*reason)},
            {"status", method.refund == test_method::refunds::pending ? "pending" : "succeeded"}};
  if (method.refund != test_method::refunds::at_once) {
    made["settles_as"] = method.refund == test_method::refunds::pending ? "succeeded" : "failed";
    made["settles_at"] = now_s + 1;
  }
  to.put.push_back(charge);
  to.put.push_back(made);
  tell("charge.refunded", charge, now_s, to);
  tell("refund.created", made, now_s, to);
  return {200, std::move(made)};
}

void desk::settle(const std::string& refund_id, std::int64_t now_s, change& to) const {
  const auto* found = store_.find("refund", refund_id);
  if (found == nullptr || !found->contains("settles_as") || found->at("settles_at").get<std::int64_t>() > now_s) {
    return;
  }
  auto settled = *found;
  settled["status"] = settled.at("settles_as");
  settled.erase("settles_as");
  settled.erase("settles_at");
  if (settled.at("status") == "failed") {
    settled["failure_reason"] = "expired_or_canceled_card";
    auto charge = *store_.find("charge", settled.at("charge").get<std::string>());
    charge["amount_refunded"] =
        charge.at("amount_refunded").get<std::int64_t>() - settled.at("amount").get<std::int64_t>();
    charge["refunded"] = false;
    to.put.push_back(charge);
    tell("refund.failed", settled, now_s, to);
  }
  to.put.push_back(settled);
  tell("refund.updated", settled, now_s, to);
}

} // namespace holdfast::gateway
