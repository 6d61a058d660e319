#pragma once

#include "domain/fact.hpp"
#include "domain/queue/command.hpp"
#include "domain/queue/state.hpp"
#include "tools/onsale/simulation.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace holdfast::onsale {

/// The waiting room of a simulated sale, decided by the rules of waiting rooms. People are numbers from 0.
class waiting_line {
 public:
  struct ears {
    std::function<void(std::uint32_t who, domain::instant now)> let_in;
    std::function<void(std::uint32_t who, domain::queue::place_status as)> sent_out;
  };

  waiting_line(const sale_plan& plan, const decided& told, ears to) : plan_{plan}, told_{told}, ears_{std::move(to)} {}

  void open(domain::instant now);
  /// Draws lots, or goes on.
  void start(domain::instant now);
  /// These, in their order, at most limits::people_per_command_max; their places.
  [[nodiscard]] auto join(const std::vector<std::uint32_t>& people, domain::instant now) -> std::vector<std::uint32_t>;

  // What was found since the last look; told to the room at the next.
  std::vector<domain::queue::place_number> left, silent, present, bought, gave_up;

  /// A look of the server's: tells the room what was found, whether anything is left to sell, and lets in whoever may be.
  void tend(domain::instant now, bool any_left);

  /// When the plan has something next that a look must see: a rate that is set, or a room that follows how far behind its event is.
  [[nodiscard]] auto next_planned(domain::instant now) const -> std::optional<domain::instant>;
  [[nodiscard]] auto study() const -> const estimate_study& { return study_; }
  [[nodiscard]] auto pace_least() const noexcept -> std::uint32_t { return pace_least_; }
  [[nodiscard]] auto state() const -> const domain::queue::state& { return room_; }
  /// Mean place in the line, 0 first and 1 last, of the tenth that came first before the start, or last; nothing without a draw.
  [[nodiscard]] auto first_tenth() const -> std::optional<double> { return first_tenth_; }
  [[nodiscard]] auto last_tenth() const -> std::optional<double> { return last_tenth_; }

 private:
  /// Whether anything came of it.
  auto ask(domain::queue::command_body what, domain::instant now, const domain::caller& by = {}) -> bool;
  void hear(const domain::fact& what);
  void note_draw();
  /// What an organiser changes while the sale goes on.
  void follow_plan(domain::instant now);
  void follow_backlog(domain::instant now);
  [[nodiscard]] auto is_slow(domain::instant now) const -> bool;
  template <class Command>
  void tell(std::vector<domain::queue::place_number>& all, domain::instant now);

  const sale_plan& plan_;
  const decided& told_;
  ears ears_;
  domain::queue::state room_;
  domain::queue::digest seed_{};      ///< the lots are of people who are all alike
  std::vector<std::uint32_t> owners_; ///< by place
  std::optional<domain::instant> started_;
  std::size_t rates_set_ = 0;
  domain::instant looked_at_backlog_;
  std::uint32_t pace_least_ = 1'000;
  estimate_study study_;
  std::optional<double> first_tenth_, last_tenth_;
};

} // namespace holdfast::onsale
