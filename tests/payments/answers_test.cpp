#include "payments/stripe/amounts.hpp"
#include "payments/stripe/answers.hpp"
#include "payments/stripe/form.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <limits>
#include <string>

namespace {

using namespace holdfast;
using namespace holdfast::payments;
using namespace holdfast::payments::stripe;
using nlohmann::json;

auto currency(std::string_view text) -> domain::currency_code {
  return {{text[0], text[1], text[2]}};
}

auto sample_payment() -> json {
  return {{"id", "pi_1"},
          {"object", "payment_intent"},
          {"status", "succeeded"},
          {"amount", 5'000},
          {"amount_capturable", 0},
          {"amount_received", 5'000},
          {"currency", "eur"},
          {"created", 1'700'000'000},
          {"metadata", {{"order", "ord_1"}}},
          {"last_payment_error", nullptr},
          {"latest_charge",
           {{"id", "ch_1"},
            {"object", "charge"},
            {"amount_refunded", 1'200},
            {"payment_method_details", {{"card", {{"brand", "visa"}, {"last4", "4242"}, {"fingerprint", "fp_1"}}}}}}}};
}

auto answer(long status, const json& body) -> http_answer {
  http_answer made;
  made.status = status;
  made.body = body.is_string() ? body.get<std::string>() : body.dump();
  return made;
}

auto error(const std::string& type, const std::string& code, const std::string& param = "") -> json {
  return {{"error", {{"type", type}, {"code", code}, {"param", param}, {"message", "for people"}}}};
}

auto kind_of(const payment_outcome& of) -> std::string {
  constexpr std::array<const char*, 5> names{"payment", "declined", "refused", "rejected", "unknown"};
  return names.at(of.index());
}

} // namespace

TEST_CASE("amounts go in the units that Stripe counts in, and come back the same") {
  struct row {
    const char* code;
    domain::minor_units ours;
    domain::minor_units theirs;
  };
  const std::array<row, 6> rows{{{"EUR", 1'234, 1'234},
                                 {"JPY", 500, 500},
                                 {"ISK", 5, 500},
                                 {"UGX", 7, 700},
                                 {"MGA", 300, 3},
                                 {"KWD", 5'120, 5'120}}};
  for (const auto& each : rows) {
    CAPTURE(each.code);
    CHECK(to_stripe(each.ours, currency(each.code)) == each.theirs);
    CHECK(from_stripe(each.theirs, currency(each.code)) == each.ours);
  }
}

TEST_CASE("an amount that Stripe cannot express is not rounded") {
  CHECK_FALSE(to_stripe(5'124, currency("KWD")).has_value());
  CHECK_FALSE(to_stripe(301, currency("MGA")).has_value());
  CHECK_FALSE(from_stripe(501, currency("ISK")).has_value());
  CHECK_FALSE(to_stripe(std::numeric_limits<domain::minor_units>::max(), currency("ISK")).has_value());
  CHECK_FALSE(to_stripe(100, currency("ABC")).has_value());
}

TEST_CASE("forms carry any text") {
  form body;
  body.add("amount", 5).add("metadata[a b]", "x&y=z\xc3\xa9").add("d", "");
  CHECK(body.text() == "amount=5&metadata%5Ba%20b%5D=x%26y%3Dz%C3%A9&d=");
}

TEST_CASE("a payment is read with its charge") {
  const auto read = read_payment(answer(200, sample_payment()), {"pi_1", false});
  REQUIRE(kind_of(read) == "payment");
  const auto& got = std::get<payment>(read);
  CHECK(got.status == payment_status::succeeded);
  CHECK(got.amount == 5'000);
  CHECK(got.amount_received == 5'000);
  CHECK(got.amount_refunded == 1'200);
  CHECK(got.currency == currency("EUR"));
  CHECK(value_of(got.about, "order") == "ord_1");
  CHECK(got.method == card{"visa", "4242", "fp_1"});
  CHECK_FALSE(got.last_decline.has_value());
}

TEST_CASE("a payment is read in the units of its currency") {
  auto object = sample_payment();
  object["currency"] = "isk";
  const auto read = read_payment(answer(200, object), {});
  REQUIRE(kind_of(read) == "payment");
  CHECK(std::get<payment>(read).amount == 50);
  CHECK(std::get<payment>(read).amount_refunded == 12);
}

TEST_CASE("an object that is not certainly what was asked for is unknown") {
  const std::array<std::pair<const char*, json>, 12> edits{{{"object", "charge"},
                                                            {"id", "pi_2"},
                                                            {"id", ""},
                                                            {"status", "done"},
                                                            {"amount", "5000"},
                                                            {"amount", 5'000.5},
                                                            {"amount", -1},
                                                            {"amount", 18'446'744'073'709'551'615ULL},
                                                            {"currency", "EUR"},
                                                            {"currency", "zzz"},
                                                            {"created", nullptr},
                                                            {"metadata", {{"a", 5}}}}};
  for (const auto& [name, value] : edits) {
    auto object = sample_payment();
    object[name] = value;
    CAPTURE(object.dump());
    CHECK(kind_of(read_payment(answer(200, object), {"pi_1", true})) == "unknown");
  }
  for (const auto* body : {"", "null", "<html>", "{\"id\":", "[1]"}) {
    CHECK(kind_of(read_payment(answer(200, body), {"pi_1", true})) == "unknown");
    CHECK(kind_of(read_payment(answer(402, body), {"pi_1", true})) == "unknown");
    CHECK(kind_of(read_payment(answer(400, body), {"pi_1", true})) == "unknown");
  }
}

TEST_CASE("no status but that of a card's error is ever a decline, and only for an authorisation") {
  auto body = error("card_error", "card_declined");
  body["error"]["decline_code"] = "insufficient_funds";
  for (long status = 100; status < 700; ++status) {
    const auto kind = kind_of(read_payment(answer(status, body), {"pi_1", true}));
    CAPTURE(status);
    CHECK((kind == "declined") == (status == 402));
    CHECK_FALSE(kind == "payment");
    CHECK((status < 500 || status > 599 || kind == "unknown"));
  }
  CHECK(kind_of(read_payment(answer(402, body), {"pi_1", false})) == "rejected");
  CHECK(kind_of(read_payment(answer(402, error("api_error", "x")), {"pi_1", true})) == "rejected");
  const auto read = read_payment(answer(402, body), {"pi_1", true});
  CHECK(std::get<declined>(read) == declined{"card_declined", "insufficient_funds", "for people", "pi_1"});
}

TEST_CASE("a decline of another payment is unknown") {
  auto body = error("card_error", "card_declined");
  body["error"]["payment_intent"] = sample_payment();
  CHECK(kind_of(read_payment(answer(402, body), {"pi_1", true})) == "declined");
  CHECK(kind_of(read_payment(answer(402, body), {"pi_2", true})) == "unknown");
}

TEST_CASE("errors say what is wrong with the call") {
  struct row {
    long status;
    json body;
    rejected::why reason;
  };
  const std::array<row, 8> rows{{
      {400, error("invalid_request_error", "payment_intent_unexpected_state"), rejected::why::wrong_state},
      {400, error("invalid_request_error", "charge_already_refunded"), rejected::why::wrong_state},
      {404, error("invalid_request_error", "resource_missing", "intent"), rejected::why::not_found},
      {400, error("invalid_request_error", "resource_missing", "payment_method"), rejected::why::bad_request},
      {400, error("invalid_request_error", "amount_too_small", "amount"), rejected::why::bad_request},
      {400, error("idempotency_error", ""), rejected::why::key_reused},
      {401, error("invalid_request_error", ""), rejected::why::unauthorised},
      {403, error("invalid_request_error", ""), rejected::why::unauthorised},
  }};
  for (const auto& each : rows) {
    CAPTURE(each.body.dump());
    const auto read = read_payment(answer(each.status, each.body), {"pi_1", true});
    REQUIRE(kind_of(read) == "rejected");
    CHECK(name_of(std::get<rejected>(read).reason) == name_of(each.reason));
  }
}

TEST_CASE("an error shows the payment as it is") {
  auto body = error("invalid_request_error", "payment_intent_unexpected_state");
  body["error"]["payment_intent"] = sample_payment();
  const auto read = read_payment(answer(400, body), {"pi_1", false});
  REQUIRE(kind_of(read) == "rejected");
  REQUIRE(std::get<rejected>(read).now.has_value());
  CHECK(std::get<rejected>(read).now->status == payment_status::succeeded);
}

TEST_CASE("too many requests, a key at work and failures of the gateway each have their own answer") {
  auto limited = answer(429, "slow down");
  limited.retry_after = std::chrono::seconds{7};
  const auto refused_by = std::get<refused>(read_payment(limited, {}));
  CHECK(refused_by.reason == refused::why::rate_limited);
  CHECK(refused_by.retry_after == std::chrono::seconds{7});
  CHECK(std::get<unknown>(read_payment(answer(409, error("idempotency_error", "")), {})).reason ==
        unknown::why::in_progress);
  auto kept = answer(500, "");
  kept.replayed = true;
  CHECK(std::get<unknown>(read_payment(kept, {})).kept);
  CHECK_FALSE(std::get<unknown>(read_payment(answer(502, "<html>"), {})).kept);
}

TEST_CASE("refunds and lists are read as strictly") {
  const json one{
      {"id", "re_1"},      {"object", "refund"}, {"payment_intent", "pi_1"},  {"status", "pending"}, {"amount", 70},
      {"currency", "eur"}, {"created", 5},       {"metadata", json::object()}};
  CHECK(std::get<refund>(read_refund(answer(200, one), {})) ==
        refund{"re_1", "pi_1", refund_status::pending, 70, currency("EUR"), 5, {}});
  const json list{{"object", "list"}, {"has_more", true}, {"data", {one, one}}};
  const auto part = std::get<page<refund>>(read_refunds(answer(200, list), {}));
  CHECK(part.items.size() == 2);
  CHECK(part.has_more);
  auto mixed = list;
  mixed["data"].push_back(sample_payment());
  CHECK(std::holds_alternative<unknown>(read_refunds(answer(200, mixed), {})));
  CHECK(std::holds_alternative<unknown>(read_refunds(answer(200, one), {})));
  const json payments{{"object", "list"}, {"has_more", false}, {"data", {sample_payment()}}};
  CHECK(std::get<page<payment>>(read_payments(answer(200, payments), {})).items.size() == 1);
}
