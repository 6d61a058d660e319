#pragma once

#include <cstddef>
#include <string_view>

/// Which texts the domain accepts. Bytes are counted, not characters: a limit is a limit on what is stored.
namespace holdfast::domain {

/// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates), whatever it says.
[[nodiscard]] auto is_utf8(std::string_view text) noexcept -> bool;
/// Well-formed UTF-8 without control characters (C0, DEL, C1).
[[nodiscard]] auto is_printable_text(std::string_view text) noexcept -> bool;
/// As `is_printable_text`, but line feeds and tabs may stand in it.
[[nodiscard]] auto is_multiline_text(std::string_view text) noexcept -> bool;
/// A name that people read: printable text, not empty, without blanks at its ends and without what is invisible or turns the direction of
/// the text around it (U+200B–U+200F, U+2028–U+202E, U+2060–U+2069, U+FEFF), so that two names that look alike to people are rarely two.
[[nodiscard]] auto is_clear_name(std::string_view text) noexcept -> bool;
/// A part of a seat's label, an area's name or a tier's id: 1 to limits::label_part_bytes_max bytes, a clear name
/// without '/'.
[[nodiscard]] auto is_label_part(std::string_view text) noexcept -> bool;
/// 1 to limits::slug_bytes_max of [a-z0-9-], a '-' neither first nor last nor beside another, and not the form of an id ("evt_…" cannot be one: no '_').
[[nodiscard]] auto is_slug(std::string_view text) noexcept -> bool;
/// What a payment may carry: up to limits::payment_text_bytes_max of [A-Za-z0-9 ._-], and no card number.
[[nodiscard]] auto is_payment_text(std::string_view text) -> bool;

} // namespace holdfast::domain
