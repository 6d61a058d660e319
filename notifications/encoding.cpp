#include "notifications/encoding.hpp"

#include "domain/check.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

namespace holdfast::notifications {

namespace {

auto bytes_of(std::string_view text) -> const unsigned char* {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

auto base64(std::string_view bytes) -> std::string {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

auto from_base64(std::string_view text) -> std::optional<std::string> {
  std::string out(text.size() / 4 * 3 + 1, '\0');
  const int size = text.size() % 4 == 0 ? EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                                                          static_cast<int>(text.size()))
                                        : -1;
  if (size < 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return base64(out) == text ? std::optional{std::move(out)} : std::nullopt;
}

auto hmac_sha256(std::string_view key, std::string_view text) -> std::string {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HF_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), mac.data(),
                &size) != nullptr,
           "HMAC-SHA256 is there");
  return {reinterpret_cast<const char*>(mac.data()), size};
}

auto random_bytes(std::size_t count) -> std::string {
  std::string out(count, '\0');
  HF_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1,
           "the operating system gives random numbers");
  return out;
}

} // namespace holdfast::notifications
