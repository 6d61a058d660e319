#pragma once

#include "domain/public_id.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The code on a ticket: what a scanner reads at the door, and can check without a network. docs/tickets.md has the bytes.
///
/// A code is 84 bytes, written as 135 letters of base32: format, key, event, ticket, serial, and an Ed25519 signature (RFC 8032) over all of
/// that. It says nothing about a person, and nothing about sales: the ticket is named by the number in its public id.
/// A code holds for a ticket's current serial only. Every re-issue (transfer, resale) counts the serial up, and the code before is dead from
/// then on: the server knows the current serial, an offline scanner a list of those that changed.
/// Validity in time is not in the code: an event that moves to another day keeps its tickets.
namespace holdfast::tickets {

inline constexpr std::size_t code_bytes = 84;
inline constexpr std::size_t code_letters = 135;
inline constexpr std::size_t public_key_bytes = 32;
/// Keys that may verify at one time. One signs; the others are those of codes that are still around.
inline constexpr std::size_t ticket_keys_max = 8;

/// A signing key: `seed` is Ed25519's private key, 32 secret random bytes. `id` is in every code that it signs: 1 to 255, never used again for
/// another key.
struct ticket_key {
  std::uint8_t id = 0;
  std::array<std::uint8_t, 32> seed{};
};

/// What verifies the codes of one key, and forges none.
struct ticket_public_key {
  std::uint8_t id = 0;
  std::array<std::uint8_t, public_key_bytes> point{};
  friend auto operator==(const ticket_public_key&, const ticket_public_key&) noexcept -> bool = default;
};

/// Makes codes. Immutable and thread-safe; copies share their keys. A code takes some 35 µs: a list of hundreds belongs beside the I/O threads.
class ticket_signer {
 public:
  /// 1 to ticket_keys_max keys with different ids, the first of which signs. `ids` must be those of the interface: codes name tickets as it does.
  ticket_signer(std::span<const ticket_key> newest_first, domain::public_ids ids);

  /// The code of this ticket. The same ticket and serial have the same code for as long as the same key signs. `serial` is 1 for the first,
  /// and one more with every re-issue.
  [[nodiscard]] auto code_of(const domain::public_ids::ticket_ref& ticket, std::uint16_t serial) const -> std::string;

  /// Newest first.
  [[nodiscard]] auto public_keys() const noexcept -> std::span<const ticket_public_key> { return public_keys_; }

 private:
  domain::public_ids ids_;
  std::shared_ptr<void> key_; ///< EVP_PKEY
  std::vector<ticket_public_key> public_keys_;
};

/// What a code says, when a key of ours signed it.
struct verified_code {
  std::string
      ticket_id; ///< "tkt_…", as the interface writes it: domain::public_ids::parse_ticket has its event, order and index
  domain::event_id event;
  std::uint16_t serial = 0;
  std::uint8_t key = 0;
  friend auto operator==(const verified_code&, const verified_code&) -> bool = default;
};

enum class code_fault : std::uint8_t {
  malformed,     ///< no code of a ticket, or a damaged one
  wrong_version, ///< a code of another format: this reader is too old
  unknown_key,   ///< looks like one, but signed by a key that is not among these: fetch the keys anew
  forged         ///< not what the key signed
};

/// "malformed", "wrong_version", "unknown_key", "forged".
[[nodiscard]] auto name_of(code_fault fault) noexcept -> std::string_view;

/// Checks codes by public keys alone. Immutable and thread-safe. Accepts exactly what a signer with one of these keys wrote, letter by letter.
/// It knows no state: that the ticket exists, belongs to this event, has this serial and was not used yet is for its caller. A check takes some
/// 75 µs.
class ticket_verifier {
 public:
  /// At most 255 keys with different ids. A key whose point is none of the curve makes every code of it `forged`.
  explicit ticket_verifier(std::span<const ticket_public_key> keys);

  [[nodiscard]] auto verify(std::string_view code) const -> tl::expected<verified_code, code_fault>;

 private:
  struct known_key {
    std::uint8_t id = 0;
    std::shared_ptr<void> key; ///< EVP_PKEY
  };
  std::vector<known_key> keys_;
};

/// The body of `GET /v1/tickets/keys`: a JWK set (RFC 7517) of Ed25519 keys (RFC 8037), newest first. `kid` is the key's id as digits.
[[nodiscard]] auto keys_json(std::span<const ticket_public_key> keys) -> std::string;

} // namespace holdfast::tickets
