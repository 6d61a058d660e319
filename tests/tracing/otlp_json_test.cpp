#include "tracing/otlp_json.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <vector>

using namespace holdfast;
using namespace holdfast::tracing;
using nlohmann::json;

namespace {

constexpr std::chrono::nanoseconds epoch{1'700'000'000'000'000'000};

auto at(std::int64_t ns) -> clock::time_point {
  return clock::time_point{std::chrono::nanoseconds{ns}};
}

auto request_span() -> span {
  span what;
  what.trace = {0x0af7651916cd43dd, 0x8448eb211c80319c};
  what.id = 0x00f067aa0ba902b7;
  what.parent = 0xb7ad6b7169203331;
  what.parent_is_remote = true;
  what.kind = span_kind::server;
  what.name = "POST /v1/events/{event}/holds";
  what.began = at(5);
  what.ended = at(1'000'005);
  what.attributes = {{"http.request.method", std::string{"POST"}}, {"http.response.status_code", std::int64_t{201}}};
  return what;
}

auto encoded(std::span<const span> spans, const resource_attributes& from) -> std::string {
  std::string out;
  append_otlp(out, spans, from, epoch);
  return out;
}

} // namespace

TEST_CASE("a span leaves in the JSON encoding of OTLP: hexadecimal ids, decimal text for 64 bits, numbers for kinds") {
  const std::array spans{request_span()};
  CHECK(
      encoded(spans, {{"service.name", "holdfast"}}) ==
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"holdfast"}}]},)"
      R"("scopeSpans":[{"scope":{"name":"holdfast"},"spans":[)"
      R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","parentSpanId":"b7ad6b7169203331",)"
      R"("flags":769,"name":"POST /v1/events/{event}/holds","kind":2,)"
      R"("startTimeUnixNano":"1700000000000000005","endTimeUnixNano":"1700000000001000005",)"
      R"("attributes":[{"key":"http.request.method","value":{"stringValue":"POST"}},)"
      R"({"key":"http.response.status_code","value":{"intValue":"201"}}],"status":{}}]}]}]})");
}

TEST_CASE("a root has no parent, a child's parent is not remote, and a failure is said") {
  auto root = request_span();
  root.parent = 0;
  root.parent_is_remote = false;
  auto child = request_span();
  child.parent = root.id;
  child.parent_is_remote = false;
  child.kind = span_kind::consumer;
  child.failed = true;
  child.attributes.clear();
  const std::array spans{root, child};
  const auto all = json::parse(encoded(spans, {}));
  const auto& made = all.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans");
  REQUIRE(made.size() == 2);
  CHECK(!made[0].contains("parentSpanId"));
  CHECK(made[0].at("flags") == 0x101);
  CHECK(made[0].at("status") == json::object());
  CHECK(made[1].at("parentSpanId") == made[0].at("spanId"));
  CHECK(made[1].at("flags") == 0x101);
  CHECK(made[1].at("kind") == 5);
  CHECK(made[1].at("status").at("code") == 2);
  CHECK(made[1].at("attributes") == json::array());
}

TEST_CASE("text is escaped, whatever a configuration calls the service") {
  auto odd = request_span();
  odd.name = "a \"quoted\" \\ name\n\x01";
  const std::array spans{odd};
  const auto all = json::parse(encoded(spans, {{"service.name", "Schau\"spiel\thaus Köln"}}));
  const auto& resource = all.at("resourceSpans").at(0);
  CHECK(resource.at("resource").at("attributes").at(0).at("value").at("stringValue") == "Schau\"spiel\thaus Köln");
  CHECK(resource.at("scopeSpans").at(0).at("spans").at(0).at("name") == odd.name);
}

TEST_CASE("what a collector refuses of a batch is read from its answer, in either form of a number") {
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})") == 3);
  CHECK(rejected_spans(R"({"partialSuccess":{"rejectedSpans":4}})") == 4);
  for (const auto& nothing : std::vector<std::string>{
           "", "{}", "not json", "[]", R"({"partialSuccess":{}})", R"({"partialSuccess":null})",
           R"({"partialSuccess":{"rejectedSpans":"-1"}})", R"({"partialSuccess":{"rejectedSpans":"3x"}})",
           R"({"partialSuccess":{"rejectedSpans":[1]}})"}) {
    CAPTURE(nothing);
    CHECK(rejected_spans(nothing) == 0);
  }
}
