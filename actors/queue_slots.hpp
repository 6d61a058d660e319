#pragma once

#include "domain/instant.hpp"
#include "domain/queue/places.hpp"
#include "domain/queue/settings.hpp"
#include "domain/strong_id.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::actors {

/// A place as polls see it, in eight bytes.
struct slot_word {
  domain::queue::place_status status{};
  std::uint8_t band = 0;
  /// Waiting: the spot in the line, once there is one. Let in: the second at which that ends; over: at which it would have, 0 if it was never let in.
  std::uint32_t value = 0;

  [[nodiscard]] constexpr auto packed() const noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(status) | std::uint64_t{band} << 8U | std::uint64_t{value} << 32U;
  }
  [[nodiscard]] static constexpr auto unpacked(std::uint64_t word) noexcept -> slot_word {
    return {static_cast<domain::queue::place_status>(word & 0xffU), static_cast<std::uint8_t>(word >> 8U & 0xffU),
            static_cast<std::uint32_t>(word >> 32U)};
  }
};

/// Why a place was voided, and for which.
struct demotion {
  domain::queue::place_number instead;
  std::string reason;
};

/// The places that a waiting room has given since it was last off, for those who poll: 28 bytes each, in flat chunks that never move. The room's actor
/// writes; everybody reads and leaves heartbeats, and nobody waits. A slot is there for readers once `count` says so; its owner never changes.
class place_slots {
 public:
  /// Of places with the numbers after `before`; heartbeats are counted from `began`.
  place_slots(domain::queue::place_number before, domain::instant began) noexcept;
  place_slots(const place_slots&) = delete;
  auto operator=(const place_slots&) -> place_slots& = delete;
  ~place_slots() = default;

  // For the room alone.

  /// The next place; heard of just now.
  void add(const domain::subject_id& who, const slot_word& is, domain::instant now);
  void set(domain::queue::place_number place, const slot_word& is) noexcept;
  void heard(domain::queue::place_number place, domain::instant now) noexcept;
  void note_demotion(domain::queue::place_number place, demotion why);
  /// Places that polled and are to be told of to the room: at most so many, each once until `noted_again`.
  [[nodiscard]] auto take_notes(std::size_t most) -> std::vector<domain::queue::place_number>;
  void noted_again(const std::vector<domain::queue::place_number>& places) noexcept;
  /// Those of a slice that wait and were not heard of since `silent_after` ago; `from` and `slots` count from the first place of these.
  void find_silent(std::uint32_t from, std::uint32_t slots, domain::instant now, domain::millis silent_after,
                   std::size_t most, std::vector<domain::queue::place_number>& to) const;
  [[nodiscard]] auto is_unheard(domain::queue::place_number place, domain::instant now,
                                domain::millis silent_after) const noexcept -> bool;

  // For everybody.

  [[nodiscard]] auto count() const noexcept -> std::uint32_t { return count_.load(std::memory_order_acquire); }
  /// The number that was given before the first of these.
  [[nodiscard]] auto before() const noexcept -> domain::queue::place_number { return before_; }
  [[nodiscard]] auto holds(domain::queue::place_number place) const noexcept -> bool {
    return place > before_ && place.value() - before_.value() <= count();
  }
  /// Nothing for a place that is not theirs.
  [[nodiscard]] auto find(const domain::subject_id& who, domain::queue::place_number place) const noexcept
      -> std::optional<slot_word>;
  /// A heartbeat of a place that is there; `tell` has the room hear of it.
  void beat(domain::queue::place_number place, domain::instant now, bool tell);
  [[nodiscard]] auto demotion_of(domain::queue::place_number place) const -> std::optional<demotion>;
  /// Of a place that is there.
  [[nodiscard]] auto owner_of(domain::queue::place_number place) const noexcept -> const domain::subject_id&;
  [[nodiscard]] auto word_of(domain::queue::place_number place) const noexcept -> slot_word;
  /// Whether places polled that the room was not told of yet.
  [[nodiscard]] auto has_notes() const noexcept -> bool { return noted_.load(std::memory_order_acquire); }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  static constexpr std::uint32_t chunk_slots = 16 * 1024;
  static constexpr std::size_t chunks_max = domain::queue::limits::places_max / chunk_slots;
  /// The top bit of a heartbeat: the room will hear of it.
  static constexpr std::uint32_t told_bit = 1U << 31U;

  struct chunk {
    std::array<std::atomic<std::uint64_t>, chunk_slots> words{};
    std::array<domain::subject_id, chunk_slots> owners{};
    std::array<std::atomic<std::uint32_t>, chunk_slots> seen{}; ///< seconds since `base_s_`, and `told_bit`
  };
  static_assert(sizeof(chunk) == 28 * chunk_slots);

  [[nodiscard]] auto index_of(domain::queue::place_number place) const noexcept -> std::uint32_t {
    return place.value() - before_.value() - 1;
  }
  [[nodiscard]] auto chunk_of(std::uint32_t index) const noexcept -> chunk& { return *chunks_[index / chunk_slots]; }
  [[nodiscard]] auto second(domain::instant at) const noexcept -> std::uint32_t;

  domain::queue::place_number before_;
  std::uint32_t base_s_;
  /// Made with the first place. An entry is written before `count_` covers it, and never again.
  std::unique_ptr<std::array<std::unique_ptr<chunk>, chunks_max>> table_;
  std::unique_ptr<chunk>* chunks_ = nullptr;
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> noted_{false};
  mutable std::mutex mutex_; ///< of what follows
  std::vector<domain::queue::place_number> notes_;
  std::unordered_map<std::uint32_t, demotion> demotions_;
};

} // namespace holdfast::actors
