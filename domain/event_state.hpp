#pragma once

// PUBLIC CONTRACT (members below `private:` and further files are the domain author's).
#include "domain/allocation.hpp"
#include "domain/event_config.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"
#include "domain/strong_id.hpp"
#include "domain/tax.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace holdfast::domain {

enum class event_status : std::uint8_t { absent = 0, draft = 1, published = 2, paused = 3, closed = 4, cancelled = 5 };

/// What the public sees of a life and a sale window at one moment.
enum class sale_status : std::uint8_t { draft, published, on_sale, paused, closed, cancelled };

enum class booking_status : std::uint8_t {
  held = 1,
  confirmed = 2,
  // What became of orders that were taken back: views tell of it, an event's state has forgotten them.
  unpaid = 3,    ///< what its card had reserved could not be taken
  refunded = 4,  ///< its buyer has the money back, or will
  cancelled = 5, ///< its event was cancelled; the money goes back as it came, at the till
  resold = 6,    ///< its last ticket was bought by another buyer
};

/// A ticket that is offered to other buyers.
struct offer {
  ticket_number ticket;
  minor_units price = 0;
  hold_number held_by; ///< the one hold that has it; zero: none
  friend auto operator==(const offer&, const offer&) -> bool = default;
};

/// What a hold of an offered ticket is about, and the order that it became was.
struct resale {
  ticket_number ticket;    ///< as its seller had it
  payment_number seller;   ///< that paid for it first
  minor_units kept = 0;    ///< of what the seller had paid, when the buyer's price goes back
  bool is_swapped = false; ///< the place is the buyer's; before, it is the seller's
  friend auto operator==(const resale&, const resale&) -> bool = default;
};

/// A live hold, or the order it became.
struct booking {
  hold_number number;
  booking_status status = booking_status::held;
  bool extended = false;
  owner by;
  key_id sold_by;
  key_id confirmed_by;
  allocation_number allocation; ///< whose places it could have; zero: nobody's
  instant created_at;
  instant expires_at; ///< of a hold
  instant cap_at;
  instant confirmed_at;
  std::vector<seat_index> seats;
  std::vector<minor_units> prices; ///< one a seat
  std::vector<minor_units> fees;   ///< one a seat; empty when all are 0
  std::vector<held_area> areas;
  minor_units paid = 0; ///< of an order, for the tickets that it has left
  std::vector<std::uint32_t>
      returned; ///< tickets that went back, by their index in the order as it was sold, ascending
  minor_units refunded =
      0; ///< in views: what was paid for those that went back, and the price of those that were resold
  std::vector<std::uint32_t> resold; ///< in views: tickets that were resold, ascending
  minor_units kept = 0;              ///< in views: of what was paid for those, what did not go back
  payment_record payment;
  payment_number paid_by; ///< the payment that a hold is frozen for, or that paid an order by card; zero: none
  std::uint64_t card = 0; ///< that paid an order, if it is known: as payment_authorised's
  bool frozen = false;    ///< a hold that is being paid
  std::optional<turn> unpaid_because; ///< of a hold, in views: why its last payment came to nothing
  instant ends_unpaid_at;             ///< of a frozen hold: when it would have ended without its payment
  std::optional<resale> bought_from;  ///< of an offered ticket; absent: bought from the event
  std::optional<event_tax> tax;       ///< the event's when it was held

  [[nodiscard]] auto fee(std::size_t which) const noexcept -> minor_units { return fees.empty() ? 0 : fees[which]; }
  /// Sum of the fees of seats and areas.
  [[nodiscard]] auto fees_total() const noexcept -> minor_units;
  [[nodiscard]] auto rate() const noexcept -> std::optional<tax_rate> {
    return tax ? std::optional{tax->rate} : std::nullopt;
  }
  /// The tax on top of the price and fee of a seat, and of one place of an area.
  [[nodiscard]] auto tax_of_seat(std::size_t which) const noexcept -> minor_units {
    return tax_on_top(rate(), prices[which] + fee(which));
  }
  [[nodiscard]] auto tax_of(const held_area& area) const noexcept -> minor_units {
    return tax_on_top(rate(), area.price + area.fee);
  }
  /// Sum of the taxes on top of seats and areas.
  [[nodiscard]] auto taxes_total() const noexcept -> minor_units;
  /// Sum of the prices, fees and taxes on top of seats and areas.
  [[nodiscard]] auto total() const noexcept -> minor_units;
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
  friend auto operator==(const booking&, const booking&) -> bool = default;
};

/// How a hold that is no longer live ended; kept for a while so that its owner can be told.
struct ended_hold {
  enum class how : std::uint8_t { released = 1, expired = 2, returned = 3 };
  hold_number number;
  how ended = how::released;
  owner by;
  instant at;
  friend auto operator==(const ended_hold&, const ended_hold&) -> bool = default;
};

/// Places that were bought and given back since.
struct returned_purchase {
  instant bought_at;
  subject_id buyer;
  std::uint64_t card = 0; ///< as payment_authorised's; 0: not known, or no card's
  std::uint32_t places = 0;
  friend auto operator==(const returned_purchase&, const returned_purchase&) -> bool = default;
};

struct event_counts {
  std::uint32_t available = 0, held = 0, sold = 0, blocked = 0; ///< seats and standing places
  friend auto operator==(const event_counts&, const event_counts&) -> bool = default;
};
struct area_counts {
  std::uint32_t held = 0, sold = 0;
  std::uint32_t blocked = 0; ///< set apart, and neither held nor sold
  friend auto operator==(const area_counts&, const area_counts&) -> bool = default;
};

/// All of a state as plain data, in a canonical order (bookings by number, keys by value): what snapshots store and tests compare.
struct state_image;
struct event_data;
struct state_access;

