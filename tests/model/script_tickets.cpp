#include "tests/model/script_tickets.hpp"

#include "tests/model/naive_tickets.hpp"
#include "tests/model/script_bodies.hpp"

#include <string>
#include <vector>

namespace holdfast::model {
namespace {

using namespace domain;

/// The tickets of all orders, but of each at most so many.
auto tickets_of(const naive_event& twin) -> std::vector<ticket_number> {
  constexpr std::uint64_t of_an_order = 3;
  std::vector<ticket_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (what.status == booking_status::confirmed) {
      for (std::uint32_t i = 0; i < std::min(of_an_order, places_in(what)); ++i) {
        all.push_back({number, i});
      }
    }
  }
  return all;
}

/// A ticket that could be resold, or is.
auto resold_one(const step& next, const naive_event& twin) -> std::optional<ticket_number> {
  std::vector<ticket_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (what.status == booking_status::confirmed && what.paid_by && next.what == wish::offer) {
      all.push_back({number, static_cast<std::uint32_t>(next.detail % twin.sold_tickets.at(number).size())});
    }
  }
  for (const auto& [number, offered] : twin.offers) {
    if (next.what != wish::offer) {
      all.push_back(number);
    }
  }
  return all.empty() ? std::nullopt : std::optional{all[next.detail / 7 % all.size()]};
}

/// A ticket by the step alone, so that what is asked of one and who asks are of the same.
auto some_ticket(const step& next, const naive_event& twin) -> ticket_number {
  const auto all = tickets_of(twin);
  dice random{next.detail ^ 0x71c'4e7U};
  if (next.what >= wish::offer && random.chance(85)) {
    if (const auto one = resold_one(next, twin)) {
      return *one;
    }
  }
  if (all.empty() || random.chance(8)) {
    return {target_of(next, twin), static_cast<std::uint32_t>(random.below(3))};
  }
  // Something happened to those first: the same ones come again and again.
  if (!twin.tickets.empty() && random.chance(50)) {
    return std::next(twin.tickets.begin(), static_cast<std::ptrdiff_t>(random.index(twin.tickets.size())))->first;
  }
  return random.pick(all);
}

auto some_nonce(const std::optional<ticket>& its, unsigned known_percent, dice& random) -> std::uint64_t {
  if (its && its->used && random.chance(known_percent)) {
    return its->used->nonce;
  }
  return random.below(40);
}

/// What was paid for a ticket at the most, or about what an event lets it be offered for.
auto some_price(const naive_event& twin, const ticket_number& number, dice& random) -> minor_units {
  const auto order = twin.sold_tickets.find(number.order);
  if (order == twin.sold_tickets.end() || number.index >= order->second.size() || random.chance(3)) {
    return static_cast<minor_units>(random.below(3)) - 1;
  }
  const auto& one = order->second[number.index];
  const auto cap = one.cost() * static_cast<minor_units>(twin.config.resale_max_percent) / 100;
  return random.chance(50) ? cap : random.chance(60) ? cap / 2 : cap + static_cast<minor_units>(random.below(3)) - 1;
}

auto some_gate(dice& random) -> std::string {
  switch (random.below(25)) {
  case 0: return {};
  case 1: return std::string(33, 'g');
  case 2: return std::string(32, 'g');
  default: return std::string{random.chance(50) ? "north" : "behind the bar"};
  }
}

} // namespace

auto ticket_command(const step& next, const naive_event& twin, dice& random) -> command_body {
  const auto number = some_ticket(next, twin);
  const auto its = ticket_now(twin, number);
  auto serial = its ? its->serial : std::uint16_t{1};
  if (random.chance(12)) {
    serial = static_cast<std::uint16_t>(random.chance(50) ? serial - 1U : serial + 1U);
  }
  switch (next.what) {
  case wish::claim:
    // Mostly an offer that holds; sometimes one that ends just now, or did.
    return claim_ticket{number, serial,
                        twin.time +
                            (random.chance(88) ? hours(48) : millis{static_cast<std::int64_t>(random.below(3)) - 1})};
  case wish::reissue: return reissue_ticket{number};
  case wish::offer: return offer_ticket{number, some_price(twin, number, random)};
  case wish::withdraw: return withdraw_offer{number};
  case wish::hold_resale: return hold_resale{number};
  case wish::undo: return undo_admission{number, some_nonce(its, 80, random)};
  default: {
    admit_ticket body{number, serial, some_gate(random), some_nonce(its, 45, random), {}};
    if (random.chance(40)) {
      body.at = twin.time + millis{static_cast<std::int64_t>(random.below(4'000)) - 2'000};
    }
    if (random.chance(3)) {
      body.at = instant{-5};
    }
    return body;
  }
  }
}

auto resale(const naive_event& twin, dice& random) -> std::vector<command> {
  if (!twin.seats || twin.seats->seat_count() == 0) {
    return {};
  }
  const auto seat = static_cast<seat_index>(random.below(twin.seats->seat_count()));
  const auto tier = twin.seats->tier_of_seat(seat);
  booking priced;
  priced.tax = twin.config.tax;
  const auto cost = twin.price(tier) + twin.fee(tier);
  const auto paid = cost + tax_on(priced, cost);
  const auto asked = paid * static_cast<minor_units>(twin.config.resale_max_percent) / 100;
  const auto whose = random.below(4);
  const auto seller = callers::buyer(1 + whose);
  const auto buyer = callers::buyer(1 + (whose + 1) % 4);
  const hold_number first{twin.last_hold.value() + 1};
  const hold_number second{first.value() + 1};
  const payment_number sold{first.value() + 1};
  const payment_number bought{second.value() + 1};
  const std::string name = "pi_1";
  hold_seats wish;
  wish.seats.push_back(seat);
  std::vector<command> all{{seller, {}, std::move(wish)},
                           {{}, {}, freeze_hold{first, sold, seller.subject}},
                           {{}, {}, confirm_paid{first, sold, paid, name, random.below(4)}},
                           {seller, {}, offer_ticket{{first, 0}, asked}},
                           {buyer, {}, hold_resale{{first, 0}}},
                           {{}, {}, freeze_hold{second, bought, buyer.subject}},
                           {{}, {}, confirm_paid{second, bought, asked, name, random.below(4)}}};
  all.resize(4 + random.below(4));
  if ((all.size() == 5 || all.size() == 6) && random.chance(40)) {
    // The offer ends under the buyer's hold, or under the payment.
    const auto scanner = callers::organiser(twin.organisation);
    if (random.chance(50)) {
      all.push_back({scanner, {}, admit_ticket{{first, 0}, 1, "north", 1 + random.below(40), {}}});
    } else {
      all.push_back(
          {{}, {}, return_order{first, sold, return_cause::refunded, twin.organisation, scanner.key, {}, {}}});
    }
    all.push_back({buyer, {}, extend_hold{second}});
    all.push_back({{}, {}, thaw_hold{second, bought, turn::declined}});
    return all;
  }
  if (all.size() == 5 && random.chance(50)) {
    all.push_back({random.chance(50) ? seller : callers::buyer(1 + (whose + 2) % 4), {}, hold_resale{{first, 0}}});
  }
  return all;
}

auto holder_of(const step& next, const naive_event& twin) -> caller {
  const auto its = ticket_now(twin, some_ticket(next, twin));
  if (!its) {
    return callers::buyer(1);
  }
  return its->holder.organisation ? callers::box_office(its->holder.organisation, 1)
                                  : caller{caller::kind::buyer, its->holder.subject, {}, {}};
}

} // namespace holdfast::model
