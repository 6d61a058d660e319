#include "journal/data_lock.hpp"
#include "journal/mark.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace {

using namespace holdfast;
using namespace holdfast::testing;
using journal::mark;
using journal::mark_file;

auto some_mark(std::uint64_t position) -> mark {
  mark what;
  what.journal.fill(7);
  what.position = position;
  what.epoch = 3;
  what.batch_hash.fill(static_cast<std::uint8_t>(position));
  return what;
}

void flip(const std::filesystem::path& file, std::streamoff offset) {
  std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekg(offset);
  const auto old = static_cast<char>(bytes.get());
  bytes.seekp(offset);
  bytes.put(static_cast<char>(old ^ 0x10));
}

} // namespace

TEST_CASE("a mark reads back as it was written, the newest of two") {
  scratch_directory directory;
  const auto marks = directory.path() / "marks";
  const auto none = mark_file::read(marks);
  REQUIRE(none.has_value());
  CHECK_FALSE(none->file_exists);
  auto file = mark_file::create(marks, some_mark(1));
  REQUIRE(file.has_value());
  for (std::uint64_t position = 1; position < 10; ++position) {
    if (position > 1)
      REQUIRE(file->write(some_mark(position)).has_value());
    REQUIRE(file->sync().has_value());
    const auto found = mark_file::read(marks);
    REQUIRE(found.has_value());
    CHECK(found->slots_good == 2);
    CHECK(found->newest == some_mark(position));
  }
}

TEST_CASE("a mark with one damaged slot is the other slot, at most one write older") {
  // Slots are written in turn, and creation writes both: after 9 writes more the newest is in slot 1, after 10 in slot 0.
  for (const std::uint64_t last : {9ULL, 10ULL}) {
    scratch_directory directory;
    const auto marks = directory.path() / "marks";
    auto file = mark_file::create(marks, some_mark(0));
    REQUIRE(file.has_value());
    for (std::uint64_t position = 1; position <= last; ++position)
      REQUIRE(file->write(some_mark(position)).has_value());
    const auto newest_slot = static_cast<std::streamoff>(last % 2 * journal::mark_slot_distance_bytes);
    const auto older_slot = static_cast<std::streamoff>((last + 1) % 2 * journal::mark_slot_distance_bytes);
    for (std::streamoff at = 0; at < static_cast<std::streamoff>(journal::mark_slot_bytes); ++at) {
      flip(marks / "high-water", newest_slot + at);
      const auto found = mark_file::read(marks);
      REQUIRE(found.has_value());
      CHECK(found->slots_good == 1);
      CHECK(found->newest == some_mark(last - 1));
      flip(marks / "high-water", newest_slot + at);
    }
    flip(marks / "high-water", older_slot + 20);
    CHECK(mark_file::read(marks)->newest == some_mark(last));
    flip(marks / "high-water", newest_slot + 20);
    const auto found = mark_file::read(marks);
    CHECK(found->file_exists);
    CHECK(found->slots_good == 0);
    CHECK_FALSE(found->newest);
  }
}

TEST_CASE("writing a mark never grows its file, so that a full disk cannot stop it") {
  scratch_directory directory;
  const auto marks = directory.path() / "marks";
  auto file = mark_file::create(marks, some_mark(0));
  REQUIRE(file.has_value());
  const auto size = std::filesystem::file_size(marks / "high-water");
  for (std::uint64_t position = 1; position <= 5; ++position)
    REQUIRE(file->write(some_mark(position)).has_value());
  CHECK(std::filesystem::file_size(marks / "high-water") == size);
}

TEST_CASE("a mark file cut anywhere never gives a mark that was not written") {
  scratch_directory directory;
  const auto marks = directory.path() / "marks";
  {
    auto file = mark_file::create(marks, some_mark(0));
    REQUIRE(file.has_value());
    REQUIRE(file->write(some_mark(1)).has_value());
    REQUIRE(file->write(some_mark(2)).has_value());
  }
  for (auto size = std::filesystem::file_size(marks / "high-water"); size-- > 0;) {
    std::filesystem::resize_file(marks / "high-water", size);
    const auto found = mark_file::read(marks);
    REQUIRE(found.has_value());
    if (found->newest)
      CHECK((found->newest == some_mark(1) || found->newest == some_mark(2)));
  }
}

TEST_CASE("the data lock lets readers in together, and a writer alone") {
  using journal::data_lock;
  scratch_directory directory;
  const auto file = directory.path() / "LOCK";
  const auto locked = [&](data_lock::mode how) {
    const auto taken = data_lock::take(file, how);
    if (!taken) {
      CHECK(taken.error().kind == journal::failure_kind::locked);
      CHECK(taken.error().retryable());
    }
    return !taken.has_value();
  };
  {
    const auto first = data_lock::take(file, data_lock::mode::shared);
    const auto second = data_lock::take(file, data_lock::mode::shared);
    REQUIRE((first && second));
    CHECK(locked(data_lock::mode::exclusive));
  }
  {
    const auto writer = data_lock::take(file, data_lock::mode::exclusive);
    REQUIRE(writer.has_value());
    CHECK(locked(data_lock::mode::exclusive));
    CHECK(locked(data_lock::mode::shared));
    CHECK(data_lock::take(file, data_lock::mode::shared).error().detail.find("process ") != std::string::npos);
  }
  CHECK_FALSE(locked(data_lock::mode::exclusive));
  const auto missing = data_lock::take(directory.path() / "no" / "LOCK", data_lock::mode::shared);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == journal::failure_kind::io);
}
