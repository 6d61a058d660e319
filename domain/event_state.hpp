#pragma once

// PUBLIC CONTRACT (members below `private:` and further files are the domain author's).
#include "domain/event_config.hpp"
#include "domain/fact.hpp"
#include "domain/instant.hpp"
#include "domain/layout.hpp"
#include "domain/rejection.hpp"
#include "domain/strong_id.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace holdfast::domain {

enum class event_status : std::uint8_t { absent = 0, draft = 1, published = 2, paused = 3, closed = 4, cancelled = 5 };

/// What the public sees of a life and a sale window at one moment.
enum class sale_status : std::uint8_t { draft, published, on_sale, paused, closed, cancelled };

enum class booking_status : std::uint8_t { held = 1, confirmed = 2 };

/// A live hold, or the order it became.
struct booking {
  hold_number number;
  booking_status status = booking_status::held;
  bool extended = false;
  owner by;
  key_id sold_by;
  key_id confirmed_by;
  instant created_at;
  instant expires_at; ///< of a hold
  instant cap_at;
  instant confirmed_at;
  std::vector<seat_index> seats;
  std::vector<minor_units> prices; ///< one a seat
  std::vector<held_area> areas;
  minor_units paid = 0; ///< of an order
  payment_record payment;

  /// Sum of the prices of seats and areas.
  [[nodiscard]] auto total() const noexcept -> minor_units;
  [[nodiscard]] auto places() const noexcept -> std::uint64_t;
  friend auto operator==(const booking&, const booking&) -> bool = default;
};

/// How a hold that is no longer live ended; kept for a while so that its owner can be told.
struct ended_hold {
  enum class how : std::uint8_t { released = 1, expired = 2 };
  hold_number number;
  how ended = how::released;
  owner by;
  instant at;
  friend auto operator==(const ended_hold&, const ended_hold&) -> bool = default;
};

struct event_counts {
  std::uint32_t available = 0, held = 0, sold = 0, blocked = 0; ///< seats and standing places
  friend auto operator==(const event_counts&, const event_counts&) -> bool = default;
};
struct area_counts {
  std::uint32_t held = 0, sold = 0;
  friend auto operator==(const area_counts&, const area_counts&) -> bool = default;
};

/// All of a state as plain data, in a canonical order (bookings by number, keys by value): what snapshots store and tests compare.
struct state_image;
struct event_data;
struct state_access;

/// One event's inventory, as the fold of its facts. Seats are a dense array, a few bytes each. Not thread-safe; cheap to move, expensive to copy.
class event_state {
 public:
  event_state();
  ~event_state();
  event_state(event_state&&) noexcept;
  auto operator=(event_state&&) noexcept -> event_state&;

  /// Facts applied so far; the seq of the last one.
  [[nodiscard]] auto seq() const noexcept -> std::uint64_t;
  /// Time of the last fact; zero before the first.
  [[nodiscard]] auto time() const noexcept -> instant;
  [[nodiscard]] auto status() const noexcept -> event_status;
  [[nodiscard]] auto id() const noexcept -> event_id;
  [[nodiscard]] auto organisation() const noexcept -> organisation_id;
  [[nodiscard]] auto config() const noexcept -> const event_config&;
  /// Seq of the last fact that was not about a sale (created, amended, layout, publish, pause …).
  [[nodiscard]] auto version() const noexcept -> std::uint64_t;
  [[nodiscard]] auto seats() const noexcept -> const std::shared_ptr<const layout>&; ///< null before creation
  /// Price of a tier of the layout now.
  [[nodiscard]] auto price(tier_index tier) const noexcept -> minor_units;
  [[nodiscard]] auto seat(seat_index seat) const noexcept -> seat_status;
  [[nodiscard]] auto statuses() const noexcept -> std::span<const seat_status>;
  [[nodiscard]] auto area(area_index area) const noexcept -> area_counts;
  [[nodiscard]] auto counts() const noexcept -> event_counts;
  /// The live hold or the order with this number; null otherwise. Valid until the next apply.
  [[nodiscard]] auto find(hold_number number) const noexcept -> const booking*;
  [[nodiscard]] auto find_ended(hold_number number) const noexcept -> const ended_hold*;
  [[nodiscard]] auto last_hold() const noexcept -> hold_number;
  [[nodiscard]] auto live_holds() const noexcept -> std::size_t;
  [[nodiscard]] auto orders() const noexcept -> std::size_t;
  /// Places that this owner holds or has bought.
  [[nodiscard]] auto places_of(const owner& who) const noexcept -> std::uint64_t;
  /// When the next hold expires; the time of the last fact when the event is cancelled, for its holds are to be ended at once; nothing
  /// when no hold is live. O(1).
  [[nodiscard]] auto next_deadline() const noexcept -> std::optional<instant>;
  /// What was decided for this key, if it is remembered: the request's hash and the seq of the first fact.
  struct remembered {
    std::uint32_t request_low = 0; ///< low 32 bits of command_id::request
    std::uint64_t seq = 0;
    std::uint32_t hour = 0; ///< of that fact: `is_forgotten` in remembered_keys.hpp says until when it counts
  };
  [[nodiscard]] auto remembered_key(std::uint64_t key) const noexcept -> std::optional<remembered>;
  /// Incremental hash over seats, areas, bookings, life and counters, as docs/state-hash.md defines it. O(1).
  [[nodiscard]] auto hash() const noexcept -> std::uint64_t;
  /// Bytes this state occupies, heap included; an estimate within 10 %.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

  [[nodiscard]] auto image() const -> state_image;
  /// Null when the image contradicts itself (a damaged snapshot): the caller then replays instead.
  [[nodiscard]] static auto from_image(state_image image) -> std::optional<event_state>;

 private:
  friend struct state_access;
  std::unique_ptr<event_data> data_;
};

/// Draft, paused, closed and cancelled as they are; published is on sale within the sale window.
[[nodiscard]] auto sale_status_at(event_status status, const event_config& config, instant now) noexcept -> sale_status;

} // namespace holdfast::domain
