#include "journal/tail_doctor.hpp"
#include "journal/tail_doctor_log.hpp"
#include "tests/journal/journal_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using namespace holdfast;
using namespace holdfast::testing;
namespace fs = std::filesystem;

/// A log as a journal left it, without the journal: a directory to damage.
struct written_log {
  scratch_directory directory;
  fs::path file;
  std::string bytes;
  std::vector<std::size_t> starts; ///< of its writes
  std::uint64_t commits = 0;

  /// One group a commit, of so many facts each.
  explicit written_log(const std::vector<std::size_t>& groups, std::size_t seats_each = 2) {
    scratch_directory home;
    const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
    REQUIRE(opened.has_value());
    auto& store = **opened;
    REQUIRE(store.acquire({}).has_value());
    const auto log = std::make_shared<outcome_log>();
    std::uint64_t seq = 1;
    for (const auto count : groups) {
      store.append(hold_group(event_stream(1), seq, count, seats_each), log->expect(0));
      seq += count;
      REQUIRE(log->wait_for(++commits));
    }
    // Copied while the journal is open: an orderly end would leave an empty log.
    for (const auto& entry : fs::directory_iterator{home.path() / "journal"})
      if (entry.path().extension() == ".log" && entry.file_size() > 0)
        file = std::max(file, entry.path());
    fs::copy(file, directory.path());
    file = directory.path() / file.filename();
    bytes = read_file(file);
    journal::log_format::reader reader{bytes};
    while (reader.next() == journal::log_format::reader::result::record)
      starts.push_back(reader.record_start());
  }

  [[nodiscard]] auto examine() const -> journal::log_findings {
    auto found = journal::examine_logs(directory.path());
    REQUIRE(found.has_value());
    return std::move(*found);
  }

  /// The write that a byte belongs to.
  [[nodiscard]] auto write_of(std::size_t offset) const -> std::size_t {
    return static_cast<std::size_t>(std::ranges::upper_bound(starts, offset) - starts.begin()) - 1;
  }
};

/// Whether a byte is padding between a block's last fragment and its end: nobody reads it.
auto is_padding(const std::string& log, std::size_t offset) -> bool {
  journal::log_format::reader reader{log};
  const auto block_end = (offset / journal::log_format::block_bytes + 1) * journal::log_format::block_bytes;
  return block_end - offset < journal::log_format::fragment_header_bytes &&
         journal::log_format::skip_block_trailer(offset) != offset &&
         log.substr(offset, std::min(block_end, log.size()) - offset).find_first_not_of('\0') == std::string::npos;
}

} // namespace

TEST_CASE("a whole log holds every commit, first to last") {
  const written_log log{{1, 2, 3, 4, 5}};
  const auto found = log.examine();
  CHECK_FALSE(found.damage);
  CHECK(found.bytes == log.bytes.size());
  // Beside the commits: the tenure's epoch.
  CHECK(found.records == 6);
  REQUIRE(found.commits.size() == 5);
  for (std::uint64_t i = 0; i < 5; ++i)
    CHECK(found.commits[i].last_position == i + 1);
}

TEST_CASE("one flipped bit anywhere is found in the write it belongs to, and is a torn tail only in the last") {
  const written_log log{{1, 1, 3, 1}};
  for (std::size_t at = 0; at < log.bytes.size(); ++at) {
    auto damaged = log.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    write_file(log.file, damaged);
    const auto found = log.examine();
    CAPTURE(at);
    REQUIRE(found.damage);
    const auto hit = log.write_of(at);
    CHECK(found.damage->offset == log.starts[hit]);
    CHECK(found.damage->more_follows == (hit + 1 < log.starts.size()));
    CHECK(found.records == hit);
  }
}

TEST_CASE("a log cut anywhere is a torn tail that starts at the write that was cut") {
  const written_log log{{1, 1, 3, 1}};
  for (std::size_t size = 0; size < log.bytes.size(); ++size) {
    write_file(log.file, log.bytes.substr(0, size));
    const auto found = log.examine();
    CAPTURE(size);
    const bool at_boundary = size == 0 || std::ranges::find(log.starts, size) != log.starts.end();
    CHECK(found.damage.has_value() == !at_boundary);
    if (found.damage) {
      CHECK_FALSE(found.damage->more_follows);
      CHECK(found.damage->offset == log.starts[log.write_of(size)]);
    }
  }
}

