#include "http/routes/queue.hpp"

#include "http/body.hpp"
#include "http/queue_bands.hpp"
#include "http/queue_json.hpp"
#include "http/queue_prices.hpp"
#include "http/queue_tokens.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

/// What buyers ask of a waiting room: a place, how it is doing, and to be let go.
namespace holdfast::http::routes {

namespace {

namespace room = domain::queue;

constexpr std::size_t challenge_bytes_max = 8'192;

/// A buyer's place as it is now, wherever they were put.
struct own_place {
  actors::place_view now;
  std::string demoted_because; ///< empty: it is the one that was asked for
  bool moved = false;
};

/// Polls a place, and instead of one that was voided the one that came for it.
auto poll_own(actors::queue_port& rooms, domain::event_id event, const domain::subject_id& who,
              room::place_number number) -> std::optional<own_place> {
  own_place found;
  while (true) {
    auto seen = rooms.poll(event, who, number);
    if (!seen) {
      return std::nullopt;
    }
    if (seen->now.status != room::place_status::demoted || seen->instead <= number) {
      found.now = *std::move(seen);
      return found;
    }
    number = seen->instead;
    found.demoted_because = std::move(seen->reason);
    found.moved = true;
  }
}

/// The token of somebody who is let in, unless no admission is worth anything: for as long as they may take, and the room may still say otherwise.
auto pass_for(const own_place& place, const actors::room_view& now_in, domain::event_id event,
              const domain::subject_id& who, domain::instant now) -> std::optional<admission_pass> {
  const auto& at = place.now.now;
  if (!room::is_inside(at.status) || place.now.revoked) {
    return std::nullopt;
  }
  auto until = now + now_in.rules.admission;
  if (at.status == room::place_status::active && at.until) {
    until = std::min(until, *at.until);
  }
  return admission_pass{event, who, place.now.place, now, until};
}

/// Of a line that nobody is let in from, because all is sold.
auto has_waitlist(const context& in, domain::event_id event, const actors::room_view& seen) -> bool {
  if (seen.mode != room::mode::sold_out) {
    return false;
  }
  const auto known = in.views.event(event);
  return known && known->config.waitlist_offer != domain::millis{};
}

/// Whether a place is told with its ticket.
enum class ticket_told : std::uint8_t { no, yes };

void show_own(exchange& of, const context& in, domain::event_id event, const own_place& place, ticket_told also,
              const std::string* prices) {
  const auto now = in.engine.now();
  const auto seen = room_or_none(in, event);
  const auto who = of.who().subject;
  std::string ticket;
  if (also == ticket_told::yes || place.moved) {
    ticket = sign_queue_ticket(*in.credentials.ring(), {event, who, place.now.place, now});
  }
  const auto pass = pass_for(place, *seen, event, who, now);
  const auto admission = pass ? sign_admission(*in.credentials.ring(), *pass) : std::string{};
  constexpr unsigned created = 201;
  auto out = of.json(also == ticket_told::yes ? created : 200);
  write_place(out, {.event = event,
                    .who = who,
                    .place = place.now,
                    .room = *seen,
                    .ticket = ticket,
                    .demoted_because = place.demoted_because,
                    .admission = admission,
                    .admitted_until = pass ? std::optional{pass->expires_at} : std::nullopt,
                    .prices = prices,
                    .has_waitlist = has_waitlist(in, event, *seen),
                    .now = now});
}

/// Answers with a place once prices are at hand.
void answer_with_prices(const std::shared_ptr<deferred>& to, const context& in, queue_prices& prices,
                        domain::event_id event, own_place place, ticket_told also) {
  prices.read(event, in.engine.now(),
              [to, &in, event, place = std::move(place), also](const queue_prices::prices& known) {
                show_own(**to, in, event, place, also, known.get());
                to->complete();
              });
}

/// The place that `Queue-Ticket` names; answers and returns nothing when it names none of this buyer and event.
auto ticket_shown(exchange& of, const context& in, domain::event_id event) -> std::optional<room::place_number> {
  const auto token = of.header(header_id::queue_ticket);
  if (!token || token->empty()) {
    of.refuse(problem_kind::queue_ticket_required);
    return std::nullopt;
  }
  const auto ticket =
      token->size() <= queue_token_bytes_max ? read_queue_ticket(*in.credentials.ring(), *token) : std::nullopt;
  if (!ticket || ticket->event != event || ticket->who != of.who().subject) {
    of.refuse(problem_kind::not_found);
    return std::nullopt;
  }
  return ticket->place;
}

/// Why somebody with a good ticket has no place: the room was switched off since.
void refuse_gone(exchange& of, const context& in, domain::event_id event) {
  of.refuse(room_or_none(in, event)->mode == room::mode::off ? problem_kind::waiting_room_off
                                                             : problem_kind::not_found);
}

void poll_queue(exchange& ex, const context& in, queue_prices& prices) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  const auto number = event ? ticket_shown(ex, in, *event) : std::nullopt;
  if (!number) {
    return;
  }
  auto place = poll_own(in.engine.rooms(), *event, ex.who().subject, *number);
  if (!place) {
    refuse_gone(ex, in, *event);
    return;
  }
  if (const auto known = prices.at_hand(*event, in.engine.now())) {
    show_own(ex, in, *event, *place, ticket_told::no, known.get());
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  answer_with_prices(to, in, prices, *event, *std::move(place), ticket_told::no);
}

void leave_queue(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  const auto number = event ? ticket_shown(ex, in, *event) : std::nullopt;
  if (!number) {
    return;
  }
  auto& rooms = in.engine.rooms();
  const auto place = poll_own(rooms, *event, ex.who().subject, *number);
  constexpr unsigned no_content = 204;
  if (!place || !room::is_live(place->now.now.status)) {
    ex.empty(no_content);
    return;
  }
  const auto who = ex.who().subject;
  const auto meta = room_meta_of(ex);
  auto to = std::make_shared<deferred>(ex.defer());
  rooms.leave(*event, who, place->now.place, meta,
              [to, &in, event = *event](const tl::expected<void, actors::room_refusal>& left) {
                if (left) {
                  (*to)->empty(no_content);
                } else {
                  refuse_room(**to, in, event, left.error());
                }
                to->complete();
              });
}

/// Somebody who joins, from the door to the answer.
struct joining {
  const context& in;
  std::shared_ptr<queue_prices> prices;
  domain::event_id event;
  std::uint8_t band = 0;
  std::shared_ptr<deferred> to;
};

void give_place(const joining& what) {
  auto& of = **what.to;
  const auto who = of.who().subject;
  what.in.engine.rooms().join(what.event, who, what.band, room_meta_of(of),
                              [what, who](tl::expected<actors::place_view, actors::room_refusal> got) {
                                if (!got) {
                                  refuse_room(**what.to, what.in, what.event, got.error());
                                  what.to->complete();
                                  return;
                                }
                                answer_with_prices(what.to, what.in, *what.prices, what.event,
                                                   {.now = *std::move(got), .demoted_because = {}}, ticket_told::yes);
                              });
}

auto problem_of_door(const door::verdict& said) noexcept -> problem_kind {
  switch (said.is) {
  case door::verdict::kind::challenge_required: return problem_kind::challenge_required;
  case door::verdict::kind::to_the_end: return problem_kind::join_held_back;
  case door::verdict::kind::allow:
  case door::verdict::kind::refuse: break;
  }
  switch (said.why) {
  case door::reason::rate_limited: return problem_kind::rate_limited;
  case door::reason::crowded:
  case door::reason::captcha_unavailable: return problem_kind::overloaded;
  default: return problem_kind::join_refused;
  }
}

/// Goes on with a join, or says what the door has against it.
void heed(const joining& what, const door::verdict& said) {
  auto& of = **what.to;
  if (!said.rate.empty()) {
    of.answer().header("RateLimit-Policy", said.rate_policy);
    of.answer().header("RateLimit", said.rate);
  }
  if (said.is == door::verdict::kind::allow) {
    give_place(what);
    return;
  }
  problem_details details;
  if (said.retry_after_ms > 0) {
    details.retry_after = std::chrono::milliseconds{said.retry_after_ms};
  }
  of.refuse(problem_of_door(said), details, [&](json_writer& out) {
    if (said.why != door::reason::none) {
      out.member("reason", door::name_of(said.why));
    }
    if (said.is != door::verdict::kind::challenge_required) {
      return;
    }
    const bool captcha = said.challenge == door::challenge_kind::captcha;
    out.member("challenge", captcha ? "captcha" : "proof_of_work");
    if (captcha) {
      out.member("captcha_site_key", what.in.door->captcha_site_key());
    }
  });
  what.to->complete();
}

/// Whether what the buyer's session says of them was said by the event's own organisation, which it returns; zero otherwise.
auto vouched_by(const exchange& of, const context& in, domain::event_id event) -> domain::organisation_id {
  const auto& who = of.who();
  if (!who.organisation || (!who.verified && who.bands == 0)) {
    return {};
  }
  const auto known = in.views.event(event);
  return known && known->organisation == who.organisation ? known->organisation : domain::organisation_id{};
}

void join_queue(exchange& ex, const context& in, const std::shared_ptr<queue_prices>& prices) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  auto& document = thread_document();
  const auto body = event ? read_body(ex, document) : std::nullopt;
  if (!body) {
    return;
  }
  const auto challenge = body->optional_text("challenge", {.bytes_min = 1, .bytes_max = challenge_bytes_max});
  const auto answered = challenge ? std::optional{std::string{*challenge}} : std::nullopt;
  if (!body_is_sound(ex, document)) {
    return;
  }
  // The room of a draft may be set up; nobody is told of it.
  const auto known = in.views.event(*event);
  if (!known || known->status == domain::event_status::draft) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  const auto seen = room_or_none(in, *event);
  const auto organisation = vouched_by(ex, in, *event);
  joining what{.in = in,
               .prices = prices,
               .event = *event,
               .band = band_of(ex.who(), organisation, seen->rules.bands),
               .to = std::make_shared<deferred>(ex.defer())};
  // A room that is off gives no place, and asks nothing for it.
  if (in.door == nullptr || seen->mode == room::mode::off) {
    give_place(what);
    return;
  }
  const bool gathers = seen->mode == room::mode::pre_queue && !(seen->draw && seen->draw->closed);
  const door::knock who{.event = *event,
                        .who = ex.who().subject,
                        .address = ex.client(),
                        .user_agent = ex.header("User-Agent").value_or(std::string_view{}),
                        .fingerprint = ex.header("X-Fingerprint-Hash").value_or(std::string_view{}),
                        .challenge = answered,
                        .verified = static_cast<bool>(organisation) && ex.who().verified,
                        .gathers = gathers,
                        .drawn_at = gathers ? seen->rules.starts_at : std::nullopt};
  in.door->assess(who, door::moment::at(ex.at()),
                  [what = std::move(what)](const door::verdict& said) { heed(what, said); });
}

void give_challenge(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  if (!event) {
    return;
  }
  if (in.door == nullptr) {
    ex.refuse(problem_kind::not_configured, {.detail = "this server has no challenges"});
    return;
  }
  if (room_or_none(in, *event)->mode == room::mode::off) {
    refuse_room(ex, in, *event, room::refusal{.why = room::refusal::reason::room_off});
    return;
  }
  auto text = in.door->new_challenge(*event, ex.who().subject, ex.client(), door::moment::at(ex.at()));
  ex.answer().status(200);
  ex.answer().content_type(media::json);
  ex.answer().body() = std::move(text);
}

} // namespace

void add_queue(router& table, const context& in) {
  constexpr std::string_view place = "/v1/events/{event}/queue";
  auto prices = std::make_shared<queue_prices>(in.views);
  table.add({.verb = method::post,
             .pattern = std::string{place},
             .who = permission::buyer(),
             .rate = rate_class::act,
             .run = [&in, prices](exchange& ex) { join_queue(ex, in, prices); }});
  table.add({.verb = method::get,
             .pattern = std::string{place},
             .who = permission::buyer(),
             .run = [&in, prices](exchange& ex) { poll_queue(ex, in, *prices); }});
  table.add({.verb = method::delete_,
             .pattern = std::string{place},
             .who = permission::buyer(),
             .rate = rate_class::act,
             .run = with(in, leave_queue)});
  table.add({.verb = method::get,
             .pattern = std::string{place} + "/challenge",
             .who = permission::buyer(),
             .rate = rate_class::act,
             .run = with(in, give_challenge)});
}

} // namespace holdfast::http::routes
