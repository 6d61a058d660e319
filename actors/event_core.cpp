#include "actors/event_core.hpp"

#include "actors/parked.hpp"
#include "actors/payment_reply.hpp"
#include "domain/apply.hpp"
#include "domain/check.hpp"
#include "domain/decide.hpp"
#include "domain/public_id.hpp"
#include "domain/remembered_keys.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::actors {

namespace {

/// What is due and may not be ended yet (the clock is unsure, storage failed) is looked at again after this.
constexpr auto deadline_retry = domain::seconds(1);
/// An event that could not be loaded leaves memory when nobody has asked for it since this long ago: the next one loads it again.
constexpr auto halted_retry = domain::seconds(5);

auto is_conflict(const domain::rejection& why) noexcept -> bool {
  return why.why == domain::reason::seat_unavailable || why.why == domain::reason::area_full ||
         why.why == domain::reason::no_such_seats;
}

/// The decision is taken; call before anybody learns of it.
void record_decision(const event_request& request, domain::event_id event) {
  if (request.meta.traced) {
    std::string id;
    domain::public_ids::append(id, event);
    request.times.record_decision(request.meta, {"event", "holdfast.event.id", id});
  }
}

void bump(std::atomic<std::uint64_t>& counter) noexcept {
  counter.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

event_core::event_core(domain::event_id event, const event_services& services, std::shared_ptr<event_mailbox> self,
                       std::shared_ptr<inflight_limiter> credits)
    : event_{event},
      services_{services},
      self_{std::move(self)},
      credits_{std::move(credits)},
      progress_{std::make_shared<append_progress>()},
      last_used_{services.clock.now()} {}

event_core::~event_core() = default;

void event_core::start() {
  journal::fold_event(services_.journal, &services_.snapshots, event_, UINT64_MAX, [self = self_](fold_result result) {
    self->post_loaded(std::make_shared<fold_result>(std::move(result)));
  });
}

void event_core::loaded(fold_result&& result) {
  if (!result) {
    // This event cannot be trusted, so it sells nothing; the others go on.
    spdlog::critical("event {:016x} cannot be loaded: {}", event_.value(), result.error().detail);
    bump(services_.metrics.load_failures);
    halted_ =
        result.error().kind == journal::failure_kind::corrupt ? refusal::unreadable : refusal::journal_unavailable;
    for (auto& request : std::exchange(waiting_, {})) {
      request.reply.send(services_.encoder.refused(*halted_, request.meta));
    }
    expire_waiting_.reset();
    probe_waiting_.reset();
    return;
  }
  bump(services_.metrics.events_loaded);
  snapshot_seq_ = result->snapshot_seq;
  state_.emplace(std::move(result->state));
  progress_->appended = state_->seq();
  progress_->durable.store(state_->seq(), std::memory_order_release);
  tell_lately();
  offers_due_ = true; // it may have ended between what freed places and the offer of them
  if (auto offers = next_offers(now()); !offers.empty()) {
    write_own(std::move(offers), now(), own_credit());
  }
  for (auto& request : std::exchange(waiting_, {})) {
    decide_and_answer(std::move(request));
  }
  if (auto credit = std::exchange(expire_waiting_, nullptr)) {
    expire(std::move(credit));
  }
  if (auto probing = std::exchange(probe_waiting_, nullptr)) {
    probe(std::move(probing));
  }
  tell_supply();
  announce_deadline();
}

auto event_core::now() const -> domain::instant {
  return std::max(services_.clock.now(), state_->time());
}

void event_core::handle(event_request&& request) {
  if (halted_) {
    request.reply.send(services_.encoder.refused(*halted_, request.meta));
    return;
  }
  last_used_ = services_.clock.now();
  if (!state_) {
    waiting_.push_back(std::move(request));
  } else {
    decide_and_answer(std::move(request));
  }
}

auto event_core::is_remembered(const domain::command_id& id) const -> bool {
  const auto known = id.key == 0 ? std::nullopt : state_->remembered_key(id.key);
  // Keys leave the state when something is recorded: the ones of a quiet event are there for longer than they count.
  return known && !domain::is_forgotten(known->hour, now());
}

void event_core::decide_and_answer(event_request&& request) {
  request.times.taken_by_actor(request.meta);
  const bool remembered = is_remembered(request.what.id);
  const auto refused = remembered ? services_.gate.refuses_all() : services_.gate.refuses(request.what.body);
  if (refused) {
    bump(services_.metrics.refused_other);
    record_decision(request, event_);
    request.reply.send(services_.encoder.refused(*refused, request.meta));
    return;
  }
  if (!remembered && refuse_unadmitted(request)) {
    return;
  }
  const auto at = now();
  make_way(request, at);
  if (request.wish && !resolve_wish(request, remembered, at)) {
    return;
  }
  auto decided = domain::decide(*state_, request.what, at);
  if (decided) {
    commit(std::move(request), std::move(*decided), at);
    return;
  }
  const auto& why = decided.error();
  if (why.why == domain::reason::already_remembered) {
    replay(std::move(request), why.remembered_seq);
    return;
  }
  bump(services_.metrics.rejections);
  if (is_conflict(why)) {
    bump(services_.metrics.conflicts);
  }
  auto what = services_.encoder.rejected(*state_, request.what, why, request.meta, at);
  tell_checkout(what, *state_, request.what, &why);
  reply_behind(std::move(request), std::move(what));
}

/// Names into indices; false when it answered instead. Of a request whose key is known the key decides before its wish is looked at, unless the
/// key is so old that it is forgotten just now: so the wish is resolved all the same, and its faults are left for decide to come to.
auto event_core::resolve_wish(event_request& request, bool remembered, domain::instant at) -> bool {
  if (!state_->seats()) {
    return true; // no such event: for decide to say
  }
  auto resolved = domain::resolve_into(request.what.body, *request.wish, *state_->seats());
  if (resolved) {
    return true;
  }
  if (remembered) {
    return true;
  }
  domain::rejection why;
  why.why = domain::reason::invalid;
  why.faults = std::move(resolved.error());
  bump(services_.metrics.rejections);
  auto what = services_.encoder.rejected(*state_, request.what, why, request.meta, at);
  reply_behind(std::move(request), std::move(what));
  return false;
}

void event_core::commit(event_request&& request, domain::facts&& made, domain::instant at) {
  const auto lapsed = lapsing(made);
  for (const auto& fact : made) {
    domain::apply(*state_, fact);
  }
  auto encoded = services_.encoder.decided(*state_, request.what, made, request.meta, at);
  tell_checkout(encoded.what, *state_, request.what, nullptr);
  if (made.empty()) {
    reply_behind(std::move(request), std::move(encoded.what));
    return;
  }
  count(made);
  note_freed(made);
  auto offers = next_offers(at);
  journal::append_group group;
  group.stream = stream();
  group.first_seq = progress_->appended + 1;
  progress_->appended += made.size();
  HF_CHECK(progress_->appended == state_->seq(), "every applied fact is appended");
  if (request.what.id.key != 0) {
    group.answer = to_remember(encoded, request.what.id, request.meta, at);
  }
  group.facts = std::make_shared<const domain::facts>(std::move(made));
  group.trace = request.meta.trace;
  group.next_deadline = deadline_after(at);
  group.state_hash = state_->hash();
  record_decision(request, event_);
  group.traced = trace_commit(request.meta, group.first_seq, group.facts->size());
  auto tell_room = notice_of(*group.facts, lapsed);
  auto parked =
      std::make_shared<parked_answer>(progress_, progress_->appended, services_.encoder, std::move(request.reply),
                                      request.meta, std::move(encoded.what), group.traced);
  if (tell_room) {
    parked->before_reply(std::move(tell_room));
  }
  services_.journal.append(std::move(group), std::move(parked));
  if (!offers.empty()) {
    write_own(std::move(offers), at, own_credit());
  }
  announce_deadline();
  snapshot_if_due();
}

void event_core::reply_behind(event_request&& request, answer&& what) {
  record_decision(request, event_);
  if (progress_->all_durable()) {
    request.reply.send(std::move(what));
    return;
  }
  // The state this answer looked at is not on disk yet: it leaves behind it.
  journal::append_group barrier;
  barrier.stream = stream();
  services_.journal.append(std::move(barrier),
                           std::make_shared<parked_answer>(progress_, progress_->appended, services_.encoder,
                                                           std::move(request.reply), request.meta, std::move(what),
                                                           trace_commit(request.meta, 0, 0)));
}

void event_core::replay(event_request&& request, std::uint64_t seq) {
  bump(services_.metrics.replays);
  record_decision(request, event_);
  auto lookup = std::make_shared<parked_replay>(services_.journal, services_.encoder, stream(),
                                                std::move(request.reply), request.meta, request.what.id, now());
  if (progress_->durable.load(std::memory_order_acquire) >= seq) {
    lookup->complete(journal::append_outcome::durable);
    return;
  }
  journal::append_group barrier;
  barrier.stream = stream();
  services_.journal.append(std::move(barrier), std::move(lookup));
}

void event_core::expire(std::shared_ptr<held_credit> credit) {
  if (halted_) {
    // Once it has left memory the next deadline loads it again.
    services_.deadlines.schedule(event_, services_.clock.now() + halted_retry);
    return;
  }
  if (!state_) {
    expire_waiting_ = std::move(credit);
    return;
  }
  announced_.reset();
  if (!services_.gate.expires()) {
    services_.deadlines.schedule(event_, services_.clock.now() + deadline_retry);
    return;
  }
  const auto at = now();
  const domain::command due{.by = {}, .id = {}, .body = domain::end_due_holds{}};
  auto decided = domain::decide(*state_, due, at);
  if (!decided || decided->empty()) {
    offer_what_came_back(at);
    if (state_->has_orders_to_return() && services_.cancelled != nullptr) {
      services_.cancelled->orders_left(event_);
    }
    if (const auto next = next_wake(at)) {
      // Due, and yet nothing was decided: not again at once. In the future: the hold that was announced has ended otherwise.
      announced_ = *next > at ? *next : at + deadline_retry;
      services_.deadlines.schedule(event_, *announced_);
    }
    return;
  }
  write_own(std::move(*decided), at, credit);
  if (const auto next = state_->next_deadline(); next && *next <= at) {
    self_->post_expire(std::move(credit)); // the next chunk, behind what has queued meanwhile
  } else {
    announce_deadline();
  }
  snapshot_if_due();
}

void event_core::announce_deadline() {
  const auto next = next_wake(now());
  if (next && (!announced_ || *next < *announced_)) {
    announced_ = next;
    services_.deadlines.schedule(event_, *next);
  }
}

void event_core::count(const domain::facts& made) noexcept {
  for (const auto& fact : made) {
    if (std::holds_alternative<domain::hold_created>(fact.body)) {
      bump(services_.metrics.holds);
    } else if (std::holds_alternative<domain::hold_released>(fact.body)) {
      bump(services_.metrics.releases);
    } else if (std::holds_alternative<domain::order_confirmed>(fact.body)) {
      bump(services_.metrics.confirms);
    } else if (std::holds_alternative<domain::hold_expired>(fact.body)) {
      bump(services_.metrics.expiries);
    } else if (std::holds_alternative<domain::hold_extended>(fact.body)) {
      bump(services_.metrics.extensions);
    } else if (std::holds_alternative<domain::ticket_admitted>(fact.body)) {
      bump(services_.metrics.admissions);
    } else if (std::holds_alternative<domain::admission_undone>(fact.body)) {
      bump(services_.metrics.admissions_undone);
    } else if (std::holds_alternative<domain::ticket_transferred>(fact.body)) {
      bump(services_.metrics.ticket_transfers);
    }
  }
}

void event_core::snapshot_if_due() {
  // A snapshot costs by what the event remembers, which grows with its sales: twice as old, half as often.
  const auto least = services_.snapshot_every_records;
  if (state_->seq() < snapshot_seq_ + std::clamp(snapshot_seq_ / 2, least, 3 * least)) {
    return;
  }
  snapshot_seq_ = state_->seq();
  journal::append_group barrier;
  barrier.stream = stream();
  services_.journal.append(std::move(barrier),
                           std::make_shared<parked_snapshot>(services_.journal, services_.snapshots, services_.metrics,
                                                             event_, state_->seq(), state_->hash()));
}

auto event_core::idle(domain::millis idle_for) const -> bool {
  // Whoever asks for a halted event next has it loaded again, and learns whether what stopped it has passed.
  const auto after = halted_ ? std::min(idle_for, halted_retry) : idle_for;
  return (state_ || halted_) && waiting_.empty() && services_.clock.now() - last_used_ >= after;
}

void event_core::passivate() {
  if (state_ && state_->seq() >= snapshot_seq_ + services_.snapshot_on_passivation_records) {
    parked_snapshot{services_.journal, services_.snapshots, services_.metrics, event_, state_->seq(), state_->hash()}
        .complete(journal::append_outcome::durable);
  }
}

} // namespace holdfast::actors
