#include "actors/event_core.hpp"
#include "actors/parked.hpp"
#include "domain/apply.hpp"
#include "domain/check.hpp"
#include "domain/decide.hpp"

#include <algorithm>
#include <utility>
#include <variant>

/// What comes back goes to the waitlist first; and how an event writes what nobody asked for.
namespace holdfast::actors {

namespace {

/// What may not be offered yet (storage runs low, the clock is unsure) is looked at again after this.
constexpr auto offer_retry = domain::seconds(1);

/// Whether a fact may let somebody on the waitlist have what they could not have before: it frees places, what their buyer may have, or changes what
/// the event says.
auto may_bring_something(const domain::fact& what) noexcept -> bool {
  return std::holds_alternative<domain::hold_released>(what.body) ||
         std::holds_alternative<domain::hold_expired>(what.body) ||
         std::holds_alternative<domain::order_returned>(what.body) ||
         std::holds_alternative<domain::ticket_resold>(what.body) ||
         std::holds_alternative<domain::allocation_changed>(what.body) ||
         std::holds_alternative<domain::allocation_released>(what.body) ||
         std::holds_alternative<domain::event_amended>(what.body) ||
         std::holds_alternative<domain::event_resumed>(what.body);
}

/// Whether somebody would take places, or wait for those that they cannot have.
auto would_take(const domain::command_body& what) noexcept -> bool {
  return std::holds_alternative<domain::hold_seats>(what) || std::holds_alternative<domain::join_waitlist>(what);
}

auto of_our_own(domain::command_body what) -> domain::command {
  return {.by = {}, .id = {}, .body = std::move(what)};
}

} // namespace

void event_core::note_freed(const domain::facts& made) noexcept {
  offers_due_ = offers_due_ || std::ranges::any_of(made, may_bring_something);
}

auto event_core::next_offers(domain::instant at) -> domain::facts {
  if (!offers_due_) {
    return {};
  }
  if (state_->waiting() == 0) {
    offers_due_ = false;
    return {};
  }
  const auto match = of_our_own(domain::match_waitlist{});
  if (services_.gate.refuses(match.body)) {
    services_.deadlines.schedule(event_, services_.clock.now() + offer_retry);
    return {};
  }
  auto made = domain::decide(*state_, match, at);
  if (made && !made->empty()) {
    return *std::move(made);
  }
  // While the sale is not open what came back waits for it, with those who wait.
  offers_due_ = domain::sale_status_at(state_->status(), state_->config(), at) != domain::sale_status::on_sale;
  return {};
}

auto event_core::next_wake(domain::instant at) const -> std::optional<domain::instant> {
  const auto next = state_->next_deadline();
  const auto opens = state_->config().sale_opens_at;
  const bool waits_for_sale = offers_due_ && state_->waiting() > 0 && opens && *opens > at;
  return waits_for_sale && (!next || *opens < *next) ? opens : next;
}

auto event_core::deadline_after(domain::instant at) const -> std::optional<domain::instant> {
  const bool is_open = domain::sale_status_at(state_->status(), state_->config(), at) == domain::sale_status::on_sale;
  return offers_due_ && is_open ? at : next_wake(at);
}

void event_core::write_own(domain::facts&& made, domain::instant at, const std::shared_ptr<held_credit>& credit) {
  auto next = std::move(made);
  while (!next.empty()) {
    const auto facts = std::make_shared<const domain::facts>(std::move(next));
    const auto lapsed = lapsing(*facts);
    for (const auto& fact : *facts) {
      domain::apply(*state_, fact);
    }
    count(*facts);
    note_freed(*facts);
    next = next_offers(at);
    journal::append_group group;
    group.stream = stream();
    group.first_seq = progress_->appended + 1;
    progress_->appended += facts->size();
    HF_CHECK(progress_->appended == state_->seq(), "every applied fact is appended");
    group.facts = facts;
    group.next_deadline = deadline_after(at);
    group.state_hash = state_->hash();
    services_.journal.append(std::move(group), std::make_shared<parked_work>(progress_, progress_->appended, credit,
                                                                             notice_of(*facts, lapsed)));
  }
}

void event_core::offer_what_came_back(domain::instant at) {
  const bool was_due = offers_due_;
  if (auto offers = next_offers(at); !offers.empty()) {
    write_own(std::move(offers), at, own_credit());
    announce_deadline();
    snapshot_if_due();
  } else if (was_due && !offers_due_) {
    tell_supply(); // nobody on the waitlist would take what came back while nothing could be offered
  }
}

auto event_core::own_credit() -> std::shared_ptr<held_credit> {
  HF_CHECK(credits_->enter_always() == inflight_limiter::entry::entered, "an event that acts has not ended");
  return std::make_shared<held_credit>(credits_);
}

void event_core::make_way(const event_request& request, domain::instant at) {
  if (state_->waiting() == 0 || !would_take(request.what.body)) {
    return;
  }
  // Whoever ends a hold that is due by wanting its places would overtake those on the waitlist.
  while (services_.gate.expires()) {
    const auto due = state_->next_deadline();
    auto decided = due && *due <= at ? domain::decide(*state_, of_our_own(domain::end_due_holds{}), at)
                                     : tl::expected<domain::facts, domain::rejection>{};
    if (!decided || decided->empty()) {
      break;
    }
    write_own(std::move(*decided), at, own_credit());
  }
  offer_what_came_back(at);
  announce_deadline();
}

auto event_core::lapsing(const domain::facts& made) const -> std::vector<domain::hold_number> {
  std::vector<domain::hold_number> holds;
  for (const auto& fact : made) {
    const auto* const ran_out = std::get_if<domain::hold_expired>(&fact.body);
    const auto* const hold = ran_out == nullptr || !state_->last_waitlist() ? nullptr : state_->find(ran_out->hold);
    const auto* const order = hold == nullptr ? nullptr : state_->find_waiting(hold->by.subject);
    if (order != nullptr && order->offered == ran_out->hold.value()) {
      holds.push_back(ran_out->hold);
    }
  }
  return holds;
}

} // namespace holdfast::actors
