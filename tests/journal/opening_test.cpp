#include "journal/data_lock.hpp"
#include "journal/mark.hpp"
#include "journal/tail_doctor_log.hpp"
#include "journal/writer_layout.hpp"
#include "tests/journal/journal_image.hpp"

#include <doctest/doctest.h>

#include <algorithm>

/// The table of what a start does with a damaged journal, a row a test.
namespace {

using namespace holdfast;
using namespace holdfast::testing;
using journal::failure_kind;
using journal::mark_verdict;
namespace fs = std::filesystem;

/// A journal of 20 commits as a crash left it, and an older copy of it with 10.
struct crashed {
  scratch_directory home;
  fs::path root = home.path() / "now";
  fs::path older = home.path() / "older";
  fs::path log;
  std::vector<std::size_t> starts; ///< of the log's writes; the first is the tenure's epoch
  std::uint64_t epoch = 0;

  crashed() {
    const auto live = home.path() / "live";
    const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(live));
    REQUIRE(opened.has_value());
    auto& store = **opened;
    epoch = store.acquire({})->epoch;
    const auto outcomes = std::make_shared<outcome_log>();
    for (std::uint64_t seq = 1; seq <= 20; ++seq) {
      store.append(hold_group(event_stream(1), seq), outcomes->expect(seq));
      REQUIRE(outcomes->wait_for(seq));
      if (seq == 10)
        fs::copy(live, older, fs::copy_options::recursive);
    }
    fs::copy(live, root, fs::copy_options::recursive);
    for (const auto& entry : fs::directory_iterator{root / "journal"})
      if (entry.path().extension() == ".log" && entry.file_size() > 0)
        log = std::max(log, entry.path());
    const auto bytes = read_file(log);
    journal::log_format::reader reader{bytes};
    while (reader.next() == journal::log_format::reader::result::record)
      starts.push_back(reader.record_start());
    REQUIRE(starts.size() == 21);
  }

  /// Where the write of commit n starts.
  [[nodiscard]] auto start_of(std::uint64_t commit) const -> std::size_t { return starts[commit]; }

  void flip(std::size_t at) const {
    auto bytes = read_file(log);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write_file(log, bytes);
  }

  /// As a write that was never acknowledged: the mark says one commit less.
  void lower_mark_to(std::uint64_t commit) const {
    auto found = journal::mark_file::read(root / "marks");
    REQUIRE((found && found->newest));
    auto lower = *found->newest;
    lower.position = commit;
    lower.batch_hash = chain_of(commit);
    fs::remove(root / "marks" / "high-water");
    REQUIRE(journal::mark_file::create(root / "marks", lower).has_value());
  }

  static auto reading(const fs::path& where) -> journal::rocksdb_journal_options {
    auto options = rocksdb_options_in(where);
    options.access = journal::journal_access::read_only;
    return options;
  }

  /// The note of a commit is in the log itself.
  [[nodiscard]] auto chain_of(std::uint64_t commit) const -> journal::chain_hash {
    const auto bytes = read_file(log);
    journal::log_format::reader reader{bytes};
    while (reader.next() == journal::log_format::reader::result::record) {
      const auto batch = journal::log_format::summarise_batch(reader.record());
      const auto note = batch && batch->note ? journal::layout::decode_note(*batch->note) : std::nullopt;
      if (note && note->last_position == commit)
        return note->batch_hash;
    }
    return {};
  }

  [[nodiscard]] auto open(bool accept_loss = false) const {
    auto options = rocksdb_options_in(root);
    options.accept_journal_loss = accept_loss;
    return journal::rocksdb_journal::open(options);
  }

