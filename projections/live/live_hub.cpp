#include "projections/live/live_hub.hpp"

#include "projections/wire/frame_wire.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace holdfast::projections {

namespace {

auto available_of(const std::vector<area_line>& areas) -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> available(areas.size());
  std::ranges::transform(areas, available.begin(), &area_line::available);
  return available;
}

} // namespace

live_hub::live_hub(std::shared_ptr<view_metrics> metrics, post_function post, bounds within)
    : metrics_{std::move(metrics)}, post_{std::move(post)}, within_{within} {}

void live_hub::listen(const std::weak_ptr<live_listener>& listener) {
  const std::scoped_lock lock{listeners_mutex_};
  listeners_.push_back(listener);
}

auto live_hub::open(domain::event_id event) -> watched_event& {
  const auto [at, fresh] = events_.try_emplace(event);
  if (fresh) {
    at->second.number = ++watches_;
    metrics_->live_events.store(events_.size(), std::memory_order_relaxed);
  }
  return at->second;
}

void live_hub::request(domain::event_id event, std::optional<std::uint64_t> since, domain::instant deadline,
                       live_done done) {
  open(event).waiting.push_back({since, deadline, std::move(done)});
}

void live_hub::expect(const event_fold& from) {
  if (auto& its = open(from.event); !its.known)
    take_over(its, from);
}

void live_hub::was_read(domain::event_id event, domain::instant at) {
  if (const auto found = events_.find(event); found != events_.end())
    found->second.left_at = std::max(found->second.left_at, at);
}

void live_hub::serve(const event_fold& from) {
  const auto found = events_.find(from.event);
  if (found == events_.end() || found->second.waiting.empty())
    return;
  auto& its = found->second;
  if (!its.known)
    take_over(its, from);
  for (auto& viewer : std::exchange(its.waiting, {})) {
    live_start start;
    start.frames = start_of(its, viewer.since);
    start.place = place_in(from.event, its.number);
    ++its.viewers;
    start.organisation = from.organisation;
    start.draft = from.status == domain::event_status::draft;
    viewer.done(read_outcome::ok, std::move(start));
  }
}

auto live_hub::place_in(domain::event_id event, std::uint64_t watch) -> std::shared_ptr<live_place> {
  metrics_->live_viewers.fetch_add(1, std::memory_order_relaxed);
  return std::make_shared<live_place>([weak = weak_from_this(), metrics = metrics_, post = post_, event, watch] {
    metrics->live_viewers.fetch_sub(1, std::memory_order_relaxed);
    post([weak, event, watch] {
      if (const auto self = weak.lock())
        self->left(event, watch);
    });
  });
}

/// News of the last tick are what a new viewer continues from: what has happened since comes with the next.
auto live_hub::start_of(const watched_event& its, std::optional<std::uint64_t> since) -> std::vector<live_frame_ptr> {
  auto missed = since ? its.ring.after(*since) : std::vector<live_frame_ptr>{};
  const auto from = since && missed ? *since : its.seq;
  std::string payload;
  wire::append_hello(from, its.statuses.size(), static_cast<std::uint32_t>(its.areas.size()), its.layout_hash, payload);
  std::vector<live_frame_ptr> frames{std::make_shared<const live_frame>(from, payload)};
  if (!missed) {
    metrics_->live_resets.fetch_add(1, std::memory_order_relaxed);
    frames.push_back(reset_frame(its.seq));
    return frames;
  }
  if (since)
    metrics_->live_resumes.fetch_add(1, std::memory_order_relaxed);
  std::ranges::move(*missed, std::back_inserter(frames));
  return frames;
}

void live_hub::refuse(domain::event_id event, read_outcome why) {
  const auto found = events_.find(event);
  if (found == events_.end())
    return;
  for (const auto& viewer : std::exchange(found->second.waiting, {}))
    viewer.done(why, {});
  if (!found->second.known)
    events_.erase(found);
  metrics_->live_events.store(events_.size(), std::memory_order_relaxed);
}

void live_hub::end(domain::event_id event) {
  refuse(event, read_outcome::overloaded);
  if (events_.erase(event) > 0)
    news_.push_back({event, nullptr});
  metrics_->live_events.store(events_.size(), std::memory_order_relaxed);
}

auto live_hub::events() const -> std::vector<domain::event_id> {
  std::vector<domain::event_id> all;
  all.reserve(events_.size());
  for (const auto& [event, its] : events_)
    all.push_back(event);
  return all;
}

