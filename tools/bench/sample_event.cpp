#include "tools/bench/sample_event.hpp"

#include "domain/apply.hpp"
#include "domain/decide.hpp"
#include "domain/layout.hpp"
#include "tools/bench/hall.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::tools::bench {

namespace {

[[nodiscard]] auto layout_of(std::uint32_t seats) -> std::shared_ptr<const domain::layout> {
  const hall plan{seats};
  domain::layout_spec spec;
  for (std::uint32_t first = 0; first < seats; first += hall::seats_per_section) {
    std::string name;
    plan.append_label(first, name);
    name.resize(name.find('/'));
    domain::section_spec section{name, "seated", {}};
    const auto section_end = std::min(seats, first + hall::seats_per_section);
    for (auto row = first; row < section_end; row += hall::seats_per_row) {
      const auto number = (row - first) / hall::seats_per_row;
      section.rows.push_back({.name = std::to_string(number + 1),
                              .first = 1,
                              .count = std::min(hall::seats_per_row, section_end - row),
                              .origin = {0, static_cast<std::int32_t>(row) * 2},
                              .attributes = {}});
    }
    spec.sections.push_back(std::move(section));
  }
  auto built = domain::layout::build(std::move(spec));
  return built ? *built : nullptr;
}

[[nodiscard]] auto sample_config() -> domain::event_config {
  domain::event_config config;
  config.name = "Sample";
  config.category = "concert";
  config.venue.id = domain::venue_id{1};
  config.venue.name = "Hall";
  config.venue.city = "Graz";
  config.venue.country = "AT";
  config.venue.timezone = "Europe/Vienna";
  config.starts_at = sample_time + domain::hours(24 * 100);
  config.currency = {{'E', 'U', 'R'}};
  config.tiers = {{"seated", "Seated", 8900}};
  config.max_per_order = domain::limits::places_per_hold_max;
  config.max_per_buyer = domain::limits::tickets_max;
  return config;
}

} // namespace

auto carry_out(domain::event_state& state, const domain::command& what) -> std::optional<domain::facts> {
  auto decided = domain::decide(state, what, sample_time);
  if (!decided) {
    return std::nullopt;
  }
  for (const auto& fact : *decided) {
    domain::apply(state, fact);
  }
  return std::move(*decided);
}

auto sample_buyer(std::uint64_t number) -> domain::caller {
  return {domain::caller::kind::buyer, {number, 1}, {}, {}};
}

auto open_sample_event(std::uint32_t seats) -> std::optional<domain::event_state> {
  const domain::caller organiser{domain::caller::kind::organiser, {}, domain::organisation_id{1}, domain::key_id{1}};
  const auto plan = layout_of(seats);
  domain::event_state state;
  if (plan == nullptr ||
      !carry_out(state,
                 {organiser,
                  {},
                  domain::create_event{domain::event_id{1}, domain::organisation_id{1}, sample_config(), plan}}) ||
      !carry_out(state, {organiser, {}, domain::publish_event{}})) {
    return std::nullopt;
  }
  return state;
}

} // namespace holdfast::tools::bench
