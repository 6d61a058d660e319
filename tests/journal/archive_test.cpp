#include "journal/archive.hpp"
#include "journal/audit/auditor.hpp"
#include "journal/codec.hpp"
#include "journal/rocksdb_audit_source.hpp"
#include "journal/rocksdb_import.hpp"
#include "journal/rocksdb_journal.hpp"
#include "journal/rocksdb_restore.hpp"
#include "tests/journal/journaled_event.hpp"
#include "tests/journal/store_harness.hpp"
#include "tests/support/busy_event.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>

namespace {

using namespace holdfast;
using testing::busy_event;
namespace fs = std::filesystem;

constexpr domain::event_id second_event{0x99};

auto open(const fs::path& data, journal::journal_access access = journal::journal_access::serve)
    -> std::unique_ptr<journal::rocksdb_journal> {
  journal::rocksdb_journal_options options;
  options.directory = data / "journal";
  options.marks_directory = data / "marks";
  options.access = access;
  auto opened = journal::rocksdb_journal::open(std::move(options));
  if (!opened) {
    FAIL_CHECK(opened.error().detail);
    return nullptr;
  }
  return *std::move(opened);
}

auto day(std::uint64_t seed, domain::event_id which = busy_event::event, int steps = 400) -> busy_event {
  busy_event event{seed, which};
  for (int i = 0; i < steps; ++i) {
    event.step();
  }
  return event;
}

/// A data directory with two events and their organisation.
void fill(const fs::path& data) {
  const auto journal = open(data);
  REQUIRE(journal->acquire({}));
  testing::append_organisation(*journal);
  testing::append_event(*journal, day(1));
  testing::append_event(*journal, day(2, second_event), second_event);
  journal->release();
}

void export_streams(journal::journal& from, const fs::path& file, const std::vector<journal::stream_id>& streams) {
  auto archive = journal::archive_writer::create(file);
  REQUIRE(archive);
  for (const auto stream : streams) {
    archive->begin(stream);
    std::promise<bool> read;
    from.read(
        stream, 1,
        [&](std::span<const journal::record_view> records) {
          for (const auto& record : records) {
            CHECK(archive->add(record));
          }
          return true;
        },
        [&](auto end) { read.set_value(end.has_value()); });
    REQUIRE(read.get_future().get());
    archive->end();
  }
  REQUIRE(archive->finish());
}

auto event_stream(domain::event_id event) -> journal::stream_id {
  return {journal::stream_kind::event, event.value()};
}

const journal::stream_id organisation_stream{journal::stream_kind::organisation, busy_event::organisation.value()};

void export_everything(const fs::path& data, const fs::path& file) {
  const auto journal = open(data);
  export_streams(*journal, file, {organisation_stream, event_stream(busy_event::event), event_stream(second_event)});
}

auto import(const fs::path& file, const fs::path& data) -> tl::expected<void, journal::failure> {
  auto archive = journal::archive_reader::open(file);
  if (!archive) {
    return tl::unexpected{archive.error()};
  }
  return journal::import_archive(*archive, {data / "journal", data / "marks"});
}

auto audit(const fs::path& data) -> journal::audit::report {
  const auto source = journal::open_audit_source({data / "journal", data / "marks", {}});
  REQUIRE(source);
  return journal::audit::run_audit(**source);
}

auto read(const fs::path& file) -> std::string {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

} // namespace

TEST_CASE("an archive brings whole streams to another journal, byte for byte, and both stand the same audit") {
  const testing::scratch_directory from;
  const testing::scratch_directory to;
  fill(from.path());
  export_everything(from.path(), from.path() / "all.archive");
  REQUIRE(import(from.path() / "all.archive", to.path()));
  const auto before = audit(from.path());
  const auto after = audit(to.path());
  CHECK(before.sound());
  CHECK(after.sound());
  REQUIRE(before.events.size() == 2);
  REQUIRE(after.events.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(after.events[i].chain == before.events[i].chain);
    CHECK(after.events[i].state_hash == before.events[i].state_hash);
    CHECK(after.events[i].taken == before.events[i].taken);
  }
  // The imported journal opens, knows its deadlines, and goes on with a greater epoch than any imported record has.
  const auto journal = open(to.path());
  REQUIRE(journal);
  const auto tenure = journal->acquire({});
  REQUIRE(tenure);
  CHECK(tenure->epoch > 1);
  const auto source = open(from.path());
  CHECK(journal->head(event_stream(second_event))->next_deadline ==
        source->head(event_stream(second_event))->next_deadline);
}

TEST_CASE("an event can be imported beside others, once") {
  const testing::scratch_directory from;
  const testing::scratch_directory to;
  fill(from.path());
  {
    const auto journal = open(from.path());
    export_streams(*journal, from.path() / "one.archive", {event_stream(second_event)});
  }
  {
    const auto journal = open(to.path());
    REQUIRE(journal->acquire({}));
    testing::append_organisation(*journal);
    testing::append_event(*journal, day(1));
    journal->release();
  }
  REQUIRE(import(from.path() / "one.archive", to.path()));
  const auto report = audit(to.path());
  CHECK(report.sound());
  CHECK(report.events.size() == 2);
  const auto again = import(from.path() / "one.archive", to.path());
  REQUIRE_FALSE(again);
  CHECK(again.error().detail.find("already") != std::string::npos);
  CHECK(audit(to.path()).sound());
}

TEST_CASE(
    "an event takes its payments along, with whatever is still to be done for them, and they go nowhere without it") {
  const testing::scratch_directory from;
  const testing::scratch_directory to;
  const testing::scratch_directory alone;
  busy_event paying{4, busy_event::event, busy_event::kind::paying};
  while (paying.checkout().payments.size() < 40 || paying.checkout().open.empty()) {
    paying.step();
  }
  const journal::stream_id payments{journal::stream_kind::payment, busy_event::event.value()};
  domain::instant deadline;
  {
    const auto journal = open(from.path());
    REQUIRE(journal->acquire({}));
    testing::append_organisation(*journal);
    testing::append_event(*journal, paying);
    testing::append_event(*journal, day(2, second_event), second_event);
    testing::append_payments(*journal, paying);
    const auto streams = journal::streams_of_event(*journal, busy_event::event);
    REQUIRE(streams);
    CHECK(*streams == std::vector{event_stream(busy_event::event), payments});
    CHECK(*journal::streams_of_event(*journal, second_event) == std::vector{event_stream(second_event)});
    CHECK(journal::streams_of_event(*journal, domain::event_id{5}).error().kind == journal::failure_kind::not_found);
    export_streams(*journal, from.path() / "both.archive", {organisation_stream, streams->front(), payments});
    export_streams(*journal, from.path() / "alone.archive", {payments});
    deadline = journal->head(payments)->next_deadline.value();
    journal->release();
  }
  REQUIRE(import(from.path() / "both.archive", to.path()));
  const auto report = audit(to.path());
  CHECK(report.sound());
  REQUIRE(report.events.size() == 1);
  CHECK(report.events[0].payments == paying.checkout().payments.size());
  CHECK(report.events[0].payments_open == paying.checkout().open.size());
  {
    // A server that starts there goes on with them.
    const auto journal = open(to.path());
    REQUIRE(journal);
    CHECK(journal->head(payments)->next_deadline == deadline);
  }
  const auto refused = import(from.path() / "alone.archive", alone.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("illegal_payment") != std::string::npos);
}

TEST_CASE("an event whose keys nobody here has made is refused, and nothing of it stays") {
  const testing::scratch_directory from;
  const testing::scratch_directory to;
  fill(from.path());
  {
    const auto journal = open(from.path());
    export_streams(*journal, from.path() / "one.archive", {event_stream(second_event)});
  }
  const auto refused = import(from.path() / "one.archive", to.path());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("key_without_right") != std::string::npos);
  CHECK(audit(to.path()).streams == 0);
  CHECK_FALSE(fs::exists(to.path() / "journal.import"));
}

