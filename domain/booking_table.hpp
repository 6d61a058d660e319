#pragma once

#include "domain/deadline_heap.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/split_table.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace holdfast::domain {

/// What an order has that a hold has not.
struct order_detail {
  instant confirmed_at; ///< of a frozen hold, which is no order yet: when it would have ended unpaid
  key_id confirmed_by;
  minor_units paid = 0;
  payment_record::method method = payment_record::method::cash;
  std::uint8_t reference_bytes = 0;
  std::uint8_t reason_bytes = 0;
  std::unique_ptr<char[]> text; ///< reference, then reason; null when both are empty
  payment_number payment;       ///< by card; otherwise zero
  std::uint64_t card = 0;       ///< that paid an order, if it is known
  /// Tickets that went back, by their index in the order as it was sold, ascending; null: none. Few orders have any.
  std::unique_ptr<std::vector<std::uint32_t>> returned;
};

/// A live hold or an order as the state keeps it: 80 bytes and 12 a seat (20 with fees), where a `booking` takes 300.
class booking_slot {
 public:
  booking_slot() = default;
  /// `of`: what an offered ticket's hold is about; null of all others.
  explicit booking_slot(const hold_created& fact, instant at, const resale* of = nullptr);

  [[nodiscard]] auto number() const noexcept -> std::uint32_t { return number_; }
  [[nodiscard]] auto is_order() const noexcept -> bool { return order_ != nullptr && !frozen_; }
  /// The payment that a hold is frozen for, or that paid an order; zero: none.
  [[nodiscard]] auto payment() const noexcept -> payment_number { return order_ ? order_->payment : payment_number{}; }
  [[nodiscard]] auto is_frozen() const noexcept -> bool { return frozen_; }
  /// Of a frozen hold.
  [[nodiscard]] auto ends_unpaid_at() const noexcept -> instant { return frozen_ ? order_->confirmed_at : instant{}; }
  [[nodiscard]] auto extended() const noexcept -> bool { return extended_; }
  [[nodiscard]] auto by() const noexcept -> owner;
  [[nodiscard]] auto sold_by() const noexcept -> key_id { return sold_by_; }
  [[nodiscard]] auto allocation() const noexcept -> allocation_number { return allocation_; }
  [[nodiscard]] auto created_at() const noexcept -> instant { return created_at_; }
  [[nodiscard]] auto expires_at() const noexcept -> instant { return created_at_ + millis{expires_after_ms_}; }
  [[nodiscard]] auto cap_at() const noexcept -> instant { return created_at_ + millis{cap_after_ms_}; }
  /// What a hold of an offered ticket is about, and the order that it became was.
  [[nodiscard]] auto bought_from() const noexcept -> std::optional<resale>;
  /// Whether its place is still the order's that offers it, so that it counts nowhere but against its owner's limits.
  [[nodiscard]] auto borrows() const noexcept -> bool { return resale_ && !swapped_; }
  /// A hold whose time is up; an order never is.
  [[nodiscard]] auto is_due(instant now) const noexcept -> bool { return !is_order() && now >= expires_at(); }

  [[nodiscard]] auto seats() const noexcept -> std::span<const seat_index> { return {words_.get(), seat_count_}; }
  [[nodiscard]] auto price(std::size_t seat) const noexcept -> minor_units { return price_at(seat_count_ + 2 * seat); }
  [[nodiscard]] auto fee(std::size_t seat) const noexcept -> minor_units {
    return has_fees_ ? price_at(fee_word() + 2 * seat) : 0;
  }
  [[nodiscard]] auto area_count() const noexcept -> std::size_t { return area_count_; }
  [[nodiscard]] auto area(std::size_t which) const noexcept -> held_area;
  /// Places that it has of one area.
  [[nodiscard]] auto places_in(area_index area) const noexcept -> std::uint32_t;
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
  [[nodiscard]] auto fees() const noexcept -> minor_units;
  /// Of the event's tax when it was held.
  [[nodiscard]] auto rate() const noexcept -> std::optional<tax_rate>;
  /// Those on top of prices and fees.
  [[nodiscard]] auto taxes() const noexcept -> minor_units;
  /// Prices, fees and taxes on top.
  [[nodiscard]] auto total() const noexcept -> minor_units;
  [[nodiscard]] auto order() const noexcept -> const order_detail* { return is_order() ? order_.get() : nullptr; }
  /// The card that paid an order; 0: none did, or it is not known.
  [[nodiscard]] auto card() const noexcept -> std::uint64_t { return is_order() ? order_->card : 0; }
  /// Of an order.
  [[nodiscard]] auto returned() const noexcept -> std::span<const std::uint32_t> {
    return is_order() && order_->returned ? std::span<const std::uint32_t>{*order_->returned}
                                          : std::span<const std::uint32_t>{};
  }
  [[nodiscard]] auto as_booking() const -> booking;
  /// Its element of the state's hash (docs/state-hash.md).
  [[nodiscard]] auto hash() const noexcept -> std::uint64_t;
  [[nodiscard]] auto heap_bytes() const noexcept -> std::size_t;

