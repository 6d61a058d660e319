#pragma once

#include "tracing/request_trace.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace holdfast::tracing {

/// A traced command's facts on their way into the journal, and from there into the views. Made when they are appended; travels beside
/// them in memory, and is in no stored byte: facts that are read back from the journal are not traced. Immutable.
class traced_commit {
 public:
  /// `facts` 0: nothing is written, an answer only waits for what was appended before it.
  traced_commit(traced_request of, std::uint64_t first_seq, std::size_t facts)
      : of_{std::move(of)}, id_{of_->next_id()}, first_seq_{first_seq}, facts_{facts}, appended_{clock::now()} {}

  /// Records the time until the journal's answer. Call before anybody else learns of that answer, once. Any thread.
  void completed(bool durable) const noexcept;
  /// Records that a projection has folded the facts and shows them; `groups`: how many commands' facts it showed at once. Any thread.
  void folded(std::string_view projection, std::size_t groups, clock::time_point began) const noexcept;

 private:
  traced_request of_;
  std::uint64_t id_;
  std::uint64_t first_seq_;
  std::size_t facts_;
  clock::time_point appended_;
};

} // namespace holdfast::tracing
