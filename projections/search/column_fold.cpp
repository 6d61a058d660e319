#include "projections/search/column_fold.hpp"

#include "projections/unfoldable.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::projections {

namespace {

auto capacity_of(const domain::layout& seats) -> std::uint32_t {
  auto capacity = seats.seat_count();
  for (const auto& area : seats.spec().areas)
    capacity += area.capacity;
  return capacity;
}

auto places_of(const domain::hold_created& what) -> std::uint32_t {
  auto places = static_cast<std::uint32_t>(what.seats.size());
  for (const auto& area : what.areas)
    places += area.quantity;
  return places;
}

auto packed(const domain::currency_code& currency) -> std::uint32_t {
  std::uint32_t all = 0;
  for (const auto letter : currency.letters)
    all = (all << 8U) | static_cast<std::uint8_t>(letter);
  return all;
}

} // namespace

auto column_fold::matters(const domain::fact_body& what) noexcept -> bool {
  return !std::holds_alternative<domain::hold_extended>(what);
}

auto popularity_after(double before, domain::instant hold_at) noexcept -> double {
  const auto one = static_cast<double>(hold_at.unix_ms) / static_cast<double>(popularity_half_life.count);
  if (before <= 0)
    return one;
  return std::max(before, one) + std::log2(1 + std::exp2(-std::abs(before - one)));
}

/// Folds the facts of one event.
class column_fold::folder {
 public:
  folder(column_fold& to, std::uint32_t index) : to_{to}, row_{to.columns_->writable(index)}, back_{to.backs_[index]} {}

  void fold(const domain::fact& fact) {
    at_ = fact.time;
    std::visit(*this, fact.body);
  }

  void operator()(const domain::event_amended& what) {
    to_.configure(row_, what.config);
    back_.few = what.config.few;
    set_few(row_, back_);
    if (row_.listed.get())
      to_.list(row_);
  }

  void operator()(const domain::layout_replaced& what) {
    row_.capacity.set(capacity_of(*what.seats));
    row_.available.set(row_.capacity.get());
    set_few(row_, back_);
    back_.apart.reset();
  }

  void operator()(const domain::seats_allocated& what) { set_apart(what); }

  void operator()(const domain::allocation_changed& what) { set_apart(what); }

  void operator()(const domain::allocation_released& what) { set_apart(what); }

  void operator()(const domain::event_published&) {
    row_.status.set(domain::event_status::published);
    row_.listed.set(true);
    to_.list(row_);
  }

  void operator()(const domain::event_paused&) { row_.status.set(domain::event_status::paused); }

  void operator()(const domain::event_resumed&) { row_.status.set(domain::event_status::published); }

  void operator()(const domain::event_closed&) { row_.status.set(domain::event_status::closed); }

  void operator()(const domain::event_cancelled&) { row_.status.set(domain::event_status::cancelled); }

  void operator()(const domain::hold_created& what) {
    const auto places = places_of(what);
    if (back_.apart && what.allocation != domain::allocation_number{})
      back_.apart->shares[what.hold.value()] = back_.apart->places.take(what, watch());
    row_.available.set(row_.available.get() - std::min(places, row_.available.get()));
    row_.popularity.set(popularity_after(row_.popularity.get(), at_));
    if (!back_.live)
      back_.live = std::make_unique<std::unordered_map<std::uint32_t, std::uint32_t>>();
    back_.live->emplace(what.hold.value(), places);
  }

  void operator()(const domain::hold_released& what) { give_back(what.hold); }

  void operator()(const domain::hold_expired& what) { give_back(what.hold); }

