#include "domain/hold_wish.hpp"
#include "domain/limits.hpp"
#include "http/access_code.hpp"
#include "http/body.hpp"
#include "http/booking_json.hpp"
#include "http/hold_flights.hpp"
#include "http/routes/admitted.hpp"
#include "http/routes/context.hpp"
#include "http/wish_parts.hpp"
#include "projections/inventory_bodies.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

using domain::caller;
namespace limits = domain::limits;

/// "section/row/number": two parts of a label and a number.
constexpr std::size_t wished_label_bytes_max = 2 * limits::label_part_bytes_max + 12;
/// The largest wish that can be granted: every seat with its quotes and comma, and room for the rest.
constexpr std::size_t hold_bytes_max = limits::places_per_hold_max * (wished_label_bytes_max + 4) + 4'096;

auto read_wished_seats(const json_object& body, domain::hold_wish& wish) -> bool {
  const auto seats = body.optional_array("seats", 1, limits::places_per_hold_max);
  if (!seats) {
    return false;
  }
  wish.seats.reserve(seats->size());
  for (const auto seat : *seats) {
    wish.seats.emplace_back(seat.text({.bytes_min = 1, .bytes_max = wished_label_bytes_max}));
  }
  return true;
}

auto read_best(const json_object& body, domain::hold_wish& wish) -> bool {
  const auto best = body.optional_object("best_available");
  if (!best) {
    return false;
  }
  auto& wanted = wish.best_available.emplace();
  wanted.quantity = best->integer<std::uint32_t>("quantity", 1, limits::best_available_quantity_max);
  wanted.tiers = read_names(*best, "tiers", limits::tier_id_bytes_max);
  wanted.sections = read_names(*best, "sections", limits::label_part_bytes_max);
  wanted.accessible =
      best->optional_integer<std::uint32_t>("accessible", 0, limits::best_available_quantity_max).value_or(0);
  wanted.adjacent = best->optional_boolean("adjacent").value_or(true);
  if (wanted.accessible > wanted.quantity) {
    best->fault("accessible", "more accessible seats than seats");
  }
  return true;
}

/// What somebody asks for, and by what right.
struct asked_hold {
  std::optional<domain::hold_resale> resale; ///< then nothing else is asked for
  domain::hold_seats hold;                   ///< its places are in `places` still
  domain::hold_wish places;
};

void read_right(const json_object& body, const access_code_hasher& codes, domain::hold_seats& to) {
  if (const auto code = body.optional_text("access_code", access_code_rule)) {
    to.access_code = codes(*code);
  }
  if (const auto text = body.optional_text("allocation", {.bytes_min = 1, .bytes_max = 16})) {
    to.allocation = projections::parse_allocation_id(*text);
    if (!to.allocation) {
      body.fault("allocation", "the id of an allocation");
    }
  }
}

constexpr std::size_t ticket_id_bytes_max = 64;

/// A ticket of the event that another buyer offers.
auto read_resale(const json_object& body, const exchange& ex, const context& in, domain::event_id event, asked_hold& to)
    -> bool {
  const auto text = body.optional_text("resale", {.bytes_min = 1, .bytes_max = ticket_id_bytes_max});
  if (!text) {
    return false;
  }
  const auto ticket = in.ids.parse_ticket(*text);
  if (!ticket || ticket->event != event) {
    body.fault("resale", "the id of a ticket of the event");
    return true;
  }
  if (!ex.who().is_buyer()) {
    body.fault("resale", "buyers buy of buyers");
  }
  to.resale = domain::hold_resale{{ticket->order, ticket->index}};
  return true;
}

auto read_wish(exchange& ex, const context& in, domain::event_id event) -> std::optional<asked_hold> {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return std::nullopt;
  }
  asked_hold asked;
  auto& wish = asked.places;
  const auto areas = read_wished_areas(*body);
  wish.areas = areas.value_or(std::vector<domain::hold_wish::area>{});
  const int kinds = static_cast<int>(read_wished_seats(*body, wish)) + static_cast<int>(read_best(*body, wish)) +
                    static_cast<int>(areas.has_value()) + static_cast<int>(read_resale(*body, ex, in, event, asked));
  read_right(*body, {in.subject_key, event}, asked.hold);
  if (kinds != 1) {
    body->fault({}, "exactly one of seats, best_available, areas and resale is needed");
  }
  if (asked.resale && (asked.hold.access_code || asked.hold.allocation)) {
    body->fault("resale", "what another buyer offers needs no access code and is of no allocation");
  }
  if (!body_is_sound(ex, document)) {
    return std::nullopt;
  }
  return asked;
}

