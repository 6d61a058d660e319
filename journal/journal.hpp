#pragma once

#include "domain/fact.hpp"
#include "journal/failure.hpp"
#include "journal/record.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace holdfast::tracing {
class traced_commit;
} // namespace holdfast::tracing

namespace holdfast::journal {

/// A unit of placement. One machine has one cell; which cell an event belongs to is a stored fact.
struct cell_id {
  std::uint32_t value = 1;
  friend constexpr auto operator<=>(cell_id, cell_id) noexcept = default;
};

/// The right to append to a cell's streams, until `on_tenure_lost`.
struct tenure {
  cell_id cell;
  std::uint64_t epoch = 0;
};

/// Where a stream ends.
struct stream_head {
  std::uint64_t seq = 0;
  chain_hash hash{};
  domain::instant time;
  std::optional<domain::instant>
      next_deadline; ///< when something in this stream is due, so that nobody must load it to know
};

/// Where a reader of everything is. Equality, text form and advancing only; nobody compares two for order.
class cursor {
 public:
  cursor() = default; ///< the beginning
  explicit cursor(std::string opaque) : opaque_{std::move(opaque)} {}
  [[nodiscard]] auto text() const noexcept -> const std::string& { return opaque_; }
  friend auto operator==(const cursor&, const cursor&) -> bool = default;

 private:
  std::string opaque_;
};

/// An answer to be given again, byte for byte, to whoever repeats the request within 24 hours.
struct remembered_answer {
  domain::subject_id principal; ///< who asked (a key's or buyer's 128-bit name): keys of others never match
  domain::command_id command;   ///< hashes of the key and of the request
  std::uint16_t status = 0;     ///< HTTP status
  std::uint64_t seq = 0;        ///< the event's seq that the answer was given at
  domain::instant at;           ///< fact time; its hour is part of the place where the answer is kept
  std::optional<domain::instant> expires_at; ///< of the hold, for the current `Expires-In-Ms`
  std::string location;                      ///< Location header; may be empty
  std::string
      body; ///< empty with status 409 for answers that carry a secret: the reader answers already_created with `location`
};

/// One command's facts for one stream: appended all or nothing, in order.
struct append_group {
  stream_id stream;
  std::uint64_t first_seq = 0; ///< must be the head's seq + 1: anything else is a bug
  std::shared_ptr<const domain::facts>
      facts; ///< null or empty: a barrier, which completes when everything appended before it is durable
  domain::trace_id trace;
  std::optional<remembered_answer> answer;
  std::optional<domain::instant> next_deadline;
  std::uint64_t state_hash =
      0; ///< of the state after the group; not stored, handed to the commit listener for the views
  std::shared_ptr<const tracing::traced_commit> traced =
      nullptr; ///< of a request that is traced; not stored, handed on likewise
};

enum class append_outcome : std::uint8_t {
  durable = 1, ///< on disk; answers may leave
  fenced,      ///< this tenure is over: nothing was appended, the actor must end
  conflict,    ///< another wrote this seq (replicated stores)
  unknown,     ///< the storage failed: it may or may not be there. Selling is latched off until the process restarts
};

/// Told once, on the journal's thread, in the order of appends of a stream. Must be short, must not block and must not call the journal's append.
class append_done {
 public:
  virtual ~append_done() = default;
  virtual void complete(append_outcome outcome) noexcept = 0;
};

/// A batch that became durable, in commit order.
struct committed_batch {
  std::vector<append_group> groups; ///< without barriers
  cursor after;                     ///< where a reader that has this batch is
  std::uint64_t position = 0;       ///< for metrics only
};

/// Sees every durable batch, in commit order, on the journal's thread, after the batch's completions. Must be short.
class commit_listener {
 public:
  virtual ~commit_listener() = default;
  virtual void committed(std::shared_ptr<const committed_batch> batch) noexcept = 0;
};

/// What a read hands over: records in order, valid during the call only. Return false to stop.
using record_sink = std::function<bool(std::span<const record_view>)>;
/// How a read ended: the last seq (or position's cursor) handed over, or why it could not go on.
using read_done = std::function<void(tl::expected<cursor, failure>)>;

/// State of the store, for health, metrics and admission of commands. Lock-free to read.
enum class journal_mode : std::uint8_t {
  selling = 1,  ///< everything is accepted
  no_new_holds, ///< disk below the first watermark (10 % free)
  settle_only,  ///< disk below the second (5 % free): confirm, release, refund only
  latched,      ///< a storage error: nothing is accepted until the process restarts
};

/// The journal: everything that was decided, durable before anybody sees it. Thread-safe. All reads and appends are asynchronous:
/// appends complete on the writer's thread, reads run on the journal's read pool and call their sink and done there.
class journal {
 public:
  virtual ~journal() = default;

