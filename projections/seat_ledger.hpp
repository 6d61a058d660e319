#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"
#include "domain/state_image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::projections {

/// Statuses of seats at 2 bits each.
class packed_statuses {
 public:
  [[nodiscard]] auto size() const noexcept -> std::uint32_t { return size_; }

  /// New seats are available.
  void resize(std::uint32_t seats);

  [[nodiscard]] auto get(domain::seat_index seat) const noexcept -> domain::seat_status {
    return static_cast<domain::seat_status>((words_[seat / per_word] >> shift(seat)) & 3U);
  }

  void set(domain::seat_index seat, domain::seat_status status) noexcept {
    auto& word = words_[seat / per_word];
    word = (word & ~(std::uint64_t{3} << shift(seat))) | (static_cast<std::uint64_t>(status) << shift(seat));
  }

  /// Seats of a status among `count` from `first` on.
  [[nodiscard]] auto count(domain::seat_status status, domain::seat_index first, std::uint32_t count) const noexcept
      -> std::uint32_t;

  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return words_.capacity() * sizeof(std::uint64_t); }

  /// 32 seats each, the first in the lowest bits; what is behind the last seat is zero.
  [[nodiscard]] auto words() const noexcept -> std::span<const std::uint64_t> { return words_; }

  friend auto operator==(const packed_statuses&, const packed_statuses&) -> bool = default;

 private:
  static constexpr std::uint32_t per_word = 32;

  [[nodiscard]] static auto shift(domain::seat_index seat) noexcept -> unsigned { return seat % per_word * 2; }

  std::vector<std::uint64_t> words_;
  std::uint32_t size_ = 0;
};

/// A standing area as it is.
struct area_line {
  std::uint32_t capacity = 0;
  std::uint32_t held = 0;
  std::uint32_t sold = 0;
  std::uint32_t blocked = 0; ///< set apart, and neither held nor sold

  [[nodiscard]] auto available() const noexcept -> std::uint32_t {
    const auto taken = std::uint64_t{held} + sold + blocked;
    return taken < capacity ? static_cast<std::uint32_t>(capacity - taken) : 0;
  }

  friend auto operator==(const area_line&, const area_line&) -> bool = default;
};

/// What a fact has against what was folded before it.
struct ledger_findings {
  std::uint32_t double_sales = 0;   ///< seats and areas that were given twice
  std::uint32_t contradictions = 0; ///< anything else that cannot have happened
  std::string first;                ///< the first of them, for people; empty: none

  [[nodiscard]] auto any() const noexcept -> bool { return double_sales + contradictions > 0; }
};

/// Who has which seat of one event, folded from its facts by rules of its own: it shares no code with the decisions it watches.
///
/// The continuous check against double sales: a hold must find its seats available, a confirmation must find the seats of a
/// live hold held, an area never gives more places than it has. A seat is in at most one live hold while this holds, so that
/// checking statuses is checking owners; a fact that breaks it is reported, and the first owner keeps the seat.
///
/// A *complete* ledger starts from all of an event's past and gives what people are shown. A *partial* one knows only what it
/// has seen since it was made, 2 bits a seat and some 100 bytes a live hold: seats it has not seen count as available, ends of
/// holds it has not seen count as sound. It finds less, and never anything that is not so. Not thread-safe.
class seat_ledger {
 public:
  /// Partial, empty.
  seat_ledger() = default;
  /// Complete, from a state.
  explicit seat_ledger(const domain::state_image& state);

  [[nodiscard]] auto complete() const noexcept -> bool { return complete_; }

  /// All seats available, as of a creation or a new layout. A partial ledger becomes complete.
  void start(const domain::layout& seats);
  void hold(const domain::hold_created& what, ledger_findings& to);
  /// A hold of an offered ticket takes no place: the seller's stays sold.
  void hold(const domain::resale_held& what, ledger_findings& to);
  /// The place goes from one order to another, and is sold throughout.
  void resell(const domain::ticket_resold& what, ledger_findings& to);
  /// A hold was released or has expired.
  void free(domain::hold_number hold, ledger_findings& to);
  void sell(domain::hold_number hold, ledger_findings& to);
  void take_back(const domain::order_returned& what, ledger_findings& to);

  // Places set apart. What a partial ledger has not seen set apart counts as nobody's.
  void allocate(const domain::seats_allocated& what, ledger_findings& to);
  void change(const domain::allocation_changed& what, ledger_findings& to);
  void release(domain::allocation_number number, ledger_findings& to);

  /// Those that there are, by number.
  [[nodiscard]] auto allocations() const noexcept -> const std::vector<domain::allocation>& { return allocations_; }

  /// By seat: number of its allocation, or 0; may end before the last seat.
  [[nodiscard]] auto pools() const noexcept -> const std::vector<std::uint16_t>& { return pools_; }

  [[nodiscard]] auto statuses() const noexcept -> const packed_statuses& { return statuses_; }

  [[nodiscard]] auto areas() const noexcept -> const std::vector<area_line>& { return areas_; }

  /// Seats and standing places.
  [[nodiscard]] auto counts() const noexcept -> domain::event_counts;

  [[nodiscard]] auto live_holds() const noexcept -> std::size_t { return live_.size(); }

  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  /// Seats, then an index and a quantity for each area.
  struct places {
    std::uint32_t seats = 0;
    domain::allocation_number allocation;
    std::vector<std::uint32_t> all;
  };

  void remember(domain::hold_number hold, domain::allocation_number allocation,
                const std::vector<domain::seat_index>& seats, const std::vector<domain::held_area>& areas,
                ledger_findings& to);
  [[nodiscard]] auto find(domain::allocation_number number) -> domain::allocation*;
  [[nodiscard]] auto find(domain::allocation_number number, std::uint32_t area) -> domain::allocated_area*;
  [[nodiscard]] auto pool_of(domain::seat_index seat) const noexcept -> std::uint16_t {
    return seat < pools_.size() ? pools_[seat] : std::uint16_t{0};
  }
  /// Whether a seat is one of the ledger's, which a partial one makes it; reported otherwise.
  auto reach(domain::seat_index seat, const std::string& who, ledger_findings& to) -> bool;
  void set_apart(domain::allocation_number number, const std::vector<domain::seat_index>& seats, ledger_findings& to);
  void give_back(domain::seat_index seat);
  /// Moves seats from one allocation to another.
  void take_over(const domain::allocation_changed& what, ledger_findings& to);
  /// Gives an allocation another number of places of an area.
  void resize(const domain::allocation_changed& what, const domain::area_quantity& wanted, ledger_findings& to);
  /// Places of an area that a hold takes from its allocation; all of them when it has none.
  void draw(domain::allocation_number number, std::uint32_t area, std::uint32_t quantity, bool take);
  [[nodiscard]] auto area(std::uint32_t index) -> area_line&;
  /// Moves a live hold's seats on, and forgets it; the areas by `move(area, quantity)`.
  template <class Move>
  auto end(domain::hold_number hold, domain::seat_status to_status, bool selling, ledger_findings& to, Move move)
      -> bool;

  bool complete_ = false;
  packed_statuses statuses_;
  std::vector<area_line> areas_;
  std::unordered_map<std::uint32_t, places> live_;
  std::vector<std::uint16_t> pools_;
  std::vector<domain::allocation> allocations_;
  std::uint32_t held_seats_ = 0;
  std::uint32_t sold_seats_ = 0;
  std::uint32_t blocked_seats_ = 0;
};

} // namespace holdfast::projections
