#include "projections/body_encoder.hpp"

#include <utility>

namespace holdfast::projections {

body_encoder::body_encoder(journal::journal& pool, std::shared_ptr<body_slots> slots,
                           std::shared_ptr<layout_store> layouts, std::shared_ptr<view_metrics> metrics,
                           clock_function clock)
    : pool_{pool},
      slots_{std::move(slots)},
      layouts_{std::move(layouts)},
      metrics_{std::move(metrics)},
      clock_{std::move(clock)} {}

void body_encoder::encode(std::shared_ptr<const inventory_picture> picture, layout_store::ref layout,
                          std::shared_ptr<body_slot> slot, std::vector<waiting_reader> readers,
                          std::function<void(std::size_t)> finished) {
  auto what = std::make_shared<task>();
  what->picture = std::move(picture);
  what->layout = std::move(layout);
  what->slot = std::move(slot);
  what->readers = std::move(readers);
  what->finished = std::move(finished);
  const bool queued = pool_.run_on_read_pool([self = shared_from_this(), what] {
    self->layouts_->get(what->layout, [self, what](const layout_store::seats_ptr& seats) {
      if (seats)
        self->run(*what, *seats);
      else
        self->give_up(*what);
    });
  });
  if (!queued)
    give_up(*what);
}

void body_encoder::run(const task& what, const domain::layout& layout) {
  const auto now = clock_();
  const auto& picture = *what.picture;
  const auto& wanted = what.readers.front();
  encoded_body made;
  switch (wanted.what) {
  case waiting_reader::wish::seats: made = encode_seats(picture, layout, now); break;
  case waiting_reader::wish::page: made = encode_page(picture, layout, now); break;
  case waiting_reader::wish::seats_binary: made = encode_seats_binary(picture, now); break;
  case waiting_reader::wish::allocations: made = encode_allocations(picture, layout, wanted.part.page, now); break;
  case waiting_reader::wish::section:
    if (const auto section = layout.find_section(wanted.part.section))
      made = encode_section(picture, layout, *section, now);
    break;
  }
  metrics_->bodies_encoded.fetch_add(1, std::memory_order_relaxed);
  if (made.body && is_kept(wanted.what))
    slots_->publish(picture.event, *what.slot, static_cast<body_kind>(wanted.what), made);
  const auto size = made.body ? made.body->bytes.size() : 0;
  for (const auto& reader : what.readers)
    answer(reader, made.body ? read_outcome::ok : read_outcome::not_found, made.body);
  what.finished(size);
}

void body_encoder::give_up(const task& what) {
  for (const auto& reader : what.readers) {
    std::shared_ptr<const view_body> last;
    if (is_kept(reader.what))
      last = slots_->last(what.picture->event, static_cast<body_kind>(reader.what), reader.min_seq);
    const auto outcome = last ? read_outcome::ok : read_outcome::overloaded;
    answer(reader, outcome, std::move(last));
  }
  what.finished(0);
}

void body_encoder::answer(const waiting_reader& reader, read_outcome outcome, std::shared_ptr<const view_body> body) {
  metrics_->readers_waiting.fetch_sub(1, std::memory_order_relaxed);
  if (outcome == read_outcome::behind)
    metrics_->reads_behind.fetch_add(1, std::memory_order_relaxed);
  if (outcome == read_outcome::overloaded)
    metrics_->reads_refused.fetch_add(1, std::memory_order_relaxed);
  reader.done(outcome, std::move(body));
}

} // namespace holdfast::projections
