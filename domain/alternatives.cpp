#include "domain/alternatives.hpp"

#include "domain/limits.hpp"
#include "domain/row_choice.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace holdfast::domain {
namespace {

constexpr std::uint32_t rows_looked_at_max = 16;
constexpr std::uint32_t accessible_seats_looked_at_max = 2'048;

/// What was asked for.
struct wish {
  std::uint32_t row = 0; ///< of the first seat
  tier_index tier = 0;
  std::uint32_t quantity = 0;
  std::uint32_t accessible = 0;
  fine_point centre;
};

class collector {
 public:
  collector(const event_data& data, const seat_view& among, const wish& what)
      : data_{data}, wish_{what}, view_{among} {}

  void look_at(std::uint32_t row) {
    if (!view_.runs.has_row(row)) {
      return;
    }
    const auto found = wish_.accessible == 0
                           ? best_in_row(view_, row, wish_.quantity, wish_.centre)
                           : best_accessible_in_row(view_, row, wish_.quantity, wish_.accessible, wish_.centre);
    if (found) {
      alternative one;
      one.seats.resize(wish_.quantity);
      std::iota(one.seats.begin(), one.seats.end(), found->first);
      const auto cost = data_.tier_prices[wish_.tier] + data_.tier_fees[wish_.tier];
      const auto& tax = data_.config.tax;
      one.total = (cost + (tax ? tax_on_top(tax->rate, cost) : 0)) * wish_.quantity;
      found_.push_back(std::move(one));
    }
  }

  [[nodiscard]] auto is_full() const noexcept -> bool { return found_.size() == limits::alternatives_max; }
  [[nodiscard]] auto taken() && -> std::vector<alternative> { return std::move(found_); }

 private:
  const event_data& data_;
  const wish& wish_;
  seat_view view_;
  std::vector<alternative> found_;
};

constexpr std::uint32_t out_of_reach = 0xffff'ffff;

/// How far a rank is from another; `out_of_reach` when there is none.
auto apart(std::uint32_t from, std::optional<std::uint32_t> rank) -> std::uint32_t {
  if (!rank) {
    return out_of_reach;
  }
  return *rank < from ? from - *rank : *rank - from;
}

void search_outward(const seat_view& data, const wish& what, collector& found) {
  using fit = free_runs::fit;
  const auto rows = data.runs.ranked(what.tier);
  const std::uint32_t rank = data.runs.rank_of(what.row);
  auto below = data.runs.previous(what.tier, fit::any, what.quantity, rank);
  auto above = data.runs.next(what.tier, fit::any, what.quantity, rank); // the row itself, if it has room
  for (std::uint32_t i = 0; (below || above) && !found.is_full() && i < rows_looked_at_max; ++i) {
    if (apart(rank, below) <= apart(rank, above)) {
      found.look_at(rows[*below]);
      below = data.runs.previous(what.tier, fit::any, what.quantity, *below);
    } else {
      found.look_at(rows[*above]);
      above = data.runs.next(what.tier, fit::any, what.quantity, *above + 1);
    }
  }
}

void search_accessible(const seat_view& data, const wish& what, collector& found) {
  const auto rows = data.runs.accessible_rows(what.tier);
  const std::uint32_t rank = data.runs.rank_of(what.row);
  const auto rank_of = [&](std::uint32_t row) { return data.runs.rank_of(row); };
  auto above = static_cast<std::size_t>(std::ranges::lower_bound(rows, rank, {}, rank_of) - rows.begin());
  auto below = above; // one more than the next candidate
  std::uint32_t seats = 0;
  for (std::uint32_t i = 0; i < rows_looked_at_max && !found.is_full() && seats < accessible_seats_looked_at_max; ++i) {
    const std::uint32_t to_below = below > 0 ? rank - rank_of(rows[below - 1]) : out_of_reach;
    const std::uint32_t to_above = above < rows.size() ? rank_of(rows[above]) - rank : out_of_reach;
    if (to_below == out_of_reach && to_above == out_of_reach) {
      return;
    }
    const auto row = to_below <= to_above ? rows[--below] : rows[above++];
    seats += data.seats.rows()[row].count;
    found.look_at(row);
  }
}

} // namespace

auto find_alternatives(const event_data& data, const seat_view& among, std::span<const seat_index> wanted)
    -> std::vector<alternative> {
  const auto& seats = *data.seats;
  wish what;
  what.row = seats.row_of(wanted.front());
  what.tier = seats.rows()[what.row].tier;
  what.quantity = static_cast<std::uint32_t>(wanted.size());
  for (const auto seat : wanted) {
    if (seats.tier_of_seat(seat) != what.tier) {
      return {};
    }
    what.accessible += (seats.attributes(seat) & seat_attribute::accessible) != 0 ? 1U : 0U;
  }
  what.centre = centre_of(seats, wanted);
  collector found{data, among, what};
  if (what.accessible == 0) {
    search_outward(among, what, found);
  } else {
    search_accessible(among, what, found);
  }
  return std::move(found).taken();
}

} // namespace holdfast::domain
