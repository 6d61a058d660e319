#include "projections/views_impl.hpp"
#include "projections/views_parts.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

/// What is read of the bookings.
namespace holdfast::projections {

void views_impl::booking(domain::event_id event, domain::hold_number number, std::uint64_t min_seq,
                         std::function<void(read_outcome, std::shared_ptr<const booking_line>)> done) noexcept {
  parts_->bookings.shown()->read(event, number, min_seq, parts_->bookings_complete(), std::move(done));
}

void views_impl::waiting(domain::event_id event, const domain::subject_id& who, std::uint64_t min_seq,
                         std::function<void(read_outcome, std::shared_ptr<const waitlist_line>)> done) noexcept {
  parts_->bookings.shown()->waiting(event, who, min_seq, parts_->bookings_complete(), std::move(done));
}

void views_impl::waitlist(domain::event_id event, std::uint64_t min_seq,
                          std::function<void(read_outcome, std::shared_ptr<const waitlist_summary>)> done) noexcept {
  parts_->bookings.shown()->waitlist(event, min_seq, parts_->bookings_complete(), std::move(done));
}

void views_impl::orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                           std::function<void(read_outcome, order_page)> done) noexcept {
  if (parts_->bookings_complete())
    parts_->bookings.shown()->orders_of(who, before, limit, std::move(done));
  else
    done(read_outcome::behind, {});
}

void views_impl::tickets_of(const domain::owner& who, const std::optional<ticket_place>& from, std::size_t limit,
                            std::function<void(read_outcome, ticket_page)> done) noexcept {
  if (parts_->bookings_complete())
    parts_->bookings.shown()->tickets_of(who, from, limit, std::move(done));
  else
    done(read_outcome::behind, {});
}

void views_impl::offers(domain::event_id event, const std::optional<domain::ticket_number>& after, std::size_t limit,
                        std::function<void(read_outcome, offer_page)> done) noexcept {
  if (parts_->bookings_complete())
    parts_->bookings.shown()->offers(event, after, limit, std::move(done));
  else
    done(read_outcome::behind, {});
}

auto views_impl::revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
    -> std::optional<revocation_page> {
  return parts_->bookings_complete() ? std::optional{parts_->bookings.shown()->revocations(event, since, limit)}
                                     : std::nullopt;
}

} // namespace holdfast::projections
