#include "http/documents.hpp"

#include "http/negotiation.hpp"
#include "http/problem.hpp"

#include <array>
#include <memory>
#include <utility>

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
  /// By coding; null: as it is.
  std::array<std::shared_ptr<const std::string>, 3> packed;
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

/// With its compressed forms, made once; some 100 ms for a large one.
auto made_document(std::string text, std::string_view type) -> document {
  document made;
  made.body = std::make_shared<const std::string>(std::move(text));
  made.type = type;
  made.etag = etag_of(*made.body);
  for (const auto coding : {projections::content_coding::gzip, projections::content_coding::brotli}) {
    auto bytes = projections::compress(*made.body, coding, projections::packing::thorough);
    if (!bytes.empty() && bytes.size() < made.body->size()) {
      made.packed.at(static_cast<std::size_t>(coding)) = std::make_shared<const std::string>(std::move(bytes));
    }
  }
  return made;
}

void add_page_headers(answer& to, std::string_view policy) {
  to.header("Content-Security-Policy", policy);
  to.header("Referrer-Policy", "no-referrer");
}

void serve(exchange& ex, const document& what) {
  answer& out = ex.answer();
  out.cache_control(cached_an_hour);
  out.header("ETag", what.etag);
  out.header("Vary", "Accept-Encoding");
  if (ex.header(header_id::if_none_match) == what.etag) {
    ex.empty(304);
    return;
  }
  out.status(200);
  out.content_type(what.type);
  if (!what.policy.empty()) {
    add_page_headers(out, what.policy);
  }
  const auto coding = best_coding(ex);
  const auto& packed = what.packed.at(static_cast<std::size_t>(coding));
  if (packed) {
    out.header("Content-Encoding", projections::to_text(coding));
  }
  out.share_body(packed ? packed : what.body);
}

auto schema_document() -> const document& {
  static const document made = made_document(std::string{openapi_text()}, media::json);
  return made;
}

auto docs_document() -> const document& {
  static const document made = [] {
    docs_page rendered = render_docs(openapi_text());
    document page = made_document(std::move(rendered.html), media::html);
    page.policy.assign(bare_page_policy).append("; style-src 'sha256-").append(rendered.style_hash).append("'");
    return page;
  }();
  return made;
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
  table.add({.verb = method::get,
             .pattern = "/openapi.json",
             .who = permission::credential_free(),
             .run = [&schema = schema_document()](exchange& ex) { serve(ex, schema); }});
  table.add({.verb = method::get,
             .pattern = "/docs",
             .who = permission::credential_free(),
             .negotiates = true,
             .run = [&page = docs_document()](exchange& ex) { serve(ex, page); }});
  table.add({.verb = method::get,
             .pattern = "/problems/{code}",
             .who = permission::credential_free(),
             .negotiates = true,
             .run = serve_problem});
}

} // namespace holdfast::http