  /// Refused for this reason, in these words, with nothing changed on disk.
  void refuses(failure_kind kind, const std::vector<std::string>& words) const {
    const auto before = contents_of(root);
    const auto opened = open();
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().kind == kind);
    CAPTURE(opened.error().detail);
    for (const auto& word : words) {
      CAPTURE(word);
      CHECK(opened.error().detail.find(word) != std::string::npos);
    }
    CHECK(contents_of(root) == before);
  }

  /// Opened by an operator's word with so many commits; goes on in a new epoch, and the next start needs no word.
  void accepts(std::uint64_t commits) const {
    {
      const auto opened = open(true);
      REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
      CHECK_FALSE((*opened)->report().repairs.empty());
      CHECK((*opened)->head(event_stream(1))->seq == commits);
      const auto tenure = (*opened)->acquire({});
      REQUIRE(tenure.has_value());
      CHECK(tenure->epoch > epoch);
      const auto outcomes = std::make_shared<outcome_log>();
      (*opened)->append(hold_group(event_stream(1), commits + 1), outcomes->expect(1));
      REQUIRE(outcomes->wait_for(1));
      CHECK(outcomes->count(journal::append_outcome::durable) == 1);
    }
    const auto again = open();
    REQUIRE_MESSAGE(again.has_value(), (again ? std::string{} : again.error().detail));
    CHECK((*again)->report().mark == mark_verdict::met);
    CHECK((*again)->head(event_stream(1))->seq == commits + 1);
    CHECK(is_chained(read_stream(**again, event_stream(1)).records));
  }
};

} // namespace

TEST_CASE("a crash loses nothing and needs no word") {
  const crashed journal;
  const auto opened = journal.open();
  REQUIRE(opened.has_value());
  CHECK((*opened)->report().mark == mark_verdict::met);
  CHECK((*opened)->report().repairs.empty());
  CHECK((*opened)->report().position == 20);
  CHECK((*opened)->report().log_bytes > 0);
  CHECK((*opened)->report().took.count() > 0);
  CHECK((*opened)->metrics().head_position == 20);
  CHECK(read_stream(**opened, event_stream(1)).records.size() == 20);
}

TEST_CASE("torn tail: a last write that was not acknowledged is cut off, and the start says so") {
  const crashed journal;
  journal.lower_mark_to(19);
  journal.flip(journal.start_of(20) + 50);
  const auto opened = journal.open();
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  CHECK((*opened)->head(event_stream(1))->seq == 19);
  CHECK((*opened)->report().mark == mark_verdict::met);
  REQUIRE((*opened)->report().repairs.size() == 1);
  CHECK((*opened)->report().repairs[0].find("at byte " + std::to_string(journal.start_of(20))) != std::string::npos);
}

TEST_CASE("damaged last write that was acknowledged: refused with file, offset and first bad commit") {
  const crashed journal;
  journal.flip(journal.start_of(20) + 50);
  journal.refuses(failure_kind::behind_mark,
                  {journal.log.filename().string(), "at byte " + std::to_string(journal.start_of(20)),
                   "first bad commit 20", "ends at commit 19", "--accept-journal-loss"});
  journal.accepts(19);
}

TEST_CASE("flipped bit in the middle of a log: refused with file, offset and first bad commit") {
  const crashed journal;
  journal.flip(journal.start_of(7) + 60);
  journal.refuses(failure_kind::corrupt,
                  {journal.log.filename().string(), "at byte " + std::to_string(journal.start_of(7)),
                   "first bad commit 7", "whole writes follow", "--accept-journal-loss", "holdfast restore"});
  journal.accepts(6);
}

TEST_CASE("log cut between two writes, which no recovery mode notices: refused") {
  const crashed journal;
  fs::resize_file(journal.log, journal.start_of(15));
  journal.refuses(failure_kind::behind_mark, {"ends at commit 14", "commit 20 was acknowledged"});
  journal.accepts(14);
}

TEST_CASE("live log deleted: refused") {
  const crashed journal;
  fs::remove(journal.log);
  const auto before = contents_of(journal.root);
  const auto opened = journal.open();
  REQUIRE_FALSE(opened.has_value());
  CHECK(contents_of(journal.root) == before);
}

TEST_CASE("older copy of the journal: refused without a new epoch, and with one the old timeline cannot come back") {
  const crashed journal;
  fs::remove_all(journal.root / "journal");
  fs::copy(journal.older / "journal", journal.root / "journal", fs::copy_options::recursive);
  journal.refuses(failure_kind::behind_mark, {"ends at commit 10", "older copy"});
  journal.accepts(10);
}

