#include "domain/checkout/decide.hpp"

#include "domain/card_number.hpp"
#include "domain/gateway_name.hpp"
#include "domain/limits.hpp"
#include "domain/remembered_keys.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::domain {
namespace {

using checkout_decision = tl::expected<facts, rejection>;

auto rejected(reason why) -> tl::unexpected<rejection> {
  rejection no;
  no.why = why;
  return tl::unexpected{std::move(no)};
}

auto is_method(std::string_view text) -> bool {
  const auto is_allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '_' || letter == '-';
  };
  return !text.empty() && text.size() <= limits::payment_method_bytes_max && std::ranges::all_of(text, is_allowed) &&
         !has_card_number(text, {});
}

/// What the hook says of its verdict, as far as it can be kept.
auto is_risk_reason(std::string_view text) -> bool {
  return text.size() <= limits::risk_reason_bytes_max && is_printable_text(text) && !has_card_number(text);
}

struct checkout_decider {
  const checkout_state& state;
  const checkout_command& command;
  instant now;

  template <class Body>
  auto decided(Body body) const -> checkout_decision {
    facts made;
    made.push_back({now, command.id, std::move(body)});
    return made;
  }

  auto operator()(const begin_payment& what) const -> checkout_decision {
    if (!is_method(what.method)) {
      rejection no;
      no.why = reason::invalid;
      no.faults.push_back({"/payment/method",
                           "the gateway's name of a card: 1 to 128 of A-Z, a-z, 0-9, '_' and '-', and no card number"});
      return tl::unexpected{std::move(no)};
    }
    const auto* const before = state.find_newest(what.hold);
    if (before != nullptr && !before->has_ended()) {
      return rejected(reason::payment_in_progress);
    }
    if (state.payments.size() >= limits::payments_per_event_max) {
      return rejected(reason::holds_exhausted);
    }
    const payment_number number{static_cast<std::uint32_t>(state.payments.size() + 1)};
    return decided(payment_requested{number, what.hold, command.by.subject, what.method});
  }

  auto operator()(const begin_refund& what) const -> checkout_decision {
    const auto* const of = state.find_newest(what.hold);
    const bool buyer = command.by.as == caller::kind::buyer;
    if (of == nullptr || (buyer && of->buyer != command.by.subject)) {
      return rejected(reason::not_found);
    }
    const auto cause = buyer ? return_cause::by_buyer : return_cause::refunded;
    if (of->status == payment_status::captured) {
      if (of->going_back || !of->resold.empty() || of->pinned != 0) {
        return rejected(reason::payment_in_progress);
      }
      if (what.tickets.empty()) {
        return decided(refunded(*of, cause));
      }
      return decided(
          refund_requested{of->number, in_order(what.tickets), cause, command.by.organisation, command.by.key});
    }
    if (of->why == turn::refunded) {
      return rejected(reason::order_refunded);
    }
    return rejected(of->has_ended() ? reason::not_found : reason::payment_in_progress);
  }

  auto operator()(const close_review& what) const -> checkout_decision {
    const auto* const of = state.find_newest(what.hold);
    if (of == nullptr || of->verdict != risk_verdict::review || of->review != review_decision::none) {
      return rejected(reason::not_found);
    }
    if (!of->is_under_review()) {
      const bool gone = of->why == turn::refunded || of->status == payment_status::captured;
      return rejected(gone              ? reason::order_refunded
                      : of->has_ended() ? reason::not_found
                                        : reason::payment_in_progress);
    }
    const bool refunds = what.decision == review_decision::refund;
    if (of->going_back || (refunds && (!of->resold.empty() || of->pinned != 0))) {
      return rejected(reason::payment_in_progress);
    }
    auto made = decided(review_closed{of->number, what.decision, command.by.organisation, command.by.key});
    if (refunds) {
      made->push_back({now, command.id, refunded(*of, return_cause::refunded)});
    }
    return made;
  }

  auto operator()(const refund_cancelled& what) const -> checkout_decision {
    facts made;
    for (const auto& of : state.payments) {
      if (state.open.size() + made.size() >= what.at_most) {
        break;
      }
      if (of.status == payment_status::captured && of.has_ended() && of.pinned == 0 &&
          (of.refunds == 0 || of.refunded + of.kept < of.amount)) {
        made.push_back({now, command.id, refunded(of, return_cause::cancelled)});
      }
    }
    return made;
  }

