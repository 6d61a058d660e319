#include "notifications/webhook_body.hpp"

#include "domain/public_id.hpp"
#include "projections/json_writer.hpp"

namespace holdfast::notifications {

auto webhook_body(const notice& about, std::uint64_t counter, const story* of) -> std::string {
  std::string body;
  projections::json_writer out{body};
  out.begin_object().member("type", type_of(about.kind)).key("timestamp").time(about.at.unix_ms);
  out.key("data").begin_object();
  std::string event;
  domain::public_ids::append(event, about.event);
  out.member("event_id", std::string_view{event}).member("seq", about.seq).member("delivery", counter);
  if (of != nullptr && !of->order_json.empty()) {
    out.key("order").raw(of->order_json);
  }
  if (of != nullptr && !of->offer_json.empty()) {
    out.key("offer").raw(of->offer_json);
  }
  out.end_object().end_object();
  return body;
}

} // namespace holdfast::notifications
