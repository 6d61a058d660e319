#include "actors/checkout_gateway.hpp"

#include "domain/card_number.hpp"
#include "domain/check.hpp"
#include "domain/public_id.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

namespace holdfast::actors {

namespace {

using domain::gateway_told;
using domain::step;

/// One step that is being done at the gateway.
struct errand : std::enable_shared_from_this<errand> {
  payments::gateway& gateway;
  domain::event_id event;
  domain::payment of;
  step about;
  bool asked_before;
  bool kept = false;      ///< the gateway repeats a failure under the key
  bool again = false;     ///< so another key is used, for what the payment's state allows once alone
  bool cancelled = false; ///< asked for: what is shown now is what became of it
  std::function<void(gateway_news)> done;

  errand(payments::gateway& gateway_in, domain::event_id event_in, domain::payment of_in, step about_in,
         bool asked_before_in, std::function<void(gateway_news)> done_in)
      : gateway{gateway_in},
        event{event_in},
        of{std::move(of_in)},
        about{about_in},
        asked_before{asked_before_in},
        done{std::move(done_in)} {}

  [[nodiscard]] auto event_text() const -> std::string {
    std::string text;
    domain::public_ids::append(text, event);
    return text;
  }

  [[nodiscard]] auto key(const char* call) const -> std::string {
    return "holdfast-" + event_text() + "-" + std::to_string(of.number.value()) + "-" + call;
  }

  void tell(gateway_told::kind what, std::string code = {}) {
    gateway_told told{.payment = of.number, .about = about, .what = what};
    told.code = std::move(code);
    done(std::move(told));
  }

  void unsure(std::string why, std::chrono::milliseconds retry_after = {}, bool maybe_asked = true) {
    done(gateway_unsure{retry_after, maybe_asked, std::move(why)});
  }

  /// What the gateway's own picture of the payment says about the step.
  void show(const payments::payment& now) {
    using status = payments::payment_status;
    gateway_told told{.payment = of.number, .about = about};
    told.gateway_payment = now.id;
    told.currency = now.currency;
    told.card = now.method ? domain::card_fingerprint(now.method->fingerprint) : 0;
    if (about == step::prepare) {
      told.what = gateway_told::kind::made;
      told.amount = now.amount;
      done(std::move(told));
      return;
    }
    switch (now.status) {
    case status::requires_capture:
      if (about == step::void_money) {
        if (cancelled && kept && !again) {
          again = true;
          cancel();
        } else if (cancelled) {
          unsure("the gateway has not cancelled the payment yet");
        } else {
          cancel();
        }
        return;
      }
      if (about == step::capture && kept && !again) {
        // The failure is kept under the key, and the money still reserved: a payment is captured once, whatever the key.
        again = true;
        capture();
        return;
      }
      told.what = gateway_told::kind::reserved;
      told.amount = now.amount_capturable;
      break;
    case status::succeeded:
      if (about == step::void_money) {
        give_back(now, now.amount_received - of.kept, "undo");
        return;
      }
      if (about == step::give_back) {
        give_back_tickets(now);
        return;
      }
      told.what = gateway_told::kind::taken;
      told.amount = now.amount_received;
      break;
    case status::canceled: told.what = gateway_told::kind::nothing; break; // of give_back too: it keeps nothing at all
    case status::requires_payment_method:
    case status::requires_confirmation:
    case status::requires_action:
    case status::processing:
      if (about == step::void_money && !cancelled) {
        cancel(); // a call that is still on its way finds it ended
        return;
      }
      unsure("the gateway's payment is " + std::string{payments::name_of(now.status)});
      return;
    }
    done(std::move(told));
  }

  void hear(payments::payment_outcome&& said) {
    std::visit([this](auto&& what) { hear_one(std::forward<decltype(what)>(what)); }, std::move(said));
  }

  void hear_one(payments::payment&& now) { show(now); }

  void hear_one(payments::declined&& no) {
    tell(gateway_told::kind::declined, no.decline_code.empty() ? no.code : no.decline_code);
  }

  void hear_one(payments::refused&& not_sent) {
    if (!asked_before && (about == step::prepare || about == step::authorise)) {
      tell(gateway_told::kind::unsent);
      return;
    }
    unsure(std::string{payments::name_of(not_sent.reason)} + ": " + not_sent.message, not_sent.retry_after,
           asked_before);
  }

