#include "domain/text.hpp"
#include "http/body.hpp"
#include "http/event_reader.hpp"
#include "http/layout_reader.hpp"
#include "http/room_pages.hpp"
#include "http/routes/context.hpp"
#include "http/routes/paging.hpp"
#include "projections/inventory_bodies.hpp"
#include "projections/markdown.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::http::routes {

namespace {

using domain::caller;

/// The largest event there can be, with its texts escaped.
constexpr std::size_t event_body_bytes_max = std::size_t{192} * 1024;

/// A command to an event, on its way while its slug is being reserved. Copyable, as callbacks must be.
struct event_command {
  domain::event_id event;
  domain::command what;
  actors::request_meta meta;
  deferred to;
};
using pending = std::shared_ptr<event_command>;

/// An event as it is answered to its organiser: with what its waiting room does, as on its page.
class shown_with_room final : public actors::reply_sink {
 public:
  shown_with_room(actors::reply_port&& to, domain::event_id event, actors::engine_port& engine) noexcept
      : to_{std::move(to)}, event_{event}, engine_{engine} {}

  void reply(actors::answer&& what) noexcept override {
    constexpr std::uint16_t failures_from = 300;
    if (what.status < failures_from) {
      put_room_into(what.body, engine_.rooms().room(event_).get());
    }
    to_.send(std::move(what));
  }

 private:
  actors::reply_port to_;
  domain::event_id event_;
  actors::engine_port& engine_;
};

auto showing_room(actors::reply_port&& to, domain::event_id event, actors::engine_port& engine) -> actors::reply_port {
  return actors::reply_port{std::make_shared<shown_with_room>(std::move(to), event, engine)};
}

void submit(const pending& waiting, actors::engine_port& engine) {
  auto reply = reply_to(std::move(waiting->to), engine);
  // What is remembered is answered again byte for byte: an event that is made has no room yet.
  if (waiting->what.id.key == 0) {
    reply = showing_room(std::move(reply), waiting->event, engine);
  }
  engine.submit(waiting->event, std::move(waiting->what), waiting->meta, std::move(reply));
}

/// Sends the command on once the slug is its event's; any other outcome is the client's answer.
class after_slug final : public actors::reply_sink {
 public:
  after_slug(pending waiting, actors::engine_port& engine) noexcept : waiting_{std::move(waiting)}, engine_{engine} {}

  void reply(actors::answer&& what) noexcept override {
    constexpr std::uint16_t failures_from = 300;
    if (what.status < failures_from) {
      submit(waiting_, engine_);
      return;
    }
    what.seq = 0; // of the register of slugs, which is no event
    reply_to(std::move(waiting_->to), engine_).send(std::move(what));
  }

 private:
  pending waiting_;
  actors::engine_port& engine_;
};

/// Slugs are registered in the first organisation's stream. Reserving is idempotent by the event, so that a retry finds its own.
void reserve_then_submit(const pending& waiting, std::string slug, actors::engine_port& engine) {
  domain::organisation_command reserve{
      .by = waiting->what.by, .id = {}, .body = domain::reserve_slug{std::move(slug), waiting->event}};
  const auto meta = waiting->meta;
  engine.submit(actors::engine_port::root_organisation(), std::move(reserve), meta,
                actors::reply_port{std::make_shared<after_slug>(waiting, engine)});
}

/// Reserves the slug once the event has said that it would carry the command out; any other outcome is the client's answer.
class after_rehearsal final : public actors::reply_sink {
 public:
  after_rehearsal(pending waiting, std::string slug, actors::engine_port& engine) noexcept
      : waiting_{std::move(waiting)}, slug_{std::move(slug)}, engine_{engine} {}

  void reply(actors::answer&& what) noexcept override {
    constexpr std::uint16_t would_do = 204;
    if (what.status == would_do) {
      reserve_then_submit(waiting_, std::move(slug_), engine_);
    } else {
      reply_to(std::move(waiting_->to), engine_).send(std::move(what));
    }
  }

