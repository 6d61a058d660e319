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
  for (domain::area_index i = 0; i < state.seats()->area_count(); ++i) {
    const auto used = state.area(i);
    now.area_available.push_back(state.seats()->spec().areas[i].capacity - used.held - used.sold);
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

auto sales::open_event(domain::event_id event, std::shared_ptr<const domain::layout> seats, domain::instant now)
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
  return dice_.chance(15) ? box_office() : buyer(dice_.between(1, 5));
}

auto sales::random_body(const domain::event_state& state, domain::event_id event) -> domain::command_body {
  if (state.status() == domain::event_status::absent) {
    auto seats = test_layout(dice_.below(3));
    auto config = test_config(*seats, "Event " + std::to_string(event.value()));
    return domain::create_event{event, organiser, std::move(config), std::move(seats)};
  }
  if (state.status() == domain::event_status::draft && dice_.chance(60))
    return domain::publish_event{};
  const domain::hold_number some{static_cast<std::uint32_t>(dice_.between(1, state.last_hold().value() + 1))};
  const auto what = dice_.below(100);
  if (what < 45)
    return random_hold(*state.seats());
  if (what < 57)
    return domain::release_hold{some};
  if (what < 80)
    return domain::confirm_hold{some, domain::payment_record{domain::payment_record::method::cash, "till 3", ""}};
  if (what < 85)
    return domain::extend_hold{some};
  if (what < 90)
    return domain::end_due_holds{};
  if (what < 93) {
    domain::amend_event change;
    change.changes.name = "Name " + std::to_string(dice_.below(1'000));
    return change;
  }
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
  what.body = random_body(state, event);
  what.id = {next_command_, next_command_};
  ++next_command_;
  const bool life = !std::holds_alternative<domain::hold_seats>(what.body) &&
                    !std::holds_alternative<domain::extend_hold>(what.body) &&
                    !std::holds_alternative<domain::release_hold>(what.body) &&
                    !std::holds_alternative<domain::confirm_hold>(what.body) &&
                    !std::holds_alternative<domain::end_due_holds>(what.body);
  if (life) {
    what.by.as = domain::caller::kind::organiser;
    what.by.organisation = organiser;
    what.by.key = domain::key_id{8};
  } else if (std::holds_alternative<domain::confirm_hold>(what.body)) {
    what.by = box_office();
  } else if (!std::holds_alternative<domain::end_due_holds>(what.body)) {
    what.by = random_caller();
  }
  return decide(event, what, now);
}

} // namespace holdfast::projections_test
