#pragma once

#include "journal/failure.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// A backup is a directory: `journal/` with the files of a journal, and `backup.json` with their sizes and hashes. No marks, no secrets,
/// no views: the first would make an old copy look current, the second stay with the server, the third are made again.
namespace holdfast::tools {

struct backup_file {
  std::string name; ///< below `journal/`
  std::uint64_t bytes = 0;
  std::string sha256; ///< hex
};

struct backup_manifest {
  std::string backup_id;
  std::string created_at;
  std::uint64_t position = 0; ///< newest commit in the copy
  std::vector<backup_file> files;
};

/// Told how many bytes are done, and how many there are.
using byte_progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Copies the files of a journal that nobody writes into `to`, which is made, each synced; returns what was copied.
[[nodiscard]] auto copy_files(const std::filesystem::path& from, const std::filesystem::path& to,
                              const byte_progress& progress)
    -> tl::expected<std::vector<backup_file>, journal::failure>;

[[nodiscard]] auto write_manifest(const std::filesystem::path& backup, const backup_manifest& manifest)
    -> tl::expected<void, journal::failure>;
[[nodiscard]] auto read_manifest(const std::filesystem::path& backup)
    -> tl::expected<backup_manifest, journal::failure>;

/// What is the same in both: names, sizes, hashes. A failure names the first file that differs.
[[nodiscard]] auto same_files(const std::vector<backup_file>& expected, const std::vector<backup_file>& found)
    -> tl::expected<void, journal::failure>;

} // namespace holdfast::tools
