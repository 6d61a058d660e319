#include "projections/report/report_figures.hpp"

#include "domain/state_image.hpp"

#include <cstddef>

namespace holdfast::projections {

namespace {

/// Adds one booking of a state to its figures.
void add(const domain::booking& one, const domain::layout& seats, report_figures& to) {
  const bool sold = one.status == domain::booking_status::confirmed;
  domain::minor_units value = 0;
  const auto take = [&](domain::tier_index index, std::uint32_t places, domain::minor_units worth) {
    auto& tier = to.tiers[index];
    (sold ? tier.sold : tier.held) += places;
    to.total.places_sold += sold ? places : 0;
    if (sold && one.paid != 0) {
      tier.revenue += worth;
      value += worth;
    }
  };
  if (one.bought_from && !one.bought_from->is_swapped) {
    ++to.live_holds; // of a place that is another order's
    return;
  }
  for (std::size_t i = 0; i < one.seats.size(); ++i)
    take(seats.tier_of_seat(one.seats[i]), 1, one.prices[i]);
  for (const auto& area : one.areas)
    take(seats.tier_of_area(area.area), area.quantity, area.price * area.quantity);
  if (!sold) {
    ++to.live_holds;
    return;
  }
  ++to.total.orders;
  to.total.revenue += one.paid;
  const auto tax = one.paid == 0 ? 0 : one.taxes_total();
  to.tax += tax;
  to.fees += one.paid - value - tax;
  const auto method = static_cast<std::size_t>(one.payment.by);
  auto& paid = to.payments[method < payment_methods ? method : 0];
  ++paid.orders;
  paid.revenue += one.paid;
}

} // namespace

auto taxes_on_top(const domain::hold_created& what) -> domain::minor_units {
  domain::booking priced;
  priced.seats = what.seats;
  priced.prices = what.prices;
  priced.fees = what.fees;
  priced.areas = what.areas;
  priced.tax = what.tax;
  return priced.taxes_total();
}

auto sale_at(const report_figures& from, domain::instant at) -> domain::sale_status {
  domain::event_config window;
  window.sale_opens_at = from.sale_opens_at;
  window.sale_closes_at = from.sale_closes_at;
  return domain::sale_status_at(from.status, window, at);
}

auto figures_of(const domain::event_state& state) -> report_figures {
  report_figures made;
  const auto image = state.image();
  made.event = image.id;
  made.organisation = image.organisation;
  made.status = image.status;
  made.currency = image.config.currency;
  made.seq = image.seq;
  made.last_fact = image.time;
  made.sale_opens_at = image.config.sale_opens_at;
  made.sale_closes_at = image.config.sale_closes_at;
  made.sale = sale_at(made, image.time);
  made.total.holds = image.last_hold.value();
  const auto& seats = *image.seats;
  for (const auto& id : seats.tier_ids()) {
    auto& tier = made.tiers.emplace_back();
    tier.id = id;
    for (const auto& known : image.config.tiers)
      if (known.id == id)
        tier.name = known.name;
  }
  for (const auto& row : seats.rows())
    made.tiers[row.tier].capacity += row.count;
  for (domain::seat_index seat = 0; seat < seats.seat_count(); ++seat)
    if (image.statuses[seat] == domain::seat_status::blocked)
      ++made.tiers[seats.tier_of_seat(seat)].held_back;
  for (std::uint32_t i = 0; i < seats.area_count(); ++i) {
    const auto area = static_cast<domain::area_index>(i);
    auto& tier = made.tiers[seats.tier_of_area(area)];
    tier.capacity += seats.spec().areas[i].capacity;
    tier.held_back += state.area(area).blocked;
  }
  for (const auto& booking : image.bookings)
    add(booking, seats, made);
  return made;
}

} // namespace holdfast::projections
