#include "journal/rocksdb_store.hpp"

#include "domain/check.hpp"
#include "journal/failpoint.hpp"
#include "journal/wire.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/utilities/checkpoint.h>

#include <cstring>
#include <utility>

namespace holdfast::journal::store {
namespace {

/// Keys of the meta family.
constexpr std::string_view format_key = "format";
constexpr std::string_view format_value = "holdfast-journal-1";
constexpr std::string_view id_key = "journal";

/// What a full group commit holds beside its records: positions, heads, answers' keys.
constexpr std::size_t batch_reserved_bytes = group_commit_bytes_max + 256 * 1024;

auto epoch_key(cell_id cell) -> std::string {
  return "epoch/" + std::to_string(cell.value);
}

auto durable() -> rocksdb::WriteOptions {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

auto corrupt(std::string detail) -> tl::unexpected<failure> {
  return tl::unexpected{failure{failure_kind::corrupt, std::move(detail)}};
}

} // namespace

auto to_failure(const rocksdb::Status& status, std::string_view doing) -> failure {
  const auto kind = status.IsCorruption() ? failure_kind::corrupt : failure_kind::io;
  return {kind, std::string{doing} + ": " + status.ToString()};
}

auto database::open(const std::filesystem::path& directory, const option_choices& choices)
    -> tl::expected<std::unique_ptr<database>, failure> {
  auto result = std::make_unique<database>();
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(database_options(choices), directory.string(),
                                        family_descriptors(result->answers_), &result->handles_, &raw);
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot open the journal in " + directory.string())};
  result->database_.reset(raw);
  return result;
}

auto database::open_read_only(const std::filesystem::path& directory, const option_choices& choices)
    -> tl::expected<std::unique_ptr<database>, failure> {
  auto result = std::make_unique<database>();
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(database_options(choices), directory.string(),
                                                   family_descriptors(result->answers_), &result->handles_, &raw);
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot read the journal in " + directory.string())};
  result->database_.reset(raw);
  return result;
}

auto database::list_families(const std::filesystem::path& directory, const option_choices& choices)
    -> tl::expected<std::vector<std::string>, failure> {
  std::vector<std::string> names;
  const auto status = rocksdb::DB::ListColumnFamilies(database_options(choices), directory.string(), &names);
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot read the journal in " + directory.string())};
  return names;
}

database::~database() {
  if (!database_)
    return;
  for (auto* handle : handles_)
    database_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  database_->Close().PermitUncheckedError();
}

auto database::get(family which, std::string_view key) const -> tl::expected<std::optional<std::string>, failure> {
  std::string value;
  const auto status = database_->Get(point_read(), handle(which), slice(key), &value);
  if (status.IsNotFound())
    return std::nullopt;
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot read the journal")};
  return value;
}

auto database::iterate(family which, const rocksdb::ReadOptions& options) const -> std::unique_ptr<rocksdb::Iterator> {
  return std::unique_ptr<rocksdb::Iterator>{database_->NewIterator(options, handle(which))};
}

auto database::head(stream_id stream) const -> tl::expected<stream_head, failure> {
  const auto value = get(family::heads, layout::stream_key(stream).view());
  if (!value)
    return tl::unexpected{value.error()};
  if (!*value)
    return stream_head{};
  if (const auto head = layout::decode_head(**value))
    return *head;
  return corrupt("the head of stream " + std::to_string(stream.id) + " cannot be read");
}

auto database::position(std::uint64_t position) const -> tl::expected<std::optional<layout::position_value>, failure> {
  const auto value = get(family::positions, layout::position_key(position).view());
  if (!value)
    return tl::unexpected{value.error()};
  if (!*value)
    return std::nullopt;
  if (auto decoded = layout::decode_position(**value))
    return decoded;
  return corrupt("commit position " + std::to_string(position) + " cannot be read");
}

auto database::newest_commit() const -> tl::expected<layout::commit_note, failure> {
  const auto at = iterate(family::positions, point_read());
  at->SeekToLast();
  if (!at->Valid()) {
    if (!at->status().ok())
      return tl::unexpected{to_failure(at->status(), "cannot read the newest commit")};
    return layout::commit_note{};
  }
  const auto position = layout::parse_position_key(view(at->key()));
  const auto value = layout::decode_position(view(at->value()));
  if (!position || !value)
    return corrupt("the newest commit cannot be read");
  return layout::commit_note{*position, value->batch_hash};
}

auto database::id() const -> tl::expected<std::optional<journal_id>, failure> {
  const auto value = get(family::meta, id_key);
  if (!value)
    return tl::unexpected{value.error()};
  if (!*value)
    return std::nullopt;
  const auto format = get(family::meta, format_key);
  if (!format)
    return tl::unexpected{format.error()};
  if (*format != format_value)
    return corrupt("this is a journal of a format that this program does not know: " + format->value_or("none"));
  journal_id id{};
  if ((*value)->size() != id.size())
    return corrupt("the journal's id cannot be read");
  std::memcpy(id.data(), (*value)->data(), id.size());
  return id;
}

auto database::epoch(cell_id cell) const -> tl::expected<std::uint64_t, failure> {
  const auto value = get(family::meta, epoch_key(cell));
  if (!value)
    return tl::unexpected{value.error()};
  if (!*value)
    return std::uint64_t{0};
  if ((*value)->size() != sizeof(std::uint64_t))
    return corrupt("the epoch of cell " + std::to_string(cell.value) + " cannot be read");
  return raw::get<std::uint64_t>((*value)->data());
}

auto database::put_id(const journal_id& id) -> tl::expected<void, failure> {
  rocksdb::WriteBatch batch;
  batch.Put(handle(family::meta), slice(format_key), slice(format_value));
  batch.Put(handle(family::meta), slice(id_key), {reinterpret_cast<const char*>(id.data()), id.size()});
  if (const auto status = database_->Write(durable(), &batch); !status.ok())
    return tl::unexpected{to_failure(status, "cannot write the journal's id")};
  return {};
}

auto database::put_epoch(cell_id cell, std::uint64_t epoch) -> tl::expected<void, failure> {
  char value[sizeof epoch];
  raw::put(value, epoch);
  const auto status = database_->Put(durable(), handle(family::meta), slice(epoch_key(cell)), {value, sizeof value});
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot write the epoch")};
  return {};
}

auto database::flush() -> tl::expected<void, failure> {
  if (const auto status = database_->Flush(rocksdb::FlushOptions{}, handles_); !status.ok())
    return tl::unexpected{to_failure(status, "cannot flush the journal")};
  return {};
}

auto database::drop_answers(std::uint32_t kept_from, std::atomic<bool>& canceled) -> tl::expected<void, failure> {
  answers_.kept_from.store(kept_from, std::memory_order_relaxed);
  const auto first = layout::answer_key(0, {static_cast<stream_kind>(0), 0}, {}, 0);
  const auto end = layout::answer_key(kept_from, {static_cast<stream_kind>(0), 0}, {}, 0);
  const auto from = slice(first.view());
  const auto to = slice(end.view());
  auto status = rocksdb::DeleteFilesInRange(database_.get(), handle(family::answers), &from, &to, false);
  if (status.ok()) {
    // Tables that hold kept hours as well are few: keys begin with the hour, so only those at the boundary do.
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kIfHaveCompactionFilter;
    options.canceled = &canceled;
    status = database_->CompactRange(options, handle(family::answers), &from, &to);
  }
  if (!status.ok() && !canceled)
    return tl::unexpected{to_failure(status, "cannot drop old answers")};
  return {};
}

auto database::checkpoint(const std::filesystem::path& directory) -> tl::expected<void, failure> {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint{made};
  if (status.ok())
    status = checkpoint->CreateCheckpoint(directory.string());
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot copy the journal to " + directory.string())};
  return {};
}

batch_writer::batch_writer(database& into, mark_file& marks, const mark& last, bool sync)
    : database_{into}, marks_{marks}, mark_{last}, batch_{batch_reserved_bytes} {
  write_options_.sync = sync;
}

auto batch_writer::load_head(stream_id stream) -> tl::expected<stream_head, failure> {
  return database_.head(stream);
}

void batch_writer::begin() {
  batch_.Clear();
}

void batch_writer::put(family which, std::string_view key, std::string_view value) {
  const auto status = batch_.Put(database_.handle(which), slice(key), slice(value));
  HF_CHECK(status.ok(), "a batch in memory takes what is put into it");
}

void batch_writer::put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) {
  put(family::records, layout::record_key(stream, seq).view(), bytes);
}

void batch_writer::put_head(stream_id stream, const stream_head& head) {
  put(family::heads, layout::stream_key(stream).view(), layout::encode_head(head).view());
}

void batch_writer::put_answer(std::string_view key, std::string_view value) {
  put(family::answers, key, value);
}

void batch_writer::put_position(std::uint64_t position, std::string_view value) {
  put(family::positions, layout::position_key(position).view(), value);
}

auto batch_writer::commit(const layout::commit_note& last, std::uint64_t epoch) -> tl::expected<void, failure> {
  const auto logged = batch_.PutLogData(slice(layout::encode_note(last).view()));
  HF_CHECK(logged.ok(), "a batch in memory takes its note");
  HF_FAILPOINT("before-append");
  if (HF_FAILPOINT_DUE("after-wal-append")) {
    // In the log and in the kernel's cache, not synced: what a death between append and sync leaves.
    auto unsynced = write_options_;
    unsynced.sync = false;
    database_.raw().Write(unsynced, &batch_).PermitUncheckedError();
    die_at_failpoint();
  }
  HF_FAILPOINT_SLOW_SYNC();
  const std::lock_guard hold{write_mutex_};
  const auto status = database_.raw().Write(write_options_, &batch_);
  if (!status.ok())
    return tl::unexpected{to_failure(status, "cannot write commit " + std::to_string(last.last_position))};
  HF_FAILPOINT("after-sync-before-mark");
  mark_.position = last.last_position;
  mark_.batch_hash = last.batch_hash;
  mark_.epoch = epoch;
  return marks_.write(mark_);
}

auto batch_writer::raise_epoch(cell_id cell, std::uint64_t epoch) -> tl::expected<void, failure> {
  const std::lock_guard hold{write_mutex_};
  if (auto put = database_.put_epoch(cell, epoch); !put)
    return put;
  mark_.epoch = epoch;
  if (auto written = marks_.write(mark_); !written)
    return written;
  return marks_.sync();
}

} // namespace holdfast::journal::store