  auto operator()(const event_told& what) const -> checkout_decision {
    const auto* const of = state.find(what.payment);
    if (of == nullptr) {
      return rejected(reason::not_found);
    }
    if (next_step(*of) != what.about) {
      return facts{};
    }
    const auto* const frozen = std::get_if<event_told::frozen>(&what.what);
    const auto* const refused = std::get_if<event_told::refused>(&what.what);
    switch (what.about) {
    case step::freeze:
      if (frozen != nullptr) {
        return intended(*of, *frozen);
      }
      return refused == nullptr ? checkout_decision{facts{}}
                                : decided(payment_turned{of->number, turn::refused, refused->why, {}, {}, {}});
    case step::book:
      if (refused != nullptr) {
        const bool of_card =
            refused->why == event_refusal::card_limit_exceeded || refused->why == event_refusal::velocity_exceeded;
        const auto why = of_card ? turn::over_limit : turn::lost;
        return decided(payment_turned{of->number, why, refused->why, {}, {}, {}});
      }
      return booked(*of, std::get_if<event_told::resold>(&what.what));
    case step::return_order:
      if (refused != nullptr && of->why == turn::refunded) {
        return decided(payment_restored{of->number, refused->why});
      }
      [[fallthrough]];
    case step::free_hold:
      // A refusal says that the event does not wait for it: the hold has ended, or the order is gone.
      return decided(payment_freed{of->number});
    case step::take_back:
      if (refused != nullptr) {
        return decided(refund_refused{of->number, refused->why});
      }
      return taken_back(*of, std::get_if<event_told::taken_back>(&what.what));
    default: return facts{};
    }
  }

  auto operator()(const score_told& what) const -> checkout_decision {
    const auto* const of = state.find(what.payment);
    if (of == nullptr) {
      return rejected(reason::not_found);
    }
    if (next_step(*of) != step::score) {
      return facts{};
    }
    payment_scored scored{of->number, what.verdict, payment_scored::source::hook, {}};
    if (what.verdict == risk_verdict::none) {
      scored.verdict = of->risk.on_failure;
      scored.by = payment_scored::source::policy;
    }
    if (is_risk_reason(what.reason)) {
      scored.reason = what.reason;
    }
    const bool denied = scored.verdict == risk_verdict::deny;
    auto made = decided(std::move(scored));
    if (denied) {
      made->push_back(
          {now, command.id,
           payment_turned{of->number, turn::declined, event_refusal::none, std::string{risk_denied_code}, {}, {}}});
    }
    return made;
  }

  auto operator()(const give_up& what) const -> checkout_decision {
    const auto* const of = state.find(what.payment);
    if (of == nullptr) {
      return rejected(reason::not_found);
    }
    const auto at = next_step(*of);
    if ((at != step::prepare && at != step::authorise) || now < of->intended_at + what.after) {
      return facts{};
    }
    // Before it is prepared no money can have moved, whatever the gateway has made.
    return turned(*of, at == step::prepare ? turn::unavailable : turn::timed_out);
  }

  auto operator()(const gateway_told& what) const -> checkout_decision {
    const auto* const of = state.find(what.payment);
    if (of == nullptr) {
      return rejected(reason::not_found);
    }
    if (next_step(*of) != what.about) {
      return facts{};
    }
    switch (what.about) {
    case step::prepare: return prepared(*of, what);
    case step::authorise: return authorised(*of, what);
    case step::capture: return captured(*of, what);
    case step::void_money:
      return what.what == gateway_told::kind::nothing ? decided(payment_voided{of->number})
                                                      : checkout_decision{facts{}};
    case step::give_back:
      return what.what == gateway_told::kind::nothing ? decided(refund_paid{of->number}) : checkout_decision{facts{}};
    default: return facts{};
    }
  }

  auto operator()(const take_hint& what) const -> checkout_decision {
    const auto* const of = state.find(what.payment);
    if (of == nullptr) {
      return rejected(reason::not_found);
    }
    const bool acts = !of->has_ended() && is_gateway_name(what.hint) && of->hints.size() < limits::payment_hints_max &&
                      std::ranges::find(of->hints, what.hint) == of->hints.end();
    return acts ? decided(payment_hinted{of->number, what.hint}) : checkout_decision{facts{}};
  }

 private:
  [[nodiscard]] auto refunded(const payment& of, return_cause cause) const -> payment_turned {
    return {of.number, turn::refunded, event_refusal::none, {}, command.by.organisation, command.by.key, cause};
  }

  static auto in_order(std::vector<std::uint32_t> tickets) -> std::vector<std::uint32_t> {
    std::ranges::sort(tickets);
    const auto twice = std::ranges::unique(tickets);
    tickets.erase(twice.begin(), twice.end());
    return tickets;
  }

  /// What was paid for them is what the order is worth less than before.
  auto taken_back(const payment& of, const event_told::taken_back* what) const -> checkout_decision {
    const auto before = of.amount - of.refunded - of.kept;
    if (what == nullptr || what->left < 0 || what->left > before) {
      return facts{};
    }
    facts made;
    made.push_back({now, command.id, refund_owed{of.number, before - what->left}});
    if (before == what->left) {
      made.push_back({now, command.id, refund_paid{of.number}});
    }
    return made;
  }

