#include "journal/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace holdfast::journal {
namespace {

auto trouble(failure_kind kind, const std::filesystem::path& file, std::string_view what) -> tl::unexpected<failure> {
  return tl::unexpected{failure{kind, file.string() + ": " + std::string{what}}};
}

/// The process id that the holder wrote, or nothing.
auto holder(int file) -> std::string {
  std::array<char, 24> text{};
  const auto got = ::pread(file, text.data(), text.size(), 0);
  if (got <= 0)
    return {};
  const std::string_view read{text.data(), static_cast<std::size_t>(got)};
  return std::string{read.substr(0, read.find('\n'))};
}

} // namespace

auto data_lock::take(const std::filesystem::path& file, mode how) -> tl::expected<data_lock, failure> {
  auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  // A backup on a medium that cannot be written can still be read.
  if (descriptor < 0 && how == mode::shared && (errno == EROFS || errno == EACCES))
    descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return trouble(failure_kind::io, file, std::strerror(errno));
  data_lock lock{descriptor};
  if (::flock(descriptor, (how == mode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return trouble(failure_kind::io, file, std::strerror(errno));
    const auto who = holder(descriptor);
    return trouble(failure_kind::locked, file,
                   "another process uses this data directory" + (who.empty() ? "" : " (process " + who + ")") +
                       "; stop it first");
  }
  if (how == mode::exclusive) {
    // Only for the message above: the lock is the flock, so a failure to write this changes nothing.
    const auto text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, text.data(), text.size(), 0) < 0)
      errno = 0;
  }
  return lock;
}

data_lock::~data_lock() {
  if (file_ >= 0)
    ::close(file_);
}

} // namespace holdfast::journal
