#pragma once

#include "journal/memory_journal.hpp"
#include "journal/read_pool_chunks.hpp"
#include "journal/writer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The parts of the journal in memory. Internal to it.
namespace holdfast::journal {

struct memory_disk::content {
  std::mutex mutex;
  std::map<stream_id, std::vector<std::string>> records; ///< seq 1 first
  std::map<stream_id, stream_head> heads;
  std::vector<layout::position_value> positions; ///< position 1 first
  std::map<std::string, std::string, std::less<>> answers;
  std::map<cell_id, std::uint64_t> epochs;
  std::uint64_t newest_epoch = 0;

  [[nodiscard]] auto newest_commit() const -> layout::commit_note {
    return positions.empty() ? layout::commit_note{}
                             : layout::commit_note{positions.size(), positions.back().batch_hash};
  }
};

/// Stages a commit beside the disk and moves it over at once.
class memory_commits final : public commit_target {
 public:
  memory_commits(memory_disk::content& disk, std::function<void()> on_fenced);

  [[nodiscard]] auto load_head(stream_id stream) -> tl::expected<stream_head, failure> override;
  void begin() override;
  void put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) override;
  void put_head(stream_id stream, const stream_head& head) override;
  void put_answer(std::string_view key, std::string_view value) override;
  void put_position(std::uint64_t position, std::string_view value) override;
  [[nodiscard]] auto commit(const layout::commit_note& last, std::uint64_t epoch)
      -> tl::expected<void, failure> override;

  void fail_next(memory_journal::fault how) { fault_.store(static_cast<int>(how)); }

 private:
  static constexpr int no_fault = -1;

  struct staged_record {
    stream_id stream;
    std::uint64_t seq = 0;
    std::string bytes;
  };

  void store(const layout::commit_note& last);

  memory_disk::content& disk_;
  std::function<void()> on_fenced_;
  std::atomic<int> fault_{no_fault};
  std::vector<staged_record> records_;
  std::vector<std::pair<stream_id, stream_head>> heads_;
  std::vector<std::pair<std::string, std::string>> answers_;
  std::vector<layout::position_value> positions_;
};

/// Jobs that wait for `pump`.
class pumped_jobs final : public job_queue {
 public:
  auto post(std::function<void()> job) -> bool override {
    jobs_.push_back(std::move(job));
    return true;
  }

  [[nodiscard]] auto closing() const noexcept -> bool override { return false; }

  [[nodiscard]] auto size() const noexcept -> std::size_t { return jobs_.size(); }

  /// Runs those that are there now, not what they queue.
  auto run() -> std::size_t {
    auto now = std::exchange(jobs_, {});
    for (auto& job : now)
      job();
    return now.size();
  }

 private:
  std::deque<std::function<void()>> jobs_;
};

[[nodiscard]] auto make_memory_read(memory_disk::content& disk, job_queue& jobs, stream_id stream,
                                    std::uint64_t from_seq, record_sink sink, read_done done)
    -> std::shared_ptr<chunked_read>;
[[nodiscard]] auto make_memory_tail(memory_disk::content& disk, job_queue& jobs, const tail_place& after,
                                    std::uint64_t last_position, record_sink sink, read_done done)
    -> std::shared_ptr<chunked_read>;

} // namespace holdfast::journal
