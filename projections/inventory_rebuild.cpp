#include "projections/inventory_projection.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

// Events that are folded anew beside what is shown of them.

namespace holdfast::projections {

void inventory_projection::stopped() {
  stopped_at_ = clock_();
  follows_->stop(*stopped_at_);
  if (rebuild_begun_)
    end_rebuild();
}

void inventory_projection::reset() {
  std::vector<std::pair<domain::event_id, std::vector<waiting_reader>>> again;
  std::vector<event_entry*> dropped;
  for (auto& [event, its] : entries_) {
    // A partial ledger would see the same holds twice.
    if (its->at == event_entry::stage::complete && !its->broken)
      continue;
    dropped.push_back(its.get());
    if (its->broken)
      unsound_.insert(event);
    if (!its->waiting.empty())
      again.emplace_back(event, std::exchange(its->waiting, {}));
  }
  for (auto* its : dropped)
    forget(*its);
  stopped_at_.reset();
  rebuild();
  for (auto& [event, waiting] : again) {
    for (auto& reader : waiting)
      admit(event, std::move(reader));
  }
  load_watched();
}

void inventory_projection::rebuild() {
  end_rebuild();
  rebuild_begun_ = true;
  rebuilding_.store(true, std::memory_order_release);
  for (const auto& [event, its] : entries_) {
    if (its->at != event_entry::stage::complete || its->broken || unsound_.contains(event))
      continue;
    beside_.try_emplace(event);
    beside_loads_.push_back(event);
  }
  go_on_rebuilding();
}

void inventory_projection::go_on_rebuilding() {
  if (!rebuild_begun_)
    return;
  while (!beside_loads_.empty() && loading_beside_ < within_.rebuild_loads_at_once) {
    const auto event = beside_loads_.front();
    beside_loads_.pop_front();
    if (const auto found = beside_.find(event); found != beside_.end())
      load_beside(event, found->second);
  }
  if (beside_loads_.empty() && loading_beside_ == 0)
    show_rebuilt();
}

void inventory_projection::load_beside(domain::event_id event, rebuilt_event& its) {
  its = {};
  ++loading_beside_;
  metrics_->event_loads.fetch_add(1, std::memory_order_relaxed);
  journal::fold_event(from_, nullptr, event, UINT64_MAX,
                      [weak = weak_from_this(), post = post_, layouts = layouts_, event,
                       round = rebuild_round_](tl::expected<journal::folded, journal::failure> result) {
                        // On the read pool, as for a first load.
                        auto kept = std::make_shared<tl::expected<event_fold, journal::failure>>();
                        if (result)
                          *kept = make_fold(event, result->state, *layouts, false);
                        else
                          *kept = tl::unexpected{std::move(result.error())};
                        post([weak, event, round, kept] {
                          if (const auto self = weak.lock())
                            self->loaded_beside(event, round, std::move(*kept));
                        });
                      });
}

void inventory_projection::loaded_beside(domain::event_id event, std::uint64_t round,
                                         tl::expected<event_fold, journal::failure> result) {
  if (round != rebuild_round_)
    return;
  --loading_beside_;
  if (const auto found = beside_.find(event); found != beside_.end()) {
    auto& its = found->second;
    if (!result) {
      metrics_->event_load_failures.fetch_add(1, std::memory_order_relaxed);
      spdlog::warn("event {} was not loaded anew, what is shown of it stays: {}", event.value(), result.error().detail);
      beside_.erase(found);
    } else if (its.overflowed) {
      beside_loads_.push_back(event);
    } else {
      its.fold = std::move(*result);
      its.loaded = true;
      for (const auto& group : std::exchange(its.kept_groups, {})) {
        if (!beside_.contains(event))
          break;
        fold_beside(event, group);
      }
    }
  }
  go_on_rebuilding();
}

void inventory_projection::fold_beside(domain::event_id event, const applied_group& group) {
  const auto found = beside_.find(event);
  if (found == beside_.end())
    return;
  auto& its = found->second;
  if (its.loaded) {
    ledger_findings ignored; // what is shown has them too, and counts them
    try {
      static_cast<void>(fold_group(its.fold, group, *layouts_, ignored));
    } catch (const std::exception& error) {
      spdlog::error("event {} does not fit its journal, what is shown of it stays: {}", event.value(), error.what());
      beside_.erase(found);
    }
  } else if (its.kept_groups.size() < within_.kept_groups_max) {
    its.kept_groups.push_back(group);
  } else {
    its.kept_groups.clear();
    its.overflowed = true;
  }
}

/// All at once: nobody reads an old fold of one event after a new one of another.
void inventory_projection::show_rebuilt() {
  for (auto& [event, fresh] : std::exchange(beside_, {})) {
    const auto found = entries_.find(event);
    // Dropped meanwhile, loaded again on its own, or broken.
    if (found == entries_.end() || found->second->at != event_entry::stage::complete || found->second->broken ||
        fresh.fold.seq < found->second->fold.seq)
      continue;
    auto& its = *found->second;
    its.fold = std::move(fresh.fold);
    its.loaded_at = now_;
    for (auto& encoding : its.encodings)
      encoding.outdated = encoding.running;
    if (its.slot) {
      slots_->drop_bodies(event, *its.slot);
      its.slot->applied_seq.store(its.fold.seq, std::memory_order_release);
    }
    serve(its);
    live_->serve(its.fold);
  }
  if (within_.follows)
    follows_->follow();
  end_rebuild();
}

void inventory_projection::end_rebuild() {
  ++rebuild_round_;
  beside_.clear();
  beside_loads_.clear();
  loading_beside_ = 0;
  rebuild_begun_ = false;
  rebuilding_.store(false, std::memory_order_release);
}

} // namespace holdfast::projections
