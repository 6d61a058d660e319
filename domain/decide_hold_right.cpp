#include "domain/decide_hold_right.hpp"

#include "domain/sale_plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdfast::domain {
namespace {

/// The allocation with a code; all are looked at, whichever it is.
auto presale_with(const event_data& data, const access_code_hash& code) -> const allocation* {
  const allocation* found = nullptr;
  for (const auto& one : data.allocations) {
    if (one.code && is_same_code(*one.code, code)) {
      found = &one;
    }
  }
  return found;
}

} // namespace

auto right_of(const question& ask, const hold_seats& what) -> sale_right {
  const auto& data = ask.data;
  sale_right right;
  right.unknown_code = what.access_code && presale_with(data, *what.access_code) == nullptr &&
                       !has_presale(data.config, *what.access_code);
  right.open = sale_status_at(data.status, data.config, ask.now) == sale_status::on_sale;
  if (right.open || data.status != event_status::published) {
    return right;
  }
  // Guests of the house have their places before the public comes, and after.
  const auto* const named =
      ask.is_box_office() && what.allocation ? data.find_allocation(what.allocation->value()) : nullptr;
  if (named != nullptr && (named->kind == allocation_kind::house || named->kind == allocation_kind::comp)) {
    right.open = std::ranges::all_of(
        what.seats, [&](seat_index seat) { return data.pool_of(seat) == std::uint32_t{named->number.value()}; });
    return right;
  }
  right.phase = what.access_code ? open_presale(data.config, *what.access_code, ask.now) : nullptr;
  right.open = right.phase != nullptr;
  right.others_may = is_presale_open(data.config, ask.now);
  return right;
}

auto granted(const question& ask, const hold_seats& what) -> tl::expected<const allocation*, rejection> {
  if (what.access_code) {
    const auto* const presale = presale_with(ask.data, *what.access_code);
    if (presale == nullptr && !has_presale(ask.data.config, *what.access_code)) {
      auto no = rejected(reason::wrong_access_code);
      no.value().unknown_code = true;
      return no;
    }
    return presale;
  }
  if (!what.allocation) {
    return nullptr;
  }
  const auto* const named = ask.data.find_allocation(what.allocation->value());
  if (named == nullptr || named->kind == allocation_kind::kill) {
    return invalid({config_fault{"/allocation", "no such allocation, or one of places that nobody is to have"}});
  }
  return named;
}

own_seats::own_seats(const event_data& data, const allocation* pool, const std::vector<std::uint32_t>& ended) {
  if (pool == nullptr) {
    free_what_ends(data, ended);
  } else {
    keep_to(data, *pool, ended);
  }
}

void own_seats::free_what_ends(const event_data& data, const std::vector<std::uint32_t>& ended) {
  statuses_ = data.statuses;
  runs_ = data.runs;
  for (const auto hold : ended) {
    const auto& slot = *data.bookings.find(hold_number{hold});
    if (slot.borrows()) {
      continue;
    }
    for (const auto seat : slot.seats()) {
      statuses_[seat] = data.free_status(seat);
      const auto row = data.seats->row_of(seat);
      runs_.set(*data.seats, seat, row, statuses_[seat] == seat_status::available);
      runs_.refresh(*data.seats, row);
    }
  }
}

void own_seats::keep_to(const event_data& data, const allocation& pool, std::vector<std::uint32_t> ended) {
  std::ranges::sort(ended);
  const auto& shares = data.rows_of(pool);
  std::vector<std::uint32_t> rows;
  rows.reserve(shares.size());
  std::ranges::transform(shares, std::back_inserter(rows), &row_share::row);
  runs_ = free_runs{*data.seats, data.runs, rows};
  const auto is_free = [&](seat_index seat) {
    const auto holder = data.holders[seat];
    return data.pools[seat] == pool.number.value() && (holder == 0 || std::ranges::binary_search(ended, holder));
  };
  for (const auto row : rows) {
    const auto& line = data.seats->rows()[row];
    for (seat_index seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
      if (is_free(seat)) {
        runs_.set(*data.seats, seat, row, true);
      }
    }
    runs_.refresh(*data.seats, row);
  }
}

} // namespace holdfast::domain
