#include "http/routes/past.hpp"

#include "http/rfc3339.hpp"
#include "http/routes/show_body.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

namespace holdfast::http::routes {

namespace {

constexpr std::string_view past_caching = "private, max-age=31536000, immutable";
/// A fact with an earlier time may still be on its way to the disk.
constexpr domain::millis settled_after = domain::minutes(1);

/// The place that the request names; answers 400 and returns nothing when it names none that there can be.
auto past_place_of(exchange& of, const context& in) -> std::optional<projections::past_wish> {
  const auto at_seq = of.query("at_seq");
  const auto at = of.query("at");
  projections::past_wish wish;
  if (of.query("min_seq") || (at_seq && at)) {
    of.refuse(problem_kind::invalid_query, {.detail = "one of min_seq, at_seq and at, not several"});
    return std::nullopt;
  }
  if (at_seq) {
    std::uint64_t seq = 0;
    const auto [end, failed] = std::from_chars(at_seq->data(), at_seq->data() + at_seq->size(), seq);
    if (failed != std::errc{} || end != at_seq->data() + at_seq->size() || seq == 0) {
      of.refuse(problem_kind::invalid_query, {.detail = "at_seq is a sequence number from 1 on"});
      return std::nullopt;
    }
    wish.seq = seq;
    return wish;
  }
  const auto time = parse_rfc3339(*at);
  if (!time || domain::instant{*time} > in.engine.now()) {
    of.refuse(problem_kind::invalid_query, {.detail = "at is a time of the past as RFC 3339 in UTC"});
    return std::nullopt;
  }
  wish.at = domain::instant{*time};
  return wish;
}

/// Whether the caller may look into the past of anything; answers otherwise.
auto may_look(exchange& of) -> bool {
  if (of.who().may(report_scopes())) {
    return true;
  }
  const bool nobody = of.who().is == principal::kind::anonymous;
  of.refuse(nobody ? problem_kind::credentials_required : problem_kind::scope_missing);
  return false;
}

void refuse_past(exchange& of, const projections::past_answer& what) {
  switch (what.outcome) {
  case projections::past_outcome::busy:
    of.refuse(problem_kind::rate_limited, {.detail = "one look into the past at a time for each key"});
    return;
  case projections::past_outcome::too_far:
    of.refuse(problem_kind::past_too_far, {}, [&](json_writer& out) {
      const auto write = [&out](std::string_view name, std::uint64_t seq) {
        out.key(name);
        if (seq == 0) {
          out.null();
        } else {
          out.value(seq);
        }
      };
      write("nearest_before", what.before);
      write("nearest_after", what.after);
    });
    return;
  case projections::past_outcome::not_found: of.refuse(problem_kind::not_found); return;
  case projections::past_outcome::unavailable:
    of.refuse(problem_kind::unavailable, {.detail = "the journal was refused: what was then cannot be read"});
    return;
  case projections::past_outcome::unreadable: of.refuse(problem_kind::event_unreadable); return;
  case projections::past_outcome::ok:
  case projections::past_outcome::overloaded: break;
  }
  of.refuse(problem_kind::overloaded);
}

void look(exchange& ex, const context& in, projections::past_wish wish, wanted_form form) {
  const auto who = meta_of(ex).principal;
  wish.requester = who.high ^ domain::mix64(who.low);
  const bool settled = wish.seq || in.engine.now() - *wish.at >= settled_after;
  form.caching = settled ? past_caching : std::string_view{};
  form.vary = "Accept, Accept-Encoding, Authorization";
  auto to = std::make_shared<deferred>(ex.defer());
  if_own_event(to, in, wish.event, [to, &in, wish, form] {
    in.views.past(wish, [to, &in, form](const projections::past_answer& what) {
      if (what.outcome != projections::past_outcome::ok) {
        refuse_past(**to, what);
        to->complete();
        return;
      }
      show_packed(to, in, what.body, form,
                  [body = what.body](exchange& of) { of.answer().header("X-View-Seq", body->seq); });
    });
  });
}

} // namespace

auto report_scopes() noexcept -> std::uint32_t {
  return domain::key_scope::organise | domain::key_scope::audit;
}

auto asks_for_past(const exchange& of) -> bool {
  return of.query("at_seq") || of.query("at");
}

void if_own_event(const std::shared_ptr<deferred>& to, const context& in, domain::event_id event,
                  std::function<void()> then) {
  const auto organisation = (*to)->who().organisation;
  in.views.event_page(
      event, 0, [to, organisation, then = std::move(then)](projections::read_outcome outcome, const body_ptr& body) {
        if (was_read(**to, outcome)) {
          if (body->organisation == organisation) {
            then();
            return;
          }
          (*to)->refuse(problem_kind::not_found);
        }
        to->complete();
      });
}

void read_past_seats(exchange& ex, const context& in, domain::event_id event) {
  auto wish = may_look(ex) ? past_place_of(ex, in) : std::nullopt;
  if (!wish) {
    return;
  }
  const auto section = ex.query("section");
  const auto form = wanted_of(ex, {media::json, section ? std::string_view{} : media::seats}, {});
  if (!form) {
    return;
  }
  wish->event = event;
  if (section) {
    wish->form = projections::past_form::section;
    wish->section = *section;
  } else {
    wish->form = form->type == media::seats ? projections::past_form::seats_binary : projections::past_form::seats;
  }
  look(ex, in, *std::move(wish), *form);
}

void read_past_report(exchange& ex, const context& in, domain::event_id event) {
  auto wish = past_place_of(ex, in);
  if (!wish) {
    return;
  }
  auto form = wanted_of(ex, {media::json, media::csv}, {});
  if (!form) {
    return;
  }
  wish->event = event;
  wish->form = form->type == media::csv ? projections::past_form::report_csv : projections::past_form::report;
  look(ex, in, *std::move(wish), *form);
}

} // namespace holdfast::http::routes
