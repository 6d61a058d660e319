#include "http/census.hpp"
#include "http/chunked.hpp"
#include "http/deadline_list.hpp"
#include "http/http_date.hpp"
#include "http/proxies.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace holdfast;
using namespace holdfast::http;
using namespace std::chrono_literals;

namespace {

void nothing(exchange& ex) {
  static_cast<void>(ex);
}

auto row(method verb, const char* pattern, permission who = permission::open()) -> route {
  return {.verb = verb, .pattern = pattern, .who = who, .run = nothing};
}

auto fault_of(std::vector<route> rows) -> std::string {
  router table;
  for (route& each : rows) {
    table.add(std::move(each));
  }
  const auto sealed = table.seal();
  return sealed ? "" : sealed.error().what;
}

auto address(const char* text) -> client_address {
  return parse_address(text).value();
}

} // namespace

TEST_SUITE_BEGIN("router");

TEST_CASE("a table that is not sound does not start") {
  CHECK(fault_of({row(method::get, "/a")}).empty());
  CHECK(fault_of({{.verb = method::get, .pattern = "/a", .run = nothing}}).find("it has no permission") !=
        std::string::npos);
  CHECK(fault_of({row(method::get, "/a", permission::key(0))}).find("names no scope") != std::string::npos);
  CHECK(fault_of({row(method::get, "/a", permission::key(1024))}).find("names no scope") != std::string::npos);
  CHECK(fault_of({{.verb = method::get, .pattern = "/a", .who = permission::open()}}).find("no handler") !=
        std::string::npos);
  CHECK(fault_of({row(method::get, "a")}).find("does not start with /") != std::string::npos);
  CHECK(fault_of({row(method::get, "/a//b")}).find("empty segment") != std::string::npos);
  CHECK(fault_of({row(method::get, "/a/")}).find("empty segment") != std::string::npos);
  CHECK(fault_of({row(method::get, "/{a}b")}).find("braces") != std::string::npos);
  CHECK(fault_of({row(method::get, "/{}")}).find("braces") != std::string::npos);
  CHECK(fault_of({row(method::get, "/{a}/{b}/{c}/{d}/{e}")}).find("more than four") != std::string::npos);
  CHECK(fault_of({row(method::get, "/a"), row(method::get, "/a")}).find("another row") != std::string::npos);
  CHECK(fault_of({row(method::get, "/{a}"), row(method::get, "/{b}")}).find("another row") != std::string::npos);
  CHECK(fault_of({row(method::head, "/a")}).find("answered by the edge") != std::string::npos);
  // Every fault is named, not only the first.
  const std::string both = fault_of({row(method::get, "a"), row(method::get, "/{}")});
  CHECK(both.find("GET a") != std::string::npos);
  CHECK(both.find("GET /{}") != std::string::npos);
}

