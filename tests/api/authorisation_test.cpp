#include "http/api_key.hpp"
#include "http/order_link.hpp"
#include "http/organisation_json.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The authorisation matrix: every row of the route table × everybody who may come. What is expected is computed from the row's
/// permission; what a request needs to succeed is in a table beside it, which must have every row.
namespace holdfast::api_test {

using nlohmann::json;

namespace {

enum class caller {
  none,         ///< no credentials
  forged_token, ///< a session token with a wrong signature
  unknown_key,  ///< looks like a key, and is none
  revoked_key,  ///< was a key with every scope
  owner,        ///< the buyer whose things are asked for
  other_buyer,
  own_key,     ///< a key of the event's organisation with one scope
  foreign_key, ///< a key of another organisation with every scope
};

struct role {
  caller as = caller::none;
  std::uint32_t scope = 0; ///< of an own key
  std::string name;
};

auto roles() -> std::vector<role> {
  std::vector<role> all{{caller::none, 0, "nobody"},
                        {caller::forged_token, 0, "a forged token"},
                        {caller::unknown_key, 0, "an unknown key"},
                        {caller::revoked_key, 0, "a revoked key"},
                        {caller::owner, 0, "the buyer"},
                        {caller::other_buyer, 0, "another buyer"},
                        {caller::foreign_key, 0, "a foreign key"}};
  for (std::uint32_t bit = 1; bit <= domain::key_scope::admin; bit *= 2) {
    all.push_back({caller::own_key, bit, "a key of scope " + std::string{http::scope_names(bit).front()}});
  }
  return all;
}

auto is_key(const role& who) -> bool {
  return who.as == caller::own_key || who.as == caller::foreign_key;
}

/// A hall, an event on sale, and somebody for every role.
class world {
 public:
  world()
      : opera{server},
        organiser{server.key({"organise"})},
        till{server.key({"sell"})},
        admin{server.admin()},
        owner{server.buyer()} {
    auto revoked = admin.post("/v1/keys", {{"name", "gone"}, {"scopes", json::array({"admin"})}});
    REQUIRE(admin.remove(revoked.header("location")).status == 204);
    auto forged = server.buyer().bearer();
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    people_.emplace("nobody", server.anybody());
    people_.emplace("a forged token", server.with(forged));
    people_.emplace("an unknown key", server.with(http::make_api_key().text));
    people_.emplace("a revoked key", server.with(revoked.text("secret")));
    people_.emplace("the buyer", owner);
    people_.emplace("another buyer", server.buyer());
    people_.emplace("a foreign key", server.key(json::array({"admin"}), server.organisation("Theatre")));
    for (const auto& who : roles()) {
      if (who.as == caller::own_key) {
        people_.emplace(who.name, server.key(json::array({std::string{http::scope_names(who.scope).front()}})));
      }
    }
  }

  auto client(const role& who) -> api_client& { return people_.at(who.name); }

  /// A hold of the role's own side: of the box office for keys, of the buyer for everybody else.
  auto fresh_hold(const role& who) -> std::string {
    auto& by = is_key(who) ? till : owner;
    const auto made = by.post(opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 1}}}}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    holds_.emplace_back(is_key(who), made.text("hold_id"));
    seq = made.event_seq();
    return made.text("hold_id");
  }

  auto an_order(const role& who) -> std::string { return sold_to(who).text("order_id"); }

  auto a_ticket(const role& who) -> std::string {
    return sold_to(who).json().at("tickets").at(0).at("ticket_id").get<std::string>();
  }

  auto fresh_draft() -> std::string { return make_draft(organiser, opera.venue); }

  auto fresh_event() -> std::string {
    auto event = fresh_draft();
    REQUIRE(organiser.post("/v1/events/" + event + "/publish").status == 200);
    return event;
  }

  auto fresh_key() -> std::string {
    return admin.post("/v1/keys", {{"name", "spare"}, {"scopes", json::array({"scan"})}}).text("key_id");
  }

  /// Gives back what the last request left held, so that limits are never in the way.
  void tidy(const role& who, const reply& last) {
    for (const auto& [of_till, id] : std::exchange(holds_, {})) {
      (of_till ? till : owner).remove("/v1/holds/" + id);
    }
    if (const auto made = last.header("location"); made.starts_with("/v1/holds/")) {
      REQUIRE(client(who).remove(made).status == 204);
    }
  }

  api_server server{{.on_disk = true}};
  box_office opera;
  api_client organiser;
  api_client till;
  api_client admin;
  api_client owner;
  std::string seq; ///< of the last write

 private:
  /// One for each side, so that limits are never in the way.
  auto sold_to(const role& who) -> const reply& {
    auto& sold = is_key(who) ? sold_by_till_ : sold_to_owner_;
    if (!sold) {
      sold = confirm(till, fresh_hold(who));
      REQUIRE(sold->status == 201);
      holds_.pop_back();
      seq = sold->event_seq();
    }
    return *sold;
  }

  std::map<std::string, api_client> people_;
  std::vector<std::pair<bool, std::string>> holds_;
  std::optional<reply> sold_by_till_;
  std::optional<reply> sold_to_owner_;
};

