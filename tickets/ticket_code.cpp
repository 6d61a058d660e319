#include "tickets/ticket_code.hpp"

#include "domain/check.hpp"
#include "tickets/base32.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace holdfast::tickets {

namespace {

/// In front of what is signed and not in the code, so that no signature for another purpose passes for a ticket's.
constexpr std::string_view purpose = "holdfast ticket\n";
constexpr std::uint8_t format_version = 1;
constexpr std::size_t payload_bytes = 20;
constexpr std::size_t signature_bytes = 64;
static_assert(payload_bytes + signature_bytes == code_bytes);
static_assert(base32_letters(code_bytes) == code_letters);

constexpr std::size_t key_at = 1;
constexpr std::size_t event_at = 2;
constexpr std::size_t number_at = 10;
constexpr std::size_t serial_at = 18;

/// Public ids have 64 bits as 13 digits of base32 in small letters.
constexpr std::string_view id_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view ticket_prefix = "tkt_";
constexpr std::size_t digits_of_64_bits = 13;

using payload = std::array<std::uint8_t, payload_bytes>;

template <class Integer>
void put(payload& to, std::size_t at, Integer value) noexcept {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    to[at + i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(Integer) - 1 - i)));
  }
}

template <class Integer>
auto get(std::span<const std::uint8_t> from, std::size_t at) noexcept -> Integer {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value = (value << 8U) | from[at + i];
  }
  return static_cast<Integer>(value);
}

/// 13 digits of a public id, which are known to be well-formed.
auto from_digits(std::string_view digits) noexcept -> std::uint64_t {
  std::uint64_t value = 0;
  for (const char digit : digits) {
    value = (value << 5U) | id_alphabet.find(digit);
  }
  return value;
}

void append_digits(std::string& to, std::uint64_t value) {
  for (std::size_t i = digits_of_64_bits; i-- > 0;) {
    to.push_back(id_alphabet[(value >> (5 * i)) & 31U]);
  }
}

auto signed_text(std::span<const std::uint8_t> what) -> std::string {
  std::string text{purpose};
  text.append(reinterpret_cast<const char*>(what.data()), what.size());
  return text;
}

auto bytes_of(const std::string& text) noexcept -> const unsigned char* {
  return reinterpret_cast<const unsigned char*>(text.data());
}

struct context_deleter {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using context = std::unique_ptr<EVP_MD_CTX, context_deleter>;

auto owned(EVP_PKEY* key) -> std::shared_ptr<void> {
  return {key, [](void* each) { EVP_PKEY_free(static_cast<EVP_PKEY*>(each)); }};
}

auto evp(const std::shared_ptr<void>& key) noexcept -> EVP_PKEY* {
  return static_cast<EVP_PKEY*>(key.get());
}

auto private_key(const ticket_key& from) -> std::shared_ptr<void> {
  auto key = owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, from.seed.data(), from.seed.size()));
  HF_CHECK(key != nullptr, "OpenSSL has Ed25519");
  return key;
}

auto public_half(const ticket_key& from) -> ticket_public_key {
  ticket_public_key out{.id = from.id, .point = {}};
  std::size_t size = out.point.size();
  HF_CHECK(EVP_PKEY_get_raw_public_key(evp(private_key(from)), out.point.data(), &size) == 1 &&
               size == public_key_bytes,
           "every seed is a key of Ed25519");
  return out;
}

} // namespace

ticket_signer::ticket_signer(std::span<const ticket_key> newest_first, domain::public_ids ids) : ids_{ids} {
  HF_CHECK(!newest_first.empty() && newest_first.size() <= ticket_keys_max, "a signer has one to eight keys");
  key_ = private_key(newest_first.front());
  for (const ticket_key& each : newest_first) {
    HF_CHECK(each.id != 0 && std::ranges::find(public_keys_, each.id, &ticket_public_key::id) == public_keys_.end(),
             "keys of tickets have different ids");
    public_keys_.push_back(public_half(each));
  }
}

auto ticket_signer::code_of(const domain::public_ids::ticket_ref& ticket, std::uint16_t serial) const -> std::string {
  HF_CHECK(serial != 0, "serials start at 1");
  std::string id;
  ids_.append_ticket(id, ticket.event, ticket.order, ticket.index);
  const auto number = std::string_view{id}.substr(ticket_prefix.size() + digits_of_64_bits);

  payload what{};
  what[0] = format_version;
  what[key_at] = public_keys_.front().id;
  put(what, event_at, ticket.event.value());
  put(what, number_at, from_digits(number));
  put(what, serial_at, serial);

  std::array<std::uint8_t, code_bytes> bytes{};
  std::ranges::copy(what, bytes.begin());
  const auto text = signed_text(what);
  const context signing{EVP_MD_CTX_new()};
  std::size_t size = signature_bytes;
  HF_CHECK(EVP_DigestSignInit(signing.get(), nullptr, nullptr, nullptr, evp(key_)) == 1 &&
               EVP_DigestSign(signing.get(), bytes.data() + payload_bytes, &size, bytes_of(text), text.size()) == 1 &&
               size == signature_bytes,
           "Ed25519 signs whatever it is given");
  std::string code;
  code.reserve(code_letters);
  append_base32(code, bytes);
  return code;
}

auto name_of(code_fault fault) noexcept -> std::string_view {
  switch (fault) {
  case code_fault::malformed: return "malformed";
  case code_fault::wrong_version: return "wrong_version";
  case code_fault::unknown_key: return "unknown_key";
  case code_fault::forged: return "forged";
  }
  return {};
}

ticket_verifier::ticket_verifier(std::span<const ticket_public_key> keys) {
  for (const ticket_public_key& each : keys) {
    HF_CHECK(std::ranges::find(keys_, each.id, &known_key::id) == keys_.end(), "keys of tickets have different ids");
    keys_.push_back(
        {each.id, owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, each.point.data(), each.point.size()))});
  }
}

auto ticket_verifier::verify(std::string_view code) const -> tl::expected<verified_code, code_fault> {
  // Before anything is allocated for it: whoever sends a code chooses its length.
  if (code.size() != code_letters) {
    return tl::unexpected{code_fault::malformed};
  }
  const auto decoded = decode_base32(code);
  if (!decoded) {
    return tl::unexpected{code_fault::malformed};
  }
  const std::span<const std::uint8_t> bytes{*decoded};
  if (bytes[0] != format_version) {
    return tl::unexpected{code_fault::wrong_version};
  }
  const auto known = std::ranges::find(keys_, bytes[key_at], &known_key::id);
  if (known == keys_.end()) {
    return tl::unexpected{code_fault::unknown_key};
  }
  const auto text = signed_text(bytes.first(payload_bytes));
  const context verifying{EVP_MD_CTX_new()};
  if (known->key == nullptr || EVP_DigestVerifyInit(verifying.get(), nullptr, nullptr, nullptr, evp(known->key)) != 1 ||
      EVP_DigestVerify(verifying.get(), bytes.data() + payload_bytes, signature_bytes, bytes_of(text), text.size()) !=
          1) {
    return tl::unexpected{code_fault::forged};
  }
  verified_code out{.ticket_id = std::string{ticket_prefix},
                    .event = domain::event_id{get<std::uint64_t>(bytes, event_at)},
                    .serial = get<std::uint16_t>(bytes, serial_at),
                    .key = bytes[key_at]};
  append_digits(out.ticket_id, out.event.value());
  append_digits(out.ticket_id, get<std::uint64_t>(bytes, number_at));
  return out;
}

} // namespace holdfast::tickets
