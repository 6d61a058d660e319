#pragma once

#include "journal/audit/queue_facts.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The draw of docs/waiting-room.md, computed from its description.
namespace holdfast::journal::audit {

[[nodiscard]] auto leaf_of(std::uint64_t place, const queue_joined::entrant& who) -> hash_bytes;
/// The root of RFC 6962, 2.1, of leaves that are hashes already.
[[nodiscard]] auto tree_root(std::vector<hash_bytes> leaves) -> hash_bytes;
/// Indices of the leaves in the order of their lots.
[[nodiscard]] auto lot_order(const std::string& seed, std::string_view round_value,
                             const std::vector<hash_bytes>& leaves) -> std::vector<std::uint32_t>;

} // namespace holdfast::journal::audit
