#include "projections/report/event_sales.hpp"

#include "projections/unfoldable.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

constexpr std::array<std::int64_t, 3> grain_ms{domain::minutes(1).count, domain::hours(1).count,
                                               domain::hours(24).count};
constexpr std::int64_t second_ms = 1'000;

auto begin_of(std::int64_t at_ms, std::size_t grain) noexcept -> std::int64_t {
  return at_ms - at_ms % grain_ms[grain];
}

} // namespace

auto sales_flow::operator+=(const sales_flow& more) noexcept -> sales_flow& {
  holds += more.holds;
  places_held += more.places_held;
  released += more.released;
  places_released += more.places_released;
  expired += more.expired;
  places_expired += more.places_expired;
  orders += more.orders;
  places_sold += more.places_sold;
  revenue += more.revenue;
  return *this;
}

auto period_flow::of(domain::tier_index tier) -> tier_flow& {
  const auto at = std::ranges::lower_bound(tiers, tier, {}, &tier_flow::tier);
  return at != tiers.end() && at->tier == tier ? *at : *tiers.insert(at, tier_flow{.tier = tier});
}

auto period_flow::operator+=(const period_flow& more) -> period_flow& {
  all += more.all;
  for (const auto& each : more.tiers) {
    auto& its = of(each.tier);
    its.places_held += each.places_held;
    its.places_released += each.places_released;
    its.places_expired += each.places_expired;
    its.places_sold += each.places_sold;
    its.revenue += each.revenue;
  }
  return *this;
}

/// Folds one fact's body; the event is at its seq and time already.
class sales_folder {
 public:
  explicit sales_folder(event_sales& to) : to_{to}, figures_{to.figures_} {}

  void operator()(const domain::event_created& what) const {
    figures_.organisation = what.organisation;
    figures_.currency = what.config.currency;
    figures_.status = domain::event_status::draft;
    take_window(what.config);
    to_.take_names(what.config);
    to_.prices_.take(what.config, figures_.last_fact, figures_.seq, true);
    to_.start(*what.seats);
  }

  void operator()(const domain::event_amended& what) const {
    figures_.currency = what.config.currency;
    take_window(what.config);
    to_.take_names(what.config);
    to_.prices_.take(what.config, figures_.last_fact, figures_.seq, to_.is_draft());
    to_.name_tiers();
  }

  void operator()(const domain::layout_replaced& what) const { to_.start(*what.seats); }

  void operator()(const domain::event_published&) const { figures_.status = domain::event_status::published; }

  void operator()(const domain::event_paused&) const { figures_.status = domain::event_status::paused; }

  void operator()(const domain::event_resumed&) const { figures_.status = domain::event_status::published; }

  void operator()(const domain::event_closed&) const { figures_.status = domain::event_status::closed; }

  void operator()(const domain::event_cancelled&) const { figures_.status = domain::event_status::cancelled; }

  void operator()(const domain::hold_created& what) const {
    std::vector<event_sales::held_part> parts;
    const auto add = [&parts](domain::tier_index tier, std::uint32_t places, domain::minor_units value) {
      const auto known = std::ranges::find(parts, tier, &event_sales::held_part::tier);
      auto& part = known != parts.end() ? *known : parts.emplace_back(event_sales::held_part{tier});
      part.places += places;
      part.value += value;
    };
    for (std::size_t i = 0; i < what.seats.size(); ++i)
      add(to_.tier_of(what.seats[i]), 1, what.prices[i]);
    for (const auto& area : what.areas)
      add(to_.area_tiers_.at(area.area), area.quantity, area.price * area.quantity);
    period_flow flow{.all = {.holds = 1}};
    for (const auto& part : parts) {
      figures_.tiers[part.tier].held += part.places;
      flow.all.places_held += part.places;
      flow.of(part.tier).places_held += part.places;
    }
    event_sales::live_hold hold{std::move(parts), to_.apart_.take(what, to_.held_back()), taxes_on_top(what)};
    if (!to_.live_.emplace(what.hold.value(), std::move(hold)).second)
      stop_folding("event " + std::to_string(figures_.event.value()) + ", seq " + std::to_string(figures_.seq) +
                   ": hold " + std::to_string(what.hold.value()) + " is there already");
    to_.note(flow, 1, 0);
  }

