#include "journal/audit/event_check.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace holdfast::journal::audit {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t price_max = 1'000'000'000'000;
constexpr std::uint64_t tickets_max = 100'000;
constexpr std::uint64_t places_per_hold_max = 1'000;
constexpr std::uint64_t hold_number_max = 0x3fff'ffff;
constexpr std::uint64_t area_capacity_max = 1'000'000;
constexpr std::size_t payment_text_max = 64;

constexpr std::uint64_t method_complimentary = 3;
constexpr std::uint64_t method_card = 4;

auto is_payment_text(std::string_view text) -> bool {
  return text.size() <= payment_text_max && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '.' ||
                  c == '_' || c == '-';
         });
}

auto in_range(std::int64_t value, std::int64_t least, std::int64_t most) -> bool {
  return value >= least && value <= most;
}

auto tiers_fault(const configuration& config) -> std::string {
  if (config.tiers.empty() || config.tiers.size() > 64)
    return "an event has 1 to 64 price tiers";
  std::set<std::string> ids;
  for (const auto& each : config.tiers) {
    if (each.id.empty() || !ids.insert(each.id).second)
      return "price tier '" + each.id + "' has no id of its own";
    if (!in_range(each.price, 0, price_max))
      return "the price of tier '" + each.id + "' is out of range";
    if (!in_range(each.fee, 0, price_max))
      return "the fee of tier '" + each.id + "' is out of range";
  }
  return {};
}

auto rule_fault(const price_rule& rule, const configuration& config) -> std::string {
  const auto tier = std::any_of(config.tiers.begin(), config.tiers.end(),
                                [&](const price_tier& each) { return each.id == rule.tier; });
  if (!tier)
    return "price rule '" + rule.id + "' is about no tier";
  if (rule.at.has_value() == (rule.sold_percent != 0) || rule.sold_percent > 100 ||
      rule.price.has_value() == (rule.change_percent != 0))
    return "price rule '" + rule.id + "' does not say when and what";
  if (!in_range(rule.floor, 0, price_max) || !in_range(rule.cap, rule.floor, price_max) ||
      (rule.price && !in_range(*rule.price, rule.floor, rule.cap)))
    return "price rule '" + rule.id + "' goes beyond its floor and cap";
  return {};
}

auto rules_fault(const configuration& config) -> std::string {
  std::set<std::string> ids;
  for (const auto& each : config.price_rules) {
    if (each.id.empty() || !ids.insert(each.id).second)
      return "price rule '" + each.id + "' has no id of its own";
    if (auto fault = rule_fault(each, config); !fault.empty())
      return fault;
  }
  return {};
}

auto is_sound_tax(const tax& its) -> bool {
  constexpr std::uint64_t whole = 10'000; // basis points
  constexpr std::size_t name_bytes_max = 40;
  return !its.name.empty() && its.name.size() <= name_bytes_max && its.basis_points <= whole && its.mode >= 1 &&
         its.mode <= 2;
}

