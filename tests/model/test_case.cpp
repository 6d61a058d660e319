#include "tests/model/test_case.hpp"

#include "tests/model/describe.hpp"
#include "tests/model/naive_plan.hpp"
#include "tests/model/script_plan.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

namespace holdfast::model {
namespace {

using domain::hours;
using domain::layout_spec;
using domain::millis;
using domain::minutes;
using domain::row_spec;
using domain::seconds;
using domain::section_spec;

auto tier_name(std::uint64_t index) -> std::string {
  return "t" + std::to_string(index);
}

auto random_row(dice& random, std::string name, std::uint32_t count_max) -> row_spec {
  row_spec row;
  row.name = std::move(name);
  row.first = static_cast<std::uint32_t>(random.chance(70) ? 1 : random.between(2, 30));
  row.count = static_cast<std::uint32_t>(random.between(1, count_max));
  for (std::uint32_t i = 0; i < row.count; ++i) {
    if (random.chance(20)) {
      row.attributes.push_back({row.first + i, static_cast<std::uint8_t>(random.between(1, 7))});
    }
  }
  return row;
}

/// Rows behind one another as in a hall, or anywhere at any angle: halls have many equally good seats, plans at random hardly any.
void place_rows(dice& random, section_spec& section, std::int32_t section_index) {
  const bool orderly = random.chance(65);
  std::int32_t line = 0;
  for (auto& row : section.rows) {
    if (orderly) {
      row.origin = {section_index * 2'500, line * 100};
      row.pitch = 100;
    } else {
      row.origin = {static_cast<std::int32_t>(random.below(10'000)) - 5'000,
                    static_cast<std::int32_t>(random.below(6'000))};
      row.pitch = static_cast<std::int32_t>(random.between(40, 200));
      row.angle = static_cast<std::int32_t>(random.below(72'001)) - 36'000;
    }
    ++line;
  }
}

auto random_section(dice& random, std::size_t index, std::uint32_t rows_max, std::uint32_t count_max) -> section_spec {
  section_spec section;
  section.name = std::string(1, static_cast<char>('A' + static_cast<char>(index)));
  section.tier = tier_name(random.below(3));
  const auto rows = random.between(1, rows_max);
  for (std::uint64_t i = 0; i < rows; ++i) {
    section.rows.push_back(random_row(random, std::to_string(i + 1), count_max));
  }
  place_rows(random, section, static_cast<std::int32_t>(index));
  return section;
}

/// Values by how often they come.
template <class Value>
auto weighted(const std::vector<std::pair<Value, int>>& weights) -> std::vector<Value> {
  std::vector<Value> all;
  for (const auto& [what, weight] : weights) {
    for (int i = 0; i < weight; ++i) {
      all.push_back(what);
    }
  }
  return all;
}

auto random_step(dice& random) -> step {
  static const auto wishes = weighted<wish>({{wish::hold_seats, 90},
                                             {wish::hold_best, 48},
                                             {wish::hold_areas, 30},
                                             {wish::hold_malformed, 7},
                                             {wish::extend, 30},
                                             {wish::release, 26},
                                             {wish::confirm, 60},
                                             {wish::end_due, 26},
                                             {wish::amend, 14},
                                             {wish::replace_layout, 4},
                                             {wish::publish, 8},
                                             {wish::pause, 3},
                                             {wish::resume, 14},
                                             {wish::close, 1},
                                             {wish::cancel, 6},
                                             {wish::create, 2},
                                             {wish::allocate, 30},
                                             {wish::change_allocation, 22},
                                             {wish::release_allocation, 8},
                                             {wish::freeze, 60},
                                             {wish::thaw, 14},
                                             {wish::confirm_paid, 70},
                                             {wish::return_order, 80},
                                             {wish::take_back, 40},
                                             {wish::claim, 16},
                                             {wish::reissue, 24},
                                             {wish::admit, 40},
                                             {wish::undo, 30},
                                             {wish::offer, 30},
                                             {wish::withdraw, 8},
                                             {wish::hold_resale, 30},
                                             {wish::join, 30},
                                             {wish::leave, 10},
                                             {wish::match, 10}});
  static const auto clocks = weighted<clock_step>({{clock_step::still, 90},
                                                   {clock_step::moment, 120},
                                                   {clock_step::while_holding, 20},
                                                   {clock_step::before_deadline, 12},
                                                   {clock_step::at_deadline, 18},
                                                   {clock_step::after_deadline, 9},
                                                   {clock_step::at_sale_edge, 6},
                                                   {clock_step::hour, 4},
                                                   {clock_step::day, 2}});
  step result;
  result.what = random.below(400) == 0  ? wish::burst
                : random.below(40) == 0 ? wish::resell
                : random.below(50) == 0 ? wish::sell_out
                                        : random.pick(wishes);
  result.who = static_cast<std::uint8_t>(random.below(64));
  result.quantity = static_cast<std::uint8_t>(random.chance(90) ? random.between(1, 6) : random.between(1, 90));
  result.target = static_cast<std::uint8_t>(random.chance(80) ? random.below(16) : random.below(200));
  result.clock = random.pick(clocks);
  result.before = random.chance(5) ? mishap::crash : random.chance(5) ? mishap::snapshot : mishap::none;
  const auto key = random.below(100);
  result.key = key < 30 ? key_use::none : key < 84 ? key_use::fresh : key < 95 ? key_use::repeat : key_use::misused;
  result.detail = static_cast<std::uint32_t>(random.next());
  return result;
}

auto random_case(dice random, unsigned steps_max, int size) -> test_case {
  test_case result;
  result.layout = random_layout(random);
  result.config = random_config(random);
  result.from = random.chance(85) ? beginning::published : random.chance(70) ? beginning::draft : beginning::nothing;
  const auto most =
      steps_min + std::uint64_t{steps_max - steps_min} * static_cast<std::uint64_t>(std::clamp(size, 0, 100)) / 100;
  const auto count = random.between(steps_min, most);
  for (std::uint64_t i = 0; i < count; ++i) {
    result.steps.push_back(random_step(random));
  }
  return result;
}

/// Sequences that lack a stretch of steps, the longest stretches first.
void drop_steps(const test_case& from, std::vector<test_case>& to) {
  for (auto length = from.steps.size(); length > 0; length /= 2) {
    for (std::size_t begin = 0; begin + length <= from.steps.size(); begin += length) {
      auto less = from;
      const auto first = less.steps.begin() + static_cast<std::ptrdiff_t>(begin);
      less.steps.erase(first, first + static_cast<std::ptrdiff_t>(length));
      to.push_back(std::move(less));
    }
  }
}

template <class Change>
void change_each_step(const test_case& from, std::vector<test_case>& to, Change change) {
  for (std::size_t i = 0; i < from.steps.size(); ++i) {
    auto simpler = from;
    change(simpler.steps[i]);
    if (simpler.steps[i] != from.steps[i]) {
      to.push_back(std::move(simpler));
    }
  }
}

void shrink_layout(const test_case& from, std::vector<test_case>& to) {
  for (std::size_t i = 0; i < from.layout.sections.size(); ++i) {
    if (from.layout.sections.size() + from.layout.areas.size() > 1) {
      auto less = from;
      less.layout.sections.erase(less.layout.sections.begin() + static_cast<std::ptrdiff_t>(i));
      to.push_back(std::move(less));
    }
    for (std::size_t j = 0; j < from.layout.sections[i].rows.size(); ++j) {
      if (from.layout.sections[i].rows.size() > 1) {
        auto less = from;
        auto& rows = less.layout.sections[i].rows;
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(j));
        to.push_back(std::move(less));
      }
      if (!from.layout.sections[i].rows[j].attributes.empty()) {
        auto plainer = from;
        plainer.layout.sections[i].rows[j].attributes.clear();
        to.push_back(std::move(plainer));
      }
    }
  }
  for (std::size_t i = 0; i < from.layout.areas.size(); ++i) {
    if (from.layout.sections.size() + from.layout.areas.size() > 1) {
      auto less = from;
      less.layout.areas.erase(less.layout.areas.begin() + static_cast<std::ptrdiff_t>(i));
      to.push_back(std::move(less));
    }
  }
}

auto simpler_cases(const test_case& from) -> std::vector<test_case> {
  std::vector<test_case> all;
  drop_steps(from, all);
  shrink_layout(from, all);
  change_each_step(from, all, [](step& s) { s.before = mishap::none; });
  change_each_step(from, all, [](step& s) { s.key = key_use::none; });
  change_each_step(from, all, [](step& s) { s.clock = clock_step::still; });
  change_each_step(from, all, [](step& s) { s.quantity = 1; });
  change_each_step(from, all, [](step& s) { s.quantity = static_cast<std::uint8_t>((s.quantity + 1) / 2); });
  change_each_step(from, all, [](step& s) { s.who = 0; });
  change_each_step(from, all, [](step& s) { s.target = 0; });
  change_each_step(from, all, [](step& s) { s.detail = 0; });
  change_each_step(from, all, [](step& s) { s.detail = s.detail / 2; });
  return all;
}

} // namespace

auto random_layout(dice& random) -> layout_spec {
  layout_spec result;
  const auto size = random.below(10);
  const std::uint32_t rows_max = size < 2 ? 2 : size < 7 ? 4 : 8;
  const std::uint32_t count_max = size < 2 ? 6 : size < 7 ? 12 : 30;
  const auto sections = random.chance(5) ? 0 : random.between(1, size < 2 ? 1 : 3);
  for (std::uint64_t i = 0; i < sections; ++i) {
    result.sections.push_back(random_section(random, static_cast<std::size_t>(i), rows_max, count_max));
  }
  const auto areas = random.between(sections == 0 ? 1 : 0, 2);
  for (std::uint64_t i = 0; i < areas; ++i) {
    result.areas.push_back({"floor" + std::to_string(i), tier_name(random.below(4)),
                            static_cast<std::uint32_t>(random.between(1, random.chance(50) ? 8 : 300))});
  }
  if (random.chance(35)) {
    result.focal = domain::plan_point{static_cast<std::int32_t>(random.below(8'000)) - 2'000,
                                      static_cast<std::int32_t>(random.below(2'000)) - 1'000};
  }
  return result;
}

auto random_config(dice& random) -> domain::event_config {
  domain::event_config config;
  config.name = "Tosca";
  config.slug = random.chance(50) ? "tosca" : "";
  config.category = "opera";
  config.venue = {domain::venue_id{7}, "Opera", "Graz", "AT", "Europe/Vienna", 47'070'000, 15'440'000};
  config.starts_at = epoch + hours(24 * 30);
  config.currency = {{'E', 'U', 'R'}};
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto price = random.chance(10) ? 0 : static_cast<domain::minor_units>(random.between(1, 20'000));
    config.tiers.push_back({tier_name(i), "Tier " + std::to_string(i), price});
    config.tiers.back().fee = random.chance(40) ? static_cast<domain::minor_units>(random.between(1, 900)) : 0;
  }
  if (random.chance(15)) {
    config.sale_opens_at = epoch + seconds(static_cast<std::int64_t>(random.below(60)));
  }
  if (random.chance(25)) {
    config.sale_closes_at =
        epoch + minutes(static_cast<std::int64_t>(random.between(2, random.chance(50) ? 60 : 2'000)));
  }
  if (random.chance(60)) {
    config.refunds_until = epoch + minutes(static_cast<std::int64_t>(random.between(5, 3'000)));
  }
  if (random.chance(30)) {
    config.phases = some_phases(config, epoch, random);
    config.sale_opens_at = epoch + seconds(static_cast<std::int64_t>(random.below(2'000)));
  }
  if (random.chance(40)) {
    config.price_rules = some_rules(config, epoch, random);
  }
  if (!plan_sound(config)) {
    config.phases.clear();
    config.price_rules.clear();
  }
  config.hold_time = seconds(static_cast<std::int64_t>(random.between(60, 3'600)));
  config.hold_extension = seconds(static_cast<std::int64_t>(random.between(60, 3'600)));
  config.hold_cap = std::max(config.hold_time, seconds(static_cast<std::int64_t>(random.between(60, 7'200))));
  config.max_per_order =
      static_cast<std::uint32_t>(random.chance(80) ? random.between(1, 10) : random.between(10, 2'000));
  config.max_per_buyer =
      static_cast<std::uint32_t>(random.chance(80) ? random.between(1, 12) : random.between(10, 2'000));
  config.resale_max_percent = random.chance(75) ? static_cast<std::uint32_t>(random.between(40, 100)) : 0;
  config.max_per_card = random.chance(40) ? static_cast<std::uint32_t>(random.between(1, 6)) : 0;
  if (random.chance(50)) {
    config.velocity = some_velocity(random);
  }
  if (random.chance(60)) {
    config.returns_to_allocation = domain::allocation_number{1};
  }
  if (random.chance(70)) {
    config.waitlist_offer = seconds(static_cast<std::int64_t>(random.between(60, 10'000)));
  }
  if (random.chance(60)) {
    config.tax = domain::event_tax{"VAT",
                                   {random.chance(70) ? domain::tax_mode::exclusive : domain::tax_mode::inclusive,
                                    static_cast<std::uint32_t>(random.between(0, 10'000))}};
  }
  return config;
}

auto test_cases(unsigned steps_max) -> rc::Gen<test_case> {
  return [steps_max](const rc::Random& random, int size) {
    auto source = random;
    return rc::shrinkable::shrinkRecur(random_case(dice{source.next()}, steps_max, size), [](const test_case& from) {
      return rc::seq::fromContainer(simpler_cases(from));
    });
  };
}

void showValue(const test_case& value, std::ostream& to) {
  const auto built = domain::layout::build(value.layout);
  to << value.steps.size() << " steps over " << (built ? (*built)->seat_count() : 0) << " seats and "
     << value.layout.areas.size() << " areas";
}

} // namespace holdfast::model
