#pragma once

#include "http/access_log.hpp"
#include "http/chunked.hpp"
#include "http/edge.hpp"
#include "http/exchange_access.hpp"
#include "http/gate.hpp"
#include "http/http_date.hpp"
#include "http/metrics.hpp"
#include "http/side_worker.hpp"
#include "tracing/tracer.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::http {

/// What the connections of one I/O thread share.
struct surroundings {
  const edge& rules;
  edge_metrics::slab& counts;
  access_log& log;
  http_date& date;
  const std::atomic<bool>& draining;
  side_worker& aside;
  tracing::tracer* traces = nullptr; ///< null: nothing is traced
};

/// What one connection says, without the connection: bytes in, bytes out, one request after the other. Knows nothing of
/// sockets or coroutines, so that it can be fed by a test as well. One thread.
///
/// The driver asks `next` and does what it says, until `end`:
/// `read` into `space` and report `received`; `write` the `output` and report `sent`; `wait` until the exchange is answered;
/// `stream`: from now on the connection is `take_stream`'s, and the conversation is over.
class conversation {
 public:
  using clock = std::chrono::steady_clock;

  enum class action : std::uint8_t { read, write, wait, stream, linger, end };

  /// Which limit applies to the action that `next` said.
  enum class phase : std::uint8_t { idle, header, body, write, linger, stream };
  static constexpr std::size_t phases = 6;

  conversation(const surroundings& around, std::shared_ptr<reply_lane> lane, const client_address& peer, bool secure);
  conversation(const conversation&) = delete;
  auto operator=(const conversation&) -> conversation& = delete;
  ~conversation();

  [[nodiscard]] auto next() -> action;

  [[nodiscard]] auto current_phase() const noexcept -> phase { return phase_; }
  /// When the phase began; the deadline counts from here. The first to ask in a write phase begins it: most writes end before
  /// anybody does.
  [[nodiscard]] auto phase_began() noexcept -> clock::time_point {
    if (phase_began_ == clock::time_point{}) {
      phase_began_ = clock::now();
    }
    return phase_began_;
  }

  /// After `read`: where to read to; never empty.
  [[nodiscard]] auto space() -> std::span<char>;
  void received(std::size_t bytes);

  /// After `write`: what is left to send, in up to two pieces.
  [[nodiscard]] auto output() const noexcept -> std::array<std::string_view, 2>;
  void sent(std::size_t bytes) noexcept { sent_ += bytes; }

  /// After `stream`, once. What the request took is given back; `space` stays, small, for what the client says.
  [[nodiscard]] auto take_stream() -> std::shared_ptr<connection_stream>;

  /// After `wait`.
  [[nodiscard]] auto waits_for() noexcept -> exchange& { return *exchange_; }

  static constexpr std::size_t buffer_bytes_first = 4 * 1024;
  static constexpr std::size_t buffer_bytes_streaming = 256;
  /// Answers up to this size are copied behind their head and leave in one piece.
  static constexpr std::size_t copied_body_bytes_max = 4 * 1024;

 private:
  enum class state : std::uint8_t { header, body_length, body_chunked, handling, writing, streaming, lingering, ended };

  [[nodiscard]] auto read_header() -> bool;
  void begin_request();
  void begin_body();
  [[nodiscard]] auto read_body() -> bool;
  [[nodiscard]] auto read_chunks() -> bool;
  void handle();
  void run_handler(const route& row);
  void refuse_bytes(std::string_view why);
  void prepare_answer();
  void finish_answer();
  void trace_request();
  void report(clock::time_point now);
  void enter(phase what, clock::time_point since) noexcept;
  [[nodiscard]] auto header_block() const noexcept -> std::string_view;
  [[nodiscard]] auto body_to_send() const noexcept -> std::string_view;

  const surroundings& around_;
  exchange_owner exchange_;
  std::vector<char>& buffer_;
  connection_facts facts_;
  gate gate_;
  chunked_decoder chunks_;
  state state_ = state::header;
  phase phase_ = phase::idle;
  clock::time_point phase_began_;
  clock::time_point started_; ///< the request was complete
  std::size_t filled_ = 0;    ///< bytes in the buffer
  std::size_t consumed_ = 0;  ///< of those, the current request's
  std::size_t body_have_ = 0; ///< of a body in body_text
  bool body_in_buffer_ = true;
  bool interim_ = false; ///< what is being written is 100 Continue
  bool closing_ = false; ///< the connection ends after the answer
  bool refused_ = false; ///< the answer is there; the body is only read to find the next request
  bool begun_ = false;   ///< counted as in flight
  std::string head_;
  std::size_t sent_ = 0;
};

} // namespace holdfast::http
