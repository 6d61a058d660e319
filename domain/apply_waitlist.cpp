#include "domain/apply_booking.hpp"
#include "domain/check.hpp"
#include "domain/limits.hpp"
#include "domain/state_hash.hpp"
#include "domain/waitlist_check.hpp"

#include <tuple>
#include <utility>
#include <vector>

namespace holdfast::domain {
namespace {

/// Its element of the state's hash (docs/state-hash.md).
auto hash_of(const waitlist_order& what) noexcept -> std::uint64_t {
  constexpr unsigned rank_bits = 32;
  constexpr unsigned tier_count_bits = 8;
  constexpr unsigned area_count_bits = 16;
  constexpr unsigned accessible_bits = 32;
  constexpr unsigned quantity_bits = 32;
  hash_fold fold{hash_kind::waitlist_order};
  fold.add(what.number.value() | std::uint64_t{what.rank} << rank_bits)
      .add(what.who.high)
      .add(what.who.low)
      .add(static_cast<std::uint64_t>(what.joined_at.unix_ms))
      .add(what.offered);
  for (const auto& choice : what.choices) {
    fold.add(choice.groups.size() | choice.tiers.size() << tier_count_bits | choice.areas.size() << area_count_bits |
             std::uint64_t{choice.accessible} << accessible_bits)
        .add(static_cast<std::uint64_t>(choice.each_max));
    for (const auto seats : choice.groups) {
      fold.add(seats);
    }
    for (const auto tier : choice.tiers) {
      fold.add(tier);
    }
    for (const auto& [area, quantity] : choice.areas) {
      fold.add(area | std::uint64_t{quantity} << quantity_bits);
    }
  }
  return fold.value();
}

/// Whether an order could be on the waitlist, and whoever has a hold for it.
auto is_possible(const event_data& data, const waitlist_order& one) -> bool {
  const auto* const hold = data.bookings.find(hold_number{one.offered});
  const bool offered = one.offered != 0;
  return one.number && one.number.value() <= data.last_waitlist && one.who != subject_id{} &&
         one.joined_at <= data.time && one.joined_at >= instant{} && choice_faults(*data.seats, one.choices).empty() &&
         data.waitlist.find(one.number) == nullptr && data.waitlist.find(one.who) == nullptr &&
         offered == (hold != nullptr) &&
         (!offered || (!hold->is_order() && !hold->borrows() && hold->by() == owner{one.who, {}} &&
                       !hold->allocation() && hold->created_at() >= one.joined_at));
}

} // namespace

void event_data::put_on_waitlist(waitlist_order what) {
  hash += hash_of(what);
  waitlist.add(std::move(what));
}

void event_data::offer_to(waitlist_number order, hold_number hold) {
  const auto* const its = waitlist.find(order);
  HF_CHECK(its != nullptr, "somebody who is offered a hold is on the waitlist");
  hash -= hash_of(*its);
  waitlist.offer(order, hold);
  hash += hash_of(*its);
}

void event_data::take_off_waitlist(const waitlist_order* what) {
  if (what != nullptr) {
    hash -= hash_of(*what);
    waitlist.remove(what->number);
  }
}

void event_data::clear_waitlist() {
  for (const auto& one : waitlist.all()) {
    hash -= hash_of(one);
  }
  waitlist.clear();
}

auto event_data::restore_waitlist(const std::vector<waitlist_order>& orders, std::uint32_t last) -> bool {
  const bool is_on_its_way = status == event_status::published || status == event_status::paused;
  if (orders.size() > limits::waitlist_orders_max || (!is_on_its_way && !orders.empty()) ||
      (status == event_status::draft && last != 0)) {
    return false;
  }
  last_waitlist = last;
  const waitlist_order* before = nullptr;
  for (const auto& one : orders) {
    const bool ascends = before == nullptr || std::tie(before->rank, before->number) < std::tie(one.rank, one.number);
    if (!ascends || !is_possible(*this, one)) {
      return false;
    }
    before = &one;
    put_on_waitlist(one);
  }
  return true;
}

void fold(event_data& data, const waitlist_joined& what, instant at) {
  HF_CHECK(data.status == event_status::published, "people go on the waitlist while the event is published");
  HF_CHECK(what.order.value() == data.last_waitlist + 1, "orders on the waitlist are numbered without gaps");
  HF_CHECK(what.who != subject_id{}, "an order on the waitlist is somebody's");
  HF_CHECK(data.waitlist.find(what.who) == nullptr, "a buyer is on the waitlist once");
  HF_CHECK(data.waitlist.size() < limits::waitlist_orders_max, "a waitlist is limited");
  HF_CHECK(choice_faults(*data.seats, what.choices).empty(), "what is waited for is in the layout");
  data.last_waitlist = what.order.value();
  data.put_on_waitlist({what.order, what.who, what.rank, at, what.choices});
}

void fold(event_data& data, const waitlist_left& what, instant) {
  const auto* const order = data.waitlist.find(what.order);
  HF_CHECK(order != nullptr && order->offered == 0, "who leaves the waitlist has waited");
  data.take_off_waitlist(order);
}

void check_offer(const event_data& data, const hold_created& what) noexcept {
  const auto* const order = data.waitlist.find(what.waitlist);
  HF_CHECK(order != nullptr && order->offered == 0, "what is offered is offered to somebody who waits");
  HF_CHECK(what.by == (owner{order->who, {}}) && !what.sold_by, "what is offered is held for who waits");
  HF_CHECK(!what.allocation && what.phase.empty(), "what is set apart is offered to nobody");
}

} // namespace holdfast::domain
