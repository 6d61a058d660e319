#include "domain/event_state.hpp"

#include "domain/check.hpp"
#include "domain/event_data.hpp"
#include "domain/sale_plan.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace holdfast::domain {

namespace {

auto share_bytes(const event_data& data) noexcept -> std::size_t {
  std::size_t sum = data.pool_rows.capacity() * sizeof(std::vector<row_share>);
  for (const auto& rows : data.pool_rows) {
    sum += rows.capacity() * sizeof(row_share);
  }
  return sum;
}

} // namespace

event_state::event_state() : data_{std::make_unique<event_data>()} {}
event_state::~event_state() = default;
event_state::event_state(event_state&&) noexcept = default;
auto event_state::operator=(event_state&&) noexcept -> event_state& = default;

auto event_state::seq() const noexcept -> std::uint64_t {
  return data_->seq;
}

auto event_state::time() const noexcept -> instant {
  return data_->time;
}

auto event_state::status() const noexcept -> event_status {
  return data_->status;
}

auto event_state::id() const noexcept -> event_id {
  return data_->id;
}

auto event_state::organisation() const noexcept -> organisation_id {
  return data_->organisation;
}

auto event_state::config() const noexcept -> const event_config& {
  return data_->config;
}

auto event_state::version() const noexcept -> std::uint64_t {
  return data_->version;
}

auto event_state::seats() const noexcept -> const std::shared_ptr<const layout>& {
  return data_->seats;
}

auto event_state::price(tier_index tier) const noexcept -> minor_units {
  HF_CHECK(tier < data_->tier_prices.size(), "a tier is in the layout");
  return data_->tier_prices[tier];
}

auto event_state::fee(tier_index tier) const noexcept -> minor_units {
  HF_CHECK(tier < data_->tier_fees.size(), "a tier is in the layout");
  return data_->tier_fees[tier];
}

auto event_state::seat(seat_index seat) const noexcept -> seat_status {
  HF_CHECK(seat < data_->statuses.size(), "a seat is in the layout");
  return data_->statuses[seat];
}

auto event_state::statuses() const noexcept -> std::span<const seat_status> {
  return data_->statuses;
}

auto event_state::area(area_index area) const noexcept -> area_counts {
  HF_CHECK(area < data_->areas.size(), "an area is in the layout");
  return data_->areas[area];
}

auto event_state::counts() const noexcept -> event_counts {
  const auto& data = *data_;
  return {data.places - data.places_held - data.places_sold - data.places_blocked, data.places_held, data.places_sold,
          data.places_blocked};
}

auto event_state::allocations() const noexcept -> std::span<const allocation> {
  return data_->allocations;
}

auto event_state::find(allocation_number number) const noexcept -> const allocation* {
  return data_->find_allocation(number.value());
}

auto event_state::last_allocation() const noexcept -> allocation_number {
  return allocation_number{static_cast<std::uint16_t>(data_->last_allocation)};
}

auto event_state::seats_of(allocation_number number) const -> std::vector<seat_index> {
  std::vector<seat_index> its;
  const auto* const pool = find(number);
  if (pool == nullptr) {
    return its;
  }
  for (const auto& share : data_->rows_of(*pool)) {
    const auto& line = data_->seats->rows()[share.row];
    for (seat_index seat = line.first_seat; seat < line.first_seat + line.count; ++seat) {
      if (data_->pools[seat] == number.value()) {
        its.push_back(seat);
      }
    }
  }
  return its;
}

auto event_state::allocation_of(seat_index seat) const noexcept -> allocation_number {
  HF_CHECK(seat < data_->statuses.size(), "a seat is in the layout");
  return allocation_number{static_cast<std::uint16_t>(data_->pool_of(seat))};
}

auto event_state::find(hold_number number) const noexcept -> const booking* {
  const auto* const slot = data_->bookings.find(number);
  if (slot == nullptr) {
    return nullptr;
  }
  auto& found = data_->found[number.value()];
  if (!found) {
    found = std::make_unique<const booking>(slot->as_booking());
  }
  return found.get();
}

auto event_state::find_ended(hold_number number) const noexcept -> const ended_hold* {
  return data_->bookings.find_ended(number, data_->time);
}

auto event_state::find(const ticket_number& number) const -> std::optional<ticket> {
  return data_->ticket_of(number);
}

auto event_state::find_offer(const ticket_number& number) const noexcept -> const offer* {
  return data_->find_offer(number);
}

