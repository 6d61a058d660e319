#include "domain/velocity.hpp"

#include "domain/event_data.hpp"
#include "domain/instant.hpp"

#include <algorithm>
#include <vector>

namespace holdfast::domain {
namespace {

struct purchase {
  instant at;
  std::uint64_t places = 0;
};

/// What counts for one buyer or card.
struct tally {
  std::vector<purchase> bought; ///< in any order
  std::uint64_t paying = 0;     ///< places that are being paid, beside those that are asked for
};

auto window(const velocity_rule& rule) noexcept -> millis {
  return seconds(std::int64_t{rule.seconds});
}

auto within(const tally& all, const velocity_rule& rule, instant now) -> std::uint64_t {
  std::uint64_t places = 0;
  for (const auto& one : all.bought) {
    places += now < one.at + window(rule) ? one.places : 0;
  }
  return places;
}

/// When so many places of what was bought have left the rule's time that `more` fit; nothing when they never do.
auto fits_at(tally all, const velocity_rule& rule, std::uint64_t more, instant now) -> std::optional<instant> {
  auto has = within(all, rule, now) + all.paying;
  std::ranges::sort(all.bought, {}, &purchase::at);
  auto at = now;
  for (const auto& one : all.bought) {
    if (has + more <= rule.places) {
      break;
    }
    if (now < one.at + window(rule)) {
      has -= one.places;
      at = one.at + window(rule);
    }
  }
  return has + more <= rule.places ? std::optional{at} : std::nullopt;
}

auto refused(const question& ask, velocity_rule::whose per, const tally& all, std::uint64_t more)
    -> std::optional<rejection> {
  std::optional<rejection> no;
  for (const auto& rule : ask.data.config.velocity) {
    const auto has = rule.per == per ? within(all, rule, ask.now) + all.paying : 0;
    if (rule.per != per || has + more <= rule.places) {
      continue;
    }
    const auto fits = fits_at(all, rule, more, ask.now);
    if (!no) {
      no.emplace();
      no->why = reason::velocity_exceeded;
      no->limit = rule.places;
      no->current = has;
      no->rule = rule;
      no->again_at = fits;
    } else {
      // All rules have to allow it, and one that never does leaves nothing to wait for.
      no->again_at = no->again_at && fits ? std::optional{std::max(*no->again_at, *fits)} : std::nullopt;
    }
  }
  return no;
}

auto has_rule(const question& ask, velocity_rule::whose per) -> bool {
  return std::ranges::any_of(ask.data.config.velocity, [per](const velocity_rule& rule) { return rule.per == per; });
}

} // namespace

auto buyer_velocity(const question& ask, const booking_slot& hold) -> std::optional<rejection> {
  if (!has_rule(ask, velocity_rule::whose::buyer)) {
    return std::nullopt;
  }
  const auto who = hold.by();
  tally all;
  for (const auto* const slot : ask.data.bookings.of(who)) {
    if (const auto* const order = slot->order()) {
      all.bought.push_back({order->confirmed_at, slot->places()});
    } else if (slot->is_frozen() && slot->number() != hold.number() && !slot->is_due(ask.now)) {
      all.paying += slot->places();
    }
  }
  for (const auto& gone : ask.data.given_back.all()) {
    if (gone.buyer == who.subject) {
      all.bought.push_back({gone.bought_at, gone.places});
    }
  }
  return refused(ask, velocity_rule::whose::buyer, all, hold.places());
}

auto card_velocity(const question& ask, std::uint64_t card, const booking_slot& hold) -> std::optional<rejection> {
  if (card == 0 || !has_rule(ask, velocity_rule::whose::card)) {
    return std::nullopt;
  }
  tally all;
  std::uint64_t places = hold.places();
  for (const auto& gone : ask.data.given_back.all()) {
    if (gone.card == card) {
      all.bought.push_back({gone.bought_at, gone.places});
      places += gone.places;
    }
  }
  const auto found = ask.data.places_of_card.find(card);
  places += found == ask.data.places_of_card.end() ? 0 : found->second;
  // Whatever its orders' times, they are not too many: nobody needs to look for them.
  const auto fits = [&](const velocity_rule& rule) {
    return rule.per != velocity_rule::whose::card || places <= rule.places;
  };
  if (std::ranges::all_of(ask.data.config.velocity, fits)) {
    return std::nullopt;
  }
  for (const auto* const slot : ask.data.bookings.paid_with(card)) {
    all.bought.push_back({slot->order()->confirmed_at, slot->places()});
  }
  return refused(ask, velocity_rule::whose::card, all, hold.places());
}

} // namespace holdfast::domain
