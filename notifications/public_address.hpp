#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

struct sockaddr;

namespace holdfast::notifications {

/// Whether an address is one of the public internet: no network of one's own (RFC 1918, RFC 4193), no loopback or link, no documentation, test, shared or
/// multicast range, nor one of these inside an address of IPv6 (mapped, NAT64, 6to4). The registries of special-purpose addresses
/// (RFC 6890) say which. Thread-safe.
[[nodiscard]] auto is_public(const sockaddr* address, std::size_t bytes) noexcept -> bool;
[[nodiscard]] auto is_public_v4(std::uint32_t address) noexcept -> bool; ///< in the host's order
[[nodiscard]] auto is_public_v6(const std::array<std::uint8_t, 16>& address) noexcept -> bool;

} // namespace holdfast::notifications
