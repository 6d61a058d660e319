#pragma once

#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::journal::audit {

/// A stored record, taken apart byte by byte after the table in docs/journal-format.md.
struct record {
  bool command_continues = false;
  std::uint16_t type = 0;
  std::uint16_t version = 0;
  stream_name stream;
  std::uint64_t seq = 0;
  std::uint64_t epoch = 0;
  std::int64_t time_ms = 0;
  std::uint64_t command_key = 0;
  std::uint64_t command_request = 0;
  hash_bytes previous{};
  std::string_view payload; ///< of the bytes it was read from
  hash_bytes hash{};        ///< SHA-256 of those bytes
};

struct unreadable {
  violation_kind why;
  std::string detail;
};

[[nodiscard]] auto read_record(std::string_view bytes) -> tl::expected<record, unreadable>;

/// SHA-256, for records and for certificates.
[[nodiscard]] auto digest(std::string_view bytes) -> hash_bytes;
[[nodiscard]] auto hex_of(const hash_bytes& hash) -> std::string;

} // namespace holdfast::journal::audit
