#include "http/negotiation.hpp"
#include "http/room_pages.hpp"
#include "http/routes/context.hpp"
#include "http/routes/paging.hpp"
#include "http/routes/past.hpp"
#include "http/routes/show_body.hpp"
#include "projections/inventory_bodies.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

/// What people look at: from published views alone, so that it answers whatever selling does.
namespace holdfast::http::routes {

namespace {

constexpr std::string_view page_caching = "public, max-age=30, stale-while-revalidate=60, stale-if-error=600";
constexpr std::string_view seats_caching = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";
constexpr std::string_view prices_caching = seats_caching;
constexpr std::string_view layout_caching = "public, max-age=31536000, immutable";
constexpr std::size_t layout_hash_digits = 64;
constexpr std::uint16_t found = 302;

/// Drafts are their organisation's alone: for everybody else they are not there.
auto may_see(const principal& who, const projections::view_body& body) noexcept -> bool {
  return !body.draft || (who.is == principal::kind::key && who.organisation == body.organisation);
}

/// Whether there is something to show; answers otherwise.
auto is_there(exchange& of, projections::read_outcome outcome, const body_ptr& body) -> bool {
  if (!was_read(of, outcome)) {
    return false;
  }
  if (!may_see(of.who(), *body)) {
    of.refuse(problem_kind::not_found);
    return false;
  }
  return true;
}

/// Answers with an event's view as it is at `now`.
auto show_view(exchange& of, const context& in, const wanted_form& form) -> projections::view_done {
  auto to = std::make_shared<deferred>(of.defer());
  return [to, &in, form](projections::read_outcome outcome, const body_ptr& body) {
    if (!is_there(**to, outcome, body)) {
      to->complete();
      return;
    }
    show_packed(to, in, body, form, [&in, body](exchange& ex) {
      ex.answer().header("X-View-Seq", body->seq);
      ex.answer().header("Age", age_seconds(*body, in.engine.now()));
    });
  };
}

/// Answers with the event's page, and what its waiting room does at the moment.
void read_event(exchange& ex, const context& in, const std::shared_ptr<room_pages>& pages) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  const wanted_form form{media::json, best_coding(ex), page_caching, "Accept-Encoding"};
  auto show = show_view(ex, in, form);
  in.views.event_page(
      *event, *min_seq,
      [show = std::move(show), &in, pages, event = *event](projections::read_outcome outcome, const body_ptr& body) {
        const auto room = body ? in.engine.rooms().room(event) : nullptr;
        show(outcome, body ? pages->with_room(event, body, room.get()) : body);
      });
}

void read_prices(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (min_seq) {
    const wanted_form form{media::json, best_coding(ex), prices_caching, "Accept-Encoding"};
    in.views.report(*event, *min_seq, projections::report_form::prices, show_view(ex, in, form));
  }
}

void read_seats(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq", "section", "at_seq", "at"}) ? event_of(ex, in) : std::nullopt;
  if (event && asks_for_past(ex)) {
    read_past_seats(ex, in, *event);
    return;
  }
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  const auto section = ex.query("section");
  const auto form =
      min_seq ? wanted_of(ex, {media::json, section ? std::string_view{} : media::seats}, seats_caching) : std::nullopt;
  if (!form) {
    return;
  }
  if (section) {
    in.views.seats_of_section(*event, *min_seq, std::string{*section}, show_view(ex, in, *form));
  } else if (form->type == media::seats) {
    in.views.seats_binary(*event, *min_seq, show_view(ex, in, *form));
  } else {
    in.views.seats(*event, *min_seq, show_view(ex, in, *form));
  }
}

/// What is set apart is its organisation's business alone.
void read_allocations(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq", "limit", "cursor"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  const auto limit = min_seq ? limit_of(ex, items_per_page) : std::nullopt;
  if (!limit) {
    return;
  }
  const auto cursor = ex.query("cursor");
  const auto after = cursor ? projections::parse_allocation_id(*cursor) : domain::allocation_number{};
  if (!after) {
    ex.refuse(problem_kind::invalid_query, {.detail = "this cursor is not one of ours"});
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.allocations(*event, *min_seq, {*after, *limit},
                       [to](projections::read_outcome outcome, const body_ptr& body) {
                         auto& answering = **to;
                         if (is_there(answering, outcome, body)) {
                           if (body->organisation == answering.who().organisation) {
                             answer_body(answering, body, {});
                             answering.answer().header("X-View-Seq", body->seq);
                           } else {
                             answering.refuse(problem_kind::not_found);
                           }
                         }
                         to->complete();
                       });
}

/// Where the event's layout is: under its content, so that it never changes there.
void find_layout(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.event_page(*event, *min_seq, [to](projections::read_outcome outcome, const body_ptr& body) {
    auto& answering = **to;
    if (is_there(answering, outcome, body)) {
      answering.empty(found);
      answering.answer().cache_control(body->draft ? std::string_view{} : page_caching);
      answering.answer().header("Location", "/v1/layouts/" + body->layout_hash);
      answering.answer().header("X-View-Seq", body->seq);
    }
    to->complete();
  });
}

auto is_layout_hash(std::string_view text) noexcept -> bool {
  return text.size() == layout_hash_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void read_layout(exchange& ex, const context& in) {
  const auto hash = ex.parameter("hash");
  if (!only_queries(ex, {})) {
    return;
  }
  if (!is_layout_hash(hash)) {
    ex.refuse(problem_kind::not_found);
    return;
  }
  const auto form = wanted_of(ex, {media::json, media::layout}, layout_caching);
  if (!form) {
    return;
  }
  std::string name{hash};
  auto to = std::make_shared<deferred>(ex.defer());
  auto done = [to, &in, form = *form](projections::read_outcome outcome, const body_ptr& body) {
    if (was_read(**to, outcome)) {
      show_packed(to, in, body, form, [](exchange&) {});
    } else {
      to->complete();
    }
  };
  if (form->type == media::layout) {
    in.views.layout_binary(std::move(name), std::move(done));
  } else {
    in.views.layout(std::move(name), std::move(done));
  }
}

} // namespace

void add_event_views(router& table, const context& in) {
  constexpr auto anybody = permission::open();
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}",
             .who = anybody,
             .run = [&in, pages = std::make_shared<room_pages>()](exchange& ex) { read_event(ex, in, pages); }});
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/seats",
             .who = anybody,
             .negotiates = true,
             .run = with(in, read_seats)});
  table.add(
      {.verb = method::get, .pattern = "/v1/events/{event}/prices", .who = anybody, .run = with(in, read_prices)});
  // Whatever is accepted there.
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/layout",
             .who = anybody,
             .negotiates = true,
             .run = with(in, find_layout)});
  using domain::key_scope::audit;
  using domain::key_scope::organise;
  using domain::key_scope::sell;
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/allocations",
             .who = permission::key(organise | sell | audit),
             .run = with(in, read_allocations)});
  table.add({.verb = method::get,
             .pattern = "/v1/layouts/{hash}",
             .who = anybody,
             .negotiates = true,
             .run = with(in, read_layout)});
}

} // namespace holdfast::http::routes
