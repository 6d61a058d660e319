#pragma once

#include "domain/instant.hpp"
#include "domain/queue/chunked.hpp"
#include "domain/split_table.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>

namespace holdfast::domain::queue {

/// Counts the places of one waiting room from 1, in the order of the journal. Never given twice.
using place_number = strong_id<struct place_tag, std::uint32_t>;

/// What a place is. The first four are live: their owner has no other.
enum class place_status : std::uint8_t {
  waiting = 1,     ///< in the pre-queue, in the line or on the waitlist
  silent = 2,      ///< the same, but its owner stopped polling
  admitted = 3,    ///< let in, and not heard of since
  active = 4,      ///< let in, and came
  bought = 5,      ///< done, with a purchase
  gave_up = 6,     ///< done, without
  left = 7,        ///< its owner left
  missed_turn = 8, ///< its owner was silent when it was their turn
  unclaimed = 9,   ///< let in, and did not come in time
  ran_out = 10,    ///< let in, came, and took longer than one may
  timed_out = 11,  ///< silent for longer than a place is kept
  demoted = 12,    ///< voided, for a place at the end
};

[[nodiscard]] constexpr auto is_live(place_status status) noexcept -> bool {
  return status >= place_status::waiting && status <= place_status::active;
}
/// Stands in the line (or, before the draw, will).
[[nodiscard]] constexpr auto is_waiting(place_status status) noexcept -> bool {
  return status == place_status::waiting || status == place_status::silent;
}
/// Counts as active.
[[nodiscard]] constexpr auto is_inside(place_status status) noexcept -> bool {
  return status == place_status::admitted || status == place_status::active;
}

/// Whole seconds since 1970, rounded down; they last until 2106.
[[nodiscard]] constexpr auto second_of(instant at) noexcept -> std::uint32_t {
  return static_cast<std::uint32_t>(at.unix_ms / 1000);
}
/// The first whole second that is not before a time.
[[nodiscard]] constexpr auto whole_second(instant at) noexcept -> instant {
  return {(at.unix_ms + 999) / 1000 * 1000};
}

struct place {
  subject_id who;
  std::uint32_t since_s = 0; ///< `second_of` the time when it became what it is
  std::uint32_t at = 0;      ///< in the line: its spot; inside: its position among the deadlines; otherwise 0
  std::uint32_t until_s = 0; ///< inside: the second at which that ends; over: at which it would have; 0: never let in
  std::uint8_t band = 0;
  place_status status{};
};
static_assert(sizeof(place) == 32);

/// All places since the room was last off, in a flat array, and who has the live ones. Not thread-safe.
class place_table {
 public:
  /// The next place, for somebody who has no live one.
  auto add(const subject_id& who, std::uint8_t band, instant now) -> place_number;
  /// The live place of somebody; zero: none.
  [[nodiscard]] auto find(const subject_id& who) const noexcept -> place_number;
  /// Null when the number was never given, or before the room was last off.
  [[nodiscard]] auto at(place_number number) noexcept -> place*;
  [[nodiscard]] auto at(place_number number) const noexcept -> const place*;
  /// A live place ends; `status` is not a live one.
  void end(place_number number, place_status status, instant now) noexcept;
  /// Forgets all of them; numbers go on.
  void clear() noexcept;

  /// Number of the place that was given last; zero before the first.
  [[nodiscard]] auto last() const noexcept -> place_number {
    return place_number{before_ + static_cast<std::uint32_t>(places_.size())};
  }
  /// Places there are, live or not: those with the numbers up to `last`.
  [[nodiscard]] auto size() const noexcept -> std::size_t { return places_.size(); }
  [[nodiscard]] auto live() const noexcept -> std::size_t { return owners_.size(); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t { return places_.bytes() + owners_.bytes(); }

 private:
  /// Eight bytes instead of an owner's sixteen: the place itself knows whose it is.
  struct owner {
    std::uint32_t mark = 0; ///< 32 bits of the subject's hash
    std::uint32_t number = 0;
  };
  struct policy {
    static auto hash(const owner& of) noexcept -> std::uint64_t { return mix64(of.mark); }
    static auto empty(const owner& of) noexcept -> bool { return of.number == 0; }
  };

  chunked<place> places_;
  split_table<owner, policy> owners_; ///< of live places
  std::uint32_t before_ = 0;          ///< numbers that were given before the first of `places_`
};

} // namespace holdfast::domain::queue
