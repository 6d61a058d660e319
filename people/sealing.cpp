#include "people/sealing.hpp"

#include "domain/check.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

namespace holdfast::people {

namespace {

constexpr int nonce_bytes = 12;
constexpr int tag_bytes = 16;

struct cipher_deleter {
  void operator()(EVP_CIPHER_CTX* of) const noexcept { EVP_CIPHER_CTX_free(of); }
};

using cipher = std::unique_ptr<EVP_CIPHER_CTX, cipher_deleter>;

auto bytes_of(std::string_view text) -> const unsigned char* {
  return reinterpret_cast<const unsigned char*>(text.data());
}

auto bytes_of(std::string& text) -> unsigned char* {
  return reinterpret_cast<unsigned char*>(text.data());
}

void fill_random(unsigned char* to, int size) {
  HF_CHECK(RAND_bytes(to, size) == 1, "the operating system gives random numbers");
}

} // namespace

auto random_key() -> sealing_key {
  sealing_key made{};
  fill_random(made.data(), static_cast<int>(made.size()));
  return made;
}

auto seal(const sealing_key& key, std::string_view bound_to, std::string_view text) -> std::string {
  std::string out(nonce_bytes + text.size() + tag_bytes, '\0');
  fill_random(bytes_of(out), nonce_bytes);
  const cipher with{EVP_CIPHER_CTX_new()};
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(out)) == 1 &&
      EVP_EncryptUpdate(with.get(), nullptr, &written, bytes_of(bound_to), static_cast<int>(bound_to.size())) == 1 &&
      EVP_EncryptUpdate(with.get(), bytes_of(out) + nonce_bytes, &written, bytes_of(text),
                        static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(with.get(), bytes_of(out) + nonce_bytes + text.size(), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, bytes_of(out) + nonce_bytes + text.size()) == 1;
  HF_CHECK(done, "AES-256-GCM seals");
  return out;
}

auto unseal(const sealing_key& key, std::string_view bound_to, std::string_view sealed) -> std::optional<std::string> {
  if (sealed.size() < nonce_bytes + tag_bytes) {
    return std::nullopt;
  }
  const auto size = sealed.size() - nonce_bytes - tag_bytes;
  std::string tag{sealed.substr(nonce_bytes + size)};
  std::string out(size, '\0');
  const cipher with{EVP_CIPHER_CTX_new()};
  int written = 0;
  const bool sound =
      EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(sealed)) == 1 &&
      EVP_DecryptUpdate(with.get(), nullptr, &written, bytes_of(bound_to), static_cast<int>(bound_to.size())) == 1 &&
      EVP_DecryptUpdate(with.get(), bytes_of(out), &written, bytes_of(sealed) + nonce_bytes, static_cast<int>(size)) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, bytes_of(tag)) == 1 &&
      EVP_DecryptFinal_ex(with.get(), bytes_of(out) + size, &written) == 1;
  return sound ? std::optional{std::move(out)} : std::nullopt;
}

} // namespace holdfast::people
