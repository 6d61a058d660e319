#include "http/fact_json.hpp"

#include "http/booking_json.hpp"
#include "http/event_json.hpp"
#include "http/organisation_json.hpp"
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
    if (fact.by.organisation) {
      out_.member("owner", std::string_view{id_text(fact.by.organisation)});
    } else {
      out_.member("owner", std::string_view{id_text(fact.by.subject)});
    }
    key("sold_by", fact.sold_by);
    out_.key("seats").begin_array();
    for (std::size_t i = 0; i < fact.seats.size(); ++i) {
      out_.begin_object();
      seat(fact.seats[i]);
      out_.member("price", fact.prices[i]).end_object();
    }
    out_.end_array().key("areas").begin_array();
    for (const auto& area : fact.areas) {
      out_.begin_object();
      if (seats_ != nullptr) {
        out_.member("area", std::string_view{seats_->spec().areas[area.area].name});
      } else {
        out_.member("area_index", area.area);
      }
      out_.member("quantity", area.quantity).member("price", area.price).end_object();
    }
    out_.end_array().key("expires_at").time(fact.expires_at.unix_ms);
    out_.key("cap_at").time(fact.cap_at.unix_ms);
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
  }

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

 private:
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