auto event_state::offers() const -> std::vector<offer> {
  std::vector<offer> all;
  all.reserve(data_->offers.size());
  for (const auto& [number, one] : data_->offers) {
    all.push_back(one);
  }
  return all;
}

auto event_state::find_waiting(const subject_id& who) const noexcept -> const waitlist_order* {
  return data_->waitlist.find(who);
}

auto event_state::waitlist() const noexcept -> std::span<const waitlist_order> {
  if (data_->listed.empty() && data_->waitlist.size() != 0) {
    data_->listed = data_->waitlist.all();
  }
  return data_->listed;
}

auto event_state::waiting() const noexcept -> std::size_t {
  return data_->waitlist.waiting();
}

auto event_state::last_waitlist() const noexcept -> waitlist_number {
  return waitlist_number{data_->last_waitlist};
}

auto event_state::last_hold() const noexcept -> hold_number {
  return hold_number{data_->last_hold};
}

auto event_state::live_holds() const noexcept -> std::size_t {
  return data_->bookings.live();
}

auto event_state::orders() const noexcept -> std::size_t {
  return data_->bookings.orders();
}

auto event_state::places_of(const owner& who) const noexcept -> std::uint64_t {
  return data_->bookings.places_of(who);
}

auto event_state::has_orders_to_return() const noexcept -> bool {
  return data_->status == event_status::cancelled && data_->bookings.orders() > 0;
}

auto event_state::next_deadline() const noexcept -> std::optional<instant> {
  const auto& deadlines = data_->bookings.deadlines();
  if (has_orders_to_return()) {
    return data_->time;
  }
  const auto price = data_->config.price_rules.empty() ? std::nullopt : next_price_change(*data_);
  if (deadlines.empty()) {
    return price;
  }
  const auto due = data_->status == event_status::cancelled ? data_->time : deadlines.front().at;
  return price ? std::min(*price, due) : due;
}

auto event_state::remembered_key(std::uint64_t key) const noexcept -> std::optional<remembered> {
  const auto found = data_->keys.find(key, data_->seq);
  if (!found) {
    return std::nullopt;
  }
  return remembered{found->request_low, found->seq, found->hour};
}

auto event_state::hash() const noexcept -> std::uint64_t {
  const auto& data = *data_;
  return data.hash + waitlist_hash(data.last_waitlist) +
         hash_fold{hash_kind::life}
             .add(data.id.value())
             .add(data.organisation.value())
             .add(static_cast<std::uint64_t>(data.status))
             .add(data.version)
             .add(data.seq)
             .add(static_cast<std::uint64_t>(data.time.unix_ms))
             .add(data.last_hold)
             .value();
}

auto event_state::bytes() const noexcept -> std::size_t {
  const auto& data = *data_;
  const auto& config = data.config;
  std::size_t texts = config.description.capacity() + config.name.capacity();
  for (const auto& tier : config.tiers) {
    texts += tier.id.capacity() + tier.name.capacity();
  }
  for (const auto& one : config.performers) {
    texts += sizeof one + one.name.capacity() + one.url.capacity();
  }
  for (const auto& one : config.phases) {
    texts += sizeof one + one.id.capacity() + one.name.capacity();
  }
  for (const auto& one : config.price_rules) {
    texts += sizeof one + one.id.capacity() + one.tier.capacity();
  }
  for (const auto& one : config.images) {
    texts += sizeof one + one.url.capacity() + one.alt.capacity();
  }
  return sizeof(event_state) + sizeof(event_data) + texts + config.tiers.capacity() * sizeof(price_tier) +
         (data.tier_prices.capacity() + data.tier_fees.capacity()) * sizeof(minor_units) +
         data.statuses.capacity() * sizeof(seat_status) + data.holders.capacity() * sizeof(std::uint32_t) +
         data.areas.capacity() * sizeof(area_counts) + data.pools.capacity() * sizeof(std::uint16_t) +
         data.allocations.capacity() * (sizeof(allocation) + 128) + share_bytes(data) + data.bookings.bytes() +
         data.places_of_card.bucket_count() * sizeof(void*) + data.places_of_card.size() * 32 + data.tickets.bytes() +
         data.offers.size() * (sizeof(std::pair<const ticket_number, offer>) + 48) + data.given_back.bytes() +
         data.waitlist.bytes() + data.listed.capacity() * (sizeof(waitlist_order) + 128) +
         config.velocity.capacity() * sizeof(velocity_rule) + data.keys.bytes() + data.runs.bytes() +
         data.found.size() * (sizeof(booking) + 128) + (data.seats ? data.seats->bytes() : 0);
}

