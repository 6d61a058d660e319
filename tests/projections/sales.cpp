#include "tests/projections/sales.hpp"

#include "domain/apply.hpp"
#include "domain/decide.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace holdfast::projections_test {

namespace {

auto row(std::string name, std::uint32_t first, std::uint32_t count) -> domain::row_spec {
  domain::row_spec made;
  made.name = std::move(name);
  made.first = first;
  made.count = count;
  return made;
}

auto built(domain::layout_spec spec) -> std::shared_ptr<const domain::layout> {
  auto made = domain::layout::build(std::move(spec));
  REQUIRE(made.has_value());
  return *made;
}

auto shown_now(const domain::event_state& state) -> shown {
  shown now;
  now.status = state.status();
  now.version = state.version();
  now.hash = state.hash();
  now.name = state.config().name;
  now.counts = state.counts();
  now.seats.assign(state.statuses().begin(), state.statuses().end());
  now.layout = state.seats();
  now.tiers = state.config().tiers;
  now.phases = state.config().phases;
  now.rules = state.config().price_rules;
  now.keeper = state.config().returns_to_allocation;
  now.allocations.assign(state.allocations().begin(), state.allocations().end());
  for (domain::seat_index seat = 0; seat < state.seats()->seat_count(); ++seat)
    now.pools.push_back(state.allocation_of(seat));
  for (std::uint32_t i = 0; i < state.seats()->area_count(); ++i) {
    const auto used = state.area(static_cast<domain::area_index>(i));
    now.area_available.push_back(state.seats()->spec().areas[i].capacity - used.held - used.sold - used.blocked);
  }
  return now;
}

} // namespace

