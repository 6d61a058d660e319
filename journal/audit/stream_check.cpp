#include "journal/audit/stream_check.hpp"

namespace holdfast::journal::audit {
namespace {

/// A key is remembered this long; the same command within it must not take effect again.
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

} // namespace

auto stream_check::take(std::uint64_t key_seq, std::string_view bytes) -> std::optional<record> {
  ++records_;
  if (key_seq != last_seq_ + 1) {
    to_.add(violation_kind::seq_gap, stream_, key_seq,
            "follows " + std::to_string(last_seq_) + ": what was between is missing");
    chain_known_ = foldable_ = false;
  }
  last_seq_ = key_seq;
  auto read = read_record(bytes);
  if (!read) {
    to_.add(read.error().why, stream_, key_seq, read.error().detail);
    chain_known_ = foldable_ = false;
    return std::nullopt;
  }
  check_place(*read, key_seq);
  check_order(*read);
  check_command(*read);
  last_time_ = read->time_ms;
  last_epoch_ = read->epoch;
  chain_ = read->hash;
  chain_known_ = true;
  return foldable_ ? std::optional{*read} : std::nullopt;
}

void stream_check::check_place(const record& next, std::uint64_t key_seq) {
  if (next.stream != stream_ || next.seq != key_seq) {
    to_.add(violation_kind::misplaced_record, stream_, key_seq,
            "the record names stream " + std::to_string(next.stream.kind) + "/" + std::to_string(next.stream.id) +
                ", seq " + std::to_string(next.seq));
    foldable_ = false;
  }
}

void stream_check::check_order(const record& next) {
  if (chain_known_ && next.previous != chain_)
    to_.add(violation_kind::chain_broken, stream_, next.seq,
            "holds " + hex_of(next.previous) + " for the record before it, which hashes to " + hex_of(chain_));
  if (next.time_ms < last_time_)
    to_.add(violation_kind::time_backwards, stream_, next.seq,
            std::to_string(next.time_ms) + " ms comes after " + std::to_string(last_time_) + " ms");
  if (next.epoch < last_epoch_)
    to_.add(violation_kind::epoch_backwards, stream_, next.seq,
            "epoch " + std::to_string(next.epoch) + " comes after " + std::to_string(last_epoch_));
}

void stream_check::check_command(const record& next) {
  const std::pair command{next.command_key, next.command_request};
  if (command_open_) {
    if (command != last_command_ || next.time_ms != last_time_)
      to_.add(violation_kind::command_torn, stream_, next.seq,
              "the fact before it announced another fact of its own command");
  } else if (command != std::pair<std::uint64_t, std::uint64_t>{}) {
    while (!commands_by_time_.empty() && commands_by_time_.front().first + day_ms <= next.time_ms) {
      seq_of_command_.erase(commands_by_time_.front().second);
      commands_by_time_.pop_front();
    }
    const auto [known, added] = seq_of_command_.emplace(next.command_key, next.seq);
    if (added) {
      commands_by_time_.emplace_back(next.time_ms, next.command_key);
    } else {
      to_.add(violation_kind::command_repeated, stream_, next.seq,
              "the command took effect at seq " + std::to_string(known->second) + " already");
    }
  }
  command_open_ = next.command_continues;
  last_command_ = command;
}

void stream_check::finish(const std::optional<stored_head>& head) {
  if (command_open_)
    to_.add(violation_kind::command_torn, stream_, last_seq_, "the last facts of its command are missing");
  if (!head) {
    if (records_ != 0)
      to_.add(violation_kind::head_mismatch, stream_, last_seq_, "the stream has records and no stored head");
    return;
  }
  if (head->seq != last_seq_) {
    to_.add(violation_kind::head_mismatch, stream_, last_seq_,
            "the stored head is at seq " + std::to_string(head->seq) + ", the last record at " +
                std::to_string(last_seq_));
  } else if (chain_known_ && (head->hash != chain_ || head->time_ms != last_time_)) {
    to_.add(violation_kind::head_mismatch, stream_, last_seq_, "the stored head holds another hash or time");
  }
}

} // namespace holdfast::journal::audit
