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
  }
  return {};
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
      config.max_per_buyer > tickets_max)
    return "1 to 100,000 tickets an order and a buyer are allowed";
  return tiers_fault(config);
}

} // namespace

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

void event_check::check_sale_open() {
  if (status_ != life::published || (config_.sale_opens_at && time_ms_ < *config_.sale_opens_at) ||
      (config_.sale_closes_at && time_ms_ >= *config_.sale_closes_at))
    refuse(violation_kind::sale_not_open, "held at " + std::to_string(time_ms_) + " ms, when nothing was on sale");
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
    const auto taken = area_taken_[static_cast<std::size_t>(part.area)];
    if (part.quantity > place.capacity || taken > place.capacity - part.quantity)
      refuse(violation_kind::area_over_capacity,
             "area " + std::to_string(part.area) + " has " + std::to_string(place.capacity) + " places, " +
                 std::to_string(taken) + " taken and " + std::to_string(part.quantity) + " more held");
    const auto* price = price_of(place.tier);
    if (price == nullptr || part.price != price->price)
      refuse(violation_kind::wrong_price,
             "a place of area " + std::to_string(part.area) + " was priced " + std::to_string(part.price));
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
  const auto cap = time_ms_ + config_.hold_cap_ms;
  const auto due = std::min(time_ms_ + config_.hold_time_ms, cap);
  if (what.cap_at != cap || what.expires_at != due)
    refuse(violation_kind::wrong_deadline, "hold " + std::to_string(what.hold) + " ends at " +
                                               std::to_string(what.expires_at) + " ms with a cap at " +
                                               std::to_string(what.cap_at) + " ms; by the event's rules " +
                                               std::to_string(due) + " and " + std::to_string(cap));
}

void event_check::check_payment(const order_confirmed& what, const booking& hold) {
  const bool free_of_charge = what.method == method_complimentary;
  if (what.method < 1 || what.method > method_complimentary || !is_payment_text(what.reference) ||
      !is_payment_text(what.reason) || (free_of_charge && what.reason.empty()))
    refuse(violation_kind::invalid_payment,
           "order " + std::to_string(what.hold) +
               " was paid by no known method, with a text of other letters, or given away without a reason");
  const auto due = free_of_charge ? 0 : hold.value();
  if (what.total != due)
    refuse(violation_kind::wrong_total, "order " + std::to_string(what.hold) + " was paid with " +
                                            std::to_string(what.total) + ", its places cost " + std::to_string(due));
}

} // namespace holdfast::journal::audit