/// Gives an attempt back when the code was one.
class attempt_reply final : public actors::reply_sink {
 public:
  attempt_reply(actors::reply_port&& to, std::shared_ptr<code_attempts> attempts, code_attempts::counted how,
                const client_address& address, const domain::subject_id& buyer)
      : to_{std::move(to)}, attempts_{std::move(attempts)}, how_{how}, address_{address}, buyer_{buyer} {}

  void reply(actors::answer&& what) noexcept override {
    if (!what.unknown_code) {
      attempts_->was_known(how_, address_, buyer_);
    }
    to_.send(std::move(what));
  }

 private:
  actors::reply_port to_;
  std::shared_ptr<code_attempts> attempts_;
  code_attempts::counted how_;
  client_address address_;
  domain::subject_id buyer_;
};

/// As `reply_to`, for an attempt at an access code.
auto counting(exchange& ex, const context& in, code_attempts::counted how) -> actors::reply_port {
  const auto address = ex.client();
  const auto buyer = ex.who().subject;
  return actors::reply_port{std::make_shared<attempt_reply>(reply_to(ex, in), in.attempts, how, address, buyer)};
}

/// By what right a buyer may hold seats of an event with a waiting room.
struct hold_entry {
  domain::queue::place_number place;            ///< zero: none is needed
  std::shared_ptr<hold_flights::flight> flight; ///< null: none is counted
  bool is_due = true;                           ///< false: there is an admission to show, and none was
};

/// Answers and returns nothing when the buyer has another hold under way. An admission that has ended goes on to the event: it repeats answers.
auto entry_of(exchange& ex, const context& in, hold_flights& flights, domain::event_id event)
    -> std::optional<hold_entry> {
  if (!ex.who().is_buyer()) {
    return hold_entry{};
  }
  auto& rooms = in.engine.rooms();
  const auto who = ex.who().subject;
  if (rooms.admits(event, who, {}) == actors::admission::not_needed) {
    return hold_entry{};
  }
  const auto place = admitted_place(ex, in, event);
  if (!place) {
    return hold_entry{{}, nullptr, false};
  }
  auto flight = flights.begin(event, who, command_id_of(ex, in).key);
  if (!flight) {
    ex.refuse(problem_kind::request_in_progress);
    return std::nullopt;
  }
  return hold_entry{place, std::move(flight)};
}

/// Sends what was asked for to its event.
void send_hold(actors::engine_port& engine, domain::event_id event, domain::command what, asked_hold&& wish,
               const actors::request_meta& meta, actors::reply_port&& reply) {
  if (wish.resale) {
    what.body = *wish.resale;
    engine.submit(event, std::move(what), meta, std::move(reply));
  } else {
    what.body = std::move(wish.hold);
    engine.submit(event, std::move(what), std::move(wish.places), meta, std::move(reply));
  }
}

void submit_hold(exchange& ex, const context& in, domain::event_id event, asked_hold&& wish, hold_entry&& by,
                 const std::optional<code_attempts::counted>& attempt) {
  domain::command what{.by = caller_of(ex.who(), caller::kind::box_office), .id = command_id_of(ex, in), .body = {}};
  auto meta = meta_of(ex);
  meta.place = by.place;
  auto reply = attempt ? counting(ex, in, *attempt) : reply_to(ex, in);
  if (by.flight) {
    reply = ending(std::move(by.flight), std::move(reply));
  }
  send_hold(in.engine, event, std::move(what), std::move(wish), meta, std::move(reply));
}

/// Whoever shows no admission is refused, but for a request that was answered before: it gets that answer from the event.
void repeat_hold(exchange& ex, const context& in, hold_flights& flights, domain::event_id event, asked_hold&& wish) {
  auto look = flights.begin_lookup();
  if (!look) {
    return ex.refuse(problem_kind::admission_required);
  }
  const domain::command what{
      .by = caller_of(ex.who(), caller::kind::box_office), .id = command_id_of(ex, in), .body = {}};
  const auto meta = meta_of(ex);
  auto asked = std::make_shared<asked_hold>(std::move(wish));
  auto to = std::make_shared<deferred>(ex.defer());
  in.engine.remembers(event, meta.principal, what.id, [=, look = std::move(look), &in](bool is_known) {
    if (is_known) {
      send_hold(in.engine, event, what, std::move(*asked), meta, reply_to(std::move(*to), in.engine));
    } else {
      (*to)->refuse(problem_kind::admission_required);
      to->complete();
    }
  });
}

