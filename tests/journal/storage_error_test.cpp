#include "journal/mark.hpp"
#include "tests/journal/faulty_disk.hpp"
#include "tests/journal/store_harness.hpp"

#include <doctest/doctest.h>

#include <filesystem>

/// What a storage error does: nothing is acknowledged, selling stops until a restart, reads go on, and the restart decides from disk.
namespace {

using namespace holdfast;
using namespace holdfast::testing;
using journal::append_outcome;
using operation = faulty_disk::operation;

struct case_row {
  const char* name;
  faulty_disk::plan plan;
};

/// Opens over a disk that may fail, fills, and strikes. The strike comes at the `after`-th operation of its kind after the fill.
struct struck_journal {
  scratch_directory directory;
  faulty_disk disk;
  std::unique_ptr<journal::rocksdb_journal> store;
  std::shared_ptr<outcome_log> log = std::make_shared<outcome_log>();
  std::shared_ptr<batch_log> batches = std::make_shared<batch_log>();
  static constexpr std::uint64_t acknowledged = 40;

  struck_journal() {
    auto options = rocksdb_options_in(directory.path());
    options.env = disk.env();
    auto opened = journal::rocksdb_journal::open(options);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
    store = std::move(*opened);
    store->listen(batches);
    REQUIRE(store->acquire({}).has_value());
    for (std::uint64_t seq = 1; seq <= acknowledged; ++seq) {
      store->append(hold_group(event_stream(1), seq), log->expect(seq));
      REQUIRE(log->wait_for(seq));
    }
    REQUIRE(log->count(append_outcome::durable) == acknowledged);
  }

  /// Opens again over a healthy disk.
  [[nodiscard]] auto restart() -> std::unique_ptr<journal::rocksdb_journal> {
    store.reset();
    auto opened = journal::rocksdb_journal::open(rocksdb_options_in(directory.path()));
    REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
    return std::move(*opened);
  }
};

const case_row write_errors[] = {
    {"fdatasync fails once with EIO", {operation::sync, faulty_disk::error::input_output, ".log", 0, true, false}},
    {"fdatasync fails for ever with EIO", {operation::sync, faulty_disk::error::input_output, ".log", 0, false, false}},
    {"fdatasync fails once with ENOSPC", {operation::sync, faulty_disk::error::no_space, ".log", 0, true, false}},
    {"a write fails once with EIO", {operation::append, faulty_disk::error::input_output, ".log", 0, true, false}},
    {"a write fails for ever with ENOSPC", {operation::append, faulty_disk::error::no_space, ".log", 0, false, false}},
    {"a write fails once with ENOSPC", {operation::append, faulty_disk::error::no_space, ".log", 0, true, false}},
    {"a write is torn by EIO", {operation::append, faulty_disk::error::input_output, ".log", 0, true, true}},
    {"a write is torn by ENOSPC", {operation::append, faulty_disk::error::no_space, ".log", 0, true, true}},
};

} // namespace

TEST_CASE("a failed write or sync acknowledges nothing, latches selling off, and is never tried again") {
  for (const auto& row : write_errors) {
    CAPTURE(row.name);
    struck_journal struck;
    struck.disk.arm(row.plan);
    constexpr auto acknowledged = struck_journal::acknowledged;
    for (std::uint64_t seq = acknowledged + 1; seq <= acknowledged + 5; ++seq)
      struck.store->append(hold_group(event_stream(1), seq), struck.log->expect(seq));
    REQUIRE(struck.log->wait_for(acknowledged + 5));
    CHECK(struck.log->count(append_outcome::durable) == acknowledged);
    CHECK(struck.log->count(append_outcome::unknown) == 5);
    CHECK(struck.disk.strikes() >= 1);
    CHECK(struck.store->mode() == journal::journal_mode::latched);
    CHECK(struck.store->metrics().latched);
    CHECK(struck.batches->batches().size() == acknowledged);

    const auto attempts = struck.disk.attempts_after_strike();
    struck.store->append(hold_group(event_stream(2), 1), struck.log->expect(100));
    struck.store->append(barrier_group(event_stream(1)), struck.log->expect(101));
    REQUIRE(struck.log->wait_for(acknowledged + 7));
    CHECK(struck.log->count(append_outcome::unknown) == 7);
    CHECK(struck.disk.attempts_after_strike() == attempts);

    // Reading goes on, and shows what was acknowledged.
    CHECK(read_stream(*struck.store, event_stream(1)).records.size() == acknowledged);
    CHECK(read_tail(*struck.store).records.size() == acknowledged);
    CHECK(struck.store->head(event_stream(1))->seq == acknowledged);

    const auto again = struck.restart();
    const auto records = read_stream(*again, event_stream(1)).records;
    CHECK(records.size() >= acknowledged);
    CHECK(records.size() <= acknowledged + 5);
    CHECK(is_chained(records));
    CHECK(again->head(event_stream(1))->seq == records.size());
    CHECK(again->mode() == journal::journal_mode::selling);
    REQUIRE(again->acquire({}).has_value());
    again->append(hold_group(event_stream(1), records.size() + 1), struck.log->expect(200));
    REQUIRE(struck.log->wait_for(acknowledged + 8));
    CHECK(struck.log->entries().back().outcome == append_outcome::durable);
  }
}

