#include "domain/apply_booking.hpp"
#include "domain/check.hpp"
#include "domain/limits.hpp"

#include <utility>

namespace holdfast::domain {
namespace {

auto known_ticket(const event_data& data, const ticket_number& number) -> ticket {
  auto its = data.ticket_of(number);
  HF_CHECK(its.has_value(), "a ticket is one of an order's");
  return *std::move(its);
}

void replace(event_data& data, ticket what) {
  if (const auto* const before = data.tickets.find(what.number)) {
    data.hash -= hash_of(*before);
  }
  data.hash += hash_of(what);
  data.tickets.put(std::move(what));
}

/// From now on that scan admits nobody with the ticket.
void close_scan(ticket& its, std::uint64_t nonce) {
  if (its.closed.size() == limits::closed_scans_max) {
    its.closed.erase(its.closed.begin());
  }
  its.closed.push_back(nonce);
}

} // namespace

void fold(event_data& data, const ticket_transferred& what, instant) {
  auto its = known_ticket(data, what.ticket);
  HF_CHECK(its.holder == what.from, "a ticket goes from who has it");
  HF_CHECK(its.serial + 1 == what.serial, "serials count up by one");
  HF_CHECK(!its.is_admitted(), "a ticket that was used stays where it is");
  HF_CHECK((what.to.subject != subject_id{}) != static_cast<bool>(what.to.organisation), "a ticket has one holder");
  const auto* const offered = data.find_offer(what.ticket);
  HF_CHECK(offered == nullptr || !offered->held_by, "what a buyer has in a hold is not handed on");
  data.drop_offer(what.ticket);
  its.holder = what.to;
  its.serial = what.serial;
  replace(data, std::move(its));
}

void fold(event_data& data, const ticket_admitted& what, instant at) {
  auto its = known_ticket(data, what.ticket);
  HF_CHECK(its.serial == what.serial, "the code that holds is admitted");
  HF_CHECK(!its.is_admitted(), "a ticket is used once");
  HF_CHECK(what.nonce != 0 && !(its.used && its.used->nonce == what.nonce), "a scan admits once");
  HF_CHECK(what.at <= at, "nobody is admitted in the future");
  HF_CHECK(!what.gate.empty() && what.gate.size() <= limits::gate_bytes_max, "a gate's name is short");
  data.drop_offer(what.ticket);
  std::erase(its.closed, what.nonce); // of before scans were closed
  if (its.used) {
    close_scan(its, its.used->nonce);
  }
  its.used = admission{what.at, what.gate, what.nonce, false};
  replace(data, std::move(its));
}

void fold(event_data& data, const scan_turned_away& what, instant) {
  auto its = known_ticket(data, what.ticket);
  HF_CHECK(its.is_admitted(), "whoever is turned away comes too late");
  HF_CHECK(what.nonce != 0 && its.used->nonce != what.nonce && !its.has_closed(what.nonce),
           "a scan is turned away once");
  close_scan(its, what.nonce);
  replace(data, std::move(its));
}

void fold(event_data& data, const admission_undone& what, instant) {
  auto its = known_ticket(data, what.ticket);
  HF_CHECK(its.is_admitted() && its.used->nonce == what.nonce, "what is undone was admitted by that scan");
  its.used->undone = true;
  replace(data, std::move(its));
}

} // namespace holdfast::domain
