#pragma once

#include "http/failure.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>

namespace holdfast::http {

using secret_bytes = std::array<std::uint8_t, 32>;

/// Makes `folder` with mode 0700, or checks that nobody else may read it.
[[nodiscard]] auto ensure_secret_folder(const std::filesystem::path& folder) -> tl::expected<void, failure>;
/// Reads a 32-byte secret; a file of another size, or one that others than its owner may read, is an error.
[[nodiscard]] auto read_secret(const std::filesystem::path& file) -> tl::expected<secret_bytes, failure>;
/// Writes 32 random bytes to a new file of mode 0600 and syncs it and its folder before the name exists.
[[nodiscard]] auto create_secret(const std::filesystem::path& file) -> tl::expected<secret_bytes, failure>;

} // namespace holdfast::http
