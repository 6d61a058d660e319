#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain {

/// Who owns a hold, an order or a ticket: a buyer's subject, or an organisation's box office.
struct owner {
  subject_id subject;           ///< zero for a box office
  organisation_id organisation; ///< zero for a buyer
  friend constexpr auto operator<=>(const owner&, const owner&) noexcept = default;
};

/// One ticket of an order.
struct ticket_number {
  hold_number order;
  std::uint32_t index = 0; ///< seats in the order's sequence, then standing places
  friend constexpr auto operator<=>(const ticket_number&, const ticket_number&) noexcept = default;
};

/// Where a ticket lets its holder in.
struct ticket_place {
  bool standing = false;
  std::uint32_t index = 0; ///< of the seat, or of the area of a standing place
  friend constexpr auto operator<=>(const ticket_place&, const ticket_place&) noexcept = default;
};

/// That a ticket was used at a door.
struct admission {
  instant at;              ///< by the clock of the device that scanned
  std::string gate;        ///< 1 to limits::gate_bytes_max bytes
  std::uint64_t nonce = 0; ///< names the scan; never zero
  bool undone = false;     ///< taken back: the ticket may be used again, but not by the same scan
  friend auto operator==(const admission&, const admission&) -> bool = default;
};

/// What became of a ticket since its order was confirmed.
struct ticket {
  ticket_number number;
  std::uint16_t serial = 1; ///< of the code that holds; all before it are revoked
  owner holder;
  std::optional<admission> used;
  /// Nonces of scans that admit nobody with it any more, the oldest first: they were turned away, or undone before the last admission. The newest
  /// limits::closed_scans_max of them; none while nobody has come in with it.
  std::vector<std::uint64_t> closed{};

  [[nodiscard]] auto has_closed(std::uint64_t nonce) const noexcept -> bool {
    return std::find(closed.begin(), closed.end(), nonce) != closed.end();
  }
  [[nodiscard]] auto is_admitted() const noexcept -> bool { return used && !used->undone; }
  friend auto operator==(const ticket&, const ticket&) -> bool = default;
};

} // namespace holdfast::domain
