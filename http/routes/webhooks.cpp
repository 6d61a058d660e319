#include "http/body.hpp"
#include "http/routes/context.hpp"
#include "http/routes/people.hpp"
#include "notifications/desk.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

using notifications::desk;

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t usual_webhooks = 50;

auto state_text(desk::delivery::state is) -> std::string_view {
  switch (is) {
  case desk::delivery::state::pending: return "pending";
  case desk::delivery::state::delivered: return "delivered";
  case desk::delivery::state::failed: return "failed";
  }
  return "unknown";
}

void write_event(json_writer& out, domain::event_id event) {
  std::string id;
  domain::public_ids::append(id, event);
  out.member("event_id", std::string_view{id});
}

/// `secret` empty: it was told before.
void write_webhook(json_writer& out, const desk::webhook& what, std::string_view secret) {
  out.begin_object()
      .member("webhook_id", std::string_view{notifications::webhook_text(what.id)})
      .member("url", std::string_view{what.url})
      .key("types")
      .begin_array();
  for (const auto kind : what.kinds) {
    out.value(notifications::type_of(kind));
  }
  out.end_array().member("status", what.disabled_at ? "disabled" : "enabled");
  if (what.disabled_at) {
    out.member("disabled_because", std::string_view{what.disabled_because}).key("disabled_at");
    out.time(what.disabled_at->unix_ms);
  }
  out.key("created_at").time(what.created_at.unix_ms);
  if (!secret.empty()) {
    out.member("secret", secret);
  }
  out.end_object();
}

auto read_kinds(const json_object& body) -> std::vector<notifications::notice_kind> {
  using notifications::notice_kind;
  const auto listed = body.optional_array("types", 1, 16);
  if (!listed) {
    return notifications::all_kinds();
  }
  std::vector<notice_kind> kinds;
  for (const auto each : *listed) {
    const auto kind = notifications::kind_of(each.text({.bytes_min = 1, .bytes_max = 64}));
    if (!kind) {
      each.fault(
          "order.confirmed, order.refunded, order.partially_refunded, event.cancelled, ticket.transferred or waitlist.offered");
    } else if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) {
      kinds.push_back(*kind);
    }
  }
  return kinds;
}

void answer_created(deferred& to, const desk::webhook& what, desk::creation how, const std::string& secret) {
  const auto id = notifications::webhook_text(what.id);
  const auto location = "/v1/webhooks/" + id;
  switch (how) {
  case desk::creation::made: {
    auto out = to->json(201);
    write_webhook(out, what, secret);
    to->answer().header("Location", location);
    break;
  }
  case desk::creation::already:
    to->refuse(problem_kind::already_created, {}, [&](json_writer& out) { out.member("id", std::string_view{id}); });
    to->answer().header("Location", location);
    break;
  case desk::creation::reused: to->refuse(problem_kind::idempotency_key_reused); break;
  case desk::creation::too_many:
    to->refuse(problem_kind::limit_exceeded, {.detail = "the organisation has as many webhooks as it may have"});
    break;
  case desk::creation::failed: to->refuse(problem_kind::unavailable); break;
  }
  to.complete();
}

void create_webhook(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  desk::new_webhook wish;
  wish.what.url = body->text("url", {.bytes_min = 1, .bytes_max = url_bytes_max});
  wish.what.kinds = read_kinds(*body);
  const bool anywhere = in.desk != nullptr && in.desk->sends_anywhere();
  if (!wish.what.url.empty() && !notifications::is_webhook_url(wish.what.url, anywhere)) {
    body->fault("url", "an https URL without credentials and without a fragment");
  }
  if (!body_is_sound(ex, document) || !has_desk(ex, in)) {
    return;
  }
  wish.what.id = created_id(ex, in, "webhook");
  wish.what.organisation = ex.who().organisation;
  wish.what.created_at = ex.at();
  wish.request = command_id_of(ex, in).request;
  auto shown = wish.what;
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->create_webhook(std::move(wish), [to, shown](desk::creation how, const std::string& secret) {
    answer_created(*to, shown, how, secret);
  });
}

void list_webhooks(exchange& ex, const context& in) {
  if (!only_queries(ex, {}) || !has_desk(ex, in)) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->webhooks_of(ex.who().organisation, [to](const std::optional<std::vector<desk::webhook>>& all) {
    if (!all) {
      (*to)->refuse(problem_kind::unavailable);
    } else {
      auto out = (*to)->json();
      out.begin_object().key("items").begin_array();
      for (const auto& each : *all) {
        write_webhook(out, each, {});
      }
      out.end_array().key("next_cursor").null().end_object();
    }
    to->complete();
  });
}

/// The endpoint that the path names; answers otherwise.
auto webhook_of(exchange& ex, const context& in) -> std::optional<std::uint64_t> {
  const auto id = notifications::parse_webhook(ex.parameter("webhook"));
  if (!id) {
    ex.refuse(problem_kind::not_found);
    return std::nullopt;
  }
  return has_desk(ex, in) ? id : std::nullopt;
}

