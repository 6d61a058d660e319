#include "domain/order_part.hpp"

#include <algorithm>
#include <iterator>

namespace holdfast::domain {

auto tickets_left(const booking& order) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> left;
  const auto places = order.places();
  left.reserve(places);
  auto gone = order.returned.begin();
  for (std::uint32_t ticket = 0; left.size() < places; ++ticket) {
    if (gone != order.returned.end() && *gone == ticket) {
      ++gone;
    } else {
      left.push_back(ticket);
    }
  }
  return left;
}

auto part_of(const booking& order, std::span<const std::uint32_t> tickets) -> std::optional<order_part> {
  const auto left = tickets_left(order);
  order_part part;
  std::vector<std::uint32_t> of_areas(order.areas.size());
  for (const auto ticket : tickets) {
    const auto found = std::ranges::lower_bound(left, ticket);
    if (found == left.end() || *found != ticket) {
      return std::nullopt;
    }
    auto place = static_cast<std::size_t>(found - left.begin());
    if (place < order.seats.size()) {
      part.seats.push_back(order.seats[place]);
      part.prices.push_back(order.prices[place]);
      part.fees.push_back(order.fee(place));
      continue;
    }
    place -= order.seats.size();
    std::size_t area = 0;
    while (place >= order.areas[area].quantity) {
      place -= order.areas[area++].quantity;
    }
    ++of_areas[area];
  }
  for (std::size_t i = 0; i < of_areas.size(); ++i) {
    if (of_areas[i] != 0) {
      part.areas.push_back({order.areas[i].area, of_areas[i], order.areas[i].price, order.areas[i].fee});
    }
  }
  if (std::ranges::all_of(part.fees, [](minor_units fee) { return fee == 0; })) {
    part.fees.clear();
  }
  if (order.payment.by != payment_record::method::complimentary) {
    booking priced;
    priced.seats = part.seats;
    priced.prices = part.prices;
    priced.fees = part.fees;
    priced.areas = part.areas;
    priced.tax = order.tax;
    part.value = priced.total();
    part.tax = priced.taxes_total();
  }
  return part;
}

auto place_of(const order_part& one) -> ticket_place {
  return one.areas.empty() ? ticket_place{false, one.seats.front()} : ticket_place{true, one.areas.front().area};
}

auto without(booking order, const order_returned& what) -> booking {
  auto left = order;
  left.seats.clear();
  left.prices.clear();
  left.fees.clear();
  for (std::size_t i = 0; i < order.seats.size(); ++i) {
    if (std::ranges::find(what.seats, order.seats[i]) == what.seats.end()) {
      left.seats.push_back(order.seats[i]);
      left.prices.push_back(order.prices[i]);
      left.fees.push_back(order.fee(i));
    }
  }
  if (std::ranges::all_of(left.fees, [](minor_units fee) { return fee == 0; })) {
    left.fees.clear();
  }
  for (auto& area : left.areas) {
    const auto gone = std::ranges::find(what.areas, area.area, &held_area::area);
    area.quantity -= gone == what.areas.end() ? 0 : gone->quantity;
  }
  std::erase_if(left.areas, [](const held_area& area) { return area.quantity == 0; });
  left.returned.clear();
  std::ranges::merge(order.returned, what.tickets, std::back_inserter(left.returned));
  left.paid -= what.total;
  left.refunded += what.total;
  return left;
}

} // namespace holdfast::domain
