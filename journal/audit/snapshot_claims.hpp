#pragma once

#include "journal/audit/source.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace holdfast::journal::audit {

/// What a snapshot's file claims, read after docs/journal-format.md; nothing when the file is not whole.
[[nodiscard]] auto read_claim(std::string_view bytes, std::uint64_t event) -> std::optional<snapshot_claim>;

/// The claims of all whole snapshots of an event below `snapshots`, by seq. A missing directory has none.
[[nodiscard]] auto snapshot_claims(const std::filesystem::path& snapshots, std::uint64_t event)
    -> std::vector<snapshot_claim>;

} // namespace holdfast::journal::audit
