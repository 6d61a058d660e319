#include "domain/row_choice.hpp"

#include <algorithm>
#include <array>

namespace holdfast::domain {
namespace {

/// Rates groups of one row.
class row_rating {
 public:
  row_rating(const seat_view& view, std::uint32_t row, std::uint32_t quantity, fine_point target)
      : view_{view}, row_{row}, quantity_{quantity}, target_{target}, first_seat_{view.seats.rows()[row].first_seat} {}

  void consider(std::uint32_t position, std::uint32_t restricted) {
    const group_choice one{leaves_one_alone(position), restricted,
                           group_distance(view_.seats, row_, position, quantity_, target_), first_seat_ + position};
    if (!best_ || one < *best_) {
      best_ = one;
    }
  }

  [[nodiscard]] auto has(std::uint32_t position, std::uint8_t attribute) const noexcept -> bool {
    return (view_.seats.attributes(first_seat_ + position) & attribute) != 0;
  }

  [[nodiscard]] auto is_available(std::uint32_t position) const noexcept -> bool {
    return view_.is_available(row_, position);
  }

  [[nodiscard]] auto best() const noexcept -> const std::optional<group_choice>& { return best_; }

 private:
  [[nodiscard]] auto leaves_one_alone(std::uint32_t position) const noexcept -> bool {
    const auto is_free = [&](std::int64_t at) { return view_.runs.is_free(view_.seats, row_, at); };
    const std::int64_t before = std::int64_t{position} - 1;
    const std::int64_t behind = std::int64_t{position} + quantity_;
    return (is_free(before) && !is_free(before - 1)) || (is_free(behind) && !is_free(behind + 1));
  }

  const seat_view& view_;
  std::uint32_t row_;
  std::uint32_t quantity_;
  fine_point target_;
  seat_index first_seat_;
  std::optional<group_choice> best_;
};

/// Every group of a run, counting restricted views as the group moves on.
void consider_all(row_rating& rating, free_runs::run in, std::uint32_t quantity) {
  std::uint32_t restricted = 0;
  for (std::uint32_t end = in.begin; end < in.end; ++end) {
    restricted += rating.has(end, seat_attribute::restricted_view) ? 1U : 0U;
    if (end + 1 - in.begin < quantity) {
      continue;
    }
    const std::uint32_t begin = end + 1 - quantity;
    rating.consider(begin, restricted);
    restricted -= rating.has(begin, seat_attribute::restricted_view) ? 1U : 0U;
  }
}

/// The groups of a run that can win where no view is restricted: along a straight row the distance falls, then rises, so that the
/// best is near its lowest point or, where a seat would be left alone there, a seat further; or at an end of the run.
void consider_nearest(row_rating& rating, free_runs::run in, std::uint32_t quantity, std::int64_t ideal) {
  const std::int64_t last = std::int64_t{in.end} - quantity;
  rating.consider(in.begin, 0);
  rating.consider(static_cast<std::uint32_t>(last), 0);
  constexpr std::int64_t around = 3;
  const std::int64_t middle = std::clamp<std::int64_t>(ideal, in.begin, last);
  for (std::int64_t at = std::max<std::int64_t>(middle - around, in.begin); at <= std::min(middle + around, last);
       ++at) {
    rating.consider(static_cast<std::uint32_t>(at), 0);
  }
}

} // namespace

auto best_in_row(const seat_view& view, std::uint32_t row, std::uint32_t quantity, fine_point target)
    -> std::optional<group_choice> {
  row_rating rating{view, row, quantity, target};
  const auto ideal = nearest_position(view.seats, row, quantity, target);
  for (auto in = view.runs.next_run(view.seats, row, 0); in; in = view.runs.next_run(view.seats, row, in->end)) {
    if (in->length() < quantity) {
      continue;
    }
    if (view.runs.has_restricted(row)) {
      consider_all(rating, *in, quantity);
    } else {
      consider_nearest(rating, *in, quantity, ideal);
    }
  }
  return rating.best();
}

auto best_accessible_in_row(const seat_view& view, std::uint32_t row, std::uint32_t quantity, std::uint32_t accessible,
                            fine_point target) -> std::optional<group_choice> {
  row_rating rating{view, row, quantity, target};
  std::uint32_t begin = 0;
  std::uint32_t restricted = 0;
  std::uint32_t found = 0;
  for (std::uint32_t end = 0; end < view.seats.rows()[row].count; ++end) {
    if (!rating.is_available(end)) {
      begin = end + 1;
      restricted = 0;
      found = 0;
      continue;
    }
    restricted += rating.has(end, seat_attribute::restricted_view) ? 1U : 0U;
    found += rating.has(end, seat_attribute::accessible) ? 1U : 0U;
    if (end - begin == quantity) {
      restricted -= rating.has(begin, seat_attribute::restricted_view) ? 1U : 0U;
      found -= rating.has(begin, seat_attribute::accessible) ? 1U : 0U;
      ++begin;
    }
    if (end + 1 - begin == quantity && found == accessible) {
      rating.consider(begin, restricted);
    }
  }
  return rating.best();
}

} // namespace holdfast::domain
