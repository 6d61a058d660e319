#include "journal/rocksdb_import.hpp"

#include "domain/apply.hpp"
#include "domain/checkout/decide.hpp"
#include "journal/audit/auditor.hpp"
#include "journal/codec.hpp"
#include "journal/rocksdb_audit_source.hpp"
#include "journal/rocksdb_journal.hpp"
#include "journal/rocksdb_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace holdfast::journal {
namespace {

namespace fs = std::filesystem;

auto refuse(std::string why) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::invalid, std::move(why)}};
}

auto name_of(stream_id stream) -> audit::stream_name {
  return {static_cast<std::uint8_t>(stream.kind), stream.id};
}

/// An archive's streams, and the organisations of the journal that they go to: what the auditor must see to judge them.
class imported_source final : public audit::source {
 public:
  imported_source(archive_reader& archive, audit::source& target) : archive_{archive}, target_{target} {
    for (const auto& stream : archive.streams()) {
      archived_.emplace(name_of(stream.stream), &stream);
    }
  }

  auto streams() -> tl::expected<std::vector<audit::stream_name>, std::string> override {
    auto present = target_.streams();
    if (!present) {
      return present;
    }
    constexpr std::uint8_t organisation = 4;
    std::set<audit::stream_name> all;
    for (const auto& stream : *present) {
      if (stream.kind == organisation) {
        all.insert(stream);
      }
    }
    for (const auto& [stream, archived] : archived_) {
      all.insert(stream);
    }
    return std::vector<audit::stream_name>{all.begin(), all.end()};
  }

  auto scan(audit::stream_name stream, const visitor& visit) -> tl::expected<void, std::string> override {
    const auto found = archived_.find(stream);
    if (found == archived_.end()) {
      return target_.scan(stream, visit);
    }
    std::uint64_t seq = 0;
    const auto read = archive_.scan(*found->second, [&](std::string_view bytes) { return visit(++seq, bytes); });
    return read ? tl::expected<void, std::string>{} : tl::unexpected{read.error().detail};
  }

  auto head(audit::stream_name stream) -> tl::expected<std::optional<audit::stored_head>, std::string> override {
    const auto found = archived_.find(stream);
    if (found == archived_.end()) {
      return target_.head(stream);
    }
    // An archive has no deadlines: the import computes them.
    const auto& end = *found->second;
    return audit::stored_head{end.seq, end.hash, end.time.unix_ms, 0};
  }

  auto has_commits() const -> bool override { return false; }

  auto commits(const std::function<bool(const audit::commit_entry&)>&) -> tl::expected<void, std::string> override {
    return {};
  }

  auto record(audit::stream_name, std::uint64_t) -> tl::expected<std::optional<std::string>, std::string> override {
    return std::nullopt;
  }

  auto snapshots(audit::stream_name) -> std::vector<audit::snapshot_claim> override { return {}; }

  auto behind_mark() -> std::optional<std::string> override { return std::nullopt; }

 private:
  archive_reader& archive_;
  audit::source& target_;
  std::map<audit::stream_name, const archived_stream*> archived_;
};

auto judge(archive_reader& archive, const import_directories& at) -> tl::expected<void, failure> {
  auto target = open_audit_source({at.journal, at.marks, {}});
  if (!target) {
    return tl::unexpected{std::move(target.error())};
  }
  for (const auto& stream : archive.streams()) {
    const auto head = (*target)->head(name_of(stream.stream));
    if (!head || *head) {
      return refuse("stream " + std::to_string(static_cast<int>(stream.stream.kind)) + "/" +
                    std::to_string(stream.stream.id) + (head ? " is in this journal already" : ": " + head.error()));
    }
  }
  imported_source source{archive, **target};
  const auto report = audit::run_audit(source);
  if (report.sound()) {
    return {};
  }
  const auto& [kind, first] = *report.found.by_kind().begin();
  return refuse("the archive does not stand the audit: " + std::string{audit::name_of(kind)} + " at seq " +
                std::to_string(first.seq) + " of stream " + std::to_string(first.stream.kind) + "/" +
                std::to_string(first.stream.id) + ": " + first.detail);
}

