#include "http/fact_json.hpp"

#include "http/booking_json.hpp"
#include "http/event_json.hpp"
#include "http/organisation_json.hpp"
#include "http/queue_fact_json.hpp"
#include "http/waitlist_fact_json.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/layout_json.hpp"

#include <string>
#include <variant>

namespace holdfast::http {

namespace {

template <class Id>
auto id_text(const Id& id) -> std::string {
  std::string text;
  domain::public_ids::append(text, id);
  return text;
}

/// One writer a fact; overload resolution picks it.
class fact_writer {
 public:
  fact_writer(json_writer& out, const domain::public_ids& ids, domain::event_id event, const domain::layout* seats)
      : out_{out}, ids_{ids}, event_{event}, seats_{seats} {}

  void operator()(const domain::event_created& fact) {
    out_.member("event_id", std::string_view{id_text(fact.event)})
        .member("organisation_id", std::string_view{id_text(fact.organisation)});
    write_event_config(out_, fact.config);
    layout(fact.seats);
  }
  void operator()(const domain::event_amended& fact) { write_event_config(out_, fact.config); }
  void operator()(const domain::layout_replaced& fact) { layout(fact.seats); }
  void operator()(const domain::event_published&) {}
  void operator()(const domain::event_paused&) {}
  void operator()(const domain::event_resumed&) {}
  void operator()(const domain::event_closed&) {}
  void operator()(const domain::event_cancelled&) {}

  void operator()(const domain::hold_created& fact) {
    hold(fact.hold);
    owner("owner", fact.by);
    key("sold_by", fact.sold_by);
    out_.key("seats").begin_array();
    for (std::size_t i = 0; i < fact.seats.size(); ++i) {
      out_.begin_object();
      seat(fact.seats[i]);
      out_.member("price", fact.prices[i]).member("fee", fact.fees.empty() ? 0 : fact.fees[i]).end_object();
    }
    out_.end_array().key("areas").begin_array();
    for (const auto& area : fact.areas) {
      out_.begin_object();
      name(area.area);
      out_.member("quantity", area.quantity).member("price", area.price).member("fee", area.fee).end_object();
    }
    out_.end_array().key("expires_at").time(fact.expires_at.unix_ms);
    out_.key("cap_at").time(fact.cap_at.unix_ms);
    if (fact.allocation) {
      allocation(fact.allocation);
    }
    if (!fact.phase.empty()) {
      out_.member("phase", std::string_view{fact.phase});
    }
    if (fact.waitlist) {
      out_.member("waitlist", fact.waitlist.value());
    }
    tax(fact.tax);
  }
  void operator()(const domain::hold_extended& fact) {
    hold(fact.hold);
    out_.key("expires_at").time(fact.expires_at.unix_ms);
  }
  void operator()(const domain::hold_released& fact) {
    hold(fact.hold);
    key("by", fact.by);
  }
  void operator()(const domain::hold_expired& fact) { hold(fact.hold); }
  void operator()(const domain::hold_frozen& fact) {
    hold(fact.hold);
    payment(fact.payment);
    out_.key("until").time(fact.until.unix_ms);
  }
  void operator()(const domain::hold_thawed& fact) {
    hold(fact.hold);
    payment(fact.payment);
    out_.key("expires_at").time(fact.expires_at.unix_ms);
    out_.member("why", turn_text(fact.why));
  }
  void operator()(const domain::order_returned& fact) {
    hold(fact.hold);
    out_.member("why", cause_text(fact.why));
    key("by", fact.by);
    tickets(fact.hold, fact.tickets);
    seats("seats", fact.seats);
    out_.member("total", fact.total).member("tax", fact.tax).member("order_goes_on", fact.goes_on);
  }
  void operator()(const domain::order_confirmed& fact) {
    hold(fact.hold);
    std::string order;
    ids_.append_order(order, event_, fact.hold);
    out_.member("order_id", std::string_view{order}).key("payment").begin_object();
    out_.member("method", payment_method_text(fact.payment.by))
        .member("reference", std::string_view{fact.payment.reference})
        .member("reason", std::string_view{fact.payment.reason})
        .end_object();
    key("confirmed_by", fact.confirmed_by);
    out_.member("total", fact.total);
    if (fact.by_payment) {
      payment(fact.by_payment);
    }
  }

  void operator()(const domain::seats_allocated& fact) {
    allocation(fact.what.number);
    out_.member("name", std::string_view{fact.what.name})
        .member("kind", projections::to_text(fact.what.kind))
        .member("reason", std::string_view{fact.what.reason});
    seats("seats", fact.seats);
    areas(fact.what.areas);
    key("by", fact.by);
  }
  void operator()(const domain::allocation_changed& fact) {
    allocation(fact.allocation);
    seats("added", fact.added);
    seats("removed", fact.removed);
    if (fact.from) {
      out_.member("from", std::string_view{projections::allocation_id(fact.from)});
    }
    areas(fact.areas);
    key("by", fact.by);
  }
  void operator()(const domain::allocation_released& fact) {
    allocation(fact.allocation);
    key("by", fact.by);
  }

