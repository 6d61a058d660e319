#include "projections/inventory_projection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace holdfast::projections {

namespace {

constexpr domain::millis sweep_interval = domain::seconds(1);

/// Findings that are logged; the counters go on. A broken journal must not fill the disk that it needs.
constexpr std::uint64_t logged_findings_max = 1'000;

} // namespace

inventory_projection::inventory_projection(journal::journal& from, journal::snapshot_store* snapshots,
                                           std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics,
                                           post_function post, clock_function clock, journal::cursor start)
    : inventory_projection{from,
                           snapshots,
                           std::move(layouts),
                           std::move(metrics),
                           std::move(post),
                           std::move(clock),
                           std::move(start),
                           bounds{}} {}

inventory_projection::inventory_projection(journal::journal& from, journal::snapshot_store* snapshots,
                                           std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics,
                                           post_function post, clock_function clock, journal::cursor start,
                                           bounds within)
    : from_{from},
      snapshots_{snapshots},
      layouts_{std::move(layouts)},
      metrics_{std::move(metrics)},
      post_{std::move(post)},
      clock_{std::move(clock)},
      within_{within},
      slots_{std::make_shared<body_slots>()},
      encoder_{std::make_shared<body_encoder>(from, slots_, layouts_, metrics_, clock_)},
      live_{std::make_shared<live_hub>(metrics_, post_, within_.live)},
      follows_{std::make_shared<follow_mark>()},
      position_{std::move(start)},
      now_{clock_()},
      swept_at_{now_} {
  if (!within_.follows)
    follows_->stop(now_);
}

inventory_projection::~inventory_projection() = default;

auto inventory_projection::wants(journal::stream_kind kind, std::uint16_t) const noexcept -> bool {
  return kind == journal::stream_kind::event;
}

auto inventory_projection::open(domain::event_id event) -> event_entry& {
  auto& its = entries_[event];
  if (!its) {
    its = std::make_unique<event_entry>();
    its->fold.event = event;
    its->last_fact = now_;
    count_entries();
  }
  return *its;
}

void inventory_projection::erase(event_entry& its) {
  const auto event = its.fold.event;
  forget(its);
  live_->end(event);
}

/// Those who watch it go on: it is loaded again.
void inventory_projection::forget(event_entry& its) {
  if (its.touched)
    std::erase(touched_, &its);
  if (its.listed)
    std::erase(with_readers_, &its);
  if (its.at == event_entry::stage::complete)
    --complete_;
  const auto event = its.fold.event;
  if (its.slot)
    slots_->close(event);
  entries_.erase(event);
  count_entries();
}

void inventory_projection::count_entries() {
  metrics_->events_in_memory.store(entries_.size(), std::memory_order_relaxed);
  metrics_->events_complete.store(complete_, std::memory_order_relaxed);
}

void inventory_projection::apply(const applied_group& group) {
  if (group.stream.kind != journal::stream_kind::event)
    return;
  const domain::event_id event{group.stream.id};
  const auto found = entries_.find(event);
  if (found == entries_.end()) {
    if (!about_places(*group.facts))
      return;
    auto& its = open(event);
    queue_load(its, false);
    fold(its, group);
    return;
  }
  fold(*found->second, group);
  if (!beside_.empty())
    fold_beside(event, group);
}

void inventory_projection::fold(event_entry& its, const applied_group& group) {
  its.last_fact = now_;
  ledger_findings findings;
  switch (its.at) {
  case event_entry::stage::watching: watch_group(its.fold.ledger, group, findings); break;
  case event_entry::stage::loading:
    if (its.kept_groups.size() < within_.kept_groups_max) {
      its.kept_groups.push_back(group);
    } else {
      its.kept_groups.clear();
      its.overflowed = true;
    }
    break;
  case event_entry::stage::complete:
    its.broken = true; // unless the fold comes to its end
    if (fold_group(its.fold, group, *layouts_, findings) && !std::exchange(its.touched, true))
      touched_.push_back(&its);
    its.broken = false;
    break;
  }
  if (findings.any())
    report(its.fold.event, findings);
}

