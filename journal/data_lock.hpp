#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <utility>

namespace holdfast::journal {

/// The lock on a data directory (`DIR/LOCK`, flock): shared for offline readers, exclusive for whatever writes. RocksDB's own lock does not
/// stop a reader beside a writer. Held until destroyed or the process ends, however it ends.
class data_lock {
 public:
  enum class mode { shared, exclusive };

  /// Takes the lock or fails at once: `locked`, with the holder's process id where it is known. Creates the file, not the directory.
  [[nodiscard]] static auto take(const std::filesystem::path& file, mode how) -> tl::expected<data_lock, failure>;

  data_lock(data_lock&& other) noexcept : file_{std::exchange(other.file_, -1)} {}

  auto operator=(data_lock&& other) noexcept -> data_lock& {
    std::swap(file_, other.file_);
    return *this;
  }

  data_lock(const data_lock&) = delete;
  auto operator=(const data_lock&) -> data_lock& = delete;
  ~data_lock();

 private:
  explicit data_lock(int file) noexcept : file_{file} {}

  int file_ = -1;
};

} // namespace holdfast::journal
