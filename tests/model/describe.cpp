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
  if (what.sale_opens_at) {
    text += " opens " + (*what.sale_opens_at ? describe(**what.sale_opens_at) : "at once");
  }
  if (what.sale_closes_at) {
    text += " closes " + (*what.sale_closes_at ? describe(**what.sale_closes_at) : "never");
  }
  if (what.max_per_order) {
    text += " max_per_order " + number(*what.max_per_order);
  }
  if (what.max_per_buyer) {
    text += " max_per_buyer " + number(*what.max_per_buyer);
  }
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
                      : " without a payment");
  }
  auto operator()(const end_due_holds&) const -> std::string { return "ends due holds"; }

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
    return text + " until " + describe(f.expires_at) + " cap " + describe(f.cap_at);
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
  template <class Other>
  auto operator()(const Other&) const -> std::string {
    return "a fact of an organisation";
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
                                       "sold_seats_exist",
                                       "sale_not_open",
                                       "hold_expired",
                                       "hold_ended",
                                       "hold_confirmed",
                                       "already_extended",
                                       "payments_not_configured",
                                       "order_limit_exceeded",
                                       "buyer_limit_exceeded",
                                       "holds_exhausted",
                                       "seat_unavailable",
                                       "area_full",
                                       "no_such_seats",
                                       "last_admin_key"};
  const auto index = static_cast<std::size_t>(why);
  return index < names.size() ? names[index] : "reason " + number(index);
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

auto describe(const layout_spec& layout) -> std::string {
  std::string text;
  for (const auto& section : layout.sections) {
    for (const auto& row : section.rows) {
      text += "  row " + section.name + "/" + row.name + " tier " + section.tier + " seats " + number(row.first) +
              ".." + number(std::uint64_t{row.first} + row.count - 1) + " at " + std::to_string(row.origin.x) + "," +
              std::to_string(row.origin.y) + " pitch " + std::to_string(row.pitch) + " angle " +
              std::to_string(row.angle);
      for (const auto& seat : row.attributes) {
        text += " " + number(seat.number) + ":" + number(seat.bits);
      }
      text += "\n";
    }
  }
  for (const auto& area : layout.areas) {
    text += "  area " + area.name + " tier " + area.tier + " capacity " + number(area.capacity) + "\n";
  }
  if (layout.focal) {
    text += "  focal point " + std::to_string(layout.focal->x) + "," + std::to_string(layout.focal->y) + "\n";
  }
  return text;
}

} // namespace holdfast::model
