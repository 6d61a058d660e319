#pragma once

#include "domain/public_id.hpp"
#include "domain/strong_id.hpp"
#include "tests/http/raw_client.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::api_test {

/// An answer.
struct reply {
  unsigned status = 0;
  std::string body;
  http::test::raw_answer raw;
  nlohmann::json parsed; ///< null when the body is no JSON

  /// The body as JSON; fails the test when it is none. Lives as long as the reply.
  [[nodiscard]] auto json() const -> const nlohmann::json&;
  /// `code` of a problem; empty for other answers.
  [[nodiscard]] auto code() const -> std::string;
  [[nodiscard]] auto header(const std::string& name) const -> std::string { return raw.header(name); }
  /// A member of the body as text: `text("hold_id")`.
  [[nodiscard]] auto text(const std::string& member) const -> std::string;
  [[nodiscard]] auto event_seq() const -> std::string { return header("event-seq"); }
};

/// What is sent besides method and path. A request that wants a key and is given none gets a new one.
struct ask_with {
  std::string key = {}; ///< `Idempotency-Key`
  std::string if_match = {};
  std::string headers = {};         ///< more lines, each ended by CR LF
  bool without_key = false;         ///< sends no `Idempotency-Key` at all
  bool whatever_is_at_hand = false; ///< a read that does not wait for what was written
};

/// What the clients of a server were told is written. Views follow the journal in their own time, so a test that reads what it wrote has
/// to say so; the clients do it for it. Thread-safe.
class last_writes {
 public:
  /// Returns once the orders and tickets of an event are seen at or after a seq, or never will be.
  using wait_function = std::function<void(domain::event_id, std::uint64_t)>;

  last_writes(const domain::public_ids& ids, wait_function wait) : ids_{ids}, wait_{std::move(wait)} {}
  /// An answer with `Event-Seq`.
  void note(const std::string& path, const reply& answer);
  /// The newest seq of the event that a path names; 0: none is known.
  [[nodiscard]] auto of(const std::string& path) const -> std::uint64_t;
  /// Until lists of orders and tickets have everything.
  void wait_for_lists() const;

 private:
  /// By an id of the event, or of a hold, an order or a ticket of it.
  [[nodiscard]] auto event_of(std::string_view id) const -> std::optional<domain::event_id>;
  [[nodiscard]] auto event_named_in(std::string_view path) const -> std::optional<domain::event_id>;

  domain::public_ids ids_;
  wait_function wait_;
  mutable std::mutex mutex_;
  std::map<domain::event_id, std::uint64_t> seqs_;
};

/// Somebody with credentials who asks over a connection of their own, one request at a time. Every answer is held to the API's
/// description: what differs fails the test. A read of a view waits until it has what any client of the server wrote.
class api_client {
 public:
  api_client(std::uint16_t port, std::string bearer, std::shared_ptr<last_writes> writes)
      : port_{port}, bearer_{std::move(bearer)}, writes_{std::move(writes)} {}
  /// The same somebody, over another connection.
  api_client(const api_client& other) : api_client{other.port_, other.bearer_, other.writes_} {}
  api_client(api_client&&) noexcept = default;
  auto operator=(const api_client&) -> api_client& = delete;
  auto operator=(api_client&&) noexcept -> api_client& = default;
  ~api_client() = default;

  auto get(const std::string& path, const ask_with& with = {}) -> reply { return ask("GET", path, {}, with); }
  auto post(const std::string& path, const nlohmann::json& body = nlohmann::json::object(), const ask_with& with = {})
      -> reply {
    return ask("POST", path, body.dump(), with);
  }
  auto put(const std::string& path, const nlohmann::json& body, const ask_with& with = {}) -> reply {
    return ask("PUT", path, body.dump(), with);
  }
  auto patch(const std::string& path, const nlohmann::json& body, const ask_with& with = {}) -> reply {
    return ask("PATCH", path, body.dump(), with);
  }
  auto remove(const std::string& path, const ask_with& with = {}) -> reply { return ask("DELETE", path, {}, with); }

  /// With a body as it is.
  auto ask(const std::string& method, const std::string& path, const std::string& body, const ask_with& with = {})
      -> reply;

  [[nodiscard]] auto bearer() const -> const std::string& { return bearer_; }

 private:
  [[nodiscard]] auto exchange(const std::string& bytes, bool head) -> http::test::raw_answer;
  /// As `ask`, of exactly this path.
  [[nodiscard]] auto ask_once(const std::string& method, const std::string& path, const std::string& body,
                              const ask_with& with) -> reply;

  std::uint16_t port_;
  std::string bearer_;
  std::shared_ptr<last_writes> writes_;
  std::unique_ptr<http::test::raw_client> connection_;
};

/// An idempotency key that nobody used before.
[[nodiscard]] auto new_key() -> std::string;

} // namespace holdfast::api_test
