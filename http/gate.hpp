#pragma once

#include "http/request.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// The strict gate in front of everything: reads the raw bytes of a request's header before any other parser does, and lets
/// through only what has exactly one meaning. Beast's parser accepts `Transfer-Encoding: xchunked`, chunked HTTP/1.0, repeated
/// Content-Length, missing or repeated Host, folded lines, unknown methods and more; behind a proxy that reads such a request
/// differently, its tail becomes somebody else's request (smuggling).
namespace holdfast::http {

namespace gate_limits {
/// Request line and headers, the empty line included.
inline constexpr std::size_t header_bytes_max = 8 * 1024;
inline constexpr std::size_t fields_max = 64;
/// Content-Length beyond any route's limit; keeps the arithmetic far from overflow.
inline constexpr std::uint64_t content_length_max = std::uint64_t{1} << 40U;
} // namespace gate_limits

/// How a request's body is delimited.
enum class framing : std::uint8_t { none, length, chunked };

/// A header that passed: every view points into the scanned bytes.
struct accepted_header {
  method verb = method::get;
  std::string_view target; ///< starts with '/', visible ASCII
  std::string_view path;   ///< the target up to '?'
  std::string_view query;  ///< after '?', or empty
  framing body = framing::none;
  std::uint64_t content_length = 0; ///< with framing::length
  bool keep_alive = true;           ///< HTTP/1.1 without `Connection: close`
  bool expects_continue = false;
  bool expects_other = false; ///< an expectation that nobody can meet: 417
  bool upgrades = false;      ///< a whole WebSocket handshake, but for its version
  std::size_t bytes = 0;      ///< of the header, the empty line included
};

/// Scans one header, given in as many pieces as the network makes of it. Not thread-safe; reused for every request of a
/// connection.
class gate {
 public:
  enum class verdict : std::uint8_t { incomplete, accepted, refused };

  /// `bytes` is everything received of this request so far: the same bytes as in the last call, and more. Looks at each byte's
  /// legality once. Refuses as early as it can: a byte that no header may hold is refused before the header is complete.
  [[nodiscard]] auto scan(std::string_view bytes) -> verdict;

  /// After `accepted`.
  [[nodiscard]] auto header() const noexcept -> const accepted_header& { return header_; }

  [[nodiscard]] auto fields() const noexcept -> const std::vector<header_field>& { return fields_; }

  [[nodiscard]] auto fields() noexcept -> std::vector<header_field>& { return fields_; }

  /// After `refused`: why, for the log. Never text of the client's.
  [[nodiscard]] auto why() const noexcept -> std::string_view { return why_; }

  /// Ready for the next request.
  void reset() noexcept;

 private:
  struct seen;

  [[nodiscard]] auto scan_bytes(std::string_view bytes) noexcept -> verdict;
  [[nodiscard]] auto read_structure(std::string_view block) -> bool;
  [[nodiscard]] auto read_request_line(std::string_view line) -> bool;
  [[nodiscard]] auto read_field(std::string_view line, seen& counts) -> bool;
  [[nodiscard]] auto read_known_field(const header_field& field, seen& counts) -> bool;
  [[nodiscard]] auto read_connection(std::string_view value) -> bool;
  [[nodiscard]] auto check_framing(const seen& counts) -> bool;
  [[nodiscard]] auto check_upgrade(bool named) -> bool;
  auto refuse(std::string_view why) noexcept -> bool;

  std::size_t scanned_ = 0;    ///< bytes known to be legal
  std::size_t line_start_ = 0; ///< of the line that `scanned_` is in
  bool after_cr_ = false;
  bool http_1_0_ = false;
  std::string_view why_;
  accepted_header header_;
  std::vector<header_field> fields_;
};

} // namespace holdfast::http