TEST_CASE("paths find their rows") {
  router table;
  table.add(row(method::get, "/"));
  table.add(row(method::get, "/v1/events"));
  table.add(row(method::post, "/v1/events"));
  table.add(row(method::get, "/v1/events/{event}"));
  table.add(row(method::get, "/v1/events/{event}/seats/{seat}"));
  table.add(row(method::get, "/v1/events/special"));
  REQUIRE(table.seal());
  const auto pattern = [&](method verb, std::string_view path) {
    const router::found found = table.find(verb, path);
    return found.row == nullptr ? std::string{} : found.row->pattern;
  };
  CHECK(pattern(method::get, "/") == "/");
  CHECK(pattern(method::get, "/v1/events") == "/v1/events");
  CHECK(pattern(method::head, "/v1/events") == "/v1/events");
  CHECK(pattern(method::get, "/v1/events/x") == "/v1/events/{event}");
  CHECK(pattern(method::get, "/v1/events/special") == "/v1/events/special");
  CHECK(pattern(method::get, "/v1/events/x/seats/y") == "/v1/events/{event}/seats/{seat}");
  for (const char* none : {"/v1", "/v1/", "/v1/events/", "/v1/events/x/", "/v1/events/x/seats", "/v1/events/x/seats/",
                           "//v1/events", "/v1//events", "/V1/events", "/v1/events/x/seats/y/z"}) {
    CAPTURE(none);
    CHECK(pattern(method::get, none).empty());
    CHECK(table.find(method::get, none).allowed.empty());
  }
  const router::found found = table.find(method::get, "/v1/events/a/seats/b");
  REQUIRE(found.values.count == 2);
  CHECK(found.values.values[0] == "a");
  CHECK(found.values.values[1] == "b");
  CHECK(table.names(*found.row)[1] == "seat");
  CHECK(table.find(method::delete_, "/v1/events").row == nullptr);
  CHECK(table.find(method::delete_, "/v1/events").allowed.text() == "GET, HEAD, POST, OPTIONS");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("rate limit");

TEST_CASE("a bucket gives its burst at once and then its rate, to the token") {
  rate_limits limits;
  limits.address_view = {.per_second = 10, .burst = 5};
  rate_limiter limiter{limits};
  const auto start = rate_limiter::clock::time_point{} + 1000s;
  const auto take = [&](std::chrono::milliseconds at) {
    return limiter.take(rate_lane::address_view, address("192.0.2.1"), start + at);
  };
  for (std::uint32_t left = 5; left-- > 0;) {
    const rate_verdict verdict = take(0ms);
    CHECK(verdict.allowed);
    CHECK(verdict.remaining == left);
  }
  const rate_verdict refused = take(0ms);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.retry_after == 100ms);
  CHECK_FALSE(take(99ms).allowed);
  CHECK(take(100ms).allowed);
  CHECK_FALSE(take(199ms).allowed);
  CHECK(take(10s).remaining == 4);
  int granted = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    granted += take(20s + std::chrono::milliseconds{ms}).allowed ? 1 : 0;
  }
  CHECK(granted >= 104);
  CHECK(granted <= 105);
}

TEST_CASE("lanes and callers do not share buckets; IPv6 neighbours do") {
  rate_limits limits;
  limits.address_view = limits.address_act = limits.buyer = limits.key = {.per_second = 0.1, .burst = 1};
  rate_limiter limiter{limits};
  const auto now = rate_limiter::clock::time_point{} + 1000s;
  CHECK(limiter.take(rate_lane::address_view, address("192.0.2.1"), now).allowed);
  CHECK_FALSE(limiter.take(rate_lane::address_view, address("192.0.2.1"), now).allowed);
  CHECK(limiter.take(rate_lane::address_act, address("192.0.2.1"), now).allowed);
  CHECK(limiter.take(rate_lane::address_view, address("192.0.2.2"), now).allowed);
  CHECK(limiter.take(rate_lane::address_view, address("2001:db8::1"), now).allowed);
  CHECK_FALSE(limiter.take(rate_lane::address_view, address("2001:db8::ffff"), now).allowed);
  CHECK(limiter.take(rate_lane::address_view, address("2001:db8:0:1::1"), now).allowed);
  CHECK(limiter.take(domain::subject_id{1, 2}, now).allowed);
  CHECK_FALSE(limiter.take(domain::subject_id{1, 2}, now).allowed);
  CHECK(limiter.take(domain::key_id{1}, now).allowed);
  CHECK_FALSE(limiter.take(domain::key_id{1}, now).allowed);
}

