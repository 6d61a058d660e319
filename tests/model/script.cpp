#include "tests/model/script.hpp"

#include "tests/model/script_allocations.hpp"
#include "tests/model/script_bodies.hpp"
#include "tests/model/script_tickets.hpp"
#include "tests/model/script_waitlist.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

auto later(instant now, std::optional<instant> then) -> instant {
  return then ? std::max(now, *then) : now;
}

auto after(std::optional<instant> when, std::int64_t by_ms) -> std::optional<instant> {
  return when ? std::optional{*when + millis{by_ms}} : when;
}

auto is_configuration(wish what) -> bool {
  switch (what) {
  case wish::amend:
  case wish::replace_layout:
  case wish::publish:
  case wish::pause:
  case wish::resume:
  case wish::close:
  case wish::cancel:
  case wish::create:
  case wish::allocate:
  case wish::change_allocation:
  case wish::release_allocation: return true;
  default: return false;
  }
}

/// Mostly somebody who may ask this; sometimes anybody.
auto who_asks(const step& next, const naive_event& twin) -> caller {
  const auto anybody = callers::at(next.who);
  if (is_configuration(next.what)) {
    return next.who < 58 ? callers::organiser(own_organisation) : anybody;
  }
  switch (next.what) {
  case wish::join: return next.who < 58 ? callers::buyer(1 + next.who % 8) : anybody;
  case wish::leave: return next.who < 52 ? somebody_waiting(next, twin) : anybody;
  case wish::match:
  case wish::end_due:
  case wish::freeze:
  case wish::thaw:
  case wish::confirm_paid:
  case wish::return_order: return next.who < 58 ? caller{} : anybody;
  case wish::take_back: return next.who < 58 ? callers::organiser(own_organisation) : anybody;
  case wish::burst: return callers::box_office(own_organisation, 1);
  case wish::admit:
  case wish::undo: return next.who < 58 ? callers::organiser(own_organisation) : anybody;
  case wish::offer:
  case wish::withdraw:
  case wish::reissue: return next.who < 36 ? holder_of(next, twin) : anybody;
  case wish::extend:
  case wish::release: return next.who < 52 ? owner_of(twin, target_of(next, twin), next.who) : anybody;
  case wish::confirm:
    return next.who < 2    ? owner_of(twin, target_of(next, twin), next.who)
           : next.who < 56 ? callers::box_office(own_organisation, next.who % 2 + 1U)
                           : anybody;
  default: return anybody;
  }
}

} // namespace

auto script::moment(const step& next, const naive_event& twin, instant now) const -> instant {
  dice random{next.detail ^ 0x5eedU};
  const auto deadline = twin.next_deadline();
  switch (next.clock) {
  case clock_step::still: return now;
  case clock_step::moment: return now + millis{static_cast<std::int64_t>(random.below(2'000))};
  case clock_step::while_holding:
    return now +
           millis{static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(case_->config.hold_time.count)))};
  case clock_step::before_deadline: return later(now, after(deadline, -1));
  case clock_step::at_deadline: return later(now, deadline);
  case clock_step::after_deadline: return later(now, after(deadline, 1));
  case clock_step::at_sale_edge: {
    const auto edge = random.chance(50) ? twin.config.sale_opens_at : twin.config.sale_closes_at;
    return later(now, after(edge, random.chance(50) ? 0 : -1));
  }
  case clock_step::hour: return now + hours(1) + millis{static_cast<std::int64_t>(random.below(3)) - 1};
  case clock_step::day: return now + hours(24) + millis{static_cast<std::int64_t>(random.below(3)) - 1};
  }
  return now;
}

auto script::create() const -> command {
  create_event body{event_id{42}, own_organisation, case_->config, nullptr};
  if (auto built = layout::build(case_->layout)) {
    body.seats = *built;
  }
  return {callers::organiser(own_organisation), {}, std::move(body)};
}

auto script::publish() -> command {
  return {callers::organiser(own_organisation), {}, publish_event{}};
}

auto script::identified(const step& next, dice& random, command fresh) -> command {
  const auto use = asked_.empty() && next.key != key_use::none ? key_use::fresh : next.key;
  switch (use) {
  case key_use::none: return fresh;
  case key_use::fresh:
    fresh.id = {random.next() | 1U, random.next() & 0xffff'ffffU};
    asked_.push_back(fresh);
    return fresh;
  case key_use::repeat: return asked_[asked_.size() - 1 - random.index(std::min<std::size_t>(asked_.size(), 5))];
  case key_use::misused: {
    const auto& earlier = asked_[asked_.size() - 1 - random.index(std::min<std::size_t>(asked_.size(), 5))];
    fresh.id = {earlier.id.key, earlier.id.request ^ 1U};
    fresh.by = random.chance(80) ? earlier.by : fresh.by;
    return fresh;
  }
  }
  return fresh;
}

auto script::wants_matching(const step& next, const naive_event& twin) -> bool {
  return next.detail % 8 != 0 &&
         std::ranges::any_of(twin.waitlist, [](const auto& entry) { return entry.second.offered == 0; });
}

auto script::commands(const step& next, const naive_event& twin) -> std::vector<command> {
  dice random{next.detail};
  const auto by = who_asks(next, twin);
  if (next.what == wish::create) {
    auto again = create();
    again.by = by;
    std::get<create_event>(again.body).organisation = random.chance(80) ? own_organisation : foreign_organisation;
    return {identified(next, random, std::move(again))};
  }
  if (next.what == wish::burst) {
    std::vector<command> all;
    for (auto& body : burst_of_holds(twin)) {
      all.push_back({by, {}, std::move(body)});
    }
    return all;
  }
  if (next.what == wish::resell) {
    return resale(twin, random);
  }
  if (next.what == wish::sell_out) {
    return sold_out_evening(twin, random);
  }
  const bool about_tickets = next.what >= wish::claim && next.what <= wish::hold_resale;
  auto body = about_tickets ? ticket_command(next, twin, random) : body_of(next, twin, random);
  if (auto* hold = std::get_if<hold_seats>(&body);
      hold != nullptr && !(twin.allocations.empty() && twin.config.phases.empty())) {
    claim_right(*hold, next, by, twin, random);
  }
  return {identified(next, random, {by, {}, std::move(body)})};
}

} // namespace holdfast::model
