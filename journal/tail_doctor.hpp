#pragma once

#include "journal/failure.hpp"
#include "journal/writer_layout.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Looks at RocksDB's write-ahead logs before RocksDB does, because its own modes either refuse a tail that an honest power cut tore,
/// or open "OK" without what was acknowledged. Reads the log format itself (doc/log_format in RocksDB's sources: 32 KiB blocks of
/// checksummed fragments) and knows nothing else of RocksDB.
namespace holdfast::journal {

/// A place in a log that is not what was written there.
struct log_damage {
  std::filesystem::path file;
  std::uint64_t offset = 0; ///< where the damaged record starts
  std::uint64_t file_bytes = 0;
  std::string what;          ///< "checksum mismatch", …
  bool more_follows = false; ///< a later write is there and whole: this is no torn tail
};

/// What the logs of a journal hold.
struct log_findings {
  std::vector<std::filesystem::path> logs; ///< in the order they were written
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;                ///< writes that are whole
  std::vector<layout::commit_note> commits; ///< of the whole records before any damage, in order
  std::optional<log_damage> damage;         ///< the first one; nothing after it counts
};

/// Reads all logs of a directory and changes nothing. Fails only when they cannot be read.
[[nodiscard]] auto examine_logs(const std::filesystem::path& directory) -> tl::expected<log_findings, failure>;

/// The manifests of a directory by the same rules: damage that is not at the end is reported, a torn end is left to RocksDB.
[[nodiscard]] auto examine_manifests(const std::filesystem::path& directory)
    -> tl::expected<std::optional<log_damage>, failure>;

/// Cuts a log at its damage and moves later logs aside, keeping what is taken away in `keep_directory`; synced when it returns.
/// Returns what was done, for people.
[[nodiscard]] auto cut_tail(const log_findings& findings, const std::filesystem::path& keep_directory)
    -> tl::expected<std::string, failure>;

/// "journal/000012.log at byte 4096 of 8192 (checksum mismatch)".
[[nodiscard]] auto describe(const log_damage& damage) -> std::string;

} // namespace holdfast::journal
