#include "http/entity_tag.hpp"
#include "http/negotiation.hpp"
#include "http/routes/context.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

/// What people look at: from published views alone, so that it answers whatever selling does.
namespace holdfast::http::routes {

namespace {

using body_ptr = std::shared_ptr<const projections::view_body>;

constexpr std::string_view page_caching = "public, max-age=30, stale-while-revalidate=60, stale-if-error=600";
constexpr std::string_view seats_caching = "public, max-age=1, stale-while-revalidate=5, stale-if-error=600";
constexpr std::string_view layout_caching = "public, max-age=31536000, immutable";
constexpr std::size_t layout_hash_digits = 64;
constexpr std::int64_t ms_per_second = 1'000;
constexpr std::uint16_t not_modified = 304;
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

/// How a client wants a body.
struct wanted_form {
  std::string_view type = media::json;
  projections::content_coding coding = projections::content_coding::identity;
  std::string_view caching;
  std::string_view vary; ///< the headers that chose it
};

/// What every answer of a view says about itself. What shared caches must not keep stays `no-store`.
void describe(exchange& of, const projections::view_body& body, const wanted_form& form) {
  if (!body.draft) {
    of.answer().cache_control(form.caching);
  }
  if (!body.etag.empty()) {
    of.answer().header("ETag", body.etag);
  }
  of.answer().header("Vary", form.vary);
}

void answer_body(exchange& of, const body_ptr& body, const wanted_form& form) {
  if (client_has(of, body->etag)) {
    of.empty(not_modified);
  } else {
    of.answer().status(200);
    of.answer().content_type(form.type);
    const auto packed = body->packed ? body->packed->get(form.coding) : nullptr;
    if (packed) {
      of.answer().header("Content-Encoding", projections::to_text(form.coding));
      of.answer().share_body(packed);
    } else {
      of.answer().share_body(std::shared_ptr<const std::string>{body, &body->bytes});
    }
  }
  describe(of, *body, form);
}

/// Answers with a view's body once its compressed form is there, if one is wanted; `finish` adds what else is to be said.
template <class Finish>
void show_packed(const std::shared_ptr<deferred>& to, const context& in, const body_ptr& body, const wanted_form& form,
                 Finish finish) {
  const auto answer = [to, body, form, finish] {
    answer_body(**to, body, form);
    finish(**to);
    to->complete();
  };
  const bool pack =
      form.coding != projections::content_coding::identity && body->packed && !client_has(**to, body->etag);
  if (pack) {
    in.views.pack(body, form.coding, answer);
  } else {
    answer();
  }
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
      const auto age = std::max<std::int64_t>((in.engine.now() - body->made_at).count / ms_per_second, 0);
      ex.answer().header("X-View-Seq", body->seq);
      ex.answer().header("Age", static_cast<std::uint64_t>(age));
    });
  };
}

/// JSON or the binary type, as `Accept` says; answers 406 and returns nothing when it takes neither.
auto wanted_of(exchange& of, std::string_view binary, std::string_view caching) -> std::optional<wanted_form> {
  const std::array offered{media::json, binary};
  const auto best = best_media(of, std::span{offered}.first(binary.empty() ? 1 : 2));
  if (!best) {
    of.refuse(problem_kind::not_acceptable);
    of.answer().header("Vary", "Accept");
    return std::nullopt;
  }
  return wanted_form{offered[*best], best_coding(of), caching, "Accept, Accept-Encoding"};
}

void read_event(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (min_seq) {
    const wanted_form form{media::json, best_coding(ex), page_caching, "Accept-Encoding"};
    in.views.event_page(*event, *min_seq, show_view(ex, in, form));
  }
}

void read_seats(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq", "section"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  const auto section = ex.query("section");
  const auto form = min_seq ? wanted_of(ex, section ? std::string_view{} : media::seats, seats_caching) : std::nullopt;
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
  const auto form = wanted_of(ex, media::layout, layout_caching);
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
  table.add({.verb = method::get, .pattern = "/v1/events/{event}", .who = anybody, .run = with(in, read_event)});
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/seats",
             .who = anybody,
             .negotiates = true,
             .run = with(in, read_seats)});
  // Whatever is accepted there.
  table.add({.verb = method::get,
             .pattern = "/v1/events/{event}/layout",
             .who = anybody,
             .negotiates = true,
             .run = with(in, find_layout)});
  table.add({.verb = method::get,
             .pattern = "/v1/layouts/{hash}",
             .who = anybody,
             .negotiates = true,
             .run = with(in, read_layout)});
}

} // namespace holdfast::http::routes
