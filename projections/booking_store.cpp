#include "projections/booking_store.hpp"

#include "domain/order_part.hpp"
#include "projections/packed_booking.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

auto booking_of(const domain::hold_created& what, domain::instant at) -> domain::booking {
  domain::booking made;
  made.number = what.hold;
  made.by = what.by;
  made.sold_by = what.sold_by;
  made.created_at = at;
  made.expires_at = what.expires_at;
  made.cap_at = what.cap_at;
  made.seats = what.seats;
  made.prices = what.prices;
  made.fees = what.fees;
  made.allocation = what.allocation;
  made.areas = what.areas;
  made.tax = what.tax;
  return made;
}

/// What an order is said to be that is gone. A cancelled event's money goes back to a card by itself, and at the till otherwise.
auto status_after(domain::return_cause why, const domain::booking& order) -> domain::booking_status {
  if (why == domain::return_cause::uncaptured)
    return domain::booking_status::unpaid;
  return why == domain::return_cause::cancelled && !order.paid_by ? domain::booking_status::cancelled
                                                                  : domain::booking_status::refunded;
}

} // namespace

auto booking_store::find_event(domain::event_id event) const -> std::optional<event_slot> {
  const auto* found =
      event_index_.find(domain::mix64(event.value()), [&](const event_entry_of& entry) { return entry.id == event; });
  return found == nullptr ? std::nullopt : std::optional{found->slot};
}

auto booking_store::open_event(domain::event_id event) -> event_slot {
  if (const auto found = find_event(event))
    return *found;
  const auto slot = static_cast<event_slot>(events_.size());
  events_.push_back({event, 0, nullptr, {}});
  event_index_.insert({event, slot});
  return slot;
}

auto booking_store::entry_of(event_slot event, domain::hold_number number) -> number_entry* {
  return numbers_.find(number_policy::hash_of(event, number.value()), [&](const number_entry& entry) {
    return entry.event == event && entry.number == number.value();
  });
}

auto booking_store::hold(event_slot event, std::uint64_t seq, const domain::hold_created& what, domain::instant at)
    -> bool {
  if (entry_of(event, what.hold) != nullptr)
    return false;
  scratch_.clear();
  pack_booking(booking_of(what, at), scratch_);
  add_live(event, what.hold.value(), scratch_, seq);
  return true;
}

void booking_store::add_live(event_slot event, std::uint32_t number, const std::string& bytes, std::uint64_t seq) {
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(live_.size());
    live_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  live_[index] = {own_bytes(bytes), seq};
  numbers_.insert({event, number, where::live, index});
}

auto booking_store::extend(event_slot event, std::uint64_t seq, const domain::hold_extended& what) -> bool {
  return change_live(event, seq, what.hold, [&](domain::booking& booking) {
    booking.expires_at = what.expires_at;
    booking.extended = true;
  });
}

auto booking_store::change_live(event_slot event, std::uint64_t seq, domain::hold_number hold,
                                const std::function<void(domain::booking&)>& change) -> bool {
  const auto* entry = entry_of(event, hold);
  if (entry == nullptr || entry->in != where::live)
    return false;
  auto& its = live_[entry->at];
  auto booking = unpack_booking(its.bytes.get());
  change(booking);
  scratch_.clear();
  pack_booking(booking, scratch_);
  its = {own_bytes(scratch_), seq};
  return true;
}

auto booking_store::freeze(event_slot event, std::uint64_t seq, const domain::hold_frozen& what) -> bool {
  return change_live(event, seq, what.hold, [&](domain::booking& booking) {
    booking.frozen = true;
    booking.unpaid_because.reset();
    booking.paid_by = what.payment;
    booking.ends_unpaid_at = booking.expires_at;
    booking.expires_at = what.until;
  });
}

auto booking_store::thaw(event_slot event, std::uint64_t seq, const domain::hold_thawed& what) -> bool {
  return change_live(event, seq, what.hold, [&](domain::booking& booking) {
    booking.frozen = false;
    booking.paid_by = {};
    booking.ends_unpaid_at = {};
    booking.expires_at = what.expires_at;
    booking.unpaid_because = what.why;
  });
}

