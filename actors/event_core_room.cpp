#include "actors/checkout_parts.hpp"
#include "actors/event_core.hpp"
#include "actors/parked.hpp"
#include "domain/queue/settings.hpp"

#include <algorithm>
#include <utility>
#include <variant>

/// What an event and its waiting room have to do with each other.
namespace holdfast::actors {

namespace {

/// Of the newest holds: more are not made while admissions last, but in the largest sales.
constexpr std::uint32_t looked_back_holds = 65'536;

/// Whether a buyer wants places at once, which need the waiting room's admission. What a hold becomes needs none.
auto wants_places(const event_request& request) noexcept -> bool {
  return request.what.by.as == domain::caller::kind::buyer &&
         (request.wish || std::holds_alternative<domain::hold_seats>(request.what.body) ||
          std::holds_alternative<domain::hold_resale>(request.what.body));
}

/// Whether a fact may change when the event sells.
auto may_change_sale(const domain::fact& what) noexcept -> bool {
  return std::holds_alternative<domain::event_created>(what.body) ||
         std::holds_alternative<domain::event_amended>(what.body) ||
         std::holds_alternative<domain::event_published>(what.body) ||
         std::holds_alternative<domain::event_paused>(what.body) ||
         std::holds_alternative<domain::event_resumed>(what.body) ||
         std::holds_alternative<domain::event_closed>(what.body) ||
         std::holds_alternative<domain::event_cancelled>(what.body);
}

} // namespace

auto event_core::refuse_unadmitted(event_request& request) -> bool {
  if (auto* const join = std::get_if<domain::join_waitlist>(&request.what.body)) {
    return refuse_unranked(request, *join);
  }
  if (services_.rooms == nullptr || !wants_places(request)) {
    return false;
  }
  const auto is = services_.rooms->admits(event_, request.what.by.subject, request.meta.place);
  if (is == admission::not_needed) {
    services_.notices->arrived(event_);
    return false;
  }
  if (is == admission::granted) {
    tell_supply(); // the room may be younger than what it was told
    return false;
  }
  services_.metrics.holds_unadmitted.fetch_add(1, std::memory_order_relaxed);
  refuse_at_the_door(request, is);
  return true;
}

void event_core::refuse_at_the_door(event_request& request, admission is) {
  const auto why = is == admission::over ? refusal::admission_expired : refusal::admission_required;
  request.reply.send(services_.encoder.refused(why, request.meta));
}

/// Who is let in comes before all who wait in the line, and those keep their order. Without a room, or while it is off, whoever comes later is behind.
auto event_core::refuse_unranked(event_request& request, domain::join_waitlist& what) -> bool {
  what.rank.reset();
  if (services_.rooms == nullptr || request.what.by.as != domain::caller::kind::buyer) {
    return false;
  }
  const auto who = request.what.by.subject;
  const auto is = services_.rooms->admits(event_, who, request.meta.place);
  if (is == admission::not_needed) {
    services_.notices->arrived(event_);
    return false;
  }
  if (is == admission::granted) {
    what.rank = 0;
    tell_supply();
    return false;
  }
  // While there are seats to be had by standing in the line, that is how.
  const auto room = services_.rooms->room(event_);
  if (room != nullptr && room->mode == domain::queue::mode::sold_out) {
    what.rank = services_.rooms->rank(event_, who, request.meta.place);
  }
  if (!what.rank) {
    refuse_at_the_door(request, is);
  }
  return !what.rank;
}

auto event_core::seats_left() const -> std::optional<bool> {
  const auto closes_at = state_->config().sale_closes_at;
  const auto status = state_->status();
  if (status == domain::event_status::closed || status == domain::event_status::cancelled ||
      (closes_at && now() >= *closes_at)) {
    return false;
  }
  const auto counts = state_->counts();
  if (counts.available == 0 && counts.held > 0) {
    return std::nullopt;
  }
  return counts.available > 0;
}

auto event_core::notice_of(const domain::facts& made, const std::vector<domain::hold_number>& lapsed)
    -> std::function<void()> {
  const bool new_sale = std::ranges::any_of(made, may_change_sale);
  if (new_sale) {
    sale_.reset();
  }
  if (services_.notices == nullptr || !services_.notices->listens(event_)) {
    return {};
  }
  auto notice = std::make_shared<room_notice>();
  for (const auto& fact : made) {
    if (const auto* const sold = std::get_if<domain::order_confirmed>(&fact.body)) {
      if (const auto* const order = state_->find(sold->hold); order != nullptr) {
        notice->bought.push_back(order->by.subject);
      }
    } else if (const auto* const ran_out = std::get_if<domain::hold_expired>(&fact.body)) {
      const bool was_offered = std::ranges::find(lapsed, ran_out->hold) != lapsed.end();
      if (const auto* const hold = state_->find_ended(ran_out->hold); hold != nullptr && !was_offered) {
        notice->gave_up.push_back(hold->by.subject);
      }
    }
  }
  std::erase(notice->bought, domain::subject_id{}); // box offices wait in no line
  std::erase(notice->gave_up, domain::subject_id{});
  // What those on the waitlist may still be offered is not for the line.
  if (const auto left = seats_left(); left && (!offers_due_ || !*left) && told_supply_ != left) {
    told_supply_ = left;
    notice->seats_left = left;
  }
  if (new_sale) {
    notice->sale = sale();
  }
  if (notice->bought.empty() && notice->gave_up.empty() && !notice->seats_left && !notice->sale) {
    return {};
  }
  return [to = services_.notices, event = event_, notice] { to->told(event, std::move(*notice)); };
}

auto event_core::sale() -> std::shared_ptr<const domain::sale_hours> {
  if (!sale_) {
    sale_ = std::make_shared<const domain::sale_hours>(domain::sale_hours_of(state_->status(), state_->config()));
  }
  return sale_;
}

/// As of what is durable: what is not yet will be told with its own facts.
void event_core::tell_supply() {
  if (services_.notices == nullptr || !progress_->all_durable() || !state_->seats() ||
      !services_.notices->listens(event_)) {
    return;
  }
  room_notice notice;
  notice.sale = sale();
  if (!offers_due_) {
    if (const auto left = seats_left()) {
      told_supply_ = left;
    }
    notice.seats_left = told_supply_;
  }
  services_.notices->told(event_, std::move(notice));
}

void event_core::tell_lately() {
  if (services_.notices == nullptr || !services_.notices->listens(event_)) {
    return;
  }
  room_notice notice;
  constexpr domain::subject_id nobody; // box offices wait in no line
  const auto since = now() - domain::queue::limits::admission_max;
  const auto last = state_->last_hold().value();
  for (auto number = last; number > 0 && last - number < looked_back_holds; --number) {
    const domain::hold_number hold{number};
    if (const auto* const ended = state_->find_ended(hold); ended != nullptr) {
      if (ended->ended == domain::ended_hold::how::expired && ended->at >= since && ended->by.subject != nobody) {
        notice.lately.push_back({ended->by.subject, ended->at, false});
      }
    } else if (const auto* const order = state_->find(hold); order != nullptr) {
      if (order->status == domain::booking_status::confirmed && order->confirmed_at >= since &&
          order->by.subject != nobody) {
        notice.lately.push_back({order->by.subject, order->confirmed_at, true});
      }
    }
  }
  if (!notice.lately.empty()) {
    services_.notices->told(event_, std::move(notice));
  }
}

void event_core::probe(std::shared_ptr<event_probe> probing) {
  if (halted_) {
    return;
  }
  if (!state_) {
    probe_waiting_ = std::move(probing);
    return;
  }
  tell_supply();
  journal::append_group barrier;
  barrier.stream = stream();
  // Behind what is being written, of an event that always writes too: a room that asks is told whether it sells.
  auto* const to = state_->seats() ? services_.notices : nullptr;
  services_.journal.append(
      std::move(barrier),
      std::make_shared<parked_facts>([held = std::move(probing), to, event = event_, when = sale()](bool durable) {
        if (durable && to != nullptr) {
          room_notice notice;
          notice.sale = when;
          to->told(event, std::move(notice));
        }
      }));
}

} // namespace holdfast::actors
