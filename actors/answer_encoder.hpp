#pragma once

#include "actors/reply_port.hpp"
#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/organisation/command.hpp"
#include "domain/organisation/state.hpp"
#include "domain/rejection.hpp"

#include <cstdint>
#include <span>

namespace holdfast::actors {

/// What a command needs besides itself.
struct request_meta {
  domain::trace_id trace;
  /// The caller's 128-bit name: a buyer's subject, or {organisation, key} for a key. Remembered answers are kept under it.
  domain::subject_id principal;
};

/// Why the engine itself refuses, before or instead of a decision.
enum class refusal : std::uint8_t {
  overloaded,          ///< no in-flight credit of this event: 503
  draining,            ///< shutting down: 503
  journal_unavailable, ///< latched off, or the outcome of the write is unknown: 503
  storage_low,         ///< disk watermark: no new holds: 503
  clock_unsure,        ///< found far ahead of the last fact at start: 503 until an operator confirms
  unavailable,         ///< the actor ended: 503
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
  /// The answer to a repeated request whose first answer carried a secret.
  [[nodiscard]] virtual auto already_created(const std::string& location, const request_meta& meta) const -> answer = 0;
  [[nodiscard]] virtual auto refused(refusal why, const request_meta& meta) const -> answer = 0;
};

} // namespace holdfast::actors
