#pragma once

#include "domain/event_config.hpp"
#include "domain/instant.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::domain::queue {

/// Limits of a waiting room. What exceeds them is refused, never cut.
namespace limits {
inline constexpr std::uint32_t rate_milli_per_s_max = 10'000'000; // 10,000 people a second
/// A bucket smaller than what the rate brings in this time would waste some of it between two looks.
inline constexpr millis batch_time_min{250};
inline constexpr std::uint32_t batch_max = 4'096;
inline constexpr std::uint32_t active_max = 1'000'000;
inline constexpr std::size_t bands_max = 8;
inline constexpr std::size_t band_name_bytes_max = 32;
inline constexpr std::size_t round_bytes_max = 200;
inline constexpr std::size_t round_value_bytes_max = 1'024;
inline constexpr std::size_t reason_bytes_max = 200;
inline constexpr millis heartbeat_min = seconds(15);
inline constexpr millis heartbeat_max = seconds(30);
/// Whoever was admitted has one heartbeat and this long to come for it.
inline constexpr millis claim_grace = seconds(10);
inline constexpr millis expected_stay_min = seconds(10);
inline constexpr millis expected_stay_max = minutes(60);
inline constexpr millis queue_ttl_min = minutes(5);
inline constexpr millis queue_ttl_max = hours(7 * 24);
inline constexpr millis admission_min = minutes(1);
inline constexpr millis admission_max = minutes(60);
/// People of one command, so that its fact fits a group commit.
inline constexpr std::size_t people_per_command_max = 4'096;
/// Places given since a waiting room was last off, unless its server says less.
inline constexpr std::uint32_t places_max = 32U * 1024 * 1024;
} // namespace limits

/// Whom the line lets in first, and how much of admission is theirs. Declared in the open.
struct band {
  std::string name;          ///< 1 to limits::band_name_bytes_max bytes; unique
  std::uint32_t percent = 0; ///< of admission while others wait too: 1 to 100; all of them are 100
  friend auto operator==(const band&, const band&) -> bool = default;
};

/// Everything an organiser sets about a waiting room. Ranges are checked by `settings_faults`.
struct settings {
  std::optional<instant> pre_queue_at; ///< when the pre-queue opens; only with `starts_at`, and before it
  std::optional<instant>
      starts_at;            ///< when the pre-queue ends and is drawn; without a pre-queue, when the room is switched on
  std::string public_round; ///< names the round of public randomness that the draw will use; empty: none
  std::uint32_t rate_milli_per_s = 100'000; ///< people let in, in thousandths a second; 0: nobody
  std::uint32_t batch = 50;                 ///< let in at once at most: the size of the bucket that the rate fills
  std::optional<std::uint32_t> max_active;  ///< let in and not done at any moment; absent: no such limit, 0: nobody
  /// Purchases that the sale can take, in thousandths a second: limits how many are active by Little's law; 0: not said.
  std::uint32_t capacity_milli_per_s = 0;
  millis expected_stay = minutes(4); ///< of a buyer in the shop, until it is measured
  millis heartbeat = seconds(20);    ///< the longest between two polls: limits::heartbeat_min to heartbeat_max
  millis queue_ttl = hours(3);       ///< how long the place is kept of somebody who went silent
  millis admission = minutes(10);    ///< how long whoever was let in may take
  std::uint32_t load_on_per_s = 0;   ///< arrivals a second at which a room that is off switches itself on; 0: never
  std::vector<band> bands{{"general", 100}}; ///< the first is everybody's who has no other; 1 to limits::bands_max
  friend auto operator==(const settings&, const settings&) -> bool = default;
};

/// Every fault of settings by themselves, by JSON Pointer; empty when they are sound.
[[nodiscard]] auto settings_faults(const settings& what) -> std::vector<config_fault>;

/// Whether the bands of people who wait keep their meaning: bands may be added behind and get other shares, not go or change their names.
[[nodiscard]] auto keeps_bands(const settings& before, const settings& after) -> bool;

} // namespace holdfast::domain::queue