void live_hub::left(domain::event_id event, std::uint64_t watch) {
  const auto found = events_.find(event);
  if (found == events_.end() || found->second.number != watch)
    return;
  if (--found->second.viewers == 0)
    found->second.left_at = now_;
}

void live_hub::take_over(watched_event& its, const event_fold& from) {
  its.known = true;
  its.seq = from.seq;
  its.layout_hash = from.layout->hash;
  its.statuses = from.ledger.statuses();
  its.areas = available_of(from.ledger.areas());
  its.ring = live_ring{within_.ring};
  its.ring.restart(from.seq);
  its.left_at = now_;
}

void live_hub::cut(domain::event_id event, watched_event& its, const event_fold& from) {
  if (from.layout->hash != its.layout_hash || from.ledger.areas().size() != its.areas.size()) {
    // Another layout: indices mean other seats now.
    take_over(its, from);
    news_.push_back({event, reset_frame(from.seq)});
    return;
  }
  const auto changes = wire::changes_between(its.statuses, its.areas, from.ledger.statuses(), from.ledger.areas());
  std::string payload;
  wire::append_delta(from.seq, changes, payload);
  auto frame = std::make_shared<const live_frame>(from.seq, payload);
  its.seq = from.seq;
  its.statuses = from.ledger.statuses();
  for (const auto& area : changes.areas)
    its.areas[area.index] = area.available;
  its.ring.push(frame, now_);
  metrics_->live_frames.fetch_add(1, std::memory_order_relaxed);
  metrics_->live_changes.fetch_add(changes.seats.size() + changes.areas.size(), std::memory_order_relaxed);
  news_.push_back({event, std::move(frame)});
}

auto live_hub::stride(std::size_t viewers, bool busy) const noexcept -> unsigned {
  if (viewers <= within_.viewers_every_tick_and_a_half) {
    if (busy)
      return 2 * within_.calls_a_tick;
    return viewers <= within_.viewers_every_tick ? within_.calls_a_tick : (3 * within_.calls_a_tick + 1) / 2;
  }
  const auto ticks = (viewers + within_.viewers_a_further_tick - 1) / within_.viewers_a_further_tick;
  return static_cast<unsigned>(std::min<std::size_t>(ticks, within_.stride_max)) * within_.calls_a_tick;
}

void live_hub::expire_waiting(watched_event& its) {
  std::vector<waiting_viewer> late;
  std::erase_if(its.waiting, [&](waiting_viewer& viewer) {
    if (viewer.deadline > now_)
      return false;
    late.push_back(std::move(viewer));
    return true;
  });
  for (const auto& viewer : late)
    viewer.done(read_outcome::overloaded, {});
}

void live_hub::tick(domain::instant now, const std::function<const event_fold*(domain::event_id)>& fold_of) {
  now_ = now;
  const bool due = ++calls_since_tick_ >= stride(metrics_->live_viewers.load(std::memory_order_relaxed),
                                                 metrics_->giving_way.load(std::memory_order_relaxed));
  if (due)
    calls_since_tick_ = 0;
  if (events_.empty() && news_.empty())
    return;
  const auto began = std::chrono::steady_clock::now();
  std::size_t ring_bytes = 0;
  for (auto at = events_.begin(); at != events_.end();) {
    auto& [event, its] = *at;
    expire_waiting(its);
    const bool forgotten =
        its.viewers == 0 && its.waiting.empty() && (!its.known || now - its.left_at > within_.ring.kept);
    if (forgotten) {
      at = events_.erase(at);
      continue;
    }
    const auto* fold = due && its.known ? fold_of(event) : nullptr;
    if (fold != nullptr && fold->seq > its.seq)
      cut(event, its, *fold);
    its.ring.trim(now);
    ring_bytes += its.ring.bytes();
    ++at;
  }
  metrics_->live_events.store(events_.size(), std::memory_order_relaxed);
  metrics_->live_ring_bytes.store(ring_bytes, std::memory_order_relaxed);
  publish();
  metrics_->live_ticks.fetch_add(due ? 1 : 0, std::memory_order_relaxed);
  const auto took = std::chrono::steady_clock::now() - began;
  metrics_->live_tick_nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
}

void live_hub::publish() {
  if (news_.empty())
    return;
  const auto batch = std::make_shared<const live_batch>(std::exchange(news_, {}));
  const std::scoped_lock lock{listeners_mutex_};
  std::erase_if(listeners_, [&](const std::weak_ptr<live_listener>& each) {
    const auto listener = each.lock();
    if (listener)
      listener->publish(batch);
    return !listener;
  });
}

} // namespace holdfast::projections
