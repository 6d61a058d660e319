#include "http/order_stories.hpp"

#include "http/booking_json.hpp"
#include "http/order_link.hpp"
#include "http/rfc3339.hpp"
#include "http/ticket_view.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace holdfast::http {

namespace {

using notifications::story;
using outcome = notifications::story_source::outcome;
using nlohmann::json;

auto outcome_of(projections::read_outcome how) -> outcome {
  switch (how) {
  case projections::read_outcome::ok: return outcome::ok;
  case projections::read_outcome::not_found:
  case projections::read_outcome::unreadable: return outcome::unknown;
  case projections::read_outcome::behind:
  case projections::read_outcome::unavailable:
  case projections::read_outcome::overloaded: break;
  }
  return outcome::later;
}

/// The event as its page has it.
auto event_story(const projections::view_body& page) -> story {
  const auto read = json::parse(page.bytes, nullptr, false);
  const auto text = [](const json& of, const char* name) {
    return of.is_object() && of.contains(name) && of.at(name).is_string() ? of.at(name).get<std::string>()
                                                                          : std::string{};
  };
  const auto venue = read.is_object() && read.contains("venue") ? read.at("venue") : json::object();
  story made;
  made.event_id = text(read, "event_id");
  made.event_name = text(read, "name");
  made.venue_name = text(venue, "name");
  made.city = text(venue, "city");
  made.zone = text(venue, "timezone");
  made.starts_at = {parse_rfc3339(text(read, "starts_at")).value_or(0)};
  made.event_cancelled = text(read, "status") == "cancelled";
  return made;
}

/// Where the one ticket is, or was, that a notice is about.
auto place_in(const projections::booking_line& order, const notifications::notice& of) -> std::string {
  std::string text;
  const auto write = [&](bool standing, std::uint32_t index) {
    if (standing) {
      text = order.seats->spec().areas[index].name;
    } else {
      order.seats->append_label(index, text);
    }
  };
  if (of.resold) {
    write(of.resold->standing, of.resold->index);
  } else if (const auto its = of.ticket ? place_of(order, *of.ticket) : std::nullopt) {
    write(!its->seat, its->seat.value_or(its->area));
  }
  return text;
}

void list_tickets(const projections::booking_line& line, bool is_free, story& to) {
  const auto& order = line.what;
  for (std::size_t i = 0; i < order.seats.size(); ++i) {
    story::ticket ticket;
    line.seats->append_label(order.seats[i], ticket.place);
    ticket.price = is_free ? 0 : order.prices[i] + order.fee(i) + order.tax_of_seat(i);
    to.tickets.push_back(std::move(ticket));
  }
  for (const auto& area : order.areas) {
    const story::ticket one{line.seats->spec().areas[area.area].name,
                            is_free ? 0 : area.price + area.fee + order.tax_of(area)};
    to.tickets.insert(to.tickets.end(), area.quantity, one);
  }
}

void replace(std::string& in, std::string_view name, std::string_view with) {
  if (const auto at = in.find(name); at != std::string::npos) {
    in.replace(at, name.size(), with);
  }
}

} // namespace

auto tellers_of(const domain::booking& order, const people::order_ref& ref, const actors::engine_port& engine)
    -> std::vector<people::person> {
  std::vector<people::person> all;
  auto organisation = order.by.organisation;
  if (!organisation) {
    all.push_back(people::person::buyer(order.by.subject));
  }
  if (!organisation && order.confirmed_by) {
    const auto view = engine.directory();
    const auto& keys = view->keys();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.key == order.confirmed_by; });
    organisation = found == keys.end() ? domain::organisation_id{} : found->organisation;
  }
  if (organisation) {
    all.push_back(people::person::of_box_office(organisation, ref));
  }
  return all;
}

order_stories::order_stories(const actors::engine_port& engine, projections::views& views,
                             const authenticator& credentials, const domain::public_ids& ids, order_link_options links)
    : engine_{engine}, views_{views}, credentials_{credentials}, ids_{ids}, links_{std::move(links)} {}

