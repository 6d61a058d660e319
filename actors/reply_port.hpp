#pragma once

#include "domain/instant.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace holdfast::actors {

struct payment_reply;

/// What the engine answers, ready to be sent: the body is encoded.
struct answer {
  std::uint16_t status = 503;                ///< HTTP status
  std::string body;                          ///< JSON, or problem+json for status ≥ 400; may be empty (204)
  std::uint64_t seq = 0;                     ///< the event's seq this answer rests on (`Event-Seq`); 0: none
  bool replayed = false;                     ///< a remembered answer, given again
  std::optional<domain::instant> expires_at; ///< of the hold; the edge makes `Expires-In-Ms` from it
  std::string location;                      ///< `Location`; may be empty
  std::optional<std::uint32_t> retry_after_s;
  bool unknown_code = false;                    ///< the request tried an access code that nothing of the event has
  std::shared_ptr<const payment_reply> payment; ///< to a checkout; null for everybody else
};

/// Receives one answer, on any thread. Implemented by the HTTP session, which posts to its own executor.
class reply_sink {
 public:
  virtual ~reply_sink() = default;
  virtual void reply(answer&& what) noexcept = 0;
};

/// A counter of requests in flight that an answer gives back. Implemented by the engine.
class inflight_credit {
 public:
  virtual ~inflight_credit() = default;
  virtual void give_back() noexcept = 0;
};

/// The right and duty to answer once. Destroyed unanswered, it answers 503 `unavailable` with Retry-After: when an actor dies, the ports
/// queued in its mailbox are destroyed, and nobody waits for ever. Carries the request's in-flight credit. Move-only.
class reply_port {
 public:
  reply_port() noexcept = default;

  explicit reply_port(std::shared_ptr<reply_sink> sink) noexcept : sink_{std::move(sink)} {}

  reply_port(reply_port&& other) noexcept = default;
  auto operator=(reply_port&& other) noexcept -> reply_port&;
  ~reply_port();

  /// Sends the answer and gives the credit back. At most once.
  void send(answer&& what) noexcept;

  /// Takes a credit along; given back with the answer. One that it carried is given back now: whoever handed it on has it off their hands.
  void carry(std::shared_ptr<inflight_credit> credit) noexcept {
    if (const auto before = std::exchange(credit_, std::move(credit))) {
      before->give_back();
    }
  }

  [[nodiscard]] explicit operator bool() const noexcept { return sink_ != nullptr; }

 private:
  std::shared_ptr<reply_sink> sink_;
  std::shared_ptr<inflight_credit> credit_;
};

} // namespace holdfast::actors
