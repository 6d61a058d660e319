#pragma once

#include "journal/journal.hpp"
#include "journal/read_pool.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::journal {

/// What a read hands over at once, at most (a single larger record goes alone).
inline constexpr std::size_t chunk_bytes_max = 256 * 1024;

/// A read that goes on chunk by chunk, each chunk a job of its own, so that a long one does not hold a thread from short ones.
class chunked_read : public std::enable_shared_from_this<chunked_read> {
 public:
  chunked_read(job_queue& jobs, record_sink sink, read_done done)
      : jobs_{jobs}, sink_{std::move(sink)}, done_{std::move(done)} {}

  virtual ~chunked_read() = default;
  chunked_read(const chunked_read&) = delete;
  auto operator=(const chunked_read&) -> chunked_read& = delete;

  /// Queues the first or next chunk; tells `done` when no job is taken any more.
  void schedule();

 protected:
  enum class progress { more, finished };
  /// Fills the chunk: `progress::finished` when nothing follows it.
  [[nodiscard]] virtual auto fill() -> tl::expected<progress, failure> = 0;
  /// Where the reader is, `handed_over` records into the present chunk.
  [[nodiscard]] virtual auto position_after(std::size_t handed_over) const -> cursor = 0;

  /// Copies a stored record into the chunk; it must turn out to be record `seq` of `stream`.
  void add(stream_id stream, std::uint64_t seq, std::string_view bytes);

  [[nodiscard]] auto chunk_is_full() const noexcept -> bool { return buffer_.size() >= chunk_bytes_max; }

 private:
  struct stored {
    stream_id stream;
    std::uint64_t seq = 0;
    std::size_t bytes = 0;
  };

  void step();
  [[nodiscard]] auto decode() -> tl::expected<void, failure>;
  void finish(tl::expected<cursor, failure> how);

  job_queue& jobs_;
  record_sink sink_;
  read_done done_;
  std::string buffer_;
  std::vector<stored> stored_;
  std::vector<record_view> views_; ///< of the sound ones, up to the first that is not
};

/// Tells `done` on the queue's thread, or here when no job is taken any more.
void fail_read(job_queue& jobs, read_done done, failure why);

/// Where a reader of everything is. A cursor's text is "P" (everything up to commit P) or "P+K" (and K records of commit P + 1).
struct tail_place {
  std::uint64_t position = 0;
  std::uint64_t records = 0;
};
[[nodiscard]] auto parse_cursor(const cursor& at) -> std::optional<tail_place>;
[[nodiscard]] auto format_cursor(const tail_place& at) -> cursor;

/// "stream 1/42", for messages.
[[nodiscard]] auto name_of(stream_id stream) -> std::string;

} // namespace holdfast::journal
