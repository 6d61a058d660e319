#include "journal/audit/event_check.hpp"

#include <algorithm>

/// What may be bought within a time, and where places go that are given back.
namespace holdfast::journal::audit {
namespace {

constexpr std::uint64_t per_buyer = 1;
constexpr std::uint64_t per_card = 2;
constexpr std::uint64_t return_uncaptured = 1;
constexpr std::uint64_t return_refunded = 2;
constexpr std::uint64_t return_by_buyer = 3;
/// An event forgets purchases that were given back when there are more of them. From then on it may allow more than what was ever bought does.
constexpr std::uint64_t given_back_known_max = 16'384;

auto text(std::uint64_t number) -> std::string {
  return std::to_string(number);
}

auto within(const std::vector<event_check::purchase>& bought, const velocity_rule& rule, std::int64_t now_ms)
    -> std::uint64_t {
  std::uint64_t places = 0;
  for (const auto& one : bought)
    places += now_ms < one.at + static_cast<std::int64_t>(rule.seconds) * 1'000 ? one.places : 0;
  return places;
}

auto exceeds(const configuration& config, std::uint64_t per, const std::vector<event_check::purchase>& bought,
             std::uint64_t more, std::int64_t now_ms) -> const velocity_rule* {
  const auto found = std::find_if(config.velocity.begin(), config.velocity.end(), [&](const velocity_rule& rule) {
    return rule.per == per && within(bought, rule, now_ms) + more > rule.places;
  });
  return found == config.velocity.end() ? nullptr : &*found;
}

} // namespace

void event_check::check_buyer_velocity(std::uint64_t number, const booking& hold) {
  auto& paying = paying_[hold.by];
  std::uint64_t more = hold.places();
  std::erase_if(paying, [&](std::uint64_t other) {
    const auto found = bookings_.find(other);
    return found == bookings_.end() || !found->second.frozen;
  });
  for (const auto other : paying) {
    const auto& its = bookings_.at(other);
    more += other != number && time_ms_ < its.expires_at ? its.places() : 0;
  }
  paying.insert(number);
  const auto* rule = exceeds(config_, per_buyer, bought_by_[hold.by], more, time_ms_);
  if (rule != nullptr && given_back_ <= given_back_known_max)
    refuse(violation_kind::buyer_limit_exceeded,
           "hold " + text(number) + " was frozen, and its buyer has then more than " + text(rule->places) +
               " places within " + text(rule->seconds) + " s");
}

void event_check::check_card_velocity(std::uint64_t card, const booking& hold) {
  if (card == 0)
    return;
  const auto* rule = exceeds(config_, per_card, bought_with_[card], hold.places(), time_ms_);
  if (rule != nullptr && given_back_ <= given_back_known_max)
    refuse(violation_kind::buyer_limit_exceeded,
           "a card has paid for more than " + text(rule->places) + " places within " + text(rule->seconds) + " s");
}

void event_check::remember_purchase(std::uint64_t number, const booking& order) {
  if (!order.by.is_buyer())
    return;
  const purchase made{number, time_ms_, order.places()};
  bought_by_[order.by].push_back(made);
  if (order.card != 0)
    bought_with_[order.card].push_back(made);
}

/// What was never paid was never bought; all else stays.
void event_check::forget_purchase(const order_returned& what, const booking& order) {
  if (!order.by.is_buyer())
    return;
  if (what.why != return_uncaptured) {
    ++given_back_;
    return;
  }
  const auto is_it = [&](const purchase& one) { return one.order == what.hold; };
  std::erase_if(bought_by_[order.by], is_it);
  if (order.card != 0)
    std::erase_if(bought_with_[order.card], is_it);
}

void event_check::expect_kept(const order_returned& what) {
  const auto keeps = pools_.find(config_.returns_to_allocation);
  const bool given_back = what.why == return_refunded || what.why == return_by_buyer;
  if (keeps == pools_.end() || !given_back || status_ == life::closed || status_ == life::cancelled)
    return;
  allocation_changed kept;
  kept.allocation = config_.returns_to_allocation;
  for (const auto seat : what.seats) {
    if (seat < seat_pool_.size() && seat_pool_[static_cast<std::size_t>(seat)] == 0)
      kept.added.push_back(seat);
  }
  const auto whose = pools_.find(what.allocation);
  for (const auto& part : what.areas) {
    if (whose != pools_.end() && whose->second.find(part.area) != nullptr)
      continue;
    const auto* has = keeps->second.find(part.area);
    kept.areas.push_back({part.area, (has == nullptr ? 0 : has->quantity) + part.quantity, 0, 0});
  }
  if (!kept.added.empty() || !kept.areas.empty())
    kept_ = std::move(kept);
}

void event_check::check_kept(const fact& next) {
  if (!kept_)
    return;
  const auto* change = std::get_if<allocation_changed>(&next);
  if (change == nullptr || change->allocation != kept_->allocation || change->added != kept_->added ||
      !change->removed.empty() || change->from != 0 || change->areas != kept_->areas)
    refuse(violation_kind::illegal_allocation,
           "places were given back before this, and did not go to allocation " + text(kept_->allocation));
  kept_.reset();
}

} // namespace holdfast::journal::audit
