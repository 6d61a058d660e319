#include "http/documents.hpp"

#include "http/problem.hpp"

#include <memory>

namespace holdfast::embedded {

auto openapi_json() noexcept -> std::string_view; // made by cmake/embed.cmake from http/openapi.json

} // namespace holdfast::embedded

namespace holdfast::http {

namespace {

constexpr std::string_view cached_an_hour = "public, max-age=3600";
constexpr std::string_view bare_page_policy =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct document {
  std::shared_ptr<const std::string> body;
  std::string_view type;
  std::string policy;
  std::string etag;
};

/// A weak validator of content that only changes with the program.
auto etag_of(std::string_view text) -> std::string {
  constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325ULL; // FNV-1a, 64 bits (Fowler, Noll, Vo)
  constexpr std::uint64_t fnv_prime = 0x100000001b3ULL;
  std::uint64_t hash = fnv_offset;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
  }
  return "W/\"" + std::to_string(hash) + "\"";
}

void add_page_headers(answer& to, std::string_view policy) {
  to.header("Content-Security-Policy", policy);
  to.header("Referrer-Policy", "no-referrer");
}

void serve(exchange& ex, const document& what) {
  answer& out = ex.answer();
  out.cache_control(cached_an_hour);
  out.header("ETag", what.etag);
  if (ex.header(header_id::if_none_match) == what.etag) {
    ex.empty(304);
    return;
  }
  out.status(200);
  out.content_type(what.type);
  if (!what.policy.empty()) {
    add_page_headers(out, what.policy);
  }
  out.share_body(what.body);
}

void serve_problem(exchange& ex) {
  const problem_row* row = find_problem(ex.parameter("code"));
  if (row == nullptr) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  ex.answer().content_type(media::html);
  ex.answer().cache_control(cached_an_hour);
  add_page_headers(ex.answer(), bare_page_policy);
  ex.answer().body() = problem_page(*row);
}

} // namespace

auto openapi_text() noexcept -> std::string_view {
  return embedded::openapi_json();
}

void add_documents(router& table) {
  auto schema = std::make_shared<document>();
  schema->body = std::make_shared<const std::string>(openapi_text());
  schema->type = media::json;
  schema->etag = etag_of(*schema->body);
  table.add({.verb = method::get,
             .pattern = "/openapi.json",
             .who = permission::credential_free(),
             .run = [schema](exchange& ex) { serve(ex, *schema); }});

  docs_page rendered = render_docs(openapi_text());
  auto page = std::make_shared<document>();
  page->policy.assign(bare_page_policy).append("; style-src 'sha256-").append(rendered.style_hash).append("'");
  page->body = std::make_shared<const std::string>(std::move(rendered.html));
  page->type = media::html;
  page->etag = etag_of(*page->body);
  table.add({.verb = method::get,
             .pattern = "/docs",
             .who = permission::credential_free(),
             .negotiates = true,
             .run = [page](exchange& ex) { serve(ex, *page); }});

  table.add({.verb = method::get,
             .pattern = "/problems/{code}",
             .who = permission::credential_free(),
             .negotiates = true,
             .run = serve_problem});
}

} // namespace holdfast::http
