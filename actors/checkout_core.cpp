#include "actors/checkout_core.hpp"

#include "actors/checkout_failpoints.hpp"
#include "actors/checkout_parts.hpp"
#include "actors/parked.hpp"
#include "domain/check.hpp"
#include "domain/checkout/decide.hpp"
#include "journal/codec.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

namespace holdfast::actors {

namespace {

using std::chrono::steady_clock;

/// A step that has come to nothing this often is shown as stuck.
constexpr std::uint32_t stuck_after_tries = 3;

auto is_of_event(domain::step what) noexcept -> bool {
  return what == domain::step::freeze || what == domain::step::book || what == domain::step::free_hold ||
         what == domain::step::return_order || what == domain::step::take_back;
}

auto payment_of(const domain::checkout_command_body& what) noexcept -> domain::payment_number {
  return std::visit(
      [](const auto& body) -> domain::payment_number {
        if constexpr (requires { body.payment; }) {
          return body.payment;
        } else {
          return {};
        }
      },
      what);
}

} // namespace

checkout_core::checkout_core(domain::event_id event, const checkout_services& services,
                             std::shared_ptr<checkout_mailbox> self)
    : event_{event}, services_{services}, self_{std::move(self)}, last_used_{steady_clock::now()} {}

checkout_core::~checkout_core() = default;

auto checkout_core::now() const -> domain::instant {
  return std::max(services_.shared.clock.now(), state_->time);
}

void checkout_core::start() {
  struct reading {
    std::shared_ptr<domain::checkout_state> state = std::make_shared<domain::checkout_state>();
    std::string trouble;
  };
  auto at = std::make_shared<reading>();
  services_.shared.journal.read(
      stream(), 1,
      [at](std::span<const journal::record_view> records) {
        for (const auto& record : records) {
          const auto fact = journal::decode_fact(record);
          if (!fact) {
            at->trouble = fact.error().detail;
            return false;
          }
          domain::apply(*at->state, *fact);
        }
        return true;
      },
      [at, self = self_](const tl::expected<journal::cursor, journal::failure>& ended) {
        const auto why = ended ? at->trouble : ended.error().detail;
        const bool failed = !ended || !at->trouble.empty();
        self->post([failed, why, state = at->state](checkout_core& core) {
          if (failed) {
            core.load_failed(why);
          } else {
            core.loaded(state);
          }
        });
      });
}

void checkout_core::load_failed(const std::string& why) {
  spdlog::critical("the payments of event {:016x} cannot be loaded: {}", event_.value(), why);
  halted_ = true;
  for (auto& request : std::exchange(waiting_, {})) {
    request.reply.send(services_.shared.encoder.refused(refusal::journal_unavailable, request.meta));
  }
  answer_lists();
}

void checkout_core::loaded(const std::shared_ptr<domain::checkout_state>& state) {
  state_.emplace(std::move(*state));
  for (const auto payment : state_->open) {
    // Nobody knows what was under way when the last process ended.
    state_of(payment).maybe_asked = true;
    services_.shared.metrics.payments_open.fetch_add(1, std::memory_order_relaxed);
    if (const auto& at_gateway = state_->find(payment)->gateway_payment; !at_gateway.empty()) {
      services_.at_gateway.add(at_gateway, event_);
    }
  }
  for (const auto payment : std::vector(state_->open.begin(), state_->open.end())) {
    proceed(payment);
  }
  for (auto& request : std::exchange(waiting_, {})) {
    handle(std::move(request));
  }
  answer_lists();
  if (cancelled_) {
    return_cancelled();
  }
}

void checkout_core::return_cancelled() {
  cancelled_ = true;
  last_used_ = steady_clock::now();
  if (!state_ || halted_ || stopped_) {
    return;
  }
  const auto pausing = static_cast<std::size_t>(
      std::ranges::count_if(refused_returns_, [](const auto& one) { return one.second.pausing; }));
  // Those that pause are chosen too, and left out here: so they keep no other's place.
  const auto at_once = services_.settings.refunds_at_once;
  const domain::refund_cancelled some{at_once + pausing};
  auto begun = domain::decide(*state_, {.by = {}, .id = {}, .body = some}, now());
  if (!begun) {
    return;
  }
  for (auto& fact : *begun) {
    const auto payment = std::get<domain::payment_turned>(fact.body).payment;
    const auto refused = refused_returns_.find(payment);
    if (refused != refused_returns_.end() && refused->second.pausing) {
      continue;
    }
    if (state_->open.size() >= at_once) {
      break;
    }
    services_.shared.metrics.payments_open.fetch_add(1, std::memory_order_relaxed);
    append(payment, {std::move(fact)});
  }
  cancelled_ = !state_->open.empty() || pausing > 0;
}

void checkout_core::pause_return(domain::payment_number payment) {
  auto& its = refused_returns_[payment];
  if (std::exchange(its.pausing, true)) {
    return;
  }
  const auto pause = pause_after(payment, its.tries++);
  spdlog::warn("payment {} of event {:016x}, which is cancelled: the event refused to give the order back, try {}",
               payment.value(), event_.value(), its.tries);
  self_->post_after(pause, [payment](checkout_core& core) {
    core.refused_returns_[payment].pausing = false;
    core.return_cancelled();
  });
}

auto checkout_core::state_of(domain::payment_number payment) -> running& {
  return running_[payment];
}

void checkout_core::take(domain::checkout_command&& what) {
  const auto payment = payment_of(what.body);
  auto decided = domain::decide(*state_, what, now());
  if (!decided || decided->empty()) {
    return;
  }
  append(payment, std::move(*decided));
}

void checkout_core::append(domain::payment_number payment, domain::facts&& made) {
  journal::append_group group;
  group.stream = stream();
  group.first_seq = state_->seq + 1;
  const auto before = state_->find(payment) == nullptr ? std::nullopt : state_->find(payment)->going_back;
  std::vector<domain::payment_number> payments{payment};
  for (const auto& fact : made) {
    if (const auto* owed = std::get_if<domain::resale_owed>(&fact.body)) {
      payments.push_back(owed->payment);
      services_.shared.metrics.payments_open.fetch_add(
          owed->amount > 0 && state_->find(owed->payment)->has_ended() ? 1 : 0, std::memory_order_relaxed);
    }
    domain::apply(*state_, fact);
  }
  count(*state_->find(payment), made);
  group.facts = std::make_shared<const domain::facts>(std::move(made));
  group.next_deadline = state_->next_deadline();
  std::vector<waiter> told;
  std::optional<answer> with;
  settled(payment, before, group, told, with);
  auto waiters = std::make_shared<std::vector<waiter>>(std::move(told));
  services_.shared.journal.append(
      std::move(group), std::make_shared<parked_facts>([self = self_, &encoder = services_.shared.encoder, payments,
                                                        waiters, with = std::move(with)](bool durable) {
        for (auto& one : *waiters) {
          one.reply.send(durable && with ? answer{*with} : encoder.refused(refusal::journal_unavailable, one.meta));
        }
        if (durable) {
          for (const auto one : payments) {
            self->post([one](checkout_core& core) { core.proceed(one); });
          }
        }
      }));
}

void checkout_core::unstick(running& its) {
  if (std::exchange(its.stuck, false)) {
    services_.shared.metrics.payments_stuck.fetch_sub(1, std::memory_order_relaxed);
  }
}

void checkout_core::proceed(domain::payment_number payment) {
  const auto& of = *state_->find(payment);
  const auto what = domain::next_step(of);
  if (what == domain::step::none) {
    if (const auto found = running_.find(payment); found != running_.end()) {
      unstick(found->second);
      running_.erase(found);
    }
    if (cancelled_) {
      if (of.status == domain::payment_status::failed) {
        refused_returns_.erase(payment);
      }
      return_cancelled();
    }
    return;
  }
  if (stopped_) {
    return;
  }
  auto& its = state_of(payment);
  if (its.doing != what) {
    const bool first_after_load = its.doing == domain::step::none && its.maybe_asked;
    its.maybe_asked = first_after_load;
    its.doing = what;
    unstick(its);
    its.in_flight = false;
    its.tries = 0;
    its.last_trouble.clear();
  }
  if (its.in_flight) {
    return;
  }
  its.in_flight = true;
  HF_FAILPOINT(failpoint_of(side_of_step::before, what));
  if (is_of_event(what)) {
    ask_event(of, what);
  } else if (what == domain::step::capture && !its.order) {
    ask_event(of, domain::step::book); // for the order that the buyer is told of: this process has not seen it made
  } else if (what == domain::step::score) {
    ask_scorer(of);
  } else {
    ask_gateway_for(of, what);
  }
}

void checkout_core::ask_event(const domain::payment& of, domain::step what) {
  const auto body = [&]() -> domain::command_body {
    switch (what) {
    case domain::step::freeze: return domain::freeze_hold{of.hold, of.number, of.buyer};
    case domain::step::book: return domain::confirm_paid{of.hold, of.number, of.amount, of.gateway_payment, of.card};
    case domain::step::free_hold: return domain::thaw_hold{of.hold, of.number, of.why};
    case domain::step::take_back:
      return domain::return_order{of.hold,           of.number, of.going_back->cause,  of.going_back->organisation,
                                  of.going_back->by, of.buyer,  of.going_back->tickets};
    default:
      return domain::return_order{of.hold,
                                  of.number,
                                  of.why == domain::turn::refunded ? of.refund_cause : domain::return_cause::uncaptured,
                                  of.refund_organisation,
                                  of.refund_by,
                                  of.buyer};
    }
  }();
  const auto& waiters = state_of(of.number).waiters;
  services_.events.ask(event_, {.by = {}, .id = {}, .body = body},
                       waiters.empty() ? request_meta{} : waiters.front().meta,
                       reply_port{std::make_shared<event_answer_sink>(
                           self_, [payment = of.number, what](checkout_core& core, answer&& said) {
                             core.event_said(payment, what, std::move(said));
                           })});
}

void checkout_core::event_said(domain::payment_number payment, domain::step about, answer&& said) {
  auto& its = state_of(payment);
  its.in_flight = false;
  if (!said.payment) {
    try_later(payment, {}, "the event did not answer: " + std::to_string(said.status));
    return;
  }
  const auto reply = std::exchange(said.payment, nullptr);
  const bool refused = reply->refused != domain::event_refusal::none;
  if (its.doing == domain::step::capture) {
    HF_CHECK(!refused, "an order that was made is there until it is taken back");
    its.order = std::move(said);
    proceed(payment);
    return;
  }
  domain::event_told told{.payment = payment, .about = about, .what = domain::event_told::done{}};
  if (refused) {
    told.what = domain::event_told::refused{reply->refused};
  } else if (about == domain::step::freeze) {
    told.what = domain::event_told::frozen{reply->amount, reply->currency, reply->pinned_until,
                                           reply->bought_from ? reply->bought_from->seller : domain::payment_number{},
                                           reply->risk};
  } else if (about == domain::step::take_back) {
    told.what = domain::event_told::taken_back{reply->amount};
  } else if (about == domain::step::book) {
    its.order = std::move(said);
    if (const auto& from = reply->bought_from) {
      told.what = domain::event_told::resold{from->seller, from->ticket, reply->amount, from->kept};
    }
  }
  HF_FAILPOINT(failpoint_of(side_of_step::after, about));
  take({.by = {}, .id = {}, .body = told});
  if (cancelled_ && refused && about == domain::step::return_order && state_->find(payment)->has_ended()) {
    pause_return(payment); // before it is durable: until then the end of another payment would begin it again
  }
}

void checkout_core::ask_gateway_for(const domain::payment& of, domain::step what) {
  auto& its = state_of(of.number);
  if (services_.gateway == nullptr) {
    its.in_flight = false;
    try_later(of.number, services_.settings.retry_max, "this server has no gateway");
    return;
  }
  const bool before = std::exchange(its.maybe_asked, true);
  ask_gateway(*services_.gateway, event_, of, what, before,
              [self = self_, payment = of.number, what](gateway_news news) {
                self->post([payment, what, news = std::make_shared<gateway_news>(std::move(news))](
                               checkout_core& core) { core.gateway_said(payment, what, std::move(*news)); });
              });
}

void checkout_core::gateway_said(domain::payment_number payment, domain::step about, gateway_news&& news) {
  auto& its = state_of(payment);
  if (its.doing != about) {
    return; // given up meanwhile
  }
  its.in_flight = false;
  if (auto* unsure = std::get_if<gateway_unsure>(&news)) {
    its.maybe_asked = unsure->maybe_asked;
    if (about == domain::step::prepare || about == domain::step::authorise) {
      const auto seq = state_->seq;
      take({.by = {}, .id = {}, .body = domain::give_up{payment, services_.settings.payment_timeout}});
      if (state_->seq != seq) {
        return;
      }
    }
    try_later(payment, unsure->retry_after, std::move(unsure->why));
    return;
  }
  HF_FAILPOINT(failpoint_of(side_of_step::after, about));
  const auto seq = state_->seq;
  take({.by = {}, .id = {}, .body = std::get<domain::gateway_told>(std::move(news))});
  if (state_->seq == seq) {
    try_later(payment, {}, "the gateway's answer does not fit the step");
  }
}

auto checkout_core::pause_after(domain::payment_number payment, std::uint32_t tries) const
    -> std::chrono::milliseconds {
  const auto& settings = services_.settings;
  const auto doubled = settings.retry_first * (std::int64_t{1} << std::min<std::uint32_t>(tries, 16));
  const auto full = std::min(settings.retry_max, std::chrono::milliseconds{doubled});
  // Half of it by chance, so that payments which failed together do not come back together.
  const auto chance = domain::mix64(event_.value() ^ (std::uint64_t{payment.value()} << 20U) ^ (tries + 1));
  return full / 2 + std::chrono::milliseconds{
                        static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(full.count() / 2 + 1))};
}

void checkout_core::try_later(domain::payment_number payment, std::chrono::milliseconds at_least, std::string why) {
  auto& its = state_of(payment);
  const auto jittered = pause_after(payment, its.tries++);
  spdlog::log(its.tries == 1 ? spdlog::level::debug : spdlog::level::warn,
              "payment {} of event {:016x}, step {}, try {}: {}", payment.value(), event_.value(),
              static_cast<int>(its.doing), its.tries, why);
  its.last_trouble = std::move(why);
  if (its.tries >= stuck_after_tries && !std::exchange(its.stuck, true)) {
    services_.shared.metrics.payments_stuck.fetch_add(1, std::memory_order_relaxed);
  }
  self_->post_after(std::max(at_least, jittered), [payment](checkout_core& core) { core.proceed(payment); });
}

} // namespace holdfast::actors
