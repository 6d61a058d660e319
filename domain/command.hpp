#pragma once

#include "domain/event_config.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::domain {

/// Who asks. Organisers and box offices act for their organisation, buyers for themselves; `system` is Holdfast's own work (expiry).
struct caller {
  enum class kind : std::uint8_t { system = 0, buyer = 1, box_office = 2, organiser = 3 };
  kind as = kind::system;
  subject_id subject;           ///< buyer: the subject; others: zero
  organisation_id organisation; ///< box office and organiser: whose key it is
  key_id key;                   ///< box office and organiser: which key
};

/// Who owns a hold or an order: a buyer's subject, or an organisation's box office.
struct owner {
  subject_id subject;           ///< zero for a box office
  organisation_id organisation; ///< zero for a buyer
  friend constexpr auto operator<=>(const owner&, const owner&) noexcept = default;
};

struct area_quantity {
  area_index area = 0;
  std::uint32_t quantity = 0;
  friend auto operator==(const area_quantity&, const area_quantity&) -> bool = default;
};

/// "Choose for me". Deterministic: the algorithm is documented at `choose_best` in seat_choice.hpp.
struct best_available {
  std::uint32_t quantity = 0;          ///< 1 … limits::best_available_quantity_max
  std::vector<tier_index> tiers;       ///< empty: any
  std::vector<std::uint32_t> sections; ///< indices into layout.spec().sections; empty: any
  std::uint32_t accessible = 0;        ///< how many of them are accessible seats
  bool adjacent = true;                ///< false: together if possible, else the best apart
};

struct create_event {
  event_id event;
  organisation_id organisation;
  event_config config;
  std::shared_ptr<const layout> seats;
};
struct amend_event {
  std::optional<std::uint64_t> expected_version; ///< If-Match
  event_amendment changes;
};
struct replace_layout {
  std::optional<std::uint64_t> expected_version;
  std::shared_ptr<const layout> seats;
};
struct publish_event {
  std::optional<std::uint64_t> expected_version;
};
struct pause_event {
  std::optional<std::uint64_t> expected_version;
};
struct resume_event {
  std::optional<std::uint64_t> expected_version;
};
struct close_event {
  std::optional<std::uint64_t> expected_version;
};
/// Refused while anything is sold: money must go back first.
struct cancel_event {
  std::optional<std::uint64_t> expected_version;
};

/// Exactly one of seats, best, areas; seats in the order given, without repeats (shape checked at the edge, and again here).
struct hold_seats {
  std::vector<seat_index> seats;
  std::optional<best_available> best;
  std::vector<area_quantity> areas;
  /// Seats and standing places asked for.
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
};
struct extend_hold {
  hold_number hold;
};
struct release_hold {
  hold_number hold;
};

struct payment_record {
  enum class method : std::uint8_t { cash = 1, card_terminal = 2, complimentary = 3 };
  method by = method::cash;
  std::string reference; ///< at most 64 of [A-Za-z0-9 ._-]; may be empty
  std::string reason;    ///< the same; required for complimentary
  friend auto operator==(const payment_record&, const payment_record&) -> bool = default;
};
struct confirm_hold {
  hold_number hold;
  std::optional<payment_record>
      payment; ///< absent: by card through a gateway, which is refused while none is configured
};
/// Ends the holds that are past their deadline (hold_expired), or all of a cancelled event's (hold_released, whatever their deadline),
/// at most limits::facts_per_command_max at once, by (deadline, number).
struct end_due_holds {};

using command_body =
    std::variant<create_event, amend_event, replace_layout, publish_event, pause_event, resume_event, close_event,
                 cancel_event, hold_seats, extend_hold, release_hold, confirm_hold, end_due_holds>;

/// Asks one event for something.
struct command {
  caller by;
  command_id id; ///< zero: not remembered
  command_body body;
  /// Only asks whether it would be carried out: refused as it would be, or no facts.
  bool rehearsal = false;
};

} // namespace holdfast::domain
