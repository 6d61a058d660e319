#include "http/negotiation.hpp"
#include "http/routes/context.hpp"
#include "http/routes/show_body.hpp"
#include "http/search_query.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

/// What people look for: from the published index alone, so that it answers whatever selling does.
namespace holdfast::http::routes {

namespace {

constexpr std::string_view caching = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";
constexpr std::int64_t age_unit_ms = 1'000;
constexpr std::size_t suggestions_usual = 10;

/// Answers with what was found, or that the client has it.
auto show(exchange& of, const context& in) -> projections::view_done {
  const wanted_form form{media::json, best_coding(of), caching, "Accept-Encoding"};
  auto to = std::make_shared<deferred>(of.defer());
  return [to, &in, form](projections::read_outcome outcome, const body_ptr& body) {
    if (!was_read(**to, outcome)) {
      to->complete();
      return;
    }
    show_packed(to, in, body, form, [&in, body](exchange& ex) {
      const auto age = std::max<std::int64_t>((in.engine.now() - body->made_at).count / age_unit_ms, 0);
      ex.answer().header("Age", static_cast<std::uint64_t>(age));
    });
  };
}

void search(exchange& ex, const context& in) {
  if (!only_queries(ex, {"q", "city", "country", "near", "radius_km", "category", "from", "to", "status", "price_max",
                         "available", "sort", "cursor", "limit", "facets"})) {
    return;
  }
  auto query = read_search(ex);
  if (!query) {
    ex.refuse(problem_kind::invalid_query, {.detail = query.error()});
    return;
  }
  in.views.search(*std::move(query), show(ex, in));
}

void suggest(exchange& ex, const context& in) {
  if (!only_queries(ex, {"q", "limit"})) {
    return;
  }
  const auto text = read_search_text(ex);
  const auto limit = read_search_limit(ex, suggestions_usual, projections::search_limits::suggestions_max);
  if (!text || !limit) {
    ex.refuse(problem_kind::invalid_query, {.detail = text ? limit.error() : text.error()});
    return;
  }
  if (text->empty()) {
    ex.refuse(problem_kind::invalid_query, {.detail = "q is what was typed so far"});
    return;
  }
  in.views.suggest(std::string{*text}, *limit, show(ex, in));
}

} // namespace

void add_search(router& table, const context& in) {
  constexpr auto anybody = permission::open();
  table.add({.verb = method::get, .pattern = "/v1/search", .who = anybody, .run = with(in, search)});
  table.add({.verb = method::get, .pattern = "/v1/suggest", .who = anybody, .run = with(in, suggest)});
}

} // namespace holdfast::http::routes