 private:
  pending waiting_;
  std::string slug_;
  actors::engine_port& engine_;
};

/// A command that gives an event a slug. The event is asked first, so that nothing is reserved for what it refuses or has done before.
void submit_with_slug(const pending& waiting, std::string slug, actors::engine_port& engine) {
  auto what = waiting->what;
  what.rehearsal = true;
  engine.submit(waiting->event, std::move(what), waiting->meta,
                actors::reply_port{std::make_shared<after_rehearsal>(waiting, std::move(slug), engine)});
}

/// The venue that a body names, if it is the caller's; a fault otherwise.
auto venue_named(const std::optional<domain::venue_id>& id, const exchange& ex, const json_object& body,
                 const actors::directory_view& view) -> const domain::venue* {
  if (!id) {
    return nullptr;
  }
  const auto* const found = view.venue(ex.who().organisation, *id);
  if (found == nullptr) {
    body.fault("venue_id", "there is no such venue");
    return nullptr;
  }
  return &found->what;
}

auto slug_is_sound(const std::optional<std::string>& slug, const json_object& body) -> bool {
  const bool sound = !slug || slug->empty() || domain::is_slug(*slug);
  if (!sound) {
    body.fault("slug", "up to 64 of a-z, 0-9 and single '-' between them");
  }
  return sound;
}

void create_event(exchange& ex, const context& in) {
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  if (!is_organisation_known(ex, in)) {
    return;
  }
  const domain::event_id event{created_id(ex, in, "event")};
  auto wish = read_event(*body, {in.subject_key, event});
  const auto view = in.engine.directory();
  const auto* const venue = venue_named(wish.venue, ex, *body, *view);
  static_cast<void>(slug_is_sound(wish.config.slug, *body));
  if (!body_is_sound(ex, document)) {
    return;
  }
  wish.config.venue = venue->summary;
  // Here, so that the event's actor finds it made when it answers.
  static_cast<void>(projections::description_html(wish.config.description));
  auto slug = wish.config.slug;
  domain::create_event create{
      .event = event, .organisation = ex.who().organisation, .config = std::move(wish.config), .seats = venue->seats};
  auto waiting =
      std::make_shared<event_command>(event_command{.event = event,
                                                    .what = {.by = caller_of(ex.who(), caller::kind::organiser),
                                                             .id = command_id_of(ex, in),
                                                             .body = std::move(create)},
                                                    .meta = meta_of(ex),
                                                    .to = ex.defer()});
  if (slug.empty()) {
    submit(waiting, in.engine);
  } else {
    submit_with_slug(waiting, std::move(slug), in.engine);
  }
}

void amend_event(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto expected = event ? if_match_of(ex) : std::nullopt;
  if (!expected || !is_organisation_known(ex, in)) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  auto wish = read_amendment(*body, {in.subject_key, *event});
  const auto view = in.engine.directory();
  if (const auto* const venue = venue_named(wish.venue, ex, *body, *view)) {
    wish.changes.venue = venue->summary;
  }
  static_cast<void>(slug_is_sound(wish.changes.slug, *body));
  if (!body_is_sound(ex, document)) {
    return;
  }
  if (wish.changes.description) {
    static_cast<void>(projections::description_html(*wish.changes.description));
  }
  auto slug = wish.changes.slug.value_or("");
  auto waiting = std::make_shared<event_command>(event_command{
      .event = *event,
      .what = {.by = caller_of(ex.who(), caller::kind::organiser),
               .id = {},
               .body = domain::amend_event{.expected_version = *expected, .changes = std::move(wish.changes)}},
      .meta = meta_of(ex),
      .to = ex.defer()});
  if (slug.empty()) {
    submit(waiting, in.engine);
  } else {
    submit_with_slug(waiting, std::move(slug), in.engine);
  }
}

void replace_layout(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto expected = event ? if_match_of(ex) : std::nullopt;
  if (!expected) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body) {
    return;
  }
  auto seats = build_layout(ex, document, read_layout(*body), {});
  if (!seats) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::organiser),
                       .id = {},
                       .body = domain::replace_layout{.expected_version = *expected, .seats = std::move(seats)}};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), meta, showing_room(reply_to(ex, in), *event, in.engine));
}

