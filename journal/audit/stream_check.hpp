#pragma once

#include "journal/audit/record.hpp"
#include "journal/audit/source.hpp"
#include "journal/audit/violation.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace holdfast::journal::audit {

/// What holds for every stream, whatever it is about: dense seqs, the hash chain, time, epochs, whole commands, the stored head.
/// One for each stream, fed with its stored values in order.
class stream_check {
 public:
  stream_check(stream_name stream, findings& to) : stream_{stream}, to_{to} {}

  /// The record, when what it says can still be folded: after a record that is missing or cannot be read, nothing can.
  [[nodiscard]] auto take(std::uint64_t key_seq, std::string_view bytes) -> std::optional<record>;
  /// After the last record: whether the last command is whole, and whether the storage knows that this is the end.
  void finish(const std::optional<stored_head>& head);

  [[nodiscard]] auto records() const noexcept -> std::uint64_t { return records_; }

  [[nodiscard]] auto last_seq() const noexcept -> std::uint64_t { return last_seq_; }

  [[nodiscard]] auto last_time() const noexcept -> std::int64_t { return last_time_; }

  [[nodiscard]] auto chain() const noexcept -> const hash_bytes& { return chain_; }

 private:
  void check_place(const record& next, std::uint64_t key_seq);
  void check_order(const record& next);
  void check_command(const record& next);

  stream_name stream_;
  findings& to_;
  std::uint64_t records_ = 0;
  std::uint64_t last_seq_ = 0;
  std::int64_t last_time_ = 0;
  std::uint64_t last_epoch_ = 0;
  hash_bytes chain_{};      ///< of the last record
  bool chain_known_ = true; ///< false after a record whose bytes cannot be trusted
  bool foldable_ = true;
  bool command_open_ = false; ///< the last record said that more follow
  std::pair<std::uint64_t, std::uint64_t> last_command_{};
  /// Commands of the last 24 hours by key, and their order of time.
  std::map<std::uint64_t, std::uint64_t> seq_of_command_;
  std::deque<std::pair<std::int64_t, std::uint64_t>> commands_by_time_;
};

} // namespace holdfast::journal::audit
