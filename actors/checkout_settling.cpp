#include "actors/checkout_parts.hpp"
#include "actors/parked.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <variant>

/// Who is told what when a payment or a refund comes to its end, and what is counted of it.
namespace holdfast::actors {

namespace {

void bump(std::atomic<std::uint64_t>& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

/// When a payment's end is decided for its buyer, the answer is remembered with the facts that decide it, and leaves when they are durable.
void checkout_core::settled(domain::payment_number payment, const std::optional<domain::refund>& before,
                            journal::append_group& group, std::vector<waiter>& told, std::optional<answer>& with) {
  const auto& of = *state_->find(payment);
  if (before) {
    settle_refund(of, *before, group, told, with);
    return;
  }
  auto& its = state_of(payment);
  const auto* const reviewed = std::get_if<domain::review_closed>(&group.facts->front().body);
  if (reviewed != nullptr && reviewed->decision == domain::review_decision::accept) {
    const auto meta = meta_of(of, reviewed->organisation, reviewed->by);
    with = services_.shared.encoder.review_accepted(event_, of);
    remember(*with, group.facts->front().command, meta, group);
    told = std::exchange(its.waiters, {});
    return;
  }
  const bool freed = std::ranges::any_of(*group.facts, [](const domain::fact& fact) {
    return std::holds_alternative<domain::payment_captured>(fact.body) ||
           std::holds_alternative<domain::payment_freed>(fact.body) ||
           std::holds_alternative<domain::payment_restored>(fact.body) ||
           std::holds_alternative<domain::payment_turned>(fact.body);
  });
  if (!freed || !is_settled(of, of.why == domain::turn::refunded)) {
    return;
  }
  const bool of_refund = of.why == domain::turn::refunded;
  const auto meta = of_refund ? meta_of(of, of.refund_organisation, of.refund_by) : meta_of(of, {}, {});
  if (of_refund && of.status != domain::payment_status::captured) {
    with = services_.shared.encoder.payment_refunded(event_, of, meta);
  } else if (of.status == domain::payment_status::captured && !of_refund) {
    with = std::exchange(its.order, std::nullopt);
  }
  if (!with) {
    with = services_.shared.encoder.payment_failed(of, meta);
  }
  with->payment.reset();
  told = std::exchange(its.waiters, {});
  if (domain::came_to_nothing(of)) {
    return; // the same request begins the payment anew, so there is no answer to give again
  }
  remember(*with, of_refund ? of.refund_asked_by : of.asked_by, meta, group);
}

auto checkout_core::meta_of(const domain::payment& of, domain::organisation_id organisation, domain::key_id by)
    -> request_meta {
  request_meta meta;
  meta.principal = organisation ? principal_of(organisation, by) : of.buyer;
  if (const auto& waiters = state_of(of.number).waiters; !waiters.empty()) {
    meta.trace = waiters.front().meta.trace;
  }
  return meta;
}

void checkout_core::remember(const answer& what, domain::command_id asked, const request_meta& meta,
                             journal::append_group& group) const {
  if (asked.key != 0) {
    group.answer = to_remember({what, false}, asked, meta, now());
  }
}

/// Whoever gives tickets back is told when the event has taken them, or will not; the money may still be on its way.
void checkout_core::settle_refund(const domain::payment& of, const domain::refund& before, journal::append_group& group,
                                  std::vector<waiter>& told, std::optional<answer>& with) {
  const auto& first = group.facts->front().body;
  const auto* const owed = std::get_if<domain::refund_owed>(&first);
  const auto* const refused = std::get_if<domain::refund_refused>(&first);
  if (owed == nullptr && refused == nullptr) {
    return;
  }
  const auto meta = meta_of(of, before.organisation, before.by);
  const auto& encoder = services_.shared.encoder;
  with = owed != nullptr ? encoder.tickets_refunded(event_, of.hold, before.tickets,
                                                    {owed->amount, of.currency, of.refunded + of.kept == of.amount})
                         : encoder.refund_refused(refused->event, meta);
  remember(*with, before.asked_by, meta, group);
  told = std::exchange(state_of(of.number).waiters, {});
}

void checkout_core::count(const domain::payment& of, const domain::facts& made) {
  auto& metrics = services_.shared.metrics;
  for (const auto& fact : made) {
    if (std::holds_alternative<domain::payment_requested>(fact.body)) {
      bump(metrics.payments_begun);
      metrics.payments_open.fetch_add(1, std::memory_order_relaxed);
    } else if (std::holds_alternative<domain::payment_prepared>(fact.body)) {
      services_.at_gateway.add(of.gateway_payment, event_);
    } else if (const auto* scored = std::get_if<domain::payment_scored>(&fact.body)) {
      bump(scored->verdict == domain::risk_verdict::allow    ? metrics.payments_allowed
           : scored->verdict == domain::risk_verdict::review ? metrics.payments_to_review
                                                             : metrics.payments_denied);
    } else if (const auto* turned = std::get_if<domain::payment_turned>(&fact.body)) {
      if (turned->why == domain::turn::refunded) {
        bump(metrics.payments_refunded);
      } else {
        bump(turned->why == domain::turn::declined ? metrics.payments_declined : metrics.payments_failed);
      }
      if (turned->why == domain::turn::mismatch ||
          (turned->why == domain::turn::uncaptured && turned->code == "amount_mismatch")) {
        bump(metrics.payments_mismatched);
        spdlog::error("payment {} of event {:016x}: the gateway has another amount or currency than was asked for",
                      of.number.value(), event_.value());
      }
    } else if (std::holds_alternative<domain::payment_captured>(fact.body)) {
      bump(metrics.payments_captured);
    } else if (std::holds_alternative<domain::refund_requested>(fact.body)) {
      bump(metrics.payments_refunded);
    }
  }
  if (of.has_ended()) {
    metrics.payments_open.fetch_sub(1, std::memory_order_relaxed);
    services_.at_gateway.remove(of.gateway_payment);
  }
}

} // namespace holdfast::actors
