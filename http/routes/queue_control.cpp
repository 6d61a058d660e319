#include "http/body.hpp"
#include "http/queue_change.hpp"
#include "http/queue_json.hpp"
#include "http/queue_tokens.hpp"
#include "http/routes/past.hpp"
#include "http/routes/queue.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

/// What organisers ask of a waiting room: how it is doing, and to be otherwise.
namespace holdfast::http::routes {

namespace {

namespace room = domain::queue;

using room_ptr = std::shared_ptr<const actors::room_view>;
using room_answer = tl::expected<room_ptr, actors::room_refusal>;

void show_room(exchange& of, domain::event_id event, const actors::room_view& what) {
  auto out = of.json();
  write_room(out, event, what);
}

/// Finds what a room shows. One that was off when the server started may not have been looked at since: a question that changes nothing, and that only a
/// room that is there can answer, brings it back first.
void look_at_room(const context& in, domain::event_id event, const exchange& of,
                  std::function<void(const room_answer&)> then) {
  auto& rooms = in.engine.rooms();
  if (auto seen = rooms.room(event)) {
    then(std::move(seen));
    return;
  }
  constexpr auto no_version = std::numeric_limits<std::uint64_t>::max();
  const room::command question{
      caller_of(of.who(), domain::caller::kind::organiser), {}, room::configure{{}, no_version, {}}};
  rooms.command(event, question, room_meta_of(of), [&in, event, then = std::move(then)](const room_answer& got) {
    const auto* const no = got ? nullptr : std::get_if<room::refusal>(&got.error());
    const bool is_there = got || (no != nullptr && no->why == room::refusal::reason::version_mismatch);
    then(is_there ? room_answer{room_or_none(in, event)} : got);
  });
}

void read_status(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  if (!event) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, *event, [to, &in, event = *event] {
    look_at_room(in, event, **to, [to, &in, event](const room_answer& got) {
      const auto* const gone = got ? nullptr : std::get_if<actors::room_unavailable>(&got.error());
      if (got) {
        show_room(**to, event, **got);
      } else if (gone != nullptr && gone->why == actors::room_unavailable::reason::no_event) {
        show_room(**to, event, *room_or_none(in, event)); // a draft: it has none yet
      } else {
        refuse_room(**to, in, event, got.error());
      }
      to->complete();
    });
  });
}

/// One change of a room, from its settings to its step. Settings are changed as they were when they were read: when somebody else has changed them
/// meanwhile, they are read again, or, with `If-Match`, nothing is done.
class room_changing : public std::enable_shared_from_this<room_changing> {
 public:
  room_changing(const context& in, domain::event_id event, queue_change what, std::optional<std::uint64_t> wanted,
                deferred&& to)
      : in_{in}, event_{event}, what_{std::move(what)}, wanted_{wanted}, to_{std::move(to)} {}

  void start() {
    look_at_room(in_, event_, *to_, [self = shared_from_this()](const room_answer& got) {
      if (got) {
        self->begin(*got);
      } else {
        self->refuse(got.error());
      }
    });
  }

 private:
  static constexpr int tries_max = 8;

  void begin(const room_ptr& seen) {
    if (wanted_ && *wanted_ != seen->settings_version) {
      room::refusal no;
      no.why = room::refusal::reason::version_mismatch;
      no.current = seen->settings_version;
      refuse(no);
    } else if (what_.sets_something()) {
      configure(*seen);
    } else {
      step(*seen, seen);
    }
  }

  void ask(room::command_body body, std::function<void(const room_answer&)> then) {
    auto& of = *to_;
    room::command asked{caller_of(of.who(), domain::caller::kind::organiser), {}, std::move(body)};
    in_.engine.rooms().command(event_, std::move(asked), room_meta_of(of), std::move(then));
  }

  void configure(const actors::room_view& seen) {
    ++tries_;
    const auto version = seen.settings_version;
    ask(room::configure{what_.applied_to(seen.rules), version, what_.reason},
        [self = shared_from_this(), version](const room_answer& got) { self->configured(got, version); });
  }