  /// A ticket is bought of whoever has paid for it, and of nobody whose own tickets are just going back.
  auto intended(const payment& of, const event_told::frozen& what) const -> checkout_decision {
    const auto* const seller = state.find(what.seller);
    const bool may_sell = seller != nullptr && seller->status == payment_status::captured && !seller->going_back;
    facts made;
    made.push_back(
        {now, command.id,
         payment_intended{of.number, what.amount, what.currency, what.pinned_until,
                          may_sell ? what.seller : payment_number{}, what.amount > 0 ? what.risk : risk_terms{}}});
    if (what.seller && !may_sell) {
      made.push_back({now, command.id,
                      payment_turned{of.number, turn::unavailable, event_refusal::none, "seller_unsettled", {}, {}}});
    }
    return made;
  }

  /// An order; one that costs nothing is paid by that. Of a ticket that another one had, that one's money is owed from the same moment on.
  auto booked(const payment& of, const event_told::resold* bought) const -> checkout_decision {
    if (bought == nullptr ? static_cast<bool>(of.seller) : bought->seller != of.seller || bought->amount != of.amount) {
      return facts{}; // what the event says is not what it had said: nothing is paid back for it
    }
    facts made;
    made.push_back({now, command.id, payment_booked{of.number}});
    if (bought != nullptr) {
      made.push_back(
          {now, command.id, resale_owed{of.seller, of.number, bought->ticket, bought->amount, bought->kept}});
    }
    if (of.amount == 0) {
      made.push_back({now, command.id, payment_captured{of.number, 0}});
    }
    return made;
  }

  static auto agrees(const payment& of, const gateway_told& what) -> bool {
    return what.amount == of.amount && what.currency == of.currency;
  }

  /// What the gateway says of a decline, as far as it can be kept.
  static auto code_of(const gateway_told& what) -> std::string {
    return is_payment_text(what.code) ? what.code : std::string{};
  }

  auto turned(const payment& of, turn why, std::string code = {}) const -> checkout_decision {
    return decided(payment_turned{of.number, why, event_refusal::none, std::move(code), {}, {}});
  }

  auto prepared(const payment& of, const gateway_told& what) const -> checkout_decision {
    switch (what.what) {
    case gateway_told::kind::made: {
      if (!is_gateway_name(what.gateway_payment)) {
        return facts{}; // cannot be captured or ended by name: asked again, under the same key
      }
      facts made;
      made.push_back({now, command.id, payment_prepared{of.number, what.gateway_payment}});
      if (!agrees(of, what)) {
        made.push_back({now, command.id, payment_turned{of.number, turn::mismatch, event_refusal::none, {}, {}, {}}});
      }
      return made;
    }
    case gateway_told::kind::declined: return turned(of, turn::declined, code_of(what));
    case gateway_told::kind::unsent: return turned(of, turn::unavailable);
    default: return facts{};
    }
  }

  auto authorised(const payment& of, const gateway_told& what) const -> checkout_decision {
    switch (what.what) {
    case gateway_told::kind::reserved:
    case gateway_told::kind::taken:
      return agrees(of, what) ? decided(payment_authorised{of.number, what.card}) : turned(of, turn::mismatch);
    case gateway_told::kind::declined:
    case gateway_told::kind::nothing: return turned(of, turn::declined, code_of(what));
    case gateway_told::kind::unsent: return turned(of, turn::unavailable);
    case gateway_told::kind::made: return facts{};
    }
    return facts{};
  }

  auto captured(const payment& of, const gateway_told& what) const -> checkout_decision {
    switch (what.what) {
    case gateway_told::kind::taken:
      // Sold for one amount, paid another: nobody guesses which is right, so both go back.
      return agrees(of, what) ? decided(payment_captured{of.number, what.amount})
                              : turned(of, turn::uncaptured, "amount_mismatch");
    case gateway_told::kind::nothing:
    case gateway_told::kind::declined: return turned(of, turn::uncaptured, code_of(what));
    default: return facts{};
    }
  }
};

auto may_ask(const checkout_command& what) -> bool {
  if (std::holds_alternative<begin_refund>(what.body)) {
    return what.by.as == caller::kind::organiser ||
           (what.by.as == caller::kind::buyer && what.by.subject != subject_id{});
  }
  if (std::holds_alternative<close_review>(what.body)) {
    return what.by.as == caller::kind::organiser;
  }
  const bool begins = std::holds_alternative<begin_payment>(what.body);
  return begins ? what.by.as == caller::kind::buyer && what.by.subject != subject_id{}
                : what.by.as == caller::kind::system;
}

} // namespace

auto decide(const checkout_state& state, const checkout_command& what, instant now) -> tl::expected<facts, rejection> {
  if (!may_ask(what)) {
    return rejected(reason::not_found);
  }
  const auto known = state.keys_remembered.find(what.id.key);
  const bool remembered = what.id != command_id{} && known != state.keys_remembered.end();
  if (remembered && !is_forgotten(hour_of(known->second.at), now)) {
    rejection no;
    no.why = known->second.request == what.id.request ? reason::already_remembered : reason::key_reused;
    no.remembered_seq = known->second.payment.value();
    return tl::unexpected{std::move(no)};
  }
  return std::visit(checkout_decider{state, what, now}, what.body);
}

} // namespace holdfast::domain
