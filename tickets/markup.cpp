#include "tickets/markup.hpp"

namespace holdfast::tickets {

void append_escaped(std::string& to, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
    case '&': to += "&amp;"; break;
    case '<': to += "&lt;"; break;
    case '>': to += "&gt;"; break;
    case '"': to += "&quot;"; break;
    case '\'': to += "&#39;"; break;
    default:
      if (static_cast<unsigned char>(letter) >= 0x20 || letter == '\n' || letter == '\t') {
        to.push_back(letter);
      }
    }
  }
}

auto escaped(std::string_view text) -> std::string {
  std::string out;
  append_escaped(out, text);
  return out;
}

} // namespace holdfast::tickets