  void configured(const room_answer& got, std::uint64_t version) {
    if (got) {
      step(**got, *got);
      return;
    }
    const auto* const no = std::get_if<room::refusal>(&got.error());
    const bool overtaken = no != nullptr && no->why == room::refusal::reason::version_mismatch;
    if (!overtaken || wanted_) {
      refuse(got.error());
      return;
    }
    const auto seen = room_or_none(in_, event_);
    if (tries_ < tries_max && seen->settings_version != version) {
      configure(*seen);
    } else {
      refuse(actors::room_unavailable{});
    }
  }

  void step(const actors::room_view& seen, const room_ptr& shown) {
    auto next = what_.step_from(seen.mode);
    if (!next) {
      show_room(*to_, event_, *shown);
      to_.complete();
      return;
    }
    ask(*std::move(next), [self = shared_from_this()](const room_answer& got) {
      if (got) {
        show_room(*self->to_, self->event_, **got);
        self->to_.complete();
      } else {
        self->refuse(got.error());
      }
    });
  }

  void refuse(const actors::room_refusal& why) {
    refuse_room(*to_, in_, event_, why);
    to_.complete();
  }

  const context& in_;
  domain::event_id event_;
  queue_change what_;
  std::optional<std::uint64_t> wanted_; ///< `If-Match`
  deferred to_;
  int tries_ = 0;
};

void change_room(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  const auto wanted = event ? if_match_of(ex) : std::nullopt;
  auto& document = thread_document();
  const auto body = wanted ? read_body(ex, document) : std::nullopt;
  if (!body) {
    return;
  }
  auto what = read_queue_change(*body);
  if (!body_is_sound(ex, document)) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, *event, [to, &in, event = *event, what = std::move(what), wanted = *wanted] {
    std::make_shared<room_changing>(in, event, what, wanted, std::move(*to))->start();
  });
}

/// The place that a body names by its number or its ticket.
auto place_named_in(const json_object& body, const context& in, domain::event_id event)
    -> std::optional<room::place_number> {
  const auto number = body.optional_integer<std::uint32_t>("place", 1, UINT32_MAX);
  const auto token = body.optional_text("ticket", {.bytes_min = 1, .bytes_max = queue_token_bytes_max});
  if (number.has_value() == token.has_value()) {
    body.fault({}, "place or ticket: one of them is needed");
    return std::nullopt;
  }
  if (number) {
    return room::place_number{*number};
  }
  const auto ticket = read_queue_ticket(*in.credentials.ring(), *token);
  if (!ticket || ticket->event != event) {
    body.fault("ticket", "a ticket of this event's waiting room");
    return std::nullopt;
  }
  return ticket->place;
}

void demote_place(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {}) ? event_of(ex, in) : std::nullopt;
  auto& document = thread_document();
  const auto body = event ? read_body(ex, document) : std::nullopt;
  if (!body) {
    return;
  }
  const auto place = place_named_in(*body, in, *event);
  std::string reason{body->text("reason", {.bytes_min = 1, .bytes_max = room::limits::reason_bytes_max})};
  if (!body_is_sound(ex, document)) {
    return;
  }
  room::command asked{
      caller_of(ex.who(), domain::caller::kind::organiser), {}, room::demote{*place, std::move(reason)}};
  const auto meta = room_meta_of(ex);
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, *event, [to, &in, event = *event, asked = std::move(asked), meta] {
    in.engine.rooms().command(event, asked, meta, [to, &in, event](const room_answer& got) {
      if (got) {
        show_room(**to, event, **got);
      } else {
        refuse_room(**to, in, event, got.error());
      }
      to->complete();
    });
  });
}

} // namespace

void add_queue_control(router& table, const context& in) {
  using domain::key_scope::audit;
  using domain::key_scope::organise;
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/queue/status",
             .who = permission::key(organise | audit),
             .run = with(in, read_status)});
  table.add({.verb = method::patch,
             .pattern = "/v1/events/{event}/queue",
             .who = permission::key(organise),
             .rate = rate_class::act,
             .run = with(in, change_room)});
  table.add({.verb = method::post,
             .pattern = "/v1/events/{event}/queue/demotions",
             .who = permission::key(organise),
             .rate = rate_class::act,
             .run = with(in, demote_place)});
}

} // namespace holdfast::http::routes
