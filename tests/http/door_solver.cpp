#include "tests/http/door_solver.hpp"

#include "domain/queue/sha256.hpp"
#include "notifications/encoding.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string_view>

namespace holdfast::http::test {

namespace {

auto hex_sha256(const std::string& text) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto byte : domain::queue::sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})) {
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

auto document_of(const std::string& text) -> nlohmann::json {
  return nlohmann::json::parse(text.starts_with('{') ? text : notifications::from_base64(text).value());
}

} // namespace

auto solve(const std::string& challenge_json) -> std::string {
  auto asked = nlohmann::json::parse(challenge_json);
  const auto salt = asked.at("salt").get<std::string>();
  const auto most = asked.at("maxnumber").get<std::uint64_t>();
  for (std::uint64_t number = 0; number <= most; ++number) {
    if (hex_sha256(salt + std::to_string(number)) == asked.at("challenge").get<std::string>()) {
      asked.erase("maxnumber");
      asked["number"] = number;
      asked["took"] = 7; // as widgets say
      return notifications::base64(asked.dump());
    }
  }
  throw std::runtime_error{"the challenge has no solution"};
}

auto with_field(const std::string& payload, const std::string& name, const std::string& json) -> std::string {
  auto document = document_of(payload);
  document[name] = nlohmann::json::parse(json);
  return notifications::base64(document.dump());
}

auto field_of(const std::string& payload_or_challenge, const std::string& name) -> std::string {
  const auto value = document_of(payload_or_challenge).at(name);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace holdfast::http::test
