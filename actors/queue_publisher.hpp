#pragma once

#include "actors/queue_board.hpp"
#include "domain/fact.hpp"
#include "domain/queue/state.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace holdfast::actors {

/// Brings a room's durable facts to its board. The room's alone; one thread at a time.
class queue_publisher {
 public:
  explicit queue_publisher(queue_board& to) : board_{to} {}

  struct demoted_place {
    domain::queue::place_number place;
    demotion why;
  };

  /// A room that was loaded, all of it; `demoted` since it was last off. Whoever was let in may come until `claims_until` at the least.
  void take_over(const domain::queue::state& room, std::vector<demoted_place> demoted, domain::instant now,
                 domain::instant claims_until);
  /// A fact that was just applied; it is seen at the next `publish_places`.
  void note(const domain::fact& what, const domain::queue::state& after);
  /// What was noted is durable: to the slots, but for the view. `now` is the heartbeat of new places.
  void publish_places(const domain::queue::state& room, domain::instant now);
  /// The view behind them, when something changed since the last one. `held_back` as in room_view.
  void publish_view(const domain::queue::state& room, bool held_back);

  [[nodiscard]] auto slots() const noexcept -> place_slots& { return *slots_; }
  [[nodiscard]] auto slots_pointer() const noexcept -> const std::shared_ptr<place_slots>& { return slots_; }
  /// Bytes of what is published, the copies of the order included.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t;

 private:
  [[nodiscard]] auto word_of(const domain::queue::state& room, const domain::queue::place& of) const noexcept
      -> slot_word;
  [[nodiscard]] auto line_of(const domain::queue::line& now, const std::shared_ptr<const published_line>& before) const
      -> std::shared_ptr<const published_line>;

  queue_board& board_;
  std::shared_ptr<place_slots> slots_ = board_.view()->slots;
  std::uint32_t claims_until_s_ = 0;
  std::vector<domain::queue::place_number> changed_;
  std::vector<demoted_place> demoted_;
  bool all_changed_ = false;                            ///< not only those
  bool all_present_ = false;                            ///< the waitlist moves again: who waits counts as heard of
  bool emptied_ = false;                                ///< the room was off since
  bool is_new_line_ = true;                             ///< none that was published is of these lines
  domain::queue::mode mode_ = domain::queue::mode::off; ///< after the last fact that was noted
  bool revoked_ = false;                                ///< the same
};

} // namespace holdfast::actors
