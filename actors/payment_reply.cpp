#include "actors/payment_reply.hpp"

#include "actors/reply_port.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/rejection.hpp"

#include <memory>
#include <optional>
#include <variant>

namespace holdfast::actors {

namespace {

/// The hold that a checkout's command is about; nothing for other commands.
auto hold_of(const domain::command_body& what) noexcept -> std::optional<domain::hold_number> {
  if (const auto* freeze = std::get_if<domain::freeze_hold>(&what)) {
    return freeze->hold;
  }
  if (const auto* thaw = std::get_if<domain::thaw_hold>(&what)) {
    return thaw->hold;
  }
  if (const auto* paid = std::get_if<domain::confirm_paid>(&what)) {
    return paid->hold;
  }
  if (const auto* unpaid = std::get_if<domain::return_order>(&what)) {
    return unpaid->hold;
  }
  return std::nullopt;
}

} // namespace

auto refusal_of(const domain::rejection& why) noexcept -> domain::event_refusal {
  switch (why.why) {
  case domain::reason::hold_expired: return domain::event_refusal::hold_expired;
  case domain::reason::hold_ended: return domain::event_refusal::hold_ended;
  case domain::reason::hold_confirmed: return domain::event_refusal::hold_confirmed;
  case domain::reason::payment_in_progress: return domain::event_refusal::payment_in_progress;
  case domain::reason::wrong_status: return domain::event_refusal::wrong_status;
  case domain::reason::card_limit_exceeded: return domain::event_refusal::card_limit_exceeded;
  case domain::reason::velocity_exceeded: return domain::event_refusal::velocity_exceeded;
  case domain::reason::ticket_used: return domain::event_refusal::ticket_used;
  case domain::reason::refund_closed: return domain::event_refusal::refund_closed;
  case domain::reason::order_refunded: return domain::event_refusal::order_refunded;
  case domain::reason::no_such_ticket: return domain::event_refusal::no_such_ticket;
  default: return domain::event_refusal::not_found;
  }
}

void tell_checkout(answer& what, const domain::event_state& after, const domain::command& asked,
                   const domain::rejection* refused) {
  const auto hold = hold_of(asked.body);
  if (!hold) {
    return;
  }
  auto reply = std::make_shared<payment_reply>();
  if (refused != nullptr) {
    reply->refused = refusal_of(*refused);
  } else if (const auto* booking = after.find(*hold)) {
    reply->amount = booking->total();
    reply->currency = after.config().currency;
    reply->pinned_until = booking->expires_at;
    if (const auto on_failure = after.config().risk_on_failure; on_failure != domain::risk_verdict::none) {
      reply->risk = {on_failure, static_cast<std::uint32_t>(booking->places()),
                     static_cast<std::uint32_t>(after.places_of(booking->by))};
    }
    if (const auto& from = booking->bought_from) {
      reply->bought_from = resale_reply{from->seller, from->ticket, from->kept};
    }
  }
  what.payment = std::move(reply);
}

} // namespace holdfast::actors