/// Writes streams in batches of whole commands, each with its position and the head that follows.
class importer {
 public:
  importer(store::database& into, mark_file& marks, const mark& last,
           const std::function<void(std::uint64_t)>& progress)
      : writer_{into, marks, last, true},
        last_{last.position, last.batch_hash},
        epoch_{last.epoch},
        progress_{progress} {}

  auto write(archive_reader& from, const archived_stream& stream) -> tl::expected<void, failure> {
    stream_ = stream.stream;
    head_ = {};
    state_ = domain::event_state{};
    payments_ = domain::checkout_state{};
    begin_batch();
    std::optional<failure> trouble;
    const auto read = from.scan(stream, [&](std::string_view bytes) {
      if (auto put = take(bytes); !put) {
        trouble = std::move(put.error());
      }
      return !trouble.has_value();
    });
    if (!read) {
      return read;
    }
    if (trouble) {
      return tl::unexpected{*std::move(trouble)};
    }
    return count_ > 0 ? commit_batch() : tl::expected<void, failure>{};
  }

  /// Greater than that of every imported record, and of every tenure before.
  [[nodiscard]] auto next_epoch() const -> std::uint64_t { return epoch_ + 1; }
  auto writer() -> store::batch_writer& { return writer_; }

 private:
  void begin_batch() {
    writer_.begin();
    first_seq_ = head_.seq + 1;
    count_ = 0;
    bytes_ = 0;
  }

  auto take(std::string_view bytes) -> tl::expected<void, failure> {
    const auto record = decode_record(bytes);
    if (!record) {
      return tl::unexpected{record.error()};
    }
    const auto& header = record->header;
    writer_.put_record(stream_, header.seq, bytes);
    head_ = {header.seq, hash_record(bytes), header.time, std::nullopt};
    epoch_ = std::max(epoch_, header.epoch);
    ++count_;
    bytes_ += bytes.size();
    if (auto folded = fold(*record); !folded) {
      return folded;
    }
    if (progress_ && ++written_ % records_between_progress == 0) {
      progress_(written_);
    }
    const bool command_ends = (header.flags & record_flag::command_continues) == 0;
    if (command_ends && bytes_ >= batch_bytes_max / 2) {
      if (auto committed = commit_batch(); !committed) {
        return committed;
      }
      begin_batch();
    }
    return {};
  }

  /// What the stream's next deadline follows from.
  auto fold(const record_view& record) -> tl::expected<void, failure> {
    if (stream_.kind != stream_kind::event && stream_.kind != stream_kind::payment) {
      return {};
    }
    const auto fact = decode_fact(record);
    if (!fact) {
      return tl::unexpected{fact.error()};
    }
    if (stream_.kind == stream_kind::event) {
      domain::apply(state_, *fact);
    } else {
      domain::apply(payments_, *fact);
    }
    return {};
  }

  auto commit_batch() -> tl::expected<void, failure> {
    if (stream_.kind == stream_kind::event) {
      head_.next_deadline = state_.next_deadline();
    } else if (stream_.kind == stream_kind::payment) {
      head_.next_deadline = payments_.next_deadline();
    }
    const layout::batch_group group{stream_, first_seq_, count_};
    std::string digest;
    layout::begin_batch_digest(last_.batch_hash, last_.last_position + 1, digest);
    layout::extend_batch_digest(group, head_.hash, digest);
    last_ = {last_.last_position + 1, sha256(digest)};
    std::string position;
    layout::encode_position(last_.batch_hash, {&group, 1}, position);
    writer_.put_position(last_.last_position, position);
    writer_.put_head(stream_, head_);
    count_ = 0;
    return writer_.commit(last_, epoch_);
  }

  static constexpr std::uint64_t records_between_progress = 16'384;

