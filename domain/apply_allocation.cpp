#include "domain/apply_booking.hpp"
#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace holdfast::domain {
namespace {

/// Makes seats of one allocation (0: of none) another's. A seat that somebody has stays theirs. Each row that seats of it were moved in is
/// looked at once, after the last of them: rows of thousands of seats are moved whole.
class seat_move {
 public:
  seat_move(event_data& data, std::uint32_t from, std::uint32_t to) noexcept : data_{data}, from_{from}, to_{to} {}
  seat_move(const seat_move&) = delete;
  auto operator=(const seat_move&) -> seat_move& = delete;
  ~seat_move() {
    sort_rows();
    for (const auto& share : rows_) {
      data_.runs.refresh(*data_.seats, share.row);
    }
    take_from(from_);
    give_to(to_);
  }

  void operator()(seat_index seat) {
    data_.hash -= pool_hash(seat, from_);
    data_.pools[seat] = static_cast<std::uint16_t>(to_);
    data_.hash += pool_hash(seat, to_);
    const auto row = data_.seats->row_of(seat);
    if (rows_.empty() || rows_.back().row != row) {
      rows_.push_back({row, 0});
    }
    ++rows_.back().seats;
    if (data_.holders[seat] != 0) {
      return;
    }
    const bool was_blocked = data_.statuses[seat] == seat_status::blocked;
    const auto status = data_.free_status(seat);
    data_.statuses[seat] = status;
    data_.places_blocked += static_cast<std::uint32_t>(status == seat_status::blocked);
    data_.places_blocked -= static_cast<std::uint32_t>(was_blocked);
    data_.runs.set(*data_.seats, seat, row, status == seat_status::available);
  }

 private:
  /// By row, each once.
  void sort_rows() {
    std::ranges::sort(rows_, {}, &row_share::row);
    std::vector<row_share> all;
    for (const auto& share : rows_) {
      if (all.empty() || all.back().row != share.row) {
        all.push_back({share.row, 0});
      }
      all.back().seats += share.seats;
    }
    rows_ = std::move(all);
  }

  [[nodiscard]] auto shares_of(std::uint32_t allocation) const noexcept -> std::vector<row_share>* {
    const auto* const its = data_.find_allocation(allocation);
    return its == nullptr ? nullptr : &data_.pool_rows[static_cast<std::size_t>(its - data_.allocations.data())];
  }

  void take_from(std::uint32_t allocation) {
    auto* const shares = shares_of(allocation);
    if (shares == nullptr) {
      return;
    }
    auto at = shares->begin();
    for (const auto& gone : rows_) {
      at = std::lower_bound(at, shares->end(), gone.row,
                            [](const row_share& one, std::uint32_t row) { return one.row < row; });
      HF_CHECK(at != shares->end() && at->row == gone.row && at->seats >= gone.seats,
               "an allocation's rows are where its seats are");
      at->seats -= gone.seats;
    }
    std::erase_if(*shares, [](const row_share& one) { return one.seats == 0; });
  }

  void give_to(std::uint32_t allocation) {
    auto* const shares = shares_of(allocation);
    if (shares == nullptr) {
      return;
    }
    shares->insert(shares->end(), rows_.begin(), rows_.end());
    rows_ = std::move(*shares);
    sort_rows();
    *shares = std::move(rows_);
  }

