#pragma once

#include "projections/projection_store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::projections {

/// One space of the store: a RocksDB of its own in a directory of its own, so that wiping it is removing it, whatever has happened
/// to its files, and so that damage is one projection's.
///
/// Beside the position lie the number of rows and a sum over them, in the same batch: a load that does not find just those rows
/// fails, though every single read may have said that all was well. Nothing is compacted before a load has found them.
///
/// Thread-safe; calls block on I/O.
class rocksdb_space {
 public:
  enum class access : std::uint8_t { read_write, read_only };

  rocksdb_space(std::filesystem::path directory, access how);
  rocksdb_space(const rocksdb_space&) = delete;
  auto operator=(const rocksdb_space&) -> rocksdb_space& = delete;
  ~rocksdb_space();

  /// Opens what is there; nothing to do when nothing is, or when it is open. Failures: what RocksDB says of the files.
  [[nodiscard]] auto open() -> tl::expected<void, journal::failure>;
  /// Where it is: the default cursor when it is new, or of another version, which is wiped. After `open`.
  [[nodiscard]] auto position(std::uint32_t version) -> tl::expected<journal::cursor, journal::failure>;
  /// As `projection_store::load`; `corrupt` when rows are missing or are others than were committed.
  [[nodiscard]] auto load(const projection_store::row_sink& sink) -> tl::expected<void, journal::failure>;
  [[nodiscard]] auto get(std::string_view key) -> tl::expected<std::optional<std::string>, journal::failure>;
  /// After `position`. When files turn out to be damaged or missing the space is removed: the next start begins it anew. After a failure
  /// there are no more commits until it is wiped.
  [[nodiscard]] auto commit(const store_changes& what, const journal::cursor& position)
      -> tl::expected<void, journal::failure>;
  /// Removes it, without looking at what there is.
  [[nodiscard]] auto wipe() -> tl::expected<void, journal::failure>;

 private:
  struct parts;
  const std::unique_ptr<parts> parts_;
};

} // namespace holdfast::projections
