#pragma once

#include "projections/projection_store.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace holdfast::testing {

/// What a `memory_projection_store` leaves behind when its process ends. Thread-safe.
struct projection_disk {
  struct space {
    std::uint32_t version = 0;
    journal::cursor position;
    std::map<std::string, std::string> rows;
  };
  std::mutex mutex;
  std::map<std::string, space, std::less<>> spaces;
  std::uint64_t commits = 0;
  std::string failing; ///< the space whose commits fail; empty: none
};

/// The store's contract over a disk in memory.
class memory_projection_store final : public projections::projection_store {
 public:
  explicit memory_projection_store(std::shared_ptr<projection_disk> disk) : disk_{std::move(disk)} {}

  auto open(std::string_view projection, std::uint32_t version)
      -> tl::expected<journal::cursor, journal::failure> override {
    const std::scoped_lock lock{disk_->mutex};
    auto& space = disk_->spaces[std::string{projection}];
    if (space.version != version)
      space = {version, {}, {}};
    return space.position;
  }

  auto load(std::string_view projection, const row_sink& sink) -> tl::expected<void, journal::failure> override {
    const std::scoped_lock lock{disk_->mutex};
    for (const auto& [key, value] : disk_->spaces[std::string{projection}].rows)
      if (!sink(key, value))
        break;
    return {};
  }

  auto get(std::string_view projection, std::string_view key)
      -> tl::expected<std::optional<std::string>, journal::failure> override {
    const std::scoped_lock lock{disk_->mutex};
    const auto& rows = disk_->spaces[std::string{projection}].rows;
    const auto found = rows.find(std::string{key});
    return found == rows.end() ? std::nullopt : std::optional{found->second};
  }

  auto commit(std::string_view projection, const projections::store_changes& what, const journal::cursor& position)
      -> tl::expected<void, journal::failure> override {
    const std::scoped_lock lock{disk_->mutex};
    if (projection == disk_->failing)
      return tl::unexpected{journal::failure{journal::failure_kind::io, "the disk is said to be full"}};
    auto& space = disk_->spaces[std::string{projection}];
    for (const auto& each : what.all()) {
      if (each.value)
        space.rows[each.key] = *each.value;
      else
        space.rows.erase(each.key);
    }
    space.position = position;
    ++disk_->commits;
    return {};
  }

  auto wipe(std::string_view projection) -> tl::expected<void, journal::failure> override {
    const std::scoped_lock lock{disk_->mutex};
    auto& space = disk_->spaces[std::string{projection}];
    space = {space.version, {}, {}};
    return {};
  }

 private:
  const std::shared_ptr<projection_disk> disk_;
};

} // namespace holdfast::testing
