#include "journal/disk_watch.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

namespace {

using namespace holdfast;
using namespace holdfast::testing;
using journal::disk_space;
using journal::disk_watch;
using journal::journal_mode;

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// A watch over a disk of 1000 MiB whose free space the test sets, with a ballast of 8 MiB.
struct watched {
  scratch_directory directory;
  journal::journal_metrics metrics;
  std::optional<disk_space> space = disk_space{1000 * mebibyte, 900 * mebibyte};
  disk_watch watch;

  watched() : watch{directory.path(), directory.path(), options(), metrics} {}

  auto options() -> journal::disk_watch_options {
    journal::disk_watch_options chosen;
    chosen.ballast_bytes = 8 * mebibyte;
    chosen.probe = [this] { return space; };
    return chosen;
  }

  [[nodiscard]] auto ballast_file() const -> std::filesystem::path { return directory.path() / "ballast"; }

  auto mode_at(std::uint64_t free_mebibytes) -> journal_mode {
    space->free_bytes = free_mebibytes * mebibyte;
    watch.check();
    return watch.mode();
  }
};

} // namespace

TEST_CASE("less free disk refuses new holds first, then everything but settling") {
  watched disk;
  CHECK(disk.mode_at(900) == journal_mode::selling);
  CHECK(disk.mode_at(101) == journal_mode::selling);
  CHECK(disk.mode_at(99) == journal_mode::no_new_holds);
  CHECK(disk.mode_at(51) == journal_mode::no_new_holds);
  CHECK(disk.mode_at(49) == journal_mode::settle_only);
  CHECK(disk.mode_at(0) == journal_mode::settle_only);
}

TEST_CASE("the ballast is given back when only settling is left, and made again when there is room") {
  watched disk;
  CHECK(disk.mode_at(900) == journal_mode::selling);
  CHECK(std::filesystem::file_size(disk.ballast_file()) == 8 * mebibyte);
  CHECK(disk.metrics.ballast_present);
  CHECK(disk.mode_at(99) == journal_mode::no_new_holds);
  CHECK(std::filesystem::exists(disk.ballast_file()));
  CHECK(disk.mode_at(40) == journal_mode::settle_only);
  CHECK_FALSE(std::filesystem::exists(disk.ballast_file()));
  CHECK_FALSE(disk.metrics.ballast_present);
  // The room that it gave back reopens nothing.
  CHECK(disk.mode_at(40 + 8) == journal_mode::settle_only);
  CHECK(disk.mode_at(50 + 8) == journal_mode::no_new_holds);
  CHECK_FALSE(std::filesystem::exists(disk.ballast_file()));
  CHECK(disk.mode_at(100 + 7) == journal_mode::no_new_holds);
  CHECK(disk.mode_at(100 + 9) == journal_mode::selling);
  CHECK(std::filesystem::exists(disk.ballast_file()));
}

TEST_CASE("a disk that cannot be asked changes nothing") {
  watched disk;
  CHECK(disk.mode_at(70) == journal_mode::no_new_holds);
  disk.space.reset();
  disk.watch.check();
  CHECK(disk.watch.mode() == journal_mode::no_new_holds);
}

TEST_CASE("the watch asks the file system when no probe is given") {
  scratch_directory directory;
  journal::journal_metrics metrics;
  journal::disk_watch_options options;
  options.ballast_bytes = 0;
  options.no_new_holds_below = 0.0;
  options.settle_only_below = 0.0;
  disk_watch watch{directory.path(), directory.path(), options, metrics};
  watch.check();
  CHECK(watch.mode() == journal_mode::selling);
  CHECK(metrics.disk_free_ratio.load() > 0.0);
  CHECK(metrics.disk_free_ratio.load() <= 1.0);
}

TEST_CASE("a ballast really takes its room, and one that does not fit is not left half made") {
  scratch_directory directory;
  const auto file = directory.path() / "ballast";
  {
    journal::ballast weight{file, mebibyte};
    CHECK_FALSE(weight.present());
    REQUIRE(weight.make().has_value());
    CHECK(weight.present());
  }
  journal::ballast weight{file, mebibyte};
  CHECK(weight.present());
  REQUIRE(weight.free().has_value());
  CHECK_FALSE(std::filesystem::exists(file));
  journal::ballast impossible{file, 1ULL << 60U};
  CHECK_FALSE(impossible.make().has_value());
  CHECK_FALSE(impossible.present());
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a journal says what its disk allows, and latched above all") {
  scratch_directory directory;
  auto options = rocksdb_options_in(directory.path());
  options.disk.probe = [] { return disk_space{1000, 70}; };
  const auto opened = journal::rocksdb_journal::open(options);
  REQUIRE(opened.has_value());
  CHECK((*opened)->mode() == journal_mode::no_new_holds);
  CHECK((*opened)->metrics().disk_free_ratio == doctest::Approx(0.07));
}
