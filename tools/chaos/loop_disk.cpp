#include "tools/chaos/loop_disk.hpp"

#include "tools/bench/child_process.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <utility>

namespace holdfast::tools::chaos {

namespace {

constexpr std::uintmax_t image_bytes = 1024UL * 1024 * 1024;
constexpr auto patience = std::chrono::seconds{60};
/// FS_IOC_SHUTDOWN of the kernel's ext4.h, with EXT4_GOING_FLAGS_NOLOGFLUSH: neither data nor log is flushed.
constexpr unsigned long shutdown_request = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_log_flush = 2;

auto run(std::vector<std::string> command, const std::filesystem::path& log) -> tl::expected<void, std::string> {
  bench::launch what;
  const auto name = command.front();
  what.command = std::move(command);
  what.log = log;
  if (const auto done = bench::run_to_end(std::move(what), patience); !done) {
    return tl::unexpected{name + ": " + done.error().what};
  }
  return {};
}

} // namespace

loop_disk::loop_disk(std::filesystem::path image, std::filesystem::path mount)
    : image_{std::move(image)}, mount_{std::move(mount)} {}

loop_disk::loop_disk(loop_disk&& other) noexcept
    : image_{std::move(other.image_)},
      mount_{std::move(other.mount_)},
      mounted_{std::exchange(other.mounted_, false)} {}

loop_disk::~loop_disk() {
  unmount();
}

auto loop_disk::make(const std::filesystem::path& directory) -> tl::expected<loop_disk, std::string> {
  std::filesystem::create_directories(directory / "disk");
  loop_disk made{directory / "disk.ext4", directory / "disk"};
  const int image = ::open(made.image_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool sized = image >= 0 && ::ftruncate(image, static_cast<off_t>(image_bytes)) == 0;
  if (image >= 0) {
    ::close(image);
  }
  if (!sized) {
    return tl::unexpected{"cannot make " + made.image_.string()};
  }
  if (auto formatted = run({"/sbin/mkfs.ext4", "-q", "-F", made.image_.string()}, directory / "mkfs.log"); !formatted) {
    return tl::unexpected{formatted.error()};
  }
  if (auto mounted = made.mount(); !mounted) {
    return tl::unexpected{mounted.error()};
  }
  return made;
}

auto loop_disk::mount() -> tl::expected<void, std::string> {
  auto mounted =
      run({"/bin/mount", "-o", "loop", image_.string(), mount_.string()}, mount_.parent_path() / "mount.log");
  mounted_ = mounted.has_value();
  return mounted;
}

void loop_disk::unmount() noexcept {
  if (std::exchange(mounted_, false)) {
    ::umount2(mount_.c_str(), 0);
  }
}

auto loop_disk::cut() -> bool {
  const int root = ::open(mount_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) {
    return false;
  }
  auto flags = without_log_flush;
  const bool done = ::ioctl(root, shutdown_request, &flags) == 0;
  ::close(root);
  return done;
}

auto loop_disk::power_on() -> tl::expected<void, std::string> {
  unmount();
  return mount();
}

} // namespace holdfast::tools::chaos