struct request {
  std::string path;
  json body = json::object();
};

/// What a route needs to succeed, and what then comes.
struct sample {
  std::function<request(world&, const role&)> make;
  unsigned success = 200;
  std::optional<unsigned> success_of_buyer = {};
  /// The thing asked for has an owner: it is not there for another buyer, nor for a foreign key.
  bool owned = false;
  /// Of the organisation that runs the server.
  bool root_only = false;
};

auto at(std::string path, json body = json::object()) {
  return [path = std::move(path), body = std::move(body)](world&, const role&) { return request{path, body}; };
}

auto of_event(std::string more, json body = json::object()) {
  return [more = std::move(more), body = std::move(body)](world& in, const role&) {
    return request{in.opera.path(more), body};
  };
}

auto of_draft(std::string more, json body = json::object()) {
  return [more = std::move(more), body = std::move(body)](world& in, const role&) {
    return request{"/v1/events/" + in.fresh_draft() + more, body};
  };
}

auto of_published(std::string more, json body = json::object()) {
  return [more = std::move(more), body = std::move(body)](world& in, const role&) {
    return request{"/v1/events/" + in.fresh_event() + more, body};
  };
}

auto of_hold(std::string more, json body = json::object()) {
  return [more = std::move(more), body = std::move(body)](world& in, const role& who) {
    const auto id = in.fresh_hold(who);
    return request{"/v1/holds/" + id + (more == "?" ? "?min_seq=" + in.seq : more), body};
  };
}

auto of_ticket(std::string more, bool reads = true) {
  return [more = std::move(more), reads](world& in, const role& who) {
    const auto id = in.a_ticket(who);
    return request{"/v1/tickets/" + id + more + (reads ? "?min_seq=" + in.seq : "")};
  };
}

const json one_place_apart =
    json::parse(R"({"name":"Box","kind":"house","reason":"guests","areas":[{"area":"floor","quantity":1}]})");

/// Of an event of its own, so that no other test misses the places.
auto of_allocation(json body) {
  return [body = std::move(body)](world& in, const role&) {
    const auto path = "/v1/events/" + in.fresh_event() + "/allocations";
    const auto made = in.organiser.post(path, one_place_apart);
    REQUIRE(made.status == 201);
    return request{path + "/" + made.text("allocation_id"), body};
  };
}