void inventory_projection::report(domain::event_id event, const ledger_findings& findings) {
  unsound_.insert(event);
  const auto before = metrics_->double_sales_detected.fetch_add(findings.double_sales, std::memory_order_relaxed) +
                      metrics_->contradictions_detected.fetch_add(findings.contradictions, std::memory_order_relaxed);
  if (before < logged_findings_max)
    spdlog::error("{} in event {}: {}", findings.double_sales > 0 ? "DOUBLE SALE" : "contradiction", event.value(),
                  findings.first);
}

void inventory_projection::publish(const journal::cursor& position) {
  position_ = position;
  // What is served may be loaded again and, on failure, erased: take the list first.
  for (auto* its : std::exchange(touched_, {})) {
    its->touched = false;
    if (its->slot)
      its->slot->applied_seq.store(its->fold.seq, std::memory_order_release);
    serve(*its);
  }
}

void inventory_projection::queue_load(event_entry& its, bool for_reader) {
  const auto queue = for_reader ? event_entry::queue::readers : event_entry::queue::check;
  if (its.at == event_entry::stage::loading || its.queued >= queue)
    return;
  if (unsound_.contains(its.fold.event)) {
    if (for_reader)
      answer_all(its, read_outcome::unreadable);
    return;
  }
  its.queued = queue;
  (for_reader ? reader_loads_ : check_loads_).push_back(its.fold.event);
  if (for_reader)
    start_loads();
}

auto inventory_projection::loadable(const event_entry& its) const -> bool {
  return its.queued != event_entry::queue::none && !unsound_.contains(its.fold.event);
}

void inventory_projection::start_loads() {
  const auto next = [this](std::deque<domain::event_id>& from) -> event_entry* {
    const auto found = entries_.find(from.front());
    from.pop_front();
    // In both queues, loaded meanwhile, or dropped.
    return found != entries_.end() && loadable(*found->second) ? found->second.get() : nullptr;
  };
  while (!reader_loads_.empty() && loading_for_readers_ < within_.loads_at_once) {
    if (auto* its = next(reader_loads_))
      load(*its, true);
  }
  while (!check_loads_.empty() && loading_for_check_ < within_.check_loads_at_once && check_tokens_ >= 1'000) {
    if (auto* its = next(check_loads_)) {
      check_tokens_ -= 1'000;
      load(*its, false);
    }
  }
}

void inventory_projection::load(event_entry& its, bool for_reader) {
  its.queued = event_entry::queue::none;
  if (its.at == event_entry::stage::complete)
    --complete_;
  if (its.at == event_entry::stage::loading) {
    its.fold.ledger = {}; // groups were lost since the last attempt began: what it knew has a gap
    its.at = event_entry::stage::watching;
  }
  its.before_loading = its.at;
  its.at = event_entry::stage::loading;
  its.load_number = ++load_number_;
  its.kept_groups.clear();
  its.overflowed = false;
  ++(for_reader ? loading_for_readers_ : loading_for_check_);
  metrics_->event_loads.fetch_add(1, std::memory_order_relaxed);
  const auto event = its.fold.event;
  journal::fold_event(from_, snapshots_, event, UINT64_MAX,
                      [weak = weak_from_this(), post = post_, layouts = layouts_, event, number = its.load_number,
                       for_reader](tl::expected<journal::folded, journal::failure> result) {
                        // On the read pool: a large state is taken apart here rather than on the actor. Shared because closures must be copyable.
                        auto kept = std::make_shared<tl::expected<event_fold, journal::failure>>();
                        if (result)
                          *kept = make_fold(event, result->state, *layouts, for_reader);
                        else
                          *kept = tl::unexpected{std::move(result.error())};
                        post([weak, event, number, for_reader, kept] {
                          if (const auto self = weak.lock())
                            self->loaded(event, number, for_reader, std::move(*kept));
                        });
                      });
}

