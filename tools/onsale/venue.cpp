#include "tools/onsale/venue.hpp"

#include "domain/apply.hpp"
#include "domain/check.hpp"
#include "domain/decide.hpp"
#include "domain/layout.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace holdfast::onsale {

using namespace domain;

namespace {

constexpr std::uint32_t row_seats = 50;
constexpr std::uint32_t section_rows = 40;
constexpr minor_units price = 8'900;
constexpr organisation_id organiser{1};
constexpr event_id event{1};

auto hall_of(std::uint32_t seats) -> std::shared_ptr<const layout> {
  layout_spec spec;
  std::int32_t back = 0;
  for (std::uint32_t left = seats; left > 0;) {
    if (spec.sections.empty() || spec.sections.back().rows.size() == section_rows)
      spec.sections.push_back({"S" + std::to_string(spec.sections.size() + 1), "seats", {}});
    row_spec row;
    auto& rows = spec.sections.back().rows;
    row.name = std::to_string(rows.size() + 1);
    row.count = std::min(left, row_seats);
    row.origin.y = back += 100;
    left -= row.count;
    rows.push_back(std::move(row));
  }
  auto built = layout::build(std::move(spec));
  HF_CHECK(built.has_value(), "a hall of rows is a layout");
  return *std::move(built);
}

auto buyer(const subject_id& who) -> caller {
  return {caller::kind::buyer, who, {}, {}};
}

} // namespace

venue::venue(const sale_plan& plan, instant opens, const decided& told) : told_{told} {
  event_config config;
  config.name = "On-sale";
  config.currency = {{'E', 'U', 'R'}};
  config.tiers.push_back({"seats", "Seats", price});
  config.sale_opens_at = opens;
  config.hold_time = plan.hold_time;
  config.hold_cap = std::max(config.hold_cap, plan.hold_time);
  config.max_per_order = plan.max_per_buyer;
  config.max_per_buyer = plan.max_per_buyer;
  const caller boss{caller::kind::organiser, {}, organiser, key_id{1}};
  const auto before = opens - plan.pre_queue;
  HF_CHECK(act(boss, create_event{event, organiser, config, hall_of(plan.seats)}, before) &&
               act(boss, publish_event{}, before),
           "the event of a plan without faults can be published");
}

auto venue::act(const caller& by, command_body what, instant now) -> bool {
  const auto made = decide(state_, {by, {}, std::move(what)}, now);
  if (!made)
    return false;
  for (const auto& one : *made) {
    apply(state_, one);
    if (told_.by_event)
      told_.by_event(one);
  }
  return true;
}

auto venue::hold(const subject_id& who, std::uint32_t places, instant now) -> std::optional<hold_number> {
  hold_seats wish;
  wish.best.emplace().quantity = places;
  wish.best->adjacent = false;
  if (!act(buyer(who), std::move(wish), now))
    return std::nullopt;
  return state_.last_hold();
}

auto venue::pay(const subject_id& who, hold_number hold, instant now) -> bool {
  const auto* const held = state_.find(hold);
  if (held == nullptr)
    return false;
  const auto total = held->total();
  const payment_number payment{++payments_};
  return act({}, freeze_hold{hold, payment, who}, now) &&
         act({}, confirm_paid{hold, payment, total, "pi_" + std::to_string(payments_)}, now);
}

void venue::release(const subject_id& who, hold_number hold, instant now) {
  static_cast<void>(act(buyer(who), release_hold{hold}, now));
}

void venue::end_due(instant now) {
  while (state_.next_deadline() && *state_.next_deadline() <= now) {
    const auto before = state_.seq();
    static_cast<void>(act({}, end_due_holds{}, now));
    if (state_.seq() == before)
      return;
  }
}

} // namespace holdfast::onsale
