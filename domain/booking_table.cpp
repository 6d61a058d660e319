#include "domain/booking_table.hpp"

#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/order_part.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace holdfast::domain {
namespace {

auto owner_hash(const owner& who) noexcept -> std::uint64_t {
  return mix64(who.organisation.value() ^ mix64(who.subject.high ^ mix64(who.subject.low)));
}

auto text_of(const payment_record& payment) -> std::unique_ptr<char[]> {
  if (payment.reference.empty() && payment.reason.empty()) {
    return nullptr;
  }
  auto text = std::make_unique<char[]>(payment.reference.size() + payment.reason.size());
  std::ranges::copy(payment.reason, std::ranges::copy(payment.reference, text.get()).out);
  return text;
}

} // namespace

auto booking_table::place_of(hold_number number) const noexcept -> const place* {
  return places_.find(mix64(number.value()), [&](const place& one) { return one.number == number.value(); });
}

auto booking_table::find(hold_number number) const noexcept -> const booking_slot* {
  const auto* const found = place_of(number);
  return found == nullptr || (found->at & ended_bit) != 0 ? nullptr : &slot(found->at);
}

auto booking_table::find_ended(hold_number number, instant now) const noexcept -> const ended_hold* {
  const auto* const found = place_of(number);
  if (found == nullptr || (found->at & ended_bit) == 0) {
    return nullptr;
  }
  const auto& what = ended_[(found->at - ended_before_) & ~ended_bit];
  return what.at + limits::ended_holds_kept <= now ? nullptr : &what;
}

auto booking_table::entry_of(const owner& who) const noexcept -> const owned* {
  return owners_.find(owner_hash(who), [&](const owned& one) { return slot(one.first).by() == who; });
}

auto booking_table::places_of(const owner& who) const noexcept -> std::uint64_t {
  const auto* const found = entry_of(who);
  return found == nullptr ? 0 : found->places;
}

auto booking_table::any_slot(hold_number number) noexcept -> booking_slot& {
  const auto* const found = find(number);
  HF_CHECK(found != nullptr, "the hold is live");
  return const_cast<booking_slot&>(*found);
}

auto booking_table::live_slot(hold_number number) noexcept -> booking_slot& {
  auto& found = any_slot(number);
  HF_CHECK(!found.is_order(), "the hold is no order yet");
  return found;
}

auto booking_table::free_slot() -> std::uint32_t {
  if (free_ != booking_slot::nowhere) {
    return std::exchange(free_, slot(free_).next_of_owner_);
  }
  if (slots_used_ == pages_.size() * page_slots) {
    pages_.push_back(std::make_unique<booking_slot[]>(page_slots));
  }
  return slots_used_++;
}

auto booking_table::add(const hold_created& fact, instant at, const resale* of) -> const booking_slot& {
  const auto where = free_slot();
  auto& added = slot(where);
  added = booking_slot{fact, at, of};
  content_bytes_ += added.heap_bytes();
  places_.insert({added.number_, where});
  link_owner(where);
  deadlines_.push({added.expires_at(), added.number_, where}, tracker());
  return added;
}

void booking_table::link_owner(std::uint32_t at) {
  auto& added = slot(at);
  const auto places = static_cast<std::uint32_t>(added.places());
  const auto who = added.by();
  if (const auto* const found = entry_of(who)) {
    auto& entry = const_cast<owned&>(*found);
    entry.places += places;
    added.next_of_owner_ = entry.first;
    slot(entry.first).previous_of_owner_ = at;
    entry.first = at;
  } else {
    owners_.insert({at, places, owner_hash(who)});
  }
}

void booking_table::unlink_owner(std::uint32_t at) noexcept {
  auto& gone = slot(at);
  const auto who = gone.by();
  auto& entry = const_cast<owned&>(*entry_of(who));
  entry.places -= static_cast<std::uint32_t>(gone.places());
  if (gone.next_of_owner_ != booking_slot::nowhere) {
    slot(gone.next_of_owner_).previous_of_owner_ = gone.previous_of_owner_;
  }
  if (gone.previous_of_owner_ != booking_slot::nowhere) {
    slot(gone.previous_of_owner_).next_of_owner_ = gone.next_of_owner_;
  } else if (gone.next_of_owner_ != booking_slot::nowhere) {
    entry.first = gone.next_of_owner_;
  } else {
    owners_.erase(entry.hash, &entry);
  }
}

