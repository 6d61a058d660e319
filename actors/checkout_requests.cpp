#include "actors/checkout_parts.hpp"
#include "actors/parked.hpp"
#include "domain/checkout/decide.hpp"

#include <algorithm>
#include <utility>
#include <variant>

/// How buyers ask a checkout, wait, and are answered.
namespace holdfast::actors {

using std::chrono::steady_clock;

namespace {

auto refunds_an_order(const domain::checkout_command_body& what) noexcept -> bool {
  const auto* const review = std::get_if<domain::close_review>(&what);
  return std::holds_alternative<domain::begin_refund>(what) ||
         (review != nullptr && review->decision == domain::review_decision::refund);
}

} // namespace

void checkout_core::handle(checkout_request&& request) {
  const auto& shared = services_.shared;
  last_used_ = steady_clock::now();
  if (halted_ || stopped_) {
    request.reply.send(
        shared.encoder.refused(stopped_ ? refusal::draining : refusal::journal_unavailable, request.meta));
    return;
  }
  if (!state_) {
    waiting_.push_back(std::move(request));
    return;
  }
  if (std::holds_alternative<domain::begin_payment>(request.what.body)) {
    request.what.id = domain::id_now(*state_, request.what.id);
  }
  const auto decided = domain::decide(*state_, request.what, now());
  if (!decided && decided.error().why == domain::reason::already_remembered) {
    const domain::payment_number payment{static_cast<std::uint32_t>(decided.error().remembered_seq)};
    const auto& of = *state_->find(payment);
    const bool of_tickets = of.going_back && of.going_back->asked_by.key == request.what.id.key;
    const bool ended =
        of_tickets ? of.going_back->owed.has_value() : is_settled(of, refunds_an_order(request.what.body));
    if (!ended) {
      wait(payment, std::move(request.reply), request.meta);
      return;
    }
    journal::append_group barrier;
    barrier.stream = stream();
    shared.journal.append(std::move(barrier), std::make_shared<parked_replay>(shared.journal, shared.encoder, stream(),
                                                                              std::move(request.reply), request.meta,
                                                                              request.what.id, now()));
    return;
  }
  if (const auto refused = shared.gate.refuses(domain::command_body{domain::freeze_hold{}})) {
    request.reply.send(shared.encoder.refused(*refused, request.meta));
    return;
  }
  if (!decided) {
    const bool by_organiser = request.what.by.as == domain::caller::kind::organiser &&
                              std::holds_alternative<domain::begin_refund>(request.what.body);
    if (decided.error().why == domain::reason::not_found && by_organiser) {
      forward(std::move(request));
      return;
    }
    send_behind(std::move(request.reply), request.meta, shared.encoder.payment_refused(decided.error(), request.meta));
    return;
  }
  const auto* const review = std::get_if<domain::close_review>(&request.what.body);
  if (review != nullptr && review->decision == domain::review_decision::accept) {
    begin(std::move(request)); // nothing changes for the event
    return;
  }
  rehearse(std::move(request));
}

/// Asks the event whether it would do it at all, so that nobody fills the journal with payments and refunds of what is not theirs.
void checkout_core::rehearse(checkout_request&& request) {
  domain::command ask;
  if (const auto* pay = std::get_if<domain::begin_payment>(&request.what.body)) {
    const domain::payment_number next{static_cast<std::uint32_t>(state_->payments.size() + 1)};
    ask.body = domain::freeze_hold{pay->hold, next, request.what.by.subject, pay->attendees};
  } else {
    const auto* const refund = std::get_if<domain::begin_refund>(&request.what.body);
    const auto back =
        refund != nullptr ? *refund : domain::begin_refund{std::get<domain::close_review>(request.what.body).hold, {}};
    const auto& by = request.what.by;
    const bool buyer = by.as == domain::caller::kind::buyer;
    ask.body = domain::return_order{back.hold,
                                    state_->find_newest(back.hold)->number,
                                    buyer ? domain::return_cause::by_buyer : domain::return_cause::refunded,
                                    by.organisation,
                                    by.key,
                                    by.subject,
                                    back.tickets};
  }
  ask.rehearsal = true;
  ++rehearsing_;
  auto held = std::make_shared<checkout_request>(std::move(request));
  const auto meta = held->meta;
  services_.events.ask(
      event_, std::move(ask), meta,
      reply_port{std::make_shared<event_answer_sink>(self_, [held](checkout_core& core, answer&& said) {
        --core.rehearsing_;
        if (said.payment && said.payment->refused == domain::event_refusal::none) {
          core.begin(std::move(*held));
          return;
        }
        said.payment.reset();
        held->reply.send(std::move(said));
      })});
}

void checkout_core::forward(checkout_request&& request) {
  auto& back = std::get<domain::begin_refund>(request.what.body);
  services_.events.ask(event_,
                       {.by = request.what.by,
                        .id = request.what.id,
                        .body = domain::take_back_order{back.hold, std::move(back.tickets)}},
                       std::move(request.meta), std::move(request.reply));
}

void checkout_core::begin(checkout_request&& request) {
  const auto& shared = services_.shared;
  if (stopped_) {
    request.reply.send(shared.encoder.refused(refusal::draining, request.meta));
    return;
  }
  auto decided = domain::decide(*state_, request.what, now());
  if (!decided) {
    // Another request of the same buyer was quicker.
    if (decided.error().why == domain::reason::already_remembered) {
      handle(std::move(request));
      return;
    }
    send_behind(std::move(request.reply), request.meta, shared.encoder.payment_refused(decided.error(), request.meta));
    return;
  }
  const auto& first = decided->front().body;
  const auto* const requested = std::get_if<domain::payment_requested>(&first);
  const auto* const of_tickets = std::get_if<domain::refund_requested>(&first);
  const auto* const closed = std::get_if<domain::review_closed>(&first);
  const auto payment = requested != nullptr    ? requested->payment
                       : of_tickets != nullptr ? of_tickets->payment
                       : closed != nullptr     ? closed->payment
                                               : std::get<domain::payment_turned>(first).payment;
  if (requested == nullptr && !state_->open.contains(payment)) {
    services_.shared.metrics.payments_open.fetch_add(1, std::memory_order_relaxed);
  }
  wait(payment, std::move(request.reply), request.meta);
  append(payment, std::move(*decided));
}

void checkout_core::wait(domain::payment_number payment, reply_port&& reply, const request_meta& meta) {
  state_of(payment).waiters.push_back({std::move(reply), meta, steady_clock::now()});
  self_->post_after(services_.settings.answer_within, [payment](checkout_core& core) { core.answer_late(payment); });
}

void checkout_core::answer_late(domain::payment_number payment) {
  const auto found = running_.find(payment);
  if (found == running_.end()) {
    return;
  }
  auto& waiters = found->second.waiters;
  const auto since = steady_clock::now() - services_.settings.answer_within;
  for (auto& one : waiters) {
    if (one.since <= since) {
      send_behind(std::move(one.reply), one.meta,
                  services_.shared.encoder.payment_pending(event_, *state_->find(payment), one.meta));
    }
  }
  std::erase_if(waiters, [](const waiter& one) { return !one.reply; });
}

void checkout_core::send_behind(reply_port&& reply, const request_meta& meta, answer&& what) {
  journal::append_group barrier;
  barrier.stream = stream();
  auto to = std::make_shared<reply_port>(std::move(reply));
  services_.shared.journal.append(
      std::move(barrier), std::make_shared<parked_facts>(
                              [to, meta, &encoder = services_.shared.encoder, what = std::move(what)](bool durable) {
                                to->send(durable ? answer{what} : encoder.refused(refusal::journal_unavailable, meta));
                              }));
}

void checkout_core::look_at(const std::string& gateway_payment, const std::string& hint) {
  if (!state_ || stopped_) {
    return; // every open payment is gone on with once it is loaded
  }
  for (const auto payment : state_->open) {
    if (state_->find(payment)->gateway_payment != gateway_payment) {
      continue;
    }
    // What is being asked at this moment needs no hint, so that nothing is written down of most of them.
    if (const auto found = running_.find(payment); found != running_.end() && !found->second.in_flight) {
      take({.by = {}, .id = {}, .body = domain::take_hint{payment, hint}});
    }
    return;
  }
}

void checkout_core::stop() {
  stopped_ = true;
  const auto& encoder = services_.shared.encoder;
  for (auto& request : std::exchange(waiting_, {})) {
    request.reply.send(encoder.refused(refusal::draining, request.meta));
  }
  answer_lists();
  for (auto& [payment, its] : running_) {
    for (auto& one : std::exchange(its.waiters, {})) {
      one.reply.send(encoder.refused(refusal::draining, one.meta));
    }
  }
}

auto checkout_core::idle(std::chrono::milliseconds idle_for) const -> bool {
  return (state_ || halted_) && running_.empty() && waiting_.empty() && rehearsing_ == 0 &&
         steady_clock::now() - last_used_ >= idle_for;
}

auto checkout_core::open_payments() const -> std::vector<open_payment> {
  std::vector<open_payment> all;
  if (state_) {
    for (const auto& [payment, its] : running_) {
      all.push_back({*state_->find(payment), its.tries, its.last_trouble});
    }
  }
  return all;
}

} // namespace holdfast::actors