  void hear_one(payments::rejected&& no) {
    using why = payments::rejected::why;
    const bool final = about == step::prepare || about == step::authorise;
    switch (no.reason) {
    case why::wrong_state:
      if (no.now) {
        show(*no.now);
      } else {
        look();
      }
      return;
    case why::bad_request:
      if (final) {
        tell(gateway_told::kind::declined, no.code);
        return;
      }
      [[fallthrough]];
    case why::not_found:
    case why::key_reused:
    case why::unauthorised:
      // Ours to mend, not the buyer's loss: nothing is given up because a key is wrong.
      unsure(std::string{payments::name_of(no.reason)} + ": " + no.message);
      return;
    }
  }

  void hear_one(payments::unknown&& what) {
    if (what.kept && about == step::prepare) {
      // The gateway repeats this failure for ever, and what it may have made is a shell that no money can go through.
      tell(gateway_told::kind::unsent);
      return;
    }
    if (what.kept) {
      kept = true;
      look();
      return;
    }
    unsure(std::string{payments::name_of(what.reason)} + ": " + what.message, what.retry_after);
  }

  /// Asks what the payment is now, when the call's own answer will not say.
  void look() {
    gateway.retrieve(of.gateway_payment, [self = shared_from_this()](payments::payment_outcome&& said) {
      if (const auto* now = std::get_if<payments::payment>(&said)) {
        self->show(*now);
      } else {
        self->unsure("the gateway does not say how the payment is");
      }
    });
  }

  void cancel() {
    cancelled = true;
    gateway.cancel({key(again ? "cancel-again" : "cancel"), of.gateway_payment},
                   [self = shared_from_this()](payments::payment_outcome&& said) { self->hear(std::move(said)); });
  }

  void capture() {
    gateway.capture({key(again ? "capture-again" : "capture"), of.gateway_payment, of.amount, of.currency},
                    [self = shared_from_this()](payments::payment_outcome&& said) { self->hear(std::move(said)); });
  }

  /// Gives back as much as is wanting, so that `in_all` has gone back of what was taken. The gateway's own sum decides: a refund whose answer was
  /// lost is seen in it, and one whose failure the gateway keeps under its key is asked for under another.
  void give_back(const payments::payment& now, domain::minor_units in_all, const char* call) {
    const auto rest = std::min(in_all, now.amount_received) - now.amount_refunded;
    if (rest <= 0) {
      tell(gateway_told::kind::nothing);
      return;
    }
    const auto name = std::string{call} + (kept ? "-again" : "");
    gateway.refund_payment(
        {key(name.c_str()), of.gateway_payment, rest, now.currency, {{"holdfast_payment", key("payment")}}},
        [self = shared_from_this()](payments::refund_outcome&& said) { self->hear_refund(std::move(said)); });
  }

  /// What is owed for tickets that went back or were resold, each sum that is to have gone back in all under a key of its own.
  void give_back_tickets(const payments::payment& now) {
    const auto in_all = of.to_be_refunded();
    const auto call = of.resold.empty() ? "refund-" + std::to_string(of.refunds) : "resale-" + std::to_string(in_all);
    give_back(now, in_all, call.c_str());
  }

  void hear_refund(payments::refund_outcome&& said) {
    using status = payments::refund_status;
    if (const auto* made = std::get_if<payments::refund>(&said);
        made != nullptr && (made->status == status::succeeded || made->status == status::pending)) {
      tell(gateway_told::kind::nothing);
      return;
    }
    if (const auto* what = std::get_if<payments::unknown>(&said); what != nullptr && what->kept && !kept) {
      kept = true;
      look();
      return;
    }
    unsure("the money has not gone back yet");
  }

  void begin() {
    const auto heard = [self = shared_from_this()](payments::payment_outcome&& said) { self->hear(std::move(said)); };
    switch (about) {
    case step::prepare:
      gateway.create({.key = key("create"),
                      .amount = of.amount,
                      .currency = of.currency,
                      .description = "Tickets",
                      .about = {{"holdfast_event", event_text()},
                                {"holdfast_payment", std::to_string(of.number.value())},
                                {"holdfast_hold", std::to_string(of.hold.value())}}},
                     heard);
      return;
    case step::authorise: gateway.authorise({key("authorise"), of.gateway_payment, of.method}, heard); return;
    case step::capture: capture(); return;
    case step::void_money:
    case step::give_back: look(); return;
    default: HF_CHECK(false, "the step is the gateway's");
    }
  }
};

} // namespace

void ask_gateway(payments::gateway& gateway, domain::event_id event, const domain::payment& of, step what,
                 bool asked_before, std::function<void(gateway_news)> done) {
  std::make_shared<errand>(gateway, event, of, what, asked_before, std::move(done))->begin();
}

} // namespace holdfast::actors
