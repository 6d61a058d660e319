#pragma once

#include "tools/http_client.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace holdfast::tools {

/// A consistent copy of its journal that a running server made on its own disk.
struct server_copy {
  std::string id;
  std::filesystem::path path;
  std::string created_at; ///< RFC 3339
};

/// Asks the server at `address` for a copy, with the API key of scope admin in `key_file`, and sees that it can be read from here.
/// Whoever is done with it removes it: it shares its tables with the journal only until those are compacted away. Failure: for people.
[[nodiscard]] auto ask_for_copy(const server_address& address, const std::string& key_file)
    -> tl::expected<server_copy, std::string>;

} // namespace holdfast::tools
