#include "domain/waitlist_check.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace holdfast::domain {
namespace {

/// Faults of one choice.
class choice_checker {
 public:
  choice_checker(const layout& seats, std::string at, std::vector<config_fault>& to)
      : seats_{seats}, at_{std::move(at)}, to_{to} {}

  void operator()(const waitlist_choice& choice) {
    check(choice.groups.empty() != choice.areas.empty(), "", "either seats or areas");
    check_groups(choice);
    check_areas(choice);
    check(choice.each_max >= 0 && choice.each_max <= limits::price_max, "/max_each",
          "0 to 1,000,000,000,000 minor units");
  }

 private:
  void check(bool sound, const std::string& member, const char* message) {
    if (!sound) {
      to_.push_back({at_ + member, message});
    }
  }

  void check_groups(const waitlist_choice& choice) {
    check(choice.groups.size() <= limits::waitlist_groups_max, "/seats", "at most 4 groups");
    for (std::size_t i = 0; i < choice.groups.size(); ++i) {
      const auto seats = choice.groups[i];
      check(seats >= 1 && seats <= limits::best_available_quantity_max, "/seats/" + std::to_string(i), "1 to 100");
    }
    const bool known =
        std::ranges::all_of(choice.tiers, [&](tier_index tier) { return tier < seats_.tier_ids().size(); });
    check(known, "/tiers", "no such tier");
    check(is_strictly_ascending(choice.tiers), "/tiers", "a tier is named twice");
    check(choice.tiers.empty() || choice.areas.empty(), "/tiers", "tiers are of seats");
    check(choice.accessible <= (choice.groups.empty() ? 0 : choice.groups.front()), "/accessible",
          "at most the seats of the first group");
  }

  void check_areas(const waitlist_choice& choice) {
    std::vector<area_index> named;
    for (std::size_t i = 0; i < choice.areas.size(); ++i) {
      const auto& [area, quantity] = choice.areas[i];
      named.push_back(area);
      check(area < seats_.area_count(), "/areas/" + std::to_string(i) + "/area", "no such area");
      check(quantity > 0, "/areas/" + std::to_string(i) + "/quantity", "a quantity is at least 1");
    }
    check(is_strictly_ascending(named), "/areas", "an area is named twice");
  }

  /// Those that are resolved from names are sorted, so that only one that is named twice is not.
  template <class Values>
  [[nodiscard]] static auto is_strictly_ascending(const Values& values) -> bool {
    return std::ranges::adjacent_find(values, std::ranges::greater_equal{}) == values.end();
  }

  const layout& seats_;
  std::string at_;
  std::vector<config_fault>& to_;
};

/// What an empty house has room for.
class house {
 public:
  house(const layout& seats, const free_runs& runs) : seats_{seats}, runs_{runs}, longest_(seats.tier_ids().size()) {
    for (const auto& row : seats.rows()) {
      longest_[row.tier] = std::max(longest_[row.tier], row.count);
    }
  }

  void find_faults(const std::string& at, const waitlist_choice& choice, std::vector<config_fault>& to) const {
    for (std::size_t i = 0; i < choice.groups.size(); ++i) {
      const auto group = choice.groups[i];
      if (!any_tier(choice, [&](tier_index tier) { return longest_[tier] >= group; })) {
        to.push_back({at + "/seats/" + std::to_string(i), "no row of these tiers has so many seats"});
      }
    }
    if (choice.accessible > 0 &&
        !any_tier(choice, [&](tier_index tier) { return !runs_.accessible_rows(tier).empty(); })) {
      to.push_back({at + "/accessible", "these tiers have no accessible seats"});
    }
    for (std::size_t i = 0; i < choice.areas.size(); ++i) {
      const auto& [area, quantity] = choice.areas[i];
      if (quantity > seats_.spec().areas[area].capacity) {
        to.push_back({at + "/areas/" + std::to_string(i) + "/quantity", "more places than the area has"});
      }
    }
  }

 private:
  template <class Has>
  [[nodiscard]] auto any_tier(const waitlist_choice& choice, Has has) const -> bool {
    if (!choice.tiers.empty()) {
      return std::ranges::any_of(choice.tiers, has);
    }
    for (std::size_t tier = 0; tier < longest_.size(); ++tier) {
      if (has(static_cast<tier_index>(tier))) {
        return true;
      }
    }
    return false;
  }

  const layout& seats_;
  const free_runs& runs_;
  std::vector<std::uint32_t> longest_; ///< row of each tier, in seats
};

auto pointer_to(std::size_t choice) -> std::string {
  return "/choices/" + std::to_string(choice);
}

} // namespace

auto choice_faults(const layout& seats, const std::vector<waitlist_choice>& choices) -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  if (choices.empty() || choices.size() > limits::waitlist_choices_max) {
    faults.push_back({"/choices", "1 to 4 choices"});
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    choice_checker{seats, pointer_to(i), faults}(choices[i]);
  }
  return faults;
}

auto house_faults(const layout& seats, const free_runs& runs, const std::vector<waitlist_choice>& choices)
    -> std::vector<config_fault> {
  std::vector<config_fault> faults;
  const house empty{seats, runs};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    empty.find_faults(pointer_to(i), choices[i], faults);
  }
  return faults;
}

} // namespace holdfast::domain