/// A step of an event's life: publish, pause, resume, close or cancel.
template <class Step>
void take_step(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  const auto expected = event ? if_match_of(ex) : std::nullopt;
  if (!expected || !has_no_fields(ex)) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::organiser), .id = {}, .body = Step{*expected}};
  const auto meta = meta_of(ex);
  in.engine.submit(*event, std::move(what), meta, showing_room(reply_to(ex, in), *event, in.engine));
}

void write_summary(json_writer& out, const projections::event_summary& event, domain::instant now) {
  std::string id;
  domain::public_ids::append(id, event.event);
  out.begin_object().member("event_id", std::string_view{id});
  if (!event.slug.empty()) {
    out.member("slug", std::string_view{event.slug});
  }
  out.member("name", std::string_view{event.name});
  out.member("status", projections::to_text(domain::sale_status_at(event.status, event.config, now)));
  out.key("starts_at").time(event.starts_at.unix_ms);
  out.member("category", std::string_view{event.config.category}).member("currency", event.config.currency.text());
  out.key("venue")
      .begin_object()
      .member("name", std::string_view{event.venue_name})
      .member("city", std::string_view{event.city})
      .end_object()
      .end_object();
}

void list_events(exchange& ex, const context& in) {
  const auto wish = page_wish_of(ex, domain::public_ids::parse_event);
  if (!wish) {
    return;
  }
  auto events = in.views.events_of(ex.who().organisation, wish->after, wish->limit + 1);
  const bool more = events.size() > wish->limit;
  if (more) {
    events.pop_back();
  }
  answer_page(ex, events, more ? std::optional{events.back().event} : std::nullopt,
              [now = in.engine.now()](json_writer& out, const projections::event_summary& event) {
                write_summary(out, event, now);
              });
}

} // namespace

void add_events(router& table, const context& in) {
  using domain::key_scope::audit;
  using domain::key_scope::organise;
  using domain::key_scope::sell;
  constexpr auto organiser = permission::key(organise);
  const auto add_step = [&](const char* pattern, void (*run)(exchange&, const context&)) {
    table.add(
        {.verb = method::post, .pattern = pattern, .who = organiser, .rate = rate_class::act, .run = with(in, run)});
  };
  table.add({.verb = method::post,
             .pattern = "/v1/events",
             .who = organiser,
             .body_bytes_max = event_body_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, create_event)});
  table.add({.verb = method::get,
             .pattern = "/v1/events",
             .who = permission::key(organise | sell | audit),
             .run = with(in, list_events)});
  table.add({.verb = method::patch,
             .pattern = "/v1/events/{event}",
             .who = organiser,
             .body_bytes_max = event_body_bytes_max,
             .rate = rate_class::act,
             .run = with(in, amend_event)});
  table.add({.verb = method::put,
             .pattern = "/v1/events/{event}/layout",
             .who = organiser,
             .body_bytes_max = in.layout_body_bytes_max,
             .rate = rate_class::act,
             .aside_above_bytes = layout_bytes_at_once_max,
             .run = with(in, replace_layout)});
  add_step("/v1/events/{event}/publish", take_step<domain::publish_event>);
  add_step("/v1/events/{event}/pause", take_step<domain::pause_event>);
  add_step("/v1/events/{event}/resume", take_step<domain::resume_event>);
  add_step("/v1/events/{event}/close", take_step<domain::close_event>);
  add_step("/v1/events/{event}/cancel", take_step<domain::cancel_event>);
}

} // namespace holdfast::http::routes
