#include "tests/model/describe.hpp"

#include "tests/model/test_case.hpp"

#include <array>
#include <span>

namespace holdfast::model {
namespace {

using namespace domain;

auto number(std::uint64_t value) -> std::string {
  return std::to_string(value);
}

auto seat_name(seat_index seat, const layout* seats) -> std::string {
  return seats != nullptr && seat < seats->seat_count() ? seats->label(seat) : "#" + number(seat);
}

auto numbers(const char* before, const std::vector<std::uint32_t>& list) -> std::string {
  std::string text;
  for (const auto one : list) {
    text += before + number(one);
  }
  return text;
}

auto seat_names(std::span<const seat_index> list, const layout* seats) -> std::string {
  std::string text = "[";
  for (const auto seat : list) {
    text += (text.size() == 1 ? "" : " ") + seat_name(seat, seats);
  }
  return text + "]";
}

auto name(const caller& by) -> std::string {
  switch (by.as) {
  case caller::kind::system: return "system";
  case caller::kind::buyer: return "buyer " + number(by.subject.low);
  case caller::kind::box_office:
    return "box office " + number(by.organisation.value()) + " key " + number(by.key.value());
  case caller::kind::organiser: return "organiser " + number(by.organisation.value());
  }
  return "nobody";
}

auto name(const owner& by) -> std::string {
  return by.organisation ? "box office " + number(by.organisation.value()) : "buyer " + number(by.subject.low);
}

auto name(const ticket_number& which) -> std::string {
  return "ticket " + number(which.order.value()) + "/" + number(which.index);
}

auto expected(const std::optional<std::uint64_t>& version) -> std::string {
  return version ? " if version " + number(*version) : "";
}

auto amendment(const event_amendment& what) -> std::string {
  std::string text;
  const auto add = [&](const char* field, bool present) { text += present ? std::string(" ") + field : ""; };
  add("name", what.name.has_value());
  add("slug", what.slug.has_value());
  add("venue", what.venue.has_value());
  add("currency", what.currency.has_value());
  add("starts_at", what.starts_at.has_value());
  add("hold_time", what.hold_time.has_value());
  add("hold_extension", what.hold_extension.has_value());
  add("hold_cap", what.hold_cap.has_value());
  if (what.tiers) {
    text += " tiers";
    for (const auto& tier : *what.tiers) {
      text += " " + tier.id + "=" + std::to_string(tier.price);
    }
  }
  if (what.phases) {
    text += " " + std::to_string(what.phases->size()) + " phases";
  }
  if (what.price_rules) {
    text += " " + std::to_string(what.price_rules->size()) + " price rules";
  }
  if (what.sale_opens_at) {
    text += " opens " + (*what.sale_opens_at ? describe(**what.sale_opens_at) : "at once");
  }
  if (what.refunds_until) {
    text += " refunds until " + (*what.refunds_until ? describe(**what.refunds_until) : "never");
  }
  if (what.sale_closes_at) {
    text += " closes " + (*what.sale_closes_at ? describe(**what.sale_closes_at) : "never");
  }
  text += what.max_per_order ? " max_per_order " + number(*what.max_per_order) : "";
  text += what.max_per_card ? " max_per_card " + number(*what.max_per_card) : "";
  text += what.resale_max_percent ? " resale_max_percent " + number(*what.resale_max_percent) : "";
  add("velocity", what.velocity.has_value());
  add("returns_to_allocation", what.returns_to_allocation.has_value());
  add("risk_on_failure", what.risk_on_failure.has_value());
  add("tax", what.tax.has_value());
  text += what.max_per_buyer ? " max_per_buyer " + number(*what.max_per_buyer) : "";
  return text;
}

auto hold_text(const hold_seats& what, const layout* seats) -> std::string {
  std::string text = "holds";
  if (!what.seats.empty()) {
    text += " " + seat_names(what.seats, seats);
  }
  if (what.best) {
    text += " best " + number(what.best->quantity) + (what.best->adjacent ? " adjacent" : " anywhere") +
            ", accessible " + number(what.best->accessible);
    for (const auto tier : what.best->tiers) {
      text += ", tier " + number(tier);
    }
    for (const auto section : what.best->sections) {
      text += ", section " + number(section);
    }
  }
  for (const auto& area : what.areas) {
    text += " area " + number(area.area) + " x" + number(area.quantity);
  }
  text += what.allocation ? " of allocation " + number(what.allocation->value()) : "";
  text += what.access_code ? " by code " + number(what.access_code->front()) : "";
  return text;
}

auto parts(allocation_number from, const std::vector<area_quantity>& areas) -> std::string {
  std::string text = from ? " from allocation " + number(from.value()) : "";
  for (const auto& area : areas) {
    text += " area " + number(area.area) + " now " + number(area.quantity);
  }
  return text;
}

auto choices_text(const std::vector<waitlist_choice>& choices) -> std::string {
  std::string text;
  for (const auto& one : choices) {
    text += (text.empty() ? "" : ", or") + numbers(" ", one.groups) + (one.groups.empty() ? "" : " together");
    text += one.accessible == 0 ? "" : ", accessible " + number(one.accessible);
    for (const auto tier : one.tiers) {
      text += ", tier " + number(tier);
    }
    for (const auto& part : one.areas) {
      text += " area " + number(part.area) + " x" + number(part.quantity);
    }
    text += " up to " + std::to_string(one.each_max);
  }
  return text;
}

struct body_text {
  const layout* seats;

