#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::tools::bench {

/// One HTTP answer, as far as a load generator needs to know it. Views point into the bytes that were read.
struct response {
  unsigned status = 0;
  bool closes = false;      ///< the server ends the connection after this answer
  std::string_view headers; ///< the lines after the status line
  std::string_view body;
  std::size_t bytes = 0; ///< of the whole answer
};

enum class read_state : std::uint8_t { complete, incomplete, malformed };

struct read_result {
  read_state state = read_state::incomplete;
  response what; ///< when complete
};

/// Reads the answer at the start of `bytes`: HTTP/1.1 with a Content-Length, or without a body (204, 304). Anything else,
/// chunked answers included, is malformed here: every server that is measured sends lengths. Allocates nothing.
[[nodiscard]] auto read_response(std::string_view bytes) noexcept -> read_result;

/// The value of a header, without surrounding blanks; empty when it is absent. `name` in lower case.
[[nodiscard]] auto header_value(std::string_view headers, std::string_view name) noexcept -> std::string_view;

/// The text of the first JSON string member `name` of `body` (`"name":"text"`, with or without a blank after the colon), as it
/// stands, escapes included; empty when absent.
[[nodiscard]] auto string_member(std::string_view body, std::string_view name) noexcept -> std::string_view;

} // namespace holdfast::tools::bench
