#include "journal/ballast.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace holdfast::journal {

ballast::ballast(std::filesystem::path file, std::uint64_t bytes) : file_{std::move(file)}, bytes_{bytes} {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_, error);
  present_ = bytes_ > 0 && !error && size == bytes_;
}

auto ballast::make() -> tl::expected<void, failure> {
  if (bytes_ == 0 || present_)
    return {};
  const auto file = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return tl::unexpected{failure{failure_kind::io, file_.string() + ": cannot create: " + std::strerror(errno)}};
  const auto error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes_));
  ::close(file);
  if (error != 0) {
    ::unlink(file_.c_str());
    return tl::unexpected{failure{failure_kind::io, file_.string() + ": cannot allocate: " + std::strerror(error)}};
  }
  present_ = true;
  return {};
}

auto ballast::free() -> tl::expected<void, failure> {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT)
    return tl::unexpected{failure{failure_kind::io, file_.string() + ": cannot remove: " + std::strerror(errno)}};
  present_ = false;
  return {};
}

} // namespace holdfast::journal