/// One event's inventory, as the fold of its facts. Seats are a dense array, a few bytes each. Not thread-safe; cheap to move, expensive to copy.
class event_state {
 public:
  event_state();
  ~event_state();
  event_state(event_state&&) noexcept;
  auto operator=(event_state&&) noexcept -> event_state&;

  /// Facts applied so far; the seq of the last one.
  [[nodiscard]] auto seq() const noexcept -> std::uint64_t;
  /// Time of the last fact; zero before the first.
  [[nodiscard]] auto time() const noexcept -> instant;
  [[nodiscard]] auto status() const noexcept -> event_status;
  [[nodiscard]] auto id() const noexcept -> event_id;
  [[nodiscard]] auto organisation() const noexcept -> organisation_id;
  [[nodiscard]] auto config() const noexcept -> const event_config&;
  /// Seq of the last fact that was not about a sale (created, amended, layout, publish, pause …).
  [[nodiscard]] auto version() const noexcept -> std::uint64_t;
  [[nodiscard]] auto seats() const noexcept -> const std::shared_ptr<const layout>&; ///< null before creation
  /// Price of a tier of the layout now, and the fee on top.
  [[nodiscard]] auto price(tier_index tier) const noexcept -> minor_units;
  [[nodiscard]] auto fee(tier_index tier) const noexcept -> minor_units;
  [[nodiscard]] auto seat(seat_index seat) const noexcept -> seat_status;
  [[nodiscard]] auto statuses() const noexcept -> std::span<const seat_status>;
  [[nodiscard]] auto area(area_index area) const noexcept -> area_counts;
  [[nodiscard]] auto counts() const noexcept -> event_counts;
  /// Those that there are, by number.
  [[nodiscard]] auto allocations() const noexcept -> std::span<const allocation>;
  [[nodiscard]] auto find(allocation_number number) const noexcept -> const allocation*;
  [[nodiscard]] auto last_allocation() const noexcept -> allocation_number;
  /// Seats of an allocation, whoever has them, ascending. Looks at the rows alone in which it has any.
  [[nodiscard]] auto seats_of(allocation_number number) const -> std::vector<seat_index>;
  /// The allocation that a seat is of, whoever has it; zero: none.
  [[nodiscard]] auto allocation_of(seat_index seat) const noexcept -> allocation_number;
  /// The live hold or the order with this number; null otherwise. Valid until the next apply.
  [[nodiscard]] auto find(hold_number number) const noexcept -> const booking*;
  [[nodiscard]] auto find_ended(hold_number number) const noexcept -> const ended_hold*;
  /// A ticket of an order as it is now; nothing when there is no such ticket, or no longer.
  [[nodiscard]] auto find(const ticket_number& number) const -> std::optional<ticket>;
  /// The offer of a ticket; null when it is not offered.
  [[nodiscard]] auto find_offer(const ticket_number& number) const noexcept -> const offer*;
  /// The order that a buyer has on the waitlist; null: none. Valid until the next apply.
  [[nodiscard]] auto find_waiting(const subject_id& who) const noexcept -> const waitlist_order*;
  /// Those on the waitlist by rank and number, who has an offer too. Valid until the next apply, and put together by the first call after one: it costs
  /// what the list does, the others here do not.
  [[nodiscard]] auto waitlist() const noexcept -> std::span<const waitlist_order>;
  /// How many of them have no offer.
  [[nodiscard]] auto waiting() const noexcept -> std::size_t;
  [[nodiscard]] auto last_waitlist() const noexcept -> waitlist_number;
  /// By ticket.
  [[nodiscard]] auto offers() const -> std::vector<offer>;
  [[nodiscard]] auto last_hold() const noexcept -> hold_number;
  [[nodiscard]] auto live_holds() const noexcept -> std::size_t;
  [[nodiscard]] auto orders() const noexcept -> std::size_t;
  /// Places that this owner holds or has bought.
  [[nodiscard]] auto places_of(const owner& who) const noexcept -> std::uint64_t;
  /// Whether it is cancelled, and still has orders.
  [[nodiscard]] auto has_orders_to_return() const noexcept -> bool;
  /// When the next hold expires, or the next price rule is due if that is sooner; the time of the last fact when the event is cancelled and
  /// has holds or orders, for they are to be ended at once, and when a rule is due by what is sold; nothing otherwise. O(price rules).
  [[nodiscard]] auto next_deadline() const noexcept -> std::optional<instant>;
  /// What was decided for this key, if it is remembered: the request's hash and the seq of the first fact.
  struct remembered {
    std::uint32_t request_low = 0; ///< low 32 bits of command_id::request
    std::uint64_t seq = 0;
    std::uint32_t hour = 0; ///< of that fact: `is_forgotten` in remembered_keys.hpp says until when it counts
  };
  [[nodiscard]] auto remembered_key(std::uint64_t key) const noexcept -> std::optional<remembered>;
  /// Incremental hash over seats, areas, bookings, life and counters, as docs/state-hash.md defines it. O(1).
  [[nodiscard]] auto hash() const noexcept -> std::uint64_t;
  /// Bytes this state occupies, heap included; an estimate within 10 %.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

  [[nodiscard]] auto image() const -> state_image;
  /// Null when the image contradicts itself (a damaged snapshot): the caller then replays instead.
  [[nodiscard]] static auto from_image(state_image image) -> std::optional<event_state>;

 private:
  friend struct state_access;
  std::unique_ptr<event_data> data_;
};

/// Draft, paused, closed and cancelled as they are; published is on sale within the sale window.
[[nodiscard]] auto sale_status_at(event_status status, const event_config& config, instant now) noexcept -> sale_status;

} // namespace holdfast::domain
