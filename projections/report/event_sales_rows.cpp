#include "projections/report/event_sales.hpp"
#include "projections/store/row_codec.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace holdfast::projections {

namespace {

/// First byte of a key: an event's row is taken back before its periods.
namespace row {
constexpr std::uint8_t event = 1;
constexpr std::uint8_t period = 2;
} // namespace row

auto event_key(domain::event_id event) -> std::string {
  return row_writer{}.byte(row::event).number(event.value()).take();
}

auto period_key(domain::event_id event, std::size_t grain, std::int64_t from) -> std::string {
  return row_writer{}
      .byte(row::period)
      .number(event.value())
      .byte(static_cast<std::uint8_t>(grain + 1))
      .number(static_cast<std::uint64_t>(from))
      .take();
}

void put(const sales_flow& flow, row_writer& to) {
  to.number(flow.holds).number(flow.places_held).number(flow.released).number(flow.places_released);
  to.number(flow.expired).number(flow.places_expired).number(flow.orders).number(flow.places_sold);
  to.number(static_cast<std::uint64_t>(flow.revenue));
}

auto take_flow(row_reader& in) -> sales_flow {
  sales_flow flow;
  for (auto* field : {&flow.holds, &flow.places_held, &flow.released, &flow.places_released, &flow.expired,
                      &flow.places_expired, &flow.orders, &flow.places_sold})
    *field = in.number();
  flow.revenue = static_cast<domain::minor_units>(in.number());
  return flow;
}

auto packed(const period_flow& flow) -> std::string {
  row_writer value;
  put(flow.all, value);
  value.byte(static_cast<std::uint8_t>(flow.tiers.size()));
  for (const auto& each : flow.tiers)
    value.byte(each.tier)
        .number(each.places_held)
        .number(each.places_released)
        .number(each.places_expired)
        .number(each.places_sold)
        .number(static_cast<std::uint64_t>(each.revenue));
  return value.take();
}

auto take_tier_flow(row_reader& in) -> tier_flow {
  tier_flow flow;
  flow.tier = in.byte();
  for (auto* field : {&flow.places_held, &flow.places_released, &flow.places_expired, &flow.places_sold})
    *field = in.number();
  flow.revenue = static_cast<domain::minor_units>(in.number());
  return flow;
}

void put(const std::optional<domain::instant>& at, row_writer& to) {
  to.byte(at ? 1 : 0).number(at ? static_cast<std::uint64_t>(at->unix_ms) : 0);
}

auto take_time(row_reader& in) -> std::optional<domain::instant> {
  const bool is_there = in.byte() != 0;
  const domain::instant at{static_cast<std::int64_t>(in.number())};
  return is_there ? std::optional{at} : std::nullopt;
}

void put_figures(const report_figures& from, row_writer& to) {
  to.number(from.seq).number(from.organisation.value()).byte(static_cast<std::uint8_t>(from.status));
  put(from.sale_opens_at, to);
  put(from.sale_closes_at, to);
  to.text(from.currency.text()).number(static_cast<std::uint64_t>(from.last_fact.unix_ms));
  put(from.total, to);
  to.number(static_cast<std::uint64_t>(from.fees)).number(static_cast<std::uint64_t>(from.tax));
  to.number(static_cast<std::uint64_t>(from.kept));
  for (const auto& each : from.payments)
    to.number(each.orders).number(static_cast<std::uint64_t>(each.revenue));
  to.number32(static_cast<std::uint32_t>(from.tiers.size()));
  for (const auto& tier : from.tiers)
    to.text(tier.id)
        .text(tier.name)
        .number32(tier.capacity)
        .number32(tier.held)
        .number32(tier.sold)
        .number32(tier.held_back)
        .number(static_cast<std::uint64_t>(tier.revenue));
  to.number32(static_cast<std::uint32_t>(from.open_books.size()));
  for (const auto& line : from.open_books)
    to.number(static_cast<std::uint64_t>(line.at.unix_ms)).number(line.seq).number(line.open).number(line.set_apart);
}

auto take_figures(row_reader& in, report_figures& to) -> bool {
  to.seq = in.number();
  to.organisation = domain::organisation_id{in.number()};
  to.status = static_cast<domain::event_status>(in.byte());
  to.sale_opens_at = take_time(in);
  to.sale_closes_at = take_time(in);
  const auto currency = in.text();
  if (currency.size() != to.currency.letters.size())
    return false;
  std::ranges::copy(currency, to.currency.letters.begin());
  to.last_fact = {static_cast<std::int64_t>(in.number())};
  to.total = take_flow(in);
  to.fees = static_cast<domain::minor_units>(in.number());
  to.tax = static_cast<domain::minor_units>(in.number());
  to.kept = static_cast<domain::minor_units>(in.number());
  for (auto& each : to.payments) {
    each.orders = in.number();
    each.revenue = static_cast<domain::minor_units>(in.number());
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    tier_figures tier;
    tier.id = in.text();
    tier.name = in.text();
    for (auto* field : {&tier.capacity, &tier.held, &tier.sold, &tier.held_back})
      *field = in.number32();
    tier.revenue = static_cast<domain::minor_units>(in.number());
    to.tiers.push_back(std::move(tier));
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    open_books_line line;
    line.at = {static_cast<std::int64_t>(in.number())};
    line.seq = in.number();
    line.open = in.number();
    line.set_apart = in.number();
    to.open_books.push_back(line);
  }
  return in.sound();
}

} // namespace

