#include "journal/disk_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <string_view>
#include <utility>

namespace holdfast::journal {
namespace {

/// A ballast that could not be made is tried again once in so many checks.
constexpr unsigned checks_between_attempts = 60;

auto measure(const std::filesystem::path& directory) -> std::optional<disk_space> {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0 || status.f_blocks == 0)
    return std::nullopt;
  return disk_space{static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
                    static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
}

auto meaning_of(journal_mode mode) -> std::string_view {
  switch (mode) {
  case journal_mode::selling: return "there is room again: everything is accepted";
  case journal_mode::no_new_holds: return "no new holds are accepted";
  default: return "only confirming, releasing and refunding are accepted";
  }
}

} // namespace

disk_watch::disk_watch(const std::filesystem::path& directory, const std::filesystem::path& marks_directory,
                       disk_watch_options options, journal_metrics& metrics)
    : options_{std::move(options)},
      ballast_{options_.ballast_file.empty() ? marks_directory / "ballast" : options_.ballast_file,
               options_.ballast_bytes},
      metrics_{metrics} {
  if (!options_.probe)
    options_.probe = [directory] { return measure(directory); };
}

void disk_watch::check() {
  const auto space = options_.probe();
  if (!space || space->total_bytes == 0)
    return;
  const auto counted = ballast_.present() ? std::uint64_t{0} : ballast_.bytes();
  const auto free_bytes = space->free_bytes > counted ? space->free_bytes - counted : std::uint64_t{0};
  const auto ratio = static_cast<double>(free_bytes) / static_cast<double>(space->total_bytes);
  const auto next = ratio < options_.settle_only_below    ? journal_mode::settle_only
                    : ratio < options_.no_new_holds_below ? journal_mode::no_new_holds
                                                          : journal_mode::selling;
  metrics_.disk_free_ratio.store(ratio, std::memory_order_relaxed);
  if (next != mode())
    change_to(next, ratio);
  if (next == journal_mode::settle_only && ballast_.present()) {
    const auto freed = ballast_.free();
    spdlog::warn("disk: the ballast is given back ({} bytes){}", ballast_.bytes(),
                 freed ? std::string{} : ": " + freed.error().detail);
  }
  if (checks_until_ballast_ > 0)
    --checks_until_ballast_;
  else if (next == journal_mode::selling && !ballast_.present())
    if (const auto made = ballast_.make(); !made) {
      checks_until_ballast_ = checks_between_attempts;
      spdlog::warn("disk: no ballast: {}", made.error().detail);
    }
  metrics_.ballast_present.store(ballast_.present(), std::memory_order_relaxed);
}

void disk_watch::change_to(journal_mode mode, double free_ratio) {
  mode_.store(mode, std::memory_order_release);
  spdlog::log(mode == journal_mode::selling ? spdlog::level::info : spdlog::level::warn,
              "disk: {:.1f} % free of the journal's disk: {}", free_ratio * 100.0, meaning_of(mode));
}

} // namespace holdfast::journal
