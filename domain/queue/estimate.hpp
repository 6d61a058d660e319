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

/// People that went from a line's head in the last minute, and in the last five (or since it began to move).
struct drain_rates {
  std::uint32_t minute = 0;
  std::uint32_t people = 0;
  std::uint32_t seconds = 0; ///< that `people` took: 60 to 300; 0: it was measured for less than a minute
  friend auto operator==(const drain_rates&, const drain_rates&) -> bool = default;
};

struct eta_range {
  std::uint32_t low_s = 0;
  std::uint32_t high_s = 0;
  friend auto operator==(const eta_range&, const eta_range&) -> bool = default;
};

/// How long until whoever has `ahead` people before them is at the head: at the faster of both rates less a tenth, to the slower one's plus a tenth and ten
/// seconds. Nothing before a minute is measured, and when nobody went in the last minute.
[[nodiscard]] auto eta_of(const drain_rates& measured, std::uint64_t ahead) noexcept -> std::optional<eta_range>;

/// Counts who goes from the head of a line, in tens of seconds.
class drain {
 public:
  static constexpr millis slice = seconds(10);

  /// The line begins to move, or goes on: nothing is known of it yet.
  void begin(instant now) noexcept;
  void note(instant now, std::uint32_t people) noexcept;
  /// Of whole slices before the one of `now`.
  [[nodiscard]] auto rates(instant now) const noexcept -> drain_rates;
  /// Of the slice of `now`, counted from `begin`.
  [[nodiscard]] auto slice_of(instant now) const noexcept -> std::uint64_t;

  template <class Fold>
  void hash_into(Fold& to) const {
    to.add(static_cast<std::uint64_t>(began_.unix_ms)).add(last_);
    for (const auto count : counts_) {
      to.add(count);
    }
  }

 private:
  static constexpr std::size_t slices = 31; ///< five minutes, and the one under way

  instant began_;
  std::uint64_t last_ = 0; ///< slice of the newest count
  std::array<std::uint32_t, slices> counts_{};
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
