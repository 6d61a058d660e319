#pragma once

#include "journal/failure.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>

namespace holdfast::journal {

/// A file that only takes up room, so that there is some to give back when the disk is full and what is sold must still be settled.
/// One thread at a time.
class ballast {
 public:
  /// `bytes` 0: none. Finds out whether the file is there; changes nothing.
  ballast(std::filesystem::path file, std::uint64_t bytes);

  [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return bytes_; }
  [[nodiscard]] auto present() const noexcept -> bool { return present_; }
  /// Allocates the file; the blocks are really taken. Not left half made.
  [[nodiscard]] auto make() -> tl::expected<void, failure>;
  /// Gives the room back.
  [[nodiscard]] auto free() -> tl::expected<void, failure>;

 private:
  std::filesystem::path file_;
  std::uint64_t bytes_;
  bool present_ = false;
};

} // namespace holdfast::journal