auto config_fault(const configuration& config) -> std::string {
  if (config.name.empty())
    return "an event has a name";
  if (config.currency.size() != 3 ||
      !std::all_of(config.currency.begin(), config.currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "a currency has three capital letters";
  if (config.sale_opens_at && config.sale_closes_at && *config.sale_opens_at >= *config.sale_closes_at)
    return "the sale closes before it opens";
  if (!in_range(config.hold_time_ms, minute_ms, 60 * minute_ms) || config.hold_extension_ms < 0 ||
      !in_range(config.hold_cap_ms, config.hold_time_ms, 120 * minute_ms))
    return "a hold time of 1 to 60 minutes, and a cap from that to 120, are allowed";
  if (config.max_per_order < 1 || config.max_per_order > tickets_max || config.max_per_buyer < 1 ||
      config.max_per_buyer > tickets_max || config.max_per_card > tickets_max)
    return "1 to 100,000 tickets an order and a buyer are allowed";
  if (config.resale_max_percent > 100)
    return "tickets are resold for at most what was paid for them";
  if (config.risk_on_failure > 3)
    return "payments are allowed, reviewed or denied when they cannot be scored";
  if (config.waitlist_offer_ms != 0 && !in_range(config.waitlist_offer_ms, minute_ms, 72 * 60 * minute_ms))
    return "what comes back is offered for 1 minute to 72 hours";
  constexpr std::uint64_t week_s = 7 * 24 * 3'600;
  const auto is_sound = [](const velocity_rule& rule) {
    return (rule.per == 1 || rule.per == 2) && rule.places >= 1 && rule.places <= tickets_max && rule.seconds >= 1 &&
           rule.seconds <= week_s;
  };
  if (config.velocity.size() > 8 || !std::all_of(config.velocity.begin(), config.velocity.end(), is_sound))
    return "at most 8 rules of 1 to 100,000 places within a week at most, of a buyer or of a card, are allowed";
  if (config.tax && !is_sound_tax(*config.tax))
    return "a tax has a name, 0 to 10,000 basis points, and is in the price or on top of it";
  const auto tiers = tiers_fault(config);
  return tiers.empty() ? rules_fault(config) : tiers;
}

auto find_rule(const configuration& config, const std::string& id) -> const price_rule* {
  const auto found = std::find_if(config.price_rules.begin(), config.price_rules.end(),
                                  [&](const price_rule& each) { return each.id == id; });
  return found == config.price_rules.end() ? nullptr : &*found;
}

auto price_after(std::int64_t before, const price_rule& rule) -> std::int64_t {
  const auto wanted = rule.price ? *rule.price : before * (100 + rule.change_percent) / 100;
  const auto bounded = std::min(std::max(wanted, rule.floor), rule.cap);
  // Bounds never turn a reduction into a rise, or the other way round.
  const bool other_way = !rule.price && (rule.change_percent < 0 ? bounded > before : bounded < before);
  return other_way ? before : bounded;
}

} // namespace

/// Rules that were made say so, and the prices are what they come to, one after the other.
void event_check::check_made_rules(const configuration& next) {
  auto should = config_.tiers;
  bool any = false;
  for (const auto& rule : next.price_rules) {
    const auto* before = find_rule(config_, rule.id);
    if (!rule.applied_at || (before != nullptr && before->applied_at == rule.applied_at))
      continue;
    any = true;
    auto declared = rule;
    declared.applied_at.reset();
    if (before == nullptr || declared != *before || *rule.applied_at != time_ms_ || (rule.at && *rule.at > time_ms_))
      refuse(violation_kind::wrong_price, "price rule '" + rule.id + "' was made before its time, or was not declared");
    if (!rule.at && !is_reached(rule))
      refuse(violation_kind::wrong_price, "price rule '" + rule.id + "' was made before " +
                                              std::to_string(rule.sold_percent) + " % of its tier was sold");
    for (auto& tier : should)
      if (tier.id == rule.tier)
        tier.price = price_after(tier.price, rule);
  }
  if (!any)
    return;
  for (const auto& tier : should) {
    for (const auto& its : next.tiers)
      if (its.id == tier.id && its.price != tier.price)
        refuse(violation_kind::wrong_price, "tier '" + tier.id + "' costs " + std::to_string(its.price) +
                                                " after a price rule that makes it " + std::to_string(tier.price));
  }
}

auto event_check::is_reached(const price_rule& rule) const -> bool {
  std::uint64_t all = 0;
  std::uint64_t sold = 0;
  const auto is_its = [&](std::uint32_t tier) { return seats_.tiers[tier] == rule.tier; };
  for (const auto tier : seats_.seat_tier)
    all += is_its(tier) ? 1U : 0U;
  for (const auto& area : seats_.areas)
    all += area.tier == rule.tier ? area.capacity : 0;
  for (const auto& [number, each] : bookings_) {
    if (!each.confirmed)
      continue;
    for (const auto seat : each.seats)
      sold += seat < seats_.seat_tier.size() && is_its(seats_.seat_tier[static_cast<std::size_t>(seat)]) ? 1U : 0U;
    for (const auto& part : each.areas)
      if (part.area < seats_.areas.size() && seats_.areas[static_cast<std::size_t>(part.area)].tier == rule.tier)
        sold += part.quantity;
  }
  return all > 0 && sold * 100 >= all * rule.sold_percent;
}

void event_check::check_config(const configuration& next) {
  if (const auto fault = config_fault(next); !fault.empty())
    refuse(violation_kind::invalid_configuration, fault);
}

void event_check::check_frozen(const configuration& next) {
  if (next.venue != config_.venue)
    refuse(violation_kind::frozen_field_changed, "the venue changed after publication");
  if (next.currency != config_.currency)
    refuse(violation_kind::frozen_field_changed, "the currency changed after publication");
  for (const auto& before : config_.tiers) {
    if (std::none_of(next.tiers.begin(), next.tiers.end(),
                     [&](const price_tier& after) { return after.id == before.id; }))
      refuse(violation_kind::frozen_field_changed, "price tier '" + before.id + "' vanished after publication");
  }
}

void event_check::check_seating() {
  if (seats_.seat_tier.empty() && seats_.areas.empty())
    refuse(violation_kind::invalid_configuration, "a layout without seats and areas");
  for (const auto& id : seats_.tiers) {
    if (price_of(id) == nullptr)
      refuse(violation_kind::invalid_configuration, "the layout uses tier '" + id + "', which has no price");
  }
  for (const auto& each : seats_.areas) {
    if (each.capacity < 1 || each.capacity > area_capacity_max)
      refuse(violation_kind::invalid_configuration, "an area has 1 to 1,000,000 places");
  }
}

auto event_check::price_of(const std::string& id) const -> const price_tier* {
  const auto found =
      std::find_if(config_.tiers.begin(), config_.tiers.end(), [&](const price_tier& each) { return each.id == id; });
  return found == config_.tiers.end() ? nullptr : &*found;
}

/// A box office has the places of a house's or comps' allocation, and no others by that right, whenever the event is published.
auto event_check::is_of_the_house(const hold_created& what) const -> bool {
  constexpr std::uint64_t house = 1;
  constexpr std::uint64_t comp = 4;
  const auto found = pools_.find(what.allocation);
  if (what.by.is_buyer() || found == pools_.end() || (found->second.kind != house && found->second.kind != comp))
    return false;
  return std::all_of(what.seats.begin(), what.seats.end(), [&](std::uint64_t seat) {
    return seat < seat_pool_.size() && seat_pool_[static_cast<std::size_t>(seat)] == what.allocation;
  });
}

void event_check::check_sale_open(const hold_created& what) {
  const bool over = config_.sale_closes_at && time_ms_ >= *config_.sale_closes_at;
  const bool general = !config_.sale_opens_at || time_ms_ >= *config_.sale_opens_at;
  const bool presale = std::any_of(config_.phases.begin(), config_.phases.end(), [&](const sale_phase& each) {
    return time_ms_ >= each.opens_at && (!each.closes_at || time_ms_ < *each.closes_at);
  });
  if (status_ != life::published || ((over || (!general && !presale)) && !is_of_the_house(what)))
    refuse(violation_kind::sale_not_open, "held at " + std::to_string(time_ms_) + " ms, when nothing was on sale");
  names_phases_ = names_phases_ || !what.phase.empty();
  if (!what.phase.empty())
    check_phase(what);
  else if (names_phases_ && !general && !is_of_the_house(what))
    refuse(violation_kind::sale_not_open, "held before the general sale without naming a presale, as others did");
}

/// A hold that names a presale had no other right, and its code: whose allocation has the same code is the one that the hold has places of.
void event_check::check_phase(const hold_created& what) {
  const auto found = std::find_if(config_.phases.begin(), config_.phases.end(),
                                  [&](const sale_phase& each) { return each.id == what.phase; });
  const auto named = "presale '" + what.phase + "'";
  if (found == config_.phases.end()) {
    refuse(violation_kind::sale_not_open, "held by " + named + ", which the event has not");
    return;
  }
  if (time_ms_ < found->opens_at || (found->closes_at && time_ms_ >= *found->closes_at))
    refuse(violation_kind::sale_not_open, "held by " + named + ", which was not open");
  if (!config_.sale_opens_at || time_ms_ >= *config_.sale_opens_at)
    refuse(violation_kind::sale_not_open, "held by " + named + " while the general sale was open");
  const auto same_code = [&](const auto& entry) { return entry.second.code_hash == found->code_hash; };
  const auto its = std::find_if(pools_.begin(), pools_.end(), same_code);
  if (what.allocation != (its == pools_.end() ? 0 : its->first))
    refuse(violation_kind::illegal_allocation, "a hold by " + named + " has places of allocation " +
                                                   std::to_string(what.allocation) + ", whose code is another");
}

void event_check::check_owner(const hold_created& what) {
  if (what.by.is_buyer()) {
    if (what.by.organisation != 0 || what.sold_by != 0)
      refuse(violation_kind::invalid_owner, "a buyer's hold names an organisation or a key");
    return;
  }
  if (what.by.organisation == 0 || what.by.organisation != organisation_) {
    refuse(violation_kind::invalid_owner, "the owner is neither a buyer nor the event's own organisation");
    return;
  }
  if (const auto why = keys_.why_not_sell(what.sold_by, organisation_, time_ms_); !why.empty())
    refuse(violation_kind::key_without_right, "held for its box office: " + why);
}

void event_check::check_seats(const hold_created& what) {
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < what.seats.size(); ++i) {
    const auto seat = what.seats[i];
    if (seat >= seat_owner_.size()) {
      refuse(violation_kind::unknown_seat, "seat " + std::to_string(seat) + " does not exist");
      continue;
    }
    const auto owner_now = seat_owner_[static_cast<std::size_t>(seat)];
    if (owner_now != 0 || !seen.insert(seat).second)
      refuse(violation_kind::seat_owned_twice, "seat " + std::to_string(seat) + " goes to hold " +
                                                   std::to_string(what.hold) + " and is hold " +
                                                   std::to_string(owner_now != 0 ? owner_now : what.hold) + "'s");
    const auto* price = price_of(seats_.tiers[seats_.seat_tier[static_cast<std::size_t>(seat)]]);
    if (price == nullptr || what.prices[i] != static_cast<std::uint64_t>(price->price))
      refuse(violation_kind::wrong_price, "seat " + std::to_string(seat) + " was priced " +
                                              std::to_string(what.prices[i]) + ", its tier costs " +
                                              (price == nullptr ? "nothing known" : std::to_string(price->price)));
    const auto fee = what.fees.empty() ? 0 : what.fees[i];
    if (price == nullptr || fee != static_cast<std::uint64_t>(price->fee))
      refuse(violation_kind::wrong_fee, "seat " + std::to_string(seat) + " was given a fee of " + std::to_string(fee) +
                                            ", which is not its tier's");
  }
}

