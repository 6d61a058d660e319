#pragma once

#include "tickets/ticket_code.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The keys that sign ticket codes, a file each among a server's secrets: `ticket-<n>.key`, 32 random bytes, n from 1 to 255.
namespace holdfast::tools {

inline constexpr std::string_view first_ticket_key_file = "ticket-1.key";

/// Whether this is the name of such a file.
[[nodiscard]] auto is_ticket_key(std::string_view file_name) noexcept -> bool;

/// Those with the highest numbers, the highest first, at most tickets::ticket_keys_max: the first signs, all of them verify. Makes a first one, mode
/// 0600, when there is none. `folder` exists (http::ensure_secret_folder). A file that others may read, of another size, or with a number
/// beyond 255 is an error, which says what to do.
[[nodiscard]] auto load_ticket_keys(const std::filesystem::path& folder)
    -> tl::expected<std::vector<tickets::ticket_key>, std::string>;

} // namespace holdfast::tools