void order_stories::tell(const notifications::notice& of, told then) {
  views_.event_page(of.event, of.seq,
                    [this, of, then = std::move(then)](projections::read_outcome how,
                                                       const std::shared_ptr<const projections::view_body>& page) {
                      if (how != projections::read_outcome::ok) {
                        then(outcome_of(how), nullptr);
                      } else if (of.offer) {
                        tell_offer(of, event_story(*page), then);
                      } else if (notifications::is_about_order(of.kind)) {
                        tell_order(of, event_story(*page), then);
                      } else {
                        then(outcome::ok, std::make_shared<const story>(event_story(*page)));
                      }
                    });
}

void order_stories::tell_order(const notifications::notice& of, story begun, const told& then) {
  views_.booking(of.event, of.order, of.seq,
                 [this, of, begun = std::move(begun),
                  then](projections::read_outcome how, const std::shared_ptr<const projections::booking_line>& line) {
                   const bool is_order = line && line->status == projections::booking_line::kind::confirmed;
                   if (how != projections::read_outcome::ok || !is_order) {
                     then(how == projections::read_outcome::ok ? outcome::unknown : outcome_of(how), nullptr);
                     return;
                   }
                   auto made = begun;
                   fill(*line, made);
                   made.place = place_in(*line, of);
                   then(outcome::ok, std::make_shared<const story>(std::move(made)));
                 });
}

void order_stories::fill(const projections::booking_line& line, story& to) const {
  const auto& order = line.what;
  ids_.append_order(to.order_id, line.event, order.number);
  json_writer out{to.order_json};
  write_order(out, order,
              {.ids = ids_, .seats = *line.seats, .event = line.event, .currency = line.currency, .seq = line.seq});
  const people::order_ref ref{line.event, order.number};
  to.order_link = link_to(to.order_id, ref);
  to.tellers = tellers_of(order, ref, engine_);
  to.total = order.paid + order.refunded;
  to.currency = line.currency;
  const bool is_free = order.payment.by == domain::payment_record::method::complimentary;
  list_tickets(line, is_free, to);
}

void order_stories::tell_offer(const notifications::notice& of, story begun, const told& then) {
  views_.booking(of.event, of.order, of.seq,
                 [this, of, begun = std::move(begun),
                  then](projections::read_outcome how, const std::shared_ptr<const projections::booking_line>& line) {
                   // A hold that ended long ago is forgotten; that it was offered is told all the same.
                   if (how != projections::read_outcome::ok && outcome_of(how) != outcome::unknown) {
                     then(outcome_of(how), nullptr);
                     return;
                   }
                   auto made = begun;
                   fill_offer(of, how == projections::read_outcome::ok ? line.get() : nullptr, made);
                   then(outcome::ok, std::make_shared<const story>(std::move(made)));
                 });
}

void order_stories::fill_offer(const notifications::notice& of, const projections::booking_line* line,
                               story& to) const {
  const bool stands = line != nullptr && line->status == projections::booking_line::kind::held;
  ids_.append_hold(to.order_id, of.event, of.order);
  json_writer out{to.offer_json};
  out.begin_object()
      .member("waitlist_id", std::string_view{waitlist_id(of.offer->to)})
      .member("hold_id", std::string_view{to.order_id})
      .member("places", of.offer->places)
      .key("expires_at")
      .time(of.offer->until.unix_ms);
  if (stands) {
    out.key("hold");
    write_hold(out, line->what,
               {.ids = ids_, .seats = *line->seats, .event = line->event, .currency = line->currency, .seq = line->seq},
               of.at);
    to.offered_until = line->what.expires_at;
    to.tellers = {people::person::buyer(line->what.by.subject)};
    to.total = line->what.total();
    to.currency = line->currency;
    list_tickets(*line, false, to);
  }
  out.end_object();
}

auto order_stories::link_to(const std::string& order_id, const people::order_ref& order) const -> std::string {
  if (links_.pattern.empty()) {
    return {};
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ends = std::chrono::duration_cast<std::chrono::milliseconds>(now + links_.good_for).count();
  auto link = links_.pattern;
  replace(link, "{order}", order_id);
  replace(link, "{access}", sign_order_link(*credentials_.ring(), order, ends));
  return link;
}

} // namespace holdfast::http