void booking_table::extend(hold_number number, instant expires_at) noexcept {
  auto& hold = live_slot(number);
  hold.extended_ = true;
  hold.expires_after_ms_ = static_cast<std::uint32_t>((expires_at - hold.created_at_).count);
  deadlines_.change(hold.position_, expires_at, tracker());
}

void booking_table::freeze(hold_number number, const hold_frozen& fact) {
  auto& hold = live_slot(number);
  content_bytes_ -= hold.heap_bytes();
  hold.order_ = std::make_unique<order_detail>();
  hold.order_->payment = fact.payment;
  hold.order_->confirmed_at = hold.expires_at();
  hold.frozen_ = true;
  hold.expires_after_ms_ = static_cast<std::uint32_t>((fact.until - hold.created_at_).count);
  content_bytes_ += hold.heap_bytes();
  deadlines_.change(hold.position_, fact.until, tracker());
}

void booking_table::end_unpaid_at(hold_number number, instant at) noexcept {
  live_slot(number).order_->confirmed_at = at;
}

void booking_table::thaw(hold_number number, instant expires_at) noexcept {
  auto& hold = live_slot(number);
  content_bytes_ -= hold.heap_bytes();
  hold.order_.reset();
  hold.frozen_ = false;
  hold.expires_after_ms_ = static_cast<std::uint32_t>((expires_at - hold.created_at_).count);
  content_bytes_ += hold.heap_bytes();
  deadlines_.change(hold.position_, expires_at, tracker());
}

void booking_table::confirm(hold_number number, const order_confirmed& fact, instant at) {
  auto& hold = live_slot(number);
  content_bytes_ -= hold.heap_bytes();
  const auto& payment = fact.payment;
  hold.order_ = std::make_unique<order_detail>(order_detail{
      at, fact.confirmed_by, fact.total, payment.by, static_cast<std::uint8_t>(payment.reference.size()),
      static_cast<std::uint8_t>(payment.reason.size()), text_of(payment), fact.by_payment, fact.card, nullptr});
  hold.frozen_ = false;
  content_bytes_ += hold.heap_bytes();
  deadlines_.erase(std::exchange(hold.position_, booking_slot::nowhere), tracker());
  ++orders_;
}

void booking_table::swap(hold_number number, allocation_number allocation) noexcept {
  auto& hold = live_slot(number);
  hold.swapped_ = true;
  hold.allocation_ = allocation;
}

void booking_table::set_returned(hold_number number, const std::vector<std::uint32_t>& tickets) {
  auto& order = any_slot(number);
  content_bytes_ -= order.heap_bytes();
  order.order_->returned = std::make_unique<std::vector<std::uint32_t>>(tickets);
  content_bytes_ += order.heap_bytes();
}

void booking_table::narrow(hold_number number, const order_returned& fact) {
  auto& order = any_slot(number);
  HF_CHECK(order.is_order(), "tickets of an order go back");
  const auto left = without(order.as_booking(), fact);
  const_cast<owned&>(*entry_of(order.by())).places -= static_cast<std::uint32_t>(order.places() - left.places());
  content_bytes_ -= order.heap_bytes();
  booking_slot narrowed{hold_created{.hold = left.number,
                                     .by = left.by,
                                     .sold_by = left.sold_by,
                                     .seats = left.seats,
                                     .prices = left.prices,
                                     .areas = left.areas,
                                     .expires_at = left.expires_at,
                                     .cap_at = left.cap_at,
                                     .allocation = left.allocation,
                                     .fees = left.fees,
                                     .tax = left.tax},
                        left.created_at};
  order.words_ = std::move(narrowed.words_);
  order.seat_count_ = narrowed.seat_count_;
  order.area_count_ = narrowed.area_count_;
  order.has_fees_ = narrowed.has_fees_;
  order.tax_name_bytes_ = narrowed.tax_name_bytes_;
  order.order_->paid = left.paid;
  order.order_->returned = std::make_unique<std::vector<std::uint32_t>>(left.returned);
  content_bytes_ += order.heap_bytes();
}

