#pragma once

#include <string_view>

/// Texts that other programs read: addresses and languages.
namespace holdfast::domain {

/// "https://" and what follows, as `is_web_url` has it.
[[nodiscard]] auto is_https_url(std::string_view text) noexcept -> bool;
/// An absolute http or https URL of at most limits::url_bytes_max printable ASCII characters that RFC 3986 lets stand in one, with a host of
/// letters, digits, '.', '-' and perhaps a port, and without a name or password in front of it.
[[nodiscard]] auto is_web_url(std::string_view text) noexcept -> bool;
/// A language tag of BCP 47's usual parts in their usual case: language (2 or 3 small letters), perhaps script ("Hant"), region ("AT",
/// "419") and variants (5 to 8 small letters and digits, or 4 that begin with a digit), in this order, with '-' between them.
[[nodiscard]] auto is_language_tag(std::string_view text) noexcept -> bool;

} // namespace holdfast::domain
