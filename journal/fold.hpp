#pragma once

#include "domain/event_state.hpp"
#include "journal/failure.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

/// The parts of a fold: first that records are what they claim to be, then what they mean. `fold_event` puts them together.
namespace holdfast::journal {

/// Checks that records follow each other: their stream, dense seqs, the hash chain, times. Not thread-safe.
class chain_check {
 public:
  /// The next record must be `after` + 1. With `after` at 0 its previous hash must be zero.
  explicit chain_check(stream_id stream, std::uint64_t after = 0, const chain_hash& hash = {}) noexcept
      : stream_{stream}, seq_{after}, hash_{hash} {}

  /// Corrupt, naming stream and seq, when the record does not follow the one before.
  [[nodiscard]] auto take(const record_view& next) -> tl::expected<void, failure>;
  [[nodiscard]] auto seq() const noexcept -> std::uint64_t { return seq_; }
  [[nodiscard]] auto hash() const noexcept -> const chain_hash& { return hash_; }
  [[nodiscard]] auto time() const noexcept -> domain::instant { return time_; }

 private:
  stream_id stream_;
  std::uint64_t seq_;
  chain_hash hash_;
  domain::instant time_;
};

/// Decodes and applies an event's records, which its user has checked. A long fold goes on in a thread of its own, so that reading and
/// hashing run beside it; a short one never pays for a thread. Used from one thread at a time.
class fold_applier {
 public:
  explicit fold_applier(domain::event_state from);
  ~fold_applier();
  fold_applier(const fold_applier&) = delete;
  auto operator=(const fold_applier&) -> fold_applier& = delete;

  /// False once a record could not be decoded: more are not wanted. Waits while the thread is far behind.
  [[nodiscard]] auto take(std::span<const record_view> records) -> bool;
  /// The state after the last record, or the first failure. Once, at the end.
  [[nodiscard]] auto finish() -> tl::expected<domain::event_state, failure>;

 private:
  /// Records with the bytes that they point into.
  struct piece {
    std::vector<char> bytes; ///< no std::string: a short one moves its bytes when it is moved
    std::vector<record_view> records;
  };
  void apply_all(std::span<const record_view> records);
  void hand_over(std::span<const record_view> records);
  void run();
  void stop();

  domain::event_state state_;
  std::uint64_t taken_ = 0;
  std::optional<failure> trouble_; ///< of whoever applies: the thread while it runs
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<piece> pieces_;
  bool ended_ = false;
  std::thread thread_;
};

} // namespace holdfast::journal