 private:
  friend class booking_table;
  static constexpr std::uint32_t nowhere = 0xffff'ffff;

  [[nodiscard]] auto price_at(std::size_t word) const noexcept -> minor_units {
    return static_cast<minor_units>(words_[word] | std::uint64_t{words_[word + 1]} << 32);
  }

  /// Where the fees begin: behind the areas, one a seat and one an area.
  [[nodiscard]] auto fee_word() const noexcept -> std::size_t;
  /// Where `bought_from` begins, if there is any.
  [[nodiscard]] auto resale_word() const noexcept -> std::size_t;
  /// Where the tax is, if there is any.
  [[nodiscard]] auto tax_word() const noexcept -> std::size_t;
  [[nodiscard]] auto words() const noexcept -> std::size_t;

  std::uint32_t number_ = 0; ///< 0: the slot is free
  std::uint16_t seat_count_ = 0;
  std::uint16_t area_count_ = 0;
  std::uint32_t position_ = nowhere; ///< in the deadline heap
  bool extended_ : 1 = false;
  bool has_fees_ : 1 = false;
  bool frozen_ : 1 = false;         ///< `order_` then has nothing but the payment
  bool resale_ : 1 = false;         ///< of an offered ticket
  bool swapped_ : 1 = false;        ///< the same: its place is its own
  bool box_office_ : 1 = false;     ///< the owner is the organisation whose id is in `owner_low_`
  std::uint8_t tax_name_bytes_ = 0; ///< of its tax; 0: it has none
  allocation_number allocation_;
  std::uint64_t owner_high_ = 0;
  std::uint64_t owner_low_ = 0;
  key_id sold_by_;
  instant created_at_;
  std::uint32_t expires_after_ms_ = 0;
  std::uint32_t cap_after_ms_ = 0;
  std::uint32_t next_of_owner_ = nowhere; ///< slots of the same owner's bookings; of a free slot: the next free one
  std::uint32_t previous_of_owner_ = nowhere;
  std::unique_ptr<std::uint32_t[]>
      words_; ///< seats, prices (low, high), areas (area, quantity, price low, high), if there are any fees (low, high), of an
  ///< offered ticket its order, index, seller's payment and what is kept (low, high), of a taxed one the rate and the name (4 bytes a word)
  std::unique_ptr<order_detail> order_;
};

/// Live holds, orders, recently ended holds, who has how many places, and when holds end. Every operation costs the same whatever
/// the number of bookings, but for the heap's logarithm. Not thread-safe. A slot's address is valid until its booking ends.
class booking_table {
 public:
  [[nodiscard]] auto find(hold_number number) const noexcept -> const booking_slot*;
  /// Null when it ended more than limits::ended_holds_kept before `now`, though it may still be stored.
  [[nodiscard]] auto find_ended(hold_number number, instant now) const noexcept -> const ended_hold*;
  [[nodiscard]] auto places_of(const owner& who) const noexcept -> std::uint64_t;
  [[nodiscard]] auto deadlines() const noexcept -> const deadline_heap& { return deadlines_; }
  [[nodiscard]] auto live() const noexcept -> std::size_t { return deadlines_.size(); }
  [[nodiscard]] auto orders() const noexcept -> std::size_t { return orders_; }

