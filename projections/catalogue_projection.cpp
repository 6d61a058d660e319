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

auto without_description(domain::event_config config) -> domain::event_config {
  config.description = {};
  return config;
}

/// Whether the catalogue has anything to do for a group; almost none is, while seats sell.
auto concerns(const domain::facts& facts) -> bool {
  return std::ranges::any_of(facts, [](const domain::fact& fact) {
    return !std::holds_alternative<domain::hold_created>(fact.body) &&
           !std::holds_alternative<domain::hold_extended>(fact.body) &&
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
};

catalogue_projection::catalogue_projection(std::shared_ptr<layout_store> layouts, domain::millis checkpoint_every)
    : layouts_{std::move(layouts)}, checkpoint_every_{checkpoint_every} {}

auto catalogue_projection::wants(journal::stream_kind, std::uint16_t type) const noexcept -> bool {
  static const std::array types{
      journal::fact_type(domain::event_created{}),   journal::fact_type(domain::event_amended{}),
      journal::fact_type(domain::layout_replaced{}), journal::fact_type(domain::event_published{}),
      journal::fact_type(domain::event_paused{}),    journal::fact_type(domain::event_resumed{}),
      journal::fact_type(domain::event_closed{}),    journal::fact_type(domain::event_cancelled{}),
      journal::fact_type(domain::venue_created{}),   journal::fact_type(domain::venue_amended{})};
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
}

void catalogue_projection::reset() {
  position_ = {};
  between_positions_ = false;
  changed_events_.clear();
  found_layouts_.clear();
  if (lane_)
    lane_->wipe();
  const std::unique_lock lock{mutex_};
  by_event_.clear();
  lines_.clear();
}

auto catalogue_projection::events_of(domain::organisation_id organisation, domain::event_id after,
                                     std::size_t limit) const -> std::vector<event_summary> {
  std::vector<event_summary> found;
  const std::shared_lock lock{mutex_};
  for (auto at = lines_.upper_bound({organisation, after});
       at != lines_.end() && at->first.first == organisation && found.size() < limit; ++at) {
    const auto& config = at->second.config;
    found.push_back({at->first.second, organisation, config.slug, config.name, config.venue.name, config.venue.city,
                     config.starts_at, at->second.status, config});
  }
  return found;
}

} // namespace holdfast::projections
