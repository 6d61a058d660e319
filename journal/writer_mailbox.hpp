#pragma once

#include "journal/journal.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::journal {

/// An append that waits for the writer. What its caller's thread encoded is in the mailbox's bytes, in append order.
struct pending_append {
  append_group group;
  std::shared_ptr<append_done> done;
  std::size_t encoded_bytes = 0; ///< how many of the bytes are this append's; 0 for a barrier
};

/// Everything that queued since the writer last looked. Swapped whole, so that its memory is used again and again.
struct mailbox_content {
  std::vector<pending_append> appends;
  std::string bytes;

  void clear() noexcept {
    appends.clear();
    bytes.clear();
  }
};

/// Many callers put in, one writer takes everything out at once. Thread-safe.
class writer_mailbox {
 public:
  /// Takes the append over and returns true, or leaves it alone and returns false once closed.
  [[nodiscard]] auto push(append_group& group, std::shared_ptr<append_done>& done, std::string_view encoded) -> bool;
  /// Waits until something is there and swaps it into the (cleared) `into`; false when closed and empty.
  [[nodiscard]] auto take(mailbox_content& into) -> bool;
  /// Waits until `count` appends are there, or until that time, or until closed.
  void linger(std::size_t count, std::chrono::steady_clock::time_point until);
  /// As `take` without waiting; false when nothing is there.
  [[nodiscard]] auto try_take(mailbox_content& into) -> bool;
  /// No append gets in from here on; what is there can still be taken.
  void close();
  [[nodiscard]] auto depth() const -> std::size_t;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  mailbox_content content_;
  bool closed_ = false;
  std::size_t wake_at_ = 0; ///< how many appends the writer waits for; 0 while it does not wait
};

/// What `push` expects: the payloads of the facts, each behind its length, then the remembered answer, if any.
void encode_append(const append_group& group, std::string& to);

/// Reads what `encode_append` wrote.
class encoded_append {
 public:
  explicit encoded_append(std::string_view bytes) noexcept : left_{bytes} {}
  /// The next length-prefixed part.
  [[nodiscard]] auto next() noexcept -> std::string_view;

 private:
  std::string_view left_;
};

} // namespace holdfast::journal