auto event_samples() -> std::map<std::string, sample> {
  return {
      {"POST /v1/events",
       {[](world& in, const role& who) {
          // A foreign organisation has no hall of ours: its event is refused by its venue.
          return request{"/v1/events", who.as == caller::foreign_key ? json::object() : evening(in.opera.venue)};
        },
        201}},
      {"GET /v1/events", {at("/v1/events")}},
      {"GET /v1/search", {at("/v1/search?q=tosca")}},
      {"GET /v1/suggest", {at("/v1/suggest?q=to")}},
      {"GET /v1/events/{event}", {of_event("")}},
      {"PATCH /v1/events/{event}", {of_event("", {{"name", "Aida"}}), 200, {}, true}},
      {"GET /v1/events/{event}/seats", {of_event("/seats")}},
      {"GET /v1/events/{event}/prices", {of_event("/prices")}},
      // Whoever may watch is told that this is no seq: a stream would not end.
      {"GET /v1/events/{event}/live", {of_event("/live?since=x"), 400}},
      {"GET /v1/events/{event}/report", {of_event("/report"), 200, {}, true}},
      {"GET /v1/events/{event}/reviews", {of_event("/reviews"), 200, {}, true}},
      {"GET /v1/events/{event}/layout", {of_event("/layout"), 302}},
      {"PUT /v1/events/{event}/layout", {of_draft("/layout", hall_layout()), 200, {}, true}},
      {"GET /v1/layouts/{hash}", {[](world& in, const role&) {
         return request{"/v1/layouts/" + in.server.anybody().get(in.opera.path()).text("layout_hash")};
       }}},
      {"POST /v1/events/{event}/publish", {of_draft("/publish"), 200, {}, true}},
      {"POST /v1/events/{event}/pause", {of_published("/pause"), 200, {}, true}},
      {"POST /v1/events/{event}/resume",
       {[](world& in, const role&) {
          const auto path = "/v1/events/" + in.fresh_event();
          REQUIRE(in.organiser.post(path + "/pause").status == 200);
          return request{path + "/resume"};
        },
        200,
        {},
        true}},
      {"POST /v1/events/{event}/close", {of_published("/close"), 200, {}, true}},
      {"POST /v1/events/{event}/cancel", {of_published("/cancel"), 200, {}, true}},
      {"POST /v1/events/{event}/allocations", {of_published("/allocations", one_place_apart), 201, {}, true}},
      {"GET /v1/events/{event}/allocations", {of_event("/allocations"), 200, {}, true}},
      {"PATCH /v1/events/{event}/allocations/{allocation}", {of_allocation({{"add_seats", {"A/1/1"}}}), 200, {}, true}},
      {"DELETE /v1/events/{event}/allocations/{allocation}", {of_allocation(json::object()), 204, {}, true}},
      {"GET /v1/events/{event}/journal", {of_event("/journal?limit=1"), 200, {}, true}},
      {"POST /v1/venues", {at("/v1/venues", hall()), 201}},
      {"GET /v1/venues", {at("/v1/venues")}},
      {"GET /v1/venues/{venue}",
       {[](world& in, const role&) { return request{"/v1/venues/" + in.opera.venue}; }, 200, {}, true}},
      {"PATCH /v1/venues/{venue}",
       {[](world& in, const role&) {
          return request{"/v1/venues/" + in.opera.venue, {{"city", "Wien"}}};
        },
        200,
        {},
        true}},
  };
}

/// Whoever sells at the counter, where nobody has a limit.
const role box_office_role{caller::own_key, domain::key_scope::sell, "the till"};

/// An event without a waitlist: waitlist_test.cpp has real ones.
auto waitlist_samples() -> std::map<std::string, sample> {
  return {
      {"POST /v1/events/{event}/waitlist",
       {of_event("/waitlist", {{"choices", {{{"seats", {1}}, {"max_each", 1}}}}}), 409}},
      {"GET /v1/events/{event}/waitlist", {of_event("/waitlist"), 404}},
      {"DELETE /v1/events/{event}/waitlist", {of_event("/waitlist"), 404}},
      {"GET /v1/events/{event}/waitlist/summary", {of_event("/waitlist/summary"), 200, {}, true}},
  };
}

