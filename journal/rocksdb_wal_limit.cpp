#include "journal/rocksdb_wal_limit.hpp"

#include "journal/rocksdb_store.hpp"
#include "journal/writer_layout.hpp"

#include <filesystem>
#include <system_error>

namespace holdfast::journal {

namespace {

using clock = std::chrono::steady_clock;

/// One batch after another, each as the writer of this journal puts it together.
class batch_source {
 public:
  batch_source(const store::database& into, const wal_limit_options& options)
      : into_{&into}, options_{&options}, record_(options.record_bytes, 'r'), answer_(options.answer_bytes, 'a') {}

  void fill(rocksdb::WriteBatch& batch) {
    batch.Clear();
    for (std::size_t i = 0; i < options_->commands_per_batch; ++i) {
      ++seq_;
      put(batch, store::family::records, layout::record_key(stream_, seq_).view(), record_);
      if (seq_ % 2 == 1) {
        const auto key = layout::answer_key(1, stream_, {seq_ % 64, 1}, domain::mix64(seq_));
        put(batch, store::family::answers, key.view(), answer_);
      }
    }
    put(batch, store::family::heads, layout::stream_key(stream_).view(),
        std::string_view{record_}.substr(0, layout::head_value_bytes));
    put(batch, store::family::positions, layout::position_key(++position_).view(),
        std::string_view{record_}.substr(0, position_bytes));
    batch.PutLogData({record_.data(), layout::commit_note_bytes});
  }

 private:
  static constexpr std::size_t position_bytes = 61; ///< hash and one group

  void put(rocksdb::WriteBatch& batch, store::family which, std::string_view key, std::string_view value) {
    batch.Put(into_->handle(which), store::slice(key), store::slice(value)).PermitUncheckedError();
  }

  const store::database* into_;
  const wal_limit_options* options_;
  std::string record_;
  std::string answer_;
  stream_id stream_{stream_kind::event, 1};
  std::uint64_t seq_ = 0;
  std::uint64_t position_ = 0;
};

} // namespace

auto measure_wal_limit(const wal_limit_options& options) -> tl::expected<wal_limit_result, failure> {
  if (options.commands_per_batch == 0 || options.record_bytes < 64) {
    return tl::unexpected{failure{failure_kind::invalid, "a batch needs a command, and a record its header"}};
  }
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  store::option_choices choices;
  choices.create = true;
  const auto opened = store::database::open(options.directory, choices);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  rocksdb::WriteOptions how;
  how.sync = options.sync;
  rocksdb::WriteBatch batch;
  batch_source source{**opened, options};
  wal_limit_result result;
  const auto start = clock::now();
  for (auto now = start; now - start < options.duration; now = clock::now()) {
    source.fill(batch);
    if (const auto status = (*opened)->raw().Write(how, &batch); !status.ok()) {
      return tl::unexpected{store::to_failure(status, "cannot write a batch")};
    }
    ++result.batches;
  }
  result.seconds = std::chrono::duration<double>(clock::now() - start).count();
  result.commands = result.batches * options.commands_per_batch;
  return result;
}

} // namespace holdfast::journal