  void operator()(const domain::hold_extended&) const {}

  void operator()(const domain::hold_frozen&) const {}

  void operator()(const domain::hold_thawed&) const {}

  void operator()(const domain::order_returned& what) const {
    // What goes back is taken from the minute in which it does, whose revenue may so be below zero; what was sold then stays sold.
    period_flow flow{.all = {.revenue = -what.total}};
    domain::minor_units value = 0;
    const auto take = [&](domain::tier_index of, std::uint32_t places, domain::minor_units price) {
      auto& tier = figures_.tiers[of];
      tier.sold -= places;
      if (what.total != 0) {
        tier.revenue -= price;
        flow.of(of).revenue -= price;
        value += price;
      }
    };
    for (std::size_t i = 0; i < what.seats.size(); ++i)
      take(to_.tier_of(what.seats[i]), 1, what.prices[i]);
    for (const auto& part : what.areas)
      take(to_.area_tiers_.at(part.area), part.quantity, part.price * part.quantity);
    figures_.tax -= what.tax;
    figures_.fees -= what.total - value - what.tax;
    const auto method = static_cast<std::size_t>(what.method);
    auto& paid = figures_.payments[method < payment_methods ? method : 0];
    paid.orders -= what.goes_on ? 0 : 1;
    paid.revenue -= what.total;
    to_.apart_.give_back(what, to_.held_back());
    to_.note(flow, 0, 0);
  }

  void operator()(const domain::hold_released& what) const {
    period_flow flow{.all = {.released = 1}};
    flow.all.places_released = give_back(what.hold, flow, &tier_flow::places_released);
    to_.note(flow, 0, 0);
  }

  void operator()(const domain::hold_expired& what) const {
    period_flow flow{.all = {.expired = 1}};
    flow.all.places_expired = give_back(what.hold, flow, &tier_flow::places_expired);
    to_.note(flow, 0, 0);
  }

  void operator()(const domain::order_confirmed& what) const {
    period_flow flow{.all = {.orders = 1, .revenue = what.total}};
    domain::minor_units value = 0;
    const auto hold = to_.take_hold(what.hold);
    for (const auto& part : hold.parts) {
      auto& tier = figures_.tiers[part.tier];
      tier.held -= part.places;
      tier.sold += part.places;
      flow.all.places_sold += part.places;
      auto& its = flow.of(part.tier);
      its.places_sold += part.places;
      // What was given away has no price.
      if (what.total != 0) {
        tier.revenue += part.value;
        its.revenue += part.value;
        value += part.value;
      }
    }
    const auto tax = what.total == 0 ? 0 : hold.tax;
    figures_.tax += tax;
    figures_.fees += what.total - value - tax;
    const auto method = static_cast<std::size_t>(what.payment.by);
    auto& paid = figures_.payments[method < payment_methods ? method : 0];
    ++paid.orders;
    paid.revenue += what.total;
    to_.note(flow, 0, static_cast<std::uint32_t>(flow.all.places_sold));
  }

  void operator()(const domain::seats_allocated& what) const { change_books(what); }

  void operator()(const domain::allocation_changed& what) const { change_books(what); }

  void operator()(const domain::allocation_released& what) const { change_books(what); }

  // Tickets change hands and are used; seats and sums stay as they are. Whoever waits has none until a hold is offered to them, which is one like any other.
  void operator()(const domain::ticket_transferred&) const {}
  void operator()(const domain::ticket_admitted&) const {}
  void operator()(const domain::scan_turned_away&) const {}
  void operator()(const domain::admission_undone&) const {}
  void operator()(const domain::ticket_offered&) const {}
  void operator()(const domain::offer_withdrawn&) const {}
  void operator()(const domain::waitlist_joined&) const {}
  void operator()(const domain::waitlist_left&) const {}