  void operator()(const domain::order_returned& what) {
    std::uint64_t places = what.seats.size();
    for (const auto& part : what.areas)
      places += part.quantity;
    row_.available.set(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(row_.capacity.get(), row_.available.get() + places)));
    if (back_.apart)
      back_.apart->places.give_back(what, watch());
  }

  void operator()(const domain::order_confirmed& what) {
    static_cast<void>(end(what.hold));
    static_cast<void>(take_share(what.hold));
  }

  template <class Other>
  void operator()(const Other&) {}

 private:
  /// Places that are kept from the public are not available.
  auto watch() -> places_apart::watcher {
    const auto count = [this](std::int64_t more) {
      row_.available.set(static_cast<std::uint32_t>(static_cast<std::int64_t>(row_.available.get()) - more));
    };
    return {[count](domain::seat_index, int more) { count(more); },
            [count](domain::area_index, std::int64_t more) { count(more); }};
  }

  template <class Change>
  void set_apart(const Change& what) {
    if (!back_.apart)
      back_.apart = std::make_unique<part_apart>();
    back_.apart->places.fold(what, watch());
  }

  /// What a hold has of places set apart, which it has no longer; nothing for nearly all.
  auto take_share(domain::hold_number hold) -> places_apart::share {
    if (!back_.apart)
      return {};
    const auto ended = back_.apart->shares.extract(hold.value());
    return ended.empty() ? places_apart::share{} : ended.mapped();
  }

  auto end(domain::hold_number hold) -> std::uint32_t {
    if (!back_.live)
      return 0;
    const auto ended = back_.live->extract(hold.value());
    if (back_.live->empty())
      back_.live.reset();
    return ended.empty() ? 0 : ended.mapped();
  }

  void give_back(domain::hold_number hold) {
    row_.available.set(std::min(row_.capacity.get(), row_.available.get() + end(hold)));
    const auto share = take_share(hold);
    if (back_.apart)
      back_.apart->places.give_back(share, watch());
  }

  column_fold& to_;
  event_row& row_;
  back_of_row& back_;
  domain::instant at_;
};

column_fold::column_fold() : columns_{std::make_shared<search_columns>()} {}

void column_fold::set_few(event_row& row, const back_of_row& back) {
  row.few_from.set(static_cast<std::uint32_t>(domain::few_from(back.few, row.capacity.get())));
}

void column_fold::configure(event_row& row, const domain::event_config& config) {
  row.starts_at.set(config.starts_at.unix_ms);
  row.opens_at.set(config.sale_opens_at ? config.sale_opens_at->unix_ms : event_row::always);
  row.closes_at.set(config.sale_closes_at ? config.sale_closes_at->unix_ms : event_row::never);
  std::int64_t from = config.tiers.empty() ? 0 : config.tiers.front().price;
  auto to = from;
  for (const auto& tier : config.tiers) {
    from = std::min(from, tier.price);
    to = std::max(to, tier.price);
  }
  row.price_from.set(from);
  row.price_to.set(to);
  row.currency.set(packed(config.currency));
  const auto& venue = config.venue;
  row.category.set(columns_->categories.intern(config.category, {}));
  row.city.set(columns_->cities.intern(venue.city, venue.country));
  row.country.set(columns_->countries.intern(venue.country, {}));
  row.venue.set(columns_->venues.intern(venue.name, venue.city));
  row.zone.set(columns_->zones.intern(venue.timezone));
  const bool somewhere = venue.latitude_e6 && venue.longitude_e6;
  row.latitude_e6.set(somewhere ? *venue.latitude_e6 : event_row::nowhere);
  row.longitude_e6.set(somewhere ? *venue.longitude_e6 : event_row::nowhere);
}

void column_fold::list(const event_row& row) {
  columns_->cities.use(row.city.get(), row.starts_at.get());
  columns_->venues.use(row.venue.get(), row.starts_at.get());
}

void column_fold::apply(const applied_group& group) {
  if (group.stream.kind != journal::stream_kind::event)
    return;
  const domain::event_id event{group.stream.id};
  auto seq = group.first_seq;
  auto known = rows_.find(event);
  for (const auto& fact : *group.facts) {
    const auto this_seq = seq++;
    // Not read back from the journal either: whatever way a row was folded, it is the same.
    if (!matters(fact.body))
      continue;
    if (known == rows_.end()) {
      const auto* created = std::get_if<domain::event_created>(&fact.body);
      if (created == nullptr)
        stop_folding("event " + std::to_string(event.value()) + " has a fact at seq " + std::to_string(this_seq) +
                     " and was never created");
      auto& row = columns_->next_row();
      row.event.set(event.value());
      row.organisation.set(created->organisation.value());
      row.status.set(domain::event_status::draft);
      row.capacity.set(capacity_of(*created->seats));
      row.available.set(row.capacity.get());
      configure(row, created->config);
      known = rows_.emplace(event, columns_->size()).first;
      auto& back = backs_.emplace_back();
      back.seq = this_seq;
      back.few = created->config.few;
      set_few(row, back);
      columns_->publish_row();
      mark(known->second);
    } else if (backs_[known->second].seq < this_seq) {
      folder{*this, known->second}.fold(fact);
      backs_[known->second].seq = this_seq;
      mark(known->second);
    }
  }
}

void column_fold::mark(std::uint32_t index) {
  changed_ = true;
  if (!std::exchange(backs_[index].dirty, true))
    dirty_.push_back(index);
}

void column_fold::publish() {
  if (std::exchange(changed_, false))
    columns_->changed();
}

} // namespace holdfast::projections
