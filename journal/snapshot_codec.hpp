#pragma once

#include "domain/state_image.hpp"
#include "journal/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::journal {

/// What a snapshot's file says before its state: enough to know where it belongs. Byte layout in docs/journal-format.md.
struct snapshot_header {
  domain::event_id event;
  std::uint64_t seq = 0;
  chain_hash chain{};
  std::uint64_t state_hash = 0;
};

/// Bytes of a snapshot's fixed header; the state follows, then the SHA-256 of everything before it.
inline constexpr std::size_t snapshot_header_bytes = 80;

[[nodiscard]] auto encode_snapshot(const snapshot_header& header, const domain::state_image& image) -> std::string;

struct decoded_snapshot {
  snapshot_header header;
  domain::state_image image;
};

/// Nothing when the bytes are not a whole, sound snapshot of the version that this program writes.
[[nodiscard]] auto decode_snapshot(std::string_view bytes) -> std::optional<decoded_snapshot>;

} // namespace holdfast::journal
