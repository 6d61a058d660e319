#include "projections/search/columns.hpp"

#include "domain/check.hpp"

namespace holdfast::projections {

auto event_row::availability() const noexcept -> domain::availability {
  const auto left = available.get();
  if (left == 0)
    return domain::availability::none;
  return left <= few_from.get() ? domain::availability::few : domain::availability::many;
}

auto event_row::status_at(std::int64_t now_ms) const noexcept -> domain::sale_status {
  switch (status.get()) {
  case domain::event_status::absent:
  case domain::event_status::draft: return domain::sale_status::draft;
  case domain::event_status::paused: return domain::sale_status::paused;
  case domain::event_status::closed: return domain::sale_status::closed;
  case domain::event_status::cancelled: return domain::sale_status::cancelled;
  case domain::event_status::published: break;
  }
  return opens_at.get() <= now_ms && now_ms < closes_at.get() ? domain::sale_status::on_sale
                                                              : domain::sale_status::published;
}

search_columns::search_columns() = default;

search_columns::~search_columns() {
  for (auto& each : chunks_)
    std::default_delete<chunk>{}(each.load(std::memory_order_relaxed));
}

auto search_columns::next_row() -> event_row& {
  const auto index = size_.load(std::memory_order_relaxed);
  HF_CHECK(index < rows_max, "the columns have a row for every event");
  auto& place = chunks_[index / chunk_rows];
  if (place.load(std::memory_order_relaxed) == nullptr)
    place.store(std::make_unique<chunk>().release(), std::memory_order_release);
  return writable(index);
}

} // namespace holdfast::projections