TEST_CASE("another journal under this mark: refused") {
  const crashed journal;
  const crashed other;
  fs::remove_all(journal.root / "journal");
  fs::copy(other.root / "journal", journal.root / "journal", fs::copy_options::recursive);
  journal.refuses(failure_kind::behind_mark, {"not the one that the high-water mark is about"});
}

TEST_CASE("a journal whose history differs from the acknowledged one: refused") {
  const crashed journal;
  auto mark = *journal::mark_file::read(journal.root / "marks")->newest;
  mark.batch_hash[5] ^= 1;
  fs::remove(journal.root / "marks" / "high-water");
  REQUIRE(journal::mark_file::create(journal.root / "marks", mark).has_value());
  journal.refuses(failure_kind::behind_mark, {"commit 20 of the journal is not the one that was acknowledged"});
}

TEST_CASE("both slots of the mark damaged, or the mark deleted: refused; one slot: said") {
  const crashed journal;
  const auto file = journal.root / "marks" / "high-water";
  auto bytes = read_file(file);
  bytes[20] = static_cast<char>(~bytes[20]);
  write_file(file, bytes);
  {
    const auto reading = journal::rocksdb_journal::open(crashed::reading(journal.root));
    REQUIRE(reading.has_value());
    CHECK((*reading)->report().repairs.size() == 1);
    CHECK((*reading)->report().mark == mark_verdict::met);
  }
  bytes[journal::mark_slot_distance_bytes + 20] = static_cast<char>(~bytes[journal::mark_slot_distance_bytes + 20]);
  write_file(file, bytes);
  journal.refuses(failure_kind::behind_mark, {"no slot of the high-water mark", "--accept-journal-loss"});
  fs::remove_all(journal.root / "marks");
  journal.refuses(failure_kind::behind_mark, {"no slot of the high-water mark"});
  journal.accepts(20);
}

TEST_CASE("journal gone but for its mark: refused, and an accepted start begins a new one") {
  const crashed journal;
  fs::remove_all(journal.root / "journal");
  journal.refuses(failure_kind::behind_mark, {"there is no journal", "20 commits were acknowledged"});
  journal.accepts(0);
}

TEST_CASE("CURRENT deleted beside data: refused, never taken for a new journal") {
  const crashed journal;
  fs::remove(journal.root / "journal" / "CURRENT");
  journal.refuses(failure_kind::corrupt, {"CURRENT is missing"});
  fs::remove_all(journal.root / "marks");
  journal.refuses(failure_kind::corrupt, {"CURRENT is missing"});
}

TEST_CASE("flipped byte in a table: refused, or the stream that it holds halts, and the others go on") {
  scratch_directory home;
  const auto root = home.path();
  {
    const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(root));
    REQUIRE(opened.has_value());
    auto& store = **opened;
    REQUIRE(store.acquire({}).has_value());
    const auto outcomes = std::make_shared<outcome_log>();
    // More commits than a start checks again, and streams in different blocks of the table.
    for (std::uint64_t seq = 1; seq <= 200; ++seq) {
      for (std::uint64_t stream = 1; stream <= 4; ++stream)
        store.append(hold_group(event_stream(stream), seq, 1, 40), outcomes->expect(0));
      REQUIRE(outcomes->wait_for(seq * 4));
    }
  }
  fs::path largest;
  for (const auto& entry : fs::directory_iterator{root / "journal"})
    if (entry.path().extension() == ".sst" && (largest.empty() || entry.file_size() > fs::file_size(largest)))
      largest = entry.path();
  auto bytes = read_file(largest);
  bytes[200] = static_cast<char>(bytes[200] ^ 4);
  write_file(largest, bytes);
  const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(root));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  const auto damaged = read_stream(**opened, event_stream(1));
  REQUIRE_FALSE(damaged.end.has_value());
  CHECK(damaged.end.error().kind == failure_kind::corrupt);
  CHECK(damaged.end.error().detail.find("stream 1/1") != std::string::npos);
  for (std::uint64_t stream = 3; stream <= 4; ++stream) {
    const auto whole = read_stream(**opened, event_stream(stream));
    CHECK(whole.end.has_value());
    CHECK(whole.records.size() == 200);
  }
}

