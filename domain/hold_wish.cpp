#include "domain/hold_wish.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::domain {

namespace {

class resolver {
 public:
  explicit resolver(const layout& in) : in_{in} {}

  void seats(const std::vector<std::string>& labels) { seats(labels, "/seats/", made_.seats); }

  void seats(const std::vector<std::string>& labels, const std::string& at, std::vector<seat_index>& to) {
    to.reserve(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (const auto seat = in_.find_seat(labels[i])) {
        to.push_back(*seat);
      } else {
        fault(at + std::to_string(i), "the event has no such seat");
      }
    }
  }

  void areas(const std::vector<hold_wish::area>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (const auto area = in_.find_area(wanted[i].name)) {
        made_.areas.push_back({*area, wanted[i].quantity});
      } else {
        fault("/areas/" + std::to_string(i) + "/area", "the event has no such area");
      }
    }
  }

  void best(const hold_wish::best& wanted) {
    auto& best = made_.best.emplace();
    best.quantity = wanted.quantity;
    best.accessible = wanted.accessible;
    best.adjacent = wanted.adjacent;
    for (std::size_t i = 0; i < wanted.tiers.size(); ++i) {
      if (const auto tier = in_.find_tier(wanted.tiers[i])) {
        best.tiers.push_back(*tier);
      } else {
        fault("/best_available/tiers/" + std::to_string(i), "the layout has no such tier");
      }
    }
    for (std::size_t i = 0; i < wanted.sections.size(); ++i) {
      if (const auto section = in_.find_section(wanted.sections[i])) {
        best.sections.push_back(*section);
      } else {
        fault("/best_available/sections/" + std::to_string(i), "the layout has no such section");
      }
    }
  }

  void choices(const std::vector<hold_wish::choice>& wanted, std::vector<waitlist_choice>& to) {
    to.reserve(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      to.push_back(choice(wanted[i], "/choices/" + std::to_string(i)));
    }
  }

  auto result() && -> tl::expected<hold_seats, std::vector<config_fault>> {
    if (!faults_.empty()) {
      return tl::unexpected{std::move(faults_)};
    }
    return std::move(made_);
  }

  /// The rest of what was read, and the faults.
  [[nodiscard]] auto made() noexcept -> hold_seats& { return made_; }
  [[nodiscard]] auto faults() noexcept -> std::vector<config_fault>& { return faults_; }

 private:
  /// Sorted, for the order in which somebody names what they would take does not matter; what is named twice stays so, and is refused as that.
  auto choice(const hold_wish::choice& wanted, const std::string& at) -> waitlist_choice {
    waitlist_choice made{wanted.groups, {}, wanted.accessible, {}, wanted.each_max};
    for (std::size_t i = 0; i < wanted.tiers.size(); ++i) {
      if (const auto tier = in_.find_tier(wanted.tiers[i])) {
        made.tiers.push_back(*tier);
      } else {
        fault(at + "/tiers/" + std::to_string(i), "the layout has no such tier");
      }
    }
    for (std::size_t i = 0; i < wanted.areas.size(); ++i) {
      if (const auto area = in_.find_area(wanted.areas[i].name)) {
        made.areas.push_back({*area, wanted.areas[i].quantity});
      } else {
        fault(at + "/areas/" + std::to_string(i) + "/area", "the event has no such area");
      }
    }
    std::ranges::sort(made.tiers);
    std::ranges::sort(made.areas, {}, &area_quantity::area);
    return made;
  }

  void fault(std::string pointer, const char* message) { faults_.push_back({std::move(pointer), message}); }

  const layout& in_;
  hold_seats made_;
  std::vector<config_fault> faults_;
};

} // namespace

auto resolve(const hold_wish& wish, const layout& in) -> tl::expected<hold_seats, std::vector<config_fault>> {
  resolver work{in};
  work.seats(wish.seats);
  work.areas(wish.areas);
  if (wish.best_available) {
    work.best(*wish.best_available);
  }
  return std::move(work).result();
}

auto resolve_into(command_body& body, const hold_wish& wish, const layout& in)
    -> tl::expected<void, std::vector<config_fault>> {
  resolver work{in};
  if (auto* const change = std::get_if<change_allocation>(&body)) {
    work.seats(wish.seats, "/add_seats/", change->add);
    work.seats(wish.removed_seats, "/remove_seats/", change->remove);
    work.areas(wish.areas);
  } else if (auto* const join = std::get_if<join_waitlist>(&body)) {
    join->choices.clear();
    work.choices(wish.choices, join->choices);
  } else {
    work.seats(wish.seats);
    work.areas(wish.areas);
  }
  if (wish.best_available) {
    work.best(*wish.best_available);
  }
  if (!work.faults().empty()) {
    return tl::unexpected{std::move(work.faults())};
  }
  auto& made = work.made();
  if (auto* const apart = std::get_if<allocate_seats>(&body)) {
    apart->seats = std::move(made.seats);
    apart->areas = std::move(made.areas);
  } else if (auto* const change = std::get_if<change_allocation>(&body)) {
    change->areas = std::move(made.areas);
  } else if (auto* const hold = std::get_if<hold_seats>(&body)) {
    hold->seats = std::move(made.seats);
    hold->areas = std::move(made.areas);
    hold->best = std::move(made.best);
  }
  return {};
}

} // namespace holdfast::domain
