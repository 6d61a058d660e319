#include "projections/catalogue_projection.hpp"

#include "journal/codec.hpp"
#include "projections/unfoldable.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <variant>

namespace holdfast::projections {

namespace {

/// Publications that are remembered; only those of the last minute matter.
constexpr std::size_t published_max = 64;

auto without_description(domain::event_config config) -> domain::event_config {
  config.description = {};
  return config;
}

/// Whether the catalogue has anything to do for a group; almost none is, while seats sell.
auto concerns(const domain::facts& facts) -> bool {
  return std::ranges::any_of(facts, [](const domain::fact& fact) {
    return !std::holds_alternative<domain::hold_created>(fact.body) &&
           !std::holds_alternative<domain::hold_extended>(fact.body) &&
           !std::holds_alternative<domain::hold_frozen>(fact.body) &&
           !std::holds_alternative<domain::hold_thawed>(fact.body) &&
           !std::holds_alternative<domain::hold_released>(fact.body) &&
           !std::holds_alternative<domain::hold_expired>(fact.body) &&
           !std::holds_alternative<domain::order_confirmed>(fact.body);
  });
}

} // namespace

/// Folds facts of one group; the lock is held.
class catalogue_projection::folder {
 public:
  folder(catalogue_projection& to, journal::stream_id stream) : to_{to}, stream_{stream} {}

  void fold(const domain::fact& fact, std::uint64_t seq) {
    seq_ = seq;
    at_ = fact.time;
    std::visit(*this, fact.body);
  }

  void operator()(const domain::event_created& what) {
    to_.changed_events_.insert(what.event);
    auto& its = to_.lines_[{what.organisation, what.event}];
    its.organisation = what.organisation;
    its.config = without_description(what.config);
    its.status = domain::event_status::draft;
    to_.by_event_[what.event] = &its;
    found(what.seats);
  }

  void operator()(const domain::event_amended& what) { event().config = without_description(what.config); }

  void operator()(const domain::layout_replaced& what) { found(what.seats); }

  void operator()(const domain::event_published&) { event().status = domain::event_status::published; }

  void operator()(const domain::event_paused&) { event().status = domain::event_status::paused; }

  void operator()(const domain::event_resumed&) { event().status = domain::event_status::published; }

  void operator()(const domain::event_closed&) { event().status = domain::event_status::closed; }

  void operator()(const domain::event_cancelled&) { event().status = domain::event_status::cancelled; }

  void operator()(const domain::venue_created& what) { found(what.what.seats); }

  void operator()(const domain::venue_amended& what) { found(what.what.seats); }

  void operator()(const domain::key_created& what) {
    const key_place place{domain::organisation_id{stream_.id}, what.key};
    to_.keys_.insert_or_assign(place, kept_key{place.first, what, at_, std::nullopt});
    to_.changed_keys_.insert(place);
  }

  void operator()(const domain::key_revoked& what) {
    const key_place place{domain::organisation_id{stream_.id}, what.key};
    const auto known = to_.keys_.find(place);
    if (known == to_.keys_.end())
      stop_folding("key " + std::to_string(what.key.value()) + " is revoked at seq " + std::to_string(seq_) +
                   " and was never created");
    known->second.revoked_at = at_;
    to_.changed_keys_.insert(place);
  }

  template <class Other>
  void operator()(const Other&) {}

 private:
  auto event() -> line& {
    to_.changed_events_.insert(domain::event_id{stream_.id});
    const auto known = to_.by_event_.find(domain::event_id{stream_.id});
    if (known == to_.by_event_.end())
      stop_folding("event " + std::to_string(stream_.id) + " has a fact at seq " + std::to_string(seq_) +
                   " and was never created");
    return *known->second;
  }

  void found(const std::shared_ptr<const domain::layout>& seats) {
    auto which = to_.layouts_->intern(seats, {stream_, seq_});
    to_.found_layouts_.try_emplace(which->hash, which);
  }

