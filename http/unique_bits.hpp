#pragma once

#include <cstdint>

namespace holdfast::http {

/// 64 bits that do not repeat in practice and are never zero: for trace, span and request ids. Predictable to whoever sees a
/// few of them, so never for secrets. Thread-safe: every thread has its own generator, seeded from the operating system.
[[nodiscard]] auto unique_bits() noexcept -> std::uint64_t;

} // namespace holdfast::http
