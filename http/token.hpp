#pragma once

#include "http/failure.hpp"
#include "http/keyed_hash.hpp"
#include "http/principal.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Tokens that this server issues and recognises by itself: `v1.<kid>.<payload>.<mac>`, HMAC-SHA256 over the purpose and the
/// text before the last dot. There is no algorithm field to be talked into another one. HMAC because it is on the hot path:
/// half a microsecond against 151 for an Ed25519 verification.
namespace holdfast::http {

/// What a token is for. Part of the MAC's input and not of the token: a token of one purpose never passes for another.
enum class token_purpose : std::uint8_t {
  session = 1,
  admission = 2,
  queue_ticket = 3,
  ticket_claim = 4,
  order_link = 5
};

/// A signing key. `id` is the `kid` in tokens: 1 to 8 digits.
struct signing_key {
  std::string id;
  std::array<std::uint8_t, 32> secret{};
};

/// Letters of the longest token.
inline constexpr std::size_t token_bytes_max = 512;

/// What a token says, as it was signed. Its bytes lie in the object.
class token_payload {
 public:
  [[nodiscard]] auto data() const noexcept -> const std::uint8_t* { return room_.data(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto begin() const noexcept -> const std::uint8_t* { return data(); }
  [[nodiscard]] auto end() const noexcept -> const std::uint8_t* { return data() + size_; }

  // Not cleared first: only what was decoded into it is ever read.
  token_payload() noexcept : size_{0} {}

 private:
  friend class key_ring;
  std::array<std::uint8_t, token_bytes_max / 4 * 3> room_;
  std::size_t size_;
};

/// The live keys: the newest signs, all of them verify. Immutable; share freely between threads.
class key_ring {
 public:
  /// Newest first; at least one.
  explicit key_ring(std::vector<signing_key> newest_first);

  /// Reads `token-<n>.key` files of `folder` (32 bytes each) and keeps the two with the highest numbers. Creates the folder
  /// (0700) and a first key (0600) when there is none; a file that others may read is an error.
  [[nodiscard]] static auto load(const std::filesystem::path& folder) -> tl::expected<key_ring, failure>;

  /// A token over `payload`.
  [[nodiscard]] auto sign(token_purpose purpose, std::span<const std::uint8_t> payload) const -> std::string;
  /// The payload of a token of this purpose by one of the live keys; nothing for anything else. Constant-time in the MAC.
  [[nodiscard]] auto verify(token_purpose purpose, std::string_view token) const noexcept
      -> std::optional<token_payload>;

  [[nodiscard]] auto keys() const noexcept -> std::span<const signing_key> { return keys_; }

 private:
  std::vector<signing_key> keys_;
  std::vector<keyed_hash> hashes_; ///< of the keys, in their order
};

/// The content of a session token: 47 bytes on the wire, big-endian: format (1), flags (bit 0: verified), subject (16),
/// organisation (8), bands (4), issued and expires (8 each, milliseconds since 1970), and one reserved byte that is zero.
struct session_claims {
  domain::subject_id subject;
  domain::organisation_id organisation;
  bool verified = false;
  std::uint32_t bands = 0;
  std::int64_t issued_unix_ms = 0;
  std::int64_t expires_unix_ms = 0;

  friend auto operator==(const session_claims&, const session_claims&) noexcept -> bool = default;
};

inline constexpr std::size_t session_claims_bytes = 47;

[[nodiscard]] auto encode_claims(const session_claims& claims) -> std::array<std::uint8_t, session_claims_bytes>;
/// Nothing for another length, format, unknown flags or a zero subject.
[[nodiscard]] auto decode_claims(std::span<const std::uint8_t> bytes) -> std::optional<session_claims>;

/// The key from which subjects of people known by name are derived: `subject.key` in `folder`, created when absent. Never
/// rotated: another key would make everybody a new person.
[[nodiscard]] auto load_subject_key(const std::filesystem::path& folder)
    -> tl::expected<std::array<std::uint8_t, 32>, failure>;

/// The subject of a person whom an organisation calls `name`: a keyed hash, so that it tells nothing about the name.
[[nodiscard]] auto derive_subject(const std::array<std::uint8_t, 32>& key, domain::organisation_id organisation,
                                  std::string_view name) -> domain::subject_id;
/// A new anonymous subject, from the operating system's randomness.
[[nodiscard]] auto random_subject() -> domain::subject_id;

} // namespace holdfast::http
