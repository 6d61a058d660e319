#pragma once

#include "actors/queue_port.hpp"
#include "actors/queue_slots.hpp"
#include "domain/queue/line.hpp"
#include "domain/sale_plan.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace holdfast::actors {

/// A band's line as it was at one tick.
struct published_line {
  domain::queue::line_order order;
  std::uint32_t spots = 0; ///< given until then
  std::uint32_t size = 0;  ///< people who stand in it

  /// People ahead of a spot. Of one that was given since: at most so many, so that what is said of it never grows.
  [[nodiscard]] auto ahead_of(std::uint32_t spot) const noexcept -> std::uint32_t {
    return spot < spots ? order.ahead_of(spot) : size + (spot - spots);
  }
};

/// What everybody sees of a waiting room, as of one durable fact. Immutable, but for the slots.
struct board_view {
  room_view shown;
  std::shared_ptr<place_slots> slots;     ///< never null
  domain::queue::place_number draw_first; ///< the first entrant's, when there is a draw
  std::array<std::shared_ptr<const published_line>, domain::queue::limits::bands_max> lines; ///< null: nobody yet
  std::array<domain::queue::drain, domain::queue::limits::bands_max> drains;
};

/// Whether anything of an event is to be had by standing in its line.
enum class seat_supply : std::uint8_t { unknown, some, none };

/// One waiting room for those who ask and do not wait: polls, admissions, and what an event tells. The room's actor publishes, slots first and the view
/// behind them; readers take the view first. So a slot is never older than its view, and a position that was shown does not grow. Thread-safe.
class queue_board {
 public:
  queue_board();
  queue_board(const queue_board&) = delete;
  auto operator=(const queue_board&) -> queue_board& = delete;
  ~queue_board() = default;

  /// Never null.
  [[nodiscard]] auto view() const -> std::shared_ptr<const board_view> { return view_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const board_view> next) { view_.store(std::move(next), std::memory_order_release); }

  /// As queue_port's.
  [[nodiscard]] auto room() const -> std::shared_ptr<const room_view>;
  [[nodiscard]] auto poll(const domain::subject_id& who, domain::queue::place_number place, domain::instant now) const
      -> std::optional<place_view>;
  [[nodiscard]] auto admits(const domain::subject_id& who, domain::queue::place_number place, domain::instant now) const
      -> admission;
  [[nodiscard]] auto rank(const domain::subject_id& who, domain::queue::place_number place) const
      -> std::optional<std::uint32_t>;
  /// O(limit): not for a thread that others wait for. The refusal is `not_found` when there is no draw.
  [[nodiscard]] auto leaves(std::uint32_t from, std::uint32_t limit) const
      -> tl::expected<std::vector<domain::queue::digest>, room_refusal>;

  /// Nobody knows whether the room is off: it lets in nobody.
  void shut() noexcept { is_shut_.store(true, std::memory_order_release); }
  [[nodiscard]] auto is_shut() const noexcept -> bool { return is_shut_.load(std::memory_order_acquire); }
  void open() noexcept { is_shut_.store(false, std::memory_order_release); }

  std::atomic<seat_supply> supply{seat_supply::unknown};
  /// When the event sells, as it was last told; null: nobody knows, which counts as always.
  std::atomic<std::shared_ptr<const domain::sale_hours>> sale;
  std::atomic<std::uint32_t> arrivals{0}; ///< since they were last counted

 private:
  std::atomic<std::shared_ptr<const board_view>> view_;
  std::atomic<bool> is_shut_{false};
};

} // namespace holdfast::actors
