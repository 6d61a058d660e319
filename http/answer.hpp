#pragma once

#include "http/connection_stream.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::http {

/// What goes back for one request. Reused by the connection: its strings keep their capacity. One thread at a time.
///
/// The edge adds Content-Length, Date, X-Request-Id, security, CORS and rate-limit headers itself; everything else is said here.
class answer {
 public:
  void status(unsigned code) noexcept { status_ = code; }

  [[nodiscard]] auto status() const noexcept -> unsigned { return status_; }

  /// Appends a header. Control characters in `value` become blanks, so that no value can end the header.
  void header(std::string_view name, std::string_view value);
  void header(std::string_view name, std::uint64_t value);

  /// The body's media type; the text must live for ever (a literal). Empty: no Content-Type.
  void content_type(std::string_view type) noexcept { content_type_ = type; }

  [[nodiscard]] auto content_type() const noexcept -> std::string_view { return content_type_; }

  /// `Cache-Control`; the text must live for ever. Unset, the edge says `no-store`.
  void cache_control(std::string_view text) noexcept { cache_control_ = text; }

  [[nodiscard]] auto cache_control() const noexcept -> std::string_view { return cache_control_; }

  /// The body to write into; append or assign. Capacity survives the request.
  [[nodiscard]] auto body() noexcept -> std::string& { return body_; }

  /// A published body that many answers share: sent without copying. Replaces the own body.
  void share_body(std::shared_ptr<const std::string> body) noexcept { shared_ = std::move(body); }

  /// The bytes that will be sent.
  [[nodiscard]] auto bytes() const noexcept -> std::string_view { return shared_ ? std::string_view{*shared_} : body_; }

  [[nodiscard]] auto shares_body() const noexcept -> bool { return shared_ != nullptr; }

  /// What the connection becomes after this answer's head: a body without an end, or, with status 101, another protocol. Nothing
  /// else is asked on this connection any more.
  void stream(std::shared_ptr<connection_stream> what) noexcept { stream_ = std::move(what); }

  [[nodiscard]] auto stream() const noexcept -> const std::shared_ptr<connection_stream>& { return stream_; }

  /// Header lines so far, each ended by CR LF.
  [[nodiscard]] auto header_lines() const noexcept -> std::string_view { return headers_; }

  /// The connection ends after this answer.
  void close_connection() noexcept { close_ = true; }

  [[nodiscard]] auto closes_connection() const noexcept -> bool { return close_; }

  /// Back to an empty 200; strings keep their capacity up to `capacity_bytes_kept`.
  void clear() noexcept;

  static constexpr std::size_t capacity_bytes_kept = 64 * 1024;

 private:
  unsigned status_ = 200;
  bool close_ = false;
  std::string_view content_type_;
  std::string_view cache_control_;
  std::string headers_;
  std::string body_;
  std::shared_ptr<const std::string> shared_;
  std::shared_ptr<connection_stream> stream_;
};

/// Media types of the API.
namespace media {
inline constexpr std::string_view json = "application/json";
inline constexpr std::string_view problem_json = "application/problem+json";
inline constexpr std::string_view html = "text/html; charset=utf-8";
/// Bytes, of a form that the operation describes.
inline constexpr std::string_view octets = "application/octet-stream";
inline constexpr std::string_view seats = "application/vnd.holdfast.seats";
inline constexpr std::string_view layout = "application/vnd.holdfast.layout";
/// UTF-8, with a header line (RFC 4180).
inline constexpr std::string_view csv = "text/csv";
inline constexpr std::string_view event_stream = "text/event-stream";
inline constexpr std::string_view metrics = "text/plain; version=0.0.4; charset=utf-8";
} // namespace media

} // namespace holdfast::http
