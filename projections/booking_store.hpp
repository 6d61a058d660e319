#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/split_table.hpp"
#include "domain/strong_id.hpp"
#include "projections/layout_store.hpp"
#include "projections/return_store.hpp"
#include "projections/ticket_store.hpp"
#include "projections/views.hpp"
#include "projections/waitlist_store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// A booking as it is found; its layout is not resolved yet.
struct found_booking {
  booking_line line; ///< `seats` is null
  layout_store::ref layout;
};

/// Live holds, how holds ended, and orders of all events, packed: an order costs some 200 bytes in all, with the index by
/// number and the list of its owner. Grows in small steps, so that no insertion stalls its readers. Not thread-safe.
class booking_store {
 public:
  struct bounds {
    std::size_t ended_max = 100'000;
    domain::millis ended_kept = domain::hours(1); ///< in fact time
  };

  /// An event by its place here.
  using event_slot = std::uint32_t;

  booking_store() = default;
  explicit booking_store(bounds within) : within_{within} {}

  [[nodiscard]] auto find_event(domain::event_id event) const -> std::optional<event_slot>;
  auto open_event(domain::event_id event) -> event_slot;

  [[nodiscard]] auto seq_of(event_slot event) const -> std::uint64_t { return events_[event].seq; }

  void set_seq(event_slot event, std::uint64_t seq) { events_[event].seq = seq; }

  void set_currency(event_slot event, domain::currency_code currency) { events_[event].currency = currency; }

  void set_layout(event_slot event, layout_store::ref layout) { events_[event].layout = std::move(layout); }

  /// False when the number is taken.
  [[nodiscard]] auto hold(event_slot event, std::uint64_t seq, const domain::hold_created& what, domain::instant at)
      -> bool;
  // False when the hold is not live.
  [[nodiscard]] auto freeze(event_slot event, std::uint64_t seq, const domain::hold_frozen& what) -> bool;
  [[nodiscard]] auto thaw(event_slot event, std::uint64_t seq, const domain::hold_thawed& what) -> bool;
  [[nodiscard]] auto extend(event_slot event, std::uint64_t seq, const domain::hold_extended& what) -> bool;
  [[nodiscard]] auto end(event_slot event, std::uint64_t seq, domain::hold_number hold, booking_line::kind how,
                         domain::instant at) -> bool;
  [[nodiscard]] auto confirm(event_slot event, std::uint64_t seq, const domain::order_confirmed& what,
                             domain::instant at) -> bool;
  /// False when it is no order.
  [[nodiscard]] auto take_back(event_slot event, std::uint64_t seq, const domain::order_returned& what,
                               domain::instant at) -> bool;
  // False when there is no such ticket, or it is not as the fact says.
  [[nodiscard]] auto transfer(event_slot event, std::uint64_t seq, const domain::ticket_transferred& what) -> bool;
  [[nodiscard]] auto admit(event_slot event, const domain::ticket_admitted& what) -> bool;
  [[nodiscard]] auto undo(event_slot event, const domain::admission_undone& what) -> bool;

  [[nodiscard]] auto offer(event_slot event, const domain::ticket_offered& what) -> bool;
  [[nodiscard]] auto withdraw(event_slot event, const domain::offer_withdrawn& what) -> bool;
  /// False when the number is taken, or the ticket is not offered.
  [[nodiscard]] auto hold(event_slot event, std::uint64_t seq, const domain::resale_held& what, domain::instant at)
      -> bool;
  /// False when the ticket is not one of an order's, or the hold is not live.
  [[nodiscard]] auto resell(event_slot event, std::uint64_t seq, const domain::ticket_resold& what, domain::instant at)
      -> bool;

  [[nodiscard]] auto tickets() const noexcept -> const ticket_store& { return tickets_; }
  [[nodiscard]] auto tickets() noexcept -> ticket_store& { return tickets_; }
  [[nodiscard]] auto returns() const noexcept -> const return_store& { return returns_; }
  [[nodiscard]] auto returns() noexcept -> return_store& { return returns_; }
  [[nodiscard]] auto waitlists() const noexcept -> const waitlist_store& { return waitlists_; }
  [[nodiscard]] auto waitlists() noexcept -> waitlist_store& { return waitlists_; }

