#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::people {

/// A key of AES-256.
using sealing_key = std::array<std::uint8_t, 32>;

/// 32 bytes of the operating system's randomness.
[[nodiscard]] auto random_key() -> sealing_key;

/// `text` under AES-256-GCM: nonce (12, random), ciphertext, tag (16). `bound_to` says where it belongs and is not part of it: what is moved to another
/// place does not open there. A key seals at most 2^32 texts (NIST SP 800-38D, 8.3): a person's seals a handful. Thread-safe.
[[nodiscard]] auto seal(const sealing_key& key, std::string_view bound_to, std::string_view text) -> std::string;
/// The text, if it was sealed with this key for this place and is as it was; nothing otherwise. Thread-safe.
[[nodiscard]] auto unseal(const sealing_key& key, std::string_view bound_to, std::string_view sealed)
    -> std::optional<std::string>;

} // namespace holdfast::people
