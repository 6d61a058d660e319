#include "tests/model/planted_bugs.hpp"

#include "tests/model/planting.hpp"

#include <algorithm>

namespace holdfast::model {
namespace {

using namespace domain;

/// The same decision as if it were another time, dated `now`.
auto decided_at(const event_state& state, const command& asked, instant then, instant now) -> outcome {
  auto got = decide(state, asked, then);
  if (got) {
    for (auto& fact : *got) {
      fact.time = now;
    }
  }
  return got;
}

auto hold_named(const command& asked) -> std::optional<hold_number> {
  if (const auto* extend = std::get_if<extend_hold>(&asked.body)) {
    return extend->hold;
  }
  if (const auto* release = std::get_if<release_hold>(&asked.body)) {
    return release->hold;
  }
  if (const auto* confirm = std::get_if<confirm_hold>(&asked.body)) {
    return confirm->hold;
  }
  return {};
}

auto no_holder_check(const event_state& state, command asked, instant now, outcome got) -> outcome {
  const auto number = hold_named(asked);
  const auto* hold = number ? state.find(*number) : nullptr;
  if (!refused_as(got, reason::not_found) || hold == nullptr || hold->by.organisation) {
    return got;
  }
  asked.by = {caller::kind::buyer, hold->by.subject, {}, {}};
  return decide(state, asked, now);
}

auto no_buyer_limit(const event_state& state, command asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::buyer_limit_exceeded)) {
    return got;
  }
  const auto buyer = asked.by.subject;
  asked.by = {caller::kind::box_office, {}, state.organisation(), key_id{1}};
  got = decide(state, asked, now);
  if (got) {
    auto& made = std::get<hold_created>(got->back().body);
    made.by = {buyer, {}};
    made.sold_by = {};
  }
  return got;
}

auto deadline_too_late(const event_state& state, const command& asked, instant now, const outcome& got) -> outcome {
  const auto number = hold_named(asked);
  const auto* hold = number ? state.find(*number) : nullptr;
  const bool at_deadline = hold != nullptr && hold->expires_at == now && state.time() < now;
  return refused_as(got, reason::hold_expired) && at_deadline ? decided_at(state, asked, now - millis{1}, now) : got;
}

auto deadline_too_early(const event_state& state, const command& asked, instant now, const outcome& got) -> outcome {
  return std::holds_alternative<end_due_holds>(asked.body) ? decided_at(state, asked, now + millis{1}, now) : got;
}

auto takes_what_is_left(const event_state& state, command asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::seat_unavailable)) {
    return got;
  }
  auto& seats = std::get<hold_seats>(asked.body).seats;
  for (const auto& conflict : got.error().conflicts) {
    seats.erase(std::find(seats.begin(), seats.end(), conflict.seat));
  }
  return seats.empty() ? got : decide(state, asked, now);
}

auto area_without_capacity(const event_state& state, command asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::area_full) || got.error().area_conflicts.front().available == 0) {
    return got;
  }
  auto& areas = std::get<hold_seats>(asked.body).areas;
  const auto wanted = areas;
  for (auto& part : areas) {
    for (const auto& conflict : got.error().area_conflicts) {
      part.quantity = part.area == conflict.area ? conflict.available : part.quantity;
    }
  }
  auto less = decide(state, asked, now);
  if (!less) {
    return got;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::get<hold_created>(less->back().body).areas[i].quantity = wanted[i].quantity;
  }
  return less;
}

auto forgets_keys(const event_state& state, command asked, instant now, const outcome&) -> outcome {
  const auto id = asked.id;
  asked.id = {};
  auto got = decide(state, asked, now);
  if (got) {
    for (auto& fact : *got) {
      fact.command = id;
    }
  }
  return got;
}

auto any_request_will_do(const event_state& state, const command& asked, instant, outcome got) -> outcome {
  if (refused_as(got, reason::key_reused)) {
    got.error().why = reason::already_remembered;
    got.error().remembered_seq = state.remembered_key(asked.id.key)->seq;
  }
  return got;
}

auto no_cap(const event_state& state, const command&, instant, outcome got) -> outcome {
  if (got && !got->empty()) {
    if (auto* extended = std::get_if<hold_extended>(&got->back().body)) {
      extended->expires_at = state.find(extended->hold)->expires_at + state.config().hold_extension;
    }
  }
  return got;
}

auto extends_again(const event_state& state, const command& asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::already_extended)) {
    return got;
  }
  const auto* hold = state.find(*hold_named(asked));
  const auto until = std::min(hold->expires_at + state.config().hold_extension, hold->cap_at);
  return until > hold->expires_at ? outcome{facts{{now, asked.id, hold_extended{hold->number, until}}}} : got;
}

auto sells_before_opening(const event_state& state, const command& asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::sale_not_open) || state.status() != event_status::published) {
    return got;
  }
  const auto& opens = state.config().sale_opens_at;
  return opens && *opens > now ? decided_at(state, asked, *opens, now) : got;
}

auto any_box_office(const event_state& state, command asked, instant now, outcome got) -> outcome {
  if (!refused_as(got, reason::not_found) || asked.by.as != caller::kind::box_office ||
      state.status() == event_status::absent) {
    return got;
  }
  asked.by.organisation = state.organisation();
  return decide(state, asked, now);
}

