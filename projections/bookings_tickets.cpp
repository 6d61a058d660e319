#include "projections/bookings_projection.hpp"

#include <mutex>
#include <utility>

namespace holdfast::projections {

void bookings_projection::tickets_of(const domain::owner& who, const std::optional<views::ticket_place>& from,
                                     std::size_t limit,
                                     std::function<void(read_outcome, views::ticket_page)> done) const {
  booking_store::ticket_list found;
  {
    const std::shared_lock lock{mutex_};
    found = store_->tickets_of(who, from, limit);
  }
  with_layouts(std::move(found.orders), [next = found.next, tickets = std::move(found.tickets),
                                         done = std::move(done)](read_outcome outcome, const auto& lines) {
    views::ticket_page page;
    if (outcome == read_outcome::ok) {
      for (const auto& [order, index] : tickets)
        page.lines.emplace_back(lines[order], index);
      page.next = next;
    }
    done(outcome, std::move(page));
  });
}

void bookings_projection::offers(domain::event_id event, const std::optional<domain::ticket_number>& after,
                                 std::size_t limit, std::function<void(read_outcome, views::offer_page)> done) const {
  views::offer_page page;
  layout_store::ref layout;
  {
    const std::shared_lock lock{mutex_};
    const auto slot = store_->find_event(event);
    // One more than is shown says whether there are more.
    auto found = store_->tickets().offers(event, after, slot ? limit + 1 : 0);
    page.more = found.size() > limit;
    found.resize(std::min(found.size(), limit));
    page.seq = slot ? store_->seq_of(*slot) : 0;
    for (const auto& [ticket, its] : found) {
      auto order = store_->find(*slot, ticket.order);
      if (!order)
        continue;
      layout = order->layout;
      page.lines.push_back({std::make_shared<const booking_line>(std::move(order->line)), ticket.index, its.price,
                            static_cast<bool>(its.held_by)});
    }
  }
  if (page.lines.empty()) {
    done(read_outcome::ok, std::move(page));
    return;
  }
  // One event, one layout.
  layouts_->get(layout,
                [layout, page = std::move(page), done = std::move(done)](layout_store::seats_ptr seats) mutable {
                  if (!seats) {
                    done(layout_store::why_not(layout), {});
                    return;
                  }
                  for (auto& one : page.lines) {
                    auto line = *one.order;
                    line.seats = seats;
                    one.order = std::make_shared<const booking_line>(std::move(line));
                  }
                  done(read_outcome::ok, std::move(page));
                });
}

auto bookings_projection::revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
    -> views::revocation_page {
  views::revocation_page page;
  const std::shared_lock lock{mutex_};
  page.lines = store_->tickets().revocations(event, since, limit + 1);
  page.more = page.lines.size() > limit;
  if (page.more) {
    page.lines.pop_back();
    page.seq = page.lines.back().seq;
  } else if (const auto slot = store_->find_event(event)) {
    page.seq = store_->seq_of(*slot);
  }
  return page;
}

} // namespace holdfast::projections