auto booking_samples() -> std::map<std::string, sample> {
  const json cash{{"payment", {{"method", "cash"}}}};
  return {
      {"POST /v1/events/{event}/holds",
       {[](world& in, const role& who) {
          // Another buyer holds for themselves; only a foreign key is turned away.
          static_cast<void>(who);
          return request{in.opera.path("/holds"), {{"areas", {{{"area", "floor"}, {"quantity", 1}}}}}};
        },
        201}},
      {"GET /v1/holds/{hold}", {of_hold("?"), 200, {}, true}},
      {"DELETE /v1/holds/{hold}", {of_hold(""), 204, {}, true}},
      {"POST /v1/holds/{hold}/extend", {of_hold("/extend"), 200, {}, true}},
      {"POST /v1/holds/{hold}/confirm", {of_hold("/confirm", cash), 201, 501, true}},
      {"GET /v1/orders", {at("/v1/orders")}},
      {"POST /v1/orders/{order}/refunds", {at("/v1/orders/ord_0/refunds"), 404, 404}}, // refund_test.cpp has real ones
      {"GET /v1/tickets/keys", {at("/v1/tickets/keys")}},
      {"GET /v1/tickets/{ticket}", {of_ticket(""), 200, {}, true}},
      {"GET /v1/tickets/{ticket}/qr.svg", {of_ticket("/qr.svg"), 200, {}, true}},
      {"GET /v1/tickets/{ticket}/qr.png", {of_ticket("/qr.png"), 200, {}, true}},
      {"GET /v1/tickets/{ticket}/calendar.ics", {of_ticket("/calendar.ics"), 200, {}, true}},
      {"GET /v1/tickets", {at("/v1/tickets")}},
      {"POST /v1/tickets/claim",
       {at("/v1/tickets/claim", {{"token", "x"}}), 422}}, // ticket_transfer_test.cpp has real ones
      {"POST /v1/tickets/{ticket}/transfer", {of_ticket("/transfer", false), 201, {}, true}},
      {"DELETE /v1/tickets/{ticket}/transfer", {of_ticket("/transfer", false), 200, {}, true}},
      {"POST /v1/tickets/{ticket}/offer",
       {at("/v1/tickets/tkt_0/offer", {{"price", 1}}), 404, 404}}, // resale_test.cpp has real ones
      {"DELETE /v1/tickets/{ticket}/offer", {at("/v1/tickets/tkt_0/offer"), 404, 404}},
      {"GET /v1/events/{event}/resale", {of_event("/resale")}},
      {"POST /v1/scans", {at("/v1/scans", {{"code", "x"}, {"gate", "north"}, {"nonce", "scan-0001"}})}},
      {"POST /v1/scans/batch",
       {at("/v1/scans/batch", {{"scans", {{{"code", "x"}, {"gate", "north"}, {"nonce", "scan-0001"}}}}})}},
      {"POST /v1/scans/undo",
       {[](world& in, const role& who) {
          return request{"/v1/scans/undo", {{"ticket_id", in.a_ticket(who)}, {"nonce", "scan-0001"}}};
        },
        409,
        {},
        true}},
      {"GET /v1/events/{event}/revocations", {of_event("/revocations"), 200, {}, true}},
      {"GET /v1/orders/{order}/receipt",
       {[](world& in, const role& who) {
          const auto id = in.an_order(who);
          return request{"/v1/orders/" + id + "/receipt?min_seq=" + in.seq};
        },
        200,
        {},
        true}},
      {"GET /v1/orders/{order}",
       {[](world& in, const role& who) {
          const auto id = in.an_order(who);
          return request{"/v1/orders/" + id + "?min_seq=" + in.seq};
        },
        200,
        {},
        true}},
  };
}

auto people_samples() -> std::map<std::string, sample> {
  return {
      {"POST /v1/orders/{order}/review",
       {at("/v1/orders/ord_0/review", {{"decision", "accept"}}), 404, 404}}, // scoring_test.cpp has real ones
      {"DELETE /v1/buyers/{buyer}/personal-data",
       {[](world& in, const role& who) {
          const auto id = in.server.anybody().post("/v1/sessions").text("buyer_id");
          return request{"/v1/buyers/" + (is_key(who) ? id : std::string{"me"}) + "/personal-data"};
        },
        501,
        {},
        false,
        true}},
      {"GET /v1/orders/{order}/by-link", {[](world& in, const role&) {
         const auto id = in.an_order(box_office_role);
         const auto order = in.server.ids().parse_order(id);
         const auto link =
             http::sign_order_link(*in.server.credentials().ring(), {order->event, order->hold}, INT64_MAX);
         return request{"/v1/orders/" + id + "/by-link?min_seq=" + in.seq + "&access=" + link};
       }}},
      {"DELETE /v1/orders/{order}/personal-data",
       {[](world& in, const role&) { return request{"/v1/orders/" + in.an_order(box_office_role) + "/personal-data"}; },
        501,
        {},
        true}},
  };
}

