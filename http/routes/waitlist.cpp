#include "http/body.hpp"
#include "http/routes/admitted.hpp"
#include "http/routes/context.hpp"
#include "http/routes/past.hpp"
#include "http/routes/told.hpp"
#include "http/waitlist_json.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Limit orders for places that come back: a buyer's own, and what their organiser is told of all.
namespace holdfast::http::routes {

namespace {

using domain::caller;

/// Every choice with as many tiers and areas as an event may have.
constexpr std::size_t waitlist_bytes_max = 64 * 1024;

/// The place in the waiting room by which somebody goes on the waitlist; zero where none is needed. Answers and returns nothing when one is, and they show none:
/// what theirs is worth, and whether its line is what counts, is for the event.
auto place_shown(exchange& ex, const context& in, domain::event_id event)
    -> std::optional<domain::queue::place_number> {
  if (in.engine.rooms().admits(event, ex.who().subject, {}) == actors::admission::not_needed) {
    return domain::queue::place_number{};
  }
  const auto inside = admitted_place(ex, in, event);
  const auto place = inside ? inside : queued_place(ex, in, event);
  if (!place) {
    ex.refuse(problem_kind::admission_required);
    return std::nullopt;
  }
  return place;
}

void join_waitlist(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  if (!event) {
    return;
  }
  auto& document = thread_document();
  const auto body = read_body(ex, document);
  if (!body || !takes_people(ex, in, *body, document)) {
    return;
  }
  auto wish = read_choices(*body);
  auto email = in.people == nullptr ? std::string{} : read_email(*body);
  if (!body_is_sound(ex, document)) {
    return;
  }
  const auto place = place_shown(ex, in, *event);
  if (!place) {
    return;
  }
  auto meta = meta_of(ex);
  meta.place = *place;
  domain::command what{
      .by = caller_of(ex.who(), caller::kind::buyer), .id = command_id_of(ex, in), .body = domain::join_waitlist{}};
  if (email.empty()) {
    in.engine.submit(*event, std::move(what), std::move(wish), std::move(meta), reply_to(ex, in));
    return;
  }
  auto telling = std::make_shared<told>();
  telling->order = people::order_ref::waitlist_of(*event);
  telling->attempt = attempt_of(ex, in);
  telling->what.email = std::move(email);
  telling->send = [&in, event = *event, what = std::move(what), wish = std::move(wish), meta = std::move(meta)](
                      actors::reply_port to) { in.engine.submit(event, what, wish, meta, std::move(to)); };
  keep_and_send(ex.defer(), in, telling);
}

/// Forgets where to write to somebody who is off the waitlist.
class left_reply final : public actors::reply_sink {
 public:
  left_reply(actors::reply_port&& to, people::personal_data& store, const domain::subject_id& who,
             domain::event_id event)
      : to_{std::move(to)}, store_{store}, who_{who}, event_{event} {}

  void reply(actors::answer&& what) noexcept override {
    if (what.status < 300) {
      store_.forget(people::order_ref::waitlist_of(event_), people::person::buyer(who_),
                    [](people::personal_data::outcome) {});
    }
    to_.send(std::move(what));
  }

 private:
  actors::reply_port to_;
  people::personal_data& store_;
  domain::subject_id who_;
  domain::event_id event_;
};

void leave_waitlist(exchange& ex, const context& in) {
  const auto event = event_of(ex, in);
  if (!event) {
    return;
  }
  domain::command what{.by = caller_of(ex.who(), caller::kind::buyer), .id = {}, .body = domain::leave_waitlist{}};
  const auto meta = meta_of(ex);
  const auto who = ex.who().subject;
  auto reply = reply_to(ex, in);
  if (in.people != nullptr && in.people->is_used()) {
    reply = actors::reply_port{std::make_shared<left_reply>(std::move(reply), *in.people, who, *event)};
  }
  in.engine.submit(*event, std::move(what), meta, std::move(reply));
}

void show_waiting(exchange& of, const context& in, const projections::waitlist_line& line) {
  const auto now = in.engine.now();
  auto out = of.json();
  write_waiting(out, line, in.ids, now, in.engine.ends_holds());
  if (line.offer) {
    of.answer().header("Expires-In-Ms", static_cast<std::uint64_t>(
                                            std::max<std::int64_t>((line.offer->what.expires_at - now).count, 0)));
  }
  of.answer().header("X-View-Seq", line.seq);
}

void read_waiting(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  const auto who = ex.who().subject;
  auto to = std::make_shared<deferred>(ex.defer());
  in.views.waiting(
      *event, who, *min_seq,
      [to, &in](projections::read_outcome outcome, const std::shared_ptr<const projections::waitlist_line>& line) {
        if (was_read(**to, outcome)) {
          show_waiting(**to, in, *line);
        }
        to->complete();
      });
}

void read_summary(exchange& ex, const context& in) {
  const auto event = only_queries(ex, {"min_seq"}) ? event_of(ex, in) : std::nullopt;
  const auto min_seq = event ? min_seq_of(ex) : std::nullopt;
  if (!min_seq) {
    return;
  }
  auto to = std::make_shared<deferred>(ex.defer());
  // The event is there, so its waitlist is too, or will be in a moment.
  const auto at_least = std::max<std::uint64_t>(*min_seq, 1);
  if_own_event(to, in, *event, [to, &in, event = *event, at_least] {
    in.views.waitlist(event, at_least,
                      [to, event](projections::read_outcome outcome,
                                  const std::shared_ptr<const projections::waitlist_summary>& what) {
                        if (was_read(**to, outcome)) {
                          auto out = (*to)->json();
                          write_summary(out, event, *what);
                          (*to)->answer().header("X-View-Seq", what->seq);
                        }
                        to->complete();
                      });
  });
}

} // namespace

void add_waitlist(router& table, const context& in) {
  constexpr std::string_view own = "/v1/events/{event}/waitlist";
  table.add({.verb = method::post,
             .pattern = std::string{own},
             .who = permission::buyer(),
             .body_bytes_max = waitlist_bytes_max,
             .rate = rate_class::act,
             .keyed = idempotency::required,
             .run = with(in, join_waitlist)});
  table.add({.verb = method::get,
             .pattern = std::string{own},
             .who = permission::buyer(),
             .rate = rate_class::view,
             .run = with(in, read_waiting)});
  table.add({.verb = method::delete_,
             .pattern = std::string{own},
             .who = permission::buyer(),
             .rate = rate_class::act,
             .run = with(in, leave_waitlist)});
  table.add({.verb = method::get,
             .pattern = std::string{own} + "/summary",
             .who = permission::key(domain::key_scope::organise),
             .rate = rate_class::view,
             .run = with(in, read_summary)});
}

} // namespace holdfast::http::routes