TEST_CASE("an archive that was changed, cut or extended anywhere is refused") {
  const testing::scratch_directory scratch;
  fill(scratch.path());
  const auto file = scratch.path() / "all.archive";
  {
    const auto journal = open(scratch.path());
    export_streams(*journal, file, {organisation_stream});
  }
  const auto sound = read(file);
  REQUIRE(journal::archive_reader::open(file));
  for (std::size_t at = 0; at < sound.size(); ++at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    write(file, bytes);
    REQUIRE_FALSE(journal::archive_reader::open(file));
  }
  for (std::size_t size = 0; size < sound.size(); size += 5) {
    write(file, sound.substr(0, size));
    REQUIRE_FALSE(journal::archive_reader::open(file));
  }
  write(file, sound + "x");
  CHECK_FALSE(journal::archive_reader::open(file));
}

TEST_CASE("an archive is not there before it is whole") {
  const testing::scratch_directory scratch;
  const auto file = scratch.path() / "half.archive";
  {
    auto archive = journal::archive_writer::create(file);
    REQUIRE(archive);
    archive->begin(organisation_stream);
  }
  CHECK_FALSE(fs::exists(file));
  const auto missing = journal::archive_writer::create(scratch.path() / "no" / "such" / "directory");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == journal::failure_kind::io);
}