auto test_layout(std::size_t which) -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  if (which == 0) {
    spec.sections = {{"A", "stalls", {row("1", 1, 9), row("2", 1, 11)}}, {"B", "circle", {row("1", 5, 40)}}};
    spec.areas = {{"floor", "standing", 25}};
  } else if (which == 1) {
    spec.sections = {{R"(a"b\c)", "stalls", {row("Réihe 1", 101, 3), row("2'", 0, 33)}},
                     {"empty", "circle", {}},
                     {"Z", "stalls", {row("q", 999'990, 10)}}};
    spec.sections[0].rows[0].origin = {-1050, 25};
    spec.sections[0].rows[0].angle = -4'505;
    spec.sections[0].rows[1].attributes = {{0, domain::seat_attribute::accessible | domain::seat_attribute::companion},
                                           {7, domain::seat_attribute::restricted_view}};
    spec.focal = domain::plan_point{100, -7};
  } else {
    spec.areas = {{"left", "standing", 3}, {"right", "standing", 1}};
  }
  return built(std::move(spec));
}

auto wide_layout(std::uint32_t rows, std::uint32_t per_row) -> std::shared_ptr<const domain::layout> {
  domain::layout_spec spec;
  spec.sections = {{"North", "stalls", {}}};
  for (std::uint32_t i = 1; i <= rows; ++i)
    spec.sections[0].rows.push_back(row(std::to_string(i), 1, per_row));
  return built(std::move(spec));
}

auto test_config(const domain::layout& seats, const std::string& name) -> domain::event_config {
  domain::event_config config;
  config.name = name;
  config.slug = "an-event";
  config.description = "Three acts,\n\"two\" intervals";
  config.category = "opera";
  config.venue.id = domain::venue_id{77};
  config.venue.name = "Opera";
  config.venue.city = "Graz";
  config.venue.country = "AT";
  config.venue.timezone = "Europe/Vienna";
  config.venue.latitude_e6 = 47'070'000;
  config.venue.longitude_e6 = -15'000'001;
  config.starts_at = {1'803'927'600'000};
  config.currency = {{'E', 'U', 'R'}};
  for (const auto& id : seats.tier_ids())
    config.tiers.push_back({id, "Tier " + id, static_cast<domain::minor_units>(1'000 + 100 * config.tiers.size())});
  config.tiers.push_back({"unused", "Nobody's", 1});
  config.max_per_order = 50;
  config.max_per_buyer = 100'000;
  config.waitlist_offer = domain::minutes(2);
  return config;
}

auto buyer(std::uint64_t number) -> domain::caller {
  domain::caller who;
  who.as = domain::caller::kind::buyer;
  who.subject = {number, number * 3 + 1};
  return who;
}

auto box_office() -> domain::caller {
  domain::caller who;
  who.as = domain::caller::kind::box_office;
  who.organisation = organiser;
  who.key = domain::key_id{9};
  return who;
}

auto event_text(domain::event_id event) -> std::string {
  std::string text;
  domain::public_ids::append(text, event);
  return text;
}

auto decision::to_append() const -> journal::append_group {
  journal::append_group group;
  group.stream = stream();
  group.first_seq = first_seq;
  group.facts = facts;
  group.state_hash = state_hash;
  return group;
}

sales::sales(std::uint64_t seed, std::size_t events) : dice_{seed} {
  for (std::size_t i = 0; i < events; ++i) {
    events_.emplace_back(1'000 + i * 7);
    states_.emplace(events_.back(), domain::event_state{});
  }
}

auto sales::decide(domain::event_id event, const domain::command& what, domain::instant now)
    -> std::optional<decision> {
  auto& state = states_[event];
  auto facts = domain::decide(state, what, std::max(now, state.time()));
  if (!facts || facts->empty())
    return std::nullopt;
  decision made{event, state.seq() + 1, std::make_shared<const domain::facts>(std::move(*facts)), 0};
  for (const auto& fact : *made.facts)
    domain::apply(state, fact);
  made.state_hash = state.hash();
  shown_[{event, state.seq()}] = shown_now(state);
  return made;
}

auto sales::open_event(domain::event_id event, const std::shared_ptr<const domain::layout>& seats, domain::instant now)
    -> std::vector<decision> {
  domain::caller by;
  by.as = domain::caller::kind::organiser;
  by.organisation = organiser;
  by.key = domain::key_id{8};
  std::vector<decision> made;
  auto config = test_config(*seats, "Event " + std::to_string(event.value()));
  for (const domain::command_body& body : {domain::command_body{domain::create_event{event, organiser, config, seats}},
                                           domain::command_body{domain::publish_event{}}}) {
    auto decided = decide(event, {by, {}, body}, now);
    REQUIRE(decided.has_value());
    made.push_back(std::move(*decided));
  }
  return made;
}

auto sales::at(domain::event_id event, std::uint64_t seq) const -> const shown* {
  const auto found = shown_.find({event, seq});
  return found == shown_.end() ? nullptr : &found->second;
}

auto sales::random_hold(const domain::layout& seats) -> domain::hold_seats {
  domain::hold_seats what;
  if (seats.area_count() > 0 && (seats.seat_count() == 0 || dice_.chance(25))) {
    what.areas.push_back({static_cast<domain::area_index>(dice_.below(seats.area_count())),
                          static_cast<std::uint32_t>(dice_.between(1, 5))});
  } else if (dice_.chance(25)) {
    what.best.emplace();
    what.best->quantity = static_cast<std::uint32_t>(dice_.between(1, 4));
  } else {
    const auto first = static_cast<domain::seat_index>(dice_.below(seats.seat_count()));
    for (auto seat = first; seat < seats.seat_count() && seat < first + dice_.between(1, 4); ++seat)
      what.seats.push_back(seat);
  }
  return what;
}

auto sales::random_caller() -> domain::caller {
  return dice_.chance(25) ? box_office() : buyer(dice_.between(1, 5));
}

auto sales::random_seats(const domain::layout& seats) -> std::vector<domain::seat_index> {
  std::vector<domain::seat_index> some;
  if (seats.seat_count() > 0) {
    const auto first = static_cast<domain::seat_index>(dice_.below(seats.seat_count()));
    for (auto seat = first; seat < seats.seat_count() && seat < first + dice_.between(1, 6); ++seat)
      some.push_back(seat);
  }
  return some;
}

/// Places in and out of an allocation, many of them from another one.
auto sales::random_change(const domain::event_state& state, domain::allocation_number of) -> domain::change_allocation {
  const auto& seats = *state.seats();
  domain::change_allocation change{of, random_seats(seats), {}};
  if (dice_.chance(50)) {
    change.remove = random_seats(seats);
  }
  if (seats.area_count() > 0 && dice_.chance(50)) {
    change.areas.push_back(
        {static_cast<domain::area_index>(dice_.below(seats.area_count())), static_cast<std::uint32_t>(dice_.below(6))});
  }
  if (!state.allocations().empty() && dice_.chance(60)) {
    change.from = dice_.pick(std::vector(state.allocations().begin(), state.allocations().end())).number;
    change.add = state.seats_of(change.from);
    change.add.resize(std::min<std::size_t>(change.add.size(), dice_.below(3)));
  }
  return change;
}

auto sales::random_allocation(const domain::event_state& state) -> domain::command_body {
  const auto& seats = *state.seats();
  const domain::allocation_number some{
      static_cast<std::uint16_t>(dice_.between(1, state.last_allocation().value() + 1U))};
  const auto what = dice_.below(10);
  if (what < 3)
    return domain::release_allocation{some};
  if (what < 5)
    return random_change(state, some);
  domain::allocate_seats made;
  made.name = "Guests";
  made.reason = "the house";
  made.kind = dice_.pick(std::vector{domain::allocation_kind::house, domain::allocation_kind::presale,
                                     domain::allocation_kind::comp, domain::allocation_kind::kill});
  if (made.kind == domain::allocation_kind::presale)
    made.code = random_code();
  if (seats.area_count() > 0 && (seats.seat_count() == 0 || dice_.chance(30)))
    made.areas.push_back({static_cast<domain::area_index>(dice_.below(seats.area_count())),
                          static_cast<std::uint32_t>(dice_.between(1, 4))});
  else
    made.seats = random_seats(seats);
  return made;
}

auto sales::random_code() -> domain::access_code_hash {
  domain::access_code_hash code{};
  code.fill(static_cast<std::uint8_t>(dice_.between(1, 4)));
  return code;
}

auto sales::random_phases(domain::instant now) -> std::vector<domain::sale_phase> {
  std::vector<domain::sale_phase> phases;
  for (std::uint64_t i = 0; i < dice_.between(0, 2); ++i) {
    auto& one = phases.emplace_back();
    one.id = "presale-" + std::to_string(i);
    one.name = dice_.chance(50) ? "For members" : "";
    one.opens_at = now + domain::millis{static_cast<std::int64_t>(dice_.below(120'000)) - 60'000};
    if (dice_.chance(50))
      one.closes_at = one.opens_at + domain::millis{static_cast<std::int64_t>(dice_.between(1'000, 120'000))};
    one.code.emplace().fill(static_cast<std::uint8_t>(i + 1));
  }
  return phases;
}

auto sales::random_rules(const domain::event_config& config, domain::instant now) -> std::vector<domain::price_rule> {
  auto rules = config.price_rules;
  if (!rules.empty() && dice_.chance(30))
    rules.erase(rules.begin());
  auto& one = rules.emplace_back();
  one.id = "rule-" + std::to_string(next_command_);
  one.tier = dice_.pick(config.tiers).id;
  if (dice_.chance(50))
    one.at = now + domain::millis{static_cast<std::int64_t>(dice_.below(60'000))};
  else
    one.sold_percent = static_cast<std::uint32_t>(dice_.between(1, 30));
  if (dice_.chance(50))
    one.price = static_cast<domain::minor_units>(dice_.between(100, 9'000));
  else
    one.change_percent = dice_.chance(50) ? 25 : -20;
  one.floor = dice_.chance(30) ? 900 : 0;
  return rules;
}

/// A name, prices by hand, rules, presales, when the sale opens.
auto sales::random_amendment(const domain::event_state& state, domain::instant now) -> domain::event_amendment {
  domain::event_amendment changes;
  switch (dice_.below(5)) {
  case 0: changes.name = "Name " + std::to_string(dice_.below(1'000)); break;
  case 1:
    changes.tiers = state.config().tiers;
    changes.tiers->at(dice_.index(changes.tiers->size())).price =
        static_cast<domain::minor_units>(dice_.between(0, 5'000));
    break;
  case 2: changes.price_rules = random_rules(state.config(), now); break;
  case 3: changes.phases = random_phases(now); break;
  default:
    changes.sale_opens_at = dice_.chance(50)
                                ? std::optional{now + domain::millis{static_cast<std::int64_t>(dice_.below(90'000))}}
                                : std::nullopt;
  }
  return changes;
}

void sales::name_right(domain::hold_seats& hold, const domain::caller& by, const domain::event_state& state) {
  if (by.as == domain::caller::kind::box_office && dice_.chance(60) && !state.allocations().empty())
    hold.allocation = dice_.pick(std::vector(state.allocations().begin(), state.allocations().end())).number;
  else if (dice_.chance(30))
    hold.access_code = random_code();
}

auto sales::random_waiting(const domain::layout& seats) -> domain::command_body {
  const auto what = dice_.below(10);
  if (what < 4)
    return domain::match_waitlist{};
  if (what < 5)
    return domain::leave_waitlist{};
  domain::waitlist_choice choice;
  choice.each_max = static_cast<domain::minor_units>(dice_.between(900, 1'300));
  if (seats.seat_count() == 0)
    choice.areas = {{0, static_cast<std::uint32_t>(dice_.between(1, 3))}};
  else
    choice.groups = {static_cast<std::uint32_t>(dice_.between(1, 12))};
  return domain::join_waitlist{{std::move(choice)}};
}

auto sales::random_body(const domain::event_state& state, domain::event_id event, domain::instant now)
    -> domain::command_body {
  if (state.status() == domain::event_status::absent) {
    auto seats = test_layout(dice_.below(3));
    auto config = test_config(*seats, "Event " + std::to_string(event.value()));
    config.phases = random_phases(now);
    if (dice_.chance(50))
      config.price_rules = random_rules(config, now);
    return domain::create_event{event, organiser, std::move(config), std::move(seats)};
  }
  if (state.status() == domain::event_status::draft && dice_.chance(60))
    return domain::publish_event{};
  const domain::hold_number some{static_cast<std::uint32_t>(dice_.between(1, state.last_hold().value() + 1))};
  const auto what = dice_.below(100);
  if (what < 38)
    return random_hold(*state.seats());
  if (what < 45)
    return random_waiting(*state.seats());
  if (what < 50)
    return random_allocation(state);
  if (what < 59)
    return domain::release_hold{some};
  if (what < 80)
    return domain::confirm_hold{some, domain::payment_record{domain::payment_record::method::cash, "till 3", ""}};
  if (what < 85)
    return domain::extend_hold{some};
  if (what < 90)
    return domain::end_due_holds{};
  if (what < 94)
    return domain::amend_event{{}, random_amendment(state, now)};
  if (what < 95)
    return domain::replace_layout{{}, test_layout(dice_.below(2))};
  if (what < 97)
    return domain::pause_event{};
  return !closes || dice_.chance(90) ? domain::command_body{domain::resume_event{}}
                                     : domain::command_body{domain::close_event{}};
}

auto sales::random_command(domain::instant now) -> std::optional<decision> {
  const auto event = dice_.pick(events_);
  auto& state = states_[event];
  domain::command what;
  what.body = random_body(state, event, now);
  what.id = {next_command_, next_command_};
  ++next_command_;
  const auto is = [&]<class... One>() { return (std::holds_alternative<One>(what.body) || ...); };
  if (is.operator()<domain::join_waitlist, domain::leave_waitlist>()) {
    what.by = buyer(dice_.between(1, 6));
  } else if (is.operator()<domain::hold_seats, domain::extend_hold, domain::release_hold>()) {
    what.by = random_caller();
  } else if (is.operator()<domain::confirm_hold>()) {
    what.by = box_office();
  } else if (!is.operator()<domain::end_due_holds, domain::match_waitlist>()) {
    what.by.as = domain::caller::kind::organiser;
    what.by.organisation = organiser;
    what.by.key = domain::key_id{8};
  }
  if (auto* const hold = std::get_if<domain::hold_seats>(&what.body); hold != nullptr)
    name_right(*hold, what.by, state);
  return decide(event, what, now);
}

} // namespace holdfast::projections_test
