#include "http/door/captcha.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace holdfast::http::door {

namespace {

void append_form_value(std::string& out, std::string_view value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char each : value) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9') || each == '-' || each == '_' || each == '.' || each == '*';
    if (is_plain) {
      out.push_back(each);
      continue;
    }
    const auto byte = static_cast<unsigned char>(each);
    out.push_back('%');
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
}

/// Faults of the question, or of the provider: the client has nothing to do with them.
constexpr std::array<std::string_view, 7> not_the_clients{
    "missing-input-secret",    "invalid-input-secret",     "bad-request",     "internal-error",
    "sitekey-secret-mismatch", "not-using-dummy-passcode", "invalid-remoteip"};

} // namespace

auto captcha_form(std::string_view secret, std::string_view response, std::string_view address) -> std::string {
  std::string out = "secret=";
  append_form_value(out, secret);
  out.append("&response=");
  append_form_value(out, response);
  out.append("&remoteip=");
  append_form_value(out, address);
  return out;
}

auto read_captcha(long status, std::string_view body) -> captcha_outcome {
  constexpr long ok = 200;
  const auto said = status == ok ? nlohmann::json::parse(body, nullptr, false) : nlohmann::json{};
  if (!said.is_object()) {
    return captcha_outcome::unavailable;
  }
  const auto success = said.find("success");
  if (success == said.end() || !success->is_boolean()) {
    return captcha_outcome::unavailable;
  }
  if (success->get<bool>()) {
    return captcha_outcome::passed;
  }
  const auto codes = said.find("error-codes");
  const bool is_ours =
      codes != said.end() && codes->is_array() && std::ranges::any_of(*codes, [](const auto& each) {
        return each.is_string() &&
               std::ranges::find(not_the_clients, each.template get_ref<const std::string&>()) != not_the_clients.end();
      });
  return is_ours ? captcha_outcome::unavailable : captcha_outcome::failed;
}

} // namespace holdfast::http::door
