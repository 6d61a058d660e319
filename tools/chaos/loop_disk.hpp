#pragma once

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace holdfast::tools::chaos {

/// A file system of its own (ext4 in a file, mounted by loop) whose power can be cut: what was not on stable storage is gone afterwards, as
/// `kill -9` alone never shows. Needs root and loop devices. Unmounted and removed when this object goes.
class loop_disk {
 public:
  /// Makes and mounts it at `directory`/disk; the failure says why that is not allowed here.
  [[nodiscard]] static auto make(const std::filesystem::path& directory) -> tl::expected<loop_disk, std::string>;
  loop_disk(loop_disk&& other) noexcept;
  auto operator=(loop_disk&& other) noexcept -> loop_disk& = delete;
  loop_disk(const loop_disk&) = delete;
  auto operator=(const loop_disk&) -> loop_disk& = delete;
  ~loop_disk();

  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return mount_; }
  /// Stops all I/O at once, without flushing the file system's log (FS_IOC_SHUTDOWN): everything after this fails.
  [[nodiscard]] auto cut() -> bool;
  /// Mounts it again, which replays the file system's log. Nobody may have files open on it.
  [[nodiscard]] auto power_on() -> tl::expected<void, std::string>;

 private:
  loop_disk(std::filesystem::path image, std::filesystem::path mount);
  [[nodiscard]] auto mount() -> tl::expected<void, std::string>;
  void unmount() noexcept;

  std::filesystem::path image_;
  std::filesystem::path mount_;
  bool mounted_ = false;
};

} // namespace holdfast::tools::chaos