/// An event of its own whose waiting room lets nobody in.
auto of_waiting(std::string more, json body = json::object()) {
  return [more = std::move(more), body = std::move(body)](world& in, const role&) {
    const auto path = "/v1/events/" + in.fresh_event() + "/queue";
    REQUIRE(in.organiser.patch(path, {{"mode", "on"}, {"rate_per_s", 0}}).status == 200);
    REQUIRE(in.server.buyer().post(path).status == 201);
    return request{path + more, body};
  };
}

/// What needs a ticket or a draw answers what it says without one: queue_test.cpp has real ones.
auto waiting_room_samples() -> std::map<std::string, sample> {
  return {
      {"POST /v1/events/{event}/queue", {of_waiting(""), 201}},
      {"GET /v1/events/{event}/queue", {of_waiting(""), 400}},
      {"DELETE /v1/events/{event}/queue", {of_waiting(""), 400}},
      {"GET /v1/events/{event}/queue/challenge", {of_waiting("/challenge"), 501}},
      {"GET /v1/events/{event}/queue/draw", {of_waiting("/draw"), 404}},
      {"GET /v1/events/{event}/queue/draw/leaves", {of_waiting("/draw/leaves"), 404}},
      {"GET /v1/events/{event}/queue/status", {of_waiting("/status"), 200, {}, true}},
      {"PATCH /v1/events/{event}/queue", {of_waiting("", {{"paused", true}}), 200, {}, true}},
      {"POST /v1/events/{event}/queue/demotions",
       {of_waiting("/demotions", {{"place", 1}, {"reason", "bots"}}), 200, {}, true}},
  };
}

/// tests/notifications has real ones, of a server that notifies.
const std::string some_webhook = "/v1/webhooks/whk_0000000000001";

auto other_samples() -> std::map<std::string, sample> {
  return {
      {"POST /v1/sessions",
       {[](world&, const role& who) {
          return request{"/v1/sessions", is_key(who) ? json{{"subject", "somebody"}} : json::object()};
        },
        201}},
      {"POST /v1/sessions/refresh", {at("/v1/sessions/refresh"), 201}},
      {"POST /v1/keys", {at("/v1/keys", {{"name", "x"}, {"scopes", json::array({"scan"})}}), 201}},
      {"GET /v1/keys", {at("/v1/keys")}},
      {"DELETE /v1/keys/{key}",
       {[](world& in, const role&) { return request{"/v1/keys/" + in.fresh_key()}; }, 204, {}, true}},
      {"POST /v1/webhooks", {at("/v1/webhooks", {{"url", "https://organiser.example/hooks"}}), 501}},
      {"GET /v1/webhooks", {at("/v1/webhooks"), 501}},
      {"DELETE /v1/webhooks/{webhook}", {at(some_webhook), 501}},
      {"GET /v1/webhooks/{webhook}/deliveries", {at(some_webhook + "/deliveries"), 501}},
      {"POST /v1/webhooks/{webhook}/redeliver", {at(some_webhook + "/redeliver?from_seq=1"), 501}},
      {"GET /v1/admin/mail", {at("/v1/admin/mail"), 501, {}, false, true}},
      {"POST /v1/admin/mail/retry", {at("/v1/admin/mail/retry"), 501, {}, false, true}},
      {"POST /v1/admin/mail/{mail}/retry", {at("/v1/admin/mail/ord_0.1/retry"), 501, {}, false, true}},
      {"POST /v1/organisations", {at("/v1/organisations", {{"name", "Arena"}}), 201, {}, false, true}},
      {"GET /v1/organisations", {at("/v1/organisations"), 200, {}, false, true}},
      {"POST /v1/admin/backup", {at("/v1/admin/backup"), 201, {}, false, true}},
      {"GET /v1/admin/projections", {at("/v1/admin/projections"), 200, {}, false, true}},
      {"GET /v1/admin/payments", {at("/v1/admin/payments"), 200, {}, false, true}},
      {"POST /v1/payments/webhook", {at("/v1/payments/webhook"), 501}},
      {"POST /v1/admin/projections/{projection}/rebuild",
       {at("/v1/admin/projections/inventory/rebuild"), 202, {}, false, true}},
      {"GET /healthz", {at("/healthz")}},
      {"GET /readyz", {at("/readyz")}},
      {"GET /metrics", {at("/metrics")}},
      {"GET /openapi.json", {at("/openapi.json")}},
      {"GET /docs", {at("/docs")}},
      {"GET /problems/{code}", {at("/problems/not_found")}},
  };
}