TEST_CASE("the cap on connections counts an IPv6 neighbourhood as one, and gives its places back") {
  connection_census census{100, 2};
  using verdict = connection_census::verdict;
  CHECK(census.enter(address("2001:db8::1"), false) == verdict::admitted);
  CHECK(census.enter(address("2001:db8::ffff"), false) == verdict::admitted);
  CHECK(census.enter(address("2001:db8::2"), false) == verdict::too_many_of_address);
  CHECK(census.enter(address("2001:db8:0:1::1"), false) == verdict::admitted);
  CHECK(census.enter(address("192.0.2.1"), false) == verdict::admitted);
  CHECK(census.enter(address("192.0.2.1"), false) == verdict::admitted);
  CHECK(census.enter(address("192.0.2.1"), false) == verdict::too_many_of_address);
  CHECK(census.enter(address("192.0.2.2"), false) == verdict::admitted);
  census.leave(address("2001:db8::ffff"), false);
  CHECK(census.enter(address("2001:db8::3"), false) == verdict::admitted);
  CHECK(census.count() == 6);
}

TEST_CASE("a rate of zero switches a bucket off, and says nothing about it") {
  rate_limits limits;
  limits.buyer = {.per_second = 0, .burst = 0};
  rate_limiter limiter{limits};
  std::string headers;
  for (int i = 0; i < 1000; ++i) {
    const rate_verdict verdict = limiter.take(domain::subject_id{1, 2}, {});
    CHECK(verdict.allowed);
    limiter.append_headers(headers, verdict);
  }
  CHECK(headers.empty());
}

TEST_CASE("more callers than buckets: memory stays, and the one deepest in debt is the last to be forgotten") {
  rate_limits limits;
  limits.key = {.per_second = 0.001, .burst = 3};
  limits.buckets_max = 256;
  rate_limiter limiter{limits};
  const auto now = rate_limiter::clock::time_point{} + 1000s;
  const domain::key_id greedy{1'000'000};
  for (int i = 0; i < 3; ++i) {
    CHECK(limiter.take(greedy, now).allowed);
  }
  CHECK_FALSE(limiter.take(greedy, now).allowed);
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    CHECK(limiter.take(domain::key_id{i}, now + std::chrono::milliseconds{i}).allowed);
  }
  CHECK_FALSE(limiter.take(greedy, now + 100s).allowed);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("parts");

TEST_CASE("a proxy's word counts from the right, as far as proxies are trusted") {
  const auto proxies = trusted_proxies::parse({"10.0.0.0/8", "2001:db8::/32", "192.0.2.1"});
  REQUIRE(proxies);
  const auto behind = [&](const char* peer, std::initializer_list<const char*> lines) {
    std::vector<header_field> fields;
    for (const char* line : lines) {
      fields.push_back({"X-Forwarded-For", line, header_id::x_forwarded_for});
    }
    return proxies->client_behind(address(peer), fields).text();
  };
  CHECK(behind("203.0.113.1", {"198.51.100.1"}) == "203.0.113.1");
  CHECK(behind("10.1.2.3", {"198.51.100.1"}) == "198.51.100.1");
  CHECK(behind("10.1.2.3", {"1.1.1.1, 198.51.100.1"}) == "198.51.100.1");
  CHECK(behind("10.1.2.3", {"198.51.100.1, 10.9.9.9,192.0.2.1"}) == "198.51.100.1");
  CHECK(behind("10.1.2.3", {"198.51.100.1", "10.9.9.9"}) == "198.51.100.1");
  CHECK(behind("10.1.2.3", {"10.4.4.4"}) == "10.4.4.4");
  CHECK(behind("10.1.2.3", {"garbage"}) == "10.1.2.3");
  CHECK(behind("10.1.2.3", {"198.51.100.1, garbage"}) == "10.1.2.3");
  CHECK(behind("10.1.2.3", {"198.51.100.1:80"}) == "10.1.2.3");
  CHECK(behind("10.1.2.3", {}) == "10.1.2.3");
  CHECK(behind("2001:db8::5", {"2001:db9::1"}) == "2001:db9::1");
  CHECK(behind("192.0.2.2", {"198.51.100.1"}) == "192.0.2.2");
}

