#pragma once

#include "journal/journal.hpp"
#include "journal/writer_layout.hpp"
#include "journal/writer_mailbox.hpp"
#include "journal/writer_metrics.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace holdfast::journal {

/// Records of one batch, under one position, in bytes: what readers of everything get as one piece.
inline constexpr std::size_t batch_bytes_max = 256 * 1024;
/// Records of one group commit, written and synced at once, in bytes.
inline constexpr std::size_t group_commit_bytes_max = 1024 * 1024;

/// Where a writer's commits go: a store that makes all that was put since `begin` durable at once, or nothing of it.
/// Used from the writer's thread only. The bytes handed over are valid during the call.
class commit_target {
 public:
  virtual ~commit_target() = default;
  /// The stored head of a stream that the writer meets for the first time; seq 0 when there is none.
  [[nodiscard]] virtual auto load_head(stream_id stream) -> tl::expected<stream_head, failure> = 0;
  virtual void begin() = 0;
  virtual void put_record(stream_id stream, std::uint64_t seq, std::string_view bytes) = 0;
  virtual void put_head(stream_id stream, const stream_head& head) = 0;
  virtual void put_answer(std::string_view key, std::string_view value) = 0;
  virtual void put_position(std::uint64_t position, std::string_view value) = 0;
  /// Returns when everything put is durable and the mark is past it. After a failure the outcome is unknown, and nothing is ever tried again.
  [[nodiscard]] virtual auto commit(const layout::commit_note& last, std::uint64_t epoch)
      -> tl::expected<void, failure> = 0;
};

/// The one writer of a journal: takes what queued while the last sync ran, makes one group commit of it, completes the appends in order
/// and tells the listener. The sync itself is the wait; only commits of several appends also keep a distance of half a millisecond.
/// `append`, `latch` and the getters are thread-safe; `start`, `stop` and `drain` belong to the owner.
class group_writer {
 public:
  /// Carries on after `last`, the newest commit in the target.
  group_writer(commit_target& target, layout::commit_note last, journal_metrics& metrics,
               journal_metrics_port* samples = nullptr);
  ~group_writer();
  group_writer(const group_writer&) = delete;
  auto operator=(const group_writer&) -> group_writer& = delete;

  /// Runs on a thread of its own from here on.
  void start();
  /// Writes what is queued, then ends the thread; later appends complete as unknown. Idempotent.
  void stop();
  /// Without a thread: commits what is queued now, on the caller's thread. Returns how many appends it completed.
  auto drain() -> std::size_t;

  void append(append_group group, std::shared_ptr<append_done> done) noexcept;
  void listen(std::shared_ptr<commit_listener> listener);
  void set_epoch(std::uint64_t epoch) noexcept { epoch_.store(epoch, std::memory_order_release); }
  [[nodiscard]] auto epoch() const noexcept -> std::uint64_t { return epoch_.load(std::memory_order_acquire); }

  /// Nothing is durable any more from here on: every queued and later append completes as unknown. The first reason is kept and logged.
  void latch(const failure& why) noexcept;
  [[nodiscard]] auto latched() const noexcept -> bool { return metrics_.latched.load(std::memory_order_acquire); }
  /// From here on queued and later appends complete as fenced: another has the cell.
  void fence() noexcept { fenced_.store(true, std::memory_order_release); }
  [[nodiscard]] auto fenced() const noexcept -> bool { return fenced_.load(std::memory_order_acquire); }

  /// Newest durable position, and the newest time of a durable fact.
  [[nodiscard]] auto durable_position() const noexcept -> std::uint64_t {
    return metrics_.head_position.load(std::memory_order_acquire);
  }
  [[nodiscard]] auto newest_time() const noexcept -> domain::instant {
    return {newest_time_ms_.load(std::memory_order_relaxed)};
  }

 private:
  struct stream_hasher {
    auto operator()(stream_id stream) const noexcept -> std::size_t {
      return static_cast<std::size_t>(domain::mix64(stream.id ^ (static_cast<std::uint64_t>(stream.kind) << 56U)));
    }
  };
  struct live_head {
    stream_head head;
    bool touched = false; ///< by the group commit that is being built
  };

  void run();
  void process(mailbox_content& content);
  /// Puts one append into the commit that is being built; latches when its stream's head cannot be read.
  void stage(const pending_append& append, std::string_view encoded);
  void stage_records(const pending_append& append, encoded_append& parts, live_head& at);
  void close_batch();
  /// Makes what is staged durable, completes [first, last) and tells the listener.
  void finish(std::vector<pending_append>& appends, std::size_t first, std::size_t last);
  [[nodiscard]] auto commit() -> bool;
  void complete(std::vector<pending_append>& appends, std::size_t first, std::size_t last,
                append_outcome outcome) noexcept;
  [[nodiscard]] auto find_head(stream_id stream) -> live_head*;

  commit_target& target_;
  journal_metrics& metrics_;
  journal_metrics_port* samples_;
  writer_mailbox mailbox_;
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<std::int64_t> newest_time_ms_{0};
  std::atomic<bool> fenced_{false};
  std::mutex listener_mutex_;
  std::shared_ptr<commit_listener> listener_;

  // The writer's own, no other thread touches it.
  layout::commit_note last_;
  std::unordered_map<stream_id, live_head, stream_hasher> heads_;
  std::vector<std::pair<stream_id, live_head*>> touched_;
  std::vector<layout::batch_group> batch_groups_; ///< of the open batch
  std::vector<std::shared_ptr<committed_batch>>
      batches_;                                 ///< closed, of the commit being built; their groups come at completion
  std::vector<std::size_t> batch_group_counts_; ///< how many appends each of `batches_` holds
  std::string digest_;
  std::string record_;
  std::string position_value_;
  std::size_t batch_bytes_ = 0;
  std::int64_t commit_time_ms_ = 0;
  commit_sample sample_;

  std::jthread thread_;
};

} // namespace holdfast::journal
