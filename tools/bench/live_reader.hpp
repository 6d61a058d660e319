#pragma once

#include "tools/bench/response_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::tools::bench {

/// One message of a server over a WebSocket (RFC 6455 §5.2): whole, and not masked. Views point into the bytes that were read.
struct socket_message {
  enum class opcode : std::uint8_t { binary = 2, close = 8, ping = 9, pong = 10 };

  opcode what = opcode::binary;
  std::string_view payload;
  std::size_t bytes = 0; ///< of the whole message
};

struct message_result {
  read_state state = read_state::incomplete;
  socket_message what; ///< when complete
};

/// Reads the message at the start of `bytes`. Fragments, masks, text and reserved bits are malformed here: no live seat map has
/// them. Allocates nothing.
[[nodiscard]] auto read_message(std::string_view bytes) noexcept -> message_result;

/// How a frame of the live seat map (docs/wire-formats.md) begins: as much of it as says whether anything was lost.
struct live_head {
  enum class kind : std::uint8_t { hello = 0, delta = 1, delta_with_areas = 2, reset = 3 };

  kind what = kind::hello;
  std::uint64_t seq = 0;
};

/// Nothing when it is no such frame.
[[nodiscard]] auto read_live_head(std::string_view frame) noexcept -> std::optional<live_head>;

} // namespace holdfast::tools::bench