  /// Forgets ended holds that are too old or too many; `gone` is told of each.
  void forget(domain::instant now, const std::function<void(event_slot, domain::hold_number)>& gone = {});

  [[nodiscard]] auto find(event_slot event, domain::hold_number number) const -> std::optional<found_booking>;

  struct page {
    std::vector<found_booking> orders;
    std::uint64_t next = 0;
  };
  /// Orders of an owner, newest first, from a position on that an earlier page gave as `next` (0: from the newest); `next` is 0 at the end.
  [[nodiscard]] auto orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit) const -> page;

  struct ticket_list {
    std::vector<found_booking> orders;
    std::vector<std::pair<std::size_t, std::uint32_t>> tickets; ///< which of `orders`, and which of its tickets
    std::optional<views::ticket_place> next;
  };
  /// Orders looked at for one page at most: of somebody who has handed on, or given back, all tickets of very many.
  static constexpr std::size_t orders_looked_at_max = 1'000;
  /// Tickets that somebody has now, as `views::tickets_of` lists them.
  [[nodiscard]] auto tickets_of(const domain::owner& who, const std::optional<views::ticket_place>& from,
                                std::size_t limit) const -> ticket_list;

  // What a checkpoint keeps, and takes back.

  struct event_row {
    domain::event_id event;
    std::uint64_t seq = 0;
    domain::currency_code currency;
    layout_store::ref layout; ///< null before there is one
  };

  enum class kept_in : std::uint8_t { live = 1, ended, orders };

  struct booking_row {
    kept_in in = kept_in::live;
    booking_line::kind how = booking_line::kind::held;
    domain::event_id event;
    std::uint64_t seq = 0;
    domain::instant ended_at; ///< of an ended one
    std::uint64_t place = 0;  ///< of an order or an ended one: its number in their order
    std::string packed;       ///< see packed_booking.hpp
  };

  [[nodiscard]] auto event_count() const noexcept -> std::size_t { return events_.size(); }

  [[nodiscard]] auto row_of(event_slot event) const -> event_row;
  /// Nothing for a number that is unknown or forgotten.
  [[nodiscard]] auto row_of(event_slot event, domain::hold_number number) const -> std::optional<booking_row>;

  /// Visits every booking in no useful order.
  template <class Visit>
  void visit(Visit visit_one) const {
    numbers_.visit([&](const number_entry& entry) { visit_one(entry.event, domain::hold_number{entry.number}); });
  }

  /// Number of the oldest ended hold that is remembered.
  [[nodiscard]] auto first_ended() const noexcept -> std::uint64_t { return ended_first_; }

  /// Takes a row back. Events come before their bookings, orders and ended holds in the order of their places; false for a row that
  /// does not fit.
  [[nodiscard]] auto restore(const event_row& what) -> bool;
  [[nodiscard]] auto restore(const booking_row& what) -> bool;
  /// Of a ticket or a revocation; after all orders.
  [[nodiscard]] auto restore_tickets(std::string_view key, std::string_view value) -> bool;

  [[nodiscard]] auto live_holds() const noexcept -> std::size_t { return live_.size() - free_.size(); }

  [[nodiscard]] auto orders() const noexcept -> std::size_t { return orders_.size(); }

  [[nodiscard]] auto ended_holds() const noexcept -> std::size_t { return ended_.size(); }

  /// Bytes it occupies, heap included; an estimate.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  using packed = std::unique_ptr<char[]>;

  struct event_line {
    domain::event_id id;
    std::uint64_t seq = 0;
    layout_store::ref layout;
    domain::currency_code currency;
  };

  struct live_hold {
    packed bytes;
    std::uint64_t seq = 0;
  };

  struct ended {
    packed bytes;
    std::uint64_t seq = 0;
    domain::instant at;
    event_slot event = 0;
    std::uint32_t number = 0;
    booking_line::kind how = booking_line::kind::released;
  };

  struct order {
    const char* bytes = nullptr;         ///< in chunks_
    std::uint32_t seq_and_event[3] = {}; ///< seq low, seq high, event: 64-bit members would pad
    std::uint32_t before = 0;            ///< the same owner's order before it: index + 1
  };

  enum class where : std::uint32_t { none = 0, live, over, order };

  /// Where a number's booking is.
  struct number_entry {
    event_slot event = 0;
    std::uint32_t number = 0;
    where in = where::none;
    std::uint32_t at = 0; ///< index; for `over` the low 32 bits of its count
  };

  struct event_entry_of {
    domain::event_id id;
    std::uint32_t slot = 0;
  };

  struct owner_entry {
    domain::owner who;
    std::uint32_t newest = 0; ///< index + 1 into orders_
  };

  struct number_policy {
    static auto hash(const number_entry& entry) noexcept -> std::uint64_t { return hash_of(entry.event, entry.number); }

    static auto empty(const number_entry& entry) noexcept -> bool { return entry.in == where::none; }

    static auto hash_of(event_slot event, std::uint32_t number) noexcept -> std::uint64_t {
      return domain::mix64((std::uint64_t{event} << 32U) | number);
    }
  };

  struct event_policy {
    static auto hash(const event_entry_of& entry) noexcept -> std::uint64_t { return domain::mix64(entry.id.value()); }

    static auto empty(const event_entry_of& entry) noexcept -> bool { return !entry.id; }
  };

  struct owner_policy {
    static auto hash(const owner_entry& entry) noexcept -> std::uint64_t { return hash_of(entry.who); }

    static auto empty(const owner_entry& entry) noexcept -> bool { return entry.newest == 0; }

    static auto hash_of(const domain::owner& who) noexcept -> std::uint64_t {
      return domain::mix64(who.subject.high ^ domain::mix64(who.subject.low ^ domain::mix64(who.organisation.value())));
    }
  };

  [[nodiscard]] auto entry_of(event_slot event, domain::hold_number number) -> number_entry*;
  /// False when the hold is not live.
  [[nodiscard]] auto change_live(event_slot event, std::uint64_t seq, domain::hold_number hold,
                                 const std::function<void(domain::booking&)>& change) -> bool;
  [[nodiscard]] auto take_live(event_slot event, domain::hold_number number, number_entry*& entry) -> packed;
  [[nodiscard]] auto line(event_slot event, const char* bytes, std::uint64_t seq, booking_line::kind kind) const
      -> found_booking;
  [[nodiscard]] auto order_line(std::uint32_t index) const -> found_booking;
  /// Which order a ticket is of; nothing when there is no such ticket of an order.
  [[nodiscard]] auto sale_of(event_slot event, const domain::ticket_number& ticket)
      -> std::optional<ticket_store::sale>;
  /// Position of an owner's newest order, or that one when it is an order of the owner's; 0 when there is none.
  [[nodiscard]] auto position_of(const domain::owner& who, std::uint64_t position) const -> std::uint32_t;
  [[nodiscard]] auto keep(const std::string& packed_order) -> const char*;
  void forget_oldest(const std::function<void(event_slot, domain::hold_number)>& gone);
  void add_live(event_slot event, std::uint32_t number, const std::string& bytes, std::uint64_t seq);
  /// An order's bytes, and its place among its owner's. Its number's entry is the caller's.
  void add_order(event_slot event, const domain::owner& by, const std::string& bytes, std::uint64_t seq);

  bounds within_;
  std::deque<event_line> events_;
  domain::split_table<event_entry_of, event_policy> event_index_;
  domain::split_table<number_entry, number_policy> numbers_;
  std::deque<live_hold> live_;
  std::vector<std::uint32_t> free_; ///< empty places of live_
  std::deque<ended> ended_;         ///< oldest first
  std::uint64_t ended_first_ = 0;   ///< count of ended_.front()
  std::deque<order> orders_;
  domain::split_table<owner_entry, owner_policy> owners_;
  std::deque<std::vector<char>> chunks_; ///< packed orders, which never move
  std::string scratch_;
  ticket_store tickets_;
  return_store returns_;
  waitlist_store waitlists_;
};

} // namespace holdfast::projections
