#pragma once

#include "actors/checkout_core.hpp"

#include <functional>
#include <memory>
#include <utility>

/// What the files of checkout_core share.
namespace holdfast::actors {

/// Runs on the journal's thread when what was appended before it is durable, or cannot be known to be.
class parked_facts final : public journal::append_done {
 public:
  explicit parked_facts(std::function<void(bool)> then) : then_{std::move(then)} {}

  void complete(journal::append_outcome outcome) noexcept override {
    then_(outcome == journal::append_outcome::durable);
  }

 private:
  std::function<void(bool)> then_;
};

/// Hands an answer of the event to the checkout instead of a session.
class event_answer_sink final : public reply_sink {
 public:
  event_answer_sink(std::shared_ptr<checkout_mailbox> to, std::function<void(checkout_core&, answer&&)> then)
      : to_{std::move(to)}, then_{std::move(then)} {}

  void reply(answer&& what) noexcept override {
    to_->post([then = std::move(then_), said = std::make_shared<answer>(std::move(what))](checkout_core& core) {
      then(core, std::move(*said));
    });
  }

 private:
  std::shared_ptr<checkout_mailbox> to_;
  std::function<void(checkout_core&, answer&&)> then_;
};

/// The name that a key's remembered answers are kept under: `request_meta::principal`.
[[nodiscard]] inline auto principal_of(domain::organisation_id organisation, domain::key_id key) noexcept
    -> domain::subject_id {
  return {organisation.value(), key.value()};
}

/// Whether whoever asked can be told how it ended: nothing of theirs waits for it any more. The one who paid was told before anybody could
/// ask for a refund, however that stands.
[[nodiscard]] inline auto is_settled(const domain::payment& of, bool for_refund) noexcept -> bool {
  if ((of.why == domain::turn::refunded && !for_refund) || of.status == domain::payment_status::captured) {
    return true;
  }
  return of.has_ended() || (of.status == domain::payment_status::turned && !of.owes_event);
}

} // namespace holdfast::actors