auto samples() -> std::map<std::string, sample> {
  auto all = event_samples();
  all.merge(booking_samples());
  all.merge(people_samples());
  all.merge(waiting_room_samples());
  all.merge(waitlist_samples());
  all.merge(other_samples());
  return all;
}

struct expected {
  unsigned status = 0;
  std::string code; ///< empty: a success, or not looked at
};

/// Whether a permission takes this caller; otherwise the problem.
auto permitted(const http::permission& who, const role& by) -> std::optional<expected> {
  using rule = http::permission::rule;
  if (who.what() == rule::credential_free) {
    return std::nullopt;
  }
  switch (by.as) {
  case caller::forged_token:
  case caller::unknown_key:
  case caller::revoked_key: return expected{401, "credentials_invalid"};
  case caller::none:
    return who.what() == rule::open ? std::nullopt : std::optional{expected{401, "credentials_required"}};
  case caller::owner:
  case caller::other_buyer:
    return who.what() == rule::key ? std::optional{expected{403, "scope_missing"}} : std::nullopt;
  case caller::own_key:
  case caller::foreign_key: break;
  }
  const auto scopes = by.as == caller::foreign_key ? domain::key_scope::admin : by.scope;
  if (who.what() == rule::buyer) {
    return expected{403, "buyer_required"};
  }
  const bool granted = who.what() == rule::open || http::scope_set{scopes}.grants(who.scopes());
  return granted ? std::nullopt : std::optional{expected{403, "scope_missing"}};
}

auto expectation(const http::route& row, const sample& what, const role& by) -> expected {
  if (const auto refused = permitted(row.who, by)) {
    return *refused;
  }
  const bool foreign = by.as == caller::foreign_key;
  if ((what.owned && (foreign || by.as == caller::other_buyer)) || (what.root_only && foreign)) {
    return {404, "not_found"};
  }
  if (row.pattern == "/v1/events" && row.verb == http::method::post && foreign) {
    return {422, "validation_failed"}; // it may, but has no hall here
  }
  if (row.pattern == "/v1/events/{event}/holds" && foreign) {
    return {404, "not_found"}; // a box office sells its own events
  }
  // The one route where what a key may do depends on what it asks for: naming a person.
  if (row.pattern == "/v1/sessions" && is_key(by) && !foreign &&
      (by.scope & (domain::key_scope::identify | domain::key_scope::admin)) == 0) {
    return {403, "scope_missing"};
  }
  const bool buyer = by.as == caller::owner || by.as == caller::other_buyer;
  return {buyer ? what.success_of_buyer.value_or(what.success) : what.success, {}};
}

} // namespace

TEST_CASE("everybody may do what the route table says, and nothing else") {
  world in;
  const auto all = samples();
  std::size_t asked = 0;
  for (const auto& row : in.server.table().routes()) {
    const auto name = std::string{to_string(row.verb)} + " " + row.pattern;
    CAPTURE(name);
    const auto found = all.find(name);
    REQUIRE_MESSAGE(found != all.end(), "a route without a sample: add one");
    const bool bare = row.verb == http::method::get || row.verb == http::method::delete_;
    for (const auto& by : roles()) {
      const auto what = found->second.make(in, by);
      const auto recorded = in.server.recorded();
      const auto got = in.client(by).ask(std::string{to_string(row.verb)}, what.path, bare ? "" : what.body.dump());
      const auto wanted = expectation(row, found->second, by);
      CAPTURE(by.name);
      CAPTURE(got.body.substr(0, 300));
      CHECK(got.status == wanted.status);
      if (!wanted.code.empty()) {
        CHECK(got.code() == wanted.code);
      }
      const bool may_record = got.status < 400 && row.verb != http::method::get;
      CHECK((may_record || in.server.recorded() == recorded));
      in.tidy(by, got);
      ++asked;
    }
  }
  CHECK(asked == all.size() * roles().size());
}

} // namespace holdfast::api_test
