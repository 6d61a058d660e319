#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace holdfast::testing {

/// A directory of its own, gone with the test: in memory where the system has such a place, for tests that open a store a thousand times.
class temporary_place {
 public:
  temporary_place() {
    const std::filesystem::path memory{"/dev/shm"};
    const auto in = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    auto name = (in / "holdfast-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~temporary_place() {
    std::error_code trouble;
    std::filesystem::remove_all(path_, trouble);
  }
  temporary_place(const temporary_place&) = delete;
  auto operator=(const temporary_place&) -> temporary_place& = delete;

  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

} // namespace holdfast::testing