void event_check::check_areas(const hold_created& what) {
  std::set<std::uint64_t> seen;
  for (const auto& part : what.areas) {
    if (part.area >= area_taken_.size() || part.quantity == 0 || !seen.insert(part.area).second) {
      refuse(violation_kind::unknown_area,
             "area " + std::to_string(part.area) + " does not exist, comes twice or no place of it was taken");
      continue;
    }
    const auto& place = seats_.areas[static_cast<std::size_t>(part.area)];
    // Of a hold that names an allocation, `check_allocation` looks at what is set apart.
    const auto apart = what.allocation == 0 ? area_apart_[static_cast<std::size_t>(part.area)] : 0;
    const auto taken = area_taken_[static_cast<std::size_t>(part.area)] + apart;
    if (part.quantity > place.capacity || taken > place.capacity - part.quantity)
      refuse(violation_kind::area_over_capacity,
             "area " + std::to_string(part.area) + " has " + std::to_string(place.capacity) + " places, " +
                 std::to_string(taken) + " taken and " + std::to_string(part.quantity) + " more held");
    const auto* price = price_of(place.tier);
    if (price == nullptr || part.price != price->price)
      refuse(violation_kind::wrong_price,
             "a place of area " + std::to_string(part.area) + " was priced " + std::to_string(part.price));
    if (price == nullptr || part.fee != price->fee)
      refuse(violation_kind::wrong_fee,
             "a place of area " + std::to_string(part.area) + " was given a fee of " + std::to_string(part.fee));
  }
}

