#pragma once

#include "domain/public_id.hpp"
#include "http/token.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

namespace holdfast::tools {

/// Where a server's data is, below one directory.
struct data_paths {
  explicit data_paths(std::filesystem::path root);

  std::filesystem::path root;
  std::filesystem::path lock;      ///< flock: shared for offline readers, exclusive for whoever writes
  std::filesystem::path journal;   ///< RocksDB: the truth
  std::filesystem::path snapshots; ///< disposable
  std::filesystem::path marks;     ///< high-water mark and ballast; never in a backup
  std::filesystem::path secrets;   ///< 0700
  std::filesystem::path backups;
  std::filesystem::path admin_key; ///< 0600; the first API key, in clear for its operator
};

/// What a server needs to recognise its own tokens and ids. Losing it invalidates every session and every id that people hold.
struct server_secrets {
  http::key_ring tokens;
  std::array<std::uint8_t, 32> subject_key{};
  std::array<std::uint8_t, 32> request_key{};
  domain::public_ids ids;
};

/// Reads the secrets, making those that do not exist. The failure says what to do.
[[nodiscard]] auto load_secrets(const std::filesystem::path& folder) -> tl::expected<server_secrets, std::string>;
/// The keyed ids of a data directory, for offline tools; the secret is not made.
[[nodiscard]] auto load_ids(const std::filesystem::path& folder) -> tl::expected<domain::public_ids, std::string>;

/// The text of the first API key: read from the file, or made and written durably with mode 0600.
[[nodiscard]] auto ensure_admin_key(const std::filesystem::path& file) -> tl::expected<std::string, std::string>;

} // namespace holdfast::tools