void create_hold(exchange& ex, const context& in, hold_flights& flights) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  auto wish = event ? read_wish(ex, in, *event) : std::nullopt;
  auto by = wish ? entry_of(ex, in, flights, *event) : std::nullopt;
  if (!by) {
    return;
  }
  if (!by->is_due) {
    repeat_hold(ex, in, flights, *event, *std::move(wish));
    return;
  }
  std::optional<code_attempts::counted> attempt;
  if (wish->hold.access_code && ex.who().is_buyer()) {
    const auto begun = in.attempts->begin(ex.client(), ex.who().subject, std::chrono::steady_clock::now());
    if (!begun) {
      ex.refuse(problem_kind::rate_limited, {.detail = "too many wrong access codes", .retry_after = begun.error()});
      return;
    }
    attempt = *begun;
  }
  submit_hold(ex, in, *event, *std::move(wish), *std::move(by), attempt);
}

auto hold_of(exchange& ex, const context& in) -> std::optional<domain::public_ids::hold_ref> {
  const auto hold = in.ids.parse_hold(ex.parameter("hold"));
  if (!hold) {
    ex.refuse(problem_kind::not_found);
  }
  return hold;
}

void extend_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold || !has_no_fields(ex)) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::box_office),
                       .id = command_id_of(ex, in),
                       .body = domain::extend_hold{hold->hold}};
  const auto meta = meta_of(ex);
  in.engine.submit(hold->event, std::move(what), meta, reply_to(ex, in));
}

void release_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold) {
    return;
  }
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::box_office), .id = {}, .body = domain::release_hold{hold->hold}};
  const auto meta = meta_of(ex);
  in.engine.submit(hold->event, std::move(what), meta, reply_to(ex, in));
}

auto owns(const principal& who, const domain::owner& by) noexcept -> bool {
  return who.is_buyer() ? by.subject == who.subject && !by.organisation : by.organisation == who.organisation;
}

void show_hold(deferred&& to, const domain::public_ids& ids, projections::read_outcome outcome,
               const std::shared_ptr<const projections::booking_line>& line, const actors::engine_port& engine) {
  const auto now = engine.now();
  using kind = projections::booking_line::kind;
  if (!was_read(*to, outcome)) {
    // answered
  } else if (!line || !owns(to->who(), line->what.by)) {
    to->refuse(problem_kind::not_found);
  } else if (line->status == kind::expired ||
             (line->status == kind::held && now >= line->what.expires_at && engine.ends_holds())) {
    to->refuse(problem_kind::hold_expired);
  } else if (line->status == kind::released) {
    to->refuse(problem_kind::hold_ended);
  } else {
    const booking_context in{.ids = ids,
                             .seats = *line->seats,
                             .event = line->event,
                             .currency = line->currency,
                             .seq = line->seq,
                             .tickets = line->tickets,
                             .waitlist = line->waitlist};
    auto out = to->json();
    if (line->status == kind::held) {
      write_hold(out, line->what, in, now);
      to->answer().header("Expires-In-Ms",
                          static_cast<std::uint64_t>(std::max<std::int64_t>((line->what.expires_at - now).count, 0)));
    } else {
      write_order(out, line->what, in);
    }
    to->answer().header("X-View-Seq", line->seq);
  }
  to.complete();
}

void read_hold(exchange& ex, const context& in) {
  const auto hold = hold_of(ex, in);
  if (!hold || !only_queries(ex, {"min_seq"})) {
    return;
  }
  const auto min_seq = min_seq_of(ex);
  if (!min_seq) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.booking(
      hold->event, hold->hold, *min_seq,
      [to, &in](projections::read_outcome outcome, const std::shared_ptr<const projections::booking_line>& line) {
        show_hold(std::move(*to), in.ids, outcome, line, in.engine);
      });
}

} // namespace

void add_holds(router& table, const context& in) {
  constexpr auto owner = permission::buyer_or_key(domain::key_scope::sell);
  auto flights = std::make_shared<hold_flights>();
  table.add({.verb = method::post,
             .pattern = "/v1/events/{event}/holds",
             .who = owner,
             .body_bytes_max = hold_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = [&in, flights = std::move(flights)](exchange& ex) { create_hold(ex, in, *flights); }});
  table.add({.verb = method::get,
             .pattern = "/v1/holds/{hold}",
             .who = owner,
             .rate = rate_class::view,
             .run = with(in, read_hold)});
  table.add({.verb = method::delete_,
             .pattern = "/v1/holds/{hold}",
             .who = owner,
             .rate = rate_class::act,
             .run = with(in, release_hold)});
  table.add({.verb = method::post,
             .pattern = "/v1/holds/{hold}/extend",
             .who = owner,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, extend_hold)});
}

} // namespace holdfast::http::routes