auto event_sales::read_row_name(std::string_view key, row_name& to) -> bool {
  row_reader name{key};
  const auto kind = name.byte();
  to.event = domain::event_id{name.number()};
  if (kind == row::period) {
    to.grain = name.byte();
    to.from = {static_cast<std::int64_t>(name.number())};
  }
  return name.sound() && name.rest().empty() && (kind == row::event || (kind == row::period && to.grain > 0));
}

void event_sales::take_changed_rows(store_changes& to) {
  to.put(event_key(figures_.event), event_row());
  for (const auto& [grain, from] : std::exchange(changed_periods_, {})) {
    const auto found = periods_[grain].find(from);
    if (found != periods_[grain].end())
      to.put(period_key(figures_.event, grain, from), packed(found->second));
    else
      to.erase(period_key(figures_.event, grain, from));
  }
}

void event_sales::put_all_rows(store_changes& to) const {
  to.put(event_key(figures_.event), event_row());
  for (std::size_t grain = 0; grain < periods_.size(); ++grain)
    for (const auto& [from, flow] : periods_[grain])
      to.put(period_key(figures_.event, grain, from), packed(flow));
}

auto event_sales::event_row() const -> std::string {
  row_writer value;
  put_figures(figures_, value);
  value.number32(static_cast<std::uint32_t>(tier_names_.size()));
  for (const auto& [id, name] : tier_names_)
    value.text(id).text(name);
  value.number32(static_cast<std::uint32_t>(seat_tiers_.size()));
  for (const auto& run : seat_tiers_)
    value.number32(run.first).byte(run.tier);
  value.number32(static_cast<std::uint32_t>(area_tiers_.size()));
  for (const auto tier : area_tiers_)
    value.byte(tier);
  value.number32(static_cast<std::uint32_t>(seconds_.size()));
  for (const auto& line : seconds_)
    value.number(static_cast<std::uint64_t>(line.second)).number32(line.holds).number32(line.places_sold);
  value.number32(static_cast<std::uint32_t>(live_.size()));
  for (const auto& [number, hold] : live_) {
    value.number32(number).byte(static_cast<std::uint8_t>(hold.parts.size()));
    for (const auto& part : hold.parts)
      value.byte(part.tier).number32(part.places).number(static_cast<std::uint64_t>(part.value));
    places_apart::put(hold.apart, value);
    value.number(static_cast<std::uint64_t>(hold.tax));
  }
  apart_.put(value);
  prices_.put(value);
  return value.take();
}

auto event_sales::take_event_row(std::string_view value) -> bool {
  row_reader in{value};
  if (!take_figures(in, figures_))
    return false;
  const auto tier_count = figures_.tiers.size();
  bool known = true;
  const auto tier = [&in, &known, tier_count] {
    const auto index = in.byte();
    known = known && index < tier_count;
    return index;
  };
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    std::string id{in.text()};
    tier_names_.emplace_back(std::move(id), in.text());
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    const auto first = in.number32();
    seat_tiers_.push_back({first, tier()});
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left)
    area_tiers_.push_back(tier());
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    second_line line;
    line.second = static_cast<std::int64_t>(in.number());
    line.holds = in.number32();
    line.places_sold = in.number32();
    seconds_.push_back(line);
  }
  for (auto left = in.number32(); left > 0 && in.sound(); --left) {
    const auto number = in.number32();
    std::vector<held_part> parts;
    for (auto parts_left = in.byte(); parts_left > 0 && in.sound(); --parts_left) {
      held_part part;
      part.tier = tier();
      part.places = in.number32();
      part.value = static_cast<domain::minor_units>(in.number());
      parts.push_back(part);
    }
    auto apart = places_apart::take_share(in);
    live_.emplace(number, live_hold{std::move(parts), std::move(apart), static_cast<domain::minor_units>(in.number())});
  }
  apart_.take_back(in);
  prices_.take_back(in);
  return in.sound() && known && in.rest().empty();
}

auto event_sales::take_period_row(std::uint8_t grain, domain::instant from, std::string_view value) -> bool {
  row_reader in{value};
  if (grain == 0 || grain > periods_.size())
    return false;
  auto& its = periods_[grain - 1U][from.unix_ms];
  its.all = take_flow(in);
  for (auto left = in.byte(); left > 0 && in.sound(); --left)
    its.tiers.push_back(take_tier_flow(in));
  const bool in_order =
      std::ranges::adjacent_find(its.tiers, std::ranges::greater_equal{}, &tier_flow::tier) == its.tiers.end();
  const bool known = its.tiers.empty() || its.tiers.back().tier < figures_.tiers.size();
  return in.sound() && in.rest().empty() && in_order && known;
}

} // namespace holdfast::projections
