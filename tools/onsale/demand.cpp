#include "tools/onsale/demand.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace holdfast::onsale {

namespace {

constexpr double ms_per_s = 1'000;

auto is_share(double value) -> bool {
  return value >= 0 && value <= 1;
}

/// Nothing that a number of milliseconds could not hold.
auto is_time(double seconds) -> bool {
  constexpr double week_s = 7.0 * 24 * 3'600;
  return seconds > 0 && seconds <= week_s;
}

auto number_in(std::string_view text, std::uint32_t& to) -> bool {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), to);
  return failed == std::errc{} && end == text.data() + text.size() && to != 0;
}

auto decimal_in(std::string_view text, double& to) -> bool {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), to);
  return failed == std::errc{} && end == text.data() + text.size() && to >= 0;
}

} // namespace

auto faults_of(const demand& who, const sale_plan& plan) -> std::vector<std::string> {
  std::vector<std::string> faults;
  const auto check = [&faults](bool holds, const char* what) {
    if (!holds)
      faults.emplace_back(what);
  };
  check(who.buyers >= 1 && who.buyers <= people_max, "there are 1 to 5,000,000 buyers");
  check(is_share(who.early_share) && is_share(who.silent_share) && is_share(who.undecided_share) &&
            is_share(who.bot_share),
        "shares are of 0 to 1");
  check(is_time(who.half_life_s) && is_time(who.patience_s) && is_time(who.choice_s) && is_time(who.payment_s),
        "times are above 0, and at most a week");
  check(!who.parties.empty(), "parties are like 1:20,2:50 - places, and how many of a hundred want so many");
  for (const auto& [places, weight] : who.parties)
    check(places <= domain::limits::best_available_quantity_max && weight <= 1'000'000,
          "a party is of no more places than can be asked for at once");
  check(plan.seats >= 1 && plan.seats <= seats_max, "there are 1 to 100,000 seats");
  check(plan.pre_queue >= domain::millis{0} && plan.pre_queue <= domain::hours(7 * 24),
        "a pre-queue lasts a week at most");
  check(plan.max_per_buyer >= 1 && plan.max_per_buyer <= domain::limits::tickets_max, "a buyer may have some places");
  for (const auto& fault : domain::queue::settings_faults(plan.room))
    faults.push_back(fault.pointer + ": " + fault.message);
  for (const auto& [at, rate] : plan.rates) {
    auto then = plan.room;
    then.rate_milli_per_s = rate;
    check(at >= domain::millis{0} && domain::queue::settings_faults(then).empty(),
          "a rate is set after the start, and can be set with this batch");
  }
  check(std::ranges::is_sorted(plan.rates), "rates are set one after the other");
  for (const auto& [from, to] : plan.slow)
    check(from >= domain::millis{0} && from < to, "an event is slow from some time after the start to a later one");
  return faults;
}

auto parse_parties(const std::string& text) -> std::vector<std::pair<std::uint32_t, std::uint32_t>> {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> made;
  std::string_view left = text;
  for (bool more = true; more;) {
    const auto comma = left.find(',');
    const auto one = left.substr(0, comma);
    more = comma != std::string_view::npos;
    left.remove_prefix(more ? comma + 1 : 0);
    const auto colon = one.find(':');
    std::uint32_t places = 0;
    std::uint32_t weight = 0;
    if (colon == std::string_view::npos || !number_in(one.substr(0, colon), places) ||
        !number_in(one.substr(colon + 1), weight))
      return {};
    made.emplace_back(places, weight);
  }
  return made;
}

auto parse_moments(const std::string& text) -> std::vector<std::pair<domain::millis, double>> {
  constexpr double seconds_max = 1e7;
  std::vector<std::pair<domain::millis, double>> made;
  std::string_view left = text;
  for (bool more = true; more;) {
    const auto comma = left.find(',');
    const auto one = left.substr(0, comma);
    more = comma != std::string_view::npos;
    left.remove_prefix(more ? comma + 1 : 0);
    const auto colon = one.find(':');
    double at_s = 0;
    double value = 0;
    if (colon == std::string_view::npos || !decimal_in(one.substr(0, colon), at_s) ||
        !decimal_in(one.substr(colon + 1), value) || at_s > seconds_max)
      return {};
    made.emplace_back(domain::millis{std::llround(at_s * ms_per_s)}, value);
  }
  return made;
}

auto arrivals_of(const demand& who, const sale_plan& plan, random_stream& random) -> std::vector<domain::millis> {
  std::vector<domain::millis> times;
  times.reserve(who.buyers);
  const auto early = static_cast<std::uint32_t>(std::lround(who.buyers * who.early_share));
  const auto before = static_cast<std::uint32_t>(std::max<std::int64_t>(plan.pre_queue.count, 1));
  const double mean_ms = who.half_life_s * ms_per_s / std::log(2.0);
  for (std::uint32_t i = 0; i < who.buyers; ++i)
    times.push_back(i < early ? domain::millis{random.below(before)}
                              : domain::millis{plan.pre_queue.count + std::llround(random.exponential(mean_ms))});
  std::ranges::sort(times);
  return times;
}

} // namespace holdfast::onsale
