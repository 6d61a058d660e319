#include "notifications/rows.hpp"

#include "notifications/encoding.hpp"
#include "people/durable_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace holdfast::notifications::rows {

namespace {

using nlohmann::json;
using people::append_number;
using people::number_at;

auto key(char prefix, std::initializer_list<std::uint64_t> numbers) -> std::string {
  std::string made{prefix};
  for (const auto each : numbers) {
    append_number(made, each);
  }
  return made;
}

auto to_json(const notice& of) -> json {
  json made{{"kind", static_cast<int>(of.kind)},
            {"event", of.event.value()},
            {"seq", of.seq},
            {"at", of.at.unix_ms},
            {"order", of.order.value()},
            {"organisation", of.organisation.value()},
            {"amount", of.amount}};
  if (of.ticket) {
    made["ticket"] = *of.ticket;
  }
  if (of.resold) {
    made["resold"] = {{"standing", of.resold->standing}, {"index", of.resold->index}};
  }
  if (of.offer) {
    made["offer"] = {{"to", of.offer->to.value()},
                     {"places", of.offer->places},
                     {"until", of.offer->until.unix_ms},
                     {"told", of.offer->told}};
  }
  return made;
}

auto notice_from(const json& of) -> notice {
  notice made;
  made.kind = static_cast<notice_kind>(of.at("kind").get<int>());
  made.event = domain::event_id{of.at("event").get<std::uint64_t>()};
  made.seq = of.at("seq").get<std::uint64_t>();
  made.at = {of.at("at").get<std::int64_t>()};
  made.order = domain::hold_number{of.at("order").get<std::uint32_t>()};
  made.organisation = domain::organisation_id{of.at("organisation").get<std::uint64_t>()};
  made.amount = of.value("amount", std::int64_t{0});
  if (of.contains("ticket")) {
    made.ticket = of.at("ticket").get<std::uint32_t>();
  }
  if (of.contains("resold")) {
    const auto& place = of.at("resold");
    made.resold = {place.at("standing").get<bool>(), place.at("index").get<std::uint32_t>()};
  }
  if (of.contains("offer")) {
    const auto& offer = of.at("offer");
    made.offer = waitlist_offer{domain::waitlist_number{offer.at("to").get<std::uint32_t>()},
                                offer.at("places").get<std::uint64_t>(),
                                {offer.at("until").get<std::int64_t>()},
                                offer.at("told").get<std::uint64_t>()};
  }
  return made;
}

/// Reads what this program wrote; nothing when somebody else did.
template <class Row, class Read>
auto read_row(std::string_view text, Read read) -> std::optional<Row> {
  try {
    const auto parsed = json::parse(text);
    Row made;
    read(parsed, made);
    return made;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

auto text_of(const json& of) -> std::string {
  return of.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

auto lane_of_mail(const notice& about) -> std::string {
  return key('m', {about.event.value(), about.order.value()});
}

auto key_of_mail(const notice& about) -> std::string {
  return key('m', {about.event.value(), about.order.value(), about.seq});
}

auto key_of_dead_mail(const mail_row& of) -> std::string {
  return key(
      'x', {static_cast<std::uint64_t>(of.given_up_ms), of.about.event.value(), of.about.order.value(), of.about.seq});
}

auto encode(const mail_row& of) -> std::string {
  return text_of({{"about", to_json(of.about)},
                  {"created", of.created_ms},
                  {"attempts", of.attempts},
                  {"trouble", of.trouble},
                  {"given_up", of.given_up_ms},
                  {"retried", of.retried_ms}});
}

auto decode_mail(std::string_view text) -> std::optional<mail_row> {
  return read_row<mail_row>(text, [](const json& of, mail_row& to) {
    to.about = notice_from(of.at("about"));
    to.created_ms = of.at("created").get<std::int64_t>();
    to.attempts = of.at("attempts").get<std::uint32_t>();
    to.trouble = of.at("trouble").get<std::string>();
    to.given_up_ms = of.at("given_up").get<std::int64_t>();
    to.retried_ms = of.value("retried", std::int64_t{0});
  });
}

auto key_of_endpoint(std::uint64_t id) -> std::string {
  return key('w', {id});
}

auto encode(const endpoint_row& of) -> std::string {
  json kinds = json::array();
  for (const auto kind : of.what.kinds) {
    kinds.push_back(type_of(kind));
  }
  return text_of({{"id", of.what.id},
                  {"organisation", of.what.organisation.value()},
                  {"url", of.what.url},
                  {"types", kinds},
                  {"created", of.what.created_at.unix_ms},
                  {"disabled", of.what.disabled_at ? json(of.what.disabled_at->unix_ms) : json()},
                  {"disabled_because", of.what.disabled_because},
                  {"secret", base64(of.sealed_secret)},
                  {"request", of.request}});
}

auto decode_endpoint(std::string_view text) -> std::optional<endpoint_row> {
  return read_row<endpoint_row>(text, [](const json& of, endpoint_row& to) {
    to.what.id = of.at("id").get<std::uint64_t>();
    to.what.organisation = domain::organisation_id{of.at("organisation").get<std::uint64_t>()};
    to.what.url = of.at("url").get<std::string>();
    for (const auto& type : of.at("types")) {
      if (const auto kind = kind_of(type.get<std::string>())) {
        to.what.kinds.push_back(*kind);
      }
    }
    to.what.created_at = {of.at("created").get<std::int64_t>()};
    if (!of.at("disabled").is_null()) {
      to.what.disabled_at = domain::instant{of.at("disabled").get<std::int64_t>()};
    }
    to.what.disabled_because = of.at("disabled_because").get<std::string>();
    to.sealed_secret = from_base64(of.at("secret").get<std::string>()).value_or(std::string{});
    to.request = of.at("request").get<std::uint64_t>();
  });
}

auto places_of(std::uint64_t id) -> std::string {
  return key('s', {id});
}

auto key_of_place(std::uint64_t id, domain::event_id event) -> std::string {
  return key('s', {id, event.value()});
}

auto encode(const place_row& of) -> std::string {
  std::string bytes;
  append_number(bytes, of.last);
  append_number(bytes, of.next);
  return bytes;
}

auto decode_place(std::string_view bytes) -> place_row {
  return {number_at(bytes, 0), number_at(bytes, sizeof(std::uint64_t))};
}

auto deliveries_of(std::uint64_t id) -> std::string {
  return key('d', {id});
}

auto deliveries_of(std::uint64_t id, domain::event_id event) -> std::string {
  return key('d', {id, event.value()});
}

auto key_of_delivery(std::uint64_t id, domain::event_id event, std::uint64_t counter) -> std::string {
  return key('d', {id, event.value(), counter});
}

auto encode(const delivery_row& of) -> std::string {
  const auto& what = of.what;
  return text_of({{"about", to_json(of.about)},
                  {"counter", what.counter},
                  {"state", static_cast<int>(what.is)},
                  {"attempts", what.attempts},
                  {"status", what.status},
                  {"trouble", what.trouble},
                  {"created", what.created_at.unix_ms},
                  {"ended", what.ended_at ? json(what.ended_at->unix_ms) : json()},
                  {"body", of.body}});
}

auto decode_delivery(std::string_view text) -> std::optional<delivery_row> {
  return read_row<delivery_row>(text, [](const json& of, delivery_row& to) {
    to.about = notice_from(of.at("about"));
    auto& what = to.what;
    what.event = to.about.event;
    what.seq = to.about.seq;
    what.kind = to.about.kind;
    what.counter = of.at("counter").get<std::uint64_t>();
    what.is = static_cast<desk::delivery::state>(of.at("state").get<int>());
    what.attempts = of.at("attempts").get<std::uint32_t>();
    what.status = of.at("status").get<long>();
    what.trouble = of.at("trouble").get<std::string>();
    what.created_at = {of.at("created").get<std::int64_t>()};
    if (!of.at("ended").is_null()) {
      what.ended_at = domain::instant{of.at("ended").get<std::int64_t>()};
    }
    to.body = of.at("body").get<std::string>();
  });
}

} // namespace holdfast::notifications::rows
