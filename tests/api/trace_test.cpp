#include "http/request_span.hpp"
#include "tests/api/box_office.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::api_test {

using nlohmann::json;
using tracing::span;

namespace {

class kept_spans final : public tracing::span_sink {
 public:
  void record(span&& what) noexcept override {
    const std::scoped_lock lock{mutex_};
    all_.push_back(std::move(what));
  }
  [[nodiscard]] auto of(const domain::trace_id& trace) const -> std::vector<span> {
    const std::scoped_lock lock{mutex_};
    std::vector<span> found;
    std::ranges::copy_if(all_, std::back_inserter(found), [&](const span& each) { return each.trace == trace; });
    return found;
  }
  [[nodiscard]] auto all() const -> std::vector<span> {
    const std::scoped_lock lock{mutex_};
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<span> all_;
};

constexpr std::uint64_t client_span = 0xb7ad6b7169203331;

/// A trace of a client's own, and the header that says so.
struct client_trace {
  explicit client_trace(unsigned char number, bool sampled = true)
      : id{0x0af7651916cd43dd, 0x8448eb211c803100U + number},
        header{"traceparent: 00-0af7651916cd43dd8448eb211c8031" + hex(number) + "-b7ad6b7169203331-" +
               (sampled ? "01" : "00") + "\r\n"} {}
  static auto hex(unsigned char byte) -> std::string {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[byte >> 4U], digits[byte & 15U]};
  }
  domain::trace_id id;
  std::string header;
};

auto spans_named(const std::vector<span>& all, std::string_view name) -> std::optional<span> {
  const auto found = std::ranges::find(all, name, &span::name);
  return found == all.end() ? std::nullopt : std::optional{*found};
}

auto attribute_of(const span& what, std::string_view key) -> std::string {
  for (const auto& each : what.attributes) {
    if (each.key == key) {
      const auto* text = std::get_if<std::string>(&each.value);
      return text != nullptr ? *text : std::to_string(std::get<std::int64_t>(each.value));
    }
  }
  return {};
}

/// A server that traces everything that is asked for, and what else the ratio takes.
struct traced_night {
  explicit traced_night(double ratio = 0)
      : server{{.traces = std::make_shared<tracing::tracer>(
                    spans, tracing::sampling_options{.ratio = ratio, .asked_per_second_max = 1'000})}} {}

  /// The spans of a trace once those with these names are there.
  [[nodiscard]] auto await(const domain::trace_id& trace, const std::vector<std::string>& names) const
      -> std::vector<span> {
    std::vector<span> got;
    const bool there = eventually([&] {
      got = spans->of(trace);
      return std::ranges::all_of(names, [&](const auto& name) { return spans_named(got, name).has_value(); });
    });
    INFO(got.size());
    REQUIRE(there);
    return got;
  }

  std::shared_ptr<kept_spans> spans = std::make_shared<kept_spans>();
  api_server server;
  box_office opera{server};
  api_client buyer{server.buyer()};
};

constexpr auto hold_route = "POST /v1/events/{event}/holds";

} // namespace

TEST_CASE("a hold is one trace: request, actor, journal and views, each below the right one and within its time") {
  traced_night night;
  const client_trace trace{1};
  REQUIRE(hold(night.buyer, night.opera, {"A/1/7", "A/1/8"}, {.headers = trace.header}).status == 201);
  const auto all = night.await(
      trace.id, {hold_route, "event wait", "event decide", "journal commit", "fold inventory", "fold bookings"});
  std::set<std::uint64_t> ids;
  for (const auto& each : all) {
    CHECK(ids.insert(each.id).second);
    CHECK(each.ended >= each.began);
    CHECK(!each.failed);
  }
  const auto request = *spans_named(all, hold_route);
  CHECK(request.parent == client_span);
  CHECK(request.parent_is_remote);
  CHECK(request.kind == tracing::span_kind::server);
  const auto wait = *spans_named(all, "event wait");
  const auto decide = *spans_named(all, "event decide");
  const auto commit = *spans_named(all, "journal commit");
  for (const auto& child : {wait, decide, commit}) {
    CAPTURE(child.name);
    CHECK(child.parent == request.id);
    CHECK(child.began >= request.began);
    CHECK(child.ended <= request.ended);
  }
  CHECK(wait.ended <= decide.began);
  CHECK(decide.ended <= commit.began);
  CHECK(attribute_of(wait, "holdfast.event.id") == night.opera.event);
  CHECK(attribute_of(decide, "holdfast.event.id") == night.opera.event);
  CHECK(attribute_of(commit, "holdfast.journal.first_seq") == "3");
  CHECK(attribute_of(commit, "holdfast.journal.facts") == "1");
  for (const char* view : {"inventory", "bookings"}) {
    const auto fold = *spans_named(all, std::string{"fold "} + view);
    CHECK(fold.parent == commit.id);
    CHECK(fold.began >= commit.ended);
    CHECK(attribute_of(fold, "holdfast.projection.name") == view);
    CHECK(attribute_of(fold, "holdfast.journal.first_seq") == "3");
  }
  // The catalogue has no use for holds.
  CHECK(!spans_named(all, "fold catalogue"));
}

TEST_CASE("a request's span has the names of OpenTelemetry and nothing that the client wrote") {
  traced_night night;
  const client_trace trace{2};
  const auto id = held(night.buyer, night.opera, {"A/1/7"});
  const ask_with with{.headers = trace.header + "X-Request-Id: name-of-somebody\r\nUser-Agent: secret-browser\r\n"};
  REQUIRE(night.buyer.remove("/v1/holds/" + id, with).status == 204);
  static_cast<void>(night.buyer.ask("GET", "/v1/tokens/secret-token-in-path?q=secret-query", {}, with));
  const auto all = night.await(trace.id, {"DELETE /v1/holds/{hold}", "GET"});
  const auto request = *spans_named(all, "DELETE /v1/holds/{hold}");
  CHECK(attribute_of(request, "http.request.method") == "DELETE");
  CHECK(attribute_of(request, "http.route") == "/v1/holds/{hold}");
  CHECK(attribute_of(request, "http.response.status_code") == "204");
  CHECK(attribute_of(request, "url.path") == "/v1/holds/{hold}");
  CHECK(attribute_of(request, "url.scheme") == "http");
  CHECK(request.attributes.size() == 5);
  const auto unknown = *spans_named(all, "GET");
  CHECK(attribute_of(unknown, "http.response.status_code") == "404");
  CHECK(attribute_of(unknown, "url.path").empty());
  for (const auto& each : all) {
    std::string text = each.name;
    for (const auto& attribute : each.attributes) {
      text += " " + attribute_of(each, attribute.key);
    }
    CAPTURE(text);
    for (const auto& word :
         {std::string{"secret"}, std::string{"somebody"}, id, night.buyer.bearer(), std::string{"127.0.0.1"}}) {
      CHECK(text.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("of a path a span shows the event's id, and names in place of everything else") {
  const std::string event = "evt_0000000000009";
  CHECK(http::shown_path("/v1/events/{event}/holds", "/v1/events/" + event + "/holds") ==
        "/v1/events/" + event + "/holds");
  CHECK(http::shown_path("/v1/events/{event}/holds", "/v1/events/my-secret-slug/holds") == "/v1/events/{event}/holds");
  CHECK(http::shown_path("/v1/holds/{hold}", "/v1/holds/hld_1234567890123") == "/v1/holds/{hold}");
  CHECK(http::shown_path("/v1/holds/{hold}", "/v1/holds/" + event) == "/v1/holds/{hold}");
  CHECK(http::shown_path("/", "/") == "/");
  CHECK(http::shown_path("/v1/events", "/v1/events") == "/v1/events");
}

TEST_CASE("a refused hold has no commit, and a repeated one neither; what waits for the journal says so") {
  traced_night night;
  auto other = night.server.buyer();
  const client_trace taken{3};
  const client_trace again{4};
  const client_trace invalid{5};
  const ask_with first{.key = "the-same-key-1"};
  REQUIRE(hold(night.buyer, night.opera, {"A/1/7"}, first).status == 201);
  REQUIRE(hold(other, night.opera, {"A/1/7"}, {.headers = taken.header}).status == 409);
  REQUIRE(hold(night.buyer, night.opera, {"A/1/7"}, {.key = first.key, .headers = again.header})
              .header("idempotency-replayed") == "true");
  REQUIRE(hold(other, night.opera, {"Z/9/9"}, {.headers = invalid.header}).status >= 400);
  for (const auto* trace : {&taken, &again, &invalid}) {
    const auto all = night.await(trace->id, {hold_route});
    CHECK(spans_named(all, "event wait"));
    CHECK(spans_named(all, "event decide"));
    CHECK(!spans_named(all, "journal commit"));
    CHECK(std::ranges::none_of(all, [](const span& each) { return each.name.starts_with("fold "); }));
    CHECK(std::ranges::none_of(all, &span::failed)); // what a client gets wrong is no failure of the server's
    for (const auto& each : all) {
      CHECK(each.ended <= spans_named(all, hold_route)->ended);
    }
  }
}

TEST_CASE("a new event's trace goes through the organisation and the event, and into the views that list it") {
  traced_night night;
  const client_trace trace{6};
  auto organiser = night.opera.organiser;
  auto body = evening(night.opera.venue);
  body["slug"] = "traced-evening";
  REQUIRE(organiser.post("/v1/events", body, {.headers = trace.header}).status == 201);
  const auto all = night.await(trace.id, {"POST /v1/events", "organisation wait", "organisation decide", "event wait",
                                          "event decide", "journal commit", "fold catalogue", "fold search_text"});
  const auto request = *spans_named(all, "POST /v1/events");
  const auto commits = std::ranges::count(all, "journal commit", &span::name);
  CHECK(commits == 2); // the slug's, and the event's
  for (const auto& each : all) {
    CAPTURE(each.name);
    if (!each.name.starts_with("fold ") && each.id != request.id) {
      CHECK(each.parent == request.id);
      CHECK(each.began >= request.began);
      CHECK(each.ended <= request.ended);
    }
  }
}

TEST_CASE(
    "the journal names the trace of a request that is traced by chance; no flag, no probe and no \"not sampled\" makes spans") {
  traced_night night{1.0};
  auto auditor = night.server.key({"audit"});
  const auto made = hold(night.buyer, night.opera, {"A/1/1"});
  REQUIRE(made.status == 201);
  const client_trace unwanted{7, false};
  REQUIRE(hold(night.buyer, night.opera, {"A/1/2"}, {.headers = unwanted.header}).status == 201);
  for (const char* probe : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
    // On the connection of requests that are traced. A server may not be ready yet: that is an answer too.
    REQUIRE(night.buyer.ask("GET", probe, {}).status != 404);
  }
  const auto page = auditor.get(night.opera.path("/journal?from_seq=" + made.event_seq()));
  const auto text = page.json().at("items").at(0).at("trace_id").get<std::string>();
  const domain::trace_id trace{std::stoull(text.substr(0, 16), nullptr, 16), std::stoull(text.substr(16), nullptr, 16)};
  const auto all = night.await(trace, {hold_route, "journal commit", "fold bookings"});
  CHECK(spans_named(all, hold_route)->parent == 0);
  CHECK(!spans_named(all, hold_route)->parent_is_remote);
  // Behind the answer to a later request on the same thread everything before it is recorded.
  CHECK(night.spans->of(unwanted.id).empty());
  for (const auto& each : night.spans->all()) {
    for (const char* probe : {"healthz", "readyz", "metrics", "openapi"}) {
      CHECK(each.name.find(probe) == std::string::npos);
    }
  }
}

TEST_CASE("a request whose journal fails has failed spans, and none of a fold") {
  traced_night night;
  const client_trace trace{8};
  night.server.journal().fail_next_commit(journal::memory_journal::fault::lost);
  CHECK(hold(night.buyer, night.opera, {"A/1/7"}, {.headers = trace.header}).status == 503);
  const auto all = night.await(trace.id, {hold_route, "journal commit"});
  CHECK(spans_named(all, "journal commit")->failed);
  CHECK(spans_named(all, hold_route)->failed);
  CHECK(attribute_of(*spans_named(all, hold_route), "error.type") == "503");
  CHECK(!spans_named(all, "event decide")->failed);
  CHECK(std::ranges::none_of(all, [](const span& each) { return each.name.starts_with("fold "); }));
}

TEST_CASE("a request whose connection ends before its answer has a span that says so") {
  const auto spans = std::make_shared<kept_spans>();
  std::mutex mutex;
  http::deferred waiting;
  bool called = false;
  server_settings settings;
  settings.traces = std::make_shared<tracing::tracer>(spans, tracing::sampling_options{.asked_per_second_max = 10});
  settings.more_routes = [&](http::router& table) {
    table.add({.verb = http::method::get,
               .pattern = "/never",
               .who = http::permission::open(),
               .run = [&](http::exchange& of) {
                 const std::scoped_lock lock{mutex};
                 waiting = of.defer();
                 called = true;
               }});
  };
  api_server server{std::move(settings)};
  const client_trace trace{9};
  http::test::raw_client client{server.port()};
  REQUIRE(client.send(http::test::get("/never", trace.header)));
  REQUIRE(eventually([&] {
    const std::scoped_lock lock{mutex};
    return called;
  }));
  CHECK(spans->of(trace.id).empty());
  server.stop();
  const auto all = spans->of(trace.id);
  REQUIRE(all.size() == 1);
  CHECK(all.front().name == "GET /never");
  CHECK(all.front().parent == client_span);
  CHECK(attribute_of(all.front(), "error.type") == "connection_ended");
  CHECK(attribute_of(all.front(), "http.response.status_code").empty());
  const std::scoped_lock lock{mutex};
  waiting.complete(); // goes nowhere, and makes no second span
  CHECK(spans->of(trace.id).size() == 1);
}

} // namespace holdfast::api_test
