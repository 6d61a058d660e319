#include "tests/report/naive_report.hpp"

#include "projections/inventory_bodies.hpp"
#include "projections/json_writer.hpp"
#include "tests/projections/sales.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace holdfast::projections_test {

namespace {

using nlohmann::json;

auto time_text(std::int64_t unix_ms) -> std::string {
  std::string text;
  projections::append_rfc3339(text, unix_ms);
  return text;
}

/// What a hold takes, by tier: places and their price.
struct taken {
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> by_tier;
  std::uint64_t places = 0;
  std::int64_t worth = 0;
  std::int64_t tax = 0; ///< on top of it
};

/// Half a minor unit is rounded up, place by place.
auto tax_on(const domain::hold_created& hold, std::int64_t cost) -> std::int64_t {
  const bool on_top = hold.tax && hold.tax->rate.mode == domain::tax_mode::exclusive;
  return on_top ? (cost * static_cast<std::int64_t>(hold.tax->rate.basis_points) + 5'000) / 10'000 : 0;
}

auto taken_by(const domain::hold_created& hold, const domain::layout& seats) -> taken {
  taken all;
  const auto add = [&](domain::tier_index tier, std::uint64_t places, std::int64_t worth) {
    auto& its = all.by_tier[seats.tier_ids()[tier]];
    its.first += places;
    its.second += worth;
    all.places += places;
    all.worth += worth;
  };
  for (std::size_t i = 0; i < hold.seats.size(); ++i)
    add(seats.tier_of_seat(hold.seats[i]), 1, hold.prices[i]);
  for (const auto& area : hold.areas)
    add(seats.tier_of_area(area.area), area.quantity, area.price * area.quantity);
  for (std::size_t i = 0; i < hold.seats.size(); ++i)
    all.tax += tax_on(hold, hold.prices[i] + (hold.fees.empty() ? 0 : hold.fees[i]));
  for (const auto& area : hold.areas)
    all.tax += tax_on(hold, area.price + area.fee) * area.quantity;
  return all;
}

auto empty_flow() -> json {
  json flow;
  for (const auto* name : {"holds", "places_held", "released", "places_released", "expired", "places_expired", "orders",
                           "places_sold", "revenue"})
    flow[name] = 0;
  return flow;
}

auto empty_tier_flow() -> json {
  return {{"places_held", 0}, {"places_released", 0}, {"places_expired", 0}, {"places_sold", 0}, {"revenue", 0}};
}

void add(json& to, const char* name, std::int64_t value) {
  to[name] = to.at(name).get<std::int64_t>() + value;
}

/// Goes through the facts once, and adds to what it is told to.
struct reading {
  std::map<domain::seat_index, std::uint32_t> pools;                         ///< allocation of each seat that is of one
  std::map<domain::seat_index, std::uint32_t> holders;                       ///< who has a seat, held or sold
  std::map<std::uint32_t, std::map<std::uint32_t, std::int64_t>> area_pools; ///< by allocation: places by area
  std::map<std::uint32_t, domain::hold_created> bookings;                    ///< held or sold
  std::shared_ptr<const domain::layout> layout;
  domain::event_config config;
  domain::event_status status = domain::event_status::absent;
  std::map<std::uint32_t, taken> live;
  std::map<std::string, json> tiers;
  std::map<std::int64_t, json> minutes;
  std::map<std::int64_t, std::map<std::string, json>> tier_minutes;
  json total = empty_flow();
  json books = json::array();
  std::map<std::string, std::pair<std::uint64_t, std::int64_t>> payments;
  std::int64_t fees = 0;
  std::int64_t tax = 0;
  std::vector<std::int64_t> hold_times, sale_times;

  void note(std::int64_t at, const char* name, const char* places_name, const taken& what, std::int64_t revenue = 0) {
    const auto minute = at / 60'000 * 60'000;
    auto& flow = minutes.try_emplace(minute, empty_flow()).first->second;
    for (auto* one : {&flow, &total}) {
      add(*one, name, 1);
      add(*one, places_name, static_cast<std::int64_t>(what.places));
      add(*one, "revenue", revenue);
    }
    for (const auto& [id, its] : what.by_tier) {
      auto& of_tier = tier_minutes[minute].try_emplace(id, empty_tier_flow()).first->second;
      add(of_tier, places_name, static_cast<std::int64_t>(its.first));
      add(of_tier, "revenue", revenue == 0 ? 0 : its.second);
    }
  }

  void start(const domain::fact& fact, std::uint64_t seq, std::shared_ptr<const domain::layout> seats) {
    layout = std::move(seats);
    pools.clear();
    area_pools.clear();
    tiers.clear();
    std::uint64_t places = 0;
    for (const auto& id : layout->tier_ids())
      tiers[id] = {{"capacity", 0}, {"held", 0}, {"sold", 0}, {"held_back", 0}, {"revenue", 0}};
    for (domain::seat_index seat = 0; seat < layout->seat_count(); ++seat, ++places)
      add(tiers[layout->tier_ids()[layout->tier_of_seat(seat)]], "capacity", 1);
    for (const auto& area : layout->spec().areas) {
      add(tiers[area.tier], "capacity", area.capacity);
      places += area.capacity;
    }
    books.push_back({{"at", time_text(fact.time.unix_ms)}, {"seq", seq}, {"open", places}, {"set_apart", 0}});
  }

  void note_books(const domain::fact& fact, std::uint64_t seq) {
    std::int64_t apart = static_cast<std::int64_t>(pools.size());
    for (const auto& [pool, areas] : area_pools)
      for (const auto& [area, places] : areas)
        apart += places;
    std::int64_t all = 0;
    for (const auto& [id, tier] : tiers)
      all += tier.at("capacity").get<std::int64_t>();
    books.push_back({{"at", time_text(fact.time.unix_ms)}, {"seq", seq}, {"open", all - apart}, {"set_apart", apart}});
  }

  /// Seats of an allocation that nobody has, and the standing places of allocations less those of bookings that name them.
  void count_held_back() {
    for (auto& [id, tier] : tiers)
      tier["held_back"] = 0;
    for (const auto& [seat, pool] : pools)
      if (!holders.contains(seat))
        add(tiers[layout->tier_ids()[layout->tier_of_seat(seat)]], "held_back", 1);
    auto left = area_pools;
    for (const auto& [number, booking] : bookings)
      if (const auto its = left.find(booking.allocation.value()); its != left.end())
        for (const auto& part : booking.areas)
          its->second[part.area] -= part.quantity;
    for (const auto& [pool, areas] : left)
      for (const auto& [area, places] : areas)
        add(tiers[layout->spec().areas[area].tier], "held_back", places);
  }

  /// Whether a fact is about allocations.
  auto read_allocation(const domain::fact& fact) -> bool {
    if (const auto* made = std::get_if<domain::seats_allocated>(&fact.body)) {
      for (const auto seat : made->seats)
        pools[seat] = made->what.number.value();
      for (const auto& one : made->what.areas)
        area_pools[made->what.number.value()][one.area] = one.quantity;
      return true;
    }
    if (const auto* changed = std::get_if<domain::allocation_changed>(&fact.body)) {
      for (const auto seat : changed->removed)
        pools.erase(seat);
      for (const auto seat : changed->added)
        pools[seat] = changed->allocation.value();
      for (const auto& one : changed->areas) {
        auto& mine = area_pools[changed->allocation.value()][one.area];
        if (changed->from && one.quantity > mine)
          area_pools[changed->from.value()][one.area] -= one.quantity - mine;
        mine = one.quantity;
      }
      return true;
    }
    if (const auto* gone = std::get_if<domain::allocation_released>(&fact.body)) {
      std::erase_if(pools, [&](const auto& one) { return one.second == gone->allocation.value(); });
      area_pools.erase(gone->allocation.value());
      return true;
    }
    return false;
  }

  void read_seats(const domain::fact& fact) {
    if (const auto* hold = std::get_if<domain::hold_created>(&fact.body)) {
      bookings[hold->hold.value()] = *hold;
      for (const auto seat : hold->seats)
        holders[seat] = hold->hold.value();
      return;
    }
    const auto* released = std::get_if<domain::hold_released>(&fact.body);
    const auto* expired = std::get_if<domain::hold_expired>(&fact.body);
    if (released == nullptr && expired == nullptr)
      return;
    const auto gone = (released != nullptr ? released->hold : expired->hold).value();
    std::erase_if(holders, [&](const auto& one) { return one.second == gone; });
    bookings.erase(gone);
  }

  auto end(domain::hold_number hold) -> taken {
    auto what = live.at(hold.value());
    live.erase(hold.value());
    for (const auto& [tier, its] : what.by_tier)
      add(tiers[tier], "held", -static_cast<std::int64_t>(its.first));
    return what;
  }

  void read(const domain::fact& fact, std::uint64_t seq) {
    const auto at = fact.time.unix_ms;
    read_seats(fact);
    if (read_allocation(fact)) {
      note_books(fact, seq);
    } else if (const auto* created = std::get_if<domain::event_created>(&fact.body)) {
      config = created->config;
      status = domain::event_status::draft;
      start(fact, seq, created->seats);
    } else if (const auto* amended = std::get_if<domain::event_amended>(&fact.body)) {
      config = amended->config;
    } else if (const auto* replaced = std::get_if<domain::layout_replaced>(&fact.body)) {
      start(fact, seq, replaced->seats);
    } else if (const auto* hold = std::get_if<domain::hold_created>(&fact.body)) {
      const auto& its = live[hold->hold.value()] = taken_by(*hold, *layout);
      for (const auto& [tier, one] : its.by_tier)
        add(tiers[tier], "held", static_cast<std::int64_t>(one.first));
      note(at, "holds", "places_held", its);
      hold_times.push_back(at);
    } else if (const auto* released = std::get_if<domain::hold_released>(&fact.body)) {
      note(at, "released", "places_released", end(released->hold));
    } else if (const auto* expired = std::get_if<domain::hold_expired>(&fact.body)) {
      note(at, "expired", "places_expired", end(expired->hold));
    } else if (const auto* order = std::get_if<domain::order_confirmed>(&fact.body)) {
      sell(*order, at);
    } else {
      read_life(fact);
    }
  }

  void sell(const domain::order_confirmed& order, std::int64_t at) {
    const auto its = end(order.hold);
    for (const auto& [tier, one] : its.by_tier) {
      add(tiers[tier], "sold", static_cast<std::int64_t>(one.first));
      add(tiers[tier], "revenue", order.total == 0 ? 0 : one.second);
    }
    tax += order.total == 0 ? 0 : its.tax;
    fees += order.total == 0 ? 0 : order.total - its.worth - its.tax;
    note(at, "orders", "places_sold", its, order.total);
    constexpr std::array names{"other", "cash", "card_terminal", "complimentary", "card"};
    auto& paid = payments[names.at(static_cast<std::size_t>(order.payment.by))];
    ++paid.first;
    paid.second += order.total;
    sale_times.insert(sale_times.end(), its.places, at);
  }

  void read_life(const domain::fact& fact) {
    if (std::holds_alternative<domain::event_published>(fact.body) ||
        std::holds_alternative<domain::event_resumed>(fact.body))
      status = domain::event_status::published;
    else if (std::holds_alternative<domain::event_paused>(fact.body))
      status = domain::event_status::paused;
    else if (std::holds_alternative<domain::event_closed>(fact.body))
      status = domain::event_status::closed;
    else if (std::holds_alternative<domain::event_cancelled>(fact.body))
      status = domain::event_status::cancelled;
  }
};

/// What happened in the seconds of the last minute, this one included.
auto rate(const std::vector<std::int64_t>& times, domain::instant now) -> double {
  const auto second = now.unix_ms / 1'000;
  return static_cast<double>(std::ranges::count_if(times, [&](std::int64_t at) { return at / 1'000 > second - 60; })) /
         60.0;
}

} // namespace

auto naive_report(domain::event_id event, const std::vector<domain::fact>& facts, domain::instant now) -> json {
  reading read;
  for (std::size_t i = 0; i < facts.size(); ++i)
    read.read(facts[i], i + 1);
  read.count_held_back();
  json said{{"event_id", event_text(event)},
            {"seq", facts.size()},
            {"status", projections::to_text(domain::sale_status_at(read.status, read.config, now))},
            {"currency", read.config.currency.text()},
            {"last_fact_at", time_text(facts.back().time.unix_ms)},
            {"orders", read.total["orders"]},
            {"revenue", read.total["revenue"]},
            {"fees", read.fees},
            {"tax", read.tax},
            {"kept", 0}, // nothing is resold in these days
            {"open_books", read.books},
            {"payments", json::array()},
            {"tiers", json::array()},
            {"timeline", json::array()}};
  json places{{"capacity", 0}, {"held_back", 0}, {"available", 0}, {"held", 0}, {"sold", 0}};
  for (const auto& id : read.layout->tier_ids()) {
    auto tier = read.tiers.at(id);
    tier["id"] = id;
    for (const auto& known : read.config.tiers)
      if (known.id == id)
        tier["name"] = known.name;
    tier["available"] =
        tier["capacity"].get<int>() - tier["held"].get<int>() - tier["sold"].get<int>() - tier["held_back"].get<int>();
    for (auto& [name, sum] : places.items())
      sum = sum.get<std::int64_t>() + tier.at(name).get<std::int64_t>();
    said["tiers"].push_back(tier);
  }
  said["places"] = places;
  for (const auto* name : {"cash", "card_terminal", "complimentary", "card"})
    if (const auto paid = read.payments.find(name); paid != read.payments.end())
      said["payments"].push_back({{"method", name}, {"orders", paid->second.first}, {"revenue", paid->second.second}});
  for (auto& [minute, flow] : read.minutes) {
    flow["from"] = time_text(minute);
    flow["seconds"] = 60;
    flow["tiers"] = json::array();
    for (const auto& id : read.layout->tier_ids()) {
      if (const auto its = read.tier_minutes[minute].find(id); its != read.tier_minutes[minute].end()) {
        its->second["id"] = id;
        flow["tiers"].push_back(its->second);
      }
    }
    said["timeline"].push_back(flow);
  }
  const auto orders = read.total["orders"].get<double>();
  const auto ended = read.total["holds"].get<double>() - static_cast<double>(read.live.size());
  said["funnel"] = {{"holds", read.total["holds"]},     {"live", read.live.size()},
                    {"orders", read.total["orders"]},   {"released", read.total["released"]},
                    {"expired", read.total["expired"]}, {"conversion", ended == 0 ? json{} : json(orders / ended)}};
  said["rates"] = {{"window_seconds", 60},
                   {"holds_per_second", rate(read.hold_times, now)},
                   {"sales_per_second", rate(read.sale_times, now)}};
  return said;
}

} // namespace holdfast::projections_test
