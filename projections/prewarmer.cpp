#include "projections/prewarmer.hpp"

#include <functional>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

/// Has both compressed forms made, beside.
void pack(journal::journal& pool, const std::shared_ptr<const view_body>& body) {
  if (!body->packed)
    return;
  const auto run = [&pool](std::function<void()> job) { return pool.run_on_read_pool(std::move(job)); };
  for (const auto coding : {content_coding::brotli, content_coding::gzip})
    body->packed->prepare(coding, std::shared_ptr<const std::string>{body, &body->bytes}, run, [] {});
}

auto into_pack(journal::journal& pool) -> view_done {
  return [&pool](read_outcome outcome, const std::shared_ptr<const view_body>& body) {
    if (outcome == read_outcome::ok)
      pack(pool, body);
  };
}

} // namespace

prewarmer::prewarmer(journal::journal& pool, std::shared_ptr<inventory_projection> inventory,
                     std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics, bounds within)
    : pool_{pool},
      inventory_{std::move(inventory)},
      layouts_{std::move(layouts)},
      metrics_{std::move(metrics)},
      within_{within} {}

void prewarmer::look(domain::instant now, const std::vector<domain::event_id>& events) {
  looked_at_ = now;
  metrics_->events_prewarmed.store(events.size(), std::memory_order_relaxed);
  using wish = waiting_reader::wish;
  for (const auto event : events) {
    for (const auto what : {wish::seats, wish::seats_binary})
      inventory_->read(event, what, 0, {}, into_pack(pool_), inventory_projection::reading::beforehand);
    const auto page = [&pool = pool_, layouts = layouts_](read_outcome outcome,
                                                          const std::shared_ptr<const view_body>& body) {
      if (outcome != read_outcome::ok)
        return;
      pack(pool, body);
      const auto which = layouts->find(body->layout_hash);
      for (const auto form : {layout_store::form::json, layout_store::form::binary}) {
        if (which)
          layouts->encoded(which, form, into_pack(pool), false);
      }
    };
    inventory_->read(event, wish::page, 0, {}, page, inventory_projection::reading::beforehand);
  }
  metrics_->prewarm_looks.fetch_add(1, std::memory_order_release);
}

} // namespace holdfast::projections