void inventory_projection::loaded(domain::event_id event, std::uint64_t number, bool for_reader,
                                  tl::expected<event_fold, journal::failure> result) {
  --(for_reader ? loading_for_readers_ : loading_for_check_);
  if (const auto found = entries_.find(event); found != entries_.end() && found->second->load_number == number) {
    auto& its = *found->second;
    if (!result)
      not_loaded(its, result.error());
    else if (its.overflowed)
      load(its, for_reader);
    else
      install(its, std::move(*result));
  }
  start_loads();
}

void inventory_projection::not_loaded(event_entry& its, const journal::failure& why) {
  metrics_->event_load_failures.fetch_add(1, std::memory_order_relaxed);
  spdlog::warn("event {} was not loaded for its views: {}", its.fold.event.value(), why.detail);
  const bool damaged = why.kind == journal::failure_kind::corrupt;
  const auto otherwise = within_.follows ? read_outcome::overloaded : read_outcome::unavailable;
  answer_all(its, damaged ? read_outcome::unreadable : otherwise);
  if (its.overflowed) {
    erase(its); // what it knew has a gap now
    return;
  }
  its.at = its.before_loading;
  if (its.at == event_entry::stage::complete)
    ++complete_;
  for (const auto& group : std::exchange(its.kept_groups, {}))
    fold(its, group);
  queue_load(its, false);
}

void inventory_projection::install(event_entry& its, event_fold fresh) {
  its.fold = std::move(fresh);
  its.loaded_at = now_;
  its.at = event_entry::stage::complete;
  ++complete_;
  try {
    for (const auto& group : std::exchange(its.kept_groups, {}))
      fold(its, group);
  } catch (const std::exception& error) {
    spdlog::error("event {} does not fit its journal: {}", its.fold.event.value(), error.what());
    metrics_->contradictions_detected.fetch_add(1, std::memory_order_relaxed);
    answer_all(its, read_outcome::unreadable);
    erase(its);
    return;
  }
  if (its.fold.seq == 0) {
    // Of a journal that was refused nobody knows what it had.
    answer_all(its, within_.follows ? read_outcome::not_found : read_outcome::unavailable);
    erase(its);
    return;
  }
  count_entries();
  if (its.slot)
    its.slot->applied_seq.store(its.fold.seq, std::memory_order_release);
  serve(its);
  live_->serve(its.fold);
}

void inventory_projection::tick(domain::instant now) {
  const auto since = std::clamp<std::int64_t>((now - now_).count, 0, 1'000);
  const auto per_s = static_cast<std::int64_t>(within_.check_loads_per_s);
  check_tokens_ = std::min(check_tokens_ + since * per_s, per_s * 1'000);
  now_ = now;
  serve_waiting();
  pulse(now);
  start_loads();
  go_on_rebuilding();
  if (now - swept_at_ >= sweep_interval) {
    swept_at_ = now;
    sweep();
  }
}

void inventory_projection::sweep() {
  std::vector<event_entry*> idle;
  for (auto& [event, its] : entries_) {
    if (its->broken)
      continue; // it cannot be loaded again: what there is of it stays
    const domain::instant read_at{its->slot ? its->slot->last_read_ms.load(std::memory_order_relaxed) : 0};
    live_->was_read(event, read_at);
    if (now_ - read_at <= within_.kept_unread)
      continue;
    if (std::exchange(its->has_bodies, false))
      slots_->drop_bodies(event, *its->slot);
    const bool encoding = std::ranges::any_of(its->encodings, &event_entry::encoding::running);
    const bool busy = its->at == event_entry::stage::loading || its->touched || its->listed || encoding ||
                      live_->concerned_with(event);
    if (!busy && now_ - its->last_fact > within_.kept_unread)
      idle.push_back(its.get());
  }
  for (auto* its : idle)
    erase(*its);
}

} // namespace holdfast::projections