  /// Takes the cell, raising its epoch durably. Blocking; called once at start.
  [[nodiscard]] virtual auto acquire(cell_id cell) -> tl::expected<tenure, failure> = 0;
  /// Queues a group; never blocks on I/O. `done` is told exactly once, also on shutdown (unknown).
  virtual void append(append_group group, std::shared_ptr<append_done> done) noexcept = 0;
  /// Head of a stream as of the last durable batch; seq 0 when it has no records. In-memory or one point lookup.
  [[nodiscard]] virtual auto head(stream_id stream) -> tl::expected<stream_head, failure> = 0;
  /// All heads of a kind, in id order; blocking (start, offline tools).
  [[nodiscard]] virtual auto heads(stream_kind kind)
      -> tl::expected<std::vector<std::pair<stream_id, stream_head>>, failure> = 0;
  /// Durable records of a stream from `from_seq` on, in chunks of ≤ 256 KiB.
  virtual void read(stream_id stream, std::uint64_t from_seq, record_sink sink, read_done done) = 0;
  /// Durable records of all streams in commit order from the cursor to the present, in chunks; shows only what cannot vanish.
  /// `invalid` for a text that is no cursor, and for a place that this journal has not reached (a cursor of a later copy of it).
  virtual void tail(cursor from, record_sink sink, read_done done) = 0;
  /// The remembered answer of a command, if it is durable and not forgotten: it goes with its key, by whole
  /// hours (see domain::is_forgotten), 24 to 25 hours after it was given.
  virtual void find_answer(stream_id stream, domain::subject_id principal, domain::command_id command,
                           domain::instant at,
                           std::function<void(tl::expected<std::optional<remembered_answer>, failure>)> done) = 0;
  /// Runs a job on the read pool; false when its queue is full (answer 503).
  [[nodiscard]] virtual auto run_on_read_pool(std::function<void()> job) -> bool = 0;
  /// A consistent copy of everything durable, without marks, into an empty directory. Blocking.
  [[nodiscard]] virtual auto checkpoint(const std::string& directory) -> tl::expected<void, failure> = 0;

  /// Set once, before the first append.
  virtual void listen(std::shared_ptr<commit_listener> listener) = 0;
  virtual void on_tenure_lost(std::function<void()> handler) = 0;
  [[nodiscard]] virtual auto mode() const noexcept -> journal_mode = 0;
  /// Whether there are no records at all, because the journal was refused at the start: snapshots and what views kept are what is left.
  [[nodiscard]] virtual auto is_absent() const noexcept -> bool { return false; }
  /// Cursor of the present head: where a reader must be to have seen everything durable at the time of the call.
  [[nodiscard]] virtual auto end() const -> cursor = 0;
  /// Gives the cell back and stops: what is queued is written and synced, then later appends complete as unknown.
  /// Reads under way end, as closed unless they were at their end, before it returns; later ones still see
  /// what is durable. Blocking.
  virtual void release() = 0;
};

} // namespace holdfast::journal