TEST_CASE("a write that failed may be there after the restart: unknown means unknown") {
  // The log holds the whole write; only its sync failed.
  struck_journal struck;
  struck.disk.arm({operation::sync, faulty_disk::error::input_output, ".log", 0, true, false});
  struck.store->append(hold_group(event_stream(1), struck_journal::acknowledged + 1), struck.log->expect(1));
  REQUIRE(struck.log->wait_for(struck_journal::acknowledged + 1));
  CHECK(struck.log->entries().back().outcome == append_outcome::unknown);
  CHECK(struck.store->head(event_stream(1))->seq == struck_journal::acknowledged);
  const auto again = struck.restart();
  CHECK(again->head(event_stream(1))->seq == struck_journal::acknowledged + 1);
}

TEST_CASE("a torn write is cut off at the restart, which says so") {
  struck_journal struck;
  // A write of several of the log's blocks, of which half are there.
  struck.disk.arm({operation::append, faulty_disk::error::input_output, ".log", 0, true, true});
  struck.store->append(hold_group(event_stream(1), struck_journal::acknowledged + 1, 64, 1000), struck.log->expect(1));
  REQUIRE(struck.log->wait_for(struck_journal::acknowledged + 1));
  CHECK(struck.log->entries().back().outcome == append_outcome::unknown);
  const auto again = struck.restart();
  CHECK(again->head(event_stream(1))->seq == struck_journal::acknowledged);
  REQUIRE(again->report().repairs.size() == 1);
  CHECK(again->report().repairs[0].find(".log at byte") != std::string::npos);
  CHECK(std::filesystem::exists(struck.directory.path() / "marks" / "torn"));
}

TEST_CASE("a failing flush in the background latches selling off as well") {
  struck_journal struck;
  struck.disk.arm({operation::append, faulty_disk::error::no_space, ".sst", 0, false, false});
  CHECK_FALSE(struck.store->flush().has_value());
  CHECK(struck.store->mode() == journal::journal_mode::latched);
  struck.store->append(hold_group(event_stream(1), struck_journal::acknowledged + 1), struck.log->expect(1));
  REQUIRE(struck.log->wait_for(struck_journal::acknowledged + 1));
  CHECK(struck.log->entries().back().outcome == append_outcome::unknown);
  CHECK(read_stream(*struck.store, event_stream(1)).records.size() == struck_journal::acknowledged);
  const auto again = struck.restart();
  CHECK(again->head(event_stream(1))->seq == struck_journal::acknowledged);
}

TEST_CASE("no restart of RocksDB's own ends a latch, though the disk is healthy again") {
  struck_journal struck;
  struck.disk.arm({operation::sync, faulty_disk::error::no_space, ".log", 0, true, false});
  struck.store->append(hold_group(event_stream(1), struck_journal::acknowledged + 1), struck.log->expect(1));
  REQUIRE(struck.log->wait_for(struck_journal::acknowledged + 1));
  struck.disk.arm({operation::sync, faulty_disk::error::no_space, ".nothing", 0, true, false});
  // Flushing is what an automatic recovery would do first: it is refused.
  CHECK_FALSE(struck.store->flush().has_value());
  struck.store->append(hold_group(event_stream(1), struck_journal::acknowledged + 1), struck.log->expect(2));
  REQUIRE(struck.log->wait_for(struck_journal::acknowledged + 2));
  CHECK(struck.log->count(append_outcome::unknown) == 2);
}

TEST_CASE("a mark that cannot be written is a storage error: what it was for is not acknowledged") {
  scratch_directory directory;
  std::filesystem::create_directories(directory.path() / "marks");
  std::filesystem::create_symlink("/dev/full", directory.path() / "marks" / "high-water");
  const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(directory.path()));
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == journal::failure_kind::io);
  CHECK(opened.error().detail.find("high-water") != std::string::npos);
}

TEST_CASE("the journal in memory fails as the real one does") {
  using fault = journal::memory_journal::fault;
  for (const auto how : {fault::lost, fault::stored}) {
    const auto disk = std::make_shared<journal::memory_disk>();
    journal::memory_journal store{{disk, true, 256}};
    REQUIRE(store.acquire({}).has_value());
    const auto log = std::make_shared<outcome_log>();
    store.append(hold_group(event_stream(1), 1), log->expect(1));
    REQUIRE(log->wait_for(1));
    store.fail_next_commit(how);
    store.append(hold_group(event_stream(1), 2), log->expect(2));
    store.append(barrier_group(event_stream(1)), log->expect(3));
    REQUIRE(log->wait_for(3));
    CHECK(log->count(append_outcome::unknown) == 2);
    CHECK(store.mode() == journal::journal_mode::latched);
    journal::memory_journal again{{disk, true, 256}};
    CHECK(again.head(event_stream(1))->seq == (how == fault::stored ? 2 : 1));
  }
}

TEST_CASE("who lost the cell to another appends nothing and is told so") {
  const auto disk = std::make_shared<journal::memory_disk>();
  journal::memory_journal first{{disk, true, 256}};
  journal::memory_journal second{{disk, true, 256}};
  bool lost = false;
  first.on_tenure_lost([&] { lost = true; });
  REQUIRE(first.acquire({}).has_value());
  REQUIRE(second.acquire({}).has_value());
  const auto log = std::make_shared<outcome_log>();
  first.append(hold_group(event_stream(1), 1), log->expect(1));
  first.append(hold_group(event_stream(1), 2), log->expect(2));
  REQUIRE(log->wait_for(2));
  CHECK(log->count(append_outcome::fenced) == 2);
  first.release();
  CHECK(lost);
  CHECK(second.head(event_stream(1))->seq == 0);
  second.append(hold_group(event_stream(1), 1), log->expect(3));
  REQUIRE(log->wait_for(3));
  CHECK(log->entries().back().outcome == append_outcome::durable);
}
