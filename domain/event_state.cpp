#include "domain/event_state.hpp"

#include "domain/check.hpp"
#include "domain/event_data.hpp"
#include "domain/state_hash.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace holdfast::domain {

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
  return {data.places - data.places_held - data.places_sold, data.places_held, data.places_sold, 0};
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

auto event_state::next_deadline() const noexcept -> std::optional<instant> {
  const auto& deadlines = data_->bookings.deadlines();
  if (deadlines.empty()) {
    return std::nullopt;
  }
  return data_->status == event_status::cancelled ? data_->time : deadlines.front().at;
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
  return data.hash + hash_fold{hash_kind::life}
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
  return sizeof(event_state) + sizeof(event_data) + texts + config.tiers.capacity() * sizeof(price_tier) +
         data.tier_prices.capacity() * sizeof(minor_units) + data.statuses.capacity() * sizeof(seat_status) +
         data.holders.capacity() * sizeof(std::uint32_t) + data.areas.capacity() * sizeof(area_counts) +
         data.bookings.bytes() + data.keys.bytes() + data.runs.bytes() + data.found.size() * (sizeof(booking) + 128) +
         (data.seats ? data.seats->bytes() : 0);
}

void event_data::take_layout(std::shared_ptr<const layout> what) {
  HF_CHECK(what != nullptr, "a layout is there");
  seats = std::move(what);
  statuses.assign(seats->seat_count(), seat_status::available);
  holders.assign(seats->seat_count(), 0);
  areas.assign(seats->area_count(), {});
  runs = free_runs{*seats};
  places = seats->seat_count();
  for (const auto& area : seats->spec().areas) {
    places += area.capacity;
  }
}

void event_data::take_config(event_config what) {
  config = std::move(what);
  price_tiers();
}

void event_data::price_tiers() {
  tier_prices.clear();
  for (const auto& tier_id : seats->tier_ids()) {
    const auto tier = std::ranges::find(config.tiers, tier_id, &price_tier::id);
    HF_CHECK(tier != config.tiers.end(), "every tier of the layout has a price");
    tier_prices.push_back(tier->price);
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

auto booking::total() const noexcept -> minor_units {
  return std::accumulate(areas.begin(), areas.end(), std::accumulate(prices.begin(), prices.end(), minor_units{0}),
                         [](minor_units sum, const held_area& area) { return sum + area.price * area.quantity; });
}

auto booking::places() const noexcept -> std::uint64_t {
  return std::accumulate(areas.begin(), areas.end(), std::uint64_t{seats.size()},
                         [](std::uint64_t sum, const held_area& area) { return sum + area.quantity; });
}

} // namespace holdfast::domain
