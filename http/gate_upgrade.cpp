#include "http/gate.hpp"
#include "http/live/websocket.hpp"

namespace holdfast::http {

/// Both halves of an upgrade or none (RFC 9110 §7.8), and with them a whole handshake (RFC 6455 §4.1): what is less is no browser's.
auto gate::check_upgrade(bool named) -> bool {
  if (header_.upgrades != named) {
    return refuse("half of an upgrade");
  }
  if (!header_.upgrades) {
    return true;
  }
  if (!header_.keep_alive || header_.verb != method::get) {
    return refuse("an upgrade of what cannot be upgraded");
  }
  int keys = 0;
  int versions = 0;
  for (const header_field& field : fields_) {
    if (equal_ignoring_case(field.name, "sec-websocket-key")) {
      ++keys;
      if (!is_websocket_key(field.value)) {
        return refuse("Sec-WebSocket-Key is not 16 bytes in base64");
      }
    } else if (equal_ignoring_case(field.name, "sec-websocket-version")) {
      ++versions;
    } else if (equal_ignoring_case(field.name, "sec-websocket-accept")) {
      return refuse("an answer's header in a handshake");
    }
  }
  return keys == 1 && versions == 1 ? true : refuse("a WebSocket handshake that is not whole");
}

} // namespace holdfast::http