  auto operator()(const create_event& c) const -> std::string {
    return "creates the event for organisation " + number(c.organisation.value());
  }
  auto operator()(const amend_event& c) const -> std::string {
    return "amends" + amendment(c.changes) + expected(c.expected_version);
  }
  auto operator()(const replace_layout& c) const -> std::string {
    return "replaces the layout" + expected(c.expected_version);
  }
  auto operator()(const publish_event& c) const -> std::string { return "publishes" + expected(c.expected_version); }
  auto operator()(const pause_event& c) const -> std::string { return "pauses" + expected(c.expected_version); }
  auto operator()(const resume_event& c) const -> std::string { return "resumes" + expected(c.expected_version); }
  auto operator()(const close_event& c) const -> std::string { return "closes" + expected(c.expected_version); }
  auto operator()(const cancel_event& c) const -> std::string { return "cancels" + expected(c.expected_version); }
  auto operator()(const hold_seats& c) const -> std::string { return hold_text(c, seats); }
  auto operator()(const extend_hold& c) const -> std::string { return "extends hold " + number(c.hold.value()); }
  auto operator()(const release_hold& c) const -> std::string { return "releases hold " + number(c.hold.value()); }
  auto operator()(const confirm_hold& c) const -> std::string {
    return "confirms hold " + number(c.hold.value()) +
           (c.payment ? " paid by method " + number(static_cast<std::uint64_t>(c.payment->by)) + " '" +
                            c.payment->reference + "' '" + c.payment->reason + "'"
                      : " without a payment") +
           (c.attendees != 0 ? ", naming " + number(c.attendees) : "");
  }
  auto operator()(const freeze_hold& c) const -> std::string {
    return "freezes hold " + number(c.hold.value()) + " for payment " + number(c.payment.value()) +
           (c.attendees != 0 ? ", naming " + number(c.attendees) : "");
  }
  auto operator()(const thaw_hold& c) const -> std::string {
    return "thaws hold " + number(c.hold.value()) + " of payment " + number(c.payment.value());
  }
  auto operator()(const confirm_paid& c) const -> std::string {
    return "confirms hold " + number(c.hold.value()) + " paid by payment " + number(c.payment.value()) + " of card " +
           number(c.card);
  }
  auto operator()(const return_order& c) const -> std::string {
    return "takes back order " + number(c.hold.value()) + " of payment " + number(c.payment.value()) + " for reason " +
           number(static_cast<std::uint64_t>(c.why)) + numbers(" ticket ", c.tickets);
  }
  auto operator()(const take_back_order& c) const -> std::string {
    return "takes back order " + number(c.hold.value()) + numbers(" ticket ", c.tickets);
  }
  auto operator()(const end_due_holds&) const -> std::string { return "ends due holds"; }
  auto operator()(const allocate_seats& c) const -> std::string {
    std::string text = "sets apart, kind " + number(static_cast<std::uint64_t>(c.kind)) + " '" + c.name + "' '" +
                       c.reason + "'" + (c.code ? " code " + number(c.code->front()) : "") + " " +
                       seat_names(c.seats, seats);
    for (const auto& area : c.areas) {
      text += " area " + number(area.area) + " x" + number(area.quantity);
    }
    return text;
  }
  auto operator()(const change_allocation& c) const -> std::string {
    return "changes allocation " + number(c.allocation.value()) + " by " + seat_names(c.add, seats) + " less " +
           seat_names(c.remove, seats) + parts(c.from, c.areas);
  }
  auto operator()(const release_allocation& c) const -> std::string {
    return "releases allocation " + number(c.allocation.value());
  }

