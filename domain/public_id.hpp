#pragma once

#include "domain/strong_id.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::domain {

/// The ids that people see: a prefix and Crockford base32 in lower case, fixed length, one spelling each.
/// A hold, order or ticket id carries its event, so that it finds its actor without a table, and a keyed permutation of its number,
/// so that it tells nothing about sales and cannot be guessed. Immutable, thread-safe; text is appended without allocating beyond it.
///
/// The permutation is a balanced Feistel network of four rounds over 64 bits (Luby, Rackoff, 1988) whose round function is SipHash-2-4
/// (Aumasson, Bernstein, 2012) of the half block, the round, the kind of id and the event.
class public_ids {
 public:
  using key = std::array<std::uint64_t, 2>;
  /// `secret` stays the same for a data directory's life: another one makes every id given out unknown.
  explicit constexpr public_ids(key secret) noexcept : secret_{secret} {}

  struct hold_ref {
    event_id event;
    hold_number hold;
    friend auto operator==(const hold_ref&, const hold_ref&) -> bool = default;
  };
  struct ticket_ref {
    event_id event;
    hold_number order;
    std::uint32_t index = 0; ///< seats in the order's sequence, then standing places
    friend auto operator==(const ticket_ref&, const ticket_ref&) -> bool = default;
  };

  // Plain: `evt_`, `ven_`, `org_`, `key_`, and `byr_` with 128 bits.
  static void append(std::string& to, event_id id);
  static void append(std::string& to, venue_id id);
  static void append(std::string& to, organisation_id id);
  static void append(std::string& to, key_id id);
  static void append(std::string& to, const subject_id& id);
  void append_hold(std::string& to, event_id event, hold_number hold) const;                         ///< `hld_`
  void append_order(std::string& to, event_id event, hold_number order) const;                       ///< `ord_`
  void append_ticket(std::string& to, event_id event, hold_number order, std::uint32_t index) const; ///< `tkt_`

  /// Nothing for a wrong prefix, length, letter or case, for zero, and for what this key never made.
  [[nodiscard]] static auto parse_event(std::string_view text) noexcept -> std::optional<event_id>;
  [[nodiscard]] static auto parse_venue(std::string_view text) noexcept -> std::optional<venue_id>;
  [[nodiscard]] static auto parse_organisation(std::string_view text) noexcept -> std::optional<organisation_id>;
  [[nodiscard]] static auto parse_key(std::string_view text) noexcept -> std::optional<key_id>;
  [[nodiscard]] static auto parse_subject(std::string_view text) noexcept -> std::optional<subject_id>;
  [[nodiscard]] auto parse_hold(std::string_view text) const noexcept -> std::optional<hold_ref>;
  [[nodiscard]] auto parse_order(std::string_view text) const noexcept -> std::optional<hold_ref>;
  [[nodiscard]] auto parse_ticket(std::string_view text) const noexcept -> std::optional<ticket_ref>;

 private:
  key secret_;
};

/// SipHash-2-4 of one or more 64-bit words; for keyed ids.
[[nodiscard]] auto siphash(const public_ids::key& key, std::uint64_t first, std::uint64_t second) noexcept
    -> std::uint64_t;

} // namespace holdfast::domain
