#pragma once

#include "tickets/receipt.hpp"

#include <string>
#include <string_view>

namespace holdfast::tickets {

/// A whole page that prints well: one style sheet, no script, nothing that is fetched. Every text is escaped. Thread-safe.
[[nodiscard]] auto receipt_html(const receipt_text& text) -> std::string;

/// The `Content-Security-Policy` of that page: only its own style sheet, which it names by its hash. Serve it with nothing wider.
[[nodiscard]] auto receipt_html_policy() noexcept -> std::string_view;

} // namespace holdfast::tickets