void booking_table::end(hold_number number, ended_hold::how how, instant at) {
  auto& hold = any_slot(number);
  auto* const found = const_cast<place*>(place_of(number));
  const auto where = found->at;
  if (hold.is_order()) {
    --orders_;
  } else {
    deadlines_.erase(hold.position_, tracker());
  }
  content_bytes_ -= hold.heap_bytes();
  unlink_owner(where);
  const ended_hold ended{number, how, hold.by(), at};
  hold = booking_slot{};
  hold.next_of_owner_ = std::exchange(free_, where);
  places_.erase(mix64(number.value()), found);
  add_ended(ended);
}

void booking_table::add_ended(const ended_hold& what) {
  forget_old(what.at);
  ended_.push_back(what);
  places_.insert({what.number.value(),
                  ((ended_before_ + static_cast<std::uint32_t>(ended_.size() - 1)) & ~ended_bit) | ended_bit});
}

void booking_table::forget_old(instant now) noexcept {
  // At most a few at a time: one is added for every call, so that this keeps up and never takes long.
  constexpr int at_most = 4;
  for (int i = 0; i < at_most && !ended_.empty(); ++i) {
    const auto& oldest = ended_.front();
    if (ended_.size() < limits::ended_holds_kept_max && oldest.at + limits::ended_holds_kept > now) {
      return;
    }
    const auto number = oldest.number;
    places_.erase(mix64(number.value()), const_cast<place*>(place_of(number)));
    ended_.pop_front();
    ++ended_before_;
  }
}

auto booking_table::bookings() const -> std::vector<booking> {
  std::vector<booking> all;
  all.reserve(live() + orders_);
  for (std::uint32_t at = 0; at < slots_used_; ++at) {
    if (slot(at).number() != 0) {
      all.push_back(slot(at).as_booking());
    }
  }
  std::ranges::sort(all, {}, &booking::number);
  return all;
}

auto booking_table::of(const owner& who) const -> std::vector<const booking_slot*> {
  std::vector<const booking_slot*> found;
  const auto* const entry = entry_of(who);
  for (auto at = entry == nullptr ? booking_slot::nowhere : entry->first; at != booking_slot::nowhere;
       at = slot(at).next_of_owner_) {
    found.push_back(&slot(at));
  }
  return found;
}

auto booking_table::paid_with(std::uint64_t card) const -> std::vector<const booking_slot*> {
  std::vector<const booking_slot*> found;
  for (std::uint32_t at = 0; at < slots_used_; ++at) {
    if (slot(at).number() != 0 && slot(at).card() == card) {
      found.push_back(&slot(at));
    }
  }
  return found;
}

auto booking_table::orders_unpaid_by_card(std::size_t at_most) const -> std::vector<const booking_slot*> {
  std::vector<const booking_slot*> found;
  for (std::uint32_t at = 0; at < slots_used_; ++at) {
    if (slot(at).number() != 0 && slot(at).is_order() && !slot(at).payment()) {
      found.push_back(&slot(at));
    }
  }
  std::ranges::sort(found, {}, &booking_slot::number);
  found.resize(std::min(found.size(), at_most));
  return found;
}

auto booking_table::ended(instant now) const -> std::vector<ended_hold> {
  const auto kept =
      std::ranges::find_if(ended_, [&](const ended_hold& one) { return one.at + limits::ended_holds_kept > now; });
  return {kept, ended_.end()};
}

auto booking_table::bytes() const noexcept -> std::size_t {
  return pages_.capacity() * sizeof(void*) + pages_.size() * (page_slots * sizeof(booking_slot) + 16) + content_bytes_ +
         places_.bytes() + owners_.bytes() + deadlines_.bytes() + ended_.size() * (sizeof(ended_hold) + 4) + 1'024;
}

} // namespace holdfast::domain
