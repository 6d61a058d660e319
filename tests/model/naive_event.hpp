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
  /// One ticket of an order as it was sold: of a seat, or of a place in an area.
  struct sold_ticket {
    std::optional<domain::seat_index> seat;
    domain::area_index area = 0;
    domain::minor_units price = 0;
    domain::minor_units fee = 0;
    domain::minor_units tax = 0; ///< on top
    bool gone = false;

    [[nodiscard]] auto cost() const -> domain::minor_units { return price + fee + tax; }
  };
  std::map<domain::hold_number, std::vector<sold_ticket>> sold_tickets; ///< of orders, and of those that were
  /// What buyers bought, whatever became of it.
  struct purchase {
    domain::hold_number order;
    domain::instant at;
    domain::owner by;
    std::uint64_t card = 0;
    std::uint64_t places = 0;
  };
  std::vector<purchase> purchases;                         ///< all of them, for ever
  std::map<domain::hold_number, domain::ended_hold> ended; ///< all of them, for ever
  std::map<std::uint64_t, key_entry> keys;                 ///< all of them, for ever
  domain::hold_number last_hold;
  std::map<domain::allocation_number, domain::allocation>
      allocations;                                               ///< those there are; what is used of them is not kept
  std::map<domain::seat_index, domain::allocation_number> pools; ///< of seats of an allocation, whoever has them
  domain::allocation_number last_allocation;
  std::map<domain::ticket_number, domain::ticket> tickets; ///< those that something happened to since their order
  std::map<domain::ticket_number, domain::offer> offers;   ///< of those that are offered
  std::map<domain::waitlist_number, domain::waitlist_order> waitlist; ///< who waits, or has an offer
  domain::waitlist_number last_waitlist;

  [[nodiscard]] auto price(domain::tier_index tier) const -> domain::minor_units;
  [[nodiscard]] auto fee(domain::tier_index tier) const -> domain::minor_units;
  /// One for each of these seats; none when all are 0.
  [[nodiscard]] auto fees_of_seats(const std::vector<domain::seat_index>& which) const
      -> std::vector<domain::minor_units>;
  [[nodiscard]] auto seat(domain::seat_index seat) const -> domain::seat_status;
  [[nodiscard]] auto area(domain::area_index area) const -> domain::area_counts;
  /// Places of an area that an allocation has, and those of them that are held or sold; 0 for one that is not there.
  [[nodiscard]] auto apart(domain::allocation_number number, domain::area_index area) const -> std::uint32_t;
  [[nodiscard]] auto used(domain::allocation_number number, domain::area_index area) const -> std::uint32_t;
  /// The allocation of which a booking has its places of an area; zero: it has the public's.
  [[nodiscard]] auto source_of(const domain::booking& what, domain::area_index area) const -> domain::allocation_number;
  /// Whether somebody who may have this allocation's (zero: nobody's) could have a seat that nobody has.
  [[nodiscard]] auto open_to(domain::seat_index seat, domain::allocation_number grant) const -> bool;
  [[nodiscard]] auto counts() const -> domain::event_counts;
  [[nodiscard]] auto places_of(const domain::owner& who) const -> std::uint64_t;
  /// Published, and within the sale window: from its opening on, before its closing.
  [[nodiscard]] auto on_sale(domain::instant now) const -> bool;
  [[nodiscard]] auto live_holds() const -> std::size_t;
  /// The earliest deadline of a live hold (now, for a cancelled event), or the next change of a price.
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

/// Whether a booking's place is another order's, which offers it.
[[nodiscard]] auto is_borrowed(const domain::booking& what) -> bool;
/// The tax on top of what one place costs: nothing of one that is in it.
[[nodiscard]] auto tax_on(const domain::booking& what, domain::minor_units cost) -> domain::minor_units;
/// Sum of the prices, fees and taxes on top of a booking, of its fees and of its taxes alone, and how many places it has.
[[nodiscard]] auto total_of(const domain::booking& what) -> domain::minor_units;
[[nodiscard]] auto fees_of(const domain::booking& what) -> domain::minor_units;
[[nodiscard]] auto taxes_of(const domain::booking& what) -> domain::minor_units;
[[nodiscard]] auto places_in(const domain::booking& what) -> std::uint64_t;

/// Folds a fact, and says so if it is not legal here: the invariants of one event's inventory at every prefix of its facts.
/// After a complaint the twin is not to be used any more.
[[nodiscard]] auto fold(naive_event& twin, const domain::fact& what) -> complaint;

} // namespace holdfast::model
