#pragma once

#include "domain/instant.hpp"
#include "domain/queue/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// How many are let in, and of which band. Integers only: every machine lets in the same people.
namespace holdfast::domain::queue {

/// A token bucket: in any time at most what the rate brings in it, and one batch. Counts in millionths of a person, in which a millisecond at a rate of
/// thousandths a second is a whole number.
class bucket {
 public:
  /// Adds what the rate brought since the last time, up to a batch. Begins full, if the rate is not 0.
  void settle(instant now, std::uint32_t rate_milli_per_s, std::uint32_t batch) noexcept;
  /// Whole people that may be let in.
  [[nodiscard]] auto people() const noexcept -> std::uint32_t;
  /// At most `people()`.
  void take(std::uint32_t people) noexcept;
  /// When one more may be let in at this rate, as of the last `settle`; nothing at a rate of 0.
  [[nodiscard]] auto next_at(std::uint32_t rate_milli_per_s) const noexcept -> std::optional<instant>;
  [[nodiscard]] auto level_micro() const noexcept -> std::uint64_t { return level_micro_; }
  [[nodiscard]] auto settled_at() const noexcept -> instant { return at_; }

 private:
  std::uint64_t level_micro_ = 0;
  instant at_;
};

/// What was measured of those who were let in: how long buyers stay, and how many do not buy. Means in which the newest has a weight of 1/32.
class visits {
 public:
  /// Fewer than this say nothing yet.
  static constexpr std::uint32_t needed = 32;

  void note_purchase(millis stay) noexcept;
  void note_abandoned() noexcept;
  /// Of buyers; nothing before `needed` of them.
  [[nodiscard]] auto stay() const noexcept -> std::optional<millis>;
  /// Thousandths of those let in who did not buy; 0 before `needed` were done.
  [[nodiscard]] auto abandoned_permille() const noexcept -> std::uint32_t;

  template <class Fold>
  void hash_into(Fold& to) const {
    to.add(purchases_).add(outcomes_);
    to.add(static_cast<std::uint64_t>(stay_ms_)).add(static_cast<std::uint64_t>(abandoned_millionths_));
  }

 private:
  void note_outcome(bool abandoned) noexcept;

  std::uint32_t purchases_ = 0; ///< counted up to `needed`
  std::uint32_t outcomes_ = 0;  ///< the same
  std::int64_t stay_ms_ = 0;
  std::int64_t abandoned_millionths_ = 0;
};

/// How many may be active, with its arithmetic.
struct active_limit {
  std::uint32_t capacity_milli_per_s =
      0;                      ///< purchases that the sale can take; 0: not said, and the next three are absent
  millis stay;                ///< of a buyer
  bool stay_measured = false; ///< false: it is what the settings expect
  std::uint32_t abandoned_permille = 0;
  std::optional<std::uint64_t> balance; ///< Little's law: capacity · stay
  std::optional<std::uint64_t> safe;    ///< 0.8 of it
  std::optional<std::uint64_t>
      planned; ///< more, for those who will not buy: safe / (1 - abandoned), at most 1.5 · safe; at least 1
  std::optional<std::uint32_t> limit; ///< the least of `planned` and the settings' `max_active`; absent: none
};

[[nodiscard]] auto active_limit_of(const settings& by, const visits& measured) noexcept -> active_limit;

/// What the pace becomes when the sale's backlog is measured, in thousandths of the rate: half of it, at least 100, while the backlog is above its
/// target, and 50 more otherwise, at most 1,000. (Additive increase, multiplicative decrease: Chiu and Jain, 1989.)
[[nodiscard]] auto paced(std::uint32_t permille, millis backlog, millis target) noexcept -> std::uint32_t;

/// Whose turn it is among the bands: stride scheduling (Waldspurger and Weihl, "Stride scheduling", 1995) with exact fractions. The next is of the band
/// for which (2 · admitted + 1) / share is least, the first of equals. Of admissions in a row while somebody of every band waits, a band's number differs
/// from its share by at most 1 + bands · percent / 100. A band without people leaves its turns to the others, and saves none up.
class band_turns {
 public:
  /// Bands as bits: band 0 is the lowest.
  using band_set = std::uint32_t;

  /// Begins anew with these shares.
  void begin(const std::vector<band>& bands) noexcept;
  /// Somebody joins a band in which nobody was.
  void wakes(std::size_t band) noexcept;
  /// The band whose turn it is, of those in the set, which is not empty.
  [[nodiscard]] auto next(band_set waiting) const noexcept -> std::size_t;
  /// One of the band was admitted.
  void took(std::size_t band) noexcept;

  std::array<std::uint64_t, limits::bands_max> admitted{}; ///< since `begin`, and what is not saved up
  std::array<std::uint32_t, limits::bands_max> share{};
  std::uint64_t last_admitted = 0; ///< of the band that had the last turn, before it
  std::uint32_t last_share = 0;    ///< 0: nobody had one
};

} // namespace holdfast::domain::queue
