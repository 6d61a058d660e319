#include "domain/seat_choice.hpp"

#include "domain/event_data.hpp"
#include "domain/row_choice.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

namespace holdfast::domain {
namespace {

/// How good a single seat is.
struct seat_rating {
  std::uint32_t restricted = 0;
  wide_unsigned distance = 0;
  seat_index seat = 0;
  friend auto operator<(const seat_rating& a, const seat_rating& b) noexcept -> bool {
    return std::tie(a.restricted, a.distance, a.seat) < std::tie(b.restricted, b.distance, b.seat);
  }
};

/// One choice being made: the best group so far, and which rows may still hold a better one.
class search {
 public:
  search(const seat_view& view, const best_available& wanted)
      : view_{view}, wanted_{wanted}, focal_{fine(view.seats.focal())} {}

  [[nodiscard]] auto together() -> std::optional<std::vector<seat_index>> {
    if (!wanted_.sections.empty()) {
      visit_sections([&](std::uint32_t row) { look_at(row); });
    } else if (wanted_.accessible > 0) {
      visit_accessible();
    } else {
      visit_by_fit();
    }
    if (!best_) {
      return std::nullopt;
    }
    std::vector<seat_index> seats(wanted_.quantity);
    std::iota(seats.begin(), seats.end(), best_->first);
    return seats;
  }

  [[nodiscard]] auto apart() const -> std::optional<std::vector<seat_index>> {
    auto seats = least(wanted_.accessible, true);
    const auto others = least(wanted_.quantity - wanted_.accessible, false);
    seats.insert(seats.end(), others.begin(), others.end());
    if (seats.size() < wanted_.quantity) {
      return std::nullopt;
    }
    std::ranges::sort(seats);
    return seats;
  }

 private:
  void look_at(std::uint32_t row) {
    if (!view_.runs.has_row(row)) {
      return;
    }
    const auto found = wanted_.accessible == 0
                           ? best_in_row(view_, row, wanted_.quantity, focal_)
                           : best_accessible_in_row(view_, row, wanted_.quantity, wanted_.accessible, focal_);
    if (found && (!best_ || *found < *best_)) {
      best_ = found;
    }
  }

  /// Whether nothing as good as `bound` with a centre no nearer than the row can win any more.
  [[nodiscard]] auto is_settled(group_choice bound, std::uint32_t row) const -> bool {
    bound.distance = view_.runs.nearest(row);
    return best_ && *best_ < bound;
  }

  [[nodiscard]] auto allows(tier_index tier) const -> bool {
    return wanted_.tiers.empty() || std::ranges::find(wanted_.tiers, tier) != wanted_.tiers.end();
  }

  template <class Visit>
  void visit_tiers(Visit visit) const {
    for (std::size_t tier = 0; tier < view_.seats.tier_ids().size(); ++tier) {
      if (allows(static_cast<tier_index>(tier))) {
        visit(static_cast<tier_index>(tier));
      }
    }
  }

  template <class Visit>
  void visit_sections(Visit visit) const {
    const auto rows = view_.seats.rows();
    for (const auto section : wanted_.sections) {
      const auto in = std::ranges::equal_range(rows, section, {}, &layout::row::section);
      for (auto row = in.begin(); row != in.end(); ++row) {
        if (allows(row->tier)) {
          visit(static_cast<std::uint32_t>(row - rows.begin()));
        }
      }
    }
  }

  /// First the rows that may have a tidy group of clear view, then those that have a tidy one, then the rest: a better kind found in
  /// one pass ends the search.
  void visit_by_fit() {
    using fit = free_runs::fit;
    for (const auto& [how, bound] :
         {std::pair{fit::clear, group_choice{false, 0, 0, 0}}, std::pair{fit::tidy, group_choice{false, 1, 0, 0}},
          std::pair{fit::any, group_choice{true, 0, 0, 0}}}) {
      visit_tiers([&](tier_index tier) { visit_ranked(tier, how, bound); });
      const bool settled = best_ && !best_->leaves_one_alone && (how != fit::clear || best_->restricted == 0);
      if (settled) {
        return;
      }
    }
  }

