#include "projections/inventory_projection.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace holdfast::projections {

namespace {

auto view_of(waiting_reader::wish what) -> read_view {
  switch (what) {
  case waiting_reader::wish::seats: return read_view::seats;
  case waiting_reader::wish::page: return read_view::event_page;
  case waiting_reader::wish::seats_binary: return read_view::seats_binary;
  case waiting_reader::wish::allocations: return read_view::allocations;
  case waiting_reader::wish::section: break;
  }
  return read_view::section;
}

auto kind_of(waiting_reader::wish what) -> body_kind {
  return static_cast<body_kind>(what);
}

/// Takes the readers out for whom `wanted` holds; the others keep their order.
template <class Wanted>
auto take_if(std::vector<waiting_reader>& from, Wanted wanted) -> std::vector<waiting_reader> {
  const auto taken =
      std::stable_partition(from.begin(), from.end(), [&](const auto& reader) { return !wanted(reader); });
  std::vector<waiting_reader> out(std::make_move_iterator(taken), std::make_move_iterator(from.end()));
  from.erase(taken, from.end());
  return out;
}

} // namespace

void inventory_projection::read(domain::event_id event, waiting_reader::wish what, std::uint64_t min_seq,
                                waiting_reader::choice part, view_done done, reading why) {
  const auto now = clock_();
  if (is_kept(what)) {
    if (auto body = slots_->fresh(event, kind_of(what), min_seq, now)) {
      if (why == reading::for_somebody)
        metrics_->count_read(view_of(what), true);
      done(read_outcome::ok, std::move(body));
      return;
    }
  }
  if (why == reading::for_somebody)
    metrics_->count_read(view_of(what), false);
  if (metrics_->readers_waiting.fetch_add(1, std::memory_order_relaxed) >= within_.readers_waiting_max) {
    encoder_->answer({what, {}, min_seq, now, std::move(done)}, read_outcome::overloaded, nullptr);
    return;
  }
  const auto wait = min_seq > 0 ? within_.wait_for_seq_max : within_.wait_for_load_max;
  waiting_reader reader{what, std::move(part), min_seq, now + wait, std::move(done)};
  post_([weak = weak_from_this(), event, reader = std::move(reader)]() mutable {
    if (const auto self = weak.lock())
      self->admit(event, std::move(reader));
  });
}

void inventory_projection::admit(domain::event_id event, waiting_reader reader) {
  auto& its = open(event);
  if (!its.slot) {
    its.slot = slots_->open(event);
    its.slot->applied_seq.store(its.fold.seq, std::memory_order_release);
  }
  its.slot->last_read_ms.store(now_.unix_ms, std::memory_order_relaxed);
  its.waiting.push_back(std::move(reader));
  if (!std::exchange(its.listed, true))
    with_readers_.push_back(&its);
  if (its.at == event_entry::stage::watching)
    queue_load(its, true);
  else
    serve(its);
}

/// Takes out the readers of one kind whose seq is reached.
auto inventory_projection::take_ready(event_entry& its, waiting_reader::wish what) -> std::vector<waiting_reader> {
  return take_if(its.waiting,
                 [&](const waiting_reader& reader) { return reader.what == what && reader.min_seq <= its.fold.seq; });
}

void inventory_projection::serve(event_entry& its) {
  if (its.waiting.empty())
    return;
  if (its.broken) {
    serve_last(its);
    return;
  }
  for (const auto kind : {body_kind::seats, body_kind::page, body_kind::seats_binary}) {
    if (its.at == event_entry::stage::complete && !its.encodings[static_cast<std::size_t>(kind)].running)
      serve_bodies(its, kind);
  }
  for (const auto what : {waiting_reader::wish::allocations, waiting_reader::wish::section}) {
    if (its.at == event_entry::stage::complete)
      serve_apart(its, what);
  }
}

/// What is folded of a broken event never was its state: nothing is made of that, and what was made last goes on being shown.
void inventory_projection::serve_last(event_entry& its) {
  const auto shown = its.slot->applied_seq.load(std::memory_order_relaxed);
  for (const auto& reader : take_if(its.waiting, [&](const auto& each) { return each.min_seq <= shown; })) {
    std::shared_ptr<const view_body> last;
    if (is_kept(reader.what))
      last = slots_->last(its.fold.event, kind_of(reader.what), reader.min_seq);
    const auto outcome = last ? read_outcome::ok : read_outcome::unreadable;
    encoder_->answer(reader, outcome, std::move(last));
  }
}

