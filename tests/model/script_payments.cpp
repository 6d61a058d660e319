#include "tests/model/script_payments.hpp"

#include "tests/model/script_bodies.hpp"

#include <optional>
#include <vector>

namespace holdfast::model {
namespace {

using namespace domain;

/// One of the holds of offered tickets, frozen or not; they are few among all.
auto resale_hold(const naive_event& twin, bool frozen, dice& random) -> std::optional<hold_number> {
  std::vector<hold_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (is_borrowed(what) && what.frozen == frozen) {
      all.push_back(number);
    }
  }
  return all.empty() || random.chance(50) ? std::nullopt : std::optional{random.pick(all)};
}

/// One of the holds and orders that a payment has; any, sometimes, and when there is none.
auto paid_one(const step& next, const naive_event& twin, bool orders, dice& random) -> hold_number {
  if (const auto one = orders ? std::nullopt : resale_hold(twin, true, random)) {
    return *one;
  }
  std::vector<hold_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (what.paid_by && (what.status == booking_status::confirmed) == orders) {
      all.push_back(number);
    }
  }
  return all.empty() || random.chance(12) ? target_of(next, twin) : random.pick(all);
}

/// That which has it, or the last one that could have; sometimes another, or none.
auto payment_of(const naive_event& twin, hold_number hold, dice& random) -> payment_number {
  const auto found = twin.bookings.find(hold);
  const bool has = found != twin.bookings.end() && found->second.paid_by;
  if (random.chance(18)) {
    return payment_number{static_cast<std::uint32_t>(random.below(4))};
  }
  return has ? found->second.paid_by : payment_number{hold.value() + 1};
}

auto some_confirmation(const naive_event& twin, hold_number hold, dice& random) -> confirm_paid {
  confirm_paid body{hold, payment_of(twin, hold, random), 0, {}, random.below(4)};
  const auto found = twin.bookings.find(hold);
  body.amount = found == twin.bookings.end() ? 0 : total_of(found->second);
  body.amount += random.chance(15) ? static_cast<minor_units>(random.between(1, 9)) - 5 : 0;
  const std::string name = "pi_" + std::to_string(body.payment.value());
  const std::string card = "4242 4242 4242 4242";
  const std::string sentence = "pi/3";
  switch (random.below(30)) {
  case 0: body.gateway_payment = card; break;
  case 1: body.gateway_payment = sentence; break;
  case 2: body.gateway_payment = std::string(limits::payment_text_bytes_max + 1, 'p'); break;
  case 3: break;
  default: body.gateway_payment = name; break;
  }
  return body;
}

/// A buyer's live hold that no payment has; any, when there is none.
auto unpaid_hold(const step& next, const naive_event& twin, dice& random) -> hold_number {
  if (const auto one = resale_hold(twin, false, random)) {
    return *one;
  }
  std::vector<hold_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (what.status == booking_status::held && !what.frozen && !what.by.organisation) {
      all.push_back(number);
    }
  }
  return all.empty() ? target_of(next, twin) : random.pick(all);
}

auto some_freeze(const step& next, const naive_event& twin, dice& random) -> freeze_hold {
  freeze_hold body;
  const auto whose = random.below(100);
  body.hold = whose < 65   ? unpaid_hold(next, twin, random)
              : whose < 80 ? paid_one(next, twin, random.chance(40), random)
                           : target_of(next, twin);
  body.payment = payment_of(twin, body.hold, random);
  body.buyer = random.chance(94) ? owner_of(twin, body.hold, next.who).subject : callers::buyer(2).subject;
  body.attendees = some_names(twin, body.hold, random);
  return body;
}

/// Some tickets of an order by their index; now and then one that it never had, that went back, or that is named twice.
auto some_tickets(const naive_event& twin, hold_number hold, dice& random) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> tickets;
  const auto found = twin.sold_tickets.find(hold);
  if (found == twin.sold_tickets.end() || random.chance(35)) {
    return tickets;
  }
  for (std::uint32_t i = 0; i < found->second.size(); ++i) {
    if (random.chance(found->second[i].gone ? 30 : 40)) {
      tickets.push_back(i);
    }
  }
  if (random.chance(12)) {
    tickets.push_back(static_cast<std::uint32_t>(random.below(found->second.size() + 2)));
  }
  return tickets;
}

auto some_return(const naive_event& twin, hold_number hold, dice& random) -> return_order {
  return_order back{hold, payment_of(twin, hold, random)};
  const auto why = random.below(10);
  if (why < 5) {
    back.why = return_cause::refunded;
    back.organisation = random.chance(85) ? twin.organisation : organisation_id{twin.organisation.value() + 1};
    back.by = key_id{7};
  } else if (why < 8) {
    const auto found = twin.bookings.find(hold);
    back.why = return_cause::by_buyer;
    back.buyer =
        found == twin.bookings.end() || random.chance(10) ? callers::buyer(2).subject : found->second.by.subject;
  } else if (why < 9) {
    back.why = return_cause::cancelled;
  }
  if (back.why == return_cause::refunded || back.why == return_cause::by_buyer) {
    back.tickets = some_tickets(twin, hold, random);
  }
  return back;
}

/// An order that no card paid; any, sometimes, and when there is none.
auto some_taking_back(const step& next, const naive_event& twin, dice& random) -> take_back_order {
  std::vector<hold_number> all;
  for (const auto& [number, what] : twin.bookings) {
    if (what.status == booking_status::confirmed && !what.paid_by) {
      all.push_back(number);
    }
  }
  const auto hold = all.empty() || random.chance(15) ? target_of(next, twin) : random.pick(all);
  return {hold, some_tickets(twin, hold, random)};
}

} // namespace

auto payment_command(const step& next, const naive_event& twin, dice& random) -> command_body {
  if (next.what == wish::freeze) {
    return some_freeze(next, twin, random);
  }
  const bool orders = next.what == wish::return_order ? !random.chance(5) : random.chance(5);
  const auto hold = paid_one(next, twin, orders, random);
  switch (next.what) {
  case wish::thaw:
    return thaw_hold{hold, payment_of(twin, hold, random), random.chance(50) ? turn::unavailable : turn::declined};
  case wish::confirm_paid: return some_confirmation(twin, hold, random);
  case wish::take_back: return some_taking_back(next, twin, random);
  default: return some_return(twin, hold, random);
  }
}

} // namespace holdfast::model
