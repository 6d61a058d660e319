#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::journal {

/// A stream has one writing actor, its own seq from 1 and its own hash chain.
enum class stream_kind : std::uint8_t { event = 1, queue = 2, payment = 3, organisation = 4, system = 5 };

struct stream_id {
  stream_kind kind = stream_kind::event;
  std::uint64_t id = 0;
  friend constexpr auto operator<=>(const stream_id&, const stream_id&) noexcept = default;
};

using chain_hash = std::array<std::uint8_t, 32>;

/// The fixed header of a record; byte layout in docs/journal-format.md. Little-endian throughout.
struct record_header {
  std::uint8_t format = 1;
  std::uint8_t flags = 0;    ///< bit 0: more facts of the same command follow
  std::uint16_t type = 0;    ///< number of the fact's message in facts.proto's `fact` oneof
  std::uint16_t version = 1; ///< of that message, for upcasts
  stream_id stream;
  std::uint64_t seq = 0;
  std::uint64_t epoch = 0; ///< tenure in which it was written
  domain::instant time;
  domain::command_id command;
  domain::trace_id trace;
  chain_hash previous{}; ///< chain hash of seq - 1; zero for seq 1
};

namespace record_flag {
inline constexpr std::uint8_t command_continues = 1;
} // namespace record_flag

/// A record as read: the header and where its payload is. The bytes belong to whoever handed it out.
struct record_view {
  record_header header;
  std::string_view payload; ///< Protocol Buffers
  std::string_view bytes;   ///< header, payload and CRC as stored
};

} // namespace holdfast::journal