  auto operator()(const claim_ticket& c) const -> std::string {
    return "claims " + name(c.ticket) + " of serial " + number(c.serial) + " before " + describe(c.offered_until);
  }
  auto operator()(const reissue_ticket& c) const -> std::string { return "re-issues " + name(c.ticket); }
  auto operator()(const admit_ticket& c) const -> std::string {
    return "admits " + name(c.ticket) + " of serial " + number(c.serial) + " at '" + c.gate + "' by scan " +
           number(c.nonce) + (c.at ? " of " + describe(*c.at) : "");
  }
  auto operator()(const undo_admission& c) const -> std::string {
    return "undoes scan " + number(c.nonce) + " of " + name(c.ticket);
  }

  auto operator()(const offer_ticket& c) const -> std::string {
    return "offers " + name(c.ticket) + " for " + std::to_string(c.price);
  }
  auto operator()(const withdraw_offer& c) const -> std::string { return "withdraws the offer of " + name(c.ticket); }
  auto operator()(const hold_resale& c) const -> std::string { return "holds the offered " + name(c.ticket); }

  auto operator()(const join_waitlist& c) const -> std::string {
    return "waits for " + choices_text(c.choices) + (c.rank ? " at rank " + number(*c.rank) : "");
  }
  auto operator()(const leave_waitlist&) const -> std::string { return "waits no more"; }
  auto operator()(const match_waitlist&) const -> std::string { return "offers what is available"; }

