#include "http/api_key.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace holdfast;
using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

auto code_of(const std::optional<raw_answer>& answer) -> std::string {
  if (!answer) {
    return "no answer";
  }
  const std::size_t at = answer->body.find("\"code\":\"");
  return at == std::string::npos ? "none" : answer->body.substr(at + 8, answer->body.find('"', at + 8) - at - 8);
}

auto key_line(const std::string& text) -> std::string {
  return "Authorization: Bearer " + text + "\r\n";
}

/// A key with these scopes, known to the server.
auto add_key(test_server& server, std::uint32_t scopes, bool revoked = false) -> std::string {
  const new_api_key made = make_api_key();
  server.callers->set_keys(
      std::make_shared<const key_table>(std::vector<key_entry>{{.key = domain::key_id{7},
                                                                .organisation = domain::organisation_id{1},
                                                                .scopes = {scopes},
                                                                .revoked = revoked,
                                                                .hash = made.hash}}));
  return made.text;
}

} // namespace

TEST_SUITE_BEGIN("edge");

TEST_CASE("a path that nobody has is 404, a method that it lacks 405 with Allow") {
  test_server server;
  auto client = server.client();
  CHECK(code_of(client->ask(get("/nothing"))) == "not_found");
  CHECK(code_of(client->ask(get("/things"))) == "not_found");
  CHECK(code_of(client->ask(get("/things/"))) == "not_found");
  CHECK(code_of(client->ask(get("/things/1/2"))) == "not_found");
  CHECK(code_of(client->ask(get("//things/1"))) == "not_found");
  const auto answer = client->ask(post("/things/1", "{}"));
  CHECK(code_of(answer) == "method_not_allowed");
  CHECK(answer->header("allow") == "GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST_CASE("path and query are decoded once") {
  test_server server;
  auto client = server.client();
  const auto answer = client->ask(get("/things/a%2Fb%2525?q=c%26d+e"));
  REQUIRE(answer);
  CHECK(answer->body.find(R"("id":"a/b%25")") != std::string::npos);
  CHECK(answer->body.find(R"("q":"c&d e")") != std::string::npos);
}

TEST_CASE("a query parameter that comes twice is refused") {
  test_server server;
  CHECK(code_of(server.client()->ask(get("/?q=1&q=2"))) == "invalid_query");
}

TEST_CASE("credentials in a URL are refused") {
  test_server server;
  for (const char* query : {"access_token=x", "token=x", "API_KEY=x", "q=1&authorization=x", "%74oken=x"}) {
    CHECK(code_of(server.client()->ask(get(std::string{"/?"} + query))) == "credentials_in_url");
  }
  CHECK(server.handled == 0);
}

TEST_CASE("permissions: who may call what") {
  test_server server;
  auto client = server.client();
  const std::string buyer = server.buyer_header();
  CHECK(code_of(client->ask(get("/buyer"))) == "credentials_required");
  CHECK(client->ask(get("/buyer"))->header("www-authenticate") == "Bearer");
  CHECK(client->ask(get("/buyer", buyer))->status == 200);
  CHECK(code_of(client->ask(get("/sellers", buyer))) == "scope_missing");
  CHECK(client->ask(get("/either", buyer))->status == 200);
  CHECK(client->ask(get("/", buyer))->status == 200);

  const std::string seller = key_line(add_key(server, domain::key_scope::sell));
  CHECK(client->ask(get("/sellers", seller))->status == 200);
  CHECK(client->ask(get("/either", seller))->status == 200);
  CHECK(code_of(client->ask(get("/buyer", seller))) == "buyer_required");

  const std::string auditor = key_line(add_key(server, domain::key_scope::audit));
  CHECK(code_of(client->ask(get("/sellers", seller))) == "credentials_invalid"); // replaced
  CHECK(code_of(client->ask(get("/sellers", auditor))) == "scope_missing");
  CHECK(code_of(client->ask(get("/either", auditor))) == "scope_missing");

  const std::string admin = key_line(add_key(server, domain::key_scope::admin));
  CHECK(client->ask(get("/sellers", admin))->status == 200);
  CHECK(code_of(client->ask(get("/buyer", admin))) == "buyer_required");
}

TEST_CASE("credentials that are presented must be valid, on public routes too") {
  test_server server;
  auto client = server.client();
  for (const char* value :
       {"Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer", "Bearer hf_unknown", "Bearer v1.7.AAAA.BBBB", "x"}) {
    const auto answer = client->ask(get("/", std::string{"Authorization: "} + value + "\r\n"));
    CHECK(code_of(answer) == "credentials_invalid");
    CHECK(answer->header("www-authenticate") == "Bearer error=\"invalid_token\"");
  }
  CHECK(server.handled == 0);
}

TEST_CASE("a token that expires while its connection lives is refused from then on") {
  test_server server;
  auto client = server.client();
  const std::string buyer = server.buyer_header(300);
  CHECK(client->ask(get("/buyer", buyer))->status == 200);
  std::optional<raw_answer> answer;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  do {
    answer = client->ask(get("/buyer", buyer));
  } while (answer && answer->status == 200 && std::chrono::steady_clock::now() < end);
  CHECK(code_of(answer) == "credentials_invalid");
}

TEST_CASE("a revoked key is refused from the next request on, on a connection that knows it") {
  test_server server;
  auto client = server.client();
  const new_api_key made = make_api_key();
  key_entry entry{.key = domain::key_id{1},
                  .organisation = domain::organisation_id{1},
                  .scopes = {domain::key_scope::sell},
                  .revoked = false,
                  .hash = made.hash};
  server.callers->set_keys(std::make_shared<const key_table>(std::vector{entry}));
  CHECK(client->ask(get("/sellers", key_line(made.text)))->status == 200);
  entry.revoked = true;
  server.callers->set_keys(std::make_shared<const key_table>(std::vector{entry}));
  CHECK(code_of(client->ask(get("/sellers", key_line(made.text)))) == "credentials_invalid");
}

TEST_CASE("tokens of a key that was rotated out are refused, those of the one before still pass") {
  test_server server;
  auto client = server.client();
  const std::string old = server.buyer_header();
  signing_key next{.id = "8", .secret = {}};
  next.secret.fill(0x11);
  server.callers->set_ring(key_ring{{next, test_ring().keys().front()}});
  CHECK(client->ask(get("/buyer", old))->status == 200);
  CHECK(client->ask(get("/buyer", server.buyer_header()))->status == 200);
  signing_key later{.id = "9", .secret = {}};
  later.secret.fill(0x22);
  server.callers->set_ring(key_ring{{later, next}});
  CHECK(code_of(client->ask(get("/buyer", old))) == "credentials_invalid");
}

TEST_CASE("only JSON bodies without encoding are taken, and only JSON is offered") {
  test_server server;
  auto client = server.client();
  const auto with_type = [](const char* verb, const char* path, const std::string& lines) {
    return std::string{verb} + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n" + lines + "\r\n{}";
  };
  CHECK(code_of(client->ask(with_type("POST", "/", ""))) == "unsupported_media_type");
  CHECK(code_of(client->ask(with_type("POST", "/", "Content-Type: text/plain\r\n"))) == "unsupported_media_type");
  CHECK(code_of(client->ask(with_type("POST", "/", "Content-Type: application/x-www-form-urlencoded\r\n"))) ==
        "unsupported_media_type");
  CHECK(code_of(client->ask(with_type("POST", "/", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"))) ==
        "unsupported_media_type");
  CHECK(code_of(client->ask(with_type("POST", "/", "Content-Type: application/merge-patch+json\r\n"))) ==
        "unsupported_media_type");
  CHECK(client->ask(with_type("POST", "/", "Content-Type: Application/JSON; charset=utf-8\r\n"))->status == 200);
  CHECK(client->ask(with_type("PATCH", "/things/1", "Content-Type: application/merge-patch+json\r\n"))->status == 200);
  CHECK(code_of(client->ask(get("/", "Accept: text/html\r\n"))) == "not_acceptable");
  CHECK(code_of(client->ask(get("/", "Accept: application/json;q=0, text/html\r\n"))) == "not_acceptable");
  CHECK(client->ask(get("/", "Accept: text/html, application/json;q=0.5\r\n"))->status == 200);
  CHECK(client->ask(get("/", "Accept: */*\r\n"))->status == 200);
  CHECK(client->ask(get("/", "Accept: application/*\r\n"))->status == 200);
  CHECK(code_of(client->ask(get("/", "Expect: the-unexpected\r\n"))) == "expectation_failed");
}

TEST_CASE("a route that needs an Idempotency-Key checks it") {
  test_server server;
  auto client = server.client();
  CHECK(code_of(client->ask(post("/keyed", "{}"))) == "idempotency_key_required");
  CHECK(code_of(client->ask(post("/keyed", "{}", "Idempotency-Key: 1234567\r\n"))) == "idempotency_key_invalid");
  CHECK(code_of(client->ask(post("/keyed", "{}", "Idempotency-Key: 1234 5678\r\n"))) == "idempotency_key_invalid");
  CHECK(code_of(client->ask(post("/keyed", "{}", "Idempotency-Key: " + std::string(129, 'a') + "\r\n"))) ==
        "idempotency_key_invalid");
  CHECK(client->ask(post("/keyed", "{}", "Idempotency-Key: 12345678\r\n"))->body == R"({"key":"12345678"})");
  CHECK(client->ask(post("/keyed", "{}", "Idempotency-Key: " + std::string(128, 'a') + "\r\n"))->status == 200);
}

TEST_CASE("a body that is refused is skipped when it is here, and the connection goes on") {
  test_server server;
  auto client = server.client();
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of(client->ask(post("/keyed", get("/things/1")))) == "idempotency_key_required");
  }
  CHECK(server.handled == 0);
  CHECK(client->ask(get("/"))->status == 200);
}

TEST_CASE("the body of a refused request is never the next request, chunked, large or waited for") {
  const auto head = [](const std::string& framing) {
    return "POST /keyed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + framing + "\r\n\r\n";
  };
  const std::string hidden = get("/things/1");
  const std::string chunk = "2b\r\n" + hidden + "\r\n";
  REQUIRE(hidden.size() == 0x2b);
  test_server server;
  auto client = server.client();
  CHECK(code_of(client->ask(head("Transfer-Encoding: chunked") + chunk + "0\r\n\r\n")) == "idempotency_key_required");
  CHECK(client->ask(get("/"))->status == 200);
  const auto handled = server.handled.load();
  std::string much;
  while (much.size() < 100'000) {
    much += hidden;
  }
  std::string chunks;
  while (chunks.size() < 100'000) {
    chunks += chunk;
  }
  const std::string length = "Content-Length: " + std::to_string(much.size());
  for (const auto& bytes : {head(length) + much, head("Transfer-Encoding: chunked") + chunks,
                            head(length + "\r\nExpect: 100-continue") + hidden}) {
    auto ended = server.client();
    ended->send(bytes);
    const auto answer = ended->receive();
    REQUIRE(answer.has_value());
    CHECK(answer->status >= 400);
    CHECK(answer->header("connection") == "close");
    CHECK(ended->receive_all().empty());
  }
  CHECK(server.handled == handled);
}

TEST_CASE("faults of a body are named, all of them") {
  test_server server;
  auto client = server.client();
  CHECK(code_of(client->ask(post("/named", "{"))) == "invalid_json");
  CHECK(code_of(client->ask(post("/named", R"({"name":"a","name":"b"})"))) == "invalid_json");
  const auto answer = client->ask(post("/named", R"({"name":"much too long","extra":1,"more":{"deep":1}})"));
  CHECK(code_of(answer) == "validation_failed");
  CHECK(answer->status == 422);
  for (const char* pointer : {R"("pointer":"/name")", R"("pointer":"/extra")", R"("pointer":"/more")"}) {
    CHECK(answer->body.find(pointer) != std::string::npos);
  }
  CHECK(answer->body.find("/more/deep") == std::string::npos);
  CHECK(code_of(client->ask(post("/named", ""))) == "validation_failed");
  CHECK(client->ask(post("/named", R"({"name":"a"})"))->status == 201);
}

TEST_CASE("every answer has the headers that it should, and a problem names its trace") {
  test_server server;
  auto client = server.client();
  const auto answer = client->ask(get(
      "/nothing", "X-Request-Id: mine\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
  REQUIRE(answer);
  CHECK(answer->header("x-request-id") == "mine");
  CHECK(answer->header("x-content-type-options") == "nosniff");
  CHECK(answer->header("cache-control") == "no-store");
  CHECK(answer->header("date").ends_with(" GMT"));
  CHECK(answer->header("strict-transport-security").empty());
  CHECK(answer->body.find(R"("trace_id":"0af7651916cd43dd8448eb211c80319c")") != std::string::npos);
  CHECK(answer->body.find(R"("type":"/problems/not_found")") != std::string::npos);
  const auto made = client->ask(get("/", "X-Request-Id: " + std::string(129, 'a') + "\r\n"));
  CHECK(made->header("x-request-id").starts_with("req_"));
}

TEST_CASE("CORS: reads are open, writes only to this origin and configured ones") {
  server_options options = test_server::quick();
  options.allowed_origins = {"https://tickets.example"};
  test_server server{options};
  auto client = server.client();
  const std::string foreign = "Origin: https://evil.example\r\n";
  const std::string friendly = "Origin: https://tickets.example\r\n";

  CHECK(client->ask(get("/", foreign))->header("access-control-allow-origin") == "*");
  CHECK(client->ask(get("/", foreign))->header("access-control-expose-headers").find("Event-Seq") != std::string::npos);
  CHECK(client->ask(get("/"))->header("access-control-allow-origin").empty());
  CHECK(client->ask(get("/big"))->header("access-control-allow-origin") == "*"); // caches share it

  CHECK(code_of(client->ask(post("/", "{}", foreign))) == "origin_not_allowed");
  CHECK(code_of(client->ask(post("/", "{}", "Origin: null\r\n"))) == "origin_not_allowed");
  const auto allowed = client->ask(post("/", "{}", friendly));
  CHECK(allowed->status == 200);
  CHECK(allowed->header("access-control-allow-origin") == "https://tickets.example");
  CHECK(allowed->header("vary") == "Origin");
  CHECK(client->ask(post("/", "{}", "Origin: http://localhost\r\n"))->status == 200);
}

TEST_CASE("CORS: a preflight says what is allowed") {
  server_options options = test_server::quick();
  options.allowed_origins = {"https://tickets.example"};
  test_server server{options};
  auto client = server.client();
  const auto preflight = [&](const std::string& origin, const std::string& verb) {
    return client->ask("OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin +
                       "\r\nAccess-Control-Request-Method: " + verb + "\r\n\r\n");
  };
  const auto write = preflight("https://tickets.example", "POST");
  CHECK(write->status == 204);
  CHECK(write->header("access-control-allow-origin") == "https://tickets.example");
  CHECK(write->header("access-control-allow-methods") == "GET, HEAD, POST, OPTIONS");
  CHECK(write->header("access-control-allow-headers").find("Idempotency-Key") != std::string::npos);
  CHECK(preflight("https://evil.example", "POST")->header("access-control-allow-origin").empty());
  CHECK(preflight("https://evil.example", "GET")->header("access-control-allow-origin") == "*");
  const auto plain = client->ask("OPTIONS /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(plain->status == 204);
  CHECK(plain->header("allow") == "GET, HEAD, PATCH, DELETE, OPTIONS");
  CHECK(client->ask("OPTIONS /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")->status == 404);
}

TEST_CASE("too many requests are 429 with Retry-After, and the back office has its own lane") {
  server_options options = test_server::quick();
  options.rates.address_view = {.per_second = 0.01, .burst = 5};
  options.rates.key = {.per_second = 0.01, .burst = 3};
  test_server server{options};
  auto client = server.client();
  for (int i = 4; i >= 0; --i) {
    const auto answer = client->ask(get("/"));
    CHECK(answer->status == 200);
    CHECK(answer->header("ratelimit-policy") == "\"address\";q=5;w=500");
    CHECK(answer->header("ratelimit").starts_with("\"address\";r=" + std::to_string(i) + ";t="));
  }
  const auto refused = client->ask(get("/"));
  CHECK(code_of(refused) == "rate_limited");
  CHECK(refused->header("retry-after") == "100");
  CHECK(refused->body.find("\"retry_after_ms\":") != std::string::npos);
  CHECK(code_of(client->ask(get("/nothing"))) == "rate_limited");
  const std::string seller = key_line(add_key(server, domain::key_scope::sell));
  for (int i = 0; i < 3; ++i) {
    CHECK(client->ask(get("/sellers", seller))->status == 200);
  }
  CHECK(code_of(client->ask(get("/sellers", seller))) == "rate_limited");
  // Guesses at credentials draw from the address.
  CHECK(code_of(client->ask(get("/", key_line("hf_guess")))) == "rate_limited");
}

TEST_CASE("a buyer has a bucket of their own") {
  server_options options = test_server::quick();
  options.rates.buyer = {.per_second = 0.01, .burst = 2};
  test_server server{options};
  auto client = server.client();
  const std::string one = server.buyer_header();
  CHECK(client->ask(get("/buyer", one))->status == 200);
  CHECK(client->ask(get("/buyer", one))->status == 200);
  CHECK(code_of(client->ask(get("/buyer", one))) == "rate_limited");
  CHECK(client->ask(get("/buyer", server.buyer_header()))->status == 200);
}

TEST_CASE("behind a proxy each client has its own bucket; nobody else can claim an address") {
  server_options options = test_server::quick();
  options.rates.address_view = {.per_second = 0.01, .burst = 1};
  options.trusted_proxies = {"127.0.0.0/8"};
  test_server server{options};
  auto client = server.client();
  const auto from = [](const std::string& chain) { return get("/", "X-Forwarded-For: " + chain + "\r\n"); };
  CHECK(client->ask(from("192.0.2.1"))->status == 200);
  CHECK(client->ask(from("192.0.2.1"))->status == 429);
  CHECK(client->ask(from("192.0.2.2"))->status == 200);
  // What the client wrote in front of the proxy's word does not count.
  CHECK(client->ask(from("203.0.113.9, 192.0.2.2"))->status == 429);
  CHECK(client->ask(from("192.0.2.3, 127.0.0.9"))->status == 200);

  options.trusted_proxies = {};
  test_server direct{options};
  auto liar = direct.client();
  CHECK(liar->ask(from("192.0.2.1"))->status == 200);
  CHECK(liar->ask(from("192.0.2.2"))->status == 429);
}

TEST_CASE("requests are counted by route, method and status") {
  test_server server;
  auto client = server.client();
  static_cast<void>(client->ask(get("/things/1")));
  static_cast<void>(client->ask(get("/things/2")));
  static_cast<void>(client->ask(get("/nothing")));
  static_cast<void>(client->ask(post("/keyed", "{}")));
  // An answer is counted once it is written, which its reader may notice first.
  CHECK(await([&] {
    return server.metrics->text().find(R"(route="/keyed",method="POST",status="400"} 1)") != std::string::npos;
  }));
  const std::string text = server.metrics->text();
  CHECK(text.find(R"(holdfast_http_requests_total{route="/things/{id}",method="GET",status="200"} 2)") !=
        std::string::npos);
  CHECK(text.find(R"(holdfast_http_requests_total{route="none",method="any",status="404"} 1)") != std::string::npos);
  CHECK(text.find(R"(holdfast_http_requests_total{route="/keyed",method="POST",status="400"} 1)") != std::string::npos);
  CHECK(text.find(R"(holdfast_http_request_seconds_count{route="/things/{id}",method="GET"} 2)") != std::string::npos);
  CHECK(text.find("holdfast_http_connections 1") != std::string::npos);
  CHECK(text.find("holdfast_inflight_requests 0") != std::string::npos);
}

TEST_SUITE_END();
