#pragma once

#include "domain/instant.hpp"
#include "domain/queue/settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

/// When somebody's turn will be: from what was measured, as a range, and not at all when it cannot be known.
namespace holdfast::domain::queue {

/// What became of people of a line in some time.
struct drain_counts {
  std::uint32_t let_in = 0;
  std::uint32_t missed = 0; ///< went from its head too, but took no turn
  std::uint32_t lost = 0;   ///< left it, or fell silent and were not heard of again, wherever they stood

  [[nodiscard]] constexpr auto turns() const noexcept -> std::uint32_t { return let_in + missed; }
  friend auto operator==(const drain_counts&, const drain_counts&) -> bool = default;
};

/// The last minute, and the last five (or since the line began to move).
struct drain_rates {
  drain_counts minute;
  drain_counts all;          ///< the minute, too
  std::uint32_t seconds = 0; ///< of `all`: 60 to 300; 0: it was measured for less than a minute
  friend auto operator==(const drain_rates&, const drain_rates&) -> bool = default;
};

struct eta_range {
  std::uint32_t low_s = 0;
  std::uint32_t high_s = 0;
  friend auto operator==(const eta_range&, const eta_range&) -> bool = default;
};

/// A line as it is now.
struct line_people {
  std::uint64_t all = 0; ///< who is silent, too
  std::uint64_t silent = 0;
};

/// Of a line of a room with so many people and silent ones: who is silent is not counted by band, and taken to be so by its share.
[[nodiscard]] constexpr auto line_of_room(std::uint64_t in_line, std::uint64_t waiting, std::uint64_t silent) noexcept
    -> line_people {
  return {in_line, waiting == 0 ? 0 : silent * in_line / waiting};
}

/// How long until whoever has `ahead` people before them is at the head. At the most: the slower of both rates lets all of them have their turns, plus a tenth
/// and ten seconds. At the least: the faster one does, or nobody who is silent comes back, others are lost as before, and the rest are let in as fast as
/// before; whichever is sooner, less a tenth. Nothing before a minute is measured, and when nobody went in the last minute.
[[nodiscard]] auto eta_of(const drain_rates& measured, std::uint64_t ahead, const line_people& in) noexcept
    -> std::optional<eta_range>;

/// Counts what becomes of a line's people, in tens of seconds.
class drain {
 public:
  static constexpr millis slice = seconds(10);

  /// The line begins to move, or goes on: nothing is known of it yet.
  void begin(instant now) noexcept;
  void note_let_in(instant now, std::uint32_t people) noexcept { slice_at(now).let_in += people; }
  void note_missed(instant now, std::uint32_t people) noexcept { slice_at(now).missed += people; }
  void note_lost(instant now, std::uint32_t people) noexcept { slice_at(now).lost += people; }
  /// Somebody who was lost is there again: not counted below nothing.
  void note_found(instant now, std::uint32_t people) noexcept;
  /// Of whole slices before the one of `now`.
  [[nodiscard]] auto rates(instant now) const noexcept -> drain_rates;
  /// Of the slice of `now`, counted from `begin`.
  [[nodiscard]] auto slice_of(instant now) const noexcept -> std::uint64_t;

  template <class Fold>
  void hash_into(Fold& to) const {
    to.add(static_cast<std::uint64_t>(began_.unix_ms)).add(last_);
    for (const auto& of : counts_) {
      to.add(of.let_in).add(of.missed).add(of.lost);
    }
  }

 private:
  static constexpr std::size_t slices = 31; ///< five minutes, and the one under way

  /// Forgets what is too old.
  [[nodiscard]] auto slice_at(instant now) noexcept -> drain_counts&;

  instant began_;
  std::uint64_t last_ = 0; ///< slice of the newest count
  std::array<drain_counts, slices> counts_{};
};

/// How good past estimates were.
struct eta_accuracy {
  std::uint64_t measured = 0; ///< people of whom one was kept and who were then admitted
  std::uint64_t inside = 0;   ///< of them: within the range
  std::uint64_t early = 0;    ///< admitted before it
  std::uint64_t late = 0;     ///< and after
  friend auto operator==(const eta_accuracy&, const eta_accuracy&) -> bool = default;
};

/// Estimates of some people in the line, kept until it is their turn.
class forecasts {
 public:
  static constexpr std::size_t kept_max = 1'024;

  /// Keeps an estimate, unless there is one of this place already, or enough of others.
  void keep(std::uint32_t place, instant now, const eta_range& range);
  /// The place was admitted.
  void came(std::uint32_t place, instant now);
  /// It never will be.
  void drop(std::uint32_t place) noexcept { kept_.erase(place); }
  void clear() noexcept { kept_.clear(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return kept_.size(); }
  [[nodiscard]] auto accuracy() const noexcept -> const eta_accuracy& { return accuracy_; }

  template <class Fold>
  void hash_into(Fold& to) const {
    to.add(accuracy_.measured).add(accuracy_.inside).add(accuracy_.early).add(accuracy_.late).add(kept_.size());
    for (const auto& [place, of] : kept_) {
      to.add(place).add(static_cast<std::uint64_t>(of.low.unix_ms)).add(static_cast<std::uint64_t>(of.high.unix_ms));
    }
  }

 private:
  struct range {
    instant low;
    instant high;
  };
  std::map<std::uint32_t, range> kept_;
  eta_accuracy accuracy_;
};

/// When somebody with `ahead` people before them is to poll again: two seconds at the head, twenty milliseconds more for each of them, and never more than a
/// heartbeat, because whoever is let in has little longer to come.
[[nodiscard]] auto poll_delay(const settings& by, std::uint64_t ahead) noexcept -> millis;

/// How long after a poll, the next one of which was to come within a heartbeat, its owner counts as silent.
[[nodiscard]] auto silent_after(const settings& by) noexcept -> millis;

} // namespace holdfast::domain::queue
