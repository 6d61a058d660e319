#include "domain/waitlist_match.hpp"

#include "domain/limits.hpp"
#include "domain/seat_choice.hpp"
#include "domain/waitlist_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>

namespace holdfast::domain {
namespace {

/// The state's seats but for those that were given away since; copied when the first one is.
class seats_left {
 public:
  explicit seats_left(const event_data& data) : data_{data} {}

  [[nodiscard]] auto view() const noexcept -> seat_view {
    return is_copy_ ? seat_view{*data_.seats, runs_, statuses_} : data_.view();
  }

  void take(std::span<const seat_index> seats) {
    if (!is_copy_) {
      statuses_ = data_.statuses;
      runs_ = data_.runs;
      is_copy_ = true;
    }
    mark(seats, seat_status::held);
  }
  void put_back(std::span<const seat_index> seats) { mark(seats, seat_status::available); }

 private:
  void mark(std::span<const seat_index> seats, seat_status status) {
    for (const auto seat : seats) {
      const auto row = data_.seats->row_of(seat);
      statuses_[seat] = status;
      runs_.set(*data_.seats, seat, row, status == seat_status::available);
      runs_.refresh(*data_.seats, row);
    }
  }

  const event_data& data_;
  bool is_copy_ = false;
  std::vector<seat_status> statuses_;
  free_runs runs_;
};

/// Which tiers have places that cost no more than so much.
class price_line {
 public:
  explicit price_line(const event_data& data) {
    const auto& tax = data.config.tax;
    for (std::size_t tier = 0; tier < data.tier_prices.size(); ++tier) {
      const auto cost = data.tier_prices[tier] + data.tier_fees[tier];
      costs_.push_back(cost + (tax ? tax_on_top(tax->rate, cost) : 0));
      steps_.push_back({costs_.back(), std::uint64_t{1} << tier});
    }
    std::ranges::sort(steps_, {}, &step::cost);
    std::uint64_t below = 0;
    for (auto& one : steps_) {
      below |= one.tiers;
      one.tiers = below;
    }
  }

  [[nodiscard]] auto tiers_within(minor_units most) const noexcept -> std::uint64_t {
    const auto above = std::ranges::upper_bound(steps_, most, {}, &step::cost);
    return above == steps_.begin() ? 0 : std::prev(above)->tiers;
  }
  [[nodiscard]] auto cost(tier_index tier) const noexcept -> minor_units { return costs_[tier]; }

 private:
  struct step {
    minor_units cost = 0;
    std::uint64_t tiers = 0; ///< of this cost and all below
  };
  std::vector<minor_units> costs_;
  std::vector<step> steps_; ///< by cost
};

/// What is to be found for a choice of seats, as far as it makes a difference.
struct seat_need {
  std::uint64_t tiers = 0; ///< those that are wanted and within the price
  std::array<std::uint8_t, limits::waitlist_groups_max> groups{};
  std::uint8_t accessible = 0;
  friend auto operator==(const seat_need&, const seat_need&) -> bool = default;
};

struct seat_need_hash {
  auto operator()(const seat_need& of) const noexcept -> std::size_t {
    return static_cast<std::size_t>(
        mix64(of.tiers ^ mix64(std::bit_cast<std::uint32_t>(of.groups) | std::uint64_t{of.accessible} << 32)));
  }
};

/// Seats or places of areas that meet a choice.
struct places_met {
  std::vector<seat_index> seats; ///< group by group
  std::vector<area_quantity> areas;
};

class waitlist_matcher {
 public:
  explicit waitlist_matcher(const event_data& data)
      : data_{data},
        left_{data},
        prices_{data},
        available_{data.places - data.places_held - data.places_sold - data.places_blocked} {
    for (std::size_t tier = 0; tier < data.seats->tier_ids().size(); ++tier) {
      if (!data.runs.accessible_rows(static_cast<tier_index>(tier)).empty()) {
        accessible_tiers_ |= std::uint64_t{1} << tier;
      }
    }
    for (std::uint32_t area = 0; area < data.seats->area_count(); ++area) {
      area_left_.push_back(data.free_places(static_cast<area_index>(area)));
    }
  }

  /// How many places are available still.
  [[nodiscard]] auto available() const noexcept -> std::uint32_t { return available_; }
  [[nodiscard]] auto searches() const noexcept -> std::size_t { return searches_; }

  /// Whether a choice may be met, without a search: what this says no of cannot be.
  [[nodiscard]] auto may_meet(const waitlist_shape& shape, const waitlist_choice& choice) -> bool {
    if (shape.areas) {
      return has_room(choice);
    }
    const auto need = need_of(shape);
    for (std::size_t i = 0; i < need.groups.size() && need.groups[i] != 0; ++i) {
      const auto fits = i == 0 && need.accessible != 0 ? accessible_tiers_ : fitting(need.groups[i]);
      if ((need.tiers & fits) == 0) {
        return false;
      }
    }
    return failed_.empty() || !failed_.contains(need);
  }

  /// Takes what meets a choice; nothing when it cannot be met.
  [[nodiscard]] auto take(const waitlist_shape& shape, const waitlist_choice& choice) -> std::optional<places_met> {
    if (shape.areas) {
      return take_areas(choice);
    }
    const auto need = need_of(shape);
    auto seats = take_seats(need);
    if (!seats) {
      failed_.insert(need);
      return std::nullopt;
    }
    available_ -= static_cast<std::uint32_t>(seats->size());
    fitting_ = {};
    return places_met{*std::move(seats), {}};
  }

