#pragma once

#include "domain/instant.hpp"
#include "http/answer.hpp"
#include "http/json_writer.hpp"
#include "http/principal.hpp"
#include "http/problem.hpp"
#include "http/reply_lane.hpp"
#include "http/request.hpp"
#include "tracing/request_trace.hpp"

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

class exchange;
struct route;

/// The right, and the duty, to answer an exchange later. Move-only. While it lives, the exchange's request stays readable and
/// its memory stays valid, whatever happens to the connection.
///
/// Answer by filling `operator->()->answer()` (or `json`, `refuse`) and calling `complete`, from any one thread. Destroyed
/// without `complete`, it answers 503 `unavailable`: a lost reply never leaves a client waiting.
class deferred {
 public:
  deferred() noexcept = default;
  explicit deferred(exchange& owner) noexcept;

  deferred(deferred&& other) noexcept : exchange_{std::exchange(other.exchange_, nullptr)} {}

  auto operator=(deferred&& other) noexcept -> deferred&;
  ~deferred();

  [[nodiscard]] explicit operator bool() const noexcept { return exchange_ != nullptr; }

  [[nodiscard]] auto operator->() const noexcept -> exchange* { return exchange_; }

  [[nodiscard]] auto operator*() const noexcept -> exchange& { return *exchange_; }

  /// Sends the answer. From any thread; on a foreign one this is a push and, at most, one wake-up. The handle is empty after.
  void complete() noexcept;

 private:
  exchange* exchange_ = nullptr;
};

/// One request and its answer. A connection has exactly one and reuses it; it never has two requests in hand.
///
/// A handler is called on the connection's I/O thread, and must not block nor take more than 200 µs; one whose route says so and whose body is
/// large, on the server's side thread. It either fills the answer and returns, or takes `defer()` and returns; then somebody completes the deferred handle, once, from any thread.
/// Every view handed out here stays valid until the answer is complete.
class exchange final : private lane_task {
 public:
  // The request.

  /// HEAD arrives as `get` with `is_head()`: the edge drops the body.
  [[nodiscard]] auto verb() const noexcept -> method { return verb_; }

  [[nodiscard]] auto is_head() const noexcept -> bool { return head_; }

  /// The raw path, as sent.
  [[nodiscard]] auto path() const noexcept -> std::string_view { return path_; }

  /// The value of `{name}` in the route's pattern, percent-decoded, never empty for a name that the pattern has.
  [[nodiscard]] auto parameter(std::string_view name) const noexcept -> std::string_view;
  /// The value of `?name=`, percent-decoded. A name that comes twice is refused before any handler.
  [[nodiscard]] auto query(std::string_view name) const noexcept -> std::optional<std::string_view>;

  [[nodiscard]] auto queries() const noexcept -> std::span<const http::parameter> { return queries_; }

  [[nodiscard]] auto header(header_id id) const noexcept -> std::optional<std::string_view>;
  /// By name, in any case; for headers that have no id.
  [[nodiscard]] auto header(std::string_view name) const noexcept -> std::optional<std::string_view>;

  /// Every header line, in the order sent.
  [[nodiscard]] auto headers() const noexcept -> std::span<const header_field> { return headers_; }

  /// The whole body; within the route's limit, and `application/json` unless the route says otherwise. Not parsed yet.
  [[nodiscard]] auto body() const noexcept -> std::string_view { return body_; }

  /// Who asks; what the route's permission demands has been checked.
  [[nodiscard]] auto who() const noexcept -> const principal& { return who_; }

  /// The client's address; behind a configured proxy, the one that proxy names.
  [[nodiscard]] auto client() const noexcept -> const client_address& { return client_; }

  /// The `Idempotency-Key`: checked on routes that require one, empty elsewhere.
  [[nodiscard]] auto idempotency_key() const noexcept -> std::string_view { return idempotency_key_; }

  [[nodiscard]] auto request_id() const noexcept -> std::string_view { return request_id_; }

  [[nodiscard]] auto trace() const noexcept -> const trace_context& { return trace_; }

  /// Where spans of this request go; null unless it is traced.
  [[nodiscard]] auto traced() const noexcept -> const tracing::traced_request& { return traced_; }

  /// Wall clock at which the request was complete; read once a request.
  [[nodiscard]] auto at() const noexcept -> domain::instant { return at_; }

  [[nodiscard]] auto matched_route() const noexcept -> const route* { return route_; }

  // The answer.

  [[nodiscard]] auto answer() noexcept -> http::answer& { return answer_; }

  [[nodiscard]] auto answer() const noexcept -> const http::answer& { return answer_; }

  /// Starts a JSON answer: sets status and type, empties the body, and returns the writer over it.
  [[nodiscard]] auto json(unsigned status = 200) -> json_writer;
  /// An answer without a body: 204, 304, 302 …
  void empty(unsigned status);
  /// Answers with a problem.
  void refuse(problem_kind kind, const problem_details& details = {});

  /// Answers with a problem that has members of its own: `add(writer)` writes them, as `writer.member("seq", 7)`.
  template <class Add>
  void refuse(problem_kind kind, const problem_details& details, Add&& add) {
    json_writer out = start_problem(kind, details);
    std::forward<Add>(add)(out);
    end_problem(out);
  }

  /// Promises the answer for later. Call at most once, inside the handler.
  [[nodiscard]] auto defer() noexcept -> deferred;

  /// The lane of this connection's I/O thread: for work that must run there before the answer. Lives as long as the exchange.
  [[nodiscard]] auto lane() const noexcept -> reply_lane& { return *lane_; }

  /// The same, for whoever outlives the exchange.
  [[nodiscard]] auto shared_lane() const noexcept -> const std::shared_ptr<reply_lane>& { return lane_; }

 private:
  friend class deferred;
  friend class exchange_owner;
  friend struct exchange_access;

  enum class stage : std::uint8_t { idle, handling, deferred, answered };

  explicit exchange(std::shared_ptr<reply_lane> lane) : lane_{std::move(lane)} {}

  ~exchange() = default;

  auto start_problem(problem_kind kind, const problem_details& details) -> json_writer;
  void run() noexcept override;
  void discard() noexcept override;
  void complete() noexcept;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  void release() noexcept;

  std::atomic<std::uint32_t> references_{1};
  stage stage_ = stage::idle; ///< written on the I/O thread only
  method verb_ = method::get;
  bool head_ = false;
  bool abandoned_ = false; ///< the connection is gone; I/O thread only
  std::coroutine_handle<> waiter_;
  std::shared_ptr<reply_lane> lane_;
  const route* route_ = nullptr;
  std::string_view path_;
  std::string_view body_;
  std::string_view idempotency_key_;
  std::vector<header_field> headers_;
  std::array<std::uint8_t, static_cast<std::size_t>(header_id::other)>
      header_at_{}; ///< 1 + index into headers_, 0: absent
  std::array<http::parameter, 4> parameters_{};
  std::size_t parameter_count_ = 0;
  std::vector<http::parameter> queries_;
  std::string decoded_; ///< percent-decoded text that parameters point into
  std::string request_id_;
  trace_context trace_;
  tracing::traced_request traced_;
  principal who_;
  client_address client_;
  domain::instant at_;
  std::chrono::steady_clock::time_point started_;
  http::answer answer_;
  deferred lent_;            ///< while a handler runs on the side thread: what `defer` gives it; that thread only
  std::vector<char> buffer_; ///< what the connection reads into; the views above point here or into body_text_
  std::string body_text_;    ///< a body that does not fit behind its header, or came in chunks
};

} // namespace holdfast::http