void event_data::take_layout(std::shared_ptr<const layout> what) {
  HF_CHECK(what != nullptr, "a layout is there");
  seats = std::move(what);
  statuses.assign(seats->seat_count(), seat_status::available);
  holders.assign(seats->seat_count(), 0);
  areas.assign(seats->area_count(), {});
  tier_places.assign(seats->tier_ids().size(), 0);
  tier_sold.assign(seats->tier_ids().size(), 0);
  for (const auto& row : seats->rows()) {
    tier_places[row.tier] += row.count;
  }
  for (std::uint32_t i = 0; i < seats->area_count(); ++i) {
    tier_places[seats->tier_of_area(static_cast<area_index>(i))] += seats->spec().areas[i].capacity;
  }
  runs = free_runs{*seats};
  places = seats->seat_count();
  for (const auto& area : seats->spec().areas) {
    places += area.capacity;
  }
}

auto event_data::find_allocation(std::uint32_t number) const noexcept -> const allocation* {
  const auto at = std::ranges::lower_bound(allocations, number, {},
                                           [](const allocation& one) { return std::uint32_t{one.number.value()}; });
  return at != allocations.end() && at->number.value() == number ? &*at : nullptr;
}

auto event_data::pool_behind(const booking_slot& slot, area_index area) const noexcept -> const allocation* {
  const auto* const pool = slot.allocation() ? find_allocation(slot.allocation().value()) : nullptr;
  return pool != nullptr && pool->find(area) != nullptr ? pool : nullptr;
}

void event_data::take_config(event_config what) {
  config = std::move(what);
  price_tiers();
}

void event_data::count_sold(const booking_slot& order, bool add) noexcept {
  for (const auto seat : order.seats()) {
    tier_sold[seats->tier_of_seat(seat)] += add ? 1U : ~0U;
  }
  for (std::size_t i = 0; i < order.area_count(); ++i) {
    const auto held = order.area(i);
    tier_sold[seats->tier_of_area(held.area)] += add ? held.quantity : 0U - held.quantity;
  }
}

void event_data::count_card(std::uint64_t card, std::uint32_t count, bool add) {
  if (card == 0) {
    return;
  }
  auto& has = places_of_card[card];
  has = add ? has + count : has - count;
  if (has == 0) {
    places_of_card.erase(card);
  }
}

void event_data::price_tiers() {
  tier_prices.clear();
  tier_fees.clear();
  for (const auto& tier_id : seats->tier_ids()) {
    const auto tier = std::ranges::find(config.tiers, tier_id, &price_tier::id);
    HF_CHECK(tier != config.tiers.end(), "every tier of the layout has a price");
    tier_prices.push_back(tier->price);
    tier_fees.push_back(tier->fee);
  }
}

auto sale_status_at(event_status status, const event_config& config, instant now) noexcept -> sale_status {
  switch (status) {
  case event_status::absent:
  case event_status::draft: return sale_status::draft;
  case event_status::paused: return sale_status::paused;
  case event_status::closed: return sale_status::closed;
  case event_status::cancelled: return sale_status::cancelled;
  case event_status::published: break;
  }
  const bool open = (!config.sale_opens_at || now >= *config.sale_opens_at) &&
                    (!config.sale_closes_at || now < *config.sale_closes_at);
  return open ? sale_status::on_sale : sale_status::published;
}

auto booking::fees_total() const noexcept -> minor_units {
  return std::accumulate(areas.begin(), areas.end(), std::accumulate(fees.begin(), fees.end(), minor_units{0}),
                         [](minor_units sum, const held_area& area) { return sum + area.fee * area.quantity; });
}

auto booking::taxes_total() const noexcept -> minor_units {
  minor_units sum = 0;
  for (std::size_t i = 0; i < seats.size(); ++i) {
    sum += tax_of_seat(i);
  }
  for (const auto& area : areas) {
    sum += tax_of(area) * area.quantity;
  }
  return sum;
}

auto booking::total() const noexcept -> minor_units {
  return std::accumulate(areas.begin(), areas.end(),
                         std::accumulate(prices.begin(), prices.end(), fees_total() + taxes_total()),
                         [](minor_units sum, const held_area& area) { return sum + area.price * area.quantity; });
}

auto booking::places() const noexcept -> std::uint64_t {
  return std::accumulate(areas.begin(), areas.end(), std::uint64_t{seats.size()},
                         [](std::uint64_t sum, const held_area& area) { return sum + area.quantity; });
}

} // namespace holdfast::domain