auto is_ok(deferred& to, desk::outcome how) -> bool {
  if (how != desk::outcome::ok) {
    to->refuse(how == desk::outcome::not_found ? problem_kind::not_found : problem_kind::unavailable);
  }
  return how == desk::outcome::ok;
}

void remove_webhook(exchange& ex, const context& in) {
  const auto id = webhook_of(ex, in);
  if (!id) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->remove_webhook((*to)->who().organisation, *id, [to](desk::outcome how) {
    if (is_ok(*to, how)) {
      (*to)->empty(204);
    }
    to->complete();
  });
}

void write_delivery(json_writer& out, const desk::delivery& each) {
  out.begin_object();
  write_event(out, each.event);
  out.member("delivery", each.counter)
      .member("seq", each.seq)
      .member("type", notifications::type_of(each.kind))
      .member("status", state_text(each.is))
      .member("attempts", each.attempts);
  if (each.status != 0) {
    out.member("last_status", each.status);
  }
  if (!each.trouble.empty()) {
    out.member("trouble", std::string_view{each.trouble});
  }
  out.key("created_at").time(each.created_at.unix_ms);
  if (each.ended_at) {
    out.key("ended_at").time(each.ended_at->unix_ms);
  }
  out.end_object();
}

/// A cursor of deliveries: the place after which to go on, in hexadecimal digits.
auto to_hex(std::string_view bytes) -> std::string {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

auto from_hex(std::string_view text) -> std::optional<std::string> {
  constexpr std::size_t place_bytes = 16;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (failed != std::errc{} || end != text.data() + i + 2) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(value));
  }
  return bytes.size() == place_bytes && text.size() == 2 * place_bytes ? std::optional{bytes} : std::nullopt;
}

void list_deliveries(exchange& ex, const context& in) {
  const auto limit = only_queries(ex, {"limit", "cursor"}) ? limit_of(ex, usual_webhooks) : std::nullopt;
  if (!limit) {
    return;
  }
  std::string after;
  if (const auto cursor = ex.query("cursor")) {
    const auto place = from_hex(*cursor);
    if (!place) {
      ex.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
      return;
    }
    after = *place;
  }
  const auto id = webhook_of(ex, in);
  if (!id) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->deliveries_of((*to)->who().organisation, *id, std::move(after), *limit,
                         [to](desk::outcome how, const desk::delivery_page& page) {
                           if (is_ok(*to, how)) {
                             auto out = (*to)->json();
                             out.begin_object().key("items").begin_array();
                             for (const auto& each : page.items) {
                               write_delivery(out, each);
                             }
                             out.end_array().key("next_cursor");
                             if (page.next.empty()) {
                               out.null();
                             } else {
                               out.value(std::string_view{to_hex(page.next)});
                             }
                             out.end_object();
                           }
                           to->complete();
                         });
}

void redeliver(exchange& ex, const context& in) {
  const auto text = only_queries(ex, {"from_seq", "event_id"}) ? ex.query("from_seq").value_or("") : "";
  std::uint64_t from_seq = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), from_seq);
  if (ex.answer().status() >= 400) {
    return;
  }
  if (failed != std::errc{} || end != text.data() + text.size()) {
    ex.refuse(problem_kind::invalid_query, {.detail = "from_seq is a sequence number"});
    return;
  }
  std::optional<domain::event_id> event;
  if (const auto named = ex.query("event_id")) {
    event = domain::public_ids::parse_event(*named);
    if (!event) {
      ex.refuse(problem_kind::invalid_query, {.detail = "event_id is the id of an event"});
      return;
    }
  }
  const auto id = has_no_fields(ex) ? webhook_of(ex, in) : std::nullopt;
  if (!id) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.desk->redeliver((*to)->who().organisation, *id, from_seq, event, [to](desk::outcome how, std::uint64_t count) {
    if (is_ok(*to, how)) {
      auto out = (*to)->json(202);
      out.begin_object().member("deliveries", count).end_object();
    }
    to->complete();
  });
}

} // namespace

void add_webhooks(router& table, const context& in) {
  constexpr auto organiser = permission::key(domain::key_scope::organise);
  table.add({.verb = method::post,
             .pattern = "/v1/webhooks",
             .who = organiser,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, create_webhook)});
  table.add({.verb = method::get, .pattern = "/v1/webhooks", .who = organiser, .run = with(in, list_webhooks)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/webhooks/{webhook}",
             .who = organiser,
             .rate = rate_class::act,
             .run = with(in, remove_webhook)});
  table.add({.verb = method::get,
             .pattern = "/v1/webhooks/{webhook}/deliveries",
             .who = organiser,
             .run = with(in, list_deliveries)});
  table.add({.verb = method::post,
             .pattern = "/v1/webhooks/{webhook}/redeliver",
             .who = organiser,
             .rate = rate_class::act,
             .run = [&in](exchange& ex) { redeliver(ex, in); }});
}

} // namespace holdfast::http::routes