  void visit_ranked(tier_index tier, free_runs::fit how, const group_choice& bound) {
    const auto rows = view_.runs.ranked(tier);
    for (auto rank = view_.runs.next(tier, how, wanted_.quantity, 0); rank && !is_settled(bound, rows[*rank]);
         rank = view_.runs.next(tier, how, wanted_.quantity, *rank + 1)) {
      look_at(rows[*rank]);
    }
  }

  void visit_accessible() {
    visit_tiers([&](tier_index tier) {
      for (const auto row : view_.runs.accessible_rows(tier)) {
        if (is_settled({}, row)) {
          return;
        }
        look_at(row);
      }
    });
  }

  /// Calls `visit(row)` for the rows of a tier that may have a seat for somebody alone, nearest first, until it returns false.
  template <class Visit>
  void visit_while(tier_index tier, bool accessible, Visit visit) const {
    if (accessible || wanted_.accessible > 0) {
      const auto rows = accessible ? view_.runs.accessible_rows(tier) : view_.runs.ranked(tier);
      static_cast<void>(std::ranges::find_if_not(rows, visit));
      return;
    }
    const auto rows = view_.runs.ranked(tier);
    auto rank = view_.runs.next(tier, free_runs::fit::any, 1, 0);
    while (rank && visit(rows[*rank])) {
      rank = view_.runs.next(tier, free_runs::fit::any, 1, *rank + 1);
    }
  }

  /// The `count` least available seats, accessible ones or the others that the request may take; as many as there are.
  [[nodiscard]] auto least(std::uint32_t count, bool accessible) const -> std::vector<seat_index> {
    std::priority_queue<seat_rating> kept; // the worst on top
    if (!wanted_.sections.empty()) {
      visit_sections([&](std::uint32_t row) { consider_each(row, count, accessible, kept); });
    } else {
      visit_tiers([&](tier_index tier) {
        visit_while(tier, accessible, [&](std::uint32_t row) {
          if (kept.size() == count && (count == 0 || kept.top() < seat_rating{0, view_.runs.nearest(row), 0})) {
            return false;
          }
          consider_each(row, count, accessible, kept);
          return true;
        });
      });
    }
    std::vector<seat_index> seats;
    for (; !kept.empty(); kept.pop()) {
      seats.push_back(kept.top().seat);
    }
    return seats;
  }

  void consider_each(std::uint32_t row, std::uint32_t count, bool accessible,
                     std::priority_queue<seat_rating>& kept) const {
    if (!view_.runs.has_row(row)) {
      return;
    }
    const std::uint8_t reserved = wanted_.accessible > 0 ? 0 : seat_attribute::companion;
    const auto& line = view_.seats.rows()[row];
    for (std::uint32_t at = 0; at < line.count; ++at) {
      const seat_index seat = line.first_seat + at;
      const auto bits = view_.seats.attributes(seat);
      const bool is_kind = ((bits & seat_attribute::accessible) != 0) == accessible && (bits & reserved) == 0;
      if (!is_kind || !view_.is_available(row, at)) {
        continue;
      }
      const bool restricted = (bits & seat_attribute::restricted_view) != 0;
      kept.push({restricted ? 1U : 0U, group_distance(view_.seats, row, at, 1, focal_), seat});
      if (kept.size() > count) {
        kept.pop();
      }
    }
  }

  seat_view view_;
  const best_available& wanted_;
  fine_point focal_;
  std::optional<group_choice> best_;
};

} // namespace

auto choose_best(const event_state& state, const best_available& wanted) -> std::optional<std::vector<seat_index>> {
  return choose_best(state_access::of(state).view(), wanted);
}

auto choose_best(const seat_view& among, const best_available& wanted) -> std::optional<std::vector<seat_index>> {
  search looking{among, wanted};
  auto seats = looking.together();
  return seats || wanted.adjacent ? std::move(seats) : looking.apart();
}

} // namespace holdfast::domain