auto charges_for_gifts(const event_state& state, const command&, instant, outcome got) -> outcome {
  if (got && !got->empty()) {
    if (auto* order = std::get_if<order_confirmed>(&got->back().body)) {
      order->total = state.find(order->hold)->total();
    }
  }
  return got;
}

auto second_best(const event_state& state, const command& asked, instant, outcome got) -> outcome {
  const auto* wanted = std::get_if<hold_seats>(&asked.body);
  if (!got || wanted == nullptr || !wanted->best) {
    return got;
  }
  auto& seats = std::get<hold_created>(got->back().body).seats;
  const auto next = seats.back() + 1;
  const auto& plan = *state.seats();
  if (next < plan.seat_count() && plan.row_of(next) == plan.row_of(seats.back()) &&
      state.seat(next) == seat_status::available) {
    for (auto& seat : seats) {
      ++seat;
    }
  }
  return got;
}

auto offers_taken_seats(const event_state&, const command&, instant, outcome got) -> outcome {
  if (refused_as(got, reason::seat_unavailable) && !got.error().alternatives.empty()) {
    got.error().alternatives.back().seats.back() = got.error().conflicts.front().seat;
  }
  return got;
}

auto offers_nothing(const event_state&, const command&, instant, outcome got) -> outcome {
  if (!got) {
    got.error().alternatives.clear();
  }
  return got;
}

auto decides_twice(const event_state&, const command& asked, instant, outcome got) -> outcome {
  if (got && !got->empty() && std::holds_alternative<release_hold>(asked.body)) {
    got->push_back(got->back());
  }
  return got;
}

auto keeps_overdue_holds(const event_state&, const command& asked, instant, outcome got) -> outcome {
  if (got && std::holds_alternative<hold_seats>(asked.body)) {
    got->erase(got->begin(), got->end() - 1);
  }
  return got;
}

auto numbers_from_a_counter(const event_state&, const command&, instant, outcome got) -> outcome {
  static bool odd = false;
  odd = !odd;
  if (got && !got->empty() && odd) {
    if (auto* made = std::get_if<hold_created>(&got->back().body)) {
      made->expires_at = made->expires_at + millis{made->expires_at < made->cap_at ? 1 : -1};
    }
  }
  return got;
}

auto names_one_conflict(const event_state&, const command&, instant, outcome got) -> outcome {
  if (refused_as(got, reason::seat_unavailable)) {
    got.error().conflicts.resize(1);
  }
  return got;
}

} // namespace

auto wrong_decisions() -> std::vector<planted_bug> {
  return {deciding("anybody may extend, release and confirm a buyer's hold", no_holder_check),
          deciding("max_per_buyer is not looked at", no_buyer_limit),
          deciding("a hold may be confirmed and extended at its deadline", deadline_too_late),
          deciding("a hold ends a millisecond before its deadline", deadline_too_early),
          deciding("a hold takes the seats that are left", takes_what_is_left),
          deciding("an area is filled above its capacity", area_without_capacity),
          deciding("idempotency keys are not looked at", forgets_keys),
          deciding("a key may be used for another request", any_request_will_do),
          deciding("an extension goes beyond the cap", no_cap),
          deciding("a hold is extended again and again", extends_again),
          deciding("seats are held before the sale opens", sells_before_opening),
          deciding("any organisation's box office may do what the event's own may", any_box_office),
          deciding("a complimentary order is charged", charges_for_gifts),
          deciding("best available takes the seats beside the best", second_best),
          deciding("a taken seat is offered instead", offers_taken_seats),
          deciding("nothing is offered instead", offers_nothing),
          deciding("a release is decided twice over", decides_twice),
          deciding("an overdue hold keeps the seats that somebody else gets", keeps_overdue_holds),
          deciding("the same question gets another answer the second time", numbers_from_a_counter),
          deciding("only the first conflict is named", names_one_conflict)};
}

auto wrong_folds() -> std::vector<planted_bug> {
  std::vector<planted_bug> all = {
      folding<hold_extended>("an extension is folded a second short",
                             [](hold_extended& what) { what.expires_at = what.expires_at - millis{1}; }),
      folding<hold_created>("a hold is folded under another price",
                            [](hold_created& what) {
                              if (!what.prices.empty()) {
                                what.prices.back() += 1;
                              }
                            }),
      folding<hold_created>("a hold is folded without its tax", [](hold_created& what) { what.tax.reset(); }),
      folding<order_confirmed>("an order forgets who confirmed it",
                               [](order_confirmed& what) { what.confirmed_by = {}; }),
      folding<event_amended>("an amended limit is folded as another",
                             [](event_amended& what) { what.config.max_per_buyer += 1; }),
      restoring_image("a snapshot forgets the keys", [](state_image& image) { image.keys.clear(); }),
      restoring_image("a snapshot forgets how holds ended", [](state_image& image) { image.ended.clear(); })};
  auto twice = the_domain();
  twice.apply = [](event_state& state, const fact& what) {
    apply(state, what);
    if (std::holds_alternative<event_amended>(what.body)) {
      apply(state, what);
    }
  };
  all.push_back({"an amendment is folded twice", std::move(twice)});
  return all;
}

} // namespace holdfast::model
