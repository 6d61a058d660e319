#pragma once

#include "journal/audit/queue_facts.hpp"
#include "journal/audit/record.hpp"
#include "journal/audit/room_history.hpp"
#include "journal/audit/violation.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::journal::audit {

/// One event's waiting room, folded the plainest way there is: who stands where, who is let in when, and whether anybody was passed over.
/// After a violation the fold goes on with what the fact says.
class queue_check {
 public:
  /// `waited`: who went on the event's waitlist.
  queue_check(stream_name stream, findings& to, std::set<room_history::buyer> waited) : stream_{stream}, to_{to} {
    history_.watch(std::move(waited));
  }

  void take(const record& at, const queue_fact& what);

  /// Who was inside, and when.
  [[nodiscard]] auto history() const noexcept -> const room_history& { return history_; }

 private:
  static constexpr std::size_t bands_max = 8;

  enum class mode : std::uint64_t { off = 1, pre_queue, on, paused, sold_out };
  enum class status : std::uint8_t { waiting, silent, admitted, active, done };

  struct place {
    queue_joined::entrant who;
    status is = status::waiting;
    std::uint64_t rank = 0; ///< in its band's line; before the draw none
    std::int64_t until = 0; ///< inside: when that ends
  };

  struct lottery {
    hash_bytes commitment{};
    std::string public_round;
    std::uint64_t first = 0;
    std::vector<hash_bytes> leaves;
    bool closed = false;
  };

  void refuse(violation_kind why, std::string detail);
  /// Null, and a violation, when there is no such place or it is not as it must be.
  auto at(std::uint64_t number, std::initializer_list<status> right, const char* done) -> place*;
  void stand(std::uint64_t number, place& who);
  void add(const queue_joined::entrant& who);
  void end(std::uint64_t number, place& who);
  void wait_again(std::uint64_t number, place& who);
  /// The mode that a fact says cannot follow.
  [[nodiscard]] auto is_wrong_step(const queue_mode_changed& what) const -> bool;
  /// The time of those inside goes on where it stood.
  void restore_admissions();
  /// Adds what the rate brought since the last time.
  void settle();

  void on(const queue_settings_changed& what);
  void on(const pre_queue_opened& what);
  void on(const pre_queue_closed& what);
  void on(const lots_drawn& what);
  void on(const queue_mode_changed& what);
  void on(const queue_joined& what);
  void on(const places_named& what);
  void on(const queue_admitted& what);
  void on(const queue_claimed& what);
  void on(const queue_finished& what);
  void on(const queue_expired& what);
  void on(const queue_demoted& what);
  void on(const queue_pace_adjusted& what);

  stream_name stream_;
  findings& to_;
  std::uint64_t seq_ = 0;
  std::int64_t time_ms_ = 0;
  mode is_ = mode::off;
  std::optional<std::int64_t> revoked_at_; ///< since when admissions are worth nothing
  room_settings rules_;
  std::uint64_t pace_permille_ = 1'000;
  std::uint64_t given_ = 0;               ///< places
  std::map<std::uint64_t, place> places_; ///< that were given since the room was last off, and are not done
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> live_;            ///< by buyer
  std::array<std::set<std::pair<std::uint64_t, std::uint64_t>>, bands_max> present_; ///< rank and place, by band
  std::uint64_t next_rank_ = 0;
  std::uint64_t before_line_ = 0;                ///< places that were given before the room was last off
  std::array<std::uint64_t, bands_max> stood_{}; ///< who ever stood in a band's line since then
  std::optional<lottery> draw_;
  std::uint64_t inside_ = 0;
  std::uint64_t level_micro_ = 0; ///< millionths of a person that may be let in
  std::int64_t settled_at_ = 0;
  room_history history_;
};

} // namespace holdfast::journal::audit