TEST_CASE(
    "a backup that has everything acknowledged is restored without further words, and the former journal is kept") {
  const testing::scratch_directory data;
  fill(data.path());
  const auto before = audit(data.path());
  {
    const auto journal = open(data.path());
    REQUIRE(journal->checkpoint((data.path() / "copy").string()));
  }
  const auto restored = journal::restore_journal(
      {data.path() / "copy", data.path() / "journal", data.path() / "marks", data.path() / "former"}, false);
  REQUIRE(restored);
  CHECK(restored->was_known);
  CHECK(restored->lost == 0);
  CHECK(restored->replaced);
  CHECK(fs::exists(data.path() / "former" / "CURRENT"));
  CHECK_FALSE(fs::exists(data.path() / "copy"));
  const auto after = audit(data.path());
  CHECK(after.sound());
  CHECK(after.events[0].chain == before.events[0].chain);
}

TEST_CASE("an old backup is refused until somebody says new epoch, and then nothing old is ever mistaken for new") {
  const testing::scratch_directory data;
  fill(data.path());
  {
    const auto journal = open(data.path());
    REQUIRE(journal->checkpoint((data.path() / "old").string()));
  }
  std::uint64_t epoch_before = 0;
  {
    const auto journal = open(data.path());
    epoch_before = journal->acquire({})->epoch;
    testing::append_event(*journal, day(3, domain::event_id{5}, 50), domain::event_id{5});
    journal->release();
  }
  const journal::restore_directories at{data.path() / "old", data.path() / "journal", data.path() / "marks",
                                        data.path() / "former"};
  const auto refused = journal::restore_journal(at, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == journal::failure_kind::behind_mark);
  CHECK(fs::exists(data.path() / "old"));
  CHECK(audit(data.path()).events.size() == 3);

  const auto restored = journal::restore_journal(at, true);
  REQUIRE(restored);
  CHECK(restored->lost > 0);
  const auto after = audit(data.path());
  CHECK(after.sound());
  CHECK(after.events.size() == 2);
  const auto journal = open(data.path());
  REQUIRE(journal);
  CHECK(journal->acquire({})->epoch > epoch_before);
}

TEST_CASE(
    "a backup restores onto a machine that knows nothing, and a journal of somebody else is not replaced silently") {
  const testing::scratch_directory data;
  const testing::scratch_directory empty;
  const testing::scratch_directory other;
  fill(data.path());
  fill(other.path());
  {
    const auto journal = open(data.path());
    REQUIRE(journal->checkpoint((empty.path() / "copy").string()));
    REQUIRE(journal->checkpoint((other.path() / "copy").string()));
  }
  const auto restored = journal::restore_journal(
      {empty.path() / "copy", empty.path() / "journal", empty.path() / "marks", empty.path() / "former"}, false);
  REQUIRE(restored);
  CHECK_FALSE(restored->was_known);
  CHECK_FALSE(restored->replaced);
  CHECK(open(empty.path()) != nullptr);

  const auto refused = journal::restore_journal(
      {other.path() / "copy", other.path() / "journal", other.path() / "marks", other.path() / "former"}, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("another journal") != std::string::npos);
}

TEST_CASE("the audit of a real store finds a lost end by its mark, and a copy without marks is sound") {
  const testing::scratch_directory data;
  fill(data.path());
  {
    const auto journal = open(data.path());
    REQUIRE(journal->checkpoint((data.path() / "copy").string()));
    REQUIRE(journal->acquire({}));
    testing::append_event(*journal, day(3, domain::event_id{5}, 50), domain::event_id{5});
    journal->release();
  }
  CHECK(audit(data.path()).sound());
  const auto behind = journal::open_audit_source({data.path() / "copy", data.path() / "marks", {}});
  REQUIRE(behind);
  CHECK(journal::audit::run_audit(**behind).found.of(journal::audit::violation_kind::behind_mark) == 1);
  const auto copy = journal::open_audit_source({data.path() / "copy", {}, {}});
  REQUIRE(copy);
  CHECK(journal::audit::run_audit(**copy).sound());
}
