#include "http/door/altcha.hpp"

#include "domain/check.hpp"
#include "http/json_writer.hpp"
#include "notifications/encoding.hpp"

#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace holdfast::http::door {

namespace {

constexpr std::string_view algorithm_name = "SHA-256";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t binding_bytes = 16;
constexpr std::string_view expires_name = "?expires=";
constexpr std::string_view binding_name = "&for=";
/// A payload of ours has some 400 characters; a client may add how long it took.
constexpr std::size_t payload_bytes_max = 2'048;

auto hex(std::string_view bytes) -> std::string {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    out.push_back(hex_digits[byte >> 4U]);
    out.push_back(hex_digits[byte & 15U]);
  }
  return out;
}

auto is_hex(std::string_view text) -> bool {
  return text.find_first_not_of(hex_digits) == std::string_view::npos;
}

auto sha256_hex(std::string_view text) -> std::string {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  HF_CHECK(SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data()) != nullptr,
           "SHA-256 is available");
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

auto are_equal(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void append_word(std::string& out, std::uint64_t word) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(word >> static_cast<unsigned>(shift)));
  }
}

/// Keyed, so that the salt tells nothing about the buyer or the address.
auto binding_of(const std::string& key, const challenged& of) -> std::string {
  std::string input = "holdfast door for ";
  append_word(input, of.event.value());
  append_word(input, of.whom.high);
  append_word(input, of.whom.low);
  return hex(notifications::hmac_sha256(key, input).substr(0, binding_bytes));
}

/// A number that nobody can guess, any of 0 to `most` alike: those above the last whole multiple are drawn again.
auto secret_number(std::uint32_t most) -> std::uint32_t {
  const std::uint64_t choices = std::uint64_t{most} + 1;
  const std::uint64_t fair = (std::uint64_t{1} << 32U) / choices * choices;
  while (true) {
    std::uint64_t drawn = 0;
    for (const char each : notifications::random_bytes(4)) {
      drawn = drawn << 8U | static_cast<unsigned char>(each);
    }
    if (drawn < fair) {
      return static_cast<std::uint32_t>(drawn % choices);
    }
  }
}

/// What a salt of ours says.
struct salt_parts {
  std::int64_t expires_s = 0;
  std::string_view binding;
};

auto read_salt(std::string_view salt) -> std::optional<salt_parts> {
  constexpr std::size_t tail = binding_name.size() + binding_bytes * 2 + 1;
  constexpr std::size_t head = nonce_bytes * 2 + expires_name.size();
  if (salt.size() <= head + tail || !is_hex(salt.substr(0, nonce_bytes * 2)) ||
      salt.substr(nonce_bytes * 2, expires_name.size()) != expires_name || salt.back() != '&') {
    return std::nullopt;
  }
  const auto digits = salt.substr(head, salt.size() - head - tail);
  const auto rest = salt.substr(salt.size() - tail);
  salt_parts out;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.expires_s);
  if (error != std::errc{} || end != digits.data() + digits.size() || out.expires_s < 0 ||
      !rest.starts_with(binding_name)) {
    return std::nullopt;
  }
  out.binding = rest.substr(binding_name.size(), binding_bytes * 2);
  return is_hex(out.binding) ? std::optional{out} : std::nullopt;
}

/// A payload's fields, as far as they are of the right kind.
struct payload_parts {
  std::string challenge;
  std::string salt;
  std::string signature;
  std::uint64_t number = 0;
};

auto read_payload(std::string_view text) -> std::optional<payload_parts> {
  const auto bytes = text.size() <= payload_bytes_max ? notifications::from_base64(text) : std::nullopt;
  const auto said = nlohmann::json::parse(bytes.value_or(""), nullptr, false);
  if (!said.is_object()) {
    return std::nullopt;
  }
  const auto word = [&said](const char* name) {
    const auto found = said.find(name);
    return found != said.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const auto number = said.find("number");
  if (word("algorithm") != algorithm_name || number == said.end() || !number->is_number_unsigned()) {
    return std::nullopt;
  }
  return payload_parts{word("challenge"), word("salt"), word("signature"), number->get<std::uint64_t>()};
}

} // namespace

altcha::altcha(const key_ring& tokens) {
  for (const auto& each : tokens.keys()) {
    keys_.push_back(key_text(each));
  }
}

auto altcha::key_text(const signing_key& of) -> std::string {
  const std::string_view secret{reinterpret_cast<const char*>(of.secret.data()), of.secret.size()};
  return hex(notifications::hmac_sha256(secret, "holdfast door challenge"));
}

auto altcha::issue(const challenged& of, std::uint32_t maxnumber, std::int64_t expires_s) const -> std::string {
  const auto& key = keys_.front();
  std::string salt = hex(notifications::random_bytes(nonce_bytes));
  salt.append(expires_name).append(std::to_string(expires_s));
  salt.append(binding_name).append(binding_of(key, of)).push_back('&');
  const auto challenge = sha256_hex(salt + std::to_string(secret_number(maxnumber)));
  std::string out;
  json_writer{out}
      .begin_object()
      .member("algorithm", algorithm_name)
      .member("challenge", challenge)
      .member("maxnumber", maxnumber)
      .member("salt", salt)
      .member("signature", hex(notifications::hmac_sha256(key, challenge)))
      .end_object();
  return out;
}

auto altcha::check(std::string_view payload, const challenged& of, domain::instant now) const
    -> tl::expected<door_key, proof_fault> {
  const auto said = read_payload(payload);
  if (!said) {
    return tl::unexpected{proof_fault::malformed};
  }
  const auto salt = read_salt(said->salt);
  if (!salt || sha256_hex(said->salt + std::to_string(said->number)) != said->challenge) {
    return tl::unexpected{proof_fault::altered};
  }
  const auto key = std::ranges::find_if(keys_, [&said](const std::string& each) {
    return are_equal(hex(notifications::hmac_sha256(each, said->challenge)), said->signature);
  });
  if (key == keys_.end() || !are_equal(binding_of(*key, of), salt->binding)) {
    return tl::unexpected{proof_fault::altered};
  }
  constexpr std::int64_t second_ms = 1'000;
  if (now.unix_ms > salt->expires_s * second_ms) {
    return tl::unexpected{proof_fault::expired};
  }
  // The MAC's first digits: nobody can choose them.
  door_key id;
  std::from_chars(said->signature.data(), said->signature.data() + 16, id.high, 16);
  std::from_chars(said->signature.data() + 16, said->signature.data() + 32, id.low, 16);
  return id;
}

} // namespace holdfast::http::door
