#pragma once

#include <cstdint>
#include <string>

namespace holdfast::journal {

/// Trouble of I/O or input: neither a rejection (a state of the world) nor a bug.
enum class failure_kind : std::uint8_t {
  io = 1,      ///< the storage said no; the outcome of a write is unknown
  corrupt,     ///< stored bytes are not what was stored
  behind_mark, ///< the journal is older than what was acknowledged
  locked,      ///< another process has the directory
  not_found,
  invalid, ///< input (an archive, an argument) is not sound
  closed,  ///< shutting down or latched off
};

struct failure {
  failure_kind kind = failure_kind::io;
  std::string detail; ///< for people: file, offset, first bad seq, what to do
  /// Whether asking again may help without anybody doing something.
  [[nodiscard]] auto retryable() const noexcept -> bool { return kind == failure_kind::locked; }
};

} // namespace holdfast::journal
