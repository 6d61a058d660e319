#include "tools/bench/machine.hpp"

#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

namespace holdfast::tools::bench {

namespace {

// Numbers of linux/magic.h, and XFS's, which is not there.
constexpr std::array<std::pair<std::uint64_t, const char*>, 6> file_systems{{{0xEF53, "ext4"},
                                                                             {0x58465342, "xfs"},
                                                                             {0x9123683E, "btrfs"},
                                                                             {0x01021994, "tmpfs"},
                                                                             {0x858458F6, "ramfs"},
                                                                             {0x794C7630, "overlay"}}};

[[nodiscard]] auto file_system_of(const std::filesystem::path& directory) -> std::string {
  struct statfs facts {};
  if (::statfs(directory.c_str(), &facts) != 0) {
    return "unknown";
  }
  for (const auto& [magic, name] : file_systems) {
    if (static_cast<std::uint64_t>(facts.f_type) == magic) {
      return name;
    }
  }
  return "unknown";
}

[[nodiscard]] auto processor() -> std::string {
  std::ifstream in{"/proc/cpuinfo"};
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("model name")) {
      const auto colon = line.find(": ");
      return colon == std::string::npos ? line : line.substr(colon + 2);
    }
  }
  return "unknown";
}

[[nodiscard]] auto today() -> std::string {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 16> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return {text.data(), size};
}

} // namespace

auto describe_machine(const std::filesystem::path& directory) -> report_json {
  utsname kernel{};
  ::uname(&kernel);
  const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return {{"date", today()},
          {"processor", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_gib", static_cast<int>(pages / (1024.0 * 1024.0 * 1024.0) + 0.5)},
          {"kernel", kernel.release},
          {"file_system", file_system_of(directory)},
          {"compiler", "GCC " __VERSION__}};
}

auto is_in_memory(const std::filesystem::path& directory) -> bool {
  const auto name = file_system_of(directory);
  return name == "tmpfs" || name == "ramfs";
}

} // namespace holdfast::tools::bench
