#pragma once

#include "domain/instant.hpp"
#include "domain/queue/settings.hpp"
#include "tools/bench/random.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// On-sales played through by the rules of the server, thousands of times faster than they would be.
namespace holdfast::onsale {

using tools::bench::random_stream;

/// Who comes, when, and what they do. Shares are of 0 to 1; times are means of exponential distributions unless said otherwise.
struct demand {
  std::uint32_t buyers = 100'000; ///< 1 to people_max
  double early_share = 0.6;       ///< of people who are there before the start, at any moment of the pre-queue alike
  double half_life_s = 60; ///< after the start half of the others have come, three quarters after twice that, and so on
  std::vector<std::pair<std::uint32_t, std::uint32_t>> parties{{1, 20}, {2, 50}, {3, 10}, {4, 20}}; ///< places, weight
  double patience_s = 2'700;     ///< for which people wait
  double silent_share = 0.5;     ///< of those who stop waiting, who say nothing
  double choice_s = 90;          ///< from being let in to asking for places
  double payment_s = 60;         ///< from holding places to paying
  double undecided_share = 0.15; ///< of those let in, who do not buy
  double bot_share =
      0; ///< of people, who wait for ever, choose and pay within a second, and want as many places as they may
};

inline constexpr std::uint32_t people_max = 5'000'000;
inline constexpr std::uint32_t seats_max = 100'000;

/// Some time of a sale, from its start; `to` is not part of it.
struct period {
  domain::millis from;
  domain::millis to;
};

/// What an organiser sets, and how the sale bears it.
struct sale_plan {
  std::uint32_t seats = 5'000;
  bool waiting_room = true; ///< without it everybody asks for places at once
  bool draw = true;         ///< who comes early is drawn by lot; otherwise they stand in the order in which they came
  domain::millis pre_queue = domain::minutes(30); ///< before the start
  domain::queue::settings room;                   ///< its schedule is not looked at
  domain::millis hold_time = domain::minutes(10);
  std::uint32_t max_per_buyer = 4;
  std::vector<std::pair<domain::millis, std::uint32_t>>
      rates;                ///< set while it goes on: when, and the rate in thousandths a second
  std::vector<period> slow; ///< when the event is further behind than a room bears
  std::uint64_t seed = 1;
};

/// Every fault, for people; empty when they can be played.
[[nodiscard]] auto faults_of(const demand& who, const sale_plan& plan) -> std::vector<std::string>;

/// "1:20,2:50" as places and weights; empty when it is not such a text.
[[nodiscard]] auto parse_parties(const std::string& text) -> std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// "600:20,1800:5.5" as seconds from the start and a number of each; empty when it is not such a text.
[[nodiscard]] auto parse_moments(const std::string& text) -> std::vector<std::pair<domain::millis, double>>;

/// When people arrive, ascending, counted from the opening of the pre-queue.
[[nodiscard]] auto arrivals_of(const demand& who, const sale_plan& plan, random_stream& random)
    -> std::vector<domain::millis>;

} // namespace holdfast::onsale