  void operator()(const domain::waitlist_joined& fact) { write_waitlist_joined(out_, fact, seats_); }
  void operator()(const domain::waitlist_left& fact) { out_.member("waitlist", fact.order.value()); }

  void operator()(const domain::organisation_created& fact) {
    out_.member("organisation_id", std::string_view{id_text(fact.organisation)})
        .member("name", std::string_view{fact.name});
  }
  void operator()(const domain::venue_created& fact) { venue(fact.what); }
  void operator()(const domain::venue_amended& fact) { venue(fact.what); }
  void operator()(const domain::key_created& fact) {
    key("key_id", fact.key);
    out_.member("name", std::string_view{fact.name}).key("scopes").begin_array();
    for (const auto name : scope_names(fact.scopes)) {
      out_.value(name);
    }
    out_.end_array();
  }
  void operator()(const domain::key_revoked& fact) { key("key_id", fact.key); }
  void operator()(const domain::slug_reserved& fact) {
    out_.member("slug", std::string_view{fact.slug}).member("event_id", std::string_view{id_text(fact.event)});
  }

  void operator()(const domain::ticket_transferred& fact) {
    ticket(fact.ticket);
    out_.member("serial", fact.serial);
    owner("from", fact.from);
    owner("to", fact.to);
    key("by", fact.by);
  }
  void operator()(const domain::ticket_admitted& fact) {
    ticket(fact.ticket);
    out_.member("serial", fact.serial).member("gate", std::string_view{fact.gate});
    out_.key("at").time(fact.at.unix_ms);
    key("by", fact.by);
  }
  void operator()(const domain::scan_turned_away& fact) {
    ticket(fact.ticket);
    key("by", fact.by);
  }
  void operator()(const domain::admission_undone& fact) {
    ticket(fact.ticket);
    key("by", fact.by);
  }

  void operator()(const domain::ticket_offered& fact) {
    ticket(fact.ticket);
    out_.member("serial", fact.serial).member("price", fact.price);
    owner("by", fact.by);
  }
  void operator()(const domain::offer_withdrawn& fact) { ticket(fact.ticket); }
  void operator()(const domain::resale_held& fact) {
    hold(fact.hold);
    owner("owner", fact.by);
    ticket(fact.ticket);
    place(fact.place);
    out_.member("price", fact.price);
    out_.key("expires_at").time(fact.expires_at.unix_ms);
    out_.key("cap_at").time(fact.cap_at.unix_ms);
    tax(fact.tax);
  }
  void operator()(const domain::ticket_resold& fact) {
    ticket(fact.ticket);
    hold(fact.hold);
    place(fact.place);
    out_.member("paid", fact.paid()).member("price", fact.price).member("kept", fact.kept());
    payment(fact.payment);
    if (fact.allocation) {
      allocation(fact.allocation);
    }
    out_.member("order_goes_on", fact.goes_on);
  }
  void operator()(const domain::resale_owed& fact) {
    payment(fact.payment);
    out_.member("by_payment", fact.by.value());
    ticket(fact.ticket);
    out_.member("amount", fact.amount).member("kept", fact.kept);
  }

