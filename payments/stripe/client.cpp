#include "payments/stripe/client.hpp"

#include "payments/stripe/amounts.hpp"
#include "payments/stripe/answers.hpp"
#include "payments/stripe/call.hpp"
#include "payments/stripe/form.hpp"
#include "payments/stripe/lane.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace holdfast::payments::stripe {

namespace {

constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t description_bytes_max = 1'000;
constexpr std::size_t metadata_max = 50;
constexpr std::size_t metadata_name_bytes_max = 40;
constexpr std::size_t metadata_value_bytes_max = 500;
constexpr std::size_t page_items_max = 100;

auto bad_request(std::string why) -> rejected {
  return {rejected::why::bad_request, "parameter_invalid", std::move(why), std::nullopt};
}

auto is_key(const std::string& text) -> bool {
  return !text.empty() && text.size() <= key_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

auto is_id(const std::string& text) -> bool {
  return !text.empty() && text.size() <= key_bytes_max && std::ranges::all_of(text, [](unsigned char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

auto is_metadata(const metadata& about) -> bool {
  return about.size() <= metadata_max && std::ranges::all_of(about, [](const auto& each) {
           return !each.first.empty() && each.first.size() <= metadata_name_bytes_max &&
                  each.first.find_first_of("[]") == std::string::npos && !each.second.empty() &&
                  each.second.size() <= metadata_value_bytes_max;
         });
}

void add_metadata(form& to, const metadata& about) {
  for (const auto& [name, value] : about) {
    to.add("metadata[" + name + "]", value);
  }
}

auto lower(const domain::currency_code& currency) -> std::string {
  std::string text{currency.text()};
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
  return text;
}

/// Where a payment's calls go.
auto path_of(const std::string& payment_id, const char* what) -> std::string {
  return "/v1/payment_intents/" + payment_id + what;
}

/// The charge comes along: it knows what was refunded, and which card it was.
constexpr const char* charge = "latest_charge";

auto list_query(const list_request& which) -> form {
  form query;
  query.add("limit", static_cast<std::int64_t>(which.items_max));
  if (!which.after.empty()) {
    query.add("starting_after", which.after);
  }
  if (which.created_from_s) {
    query.add("created[gte]", *which.created_from_s);
  }
  if (which.created_to_s) {
    query.add("created[lt]", *which.created_to_s);
  }
  return query;
}

auto is_listable(const list_request& which) -> bool {
  return which.items_max >= 1 && which.items_max <= page_items_max && (which.after.empty() || is_id(which.after)) &&
         (which.payment_id.empty() || is_id(which.payment_id));
}

class client final : public gateway {
 public:
  client(const client_options& options, std::string url, std::string api_key)
      : lane_{options, std::move(url), std::move(api_key)} {}

  void create(const create_request& what, on_outcome<payment> done) override {
    const auto amount = to_stripe(what.amount, what.currency);
    if (!is_key(what.key) || what.amount <= 0 || !amount || what.description.size() > description_bytes_max ||
        !is_metadata(what.about)) {
      return decline_to_send<payment>("the payment's key, amount, currency, description or metadata is none",
                                      std::move(done));
    }
    form body;
    body.add("amount", *amount).add("currency", lower(what.currency));
    // A card alone: methods that lead the buyer elsewhere and answer days later do not fit a hold of minutes.
    body.add("capture_method", "manual").add("payment_method_types[0]", "card");
    if (!what.description.empty()) {
      body.add("description", what.description);
    }
    add_metadata(body, what.about);
    body.add("expand[0]", charge);
    send_payment({"/v1/payment_intents", body.text(), what.key}, {}, std::move(done));
  }

  void authorise(const authorise_request& what, on_outcome<payment> done) override {
    if (!is_key(what.key) || !is_id(what.payment_id) || !is_id(what.method)) {
      return decline_to_send<payment>("the key, the payment's id or the method is none", std::move(done));
    }
    form body;
    body.add("payment_method", what.method).add("error_on_requires_action", "true").add("expand[0]", charge);
    send_payment({path_of(what.payment_id, "/confirm"), body.text(), what.key}, {what.payment_id, true},
                 std::move(done));
  }

  void capture(const capture_request& what, on_outcome<payment> done) override {
    const auto amount = to_stripe(what.amount, what.currency);
    if (!is_key(what.key) || !is_id(what.payment_id) || what.amount <= 0 || !amount) {
      return decline_to_send<payment>("the key, the payment's id, the amount or the currency is none", std::move(done));
    }
    form body;
    body.add("amount_to_capture", *amount).add("expand[0]", charge);
    send_payment({path_of(what.payment_id, "/capture"), body.text(), what.key}, {what.payment_id, false},
                 std::move(done));
  }

  void cancel(const cancel_request& what, on_outcome<payment> done) override {
    if (!is_key(what.key) || !is_id(what.payment_id)) {
      return decline_to_send<payment>("the key or the payment's id is none", std::move(done));
    }
    form body;
    body.add("expand[0]", charge);
    send_payment({path_of(what.payment_id, "/cancel"), body.text(), what.key}, {what.payment_id, false},
                 std::move(done));
  }

  void refund_payment(const refund_request& what, on_outcome<refund> done) override {
    const auto amount = to_stripe(what.amount, what.currency);
    if (!is_key(what.key) || !is_id(what.payment_id) || what.amount <= 0 || !amount || !is_metadata(what.about)) {
      return decline_to_send<refund>("the refund's key, payment, amount, currency or metadata is none",
                                     std::move(done));
    }
    form body;
    body.add("payment_intent", what.payment_id).add("amount", *amount);
    add_metadata(body, what.about);
    send<refund>({"/v1/refunds", body.text(), what.key}, {}, read_refund, std::move(done));
  }

  void retrieve(const std::string& payment_id, on_outcome<payment> done) override {
    if (!is_id(payment_id)) {
      return decline_to_send<payment>("the payment's id is none", std::move(done));
    }
    const auto query = form{}.add("expand[0]", charge).text();
    send_payment({path_of(payment_id, "?") + query, std::nullopt, {}}, {payment_id, false}, std::move(done));
  }

  void retrieve_refund(const std::string& refund_id, on_outcome<refund> done) override {
    if (!is_id(refund_id)) {
      return decline_to_send<refund>("the refund's id is none", std::move(done));
    }
    send<refund>({"/v1/refunds/" + refund_id, std::nullopt, {}}, {refund_id, false}, read_refund, std::move(done));
  }

  void list_payments(const list_request& which, on_outcome<page<payment>> done) override {
    if (!is_listable(which)) {
      return decline_to_send<page<payment>>("the part of the list is none", std::move(done));
    }
    const auto query = list_query(which).add("expand[0]", "data.latest_charge").text();
    send<page<payment>>({"/v1/payment_intents?" + query, std::nullopt, {}}, {}, read_payments, std::move(done));
  }

  void list_refunds(const list_request& which, on_outcome<page<refund>> done) override {
    if (!is_listable(which)) {
      return decline_to_send<page<refund>>("the part of the list is none", std::move(done));
    }
    auto query = list_query(which);
    if (!which.payment_id.empty()) {
      query.add("payment_intent", which.payment_id);
    }
    send<page<refund>>({"/v1/refunds?" + query.text(), std::nullopt, {}}, {}, read_refunds, std::move(done));
  }

  [[nodiscard]] auto status() const -> gateway_status override { return lane_.status(); }

 private:
  template <class Value>
  void send(http_request what, asked_for about, outcome<Value> (*read)(const http_answer&, const asked_for&),
            on_outcome<Value> done) {
    auto reader = [about = std::move(about), read](const http_answer& answer) { return read(answer, about); };
    lane_.submit(std::make_shared<typed_call<Value>>(std::move(what), std::move(reader), std::move(done)));
  }

  void send_payment(http_request what, asked_for about, on_outcome<payment> done) {
    send<payment>(std::move(what), std::move(about), read_payment, std::move(done));
  }

  template <class Value>
  void decline_to_send(std::string why, on_outcome<Value> done) {
    lane_.answer(std::make_shared<typed_call<Value>>(bad_request(std::move(why)), std::move(done)));
  }

  lane lane_;
};

} // namespace

auto make_client(const client_options& options) -> tl::expected<std::unique_ptr<gateway>, std::string> {
  // Not thread-safe in every libcurl, and done once at any rate.
  static const auto ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) {
    return tl::unexpected{std::string{"libcurl cannot be used"}};
  }
  auto url = check_url(options.url);
  if (!url) {
    return tl::unexpected{url.error()};
  }
  auto key = read_api_key(options.key_file);
  if (!key) {
    return tl::unexpected{key.error()};
  }
  if (options.calls_max == 0 || options.attempts_max == 0 || !(options.requests_per_s > 0) ||
      !(options.requests_burst >= 1)) {
    return tl::unexpected{std::string{"the gateway's limits must let something through"}};
  }
  return std::make_unique<client>(options, std::move(*url), std::move(*key));
}

} // namespace holdfast::payments::stripe
