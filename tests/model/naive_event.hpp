#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/rejection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::model {

/// What is wrong, for people; nothing when all is well.
using complaint = std::optional<std::string>;

/// The naive twin of `domain::event_state`: maps and linear scans, written from the contracts and from nothing else.
/// It shares the value types of the domain, and none of its decisions.
struct naive_event {
  struct key_entry {
    std::uint32_t request_low = 0;
    std::uint64_t seq = 0;
    domain::instant at;
  };

  std::uint64_t seq = 0;
  domain::instant time;
  domain::event_status status = domain::event_status::absent;
  domain::event_id id;
  domain::organisation_id organisation;
  domain::event_config config;
  std::uint64_t version = 0;
  std::shared_ptr<const domain::layout> seats;
  std::map<domain::seat_index, domain::hold_number> owners; ///< of seats that are held or sold
  std::map<domain::hold_number, domain::booking> bookings;
  std::map<domain::hold_number, domain::ended_hold> ended; ///< all of them, for ever
  std::map<std::uint64_t, key_entry> keys;                 ///< all of them, for ever
  domain::hold_number last_hold;

  [[nodiscard]] auto price(domain::tier_index tier) const -> domain::minor_units;
  [[nodiscard]] auto seat(domain::seat_index seat) const -> domain::seat_status;
  [[nodiscard]] auto area(domain::area_index area) const -> domain::area_counts;
  [[nodiscard]] auto counts() const -> domain::event_counts;
  [[nodiscard]] auto places_of(const domain::owner& who) const -> std::uint64_t;
  /// Published, and within the sale window: from its opening on, before its closing.
  [[nodiscard]] auto on_sale(domain::instant now) const -> bool;
  [[nodiscard]] auto live_holds() const -> std::size_t;
  /// The earliest deadline of a live hold.
  [[nodiscard]] auto next_deadline() const -> std::optional<domain::instant>;
  /// The key's entry if it is still remembered at this moment: keys go by whole hours, after 24 to 25 of them.
  [[nodiscard]] auto remembered(std::uint64_t key, domain::instant at) const -> const key_entry*;
  /// The ended hold if it is still told apart at this moment.
  [[nodiscard]] auto ended_at(domain::hold_number number, domain::instant at) const -> const domain::ended_hold*;
  /// Live holds whose deadline has passed, the earliest deadline first, then by number.
  [[nodiscard]] auto overdue(domain::instant now) const -> std::vector<domain::hold_number>;
  /// Those of them that a command which makes a hold may end: the first, and one fact is the hold's own.
  [[nodiscard]] auto endable(domain::instant now) const -> std::vector<domain::hold_number>;
};

/// Sum of the prices of a booking, and how many places it has.
[[nodiscard]] auto total_of(const domain::booking& what) -> domain::minor_units;
[[nodiscard]] auto places_in(const domain::booking& what) -> std::uint64_t;

/// Folds a fact, and says so if it is not legal here: the invariants of one event's inventory at every prefix of its facts.
/// After a complaint the twin is not to be used any more.
[[nodiscard]] auto fold(naive_event& twin, const domain::fact& what) -> complaint;

} // namespace holdfast::model