  catalogue_projection& to_;
  journal::stream_id stream_;
  std::uint64_t seq_ = 0;
  domain::instant at_;
};

catalogue_projection::catalogue_projection(std::shared_ptr<layout_store> layouts, domain::millis checkpoint_every)
    : layouts_{std::move(layouts)}, checkpoint_every_{checkpoint_every} {}

auto catalogue_projection::wants(journal::stream_kind, std::uint16_t type) const noexcept -> bool {
  static const std::array types{
      journal::fact_type(domain::event_created{}),   journal::fact_type(domain::event_amended{}),
      journal::fact_type(domain::layout_replaced{}), journal::fact_type(domain::event_published{}),
      journal::fact_type(domain::event_paused{}),    journal::fact_type(domain::event_resumed{}),
      journal::fact_type(domain::event_closed{}),    journal::fact_type(domain::event_cancelled{}),
      journal::fact_type(domain::venue_created{}),   journal::fact_type(domain::venue_amended{}),
      journal::fact_type(domain::key_created{}),     journal::fact_type(domain::key_revoked{})};
  return std::ranges::find(types, type) != types.end();
}

void catalogue_projection::apply(const applied_group& group) {
  if (!concerns(*group.facts))
    return;
  between_positions_ = true;
  hash_layouts(*group.facts);
  const std::unique_lock lock{mutex_};
  folder into{*this, group.stream};
  auto seq = group.first_seq;
  for (const auto& fact : *group.facts)
    into.fold(fact, seq++);
  const domain::event_id event{group.stream.id};
  if (const auto known = by_event_.find(event);
      group.stream.kind == journal::stream_kind::event && known != by_event_.end())
    place(event, *known->second);
  for (const auto& fact : *group.facts) {
    if (std::holds_alternative<domain::event_published>(fact.body))
      published_.emplace_back(fact.time, event);
  }
  while (published_.size() > published_max)
    published_.pop_front();
}

void catalogue_projection::place(domain::event_id event, const line& its) {
  if (const auto old = opens_at_.find(event); old != opens_at_.end()) {
    for (const auto at : old->second)
      openings_.erase({at, event});
    opens_at_.erase(old);
  }
  if (its.status != domain::event_status::published)
    return;
  const auto add = [&](domain::instant at) {
    opens_at_[event].push_back(at);
    openings_.emplace(at, event);
  };
  if (its.config.sale_opens_at)
    add(*its.config.sale_opens_at);
  for (const auto& phase : its.config.phases)
    add(phase.opens_at);
}

auto catalogue_projection::opening(domain::instant from, domain::instant to, std::size_t limit) const
    -> std::vector<domain::event_id> {
  std::vector<domain::event_id> found;
  const std::shared_lock lock{mutex_};
  for (auto at = openings_.lower_bound({from, {}}); at != openings_.end() && at->first <= to && found.size() < limit;
       ++at) {
    if (std::ranges::find(found, at->second) == found.end())
      found.push_back(at->second);
  }
  for (auto at = published_.rbegin(); at != published_.rend() && at->first >= from && found.size() < limit; ++at) {
    if (std::ranges::find(found, at->second) == found.end())
      found.push_back(at->second);
  }
  return found;
}

void catalogue_projection::reset() {
  position_ = {};
  between_positions_ = false;
  changed_events_.clear();
  found_layouts_.clear();
  keys_.clear();
  changed_keys_.clear();
  if (lane_)
    lane_->wipe();
  const std::unique_lock lock{mutex_};
  by_event_.clear();
  lines_.clear();
  openings_.clear();
  opens_at_.clear();
  published_.clear();
}

auto catalogue_projection::summary_of(domain::event_id event, const line& its) -> event_summary {
  const auto& config = its.config;
  return {event,
          its.organisation,
          config.slug,
          config.name,
          config.venue.name,
          config.venue.city,
          config.starts_at,
          its.status,
          config};
}

auto catalogue_projection::event(domain::event_id event) const -> std::optional<event_summary> {
  const std::shared_lock lock{mutex_};
  const auto known = by_event_.find(event);
  return known == by_event_.end() ? std::nullopt : std::optional{summary_of(event, *known->second)};
}

auto catalogue_projection::events_of(domain::organisation_id organisation, domain::event_id after,
                                     std::size_t limit) const -> std::vector<event_summary> {
  std::vector<event_summary> found;
  const std::shared_lock lock{mutex_};
  for (auto at = lines_.upper_bound({organisation, after});
       at != lines_.end() && at->first.first == organisation && found.size() < limit; ++at) {
    found.push_back(summary_of(at->first.second, at->second));
  }
  return found;
}

} // namespace holdfast::projections