auto booking_store::take_back(event_slot event, std::uint64_t seq, const domain::order_returned& what,
                              domain::instant at) -> bool {
  const auto* entry = entry_of(event, what.hold);
  if (entry == nullptr || entry->in != where::order)
    return false;
  auto& its = orders_[entry->at];
  auto booking = unpack_booking(its.bytes);
  auto revoked = what.tickets.empty() ? domain::tickets_left(booking) : what.tickets;
  if (what.goes_on) {
    booking = without(std::move(booking), what);
  } else {
    booking.status = status_after(what.why, booking);
    booking.paid -= what.total;
    booking.refunded += what.total;
  }
  scratch_.clear();
  pack_booking(booking, scratch_);
  // The old bytes stay where they are until the next start: orders that are taken back are few.
  its.bytes = keep(scratch_);
  its.seq_and_event[0] = static_cast<std::uint32_t>(seq);
  its.seq_and_event[1] = static_cast<std::uint32_t>(seq >> 32U);
  tickets_.give_back(events_[event].id, seq, what.hold, std::move(revoked));
  if (what.why != domain::return_cause::uncaptured) // nothing had been paid
    returns_.add(events_[event].id, seq, at, what);
  return true;
}

auto booking_store::take_live(event_slot event, domain::hold_number number, number_entry*& entry) -> packed {
  entry = entry_of(event, number);
  if (entry == nullptr || entry->in != where::live)
    return nullptr;
  free_.push_back(entry->at);
  return std::exchange(live_[entry->at].bytes, nullptr);
}

auto booking_store::end(event_slot event, std::uint64_t seq, domain::hold_number hold, booking_line::kind how,
                        domain::instant at) -> bool {
  number_entry* entry = nullptr;
  auto bytes = take_live(event, hold, entry);
  if (!bytes)
    return false;
  entry->in = where::over;
  entry->at = static_cast<std::uint32_t>(ended_first_ + ended_.size());
  ended_.push_back({std::move(bytes), seq, at, event, hold.value(), how});
  tickets_.reopen_offer(events_[event].id, hold);
  return true;
}

auto booking_store::confirm(event_slot event, std::uint64_t seq, const domain::order_confirmed& what,
                            domain::instant at) -> bool {
  number_entry* entry = nullptr;
  const auto bytes = take_live(event, what.hold, entry);
  if (!bytes)
    return false;
  auto booking = unpack_booking(bytes.get());
  booking.status = domain::booking_status::confirmed;
  booking.confirmed_by = what.confirmed_by;
  booking.confirmed_at = at;
  booking.paid = what.total;
  booking.payment = what.payment;
  booking.paid_by = what.by_payment;
  booking.unpaid_because.reset();
  booking.frozen = false;
  booking.ends_unpaid_at = {};
  scratch_.clear();
  pack_booking(booking, scratch_);
  entry->in = where::order;
  entry->at = static_cast<std::uint32_t>(orders_.size());
  add_order(event, booking.by, scratch_, seq);
  return true;
}

void booking_store::add_order(event_slot event, const domain::owner& by, const std::string& bytes, std::uint64_t seq) {
  auto* owner = owners_.find(owner_policy::hash_of(by), [&](const owner_entry& each) { return each.who == by; });
  orders_.push_back({keep(bytes),
                     {static_cast<std::uint32_t>(seq), static_cast<std::uint32_t>(seq >> 32U), event},
                     owner == nullptr ? 0 : owner->newest});
  if (owner == nullptr)
    owners_.insert({by, static_cast<std::uint32_t>(orders_.size())});
  else
    owner->newest = static_cast<std::uint32_t>(orders_.size());
}

auto booking_store::keep(const std::string& packed_order) -> const char* {
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < packed_order.size()) {
    chunks_.emplace_back();
    chunks_.back().reserve(std::max(chunk_bytes, packed_order.size()));
  }
  auto& chunk = chunks_.back();
  const auto at = chunk.size();
  chunk.insert(chunk.end(), packed_order.begin(), packed_order.end());
  return chunk.data() + at;
}

