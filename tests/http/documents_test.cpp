#include "http/documents.hpp"
#include "http/problem.hpp"
#include "projections/wire/packing.hpp"
#include "tests/http/test_server.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace projections = holdfast::projections;
using namespace holdfast::http;
using namespace holdfast::http::test;

namespace {

auto document() -> const nlohmann::json& {
  static const nlohmann::json parsed = nlohmann::json::parse(openapi_text());
  return parsed;
}

/// Every `$ref` of a document.
void collect_refs(const nlohmann::json& from, std::set<std::string>& out) {
  if (from.is_object() && from.contains("$ref")) {
    out.insert(from.at("$ref").get<std::string>());
  }
  for (const auto& each : from) {
    if (each.is_structured()) {
      collect_refs(each, out);
    }
  }
}

} // namespace

TEST_SUITE_BEGIN("documents");

TEST_CASE(
    "the API's description is sound: 3.1, every reference leads somewhere, every operation has an id of its own") {
  CHECK(document().at("openapi") == "3.1.0");
  std::set<std::string> refs;
  collect_refs(document(), refs);
  CHECK(refs.size() > 50);
  for (const std::string& each : refs) {
    CAPTURE(each);
    CHECK(document().contains(nlohmann::json::json_pointer{each.substr(1)}));
  }
  std::set<std::string> ids;
  std::size_t operations = 0;
  for (const auto& [path, verbs] : document().at("paths").items()) {
    for (const auto& [verb, operation] : verbs.items()) {
      ids.insert(operation.at("operationId").get<std::string>());
      ++operations;
    }
  }
  CHECK(operations >= 39);
  CHECK(ids.size() == operations);
}

TEST_CASE("every code that the description names is a problem of the table") {
  const std::string text{openapi_text()};
  for (std::size_t at = text.find(": `"); at != std::string::npos; at = text.find(": `", at + 1)) {
    const std::size_t end = text.find('`', at + 3);
    const std::string code = text.substr(at + 3, end - at - 3);
    if (code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos &&
        code.find('_') != std::string::npos) {
      CAPTURE(code);
      CHECK(find_problem(code) != nullptr);
    }
  }
}

TEST_CASE("the page shows every operation, has no script and takes nothing from elsewhere") {
  const docs_page page = render_docs(openapi_text());
  for (const auto& [path, verbs] : document().at("paths").items()) {
    CAPTURE(path);
    CHECK(page.html.find("<code>" + path + "</code>") != std::string::npos);
    for (const auto& [verb, operation] : verbs.items()) {
      CHECK(page.html.find("id=\"" + operation.at("operationId").get<std::string>() + "\"") != std::string::npos);
    }
  }
  for (const char* foreign : {"<script", "src=", "http://", "https://", "@import", "url(", "style=", "onclick"}) {
    CHECK(page.html.find(foreign) == std::string::npos);
  }
  for (std::size_t at = page.html.find("href=\"#"); at != std::string::npos; at = page.html.find("href=\"#", at + 1)) {
    const std::string target = page.html.substr(at + 7, page.html.find('"', at + 7) - at - 7);
    CAPTURE(target);
    CHECK(page.html.find("id=\"" + target + "\"") != std::string::npos);
  }
}

TEST_CASE("text in the page is escaped") {
  const docs_page page =
      render_docs(R"({"info":{"title":"<b>","summary":"","description":"a `<i>` & \"q\""},"tags":[],"paths":{},
      "components":{"schemas":{}}})");
  CHECK(page.html.find("<b>") == std::string::npos);
  CHECK(page.html.find("&lt;b&gt;") != std::string::npos);
  CHECK(page.html.find("<code>&lt;i&gt;</code> &amp; &quot;q&quot;") != std::string::npos);
}

TEST_CASE("the documents are served, with a policy and a validator") {
  test_server server;
  auto client = server.client();
  const auto schema = client->ask(get("/openapi.json"));
  REQUIRE(schema);
  CHECK(schema->status == 200);
  CHECK(schema->header("content-type") == "application/json");
  CHECK(schema->body == openapi_text());
  CHECK(client->ask(get("/openapi.json", "If-None-Match: " + schema->header("etag") + "\r\n"))->status == 304);
  const auto page = client->ask(get("/docs", "Accept: text/html\r\n"));
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->header("content-type") == "text/html; charset=utf-8");
  CHECK(page->header("content-security-policy").starts_with("default-src 'none'"));
  CHECK(page->header("content-security-policy").find("unsafe") == std::string::npos);
  CHECK(page->header("content-security-policy").find(render_docs(openapi_text()).style_hash) != std::string::npos);
  CHECK(page->header("referrer-policy") == "no-referrer");
}

TEST_CASE("the documents are compressed for whoever takes that") {
  test_server server;
  auto client = server.client();
  for (const auto* path : {"/openapi.json", "/docs"}) {
    const auto plain = client->ask(get(path));
    REQUIRE(plain);
    CHECK(plain->header("content-encoding").empty());
    CHECK(plain->header("vary").find("Accept-Encoding") != std::string::npos);
    for (const auto coding : {projections::content_coding::gzip, projections::content_coding::brotli}) {
      const std::string name{projections::to_text(coding)};
      CAPTURE(name);
      const auto packed = client->ask(get(path, "Accept-Encoding: " + name + "\r\n"));
      REQUIRE(packed);
      CHECK(packed->status == 200);
      CHECK(packed->header("content-encoding") == name);
      CHECK(packed->body == projections::compress(plain->body, coding, projections::packing::thorough));
      CHECK(packed->body.size() * 4 < plain->body.size());
      CHECK(client->ask(get(path, "Accept-Encoding: " + name + "\r\nIf-None-Match: " + plain->header("etag") + "\r\n"))
                ->status == 304);
    }
  }
}

TEST_CASE("every problem has a page, whose code is spelled one way") {
  test_server server;
  auto client = server.client();
  std::set<std::string_view> codes;
  for (const problem_row& row : problem_rows()) {
    CAPTURE(row.code);
    CHECK(row.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK((row.status >= 400 && row.status < 600));
    CHECK(codes.insert(row.code).second);
    CHECK(find_problem(row.code) == &row);
    CHECK(&problem_row_of(row.kind) == &row);
    const auto page = client->ask(get("/problems/" + std::string{row.code}));
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->body.find("<code>" + std::string{row.code} + "</code>") != std::string::npos);
  }
  CHECK(client->ask(get("/problems/none"))->status == 404);
}

TEST_CASE("a problem of 429 or 503 always says when to try again") {
  for (const problem_row& row : problem_rows()) {
    std::string text;
    json_writer out{text};
    begin_problem(out, row.kind, {}, "00");
    end_problem(out);
    const nlohmann::json parsed = nlohmann::json::parse(text);
    CHECK(parsed.at("status") == row.status);
    CHECK(parsed.at("type") == "/problems/" + std::string{row.code});
    CHECK(parsed.contains("retry_after_ms") == (row.status == 429 || row.status == 503));
    CHECK((retry_after_seconds(row.kind, {}) > 0) == (row.status == 429 || row.status == 503));
  }
  CHECK(retry_after_seconds(problem_kind::rate_limited, {.retry_after = std::chrono::milliseconds{1001}}) == 2);
}

TEST_SUITE_END();
