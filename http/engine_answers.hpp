#pragma once

#include "actors/answer_encoder.hpp"
#include "domain/public_id.hpp"

#include <string>

namespace holdfast::http {

/// The trace id of a request as answers have it.
[[nodiscard]] auto trace_text(const actors::request_meta& meta) -> std::string;

/// Answers of the engine as the API gives them: JSON bodies of holds, orders, events, venues and keys, and problem documents.
/// Immutable and thread-safe: called on actors' threads. Bytes made here are stored and given again for 24 hours.
class engine_answers final : public actors::answer_encoder {
 public:
  explicit engine_answers(const domain::public_ids& ids) noexcept : ids_{ids} {}

  [[nodiscard]] auto decided(const domain::event_state& after, const domain::command& what,
                             std::span<const domain::fact> made, const actors::request_meta& meta,
                             domain::instant now) const -> encoded override;
  [[nodiscard]] auto rejected(const domain::event_state& state, const domain::command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant now) const
      -> actors::answer override;
  [[nodiscard]] auto decided(const domain::organisation_state& after, const domain::organisation_command& what,
                             std::span<const domain::fact> made, const actors::request_meta& meta,
                             domain::instant now) const -> encoded override;
  [[nodiscard]] auto rejected(const domain::organisation_state& state, const domain::organisation_command& what,
                              const domain::rejection& why, const actors::request_meta& meta, domain::instant now) const
      -> actors::answer override;
  [[nodiscard]] auto payment_refused(const domain::rejection& why, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto payment_failed(const domain::payment& what, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto payment_refunded(domain::event_id event, const domain::payment& what,
                                      const actors::request_meta& meta) const -> actors::answer override;
  [[nodiscard]] auto tickets_refunded(domain::event_id event, domain::hold_number order,
                                      std::span<const std::uint32_t> tickets, const given_back& what) const
      -> actors::answer override;
  [[nodiscard]] auto refund_refused(domain::event_refusal why, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto review_accepted(domain::event_id event, const domain::payment& what) const
      -> actors::answer override;
  [[nodiscard]] auto scoring_question(domain::event_id event, const domain::payment& what) const
      -> std::string override;
  [[nodiscard]] auto payment_pending(domain::event_id event, const domain::payment& what,
                                     const actors::request_meta& meta) const -> actors::answer override;
  [[nodiscard]] auto already_created(const std::string& location, const actors::request_meta& meta) const
      -> actors::answer override;
  [[nodiscard]] auto refused(actors::refusal why, const actors::request_meta& meta) const -> actors::answer override;

 private:
  domain::public_ids ids_;
};

} // namespace holdfast::http
