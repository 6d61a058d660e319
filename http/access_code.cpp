#include "http/access_code.hpp"

#include "domain/check.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <string>

namespace holdfast::http {

namespace {

/// Characters of UTF-8: all bytes but those that go on with one.
auto characters_of(std::string_view text) noexcept -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

} // namespace

auto access_code_hasher::operator()(std::string_view code) const -> domain::access_code_hash {
  // The key is used for other things too, each with a beginning of its own.
  std::string text{"holdfast access code"};
  text.push_back('\0');
  for (int shift = 56; shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>(event.value() >> shift));
  }
  text.append(code);
  domain::access_code_hash made{};
  unsigned length = 0;
  HF_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data(), &length) != nullptr,
           "HMAC-SHA256 is available");
  return made;
}

auto read_new_access_code(const json_object& from, const access_code_hasher& hash)
    -> std::optional<domain::access_code_hash> {
  const auto code =
      from.optional_text("access_code", {.bytes_min = 0, .bytes_max = domain::limits::access_code_bytes_max});
  if (!code) {
    return std::nullopt;
  }
  static_assert(domain::limits::access_code_characters_min == 6);
  if (characters_of(*code) < domain::limits::access_code_characters_min) {
    from.fault("access_code", "an access code has at least 6 characters");
  }
  return hash(*code);
}

} // namespace holdfast::http
