#include "actors/organisation_core.hpp"

#include "actors/parked.hpp"
#include "domain/organisation/decide.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::actors {

namespace {

/// The decision is taken; call before anybody learns of it.
void record_decision(const organisation_request& request) {
  if (request.meta.traced) {
    request.times.record_decision(request.meta, {"organisation", {}, {}});
  }
}

} // namespace

organisation_core::organisation_core(domain::organisation_id organisation, domain::organisation_state state,
                                     const event_services& services, organisation_directory& directory)
    : organisation_{organisation},
      state_{std::move(state)},
      services_{services},
      directory_{directory},
      progress_{std::make_shared<append_progress>()} {
  progress_->appended = state_.seq;
  progress_->durable.store(state_.seq, std::memory_order_release);
}

void organisation_core::handle(organisation_request&& request) {
  request.times.taken_by_actor(request.meta);
  if (const auto refused = services_.gate.refuses_all()) {
    record_decision(request);
    request.reply.send(services_.encoder.refused(*refused, request.meta));
    return;
  }
  const auto at = std::max(services_.clock.now(), state_.time);
  auto decided = domain::decide(state_, request.what, at);
  if (!decided && decided.error().why == domain::reason::already_remembered) {
    replay(std::move(request));
    return;
  }
  // After the decision: a repeated request gets its answer, whatever the gate says.
  const auto refused_now =
      decided && !decided->empty() ? services_.gate.refuses(request.what.body) : std::optional<refusal>{};
  if (refused_now) {
    record_decision(request);
    request.reply.send(services_.encoder.refused(*refused_now, request.meta));
    return;
  }
  journal::append_group group;
  group.stream = stream();
  answer what;
  if (!decided) {
    what = services_.encoder.rejected(state_, request.what, decided.error(), request.meta, at);
  } else {
    group.first_seq = state_.seq + 1;
    for (const auto& fact : *decided) {
      domain::apply(state_, fact);
    }
    auto encoded = services_.encoder.decided(state_, request.what, *decided, request.meta, at);
    if (request.what.id.key != 0 && !decided->empty()) {
      group.answer = to_remember(encoded, request.what.id, request.meta, at);
    }
    what = std::move(encoded.what);
    group.facts = std::make_shared<const domain::facts>(std::move(*decided));
    group.trace = request.meta.trace;
  }
  progress_->appended = state_.seq;
  record_decision(request);
  const auto facts = group.facts ? group.facts->size() : 0;
  group.traced = trace_commit(request.meta, group.first_seq, facts);
  auto parked = std::make_shared<parked_answer>(progress_, progress_->appended, services_.encoder,
                                                std::move(request.reply), request.meta, std::move(what), group.traced);
  if (group.facts && !group.facts->empty()) {
    // Before the answer leaves, so that a new key works and a revoked one does not by the time anybody knows.
    parked->before_reply([&directory = directory_, organisation = organisation_, first = group.first_seq,
                          made = group.facts] { directory.apply(organisation, first, *made); });
  }
  services_.journal.append(std::move(group), std::move(parked));
}

void organisation_core::replay(organisation_request&& request) {
  record_decision(request);
  journal::append_group barrier;
  barrier.stream = stream();
  const auto at = std::max(services_.clock.now(), state_.time);
  services_.journal.append(std::move(barrier), std::make_shared<parked_replay>(services_.journal, services_.encoder,
                                                                               stream(), std::move(request.reply),
                                                                               request.meta, request.what.id, at));
}

} // namespace holdfast::actors
