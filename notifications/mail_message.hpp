#pragma once

#include "domain/instant.hpp"

#include <string>
#include <string_view>

namespace holdfast::notifications {

/// A mail before it is bytes. Texts are UTF-8; what would end a header becomes a blank.
struct mail {
  std::string from;       ///< an address, as people::is_email takes it
  std::string from_name;  ///< empty: none
  std::string to;         ///< an address
  std::string message_id; ///< without brackets; the same whenever the same mail is sent again
  domain::instant date;
  std::string subject;
  std::string text;
  std::string html;
};

/// The bytes of RFC 5322: multipart/alternative of text and HTML, both in base64, so that no line is too long and none begins with a dot. Lines end in CR
/// LF. Headers that are not ASCII are encoded words (RFC 2047). Pure.
[[nodiscard]] auto encode(const mail& what) -> std::string;
/// A text of a header as RFC 2047 has it, folded; as it is when it is ASCII that needs nothing.
[[nodiscard]] auto header_text(std::string_view text) -> std::string;

} // namespace holdfast::notifications
