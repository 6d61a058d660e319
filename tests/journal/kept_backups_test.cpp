#include "journal/kept_backups.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace holdfast::testing {
namespace {

namespace fs = std::filesystem;
using names = std::vector<std::string>;

/// A directory with something in it.
void make(const fs::path& directory) {
  fs::create_directories(directory);
  std::ofstream{directory / "CURRENT"} << "MANIFEST-000001\n";
}

auto what_is_in(const fs::path& folder) -> names {
  names all;
  for (const auto& entry : fs::directory_iterator{folder}) {
    all.push_back(entry.path().filename().string());
  }
  std::ranges::sort(all);
  return all;
}

TEST_CASE("of the copies the newest stay, by the time in their names and not by their spelling") {
  const scratch_directory room;
  for (const auto* name : {"backup-9", "backup-10", "backup-100", "backup-1000"}) {
    make(room.path() / name);
  }
  CHECK(journal::remove_old_backups(room.path(), 2, "backup-1000") == names{"backup-9", "backup-10"});
  CHECK(what_is_in(room.path()) == names{"backup-100", "backup-1000"});
  CHECK(journal::remove_old_backups(room.path(), 2, "backup-1000").empty());
}

TEST_CASE("the copy just made stays, also when a clock that was ahead named the others") {
  const scratch_directory room;
  for (const auto* name : {"backup-5", "backup-700", "backup-800"}) {
    make(room.path() / name);
  }
  CHECK(journal::remove_old_backups(room.path(), 1, "backup-5") == names{"backup-700"});
  CHECK(what_is_in(room.path()) == names{"backup-5", "backup-800"});
}

TEST_CASE("only what is named as a copy is ever removed") {
  const scratch_directory room;
  for (const auto* name :
       {"backup-", "backup-1x", "backup--1", "before-1", "backup-1.tmp", "backup-99999999999999999999"}) {
    make(room.path() / name);
  }
  std::ofstream{room.path() / "backup-2"} << "a file";
  make(room.path() / "elsewhere");
  fs::create_directory_symlink(room.path() / "elsewhere", room.path() / "backup-3");
  const auto before = what_is_in(room.path());
  CHECK(journal::remove_old_backups(room.path(), 0, "").empty());
  CHECK(what_is_in(room.path()) == before);
}

TEST_CASE("what an interrupted copy left is removed, and nothing else") {
  const scratch_directory room;
  for (const auto* name : {"backup-7.tmp", "backup-7", "other.tmp", "backup-x.tmp"}) {
    make(room.path() / name);
  }
  CHECK(journal::remove_unfinished_backups(room.path()) == names{"backup-7.tmp"});
  CHECK(what_is_in(room.path()) == names{"backup-7", "backup-x.tmp", "other.tmp"});
}

TEST_CASE("a folder that is not there holds no copies") {
  const scratch_directory room;
  CHECK(journal::remove_unfinished_backups(room.path() / "none").empty());
  CHECK(journal::remove_old_backups(room.path() / "none", 1, "").empty());
  CHECK(journal::backup_name(1'790'000'000'000) == "backup-1790000000000");
}

} // namespace
} // namespace holdfast::testing