  void operator()(const domain::payment_requested& fact) {
    payment(fact.payment);
    hold(fact.hold);
    out_.member("buyer", std::string_view{id_text(fact.buyer)}).member("method", std::string_view{fact.method});
  }
  void operator()(const domain::payment_intended& fact) {
    payment(fact.payment);
    out_.member("amount", fact.amount).member("currency", fact.currency.text());
    out_.key("pinned_until").time(fact.pinned_until.unix_ms);
    if (fact.seller) {
      out_.member("seller_payment", fact.seller.value());
    }
    if (fact.risk.on_failure != domain::risk_verdict::none) {
      out_.member("risk_on_failure", name_of(fact.risk.on_failure));
    }
  }
  void operator()(const domain::payment_prepared& fact) {
    payment(fact.payment);
    out_.member("gateway_payment", std::string_view{fact.gateway_payment});
  }
  void operator()(const domain::payment_captured& fact) {
    payment(fact.payment);
    out_.member("amount", fact.amount);
  }
  void operator()(const domain::payment_turned& fact) {
    payment(fact.payment);
    out_.member("why", turn_text(fact.why));
    if (!fact.code.empty()) {
      out_.member("code", std::string_view{fact.code});
    }
    key("by", fact.by);
  }
  void operator()(const domain::refund_requested& fact) {
    payment(fact.payment);
    out_.member("cause", cause_text(fact.cause));
    key("by", fact.by);
    out_.key("ticket_numbers").begin_array();
    for (const auto ticket : fact.tickets) {
      out_.value(std::uint64_t{ticket});
    }
    out_.end_array();
  }
  void operator()(const domain::refund_owed& fact) {
    payment(fact.payment);
    out_.member("amount", fact.amount);
  }
  void operator()(const domain::payment_hinted& fact) {
    payment(fact.payment);
    out_.member("hint", std::string_view{fact.hint});
  }
  void operator()(const domain::payment_scored& fact) {
    payment(fact.payment);
    out_.member("verdict", name_of(fact.verdict)).member("by", name_of(fact.by)).member("reason", fact.reason);
  }
  void operator()(const domain::review_closed& fact) {
    payment(fact.payment);
    out_.member("decision", name_of(fact.decision));
    key("by", fact.by);
  }
  /// Of a payment's other facts its number says enough.
  template <class Fact>
  requires requires(const Fact& fact) { fact.payment; }
  void operator()(const Fact& fact) { payment(fact.payment); }
  /// A waiting room's.
  template <class Fact>
  void operator()(const Fact& fact) {
    queue_fact_writer{out_}(fact);
  }

 private:
  void ticket(const domain::ticket_number& number) {
    std::string text;
    ids_.append_ticket(text, event_, number.order, number.index);
    out_.member("ticket_id", std::string_view{text});
  }
  void tax(const std::optional<domain::event_tax>& of) {
    if (of) {
      out_.key("tax").begin_object();
      projections::write_rate(out_, of->name, of->rate);
      out_.end_object();
    }
  }
  void place(const domain::ticket_place& of) {
    if (of.standing) {
      name(static_cast<domain::area_index>(of.index));
    } else {
      seat(of.index);
    }
  }
  void owner(std::string_view name, const domain::owner& who) {
    out_.member(name, std::string_view{who.organisation ? id_text(who.organisation) : id_text(who.subject)});
  }
  void payment(domain::payment_number number) { out_.member("payment", number.value()); }
  void tickets(domain::hold_number order, const std::vector<std::uint32_t>& numbers) {
    if (numbers.empty()) {
      return;
    }
    std::string text;
    out_.key("tickets").begin_array();
    for (const auto ticket : numbers) {
      text.clear();
      ids_.append_ticket(text, event_, order, ticket);
      out_.value(std::string_view{text});
    }
    out_.end_array();
  }
  void hold(domain::hold_number number) {
    std::string text;
    ids_.append_hold(text, event_, number);
    out_.member("hold_id", std::string_view{text});
  }
  void key(std::string_view name, domain::key_id id) {
    if (id) {
      out_.member(name, std::string_view{id_text(id)});
    }
  }
  void allocation(domain::allocation_number number) {
    out_.member("allocation_id", std::string_view{projections::allocation_id(number)});
  }
  void name(domain::area_index area) {
    if (seats_ != nullptr) {
      out_.member("area", std::string_view{seats_->spec().areas[area].name});
    } else {
      out_.member("area_index", area);
    }
  }
  template <class Areas>
  void areas(const Areas& list) {
    out_.key("areas").begin_array();
    for (const auto& one : list) {
      out_.begin_object();
      name(one.area);
      out_.member("quantity", one.quantity).end_object();
    }
    out_.end_array();
  }
  void seats(std::string_view name, const std::vector<domain::seat_index>& list) {
    out_.key(name).begin_array();
    for (const auto one : list) {
      if (seats_ != nullptr) {
        out_.value(std::string_view{seats_->label(one)});
      } else {
        out_.value(one);
      }
    }
    out_.end_array();
  }
  void seat(domain::seat_index index) {
    if (seats_ != nullptr) {
      out_.member("seat", std::string_view{seats_->label(index)});
    } else {
      out_.member("seat_index", index);
    }
  }
  void layout(const std::shared_ptr<const domain::layout>& what) {
    out_.member("seats", what->seat_count()).member("layout_hash", std::string_view{projections::layout_hash(what)});
  }
  void venue(const domain::venue& what) {
    out_.member("venue_id", std::string_view{id_text(what.summary.id)});
    write_place(out_, what.summary);
    layout(what.seats);
  }

  json_writer& out_;
  const domain::public_ids& ids_;
  domain::event_id event_;
  const domain::layout* seats_;
};

} // namespace

void write_fact(json_writer& out, const domain::fact_body& what, const domain::public_ids& ids, domain::event_id event,
                const domain::layout* seats) {
  out.begin_object();
  std::visit(fact_writer{out, ids, event, seats}, what);
  out.end_object();
}

} // namespace holdfast::http
