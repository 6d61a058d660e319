#include "payments/stripe/answers.hpp"

#include "payments/stripe/objects.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

namespace holdfast::payments::stripe {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

namespace http_status {
constexpr long ok = 200;
constexpr long unauthorised = 401;
constexpr long payment_required = 402;
constexpr long forbidden = 403;
constexpr long not_found = 404;
constexpr long conflict = 409;
constexpr long too_many = 429;
constexpr long client_error = 400;
constexpr long server_error = 500;
constexpr long beyond = 600;
} // namespace http_status

/// Errors that say that the object is past what was asked for.
constexpr std::array<std::string_view, 8> state_codes{"payment_intent_unexpected_state",
                                                      "charge_already_captured",
                                                      "charge_already_refunded",
                                                      "charge_expired_for_capture",
                                                      "charge_disputed",
                                                      "charge_not_refundable",
                                                      "payment_intent_payment_attempt_expired",
                                                      "intent_invalid_state"};

auto unreadable(std::string why) -> unknown {
  return {unknown::why::unreadable, milliseconds{0}, false, std::move(why)};
}

auto reason_of(const http_answer& answer, const json& error, bool shows_payment) -> rejected::why {
  const auto code = text_in(error, "code");
  if (answer.status == http_status::unauthorised || answer.status == http_status::forbidden) {
    return rejected::why::unauthorised;
  }
  if (text_in(error, "type") == "idempotency_error") {
    return rejected::why::key_reused;
  }
  if (std::ranges::find(state_codes, code) != state_codes.end() ||
      (answer.status == http_status::payment_required && shows_payment)) {
    return rejected::why::wrong_state;
  }
  // A method that does not exist is a bad request; a payment that does not exist was not found.
  const bool names_method = text_in(error, "param") == "payment_method";
  if ((answer.status == http_status::not_found || code == "resource_missing") && !names_method) {
    return rejected::why::not_found;
  }
  return rejected::why::bad_request;
}

/// An answer between 400 and 499 with an error that is one.
template <class Value>
auto read_error(const http_answer& answer, const json& error, const asked_for& what) -> outcome<Value> {
  const auto code = text_in(error, "code");
  const auto shown = error.find("payment_intent");
  auto now = shown == error.end() ? std::nullopt : payment_of(*shown);
  const bool is_card_error = answer.status == http_status::payment_required && text_in(error, "type") == "card_error";
  if (is_card_error && what.may_be_declined) {
    if (now && now->id != what.id) {
      return unreadable("a decline of another payment");
    }
    return declined_of(error, what.id);
  }
  const auto reason = reason_of(answer, error, now.has_value());
  return rejected{reason, code, text_in(error, "message"), std::move(now)};
}

/// Everything but a success, whatever the call was.
template <class Value>
auto read_failure(const http_answer& answer, const asked_for& what) -> outcome<Value> {
  if (answer.status >= http_status::server_error && answer.status < http_status::beyond) {
    return unknown{unknown::why::server_error, answer.retry_after.value_or(milliseconds{0}), answer.replayed,
                   "the gateway answers " + std::to_string(answer.status)};
  }
  if (answer.status == http_status::too_many) {
    return refused{refused::why::rate_limited, answer.retry_after.value_or(milliseconds{0}), "the gateway answers 429"};
  }
  if (answer.status == http_status::conflict) {
    return unknown{unknown::why::in_progress, answer.retry_after.value_or(milliseconds{0}), false,
                   "the gateway is at work on the same key"};
  }
  const auto document = json::parse(answer.body, nullptr, false);
  const auto error = document.is_object() ? document.find("error") : document.end();
  const bool is_error =
      document.is_object() && error != document.end() && error->is_object() && error->contains("type");
  if (answer.status < http_status::client_error || answer.status >= http_status::server_error || !is_error) {
    return unreadable("status " + std::to_string(answer.status) + " without an error of the gateway's");
  }
  return read_error<Value>(answer, *error, what);
}

template <class Value, class Reader>
auto read_object(const http_answer& answer, const asked_for& what, Reader reader) -> outcome<Value> {
  if (answer.status != http_status::ok) {
    return read_failure<Value>(answer, what);
  }
  auto object = reader(json::parse(answer.body, nullptr, false));
  if (!object) {
    return unreadable("the answer is not the object that was asked for");
  }
  if (!what.id.empty() && object->id != what.id) {
    return unreadable("the answer is about another object");
  }
  return std::move(*object);
}

template <class Item, class Reader>
auto read_list(const http_answer& answer, const asked_for& what, Reader reader) -> outcome<page<Item>> {
  if (answer.status != http_status::ok) {
    return read_failure<page<Item>>(answer, what);
  }
  const auto document = json::parse(answer.body, nullptr, false);
  if (!document.is_object() || text_in(document, "object") != "list" || !document.contains("data") ||
      !document["data"].is_array() || !document.contains("has_more") || !document["has_more"].is_boolean()) {
    return unreadable("the answer is no list");
  }
  page<Item> part;
  part.has_more = document["has_more"].get<bool>();
  for (const auto& each : document["data"]) {
    auto item = reader(each);
    if (!item) {
      return unreadable("an object of the list is not of the kind that was asked for");
    }
    part.items.push_back(std::move(*item));
  }
  return part;
}

} // namespace

auto read_payment(const http_answer& answer, const asked_for& what) -> payment_outcome {
  return read_object<payment>(answer, what, payment_of);
}

auto read_refund(const http_answer& answer, const asked_for& what) -> refund_outcome {
  return read_object<refund>(answer, what, refund_of);
}

auto read_payments(const http_answer& answer, const asked_for& what) -> payments_outcome {
  return read_list<payment>(answer, what, payment_of);
}

auto read_refunds(const http_answer& answer, const asked_for& what) -> refunds_outcome {
  return read_list<refund>(answer, what, refund_of);
}

} // namespace holdfast::payments::stripe
