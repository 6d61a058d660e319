#pragma once

#include <string>
#include <string_view>

namespace holdfast::tickets {

/// `text` as HTML and XML have it between tags and in quoted attributes: `& < > " '` become references, and control characters that XML does
/// not let stand are left out. Thread-safe.
void append_escaped(std::string& to, std::string_view text);
[[nodiscard]] auto escaped(std::string_view text) -> std::string;

} // namespace holdfast::tickets