TEST_CASE("a journal is open once: a second server is refused, and so is a reader beside it") {
  scratch_directory home;
  const auto first = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
  REQUIRE(first.has_value());
  const auto second = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == failure_kind::locked);
  const auto reader = journal::rocksdb_journal::open(crashed::reading(home.path()));
  REQUIRE_FALSE(reader.has_value());
  CHECK(reader.error().kind == failure_kind::locked);
  // Without our lock, RocksDB's own still keeps a second writer out.
  auto unlocked = rocksdb_options_in(home.path());
  unlocked.lock_file.clear();
  CHECK_FALSE(journal::rocksdb_journal::open(unlocked).has_value());
}

TEST_CASE("a reader changes nothing, sees everything, and takes no appends") {
  const crashed journal;
  const auto before = contents_of(journal.root);
  {
    const auto one = journal::rocksdb_journal::open(crashed::reading(journal.root));
    const auto two = journal::rocksdb_journal::open(crashed::reading(journal.root));
    REQUIRE((one && two));
    CHECK(read_stream(**one, event_stream(1)).records.size() == 20);
    CHECK(read_tail(**two).records.size() == 20);
    CHECK((*one)->report().mark == mark_verdict::met);
    CHECK((*one)->mode() == journal::journal_mode::latched);
    CHECK_FALSE((*one)->acquire({}).has_value());
    const auto outcomes = std::make_shared<outcome_log>();
    (*one)->append(hold_group(event_stream(1), 21), outcomes->expect(1));
    CHECK(outcomes->count(journal::append_outcome::unknown) == 1);
  }
  CHECK(contents_of(journal.root) == before);
}

TEST_CASE("a reader looks past a torn tail, and is told of a journal behind its mark instead of refused") {
  const crashed journal;
  journal.flip(journal.start_of(20) + 50);
  const auto before = contents_of(journal.root);
  const auto opened = journal::rocksdb_journal::open(crashed::reading(journal.root));
  REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
  CHECK((*opened)->report().mark == mark_verdict::behind);
  CHECK(read_stream(**opened, event_stream(1)).records.size() == 19);
  CHECK(contents_of(journal.root) == before);
}

TEST_CASE("an orderly end leaves nothing to replay") {
  scratch_directory home;
  {
    const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
    REQUIRE(opened.has_value());
    REQUIRE((*opened)->acquire({}).has_value());
    const auto outcomes = std::make_shared<outcome_log>();
    (*opened)->append(hold_group(event_stream(1), 1), outcomes->expect(1));
    REQUIRE(outcomes->wait_for(1));
    (*opened)->release();
  }
  const auto again = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
  REQUIRE(again.has_value());
  CHECK((*again)->report().log_bytes == 0);
  CHECK((*again)->head(event_stream(1))->seq == 1);
}

TEST_CASE("a creation that a crash interrupted is finished by the next start") {
  // The files as creation makes them, one after the other; marks come last.
  for (const bool with_current : {false, true}) {
    scratch_directory home;
    {
      const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
      REQUIRE(opened.has_value());
      fs::copy(home.path() / "journal", home.path() / "copy", fs::copy_options::recursive);
    }
    fs::remove_all(home.path() / "journal");
    fs::remove_all(home.path() / "marks");
    fs::rename(home.path() / "copy", home.path() / "journal");
    if (!with_current)
      for (const auto& entry : fs::directory_iterator{home.path() / "journal"})
        if (!entry.path().filename().string().starts_with("MANIFEST"))
          fs::remove(entry.path());
    const auto opened = journal::rocksdb_journal::open(rocksdb_options_in(home.path()));
    REQUIRE_MESSAGE(opened.has_value(), (opened ? std::string{} : opened.error().detail));
    CHECK((*opened)->report().mark == mark_verdict::fresh);
    CHECK((*opened)->acquire({}).has_value());
  }
}
