#include "domain/card_number.hpp"
#include "domain/limits.hpp"
#include "http/body.hpp"
#include "http/booking_json.hpp"
#include "http/routes/context.hpp"
#include "http/routes/people.hpp"
#include "http/routes/told.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

using domain::caller;
namespace limits = domain::limits;

auto read_payment(const json_object& body) -> domain::payment_record {
  const auto payment = body.object("payment");
  domain::payment_record made;
  const auto method = payment.text("method", {.bytes_min = 1, .bytes_max = 64});
  using by = domain::payment_record::method;
  if (method == payment_method_text(by::cash)) {
    made.by = by::cash;
  } else if (method == payment_method_text(by::card_terminal)) {
    made.by = by::card_terminal;
  } else if (method == payment_method_text(by::complimentary)) {
    made.by = by::complimentary;
  } else {
    payment.fault("method", "cash, card_terminal or complimentary");
  }
  constexpr text_rule short_text{.bytes_min = 1, .bytes_max = limits::payment_text_bytes_max};
  made.reference = payment.optional_text("reference", short_text).value_or(std::string_view{});
  made.reason = payment.optional_text("reason", short_text).value_or(std::string_view{});
  if (made.by == by::complimentary && made.reason.empty()) {
    payment.fault("reason", "a complimentary ticket needs a reason");
  }
  const auto plain = [](std::string_view text) {
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-") ==
           std::string_view::npos;
  };
  if (!plain(made.reference)) {
    payment.fault("reference", "only letters, digits, blanks, dots, underscores and hyphens");
  }
  if (!plain(made.reason)) {
    payment.fault("reason", "only letters, digits, blanks, dots, underscores and hyphens");
  }
  return made;
}

/// What a body says of people; faults are the document's.
auto read_contact(const json_object& body) -> people::contact {
  people::contact made;
  made.email = read_email(body);
  if (const auto names = body.optional_array("attendees", 1, limits::places_per_hold_max)) {
    for (const auto name : *names) {
      const auto text = name.text({.bytes_min = 1, .bytes_max = people::name_bytes_max});
      if (domain::has_card_number(text)) {
        name.fault("this looks like a card number");
      }
      made.attendees.emplace_back(text);
    }
  }
  return made;
}

/// Names and addresses are kept before the order is decided: whoever is told that it is confirmed can rely on both.
void hand_on(exchange& ex, const context& in, const domain::public_ids::hold_ref& hold, people::contact named,
             send_on send) {
  if (named.empty()) {
    send(reply_to(ex, in));
    return;
  }
  auto what = std::make_shared<told>();
  what->order = {hold.event, hold.hold};
  what->attempt = attempt_of(ex, in);
  what->what = std::move(named);
  what->send = std::move(send);
  keep_and_send(ex.defer(), in, what);
}

/// How it is paid.
struct paid_how {
  std::optional<domain::payment_record> record; ///< a box office's
  std::string card;                             ///< a buyer's; empty: none is needed
};

auto read_way(exchange& ex, const context& in, const json_object& body) -> paid_how {
  paid_how made;
  if (!ex.who().is_buyer()) {
    made.record = read_payment(body);
  } else if (in.takes_cards) {
    // Without a gateway the event decides whose hold it is before it says so; with one, everything but free places needs a method.
    made.card = body.object("payment").text("method", {.bytes_min = 1, .bytes_max = limits::payment_method_bytes_max});
  } else if (const auto payment = body.optional_object("payment")) {
    static_cast<void>(payment->text("method", {.bytes_min = 1, .bytes_max = limits::payment_method_bytes_max}));
  }
  return made;
}

void confirm_hold(exchange& ex, const context& in) {
  const auto hold = in.ids.parse_hold(ex.parameter("hold"));
  if (!hold) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  auto way = read_way(ex, in, *body);
  if (!takes_people(ex, in, *body, document)) {
    return;
  }
  auto named = in.people == nullptr ? people::contact{} : read_contact(*body);
  if (!body_is_sound(ex, document)) {
    return;
  }
  const bool has_card_number = domain::has_card_number(way.card, {}) ||
                               (way.record && domain::has_card_number(way.record->reference, way.record->reason));
  if (has_card_number) {
    ex.refuse(problem_kind::card_number_refused);
    return;
  }
  const auto id = command_id_of(ex, in);
  const auto meta = meta_of(ex);
  const auto attendees = static_cast<std::uint32_t>(named.attendees.size());
  if (!way.card.empty()) {
    domain::checkout_command pay{.by = caller_of(ex.who(), caller::kind::buyer),
                                 .id = id,
                                 .body = domain::begin_payment{hold->hold, std::move(way.card), attendees}};
    hand_on(ex, in, *hold, std::move(named), [&in, event = hold->event, pay, meta](actors::reply_port to) {
      in.engine.pay(event, pay, meta, std::move(to));
    });
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::box_office),
      .id = id,
      .body = domain::confirm_hold{.hold = hold->hold, .payment = std::move(way.record), .attendees = attendees}};
  hand_on(ex, in, *hold, std::move(named), [&in, event = hold->event, what, meta](actors::reply_port to) {
    in.engine.submit(event, what, meta, std::move(to));
  });
}

} // namespace

void add_confirmations(router& table, const context& in) {
  table.add({.verb = method::post,
             .pattern = "/v1/holds/{hold}/confirm",
             .who = permission::buyer_or_key(domain::key_scope::sell),
             .body_bytes_max = confirmation_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, confirm_hold)});
}

} // namespace holdfast::http::routes