void event_check::check_limits(const hold_created& what, std::uint64_t places) {
  if (places == 0)
    refuse(violation_kind::empty_hold, "hold " + std::to_string(what.hold) + " holds nothing");
  if (what.hold > hold_number_max)
    refuse(violation_kind::illegal_hold_number, "hold numbers end at " + std::to_string(hold_number_max));
  if (places > config_.max_per_order || places > places_per_hold_max)
    refuse(violation_kind::order_limit_exceeded,
           std::to_string(places) + " places in one hold; " + std::to_string(config_.max_per_order) + " are allowed");
  if (!what.by.is_buyer())
    return;
  const auto before = places_of_buyer_[what.by];
  if (before + places > config_.max_per_buyer)
    refuse(violation_kind::buyer_limit_exceeded, "the buyer has " + std::to_string(before) + " places and took " +
                                                     std::to_string(places) + "; " +
                                                     std::to_string(config_.max_per_buyer) + " are allowed");
}

void event_check::check_deadlines(const hold_created& what) {
  const auto [due, cap] = deadlines_of(what);
  if (what.cap_at != cap || what.expires_at != due)
    refuse(violation_kind::wrong_deadline, "hold " + std::to_string(what.hold) + " ends at " +
                                               std::to_string(what.expires_at) + " ms with a cap at " +
                                               std::to_string(what.cap_at) + " ms; by the event's rules " +
                                               std::to_string(due) + " and " + std::to_string(cap));
}

void event_check::check_payment(const order_confirmed& what, const booking& hold) {
  const bool free_of_charge = what.method == method_complimentary;
  const bool by_card = what.method == method_card;
  if (what.method < 1 || what.method > method_card || !is_payment_text(what.reference) ||
      !is_payment_text(what.reason) || (free_of_charge && what.reason.empty()) || by_card != (what.by_payment != 0))
    refuse(violation_kind::invalid_payment,
           "order " + std::to_string(what.hold) +
               " was paid by no known method, with a text of other letters, given away without a reason, or by card "
               "without naming its payment");
  const auto due = free_of_charge ? 0 : hold.value();
  if (what.total != due)
    refuse(violation_kind::wrong_total, "order " + std::to_string(what.hold) + " was paid with " +
                                            std::to_string(what.total) + ", its places cost " + std::to_string(due));
}

} // namespace holdfast::journal::audit
