#include "domain/ended_first.hpp"

namespace holdfast::domain {
namespace {

auto over_limit(reason why, std::uint64_t limit, std::uint64_t current) -> rejection {
  rejection no;
  no.why = why;
  no.limit = limit;
  no.current = current;
  return no;
}

} // namespace

auto limit_exceeded(const question& ask, std::uint64_t places, ended_first& ends) -> std::optional<rejection> {
  const auto& config = ask.data.config;
  const auto order_max = std::min(config.max_per_order, limits::places_per_hold_max);
  if (places > order_max) {
    return over_limit(reason::order_limit_exceeded, order_max, 0);
  }
  if (ask.is_box_office()) {
    return std::nullopt;
  }
  auto has = ask.data.bookings.places_of(ask.as_owner());
  if (has + places > config.max_per_buyer) {
    for (const auto& due : ends.due()) {
      const auto& slot = *ask.data.bookings.find(hold_number{due.hold});
      if (slot.by() == ask.as_owner() && ends.add(due.hold)) {
        has -= slot.places();
      }
    }
  }
  if (has + places > config.max_per_buyer) {
    return over_limit(reason::buyer_limit_exceeded, config.max_per_buyer, has);
  }
  return std::nullopt;
}

} // namespace holdfast::domain