  auto operator()(const event_created&) const -> std::string { return "event_created"; }
  auto operator()(const event_amended&) const -> std::string { return "event_amended"; }
  auto operator()(const layout_replaced&) const -> std::string { return "layout_replaced"; }
  auto operator()(const event_published&) const -> std::string { return "event_published"; }
  auto operator()(const event_paused&) const -> std::string { return "event_paused"; }
  auto operator()(const event_resumed&) const -> std::string { return "event_resumed"; }
  auto operator()(const event_closed&) const -> std::string { return "event_closed"; }
  auto operator()(const event_cancelled&) const -> std::string { return "event_cancelled"; }
  auto operator()(const hold_created& f) const -> std::string {
    std::string text =
        "hold_created " + number(f.hold.value()) + " by " + name(f.by) + " " + seat_names(f.seats, seats);
    for (const auto& area : f.areas) {
      text += " area " + number(area.area) + " x" + number(area.quantity) + " at " + std::to_string(area.price);
    }
    for (const auto price : f.prices) {
      text += " " + std::to_string(price);
    }
    text += f.allocation ? " of allocation " + number(f.allocation.value()) : "";
    text += f.phase.empty() ? "" : " by presale " + f.phase;
    text += f.waitlist ? " offered to " + number(f.waitlist.value()) + " of the waitlist" : "";
    return text + " until " + describe(f.expires_at) + " cap " + describe(f.cap_at);
  }
  auto operator()(const seats_allocated& f) const -> std::string {
    return "seats_allocated " + number(f.what.number.value()) + " " + seat_names(f.seats, seats);
  }
  auto operator()(const allocation_changed& f) const -> std::string {
    return "allocation_changed " + number(f.allocation.value()) + " by " + seat_names(f.added, seats) + " less " +
           seat_names(f.removed, seats) + parts(f.from, f.areas);
  }
  auto operator()(const allocation_released& f) const -> std::string {
    return "allocation_released " + number(f.allocation.value());
  }
  auto operator()(const hold_extended& f) const -> std::string {
    return "hold_extended " + number(f.hold.value()) + " until " + describe(f.expires_at);
  }
  auto operator()(const hold_released& f) const -> std::string {
    return "hold_released " + number(f.hold.value()) + " by key " + number(f.by.value());
  }
  auto operator()(const hold_expired& f) const -> std::string { return "hold_expired " + number(f.hold.value()); }
  auto operator()(const order_confirmed& f) const -> std::string {
    return "order_confirmed " + number(f.hold.value()) + " total " + std::to_string(f.total) + " by key " +
           number(f.confirmed_by.value());
  }
  auto operator()(const hold_frozen& f) const -> std::string {
    return "hold_frozen " + number(f.hold.value()) + " for payment " + number(f.payment.value()) + " until " +
           describe(f.until);
  }
  auto operator()(const hold_thawed& f) const -> std::string {
    return "hold_thawed " + number(f.hold.value()) + " of payment " + number(f.payment.value()) + " until " +
           describe(f.expires_at);
  }
  auto operator()(const order_returned& f) const -> std::string {
    return "order_returned " + number(f.hold.value()) + " for reason " + number(static_cast<std::uint64_t>(f.why)) +
           numbers(" ticket ", f.tickets) + (f.goes_on ? ", and it goes on" : "") + ", total " +
           std::to_string(f.total);
  }
  static auto scan_of(const auto& f) -> std::string {
    return name(f.ticket) + " scan " + number(f.nonce) + " by key " + number(f.by.value());
  }
  auto operator()(const ticket_transferred& f) const -> std::string {
    return "ticket_transferred " + name(f.ticket) + " serial " + number(f.serial) + " from " + name(f.from) + " to " +
           name(f.to) + " by key " + number(f.by.value());
  }
  auto operator()(const ticket_admitted& f) const -> std::string {
    return "ticket_admitted " + scan_of(f) + " serial " + number(f.serial) + " at '" + f.gate + "', " + describe(f.at);
  }
  auto operator()(const scan_turned_away& f) const -> std::string { return "scan_turned_away " + scan_of(f); }
  auto operator()(const admission_undone& f) const -> std::string { return "admission_undone " + scan_of(f); }
  auto operator()(const ticket_offered& f) const -> std::string {
    return "ticket_offered " + name(f.ticket) + " serial " + number(f.serial) + " for " + std::to_string(f.price) +
           " by " + name(f.by);
  }
  auto operator()(const offer_withdrawn& f) const -> std::string { return "offer_withdrawn " + name(f.ticket); }
  auto operator()(const resale_held& f) const -> std::string {
    return "resale_held " + number(f.hold.value()) + " of " + name(f.ticket) + " for " + std::to_string(f.price) +
           " by " + name(f.by) + " until " + describe(f.expires_at) + " cap " + describe(f.cap_at);
  }
  auto operator()(const ticket_resold& f) const -> std::string {
    return "ticket_resold " + name(f.ticket) + " to hold " + number(f.hold.value()) + " for " + std::to_string(f.price);
  }
  auto operator()(const waitlist_joined& f) const -> std::string {
    return "waitlist_joined " + number(f.order.value()) + " by buyer " + number(f.who.low) + " at rank " +
           number(f.rank) + " for " + choices_text(f.choices);
  }
  auto operator()(const waitlist_left& f) const -> std::string { return "waitlist_left " + number(f.order.value()); }
  template <class Other>
  auto operator()(const Other&) const -> std::string {
    return "a fact of another stream";
  }
};

} // namespace

auto describe(instant when) -> std::string {
  const auto since = when - epoch;
  return (since.count < 0 ? "" : "+") + std::to_string(since.count) + "ms";
}

auto describe(const command& what, const layout* seats) -> std::string {
  auto text = name(what.by) + " " + std::visit(body_text{seats}, what.body);
  if (what.id.key != 0) {
    text += " (key " + number(what.id.key % 100'000) + ", request " + number(what.id.request % 100'000) + ")";
  }
  return text;
}

auto describe(const fact& what, const layout* seats) -> std::string {
  return std::visit(body_text{seats}, what.body);
}

auto describe(const rejection& what, const layout* seats) -> std::string {
  auto text = describe(what.why);
  for (const auto& conflict : what.conflicts) {
    text += " conflict " + seat_name(conflict.seat, seats) + "=" + number(static_cast<std::uint64_t>(conflict.status));
  }
  for (const auto& conflict : what.area_conflicts) {
    text += " area " + number(conflict.area) + " has " + number(conflict.available);
  }
  for (const auto& offer : what.alternatives) {
    text += " or " + seat_names(offer.seats, seats);
  }
  for (const auto& fault : what.faults) {
    text += " " + fault.pointer + ": " + fault.message + ";";
  }
  if (what.limit != 0 || what.current != 0) {
    text += " limit " + number(what.limit) + " current " + number(what.current);
  }
  return text;
}

} // namespace holdfast::model
