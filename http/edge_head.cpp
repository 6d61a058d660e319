#include "http/edge.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>

// The head of an answer, written by hand: one append after the other into a buffer that keeps its memory.

namespace holdfast::http {

namespace {

constexpr std::string_view exposed_headers =
    "ETag, Event-Seq, Expires-In-Ms, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, X-View-Seq";

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  static_cast<void>(error); // 20 digits hold every 64-bit number
  out.append(digits.data(), end);
}

void append_status_line(std::string& out, unsigned status) {
  switch (status) {
  case 200: out.append("HTTP/1.1 200 OK\r\n"); return;
  case 201: out.append("HTTP/1.1 201 Created\r\n"); return;
  case 204: out.append("HTTP/1.1 204 No Content\r\n"); return;
  case 409: out.append("HTTP/1.1 409 Conflict\r\n"); return;
  case 101: out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"); return;
  default: break;
  }
  out.append("HTTP/1.1 ");
  append_number(out, status);
  out.push_back(' ');
  if (status == 422) {
    out.append("Unprocessable Content");
  } else if (status == 425) {
    out.append("Too Early");
  } else {
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    out.append(reason.data(), reason.size());
  }
  out.append("\r\n");
}

} // namespace

void edge::append_cross_origin(std::string& out, const exchange& of, const connection_facts& connection) {
  if (connection.allow_any_origin) {
    // A shared cache may hand the answer to a page of another site later; everybody else is spared the bytes.
    if (!of.header(header_id::origin) && !of.answer().cache_control().starts_with("public")) {
      return;
    }
    out.append("Access-Control-Allow-Origin: *\r\n");
  } else if (!connection.allow_origin.empty()) {
    out.append("Access-Control-Allow-Origin: ").append(connection.allow_origin).append("\r\nVary: Origin\r\n");
  } else {
    return;
  }
  out.append("Access-Control-Expose-Headers: ").append(exposed_headers).append("\r\n");
}

void edge::append_head(std::string& out, const exchange& of, const connection_facts& connection, std::string_view date,
                       bool closing) const {
  const http::answer& what = of.answer();
  const unsigned status = what.status();
  append_status_line(out, status);
  out.append("Date: ").append(date).append("\r\n");
  const bool has_body = status != 101 && status != 204 && status != 304;
  if (has_body) {
    if (!what.content_type().empty()) {
      out.append("Content-Type: ").append(what.content_type()).append("\r\nX-Content-Type-Options: nosniff\r\n");
    }
    if (!what.stream()) {
      out.append("Content-Length: ");
      append_number(out, what.bytes().size());
      out.append("\r\n");
    }
  }
  out.append("Cache-Control: ")
      .append(what.cache_control().empty() ? std::string_view{"no-store"} : what.cache_control());
  out.append("\r\nX-Request-Id: ").append(of.request_id()).append("\r\n");
  limiter_->append_headers(out, connection.rate);
  append_cross_origin(out, of, connection);
  if (connection.secure) {
    out.append("Strict-Transport-Security: max-age=31536000\r\n");
  }
  out.append(what.header_lines());
  out.append(closing ? std::string_view{"Connection: close\r\n\r\n"} : std::string_view{"\r\n"});
}

} // namespace holdfast::http
