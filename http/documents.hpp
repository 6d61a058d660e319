#pragma once

#include "http/router.hpp"

#include <string>
#include <string_view>

namespace holdfast::http {

/// Adds what describes the API: `/openapi.json`, `/docs` and `/problems/{code}`. Made once, here; nothing is read from disk.
void add_documents(router& table);

/// The OpenAPI document that this build was made with.
[[nodiscard]] auto openapi_text() noexcept -> std::string_view;

/// A readable page of an OpenAPI document: one HTML file without scripts and without anything from elsewhere.
struct docs_page {
  std::string html;
  std::string style_hash; ///< of the page's only style element, for a content security policy
};
[[nodiscard]] auto render_docs(std::string_view openapi) -> docs_page;

/// Appends text with HTML's escapes.
void append_html(std::string& out, std::string_view text);

} // namespace holdfast::http