  /// Its place is sold already, and stays so.
  void operator()(const domain::resale_held& what) const {
    if (!to_.live_.emplace(what.hold.value(), event_sales::live_hold{}).second)
      stop_folding("event " + std::to_string(figures_.event.value()) + ", seq " + std::to_string(figures_.seq) +
                   ": hold " + std::to_string(what.hold.value()) + " is there already");
    to_.note({.all = {.holds = 1}}, 1, 0);
  }

  /// Of the place, what the order that follows pays takes the place of what the seller had paid.
  void operator()(const domain::ticket_resold& what) const {
    const auto of = what.place.standing ? to_.area_tiers_.at(what.place.index) : to_.tier_of(what.place.index);
    const auto hold = to_.live_.find(what.hold.value());
    if (hold == to_.live_.end())
      stop_folding("event " + std::to_string(figures_.event.value()) + ", seq " + std::to_string(figures_.seq) +
                   ": hold " + std::to_string(what.hold.value()) + " is not live");
    hold->second.parts.push_back({of, 1, what.price});
    auto& tier = figures_.tiers[of];
    --tier.sold;
    ++tier.held;
    tier.revenue -= what.price_paid;
    figures_.fees -= what.fee_paid;
    figures_.tax -= what.tax_paid;
    figures_.kept += what.kept();
    period_flow flow{.all = {.revenue = -what.paid()}};
    flow.of(of).revenue -= what.price_paid;
    auto& paid = figures_.payments[static_cast<std::size_t>(domain::payment_record::method::card)];
    paid.orders -= what.goes_on ? 0 : 1;
    paid.revenue -= what.paid();
    to_.note(flow, 0, 0);
  }

  template <class Other>
  void operator()(const Other&) const {
    stop_folding("a fact of an organisation is in the stream of event " + std::to_string(figures_.event.value()));
  }

 private:
  void take_window(const domain::event_config& config) const {
    figures_.sale_opens_at = config.sale_opens_at;
    figures_.sale_closes_at = config.sale_closes_at;
  }

  /// Ends a hold without a sale; its places, which are counted by tier as well.
  [[nodiscard]] auto give_back(domain::hold_number hold, period_flow& flow, std::uint64_t tier_flow::*as) const
      -> std::uint64_t {
    std::uint64_t places = 0;
    const auto gone = to_.take_hold(hold);
    for (const auto& part : gone.parts) {
      figures_.tiers[part.tier].held -= part.places;
      flow.of(part.tier).*as += part.places;
      places += part.places;
    }
    to_.apart_.give_back(gone.apart, to_.held_back());
    return places;
  }

  template <class Change>
  void change_books(const Change& what) const {
    to_.apart_.fold(what, to_.held_back());
    to_.note_books();
  }

  event_sales& to_;
  report_figures& figures_;
};

void event_sales::fold(const domain::fact& what) {
  ++figures_.seq;
  figures_.last_fact = what.time;
  std::visit(sales_folder{*this}, what.body);
}

void event_sales::start(const domain::layout& seats) {
  apart_.clear();
  figures_.tiers.clear();
  for (const auto& id : seats.tier_ids())
    figures_.tiers.push_back({.id = id});
  seat_tiers_.clear();
  for (const auto& row : seats.rows()) {
    figures_.tiers[row.tier].capacity += row.count;
    if (seat_tiers_.empty() || seat_tiers_.back().tier != row.tier)
      seat_tiers_.push_back({row.first_seat, row.tier});
  }
  area_tiers_.clear();
  for (std::uint32_t i = 0; i < seats.area_count(); ++i) {
    area_tiers_.push_back(seats.tier_of_area(static_cast<domain::area_index>(i)));
    figures_.tiers[area_tiers_.back()].capacity += seats.spec().areas[i].capacity;
  }
  name_tiers();
  note_books();
}