 private:
  [[nodiscard]] auto need_of(const waitlist_shape& shape) const noexcept -> seat_need {
    return {shape.tiers & prices_.tiers_within(shape.each_max), shape.groups, shape.accessible};
  }

  [[nodiscard]] auto has_room(const waitlist_choice& choice) const noexcept -> bool {
    return std::ranges::all_of(choice.areas, [&](const area_quantity& wanted) {
      return wanted.quantity <= area_left_[wanted.area] &&
             prices_.cost(data_.seats->tier_of_area(wanted.area)) <= choice.each_max;
    });
  }

  /// The tiers in which so many ordinary seats may stand side by side.
  [[nodiscard]] auto fitting(std::uint8_t quantity) -> std::uint64_t {
    auto& known = fitting_[quantity];
    if (!known) {
      std::uint64_t tiers = 0;
      const auto view = left_.view();
      for (std::size_t tier = 0; tier < data_.seats->tier_ids().size(); ++tier) {
        const bool fits = view.runs.next(static_cast<tier_index>(tier), free_runs::fit::any, quantity, 0).has_value();
        tiers |= std::uint64_t{fits} << tier;
      }
      known = tiers;
    }
    return *known;
  }

  [[nodiscard]] auto take_areas(const waitlist_choice& choice) -> std::optional<places_met> {
    if (!has_room(choice)) {
      return std::nullopt;
    }
    for (const auto& [area, quantity] : choice.areas) {
      area_left_[area] -= quantity;
      available_ -= quantity;
    }
    return places_met{{}, choice.areas};
  }

  [[nodiscard]] auto take_seats(const seat_need& need) -> std::optional<std::vector<seat_index>> {
    ++searches_;
    best_available wanted;
    for (std::size_t tier = 0; tier < data_.seats->tier_ids().size(); ++tier) {
      if ((need.tiers >> tier & 1) != 0) {
        wanted.tiers.push_back(static_cast<tier_index>(tier));
      }
    }
    wanted.accessible = need.accessible;
    std::vector<seat_index> all;
    for (std::size_t i = 0; i < need.groups.size() && need.groups[i] != 0; ++i) {
      wanted.quantity = need.groups[i];
      const auto seats = choose_best(left_.view(), wanted);
      if (!seats) {
        left_.put_back(all);
        return std::nullopt;
      }
      left_.take(*seats);
      all.insert(all.end(), seats->begin(), seats->end());
      wanted.accessible = 0;
    }
    return all;
  }

  const event_data& data_;
  seats_left left_;
  price_line prices_;
  std::uint64_t accessible_tiers_ = 0;
  std::vector<std::uint32_t> area_left_;
  std::uint32_t available_;
  std::array<std::optional<std::uint64_t>, limits::best_available_quantity_max + 1> fitting_{};
  std::unordered_set<seat_need, seat_need_hash> failed_; ///< what was searched for and not found; never gone through
  std::size_t searches_ = 0;
};

auto is_within_limits(const event_data& data, const waitlist_order& order, std::uint64_t places) noexcept -> bool {
  const auto& config = data.config;
  return places <= std::min(config.max_per_order, limits::places_per_hold_max) &&
         data.bookings.places_of({order.who, {}}) + places <= config.max_per_buyer;
}

/// Takes what the first of an order's choices wants that can be met.
auto take_first(const event_data& data, waitlist_matcher& matcher, const waitlist_table::line& one)
    -> std::optional<places_met> {
  for (std::size_t i = 0; i < one.choices; ++i) {
    const auto& choice = one.order->choices[i];
    if (matcher.may_meet(one.shapes[i], choice) && is_within_limits(data, *one.order, choice.places())) {
      if (auto places = matcher.take(one.shapes[i], choice)) {
        return places;
      }
    }
  }
  return std::nullopt;
}

auto offered(const question& ask, const waitlist_order& order, places_met what, std::size_t before) -> hold_created {
  auto hold = new_hold(ask, std::move(what.seats), what.areas);
  hold.hold = hold_number{static_cast<std::uint32_t>(hold.hold.value() + before)};
  hold.by = {order.who, {}};
  hold.expires_at = ask.now + ask.data.config.waitlist_offer;
  hold.cap_at = std::max(hold.expires_at, hold.cap_at);
  hold.waitlist = order.number;
  return hold;
}

} // namespace

auto look_over_waitlist(const question& ask) -> waitlist_pass {
  const auto& data = ask.data;
  waitlist_pass pass;
  const bool is_open = sale_status_at(data.status, data.config, ask.now) == sale_status::on_sale;
  if (!is_open || data.config.waitlist_offer == millis{0} || data.waitlist.waiting() == 0) {
    return pass;
  }
  const std::size_t numbers_left = limits::hold_number_max - data.last_hold;
  const auto offers_max = std::min(limits::facts_per_command_max, numbers_left);
  waitlist_matcher matcher{data};
  data.waitlist.each_waiting([&](const waitlist_table::line& one) {
    if (matcher.available() == 0 || pass.offers.size() == offers_max) {
      return false;
    }
    ++pass.looked_at;
    if (auto places = take_first(data, matcher, one)) {
      pass.offers.push_back({ask.now, ask.id, offered(ask, *one.order, *std::move(places), pass.offers.size())});
    }
    return true;
  });
  pass.searches = matcher.searches();
  return pass;
}

auto can_be_met(const event_data& data, const waitlist_choice& choice) -> bool {
  waitlist_matcher matcher{data};
  const auto shape = waitlist_shape::of(choice);
  return matcher.may_meet(shape, choice) && matcher.take(shape, choice).has_value();
}

} // namespace holdfast::domain
