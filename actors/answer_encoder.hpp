#pragma once

#include "actors/reply_port.hpp"
#include "domain/checkout/state.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/organisation/command.hpp"
#include "domain/organisation/state.hpp"
#include "domain/queue/places.hpp"
#include "domain/rejection.hpp"
#include "tracing/request_trace.hpp"

#include <cstdint>
#include <span>

namespace holdfast::actors {

/// What a command needs besides itself.
struct request_meta {
  domain::trace_id trace;
  /// The caller's 128-bit name: a buyer's subject, or {organisation, key} for a key. Remembered answers are kept under it.
  domain::subject_id principal;
  tracing::traced_request traced = nullptr; ///< null, but for requests whose spans are exported
  /// The buyer's place in the event's waiting room, as their admission says; zero: they showed none.
  domain::queue::place_number place{};
};

/// Why the engine itself refuses, before or instead of a decision.
enum class refusal : std::uint8_t {
  overloaded,          ///< no in-flight credit of this event: 503
  draining,            ///< shutting down: 503
  journal_unavailable, ///< latched off, or the outcome of the write is unknown: 503
  storage_low,         ///< disk watermark: no new holds: 503
  clock_unsure,        ///< found far ahead of the last fact at start: 503 until an operator confirms
  unavailable,         ///< the actor ended: 503
  unreadable,          ///< what the journal has of the event is damaged: 500
  admission_required,  ///< a buyer's hold while the waiting room is not off, by somebody whom it has not let in: 425
  admission_expired,   ///< the same, by somebody who was let in, which has ended: 410
};

/// Turns decisions into answers. Called on the event's actor, before the facts are durable (the bytes are stored with them), so it must be pure,
/// quick and thread-safe. Implemented by http/.
class answer_encoder {
 public:
  virtual ~answer_encoder() = default;

  /// `after` is the state with the facts applied; `made` may be empty (nothing needed doing). `secret` bodies are not remembered: a replay
  /// then answers 409 already_created with `location`.
  struct encoded {
    answer what;
    bool secret = false;
  };

  [[nodiscard]] virtual auto decided(const domain::event_state& after, const domain::command& what,
                                     std::span<const domain::fact> made, const request_meta& meta,
                                     domain::instant now) const -> encoded = 0;
  [[nodiscard]] virtual auto rejected(const domain::event_state& state, const domain::command& what,
                                      const domain::rejection& why, const request_meta& meta, domain::instant now) const
      -> answer = 0;
  [[nodiscard]] virtual auto decided(const domain::organisation_state& after, const domain::organisation_command& what,
                                     std::span<const domain::fact> made, const request_meta& meta,
                                     domain::instant now) const -> encoded = 0;
  [[nodiscard]] virtual auto rejected(const domain::organisation_state& state, const domain::organisation_command& what,
                                      const domain::rejection& why, const request_meta& meta, domain::instant now) const
      -> answer = 0;
  /// To a buyer who pays a hold of this event: why the payment is not begun.
  [[nodiscard]] virtual auto payment_refused(const domain::rejection& why, const request_meta& meta) const
      -> answer = 0;
  /// What became of it, though not an order.
  [[nodiscard]] virtual auto payment_failed(const domain::payment& what, const request_meta& meta) const -> answer = 0;
  /// The order is given back, and its money is on its way.
  [[nodiscard]] virtual auto payment_refunded(domain::event_id event, const domain::payment& what,
                                              const request_meta& meta) const -> answer = 0;
  /// What some tickets of an order brought back.
  struct given_back {
    domain::minor_units amount = 0;
    domain::currency_code currency;
    bool all = false; ///< nothing of what was paid for the order is left
  };
  /// Tickets of the order are taken back, and their money is on its way.
  [[nodiscard]] virtual auto tickets_refunded(domain::event_id event, domain::hold_number order,
                                              std::span<const std::uint32_t> tickets, const given_back& what) const
      -> answer = 0;
  /// The event would not have the tickets back.
  [[nodiscard]] virtual auto refund_refused(domain::event_refusal why, const request_meta& meta) const -> answer = 0;
  /// The order stays: its review is closed.
  [[nodiscard]] virtual auto review_accepted(domain::event_id event, const domain::payment& what) const -> answer = 0;
  /// What the scoring hook is asked about a payment whose hold is frozen: JSON, the same in every repetition.
  [[nodiscard]] virtual auto scoring_question(domain::event_id event, const domain::payment& what) const
      -> std::string = 0;
  /// It goes on without the buyer, who finds its end at the order's place: 202.
  [[nodiscard]] virtual auto payment_pending(domain::event_id event, const domain::payment& what,
                                             const request_meta& meta) const -> answer = 0;
  /// The answer to a repeated request whose first answer carried a secret.
  [[nodiscard]] virtual auto already_created(const std::string& location, const request_meta& meta) const -> answer = 0;
  [[nodiscard]] virtual auto refused(refusal why, const request_meta& meta) const -> answer = 0;
};

} // namespace holdfast::actors