void booking_store::forget(domain::instant now, const std::function<void(event_slot, domain::hold_number)>& gone) {
  while (!ended_.empty() && (ended_.size() > within_.ended_max || now - ended_.front().at > within_.ended_kept))
    forget_oldest(gone);
}

void booking_store::forget_oldest(const std::function<void(event_slot, domain::hold_number)>& gone) {
  const auto& oldest = ended_.front();
  if (gone)
    gone(oldest.event, domain::hold_number{oldest.number});
  const auto hash = number_policy::hash_of(oldest.event, oldest.number);
  if (auto* entry = entry_of(oldest.event, domain::hold_number{oldest.number}))
    numbers_.erase(hash, entry);
  ended_.pop_front();
  ++ended_first_;
}

auto booking_store::line(event_slot event, const char* bytes, std::uint64_t seq, booking_line::kind kind) const
    -> found_booking {
  const auto& its = events_[event];
  return {{its.id, unpack_booking(bytes), kind, seq, nullptr, its.currency, {}, {}}, its.layout};
}

auto booking_store::order_line(std::uint32_t index) const -> found_booking {
  const auto& its = orders_[index];
  const auto seq = its.seq_and_event[0] | (std::uint64_t{its.seq_and_event[1]} << 32U);
  auto found = line(its.seq_and_event[2], its.bytes, seq, booking_line::kind::confirmed);
  found.line.tickets = tickets_.of_order(found.line.event, found.line.what.number);
  found.line.returns = returns_.of_order(found.line.event, found.line.what.number);
  return found;
}

auto booking_store::find(event_slot event, domain::hold_number number) const -> std::optional<found_booking> {
  const auto* entry = numbers_.find(number_policy::hash_of(event, number.value()), [&](const number_entry& each) {
    return each.event == event && each.number == number.value();
  });
  if (entry == nullptr)
    return std::nullopt;
  if (entry->in == where::order)
    return order_line(entry->at);
  if (entry->in == where::live) {
    auto found = line(event, live_[entry->at].bytes.get(), live_[entry->at].seq, booking_line::kind::held);
    found.line.waitlist = waitlists_.offered_as(events_[event].id, number);
    return found;
  }
  const auto& its = ended_[entry->at - static_cast<std::uint32_t>(ended_first_)];
  auto found = line(event, its.bytes.get(), its.seq, its.how);
  if (found.line.what.frozen) {
    // It ended while it was being paid (its event was cancelled, its cap was reached, its offer ended): nothing comes of that payment any more.
    found.line.what.frozen = false;
    found.line.what.ends_unpaid_at = {};
    found.line.what.unpaid_because = domain::turn::lost;
  }
  return found;
}

auto booking_store::position_of(const domain::owner& who, std::uint64_t position) const -> std::uint32_t {
  if (position == 0) {
    const auto* owner =
        owners_.find(owner_policy::hash_of(who), [&](const owner_entry& each) { return each.who == who; });
    return owner == nullptr ? 0 : owner->newest;
  }
  // Any other number is no position, and shows nothing of anybody's.
  const bool own = position <= orders_.size() && unpack_booking(orders_[position - 1].bytes).by == who;
  return own ? static_cast<std::uint32_t>(position) : 0;
}

auto booking_store::orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit) const -> page {
  page found;
  auto at = position_of(who, before);
  for (; at != 0 && found.orders.size() < limit; at = orders_[at - 1].before)
    found.orders.push_back(order_line(at - 1));
  found.next = at;
  return found;
}

auto booking_store::bytes() const noexcept -> std::size_t {
  std::size_t sum = events_.size() * sizeof(event_line) + event_index_.bytes() + numbers_.bytes() + owners_.bytes() +
                    live_.size() * sizeof(live_hold) + orders_.size() * sizeof(order) + ended_.size() * sizeof(ended) +
                    chunks_.size() * (sizeof(std::vector<char>) + chunk_bytes) + tickets_.bytes() + returns_.bytes() +
                    waitlists_.bytes();
  sum += (live_holds() + ended_.size()) * 80; // the blocks of packed holds
  return sum;
}

} // namespace holdfast::projections
