#pragma once

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace holdfast::gateway {

/// The one line of a secret's file; the file is made at first, with a random secret that begins with `prefix`, readable by its owner only.
[[nodiscard]] auto keep_secret(const std::filesystem::path& file, const std::string& prefix)
    -> tl::expected<std::string, std::string>;

} // namespace holdfast::gateway
