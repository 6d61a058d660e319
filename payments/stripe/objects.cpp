#include "payments/stripe/objects.hpp"

#include "payments/stripe/amounts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::payments::stripe {

namespace {

using nlohmann::json;

constexpr std::size_t id_bytes_max = 255;
constexpr std::size_t text_bytes_max = 500;
constexpr std::size_t metadata_max = 50;

constexpr std::array payment_states{payment_status::requires_payment_method,
                                    payment_status::requires_confirmation,
                                    payment_status::requires_action,
                                    payment_status::processing,
                                    payment_status::requires_capture,
                                    payment_status::succeeded,
                                    payment_status::canceled};

constexpr std::array refund_states{refund_status::pending, refund_status::succeeded, refund_status::failed,
                                   refund_status::canceled, refund_status::requires_action};

template <class States>
auto state_named(const States& all, const std::string& name) -> std::optional<typename States::value_type> {
  const auto found = std::ranges::find_if(all, [&](auto each) { return name_of(each) == name; });
  return found == all.end() ? std::nullopt : std::optional{*found};
}

auto object_in(const json& object, const char* name) -> const json* {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

auto id_in(const json& object, const char* name) -> std::optional<std::string> {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) {
    return std::nullopt;
  }
  auto id = found->get<std::string>();
  return id.empty() || id.size() > id_bytes_max ? std::nullopt : std::optional{std::move(id)};
}

auto whole_number_in(const json& object, const char* name) -> std::optional<std::int64_t> {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) {
    return std::nullopt;
  }
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  const auto value = found->get<std::int64_t>();
  return value < 0 ? std::nullopt : std::optional{value};
}

auto currency_in(const json& object) -> std::optional<domain::currency_code> {
  const auto text = text_in(object, "currency");
  if (text.size() != 3 || !std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) {
    return std::nullopt;
  }
  domain::currency_code code;
  std::ranges::transform(text, code.letters.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return domain::minor_unit_digits(code) ? std::optional{code} : std::nullopt;
}

auto amount_in(const json& object, const char* name, const domain::currency_code& currency)
    -> std::optional<domain::minor_units> {
  const auto amount = whole_number_in(object, name);
  return amount ? from_stripe(*amount, currency) : std::nullopt;
}

auto metadata_in(const json& object) -> std::optional<metadata> {
  const auto found = object.find("metadata");
  metadata about;
  if (found == object.end() || found->is_null()) {
    return about;
  }
  if (!found->is_object() || found->size() > metadata_max) {
    return std::nullopt;
  }
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      return std::nullopt;
    }
    about.emplace_back(name, value.get<std::string>());
  }
  return about;
}

/// What the charge behind a payment tells beside it; the charge may be missing, or be there as its id only.
auto add_charge(payment& to, const json& object) -> bool {
  const auto* charge = object_in(object, "latest_charge");
  if (charge == nullptr) {
    return true;
  }
  const auto refunded = amount_in(*charge, "amount_refunded", to.currency);
  if (!refunded) {
    return false;
  }
  // Stripe also shows as refunded what was reserved and released; nothing was taken there.
  to.amount_refunded = std::min(*refunded, to.amount_received);
  const auto* details = object_in(*charge, "payment_method_details");
  const auto* shown = details == nullptr ? nullptr : object_in(*details, "card");
  if (shown != nullptr) {
    to.method = card{text_in(*shown, "brand"), text_in(*shown, "last4"), text_in(*shown, "fingerprint")};
  }
  return true;
}

} // namespace

auto text_in(const json& object, const char* name) -> std::string {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string{}
                                                      : found->get<std::string>().substr(0, text_bytes_max);
}

auto declined_of(const json& error, const std::string& payment_id) -> declined {
  return {text_in(error, "code"), text_in(error, "decline_code"), text_in(error, "message"), payment_id};
}

auto payment_of(const json& object) -> std::optional<payment> {
  if (!object.is_object() || text_in(object, "object") != "payment_intent") {
    return std::nullopt;
  }
  auto id = id_in(object, "id");
  const auto status = state_named(payment_states, text_in(object, "status"));
  const auto currency = currency_in(object);
  const auto created = whole_number_in(object, "created");
  auto about = metadata_in(object);
  if (!id || !status || !currency || !created || !about) {
    return std::nullopt;
  }
  const auto amount = amount_in(object, "amount", *currency);
  const auto capturable = amount_in(object, "amount_capturable", *currency);
  const auto received = amount_in(object, "amount_received", *currency);
  if (!amount || !capturable || !received) {
    return std::nullopt;
  }
  payment made;
  made.id = std::move(*id);
  made.status = *status;
  made.amount = *amount;
  made.amount_capturable = *capturable;
  made.amount_received = *received;
  made.currency = *currency;
  made.created_s = *created;
  made.about = std::move(*about);
  if (const auto* error = object_in(object, "last_payment_error")) {
    made.last_decline = declined_of(*error, made.id);
  }
  return add_charge(made, object) ? std::optional{std::move(made)} : std::nullopt;
}

auto refund_of(const json& object) -> std::optional<refund> {
  if (!object.is_object() || text_in(object, "object") != "refund") {
    return std::nullopt;
  }
  auto id = id_in(object, "id");
  const auto* expanded = object_in(object, "payment_intent");
  auto payment_id = expanded != nullptr ? id_in(*expanded, "id") : id_in(object, "payment_intent");
  const auto status = state_named(refund_states, text_in(object, "status"));
  const auto currency = currency_in(object);
  const auto created = whole_number_in(object, "created");
  auto about = metadata_in(object);
  const auto amount = currency ? amount_in(object, "amount", *currency) : std::nullopt;
  if (!id || !payment_id || !status || !amount || !created || !about) {
    return std::nullopt;
  }
  return refund{std::move(*id), std::move(*payment_id), *status, *amount, *currency, *created, std::move(*about)};
}

} // namespace holdfast::payments::stripe
