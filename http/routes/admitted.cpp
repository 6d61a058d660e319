#include "http/routes/admitted.hpp"

#include "http/queue_tokens.hpp"

namespace holdfast::http::routes {

namespace {

/// The place of what `read` makes of a header; zero for what was not made for this buyer and event.
template <class Read>
auto own_place_in(const exchange& of, const context& in, domain::event_id event, header_id where, Read read)
    -> domain::queue::place_number {
  const auto token = of.header(where);
  if (!token || token->size() > queue_token_bytes_max) {
    return {};
  }
  const auto shown = read(*in.credentials.ring(), *token);
  const bool is_theirs = shown && shown->event == event && shown->who == of.who().subject;
  return is_theirs ? shown->place : domain::queue::place_number{};
}

} // namespace

auto admitted_place(const exchange& of, const context& in, domain::event_id event) -> domain::queue::place_number {
  return own_place_in(of, in, event, header_id::admission_token, read_admission);
}

auto queued_place(const exchange& of, const context& in, domain::event_id event) -> domain::queue::place_number {
  return own_place_in(of, in, event, header_id::queue_ticket, read_queue_ticket);
}

} // namespace holdfast::http::routes
