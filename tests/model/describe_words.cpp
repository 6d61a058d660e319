#include "tests/model/describe.hpp"

#include <array>

namespace holdfast::model {

using domain::layout_spec;
using domain::reason;

auto describe(reason why) -> std::string {
  static constexpr std::array names = {"no reason",
                                       "not_found",
                                       "already_remembered",
                                       "key_reused",
                                       "already_exists",
                                       "invalid",
                                       "version_mismatch",
                                       "layout_frozen",
                                       "wrong_status",
                                       "sale_not_open",
                                       "wrong_access_code",
                                       "hold_expired",
                                       "hold_ended",
                                       "hold_confirmed",
                                       "order_refunded",
                                       "no_such_ticket",
                                       "refund_closed",
                                       "claim_void",
                                       "resale_closed",
                                       "offer_taken",
                                       "ticket_revoked",
                                       "ticket_used",
                                       "not_admitted",
                                       "payment_in_progress",
                                       "already_extended",
                                       "payments_not_configured",
                                       "order_limit_exceeded",
                                       "buyer_limit_exceeded",
                                       "card_limit_exceeded",
                                       "velocity_exceeded",
                                       "waitlist_closed",
                                       "waitlist_full",
                                       "already_waiting",
                                       "places_available",
                                       "holds_exhausted",
                                       "seat_unavailable",
                                       "area_full",
                                       "no_such_seats",
                                       "last_admin_key"};
  const auto index = static_cast<std::size_t>(why);
  return index < names.size() ? names[index] : "reason " + std::to_string(index);
}

auto describe(const layout_spec& layout) -> std::string {
  std::string text;
  for (const auto& section : layout.sections) {
    for (const auto& row : section.rows) {
      text += "  row " + section.name + "/" + row.name + " tier " + section.tier + " seats " +
              std::to_string(row.first) + ".." + std::to_string(std::uint64_t{row.first} + row.count - 1) + " at " +
              std::to_string(row.origin.x) + "," + std::to_string(row.origin.y) + " pitch " +
              std::to_string(row.pitch) + " angle " + std::to_string(row.angle);
      for (const auto& seat : row.attributes) {
        text += " " + std::to_string(seat.number) + ":" + std::to_string(seat.bits);
      }
      text += "\n";
    }
  }
  for (const auto& area : layout.areas) {
    text += "  area " + area.name + " tier " + area.tier + " capacity " + std::to_string(area.capacity) + "\n";
  }
  if (layout.focal) {
    text += "  focal point " + std::to_string(layout.focal->x) + "," + std::to_string(layout.focal->y) + "\n";
  }
  return text;
}

} // namespace holdfast::model
