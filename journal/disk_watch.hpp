#pragma once

#include "journal/ballast.hpp"
#include "journal/journal.hpp"
#include "journal/writer_metrics.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace holdfast::journal {

struct disk_space {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0; ///< for processes without privileges
};

struct disk_watch_options {
  double no_new_holds_below = 0.10; ///< free share of the disk
  double settle_only_below = 0.05;
  std::uint64_t ballast_bytes = 64ULL * 1024 * 1024; ///< 0: none
  std::filesystem::path ballast_file; ///< empty: `MARKS/ballast`; must be on the journal's file system to be of use
  std::function<std::optional<disk_space>()> probe; ///< tests'; empty: statvfs of the journal's directory
};

/// Turns free disk space into a journal mode, and gives the ballast back when selling has to end. `check` belongs to one thread; `mode` to all.
/// The ballast counts as used whether it is there or not: giving it back makes room without reopening sales.
class disk_watch {
 public:
  disk_watch(const std::filesystem::path& directory, const std::filesystem::path& marks_directory,
             disk_watch_options options, journal_metrics& metrics);

  /// Looks at the disk once, and frees or makes the ballast.
  void check();
  /// `selling`, `no_new_holds` or `settle_only`.
  [[nodiscard]] auto mode() const noexcept -> journal_mode { return mode_.load(std::memory_order_acquire); }

 private:
  void change_to(journal_mode mode, double free_ratio);

  disk_watch_options options_;
  ballast ballast_;
  journal_metrics& metrics_;
  std::atomic<journal_mode> mode_{journal_mode::selling};
  unsigned checks_until_ballast_ = 0; ///< after a failure to make it
};

} // namespace holdfast::journal