void inventory_projection::serve_bodies(event_entry& its, body_kind kind) {
  auto ready = take_ready(its, static_cast<waiting_reader::wish>(kind));
  const auto now = clock_();
  std::erase_if(ready, [&](const waiting_reader& reader) {
    auto body = slots_->fresh(its.fold.event, kind, reader.min_seq, now);
    if (!body)
      return false;
    encoder_->answer(reader, read_outcome::ok, std::move(body));
    return true;
  });
  if (ready.empty())
    return;
  const bool reload = kind == body_kind::page && !its.fold.hash_known;
  if (!reload && now >= its.encodings[static_cast<std::size_t>(kind)].not_before) {
    encode(its, kind, std::move(ready));
    return;
  }
  std::ranges::move(ready, std::back_inserter(its.waiting));
  if (reload)
    queue_load(its, true);
}

/// A body for each who waits for something that is not kept.
void inventory_projection::serve_apart(event_entry& its, waiting_reader::wish what) {
  auto ready = take_ready(its, what);
  if (ready.empty())
    return;
  if (what == waiting_reader::wish::section)
    live_->expect(its.fold);
  const auto picture = picture_of(its.fold, as_of(its), follows_);
  for (auto& reader : ready) {
    std::vector<waiting_reader> one;
    one.push_back(std::move(reader));
    encoder_->encode(picture, its.fold.layout, its.slot, std::move(one), [](std::size_t) {});
  }
}

void inventory_projection::encode(event_entry& its, body_kind kind, std::vector<waiting_reader> readers) {
  auto& encoding = its.encodings[static_cast<std::size_t>(kind)];
  encoding.running = true;
  encoding.started_at = clock_();
  its.has_bodies = true;
  if (kind != body_kind::page)
    live_->expect(its.fold);
  encoder_->encode(picture_of(its.fold, as_of(its), follows_), its.fold.layout, its.slot, std::move(readers),
                   [weak = weak_from_this(), post = post_, event = its.fold.event, kind](std::size_t bytes) {
                     post([weak, event, kind, bytes] {
                       if (const auto self = weak.lock())
                         self->encoded(event, kind, bytes);
                     });
                   });
}

/// Until when the fold followed the journal, when it no longer does.
auto inventory_projection::as_of(const event_entry& its) const -> std::optional<domain::instant> {
  if (!within_.follows)
    return follows_->until();
  return stopped_at_ ? std::optional{std::max(*stopped_at_, its.loaded_at)} : std::nullopt;
}

void inventory_projection::encoded(domain::event_id event, body_kind kind, std::size_t bytes) {
  const auto found = entries_.find(event);
  if (found == entries_.end())
    return;
  auto& its = *found->second;
  auto& encoding = its.encodings[static_cast<std::size_t>(kind)];
  encoding.running = false;
  if (std::exchange(encoding.outdated, false) && its.slot)
    slots_->drop_bodies(event, *its.slot);
  const auto pace =
      std::min<std::int64_t>(static_cast<std::int64_t>(bytes / within_.paced_bytes_per_ms), within_.pace_max.count);
  encoding.not_before = encoding.started_at + domain::millis{pace};
  serve(its);
}

void inventory_projection::answer_all(event_entry& its, read_outcome outcome) {
  for (const auto& reader : std::exchange(its.waiting, {}))
    encoder_->answer(reader, outcome, nullptr);
  live_->refuse(its.fold.event, outcome);
}

void inventory_projection::expire_readers(event_entry& its) {
  for (const auto& reader : take_if(its.waiting, [this](const auto& each) { return each.deadline <= now_; }))
    encoder_->answer(reader, reader.min_seq > 0 ? read_outcome::behind : read_outcome::overloaded, nullptr);
}

/// Readers whose pace or deadline has come.
void inventory_projection::serve_waiting() {
  for (auto* its : with_readers_) {
    serve(*its);
    expire_readers(*its);
  }
  std::erase_if(with_readers_, [](event_entry* its) {
    its->listed = !its->waiting.empty();
    return !its->listed;
  });
}

} // namespace holdfast::projections