  event_data& data_;
  std::uint32_t from_;
  std::uint32_t to_;
  std::vector<row_share> rows_;
};

/// Moves seats that are of an allocation and free to another (0: whoever has them, to nobody's).
void move_between(event_data& data, std::uint32_t from, std::uint32_t to, std::span<const seat_index> seats) {
  seat_move move{data, from, to};
  for (const auto seat : seats) {
    HF_CHECK(seat < data.statuses.size(), "a seat that is moved is in the layout");
    HF_CHECK(data.pool_of(seat) == from, "a seat that is moved is of its allocation");
    HF_CHECK(to == 0 || data.holders[seat] == 0, "a seat that goes to another allocation is free");
    move(seat);
  }
}

/// An allocation that is there, to be changed.
auto its(event_data& data, std::uint32_t number) noexcept -> allocation& {
  const auto* const found = data.find_allocation(number);
  HF_CHECK(found != nullptr, "an allocation that is changed is there");
  return data.allocations[static_cast<std::size_t>(found - data.allocations.data())];
}

/// Gives an allocation so many places of an area, used ones included. None: the area is not its any more.
void resize(event_data& data, allocation& of, area_index area, std::uint32_t quantity) {
  data.hash -= hash_of(of);
  auto part = std::ranges::find(of.areas, area, &allocated_area::area);
  if (part == of.areas.end()) {
    part = of.areas.insert(part, {area, 0, 0});
  }
  HF_CHECK(quantity >= part->used, "what is held or sold stays an allocation's");
  data.areas[area].blocked += quantity - part->quantity;
  data.places_blocked += quantity - part->quantity;
  part->quantity = quantity;
  if (quantity == 0) {
    of.areas.erase(part);
  }
  data.hash += hash_of(of);
}

/// Changes how many places of an area an allocation has: more come from another (0: from the public), fewer are the public's.
void change_area(event_data& data, allocation& of, std::uint32_t from, const area_quantity& wanted) {
  HF_CHECK(wanted.area < data.areas.size(), "an area that is set apart is in the layout");
  const auto* const part = of.find(wanted.area);
  const auto before = part == nullptr ? 0 : part->quantity;
  const auto more = wanted.quantity > before ? wanted.quantity - before : 0;
  if (more > 0 && from != 0) {
    auto& giver = its(data, from);
    const auto* const its_part = giver.find(wanted.area);
    HF_CHECK(its_part != nullptr && more <= its_part->quantity - its_part->used, "places that are moved are free");
    resize(data, giver, wanted.area, its_part->quantity - more);
  }
  HF_CHECK(more <= data.free_places(wanted.area), "places that are set apart are free");
  resize(data, of, wanted.area, wanted.quantity);
}

void check_life(const event_data& data) noexcept {
  HF_CHECK(data.status >= event_status::draft, "what is set apart exists");
  HF_CHECK(data.status <= event_status::paused, "nothing is set apart of an event that is over");
}

void count_apart(event_data& data, const allocation& what, bool add) noexcept {
  for (const auto& one : what.areas) {
    HF_CHECK(one.area < data.areas.size(), "an area that is set apart is in the layout");
    const auto left = one.quantity - one.used;
    HF_CHECK(left <= (add ? data.free_places(one.area) : left), "places that are set apart are free");
    data.areas[one.area].blocked += add ? left : 0 - left;
    data.places_blocked += add ? left : 0 - left;
  }
}

} // namespace

void set_apart(event_data& data, std::uint32_t allocation, std::span<const seat_index> seats) noexcept {
  seat_move move{data, 0, allocation};
  for (const auto seat : seats) {
    HF_CHECK(seat < data.statuses.size(), "a seat that is set apart is in the layout");
    HF_CHECK(data.statuses[seat] == seat_status::available, "a seat that is set apart is available");
    move(seat);
  }
}

void add_allocation(event_data& data, allocation what) {
  HF_CHECK(what.number.value() > data.last_allocation, "allocations are numbered upwards");
  HF_CHECK(what.number.value() <= limits::allocation_number_max, "allocation numbers are limited");
  HF_CHECK(std::ranges::all_of(what.areas, [](const allocated_area& one) { return one.used == 0; }),
           "nothing is used of what is set apart");
  data.last_allocation = what.number.value();
  data.pools.resize(data.statuses.size());
  count_apart(data, what, true);
  data.hash += hash_of(what);
  data.allocations.push_back(std::move(what));
  data.pool_rows.emplace_back();
}

void fold(event_data& data, const seats_allocated& what, instant) {
  check_life(data);
  HF_CHECK(what.what.number.value() == data.last_allocation + 1, "allocations are numbered without gaps");
  add_allocation(data, what.what);
  set_apart(data, what.what.number.value(), what.seats);
}

void fold(event_data& data, const allocation_changed& what, instant) {
  check_life(data);
  const auto number = what.allocation.value();
  const auto from = what.from.value();
  auto& changed = its(data, number);
  HF_CHECK(from != number, "places do not come from where they go");
  HF_CHECK(from == 0 || data.find_allocation(from) != nullptr, "an allocation that places come from is there");
  move_between(data, number, 0, what.removed);
  if (from == 0) {
    set_apart(data, number, what.added);
  } else {
    move_between(data, from, number, what.added);
  }
  for (const auto& wanted : what.areas) {
    change_area(data, changed, from, wanted);
  }
}

void fold(event_data& data, const allocation_released& what, instant) {
  const auto number = what.allocation.value();
  const auto& gone = its(data, number);
  {
    const auto rows = data.rows_of(gone);
    seat_move move{data, number, 0};
    for (const auto& share : rows) {
      const auto& line = data.seats->rows()[share.row];
      for (seat_index seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
        if (data.pools[seat] == number) {
          move(seat);
        }
      }
    }
  }
  count_apart(data, gone, false);
  data.hash -= hash_of(gone);
  const auto at = &gone - data.allocations.data();
  data.pool_rows.erase(data.pool_rows.begin() + at);
  data.allocations.erase(data.allocations.begin() + at);
  if (data.allocations.empty()) {
    data.pools.clear();
  }
}

} // namespace holdfast::domain