TEST_CASE("what a power cut leaves of a last write of many blocks is a torn tail, in whatever order its pages came") {
  const written_log log{{1, 64}, 1000};
  const auto start = log.starts.back();
  REQUIRE(log.bytes.size() - start > 2 * journal::log_format::block_bytes);
  constexpr std::size_t page = 4096;
  for (std::size_t lost = start / page; lost * page < log.bytes.size(); ++lost) {
    auto damaged = log.bytes;
    const auto from = std::max(lost * page, start);
    const auto to = std::min((lost + 1) * page, damaged.size());
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(from), damaged.begin() + static_cast<std::ptrdiff_t>(to),
              '\0');
    write_file(log.file, damaged);
    const auto found = log.examine();
    CAPTURE(lost);
    REQUIRE(found.damage);
    CHECK(found.damage->offset == start);
    CHECK_FALSE(found.damage->more_follows);
  }
}

TEST_CASE("zeros behind the last write, as a file system may leave them, are a torn tail") {
  const written_log log{{1, 2}};
  for (const std::size_t zeros : {1U, 6U, 7U, 100U, 70'000U}) {
    write_file(log.file, log.bytes + std::string(zeros, '\0'));
    const auto found = log.examine();
    REQUIRE(found.damage);
    CHECK(found.damage->offset == log.bytes.size());
    CHECK_FALSE(found.damage->more_follows);
    CHECK(found.records == log.starts.size());
  }
}

TEST_CASE("zeros over a write in the middle, which RocksDB skips in silence, are damage") {
  const written_log log{{1, 1, 1, 1}};
  for (std::size_t write = 0; write + 1 < log.starts.size(); ++write) {
    auto damaged = log.bytes;
    std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(log.starts[write]),
              damaged.begin() + static_cast<std::ptrdiff_t>(log.starts[write + 1]), '\0');
    write_file(log.file, damaged);
    const auto found = log.examine();
    REQUIRE(found.damage);
    CHECK(found.damage->offset == log.starts[write]);
    CHECK(found.damage->more_follows);
  }
}

TEST_CASE("a write taken out of the middle is noticed though every byte left is sound") {
  const written_log log{{1, 1, 1, 1}};
  for (std::size_t write = 0; write + 1 < log.starts.size(); ++write) {
    auto damaged = log.bytes;
    damaged.erase(log.starts[write], log.starts[write + 1] - log.starts[write]);
    write_file(log.file, damaged);
    const auto found = log.examine();
    CAPTURE(write);
    if (write == 0) {
      CHECK_FALSE(found.damage); // The log starts later; whether that is a loss, the tables and the mark know.
      continue;
    }
    REQUIRE(found.damage);
    CHECK(found.damage->offset == log.starts[write]);
    CHECK(found.damage->more_follows);
  }
}

TEST_CASE("damage followed by anything in a later log is no torn tail") {
  const written_log log{{1, 2}};
  auto torn = log.bytes;
  torn.pop_back();
  write_file(log.file, torn);
  const auto next = log.directory.path() / "000099.log";
  write_file(next, "");
  CHECK_FALSE(log.examine().damage->more_follows);
  write_file(next, std::string(500, '\0'));
  CHECK_FALSE(log.examine().damage->more_follows);
  write_file(next, log.bytes);
  CHECK(log.examine().damage->more_follows);
}

TEST_CASE("a cut tail is kept, and what is left is whole") {
  const written_log log{{1, 2, 3}};
  auto damaged = log.bytes;
  damaged.back() = static_cast<char>(~damaged.back());
  write_file(log.file, damaged);
  const auto found = log.examine();
  const auto kept = log.directory.path() / "kept";
  const auto done = journal::cut_tail(found, kept);
  REQUIRE(done.has_value());
  CHECK(done->find(log.file.filename().string()) != std::string::npos);
  CHECK(read_file(log.file) == log.bytes.substr(0, log.starts.back()));
  const auto after = log.examine();
  CHECK_FALSE(after.damage);
  CHECK(after.commits.back().last_position == 2);
  const auto copy = kept / (log.file.filename().string() + ".from-" + std::to_string(log.starts.back()));
  CHECK(read_file(copy) == damaged.substr(log.starts.back()));
}

TEST_CASE("a log of many blocks with a flipped bit is judged by the write that was hit") {
  const written_log log{{64, 64, 64, 1}, 1000};
  REQUIRE(log.bytes.size() > 5 * journal::log_format::block_bytes);
  for (std::size_t at = 17; at < log.bytes.size(); at += 1499) {
    if (is_padding(log.bytes, at))
      continue;
    auto damaged = log.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    write_file(log.file, damaged);
    const auto found = log.examine();
    CAPTURE(at);
    REQUIRE(found.damage);
    CHECK(found.damage->offset == log.starts[log.write_of(at)]);
    CHECK(found.damage->more_follows == (log.write_of(at) + 1 < log.starts.size()));
  }
}
