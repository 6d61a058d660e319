#include "domain/waitlist_table.hpp"

#include "domain/check.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace holdfast::domain {
namespace {

auto place_of(const waitlist_table::line& one) noexcept {
  return std::tuple{one.rank, one.number};
}

auto place_of(const waitlist_order& one) noexcept {
  return std::tuple{one.rank, one.number.value()};
}

auto bytes_of(const waitlist_order& one) noexcept -> std::size_t {
  std::size_t sum = one.choices.capacity() * sizeof(waitlist_choice);
  for (const auto& choice : one.choices) {
    sum += choice.groups.capacity() * sizeof(std::uint32_t) + choice.tiers.capacity() * sizeof(tier_index) +
           choice.areas.capacity() * sizeof(area_quantity);
  }
  return sum;
}

} // namespace

auto waitlist_choice::places() const noexcept -> std::uint64_t {
  std::uint64_t sum = 0;
  for (const auto seats : groups) {
    sum += seats;
  }
  for (const auto& area : areas) {
    sum += area.quantity;
  }
  return sum;
}

auto waitlist_shape::of(const waitlist_choice& choice) noexcept -> waitlist_shape {
  waitlist_shape shape;
  shape.each_max = choice.each_max;
  shape.areas = !choice.areas.empty();
  shape.accessible = static_cast<std::uint8_t>(choice.accessible);
  std::transform(choice.groups.begin(), choice.groups.end(), shape.groups.begin(),
                 [](std::uint32_t seats) { return static_cast<std::uint8_t>(seats); });
  for (const auto tier : choice.tiers) {
    shape.tiers |= std::uint64_t{1} << tier;
  }
  shape.tiers = choice.tiers.empty() ? ~std::uint64_t{0} : shape.tiers;
  return shape;
}

void waitlist_table::add(waitlist_order order) {
  HF_CHECK(order.choices.size() <= limits::waitlist_choices_max, "an order's choices are limited");
  const auto number = order.number.value();
  const auto [at, fresh] = orders_.try_emplace(number, std::move(order));
  HF_CHECK(fresh, "an order on the waitlist has its own number");
  const auto& its = at->second;
  HF_CHECK(buyers_.try_emplace(its.who, &its).second, "a buyer is on the waitlist once");
  if (its.offered != 0) {
    offered_.emplace(its.offered, &its);
  }
  choice_bytes_ += bytes_of(its);
  waiting_ += its.offered == 0 ? 1 : 0;
  insert(its);
}

void waitlist_table::insert(const waitlist_order& order) {
  line made{order.rank,        order.number.value(), &order, {}, static_cast<std::uint8_t>(order.choices.size()),
            order.offered == 0};
  std::transform(order.choices.begin(), order.choices.end(), made.shapes.begin(), waitlist_shape::of);
  if (blocks_.empty()) {
    blocks_.emplace_back();
  }
  const auto which = block_of(order);
  auto& in = blocks_[which];
  in.lines.insert(in.lines.begin() + static_cast<std::ptrdiff_t>(place_in(in, order)), made);
  in.waiting += made.waits ? 1 : 0;
  if (in.lines.size() <= block_lines_max) {
    return;
  }
  block upper;
  const auto middle = in.lines.begin() + static_cast<std::ptrdiff_t>(in.lines.size() / 2);
  upper.lines.assign(middle, in.lines.end());
  upper.waiting = static_cast<std::size_t>(std::ranges::count(upper.lines, true, &line::waits));
  in.lines.erase(middle, in.lines.end());
  in.waiting -= upper.waiting;
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(which) + 1, std::move(upper));
}

void waitlist_table::offer(waitlist_number number, hold_number hold) {
  const auto found = orders_.find(number.value());
  HF_CHECK(found != orders_.end() && found->second.offered == 0, "an order that something is offered to waits");
  auto& order = found->second;
  order.offered = hold.value();
  offered_.emplace(hold.value(), &order);
  auto& in = blocks_[block_of(order)];
  in.lines[place_in(in, order)].waits = false;
  --in.waiting;
  --waiting_;
}

