#include "notifications/notice.hpp"

#include <array>
#include <utility>
#include <variant>

namespace holdfast::notifications {

namespace {

constexpr std::array<std::pair<notice_kind, std::string_view>, 6> types{
    {{notice_kind::order_confirmed, "order.confirmed"},
     {notice_kind::order_refunded, "order.refunded"},
     {notice_kind::event_cancelled, "event.cancelled"},
     {notice_kind::tickets_refunded, "order.partially_refunded"},
     {notice_kind::ticket_transferred, "ticket.transferred"},
     {notice_kind::waitlist_offered, "waitlist.offered"}}};

auto about(notice_kind kind, domain::hold_number order) -> notice {
  notice made;
  made.kind = kind;
  made.order = order;
  return made;
}

} // namespace

auto notice_of(const domain::fact_body& what) -> std::optional<notice> {
  if (const auto* sold = std::get_if<domain::order_confirmed>(&what)) {
    return about(notice_kind::order_confirmed, sold->hold);
  }
  if (const auto* back = std::get_if<domain::order_returned>(&what)) {
    // An order that its payment did not carry was never told of as more than pending, and is no refund.
    if (back->why == domain::return_cause::uncaptured) {
      return std::nullopt;
    }
    auto told = about(back->goes_on ? notice_kind::tickets_refunded : notice_kind::order_refunded, back->hold);
    told.amount = back->total;
    return told;
  }
  if (const auto* resold = std::get_if<domain::ticket_resold>(&what)) {
    // Its seller has the buyer's price back; the buyer is told of an order.
    auto told =
        about(resold->goes_on ? notice_kind::tickets_refunded : notice_kind::order_refunded, resold->ticket.order);
    told.amount = resold->price;
    told.resold = resold->place;
    return told;
  }
  if (const auto* handed = std::get_if<domain::ticket_transferred>(&what)) {
    // A code that is made anew stays with whom it was.
    if (handed->from == handed->to) {
      return std::nullopt;
    }
    auto told = about(notice_kind::ticket_transferred, handed->ticket.order);
    told.ticket = handed->ticket.index;
    return told;
  }
  if (const auto* held = std::get_if<domain::hold_created>(&what)) {
    // What somebody asked for they know of.
    if (!held->waitlist) {
      return std::nullopt;
    }
    auto told = about(notice_kind::waitlist_offered, held->hold);
    told.offer = waitlist_offer{held->waitlist, held->seats.size(), held->expires_at};
    for (const auto& part : held->areas) {
      told.offer->places += part.quantity;
    }
    return told;
  }
  if (std::holds_alternative<domain::event_cancelled>(what)) {
    return about(notice_kind::event_cancelled, {});
  }
  return std::nullopt;
}

auto all_kinds() -> std::vector<notice_kind> {
  std::vector<notice_kind> all;
  for (const auto& [kind, type] : types) {
    all.push_back(kind);
  }
  return all;
}

auto type_of(notice_kind kind) noexcept -> std::string_view {
  for (const auto& [each, type] : types) {
    if (each == kind) {
      return type;
    }
  }
  return "unknown";
}

auto kind_of(std::string_view type) noexcept -> std::optional<notice_kind> {
  for (const auto& [kind, each] : types) {
    if (each == type) {
      return kind;
    }
  }
  return std::nullopt;
}

} // namespace holdfast::notifications
