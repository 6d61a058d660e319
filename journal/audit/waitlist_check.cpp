#include "journal/audit/event_check.hpp"

#include <algorithm>

/// What happens on an event's waitlist, and which holds it should have had.
namespace holdfast::journal::audit {
namespace {

constexpr std::size_t orders_max = 100'000;
constexpr std::size_t choices_max = 4;
constexpr std::uint64_t places_of_hold_max = 1'000;

auto order_text(std::uint64_t number) -> std::string {
  return "order " + std::to_string(number) + " on the waitlist";
}

} // namespace

/// The general sale, which is the only one that the waitlist is for.
auto event_check::is_waitlist_open() const -> bool {
  const bool begun = !config_.sale_opens_at || time_ms_ >= *config_.sale_opens_at;
  const bool over = config_.sale_closes_at && time_ms_ >= *config_.sale_closes_at;
  return status_ == life::published && begun && !over && config_.waitlist_offer_ms != 0;
}

auto event_check::may_have(const owner& who, std::uint64_t more, std::uint64_t due) const -> bool {
  const auto has = places_of_buyer_.find(who);
  return more <= config_.max_per_order && more <= places_of_hold_max &&
         (has == places_of_buyer_.end() ? 0 : has->second) + more <= config_.max_per_buyer + due;
}

auto event_check::due_places(const owner& who) const -> std::uint64_t {
  std::uint64_t places = 0;
  for (const auto& [number, its] : bookings_)
    places += its.by == who && !its.confirmed && its.expires_at <= time_ms_ ? its.places() : 0;
  return places;
}

auto event_check::tier_costs() const -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> costs;
  for (const auto& id : seats_.tiers) {
    const auto* its = price_of(id);
    const auto cost =
        its == nullptr ? 0 : static_cast<std::uint64_t>(its->price) + static_cast<std::uint64_t>(its->fee);
    costs.push_back(cost + tax_on_top(config_.tax, cost));
  }
  return costs;
}

void event_check::on(const waitlist_joined& what) {
  const auto wrong = [&](const std::string& why) {
    refuse(violation_kind::illegal_waitlist_change, order_text(what.order) + " " + why);
  };
  const owner who{what.who_high, what.who_low, 0};
  if (what.order != waitlist_.last() + 1)
    wrong("follows order " + std::to_string(waitlist_.last()));
  if (!is_waitlist_open())
    wrong("joined when there was none");
  if (!who.is_buyer() || waitlist_.has(who))
    wrong("is nobody's, or its buyer's second one");
  if (waitlist_.all().size() >= orders_max)
    wrong("is one too many");
  if (what.choices.empty() || what.choices.size() > choices_max)
    wrong("has not 1 to 4 choices");
  for (const auto& choice : what.choices) {
    if (const auto* fault = choice_fault(choice, seats_); fault != nullptr)
      wrong(std::string{"has a choice "} + fault);
    const auto places = choice.places();
    // What is due is nobody's any more, though no fact says so yet.
    if (!may_have(who, places) && !may_have(who, places, due_places(who)))
      wrong("has a choice of " + std::to_string(places) + " places, more than its buyer may have");
  }
  joined_behind_all_ = what.rank == waitlist_.last_rank();
  waitlist_.join(what, time_ms_);
}

void event_check::on(const waitlist_left& what) {
  const auto* order = waitlist_.find(what.order);
  if (order == nullptr || order->offered != 0)
    refuse(violation_kind::illegal_waitlist_change,
           order_text(what.order) + " was left, and " +
               (order == nullptr ? "is not there" : "hold " + std::to_string(order->offered) + " is offered for it"));
  waitlist_.end(what.order);
}

/// An offer is for an order that waits, to its buyer, of the public's places, and is what the first of its choices that can be met asks for.
void event_check::check_offer(const hold_created& what) {
  const auto* order = waitlist_.find(what.waitlist);
  if (order == nullptr || order->offered != 0 || order->who != what.by) {
    refuse(violation_kind::illegal_offer, "hold " + std::to_string(what.hold) + " was offered for " +
                                              order_text(what.waitlist) +
                                              ", which does not wait or is another buyer's");
    return;
  }
  if (!is_waitlist_open() || what.allocation != 0 || what.sold_by != 0 || !what.phase.empty())
    refuse(violation_kind::illegal_offer,
           "hold " + std::to_string(what.hold) +
               " was offered while nothing was, or is of what is set apart or of a presale");
  const auto costs = tier_costs();
  const places_taken places{what, seats_, costs};
  const auto& choices = order->choices;
  const auto met =
      std::find_if(choices.begin(), choices.end(), [&](const waitlist_choice& one) { return places.meet(one); });
  if (met == choices.end())
    refuse(violation_kind::offer_unwanted, "hold " + std::to_string(what.hold) + " was offered for " +
                                               order_text(what.waitlist) + ", and meets none of its choices");
  for (auto before = choices.begin(); met != choices.end() && before != met; ++before) {
    if (may_have(what.by, before->places()) && places.would_do(*before, nullptr))
      refuse(violation_kind::offer_unwanted, "hold " + std::to_string(what.hold) + " was offered for " +
                                                 order_text(what.waitlist) + ", and an earlier choice could be met");
  }
  check_nobody_overtaken(what, places, met == choices.end() ? nullptr : &*met,
                         waiting_line::place{order->rank, what.waitlist});
}

/// Whoever takes what the public may have takes it from nobody who waits.
void event_check::check_not_from_waiting(const hold_created& what) {
  if (what.allocation != 0 || !what.phase.empty() || waitlist_.waiting().empty() || !is_waitlist_open())
    return;
  const auto costs = tier_costs();
  check_nobody_overtaken(what, {what, seats_, costs}, nullptr, std::nullopt);
}

void event_check::check_nobody_overtaken(const hold_created& what, const places_taken& places,
                                         const waitlist_choice* met, std::optional<waiting_line::place> before) {
  std::uint64_t taken = what.seats.size();
  for (const auto& part : what.areas)
    taken += part.quantity;
  const auto would_take = [&](const waiting_line::order& order) {
    return std::any_of(order.choices.begin(), order.choices.end(), [&](const waitlist_choice& one) {
      return may_have(order.who, one.places()) && places.would_do(one, met);
    });
  };
  for (const auto& [least, line] : waitlist_.waiting()) {
    if (least > taken)
      return;
    const auto found = std::find_if(line.begin(), line.end(), [&](const waiting_line::place& one) {
      return (before && one >= *before) || would_take(waitlist_.all().at(one.second));
    });
    if (found == line.end() || (before && *found >= *before))
      continue;
    refuse(violation_kind::waitlist_overtaken, "hold " + std::to_string(what.hold) + " has what " +
                                                   order_text(found->second) + " would have taken, which came before");
    return;
  }
}

/// As long as the event says from the moment it is offered, whatever the time of other holds is.
auto event_check::deadlines_of(const hold_created& what) const -> std::pair<std::int64_t, std::int64_t> {
  const auto cap = time_ms_ + config_.hold_cap_ms;
  if (what.waitlist == 0)
    return {std::min(time_ms_ + config_.hold_time_ms, cap), cap};
  const auto due = time_ms_ + config_.waitlist_offer_ms;
  return {due, std::max(due, cap)};
}

} // namespace holdfast::journal::audit
