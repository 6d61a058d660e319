#include "tools/gateway/desk.hpp"

#include "tools/gateway/methods.hpp"
#include "tools/gateway/parameters.hpp"

#include <utility>

namespace holdfast::gateway {

using nlohmann::json;

namespace {

constexpr unsigned payment_required = 402;

auto is_one_of(const json& value, std::initializer_list<std::string_view> words) -> bool {
  for (const auto word : words) {
    if (value == word) {
      return true;
    }
  }
  return false;
}

auto shell(const std::string& id, const payment_terms& terms, std::int64_t now_s) -> json {
  return {{"id", id},
          {"object", "payment_intent"},
          {"amount", terms.amount},
          {"amount_capturable", 0},
          {"amount_received", 0},
          {"application", nullptr},
          {"canceled_at", nullptr},
          {"cancellation_reason", nullptr},
          {"capture_method", terms.capture_method},
          {"client_secret", id + "_secret_none"}, // no browser speaks to this gateway
          {"confirmation_method", "automatic"},
          {"created", now_s},
          {"currency", terms.currency},
          {"customer", nullptr},
          {"description", nullptr},
          {"last_payment_error", nullptr},
          {"latest_charge", nullptr},
          {"livemode", false},
          {"metadata", terms.metadata},
          {"next_action", nullptr},
          {"payment_method", nullptr},
          {"payment_method_types", json::array({"card"})},
          {"receipt_email", nullptr},
          {"status", "requires_payment_method"}};
}

void succeed(json& payment, json& charge, std::int64_t amount) {
  payment["status"] = "succeeded";
  payment["amount_received"] = amount;
  payment["amount_capturable"] = 0;
  charge["captured"] = true;
  charge["amount_captured"] = amount;
}

} // namespace

auto wrong_state(const json& payment, const std::string& what) -> reply {
  const auto status = payment.at("status").get<std::string>();
  auto made = error_reply(400, "invalid_request_error", "payment_intent_unexpected_state",
                          "You cannot " + what + " this PaymentIntent because it has a status of " + status + ".");
  made.body["error"]["payment_intent"] = payment;
  return made;
}

void desk::tell(const std::string& type, const json& of, std::int64_t now_s, change& to) const {
  auto shown = of;
  shown.erase("settles_as");
  shown.erase("settles_at");
  to.events.push_back({{"id", next_id_("evt_")},
                       {"object", "event"},
                       {"api_version", "2024-06-20"},
                       {"created", now_s},
                       {"data", {{"object", std::move(shown)}}},
                       {"livemode", false},
                       {"pending_webhooks", 1},
                       {"request", {{"id", nullptr}, {"idempotency_key", nullptr}}},
                       {"type", type}});
}

auto desk::charge_of(const json& payment) const -> json {
  const auto& id = payment.at("latest_charge");
  const auto* found = id.is_string() ? store_.find("charge", id.get<std::string>()) : nullptr;
  return found == nullptr ? json(nullptr) : *found;
}

auto desk::create(const form& with, const effect_faults& faults, std::int64_t now_s, change& to) const -> reply {
  auto terms = payment_terms_in(with);
  if (!terms) {
    return terms.error();
  }
  terms->amount += faults.amount_off;
  if (!faults.currency.empty()) {
    terms->currency = faults.currency;
  }
  auto payment = shell(next_id_("pi_"), *terms, now_s);
  if (const auto text = with.get("description")) {
    payment["description"] = *text;
  }
  if (const auto token = with.get("payment_method")) {
    if (!find_method(*token)) {
      return missing("PaymentMethod", *token, "payment_method", false);
    }
    payment["payment_method"] = *token;
    payment["status"] = "requires_confirmation";
  }
  tell("payment_intent.created", payment, now_s, to);
  if (terms->confirm) {
    return attempt(std::move(payment), with, faults, now_s, to);
  }
  to.put.push_back(payment);
  return {200, std::move(payment)};
}

auto desk::confirm(const std::string& id, const form& with, const effect_faults& faults, std::int64_t now_s,
                   change& to) const -> reply {
  if (const auto names = check_names(with, {"payment_method", "error_on_requires_action", "off_session", "return_url",
                                            "expand", "payment_method_types", "capture_method"});
      !names) {
    return names.error();
  }
  const auto* payment = store_.find("payment_intent", id);
  if (payment == nullptr) {
    return missing("payment_intent", id, "intent");
  }
  if (!is_one_of(payment->at("status"), {"requires_payment_method", "requires_confirmation", "requires_action"})) {
    return wrong_state(*payment, "confirm");
  }
  return attempt(*payment, with, faults, now_s, to);
}

auto desk::new_charge(const json& payment, const std::string& token, std::int64_t now_s) const -> json {
  const auto method = find_method(token).value_or(test_method{});
  return {{"id", next_id_("ch_")},
          {"object", "charge"},
          {"amount", payment.at("amount")},
          {"amount_captured", 0},
          {"amount_refunded", 0},
          {"captured", false},
          {"created", now_s},
          {"currency", payment.at("currency")},
          {"disputed", false},
          {"failure_code", nullptr},
          {"failure_message", nullptr},
          {"livemode", false},
          {"metadata", payment.at("metadata")},
          {"paid", true},
          {"payment_intent", payment.at("id")},
          {"payment_method", token},
          {"payment_method_details", {{"type", "card"}, {"card", card_of(method)}}},
          {"refunded", false},
          {"status", "succeeded"}};
}

auto desk::failed_attempt(json payment, json charge, const json& error, std::int64_t now_s, change& to) const -> reply {
  charge["status"] = "failed";
  charge["paid"] = false;
  charge["failure_code"] = error.at("code");
  charge["failure_message"] = error.at("message");
  payment["latest_charge"] = charge.at("id");
  payment["status"] = "requires_payment_method";
  payment["payment_method"] = nullptr;
  payment["last_payment_error"] = error;
  to.put.push_back(charge);
  to.put.push_back(payment);
  tell("charge.failed", charge, now_s, to);
  tell("payment_intent.payment_failed", payment, now_s, to);
  auto shown = error;
  shown["payment_intent"] = payment;
  return {payment_required, {{"error", std::move(shown)}}};
}

auto desk::attempt(json payment, const form& with, const effect_faults& faults, std::int64_t now_s, change& to) const
    -> reply {
  const auto& kept = payment.at("payment_method");
  const auto token = with.get("payment_method").value_or(kept.is_string() ? kept.get<std::string>() : std::string{});
  const auto strict = flag_in(with, "error_on_requires_action");
  if (!strict) {
    return strict.error();
  }
  if (token.empty()) {
    return wrong_state(payment, "confirm without a payment method");
  }
  auto method = find_method(token);
  if (!method) {
    return missing("PaymentMethod", token, "payment_method", false);
  }
  if (!faults.decline_code.empty()) {
    method->code = "card_declined";
    method->decline_code = faults.decline_code;
    method->needs_proof = false;
  }
  auto charge = new_charge(payment, token, now_s);
  payment["payment_method"] = token;
  if (method->needs_proof && !*strict) {
    payment["status"] = "requires_action";
    payment["next_action"] = {{"type", "use_stripe_sdk"}, {"use_stripe_sdk", json::object()}};
    to.put.push_back(payment);
    tell("payment_intent.requires_action", payment, now_s, to);
    return {200, std::move(payment)};
  }
  const auto code = method->needs_proof ? std::string{"authentication_required"} : method->code;
  if (!code.empty()) {
    const auto detail = method->needs_proof ? code : method->decline_code;
    json error{{"type", "card_error"},
               {"code", code},
               {"message", decline_message(code, detail)},
               {"charge", charge.at("id")},
               {"payment_method", {{"id", token}, {"object", "payment_method"}, {"type", "card"}}}};
    if (!detail.empty()) {
      error["decline_code"] = detail;
    }
    return failed_attempt(std::move(payment), std::move(charge), error, now_s, to);
  }
  payment["latest_charge"] = charge.at("id");
  payment["last_payment_error"] = nullptr;
  payment["next_action"] = nullptr;
  const bool waits = payment.at("capture_method") == "manual";
  if (waits) {
    payment["status"] = "requires_capture";
    payment["amount_capturable"] = payment.at("amount");
  } else {
    succeed(payment, charge, payment.at("amount").get<std::int64_t>());
  }
  to.put.push_back(charge);
  to.put.push_back(payment);
  tell("charge.succeeded", charge, now_s, to);
  tell(waits ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded", payment, now_s, to);
  return {200, std::move(payment)};
}

auto desk::capture(const std::string& id, const form& with, std::int64_t now_s, change& to) const -> reply {
  const auto names = check_names(with, {"amount_to_capture", "metadata", "expand"});
  const auto asked = amount_in(with, "amount_to_capture");
  if (!names || !asked) {
    return names ? asked.error() : names.error();
  }
  const auto* found = store_.find("payment_intent", id);
  if (found == nullptr) {
    return missing("payment_intent", id, "intent");
  }
  auto payment = *found;
  if (payment.at("status") != "requires_capture") {
    return wrong_state(payment, "capture");
  }
  const auto most = payment.at("amount_capturable").get<std::int64_t>();
  const auto amount = asked->value_or(most);
  if (amount > most) {
    return error_reply(400, "invalid_request_error", "amount_too_large",
                       "The amount to capture is more than the amount that can be captured.", "amount_to_capture");
  }
  auto charge = charge_of(payment);
  succeed(payment, charge, amount);
  to.put.push_back(charge);
  to.put.push_back(payment);
  tell("charge.captured", charge, now_s, to);
  tell("payment_intent.succeeded", payment, now_s, to);
  return {200, std::move(payment)};
}

auto desk::cancel(const std::string& id, const form& with, std::int64_t now_s, change& to) const -> reply {
  const auto names = check_names(with, {"cancellation_reason", "expand"});
  const auto reason =
      word_in(with, "cancellation_reason", {"duplicate", "fraudulent", "requested_by_customer", "abandoned"}, "");
  if (!names || !reason) {
    return names ? reason.error() : names.error();
  }
  const auto* found = store_.find("payment_intent", id);
  if (found == nullptr) {
    return missing("payment_intent", id, "intent");
  }
  auto payment = *found;
  if (is_one_of(payment.at("status"), {"succeeded", "canceled"})) {
    return wrong_state(payment, "cancel");
  }
  auto charge = charge_of(payment);
  if (payment.at("status") == "requires_capture" && charge.is_object()) {
    // What was reserved and never taken is shown as given back.
    charge["refunded"] = true;
    charge["amount_refunded"] = charge.at("amount");
    to.put.push_back(charge);
    tell("charge.refunded", charge, now_s, to);
  }
  payment["status"] = "canceled";
  payment["amount_capturable"] = 0;
  payment["canceled_at"] = now_s;
  payment["cancellation_reason"] = reason->empty() ? json(nullptr) : json(*reason);
  to.put.push_back(payment);
  tell("payment_intent.canceled", payment, now_s, to);
  return {200, std::move(payment)};
}

} // namespace holdfast::gateway