  auto add(const hold_created& fact, instant at, const resale* of = nullptr) -> const booking_slot&;
  void extend(hold_number number, instant expires_at) noexcept;
  void freeze(hold_number number, const hold_frozen& fact);
  /// Of a frozen hold that is put back as it was.
  void end_unpaid_at(hold_number number, instant at) noexcept;
  void thaw(hold_number number, instant expires_at) noexcept;
  void confirm(hold_number number, const order_confirmed& fact, instant at);
  /// The place of a hold of an offered ticket is its own now, and of that allocation's.
  void swap(hold_number number, allocation_number allocation) noexcept;
  /// Of an order that is put back as it was.
  void set_returned(hold_number number, const std::vector<std::uint32_t>& tickets);
  /// Some of an order's tickets go; others stay.
  void narrow(hold_number number, const order_returned& fact);
  /// Removes a live hold or an order and remembers how it ended.
  void end(hold_number number, ended_hold::how how, instant at);
  /// Remembers an ended hold that is not in the table (a snapshot's).
  void add_ended(const ended_hold& what);

  /// Live holds and orders of one owner, the newest first. Looks at no others.
  [[nodiscard]] auto of(const owner& who) const -> std::vector<const booking_slot*>;
  /// Orders that a card paid. Looks at every booking.
  [[nodiscard]] auto paid_with(std::uint64_t card) const -> std::vector<const booking_slot*>;
  /// Orders that no card paid, by number. Looks at every booking.
  [[nodiscard]] auto orders_unpaid_by_card(std::size_t at_most) const -> std::vector<const booking_slot*>;
  /// By number.
  [[nodiscard]] auto bookings() const -> std::vector<booking>;
  /// Oldest first, those that `find_ended` still finds.
  [[nodiscard]] auto ended(instant now) const -> std::vector<ended_hold>;
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  static constexpr std::uint32_t page_slots = 64;
  static constexpr std::uint32_t ended_bit = 0x8000'0000;

  /// Where a hold's number leads: to a slot, or with `ended_bit` to the ended holds, counted from the first that ever ended.
  struct place {
    std::uint32_t number = 0;
    std::uint32_t at = 0;
  };
  struct place_policy {
    static auto hash(const place& of) noexcept -> std::uint64_t { return mix64(of.number); }
    static auto empty(const place& of) noexcept -> bool { return of.number == 0; }
  };
  struct owned {
    std::uint32_t first = booking_slot::nowhere; ///< slot of one of the owner's bookings
    std::uint32_t places = 0;                    ///< 0: the entry is empty, for no owner stays without places
    std::uint64_t hash = 0;
  };
  struct owned_policy {
    static auto hash(const owned& of) noexcept -> std::uint64_t { return of.hash; }
    static auto empty(const owned& of) noexcept -> bool { return of.places == 0; }
  };

  [[nodiscard]] auto slot(std::uint32_t at) const noexcept -> const booking_slot& {
    return pages_[at / page_slots][at % page_slots];
  }
  [[nodiscard]] auto slot(std::uint32_t at) noexcept -> booking_slot& {
    return pages_[at / page_slots][at % page_slots];
  }
  [[nodiscard]] auto place_of(hold_number number) const noexcept -> const place*;
  [[nodiscard]] auto any_slot(hold_number number) noexcept -> booking_slot&;
  [[nodiscard]] auto live_slot(hold_number number) noexcept -> booking_slot&;
  [[nodiscard]] auto entry_of(const owner& who) const noexcept -> const owned*;
  [[nodiscard]] auto free_slot() -> std::uint32_t;
  [[nodiscard]] auto tracker() noexcept {
    return [this](std::uint32_t at, std::uint32_t position) { slot(at).position_ = position; };
  }
  void link_owner(std::uint32_t at);
  void unlink_owner(std::uint32_t at) noexcept;
  void forget_old(instant now) noexcept;

  std::vector<std::unique_ptr<booking_slot[]>> pages_;
  std::uint32_t slots_used_ = 0;
  std::uint32_t free_ = booking_slot::nowhere;
  std::size_t orders_ = 0;
  std::size_t content_bytes_ = 0;
  split_table<place, place_policy> places_;
  split_table<owned, owned_policy> owners_;
  deadline_heap deadlines_;
  std::deque<ended_hold> ended_;
  std::uint32_t ended_before_ = 0; ///< how many have been forgotten: the number of ended_.front(), modulo 2^31
};

} // namespace holdfast::domain
