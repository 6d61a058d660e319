#pragma once

#include "journal/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace holdfast::projections {

/// The live end of the journal: the newest durable batches in a bounded ring, for any number of consumers that each keep their
/// own pace. Nobody waits for a slow consumer: what it has not taken in time it must read from the journal.
///
/// A consumer finds its place by cursor equality alone. Thread-safe; the journal's thread only pushes and wakes.
class feed final : public journal::commit_listener, public std::enable_shared_from_this<feed> {
 public:
  using batch = std::shared_ptr<const journal::committed_batch>;

  /// How much the ring keeps; at least the newest batch.
  struct bounds {
    std::size_t batches_max = 4'096;
    /// Some 1.3 KiB each with a remembered answer: 21 MiB, or a sixth of a second at 100,000 commands a second.
    std::size_t groups_max = 16'384;
  };

  /// How a take ended.
  enum class outcome : std::uint8_t {
    taken = 1, ///< batches were handed over; there may be more
    drained,   ///< nothing new; the next commit wakes
    lost       ///< the place is not, or no longer, in the ring: read the journal, then `seek`
  };

  class consumer {
   public:
    consumer(std::shared_ptr<feed> from, std::function<void()> wake);
    consumer(const consumer&) = delete;
    auto operator=(const consumer&) -> consumer& = delete;
    /// After this returns, `wake` is neither running nor called again.
    ~consumer();

    /// Goes on after the batch whose cursor is `position`. False when the ring does not know it: it was pushed out, or is not
    /// pushed yet (a reader of the journal can be ahead of the ring for a moment); the next commit then wakes.
    [[nodiscard]] auto seek(const journal::cursor& position) -> bool;
    /// Appends batches in commit order until they hold `groups_max` groups (at least one batch). After `lost` the consumer
    /// has no place until it seeks.
    [[nodiscard]] auto take(std::vector<batch>& to, std::size_t groups_max) -> outcome;
    /// The batch that the next `take` would begin with; null when there is none or the place is lost. Any thread.
    [[nodiscard]] auto next() const -> batch;

   private:
    friend class feed;
    std::shared_ptr<feed> from_;
    std::function<void()> wake_;
    // Guarded by the feed's mutex.
    std::uint64_t next_ = 0;
    bool placed_ = false;
    bool armed_ = true;
  };

  /// `base` is the journal's end before the first append of this process: a consumer that stands there needs no read.
  explicit feed(journal::cursor base);
  feed(journal::cursor base, bounds keep);

  void committed(batch what) noexcept override;

  /// `wake` is called on the journal's thread, at most once until the consumer has drained; it must be short and must not call
  /// back into the feed. Armed from the start.
  [[nodiscard]] auto subscribe(std::function<void()> wake) -> std::unique_ptr<consumer>;

 private:
  void push_out_one();

  const bounds keep_;
  mutable std::mutex mutex_;
  std::deque<batch> ring_;
  std::uint64_t first_ = 0; ///< number of ring_.front()
  std::size_t groups_ = 0;  ///< in the ring
  journal::cursor base_;    ///< of the batch before ring_.front()
  /// Pushed out, to be freed by a consumer's thread instead of the journal's.
  std::vector<batch> retired_;
  std::vector<consumer*> consumers_;
};

} // namespace holdfast::projections
