#pragma once

#include "domain/allocation.hpp"
#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "domain/strong_id.hpp"
#include "projections/store/row_codec.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace holdfast::projections {

/// Places of one event that are set apart, as its facts say. Some 60 bytes a seat that is. Not thread-safe.
class places_apart {
 public:
  /// Standing places of a hold, and the allocation they are of.
  struct area_part {
    domain::area_index area = 0;
    std::uint32_t quantity = 0;
    friend auto operator==(const area_part&, const area_part&) -> bool = default;
  };

  /// What a live hold has of places that are set apart; empty for nearly all.
  struct share {
    domain::allocation_number allocation;
    std::vector<domain::seat_index> seats;
    std::vector<area_part> areas;
  };

  /// What changed with a fact: so many more seats or standing places are (or, below 0, are no longer) kept from the public and free.
  struct watcher {
    std::function<void(domain::seat_index, int)> seat;
    std::function<void(domain::area_index, std::int64_t)> area;
  };

  void fold(const domain::seats_allocated& what, const watcher& to);
  void fold(const domain::allocation_changed& what, const watcher& to);
  void fold(const domain::allocation_released& what, const watcher& to);
  [[nodiscard]] auto take(const domain::hold_created& what, const watcher& to) -> share;
  void give_back(const share& what, const watcher& to);
  /// What an order had of places that are set apart, if they still are.
  void give_back(const domain::order_returned& what, const watcher& to);
  /// None, of another layout.
  void clear();

  /// Places that are set apart, whoever has them.
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;

  /// As rows have it. What is taken back is what was put; whether the row was sound shows at its reader.
  void put(row_writer& to) const;
  void take_back(row_reader& in);
  static void put(const share& what, row_writer& to);
  [[nodiscard]] static auto take_share(row_reader& in) -> share;

 private:
  struct seat_apart {
    domain::allocation_number allocation;
    bool taken = false; ///< held or sold
  };

  void add(domain::allocation_number allocation, const std::vector<domain::seat_index>& seats, const watcher& to);
  void remove(const std::vector<domain::seat_index>& seats, const watcher& to);
  /// Gives an allocation another number of places of an area.
  void resize(const domain::allocation_changed& what, const domain::area_quantity& wanted, const watcher& to);
  void set_quantity(domain::allocation_number allocation, const domain::area_quantity& now);
  /// Null when the allocation is gone or has none of the area.
  [[nodiscard]] auto find(domain::allocation_number allocation, domain::area_index area) -> domain::allocated_area*;

  std::map<domain::seat_index, seat_apart> seats_;
  std::map<domain::allocation_number, std::vector<domain::allocated_area>> areas_; ///< of each allocation that there is
};

} // namespace holdfast::projections
