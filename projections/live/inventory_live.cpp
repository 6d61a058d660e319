#include "projections/inventory_projection.hpp"

#include <utility>

// What the inventory does for those who watch: it loads what they watch, and shows the hub its folds.

namespace holdfast::projections {

void inventory_projection::watch(domain::event_id event, std::optional<std::uint64_t> since, live_done done) {
  post_([weak = weak_from_this(), event, since, done = std::move(done)]() mutable {
    if (const auto self = weak.lock())
      self->admit_viewer(event, since, std::move(done));
  });
}

void inventory_projection::admit_viewer(domain::event_id event, std::optional<std::uint64_t> since, live_done done) {
  auto& its = open(event);
  live_->request(event, since, clock_() + within_.wait_for_load_max, std::move(done));
  if (its.broken)
    live_->refuse(event, read_outcome::unreadable);
  else if (its.at == event_entry::stage::complete)
    live_->serve(its.fold);
  else if (its.at == event_entry::stage::watching)
    queue_load(its, true);
}

void inventory_projection::pulse(domain::instant now) {
  live_->tick(now, [this](domain::event_id event) -> const event_fold* {
    const auto found = entries_.find(event);
    if (found == entries_.end() || found->second->broken || found->second->at != event_entry::stage::complete)
      return nullptr;
    return &found->second->fold;
  });
}

/// After everything was forgotten: who watched goes on watching.
void inventory_projection::load_watched() {
  for (const auto event : live_->events()) {
    auto& its = open(event);
    if (its.at == event_entry::stage::watching)
      queue_load(its, true);
  }
}

} // namespace holdfast::projections
