#include "tools/bench/scratch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>
#include <utility>

namespace holdfast::tools::bench {

auto scratch::make(const std::filesystem::path& parent) -> tl::expected<scratch, failure> {
  std::error_code error;
  const auto base = parent.empty() ? std::filesystem::temp_directory_path(error) : parent;
  if (error) {
    return tl::unexpected{
        failure{"no directory for temporary files: " + error.message() + "; name one with --scratch"}};
  }
  std::filesystem::create_directories(base, error);
  auto pattern = (base / "holdfast-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return tl::unexpected{failure{"cannot make a directory below " + base.string() + ": " +
                                  std::generic_category().message(errno) + "; name another with --scratch"}};
  }
  if (::chmod(pattern.c_str(), S_IRWXU | S_IXGRP | S_IXOTH) != 0) {
    return tl::unexpected{failure{"cannot set the mode of " + pattern + ": " + std::generic_category().message(errno)}};
  }
  return scratch{std::filesystem::absolute(pattern)};
}

scratch::scratch(scratch&& other) noexcept : path_{std::exchange(other.path_, {})} {}

auto scratch::operator=(scratch&& other) noexcept -> scratch& {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

scratch::~scratch() {
  remove();
}

void scratch::remove() noexcept {
  if (!path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

auto write_private_file(const std::filesystem::path& path, const std::string& text) -> tl::expected<void, failure> {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const auto written = file < 0 ? -1 : ::write(file, text.data(), text.size());
  const auto error = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (written != static_cast<ssize_t>(text.size())) {
    return tl::unexpected{failure{"cannot write " + path.string() + ": " + std::generic_category().message(error)}};
  }
  return {};
}

auto read_small_file(const std::filesystem::path& path) -> tl::expected<std::string, failure> {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) {
    return tl::unexpected{failure{"cannot read " + path.string()}};
  }
  auto content = text.str();
  content.erase(content.find_last_not_of(" \t\r\n") + 1);
  return content;
}

auto random_secret() -> std::string {
  std::random_device device;
  static constexpr char digits[] = "0123456789abcdef";
  std::string secret;
  for (int word = 0; word < 4; ++word) {
    auto bits = device();
    for (int digit = 0; digit < 8; ++digit, bits >>= 4) {
      secret += digits[bits & 15U];
    }
  }
  return secret;
}

} // namespace holdfast::tools::bench
