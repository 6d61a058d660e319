#include "http/token.hpp"

#include "domain/check.hpp"
#include "http/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace holdfast::http {

namespace {

using mac_bytes = keyed_hash::digest;

constexpr std::string_view version_text = "v1";
constexpr std::size_t mac_text_bytes = 43;

/// The MAC's input: the purpose in front of what the client can see.
auto mac_of(const keyed_hash& key, token_purpose purpose, std::string_view signed_text) noexcept -> mac_bytes {
  constexpr std::string_view begins = "holdfast token ";
  std::array<char, begins.size() + 2> front{};
  std::copy(begins.begin(), begins.end(), front.begin());
  front[begins.size()] = static_cast<char>('0' + static_cast<int>(purpose));
  return key({front.data(), front.size()}, signed_text);
}

template <class Integer>
void put(std::uint8_t*& at, Integer value) noexcept {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8) {
    *at++ = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> shift);
  }
}

template <class Integer>
auto get(const std::uint8_t*& at) noexcept -> Integer {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value = (value << 8U) | *at++;
  }
  return static_cast<Integer>(value);
}

auto subject_of(const mac_bytes& bytes) noexcept -> domain::subject_id {
  const std::uint8_t* at = bytes.data();
  domain::subject_id out;
  out.high = get<std::uint64_t>(at);
  out.low = get<std::uint64_t>(at);
  return out;
}

} // namespace

key_ring::key_ring(std::vector<signing_key> newest_first) : keys_{std::move(newest_first)} {
  HF_CHECK(!keys_.empty(), "a key ring holds at least one key");
  hashes_.reserve(keys_.size());
  for (const signing_key& key : keys_) {
    hashes_.emplace_back(key.secret);
  }
}

auto key_ring::sign(token_purpose purpose, std::span<const std::uint8_t> payload) const -> std::string {
  std::string token{version_text};
  token.append(".").append(keys_.front().id).append(".");
  append_base64url(token, payload);
  const mac_bytes mac = mac_of(hashes_.front(), purpose, token);
  token.push_back('.');
  append_base64url(token, mac);
  return token;
}

auto key_ring::verify(token_purpose purpose, std::string_view token) const noexcept -> std::optional<token_payload> {
  const std::size_t last = token.rfind('.');
  if (token.size() > token_bytes_max || last == std::string_view::npos || token.size() - last - 1 != mac_text_bytes) {
    return std::nullopt;
  }
  const std::string_view signed_text = token.substr(0, last);
  const std::size_t first = signed_text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : signed_text.find('.', first + 1);
  if (second == std::string_view::npos || signed_text.substr(0, first) != version_text) {
    return std::nullopt;
  }
  const std::string_view id = signed_text.substr(first + 1, second - first - 1);
  const auto key = std::ranges::find(keys_, id, &signing_key::id);
  mac_bytes mac;
  if (key == keys_.end() || decode_base64url(token.substr(last + 1), mac) != mac.size()) {
    return std::nullopt;
  }
  const mac_bytes wanted = mac_of(hashes_[static_cast<std::size_t>(key - keys_.begin())], purpose, signed_text);
  if (CRYPTO_memcmp(mac.data(), wanted.data(), wanted.size()) != 0) {
    return std::nullopt;
  }
  std::optional<token_payload> payload{std::in_place};
  const auto size = decode_base64url(signed_text.substr(second + 1), payload->room_);
  if (!size) {
    return std::nullopt;
  }
  payload->size_ = *size;
  return payload;
}

auto encode_claims(const session_claims& claims) -> std::array<std::uint8_t, session_claims_bytes> {
  std::array<std::uint8_t, session_claims_bytes> out{};
  std::uint8_t* at = out.data();
  put(at, std::uint8_t{1});
  put(at, static_cast<std::uint8_t>(claims.verified ? 1 : 0));
  put(at, claims.subject.high);
  put(at, claims.subject.low);
  put(at, claims.organisation.value());
  put(at, claims.bands);
  put(at, claims.issued_unix_ms);
  put(at, claims.expires_unix_ms);
  put(at, std::uint8_t{0});
  return out;
}

auto decode_claims(std::span<const std::uint8_t> bytes) -> std::optional<session_claims> {
  if (bytes.size() != session_claims_bytes) {
    return std::nullopt;
  }
  const std::uint8_t* at = bytes.data();
  const auto format = get<std::uint8_t>(at);
  const auto flags = get<std::uint8_t>(at);
  session_claims out;
  out.verified = flags == 1;
  out.subject.high = get<std::uint64_t>(at);
  out.subject.low = get<std::uint64_t>(at);
  out.organisation = domain::organisation_id{get<std::uint64_t>(at)};
  out.bands = get<std::uint32_t>(at);
  out.issued_unix_ms = get<std::int64_t>(at);
  out.expires_unix_ms = get<std::int64_t>(at);
  const auto reserved = get<std::uint8_t>(at);
  if (format != 1 || flags > 1 || reserved != 0 || out.subject == domain::subject_id{}) {
    return std::nullopt;
  }
  return out;
}

auto derive_subject(const std::array<std::uint8_t, 32>& key, domain::organisation_id organisation,
                    std::string_view name) -> domain::subject_id {
  std::string input = "holdfast subject ";
  input.append(std::to_string(organisation.value())).push_back('\0');
  input.append(name);
  return subject_of(keyed_hash{key}(input));
}

auto random_subject() -> domain::subject_id {
  mac_bytes bytes{};
  HF_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "the operating system gives random numbers");
  return subject_of(bytes);
}

} // namespace holdfast::http
