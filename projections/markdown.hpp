#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// CommonMark as HTML that is safe to put into a page: HTML in the text is shown as text, links lead to http, https and mailto only (others
/// are their text), and images are their alternative text. Some 10 µs a KiB. Thread-safe.
[[nodiscard]] auto markdown_to_html(std::string_view text) -> std::string;

/// What a reader of that HTML reads, without any mark-up; blocks are lines. Thread-safe.
[[nodiscard]] auto markdown_to_text(std::string_view text) -> std::string;

/// The HTML of an event's description, which is shown many times and changes rarely: rendered once, while it is among the last that were
/// asked for. Thread-safe; never null.
[[nodiscard]] auto description_html(const std::string& text) -> std::shared_ptr<const std::string>;

} // namespace holdfast::projections
