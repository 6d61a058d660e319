#include "journal/audit/event_check.hpp"

#include <algorithm>

namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t serial_max = 65'535;
constexpr std::size_t gate_bytes_max = 32;

constexpr std::size_t closed_scans_max = 16;

void close_scan(event_check::ticket& its, std::uint64_t nonce) {
  its.closed.push_back(nonce);
  if (its.closed.size() > closed_scans_max)
    its.closed.erase(its.closed.begin());
}

auto text(const ticket_name& name) -> std::string {
  return "ticket " + std::to_string(name.index) + " of order " + std::to_string(name.order);
}

} // namespace

auto event_check::known_ticket(const ticket_name& name, const char* done) -> ticket* {
  const auto order = bookings_.find(name.order);
  if (order == bookings_.end() || !order->second.confirmed || name.index >= order->second.sold.size() ||
      order->second.sold[static_cast<std::size_t>(name.index)].gone) {
    refuse(std::string_view{done} == "transferred" ? violation_kind::illegal_transfer
                                                   : violation_kind::illegal_admission,
           text(name) + " was " + done + ", and is not there");
    return nullptr;
  }
  const auto [its, added] = tickets_.try_emplace(name);
  if (added)
    its->second.holder = order->second.by;
  return &its->second;
}

void event_check::check_scanner(std::uint64_t key, const char* done) {
  if (const auto why = keys_.why_not_scan(key, organisation_, time_ms_); !why.empty())
    refuse(violation_kind::key_without_right, std::string{done} + " a ticket: " + why);
}

/// A ticket goes from who has it to one buyer, or to the event's own box office; the code counts up by one.
void event_check::on(const ticket_transferred& what) {
  auto* its = known_ticket(what.ticket, "transferred");
  if (its == nullptr)
    return;
  if (its->holder != what.from || what.serial != its->serial + 1 || what.serial > serial_max)
    refuse(violation_kind::illegal_transfer,
           text(what.ticket) + " was transferred from somebody who does not have it, or to a code out of turn");
  if ((its->scanned && !its->undone) || status_ == life::cancelled)
    refuse(violation_kind::illegal_transfer, text(what.ticket) + " was transferred after its use or a cancellation");
  const bool to_buyer = what.to.is_buyer() && what.to.organisation == 0;
  const bool to_office = !what.to.is_buyer() && what.to.organisation == organisation_;
  if ((!to_buyer && !to_office) || to_office != (what.by != 0))
    refuse(violation_kind::invalid_owner,
           text(what.ticket) + " was transferred to no buyer, or to a box office that did not take it");
  if (what.by != 0) {
    if (const auto why = keys_.why_not_sell(what.by, organisation_, time_ms_); !why.empty())
      refuse(violation_kind::key_without_right, "transferred " + text(what.ticket) + ": " + why);
  }
  if (const auto offered = offers_.find(what.ticket); offered != offers_.end() && offered->second.held_by != 0)
    refuse_resale(what.ticket, "was handed on while a buyer had it in a hold");
  offers_.erase(what.ticket);
  its->holder = what.to;
  its->serial = what.serial;
}

void event_check::on(const ticket_admitted& what) {
  auto* its = known_ticket(what.ticket, "admitted");
  if (its == nullptr)
    return;
  check_scanner(what.by, "admitted");
  if (what.serial != its->serial || status_ == life::cancelled)
    refuse(violation_kind::illegal_admission,
           text(what.ticket) + " was admitted by a code that does not hold, or after a cancellation");
  if (its->scanned && (!its->undone || its->nonce == what.nonce))
    refuse(violation_kind::illegal_admission, text(what.ticket) + " was admitted twice, or twice by one scan");
  if (what.nonce == 0 || what.gate.empty() || what.gate.size() > gate_bytes_max || what.at < 0 || what.at > time_ms_)
    refuse(violation_kind::illegal_admission,
           text(what.ticket) + " was admitted by no scan, at no gate, or in the future");
  offers_.erase(what.ticket);
  its->closed.erase(std::remove(its->closed.begin(), its->closed.end(), what.nonce), its->closed.end());
  if (its->scanned)
    close_scan(*its, its->nonce);
  its->scanned = true;
  its->undone = false;
  its->scanned_at = what.at;
  its->gate = what.gate;
  its->nonce = what.nonce;
}

/// Only of a ticket that somebody is in with, and every scan once.
void event_check::on(const scan_turned_away& what) {
  auto* its = known_ticket(what.ticket, "turned away");
  if (its == nullptr)
    return;
  check_scanner(what.by, "turned away");
  const bool known = its->nonce == what.nonce || std::count(its->closed.begin(), its->closed.end(), what.nonce) != 0;
  if (!its->scanned || its->undone || what.nonce == 0 || known)
    refuse(violation_kind::illegal_admission,
           text(what.ticket) + " turned a scan away while nobody was in with it, or one that was answered before");
  close_scan(*its, what.nonce);
}

void event_check::on(const admission_undone& what) {
  auto* its = known_ticket(what.ticket, "undone");
  if (its == nullptr)
    return;
  check_scanner(what.by, "undid");
  if (!its->scanned || its->undone || its->nonce != what.nonce)
    refuse(violation_kind::illegal_admission, text(what.ticket) + " was undone, and no such scan had admitted it");
  its->undone = true;
}

} // namespace holdfast::journal::audit