TEST_CASE("networks of proxies are checked when they are read") {
  for (const char* text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "2001:db8::/129", "host", "10.0.0.0/-1", "10.0.0.0/8x"}) {
    CAPTURE(text);
    CHECK_FALSE(trusted_proxies::parse({text}));
  }
  CHECK(trusted_proxies::parse({"0.0.0.0/0"})->contains(address("198.51.100.1")));
  CHECK_FALSE(trusted_proxies::parse({"0.0.0.0/0"})->contains(address("2001:db8::1")));
  CHECK(trusted_proxies::parse({"::/0"})->contains(address("198.51.100.1")));
}

TEST_CASE("chunks are decoded wherever they are cut") {
  const std::string text = "5\r\nhello\r\n00000001\r\n \r\nA\r\n0123456789\r\n0\r\n\r\nNEXT";
  for (std::size_t cut = 0; cut + 4 < text.size(); ++cut) {
    chunked_decoder decoder;
    std::string out;
    std::size_t taken = 0;
    REQUIRE(decoder.feed(std::string_view{text}.substr(0, cut), out, 100, taken) == chunked_decoder::progress::more);
    CHECK(taken == cut);
    REQUIRE(decoder.feed(std::string_view{text}.substr(cut), out, 100, taken) == chunked_decoder::progress::done);
    CHECK(out == "hello 0123456789");
    CHECK(text.substr(cut + taken) == "NEXT");
  }
}

TEST_CASE("chunks beyond the limit are noticed at their size") {
  chunked_decoder decoder;
  std::string out;
  std::size_t taken = 0;
  CHECK(decoder.feed("3\r\nabc\r\n2\r\n", out, 5, taken) == chunked_decoder::progress::more);
  CHECK(decoder.feed("de\r\n1\r\n", out, 5, taken) == chunked_decoder::progress::too_large);
  decoder.reset();
  out.clear();
  CHECK(decoder.feed("ffffffff\r\n", out, 5, taken) == chunked_decoder::progress::too_large);
}

TEST_CASE("traces are continued when they are sound, and begun when not") {
  const trace_context taken = trace_context::of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  CHECK(taken.trace_text() == "0af7651916cd43dd8448eb211c80319c");
  CHECK(taken.parent == 0xb7ad6b7169203331ULL);
  CHECK(taken.sampled);
  CHECK(trace_context::of("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more").trace_text() ==
        "0af7651916cd43dd8448eb211c80319c");
  for (const char* text : {"", "00", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                           "00-0af7651916cd43dd8448eb211c80319-b7ad6b71692033310-01",
                           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"}) {
    CAPTURE(text);
    const trace_context begun = trace_context::of(text);
    CHECK(begun.trace_text() != "0af7651916cd43dd8448eb211c80319c");
    CHECK((begun.trace_high != 0 && begun.parent == 0 && begun.span != 0));
  }
  CHECK(trace_context::of("").trace_text() != trace_context::of("").trace_text());
}

TEST_CASE("deadlines come due in order, and a node is in one list only") {
  const auto start = deadline_node::time_point{} + 100s;
  deadline_node a;
  deadline_node b;
  deadline_node c;
  {
    deadline_list list;
    deadline_list other;
    list.append(a, start);
    list.append(b, start + 1s);
    list.append(c, start + 2s);
    list.append(a, start + 3s); // again: at the end now
    CHECK(list.take_due(start) == nullptr);
    CHECK(list.take_due(start + 1s) == &b);
    CHECK_FALSE(b.is_linked());
    other.append(c, start + 9s);
    CHECK(list.take_due(start + 5s) == &a);
    CHECK(list.take_due(start + 5s) == nullptr);
    CHECK(other.take_first() == &c);
    list.append(a, start);
  }
  CHECK_FALSE(a.is_linked());
}

TEST_CASE("dates are as HTTP writes them") {
  http_date date;
  CHECK(date.text(784'111'777'000) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.text(784'111'777'999) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.text(784'111'778'000) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(date.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a header's value cannot end the header") {
  answer out;
  out.header("Location", "/a\r\nSet-Cookie: b");
  CHECK(out.header_lines() == "Location: /a  Set-Cookie: b\r\n");
}

TEST_SUITE_END();