void event_sales::take_names(const domain::event_config& config) {
  tier_names_.clear();
  for (const auto& tier : config.tiers)
    tier_names_.emplace_back(tier.id, tier.name);
}

void event_sales::name_tiers() {
  for (auto& tier : figures_.tiers) {
    const auto known = std::ranges::find(tier_names_, tier.id, &std::pair<std::string, std::string>::first);
    if (known != tier_names_.end())
      tier.name = known->second;
  }
}

auto event_sales::tier_of(domain::seat_index seat) const noexcept -> domain::tier_index {
  const auto after = std::ranges::upper_bound(seat_tiers_, seat, {}, &tier_run::first);
  return std::prev(after)->tier;
}

auto event_sales::held_back() -> places_apart::watcher {
  return {[this](domain::seat_index seat, int more) {
            figures_.tiers[tier_of(seat)].held_back += static_cast<std::uint32_t>(more);
          },
          [this](domain::area_index area, std::int64_t more) {
            figures_.tiers[area_tiers_.at(area)].held_back += static_cast<std::uint32_t>(more);
          }};
}

auto event_sales::take_hold(domain::hold_number hold) -> live_hold {
  const auto found = live_.extract(hold.value());
  if (found.empty())
    stop_folding("event " + std::to_string(figures_.event.value()) + ", seq " + std::to_string(figures_.seq) +
                 ": hold " + std::to_string(hold.value()) + " is not live");
  return std::move(found.mapped());
}

void event_sales::note(const period_flow& what, std::uint32_t holds, std::uint32_t places_sold) {
  const auto at = figures_.last_fact.unix_ms;
  figures_.total += what.all;
  const auto minute = begin_of(at, 0);
  periods_[0][minute] += what;
  changed_periods_.emplace(0, minute);
  coarsen(0);
  coarsen(1);
  if (holds + places_sold == 0)
    return;
  const auto second = at / second_ms;
  while (!seconds_.empty() && seconds_.front().second <= second - rate_window.count / second_ms)
    seconds_.pop_front();
  if (seconds_.empty() || seconds_.back().second != second)
    seconds_.push_back({second, 0, 0});
  seconds_.back().holds += holds;
  seconds_.back().places_sold += places_sold;
}

/// Adds the oldest periods that are too many to the next coarser ones.
void event_sales::coarsen(std::size_t grain) {
  auto& fine = periods_[grain];
  while (fine.size() > fine_periods_max) {
    const auto oldest = fine.begin();
    const auto begin = begin_of(oldest->first, grain + 1);
    periods_[grain + 1][begin] += oldest->second;
    changed_periods_.emplace(grain + 1, begin);
    changed_periods_.emplace(grain, oldest->first);
    fine.erase(oldest);
  }
}

void event_sales::note_books() {
  open_books_line line{figures_.last_fact, figures_.seq, 0, 0};
  line.set_apart = apart_.places();
  for (const auto& tier : figures_.tiers)
    line.open += tier.capacity;
  line.open -= line.set_apart;
  auto& books = figures_.open_books;
  books.push_back(line);
  // The first line stays: where it all began.
  if (books.size() > open_books_max)
    books.erase(books.begin() + 1);
}

auto event_sales::is_moving(domain::instant now) const noexcept -> bool {
  return !seconds_.empty() && seconds_.back().second > (now - rate_window).unix_ms / second_ms;
}

auto event_sales::figures(domain::instant now) const -> report_figures {
  auto made = figures_;
  made.complete = true;
  made.sale = sale_at(now);
  made.live_holds = live_.size();
  const auto since = (now - rate_window).unix_ms / second_ms;
  for (const auto& line : seconds_) {
    if (line.second > since) {
      made.holds_last_minute += line.holds;
      made.places_sold_last_minute += line.places_sold;
    }
  }
  for (auto grain = periods_.size(); grain-- > 0;)
    for (const auto& [from, flow] : periods_[grain])
      made.timeline.push_back({{from}, {grain_ms[grain]}, flow});
  return made;
}

} // namespace holdfast::projections
