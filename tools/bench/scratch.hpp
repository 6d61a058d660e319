#pragma once

#include "tools/bench/failure.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>

namespace holdfast::tools::bench {

/// A directory of its own for one run, removed with everything in it at the end. Others may pass through it (the database runs
/// as a user of its own) but not list it.
class scratch {
 public:
  /// Makes the directory below `parent` (empty: the system's directory for temporary files).
  [[nodiscard]] static auto make(const std::filesystem::path& parent) -> tl::expected<scratch, failure>;

  scratch(scratch&& other) noexcept;
  auto operator=(scratch&& other) noexcept -> scratch&;
  scratch(const scratch&) = delete;
  auto operator=(const scratch&) -> scratch& = delete;
  ~scratch();

  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }
  /// A new directory below, not made yet.
  [[nodiscard]] auto below(const std::string& name) const -> std::filesystem::path { return path_ / name; }

 private:
  explicit scratch(std::filesystem::path path) : path_{std::move(path)} {}
  void remove() noexcept;

  std::filesystem::path path_;
};

/// Writes a file that only its owner may read.
[[nodiscard]] auto write_private_file(const std::filesystem::path& path, const std::string& text)
    -> tl::expected<void, failure>;

/// The whole of a small file without trailing white space.
[[nodiscard]] auto read_small_file(const std::filesystem::path& path) -> tl::expected<std::string, failure>;

/// 128 random bits from the system, in hexadecimal: a password for one run.
[[nodiscard]] auto random_secret() -> std::string;

} // namespace holdfast::tools::bench
