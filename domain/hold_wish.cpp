#include "domain/hold_wish.hpp"

#include <utility>

namespace holdfast::domain {

namespace {

class resolver {
 public:
  explicit resolver(const layout& in) : in_{in} {}

  void seats(const std::vector<std::string>& labels) {
    made_.seats.reserve(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (const auto seat = in_.find_seat(labels[i])) {
        made_.seats.push_back(*seat);
      } else {
        fault("/seats/" + std::to_string(i), "the event has no such seat");
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

  auto result() && -> tl::expected<hold_seats, std::vector<config_fault>> {
    if (!faults_.empty()) {
      return tl::unexpected{std::move(faults_)};
    }
    return std::move(made_);
  }

 private:
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

} // namespace holdfast::domain
