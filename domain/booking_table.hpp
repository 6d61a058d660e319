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
  instant confirmed_at;
  key_id confirmed_by;
  minor_units paid = 0;
  payment_record::method method = payment_record::method::cash;
  std::uint8_t reference_bytes = 0;
  std::uint8_t reason_bytes = 0;
  std::unique_ptr<char[]> text; ///< reference, then reason; null when both are empty
};

/// A live hold or an order as the state keeps it: 80 bytes and 12 a seat, where a `booking` takes 300.
class booking_slot {
 public:
  booking_slot() = default;
  explicit booking_slot(const hold_created& fact, instant at);

  [[nodiscard]] auto number() const noexcept -> std::uint32_t { return number_; }
  [[nodiscard]] auto is_order() const noexcept -> bool { return order_ != nullptr; }
  [[nodiscard]] auto extended() const noexcept -> bool { return extended_; }
  [[nodiscard]] auto by() const noexcept -> owner;
  [[nodiscard]] auto sold_by() const noexcept -> key_id { return sold_by_; }
  [[nodiscard]] auto created_at() const noexcept -> instant { return created_at_; }
  [[nodiscard]] auto expires_at() const noexcept -> instant { return created_at_ + millis{expires_after_ms_}; }
  [[nodiscard]] auto cap_at() const noexcept -> instant { return created_at_ + millis{cap_after_ms_}; }
  /// A hold whose time is up; an order never is.
  [[nodiscard]] auto is_due(instant now) const noexcept -> bool { return !is_order() && now >= expires_at(); }

  [[nodiscard]] auto seats() const noexcept -> std::span<const seat_index> { return {words_.get(), seat_count_}; }
  [[nodiscard]] auto price(std::size_t seat) const noexcept -> minor_units { return price_at(seat_count_ + 2 * seat); }
  [[nodiscard]] auto area_count() const noexcept -> std::size_t { return area_count_; }
  [[nodiscard]] auto area(std::size_t which) const noexcept -> held_area;
  /// Places that it has of one area.
  [[nodiscard]] auto places_in(area_index area) const noexcept -> std::uint32_t;
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
  [[nodiscard]] auto total() const noexcept -> minor_units;
  [[nodiscard]] auto order() const noexcept -> const order_detail* { return order_.get(); }
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

  std::uint32_t number_ = 0; ///< 0: the slot is free
  std::uint16_t seat_count_ = 0;
  std::uint16_t area_count_ = 0;
  std::uint32_t position_ = nowhere; ///< in the deadline heap
  bool extended_ = false;
  bool box_office_ = false; ///< the owner is the organisation whose id is in `owner_low_`
  std::uint64_t owner_high_ = 0;
  std::uint64_t owner_low_ = 0;
  key_id sold_by_;
  instant created_at_;
  std::uint32_t expires_after_ms_ = 0;
  std::uint32_t cap_after_ms_ = 0;
  std::uint32_t next_of_owner_ = nowhere; ///< slots of the same owner's bookings; of a free slot: the next free one
  std::uint32_t previous_of_owner_ = nowhere;
  std::unique_ptr<std::uint32_t[]>
      words_; ///< seats, then prices (low, high), then areas (area, quantity, price low, high)
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

  auto add(const hold_created& fact, instant at) -> const booking_slot&;
  void extend(hold_number number, instant expires_at) noexcept;
  void confirm(hold_number number, const order_confirmed& fact, instant at);
  /// Removes a live hold and remembers how it ended.
  void end(hold_number number, ended_hold::how how, instant at);
  /// Remembers an ended hold that is not in the table (a snapshot's).
  void add_ended(const ended_hold& what);

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
