#include "projections/bookings_projection.hpp"

#include <mutex>
#include <utility>

namespace holdfast::projections {

void bookings_projection::when_at(domain::event_id event, std::uint64_t min_seq, bool complete,
                                  std::function<void(read_outcome)> then) {
  // No booking has number 0: it is read for the event to be at that seq.
  read(event, {}, min_seq, complete,
       [then = std::move(then)](read_outcome outcome, const std::shared_ptr<const booking_line>&) {
         then(outcome == read_outcome::not_found ? read_outcome::ok : outcome);
       });
}

void bookings_projection::waiting(domain::event_id event, const domain::subject_id& who, std::uint64_t min_seq,
                                  bool complete, waiting_done done) {
  when_at(event, min_seq, complete, [weak = weak_from_this(), event, who, done = std::move(done)](read_outcome is) {
    const auto self = weak.lock();
    if (is == read_outcome::ok && self)
      self->tell_waiting(event, who, done);
    else
      done(self ? is : read_outcome::overloaded, nullptr);
  });
}

void bookings_projection::waitlist(domain::event_id event, std::uint64_t min_seq, bool complete, waitlist_done done) {
  when_at(event, min_seq, complete, [weak = weak_from_this(), event, done = std::move(done)](read_outcome is) {
    const auto self = weak.lock();
    if (is == read_outcome::ok && self)
      self->tell_waitlist(event, done);
    else
      done(self ? is : read_outcome::overloaded, nullptr);
  });
}

void bookings_projection::tell_waiting(domain::event_id event, const domain::subject_id& who,
                                       const waiting_done& done) const {
  std::optional<waitlist_line> line;
  std::optional<found_booking> offer;
  layout_store::ref layout;
  {
    const std::shared_lock lock{mutex_};
    const auto slot = store_->find_event(event);
    line = slot ? store_->waitlists().find(event, who) : std::nullopt;
    if (line) {
      const auto its = store_->row_of(*slot);
      layout = its.layout;
      line->currency = its.currency;
      line->seq = its.seq;
      if (line->status == waitlist_status::offered)
        offer = store_->find(*slot, line->hold);
    }
  }
  if (!line) {
    done(read_outcome::not_found, nullptr);
    return;
  }
  layouts_->get(layout, [layout, line = std::move(*line), offer = std::move(offer),
                         done](const layout_store::seats_ptr& seats) mutable {
    if (!seats) {
      done(layout_store::why_not(layout), nullptr);
      return;
    }
    if (offer) {
      offer->line.seats = seats;
      line.offer = std::make_shared<const booking_line>(std::move(offer->line));
    }
    line.seats = seats;
    done(read_outcome::ok, std::make_shared<const waitlist_line>(std::move(line)));
  });
}

void bookings_projection::tell_waitlist(domain::event_id event, const waitlist_done& done) const {
  layout_store::ref layout;
  {
    const std::shared_lock lock{mutex_};
    if (const auto slot = store_->find_event(event))
      layout = store_->row_of(*slot).layout;
  }
  if (!layout) {
    done(read_outcome::not_found, nullptr);
    return;
  }
  // The layout stays what it is once there is anything on the waitlist.
  layouts_->get(layout, [weak = weak_from_this(), event, layout, done](const layout_store::seats_ptr& seats) {
    const auto self = weak.lock();
    if (!seats || !self) {
      done(seats ? read_outcome::overloaded : layout_store::why_not(layout), nullptr);
      return;
    }
    auto made = std::make_shared<waitlist_summary>();
    {
      const std::shared_lock lock{self->mutex_};
      *made = self->store_->waitlists().summary(event, *seats);
      const auto slot = self->store_->find_event(event);
      made->seq = slot ? self->store_->seq_of(*slot) : 0;
    }
    made->seats = seats;
    done(read_outcome::ok, std::move(made));
  });
}

} // namespace holdfast::projections