void waitlist_table::remove(waitlist_number number) {
  const auto found = orders_.find(number.value());
  HF_CHECK(found != orders_.end(), "an order that goes is on the waitlist");
  const auto& order = found->second;
  const auto which = block_of(order);
  auto& in = blocks_[which];
  in.lines.erase(in.lines.begin() + static_cast<std::ptrdiff_t>(place_in(in, order)));
  in.waiting -= order.offered == 0 ? 1 : 0;
  if (in.lines.empty()) {
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(which));
  }
  waiting_ -= order.offered == 0 ? 1 : 0;
  choice_bytes_ -= bytes_of(order);
  buyers_.erase(order.who);
  offered_.erase(order.offered);
  orders_.erase(found);
}

void waitlist_table::clear() noexcept {
  blocks_.clear();
  buyers_.clear();
  offered_.clear();
  orders_.clear();
  waiting_ = 0;
  choice_bytes_ = 0;
}

auto waitlist_table::find(waitlist_number number) const noexcept -> const waitlist_order* {
  const auto found = orders_.find(number.value());
  return found == orders_.end() ? nullptr : &found->second;
}

auto waitlist_table::find(const subject_id& who) const noexcept -> const waitlist_order* {
  const auto found = buyers_.find(who);
  return found == buyers_.end() ? nullptr : found->second;
}

auto waitlist_table::find(hold_number offered) const noexcept -> const waitlist_order* {
  const auto found = offered_.find(offered.value());
  return found == offered_.end() ? nullptr : found->second;
}

auto waitlist_table::block_of(const waitlist_order& order) const noexcept -> std::size_t {
  // The last that begins at or before it; the first for one that comes before all.
  const auto after = std::ranges::upper_bound(blocks_, place_of(order), {}, [](const block& one) {
    return one.lines.empty() ? std::tuple{std::uint32_t{0}, std::uint32_t{0}} : place_of(one.lines.front());
  });
  return after == blocks_.begin() ? 0 : static_cast<std::size_t>(after - blocks_.begin()) - 1;
}

auto waitlist_table::place_in(const block& in, const waitlist_order& order) noexcept -> std::size_t {
  const auto at =
      std::ranges::lower_bound(in.lines, place_of(order), {}, [](const line& one) { return place_of(one); });
  return static_cast<std::size_t>(at - in.lines.begin());
}

auto waitlist_table::ahead_of(const waitlist_order& order) const noexcept -> std::size_t {
  const auto which = block_of(order);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < which; ++i) {
    sum += blocks_[i].waiting;
  }
  const auto& lines = blocks_[which].lines;
  const auto end = lines.begin() + static_cast<std::ptrdiff_t>(place_in(blocks_[which], order));
  return sum + static_cast<std::size_t>(std::count_if(lines.begin(), end, [](const line& one) { return one.waits; }));
}

auto waitlist_table::all() const -> std::vector<waitlist_order> {
  std::vector<waitlist_order> orders;
  orders.reserve(orders_.size());
  for (const auto& block : blocks_) {
    for (const auto& one : block.lines) {
      orders.push_back(*one.order);
    }
  }
  return orders;
}

auto waitlist_table::bytes() const noexcept -> std::size_t {
  constexpr std::size_t node = 16; // the allocator's own, and the link to the next
  std::size_t sum = blocks_.capacity() * sizeof(block) + choice_bytes_;
  for (const auto& block : blocks_) {
    sum += block.lines.capacity() * sizeof(line);
  }
  return sum + (orders_.bucket_count() + buyers_.bucket_count() + offered_.bucket_count()) * sizeof(void*) +
         orders_.size() * (node + sizeof(std::pair<const std::uint32_t, waitlist_order>)) +
         buyers_.size() * (2 * node + sizeof(std::pair<const subject_id, const waitlist_order*>)) +
         offered_.size() * (node + sizeof(std::pair<const std::uint32_t, const waitlist_order*>));
}

} // namespace holdfast::domain
