#include "projections/body_slots.hpp"

#include <mutex>
#include <utility>

namespace holdfast::projections {

namespace {

/// A slot that is read a million times a second must not have its cache line written as often.
constexpr std::int64_t read_mark_ms = 1'000;

void mark_read(body_slot& slot, domain::instant now) {
  if (now.unix_ms - slot.last_read_ms.load(std::memory_order_relaxed) > read_mark_ms)
    slot.last_read_ms.store(now.unix_ms, std::memory_order_relaxed);
}

} // namespace

auto body_slots::of(domain::event_id event) const noexcept -> const shard& {
  // The high bits: the maps inside use the low ones.
  return shards_[std::hash<domain::event_id>{}(event) >> 58U];
}

auto body_slots::of(domain::event_id event) noexcept -> shard& {
  return const_cast<shard&>(std::as_const(*this).of(event));
}

auto body_slots::open(domain::event_id event) -> std::shared_ptr<body_slot> {
  auto& in = of(event);
  const std::unique_lock lock{in.mutex};
  auto& slot = in.slots[event];
  if (!slot)
    slot = std::make_shared<body_slot>();
  return slot;
}

void body_slots::close(domain::event_id event) {
  auto& in = of(event);
  decltype(in.slots)::node_type gone; // freed after the lock
  const std::unique_lock lock{in.mutex};
  gone = in.slots.extract(event);
}

void body_slots::publish(domain::event_id event, body_slot& slot, body_kind kind, encoded_body body) {
  auto& in = of(event);
  const std::unique_lock lock{in.mutex};
  auto& here = slot.bodies_[static_cast<std::size_t>(kind)];
  if (!here.body || here.body->seq <= body.body->seq)
    std::swap(here, body); // the old one is freed after the lock
}

void body_slots::drop_bodies(domain::event_id event, body_slot& slot) {
  std::array<encoded_body, body_kinds> gone;
  auto& in = of(event);
  const std::unique_lock lock{in.mutex};
  gone.swap(slot.bodies_);
}

auto body_slots::fresh(domain::event_id event, body_kind kind, std::uint64_t min_seq, domain::instant now) const
    -> std::shared_ptr<const view_body> {
  const auto& in = of(event);
  const std::shared_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  if (found == in.slots.end())
    return nullptr;
  auto& slot = *found->second;
  const auto& kept = slot.bodies_[static_cast<std::size_t>(kind)];
  mark_read(slot, now);
  const bool is_over = kept.valid_until && now >= *kept.valid_until;
  const auto& here = is_over && kept.then ? *kept.then : kept;
  if (!here.body || here.body->seq < min_seq || (here.valid_until && now >= *here.valid_until))
    return nullptr;
  const bool newest = here.body->seq >= slot.applied_seq.load(std::memory_order_acquire);
  return newest || now - here.body->made_at <= body_age_max ? here.body : nullptr;
}

auto body_slots::last(domain::event_id event, body_kind kind, std::uint64_t min_seq) const
    -> std::shared_ptr<const view_body> {
  const auto& in = of(event);
  const std::shared_lock lock{in.mutex};
  const auto found = in.slots.find(event);
  if (found == in.slots.end())
    return nullptr;
  const auto& here = found->second->bodies_[static_cast<std::size_t>(kind)];
  return here.body && here.body->seq >= min_seq ? here.body : nullptr;
}

} // namespace holdfast::projections