  store::batch_writer writer_;
  layout::commit_note last_;
  std::uint64_t epoch_;
  const std::function<void(std::uint64_t)>& progress_;
  std::uint64_t written_ = 0;
  stream_id stream_;
  stream_head head_;
  domain::event_state state_;
  domain::checkout_state payments_;
  std::uint64_t first_seq_ = 1;
  std::uint32_t count_ = 0;
  std::size_t bytes_ = 0;
};

/// Opens, or makes, the journal as serving does, and copies it (hard links where the file system allows).
auto copy_journal(const import_directories& at, const fs::path& copy) -> tl::expected<void, failure> {
  rocksdb_journal_options options;
  options.directory = at.journal;
  options.marks_directory = at.marks;
  // Nothing is sold by it: what a full disk would refuse is nobody's concern here.
  options.disk.no_new_holds_below = 0;
  options.disk.settle_only_below = 0;
  auto opened = rocksdb_journal::open(std::move(options));
  if (!opened) {
    return tl::unexpected{std::move(opened.error())};
  }
  auto copied = (*opened)->checkpoint(copy.string());
  (*opened)->release();
  return copied;
}

auto write_copy(archive_reader& from, const import_directories& at, const fs::path& copy,
                const std::function<void(std::uint64_t)>& progress) -> tl::expected<void, failure> {
  auto data = store::database::open(copy, {});
  if (!data) {
    return tl::unexpected{std::move(data.error())};
  }
  const auto id = (*data)->id();
  const auto newest = (*data)->newest_commit();
  const auto epoch = (*data)->epoch(cell_id{});
  const auto known = mark_file::read(at.marks);
  if (!id || !*id || !newest || !epoch || !known) {
    return tl::unexpected{failure{failure_kind::corrupt, copy.string() + ": the copy of the journal cannot be read"}};
  }
  const auto marked = known->newest ? known->newest->epoch : std::uint64_t{0};
  const mark last{**id, newest->last_position, std::max(*epoch, marked), newest->batch_hash};
  // A mark of the copy's own: the journal's must not move before the copy has taken its place.
  auto marks = mark_file::create(copy / "import-marks", last);
  if (!marks) {
    return tl::unexpected{std::move(marks.error())};
  }
  importer import{**data, *marks, last, progress};
  for (const auto& stream : from.streams()) {
    if (auto written = import.write(from, stream); !written) {
      return written;
    }
  }
  if (auto raised = import.writer().raise_epoch(cell_id{}, import.next_epoch()); !raised) {
    return raised;
  }
  return (*data)->flush();
}

} // namespace

auto exchange_directories(const fs::path& fresh, const fs::path& old) -> tl::expected<void, failure> {
  std::error_code error;
  const auto flags = static_cast<unsigned>(fs::exists(old, error) ? RENAME_EXCHANGE : RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), flags) != 0) {
    return tl::unexpected{failure{failure_kind::io, "cannot put " + fresh.string() + " in the place of " +
                                                        old.string() + ": " + std::strerror(errno)}};
  }
  const int parent =
      ::open(old.parent_path().empty() ? "." : old.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = parent >= 0 && ::fsync(parent) == 0;
  if (parent >= 0) {
    ::close(parent);
  }
  if (!synced) {
    return tl::unexpected{failure{failure_kind::io, "cannot sync " + old.parent_path().string()}};
  }
  return {};
}

auto import_archive(archive_reader& from, const import_directories& at,
                    const std::function<void(std::uint64_t)>& progress) -> tl::expected<void, failure> {
  auto copy = at.journal;
  copy += ".import";
  std::error_code error;
  fs::remove_all(copy, error);
  if (auto copied = copy_journal(at, copy); !copied) {
    return copied;
  }
  auto done = judge(from, at);
  if (done) {
    done = write_copy(from, at, copy, progress);
  }
  fs::remove_all(copy / "import-marks", error);
  if (done) {
    done = exchange_directories(copy, at.journal);
  }
  // What is left under this name is the old journal, or a copy that was not finished.
  fs::remove_all(copy, error);
  return done;
}

} // namespace holdfast::journal
