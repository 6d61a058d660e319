#pragma once

#include "notifications/notice.hpp"
#include "notifications/story.hpp"

#include <string>

namespace holdfast::notifications {

/// What a buyer is told.
struct mail_text {
  std::string subject;
  std::string text; ///< plain, UTF-8, lines end in LF
  std::string html; ///< a whole document without anything from elsewhere; every text of others is escaped
};

/// The mail for a notice about an order. Pure.
[[nodiscard]] auto mail_text_for(const notice& about, const story& of) -> mail_text;

} // namespace holdfast::notifications
