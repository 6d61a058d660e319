#include "tools/gateway/parameters.hpp"

#include "domain/money.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace holdfast::gateway {

namespace {

constexpr std::int64_t amount_max = 99'999'999;
constexpr std::size_t metadata_max = 50;
constexpr std::size_t metadata_name_max = 40;
constexpr std::size_t metadata_value_max = 500;

/// The least that a card may be charged, where it is more than one unit.
auto least_amount(std::string_view currency) -> std::int64_t {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> least{
      {{"usd", 50}, {"eur", 50}, {"gbp", 30}, {"jpy", 50}, {"chf", 50}, {"cad", 50}, {"aud", 50}, {"sek", 300}}};
  const auto found = std::ranges::find(least, currency, [](const auto& each) { return each.first; });
  return found == least.end() ? 1 : found->second;
}

auto is_currency(std::string_view text) -> bool {
  if (text.size() != 3 || !std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) {
    return false;
  }
  domain::currency_code code;
  std::ranges::transform(text, code.letters.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return domain::minor_unit_digits(code).has_value();
}

} // namespace

auto check_names(const form& with, std::initializer_list<std::string_view> known) -> checked<void> {
  for (const auto& [name, value] : with.fields()) {
    const auto front = std::string_view{name}.substr(0, name.find('['));
    if (std::ranges::find(known, front) == known.end()) {
      return tl::unexpected{bad_parameter("parameter_unknown", "Received unknown parameter: " + name, name)};
    }
  }
  return {};
}

auto amount_in(const form& with, std::string_view name) -> checked<std::optional<std::int64_t>> {
  const auto text = with.get(name);
  if (!text) {
    return std::nullopt;
  }
  const std::string param{name};
  std::int64_t value = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, failed] = std::from_chars(text->data(), end, value);
  if (text->empty() || failed != std::errc{} || stop != end) {
    return tl::unexpected{bad_parameter("parameter_invalid_integer", "Invalid integer: " + *text, param)};
  }
  if (value < 1) {
    return tl::unexpected{
        bad_parameter("parameter_invalid_integer", "This value must be greater than or equal to 1.", param)};
  }
  if (value > amount_max) {
    return tl::unexpected{bad_parameter("amount_too_large", "Amount must be no more than 99999999", param)};
  }
  return value;
}

auto flag_in(const form& with, std::string_view name) -> checked<bool> {
  const auto text = with.get(name).value_or("false");
  if (text != "true" && text != "false") {
    return tl::unexpected{bad_parameter("", "Invalid boolean: " + text, std::string{name})};
  }
  return text == "true";
}

auto word_in(const form& with, std::string_view name, std::initializer_list<std::string_view> known,
             std::string_view otherwise) -> checked<std::string> {
  auto text = with.get(name).value_or(std::string{otherwise});
  if (text != otherwise && std::ranges::find(known, std::string_view{text}) == known.end()) {
    return tl::unexpected{bad_parameter("", "Invalid " + std::string{name} + ": " + text, std::string{name})};
  }
  return text;
}

auto metadata_in(const form& with) -> checked<nlohmann::json> {
  auto about = nlohmann::json::object();
  for (const auto& [name, value] : with.below("metadata")) {
    if (name.empty() || name.size() > metadata_name_max || value.size() > metadata_value_max) {
      return tl::unexpected{bad_parameter("", "Invalid metadata: a key or value is too long", "metadata")};
    }
    about[name] = value;
  }
  if (about.size() > metadata_max) {
    return tl::unexpected{bad_parameter("", "Metadata may have at most 50 keys", "metadata")};
  }
  return about;
}

auto payment_terms_in(const form& with) -> checked<payment_terms> {
  const auto names = check_names(with, {"amount", "currency", "capture_method", "confirm", "payment_method",
                                        "payment_method_types", "automatic_payment_methods", "metadata", "description",
                                        "error_on_requires_action", "off_session", "confirmation_method", "return_url",
                                        "receipt_email", "expand", "statement_descriptor_suffix"});
  const auto amount = amount_in(with, "amount");
  auto capture = word_in(with, "capture_method", {"automatic_async", "automatic", "manual"}, "automatic_async");
  const auto confirm = flag_in(with, "confirm");
  auto about = metadata_in(with);
  auto currency = with.get("currency").value_or("");
  const std::array<const reply*, 5> faults{names ? nullptr : &names.error(), amount ? nullptr : &amount.error(),
                                           capture ? nullptr : &capture.error(), confirm ? nullptr : &confirm.error(),
                                           about ? nullptr : &about.error()};
  for (const auto* wrong : faults) {
    if (wrong != nullptr) {
      return tl::unexpected{*wrong};
    }
  }
  if (!*amount) {
    return tl::unexpected{bad_parameter("parameter_missing", "Missing required param: amount.", "amount")};
  }
  if (currency.empty()) {
    return tl::unexpected{bad_parameter("parameter_missing", "Missing required param: currency.", "currency")};
  }
  std::ranges::transform(currency, currency.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!is_currency(currency)) {
    return tl::unexpected{bad_parameter("", "Invalid currency: " + currency, "currency")};
  }
  if (**amount < least_amount(currency)) {
    return tl::unexpected{bad_parameter("amount_too_small",
                                        "Amount must be at least " + std::to_string(least_amount(currency)), "amount")};
  }
  return payment_terms{**amount, std::move(currency), std::move(*capture), *confirm, std::move(*about)};
}

} // namespace holdfast::gateway
