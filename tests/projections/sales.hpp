#pragma once

#include "domain/command.hpp"
#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "domain/layout.hpp"
#include "domain/public_id.hpp"
#include "journal/journal.hpp"
#include "tests/model/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::projections_test {

inline constexpr domain::organisation_id organiser{1};

/// What people must be shown of an event at one seq, taken from the state that decides.
struct shown {
  domain::event_status status = domain::event_status::absent;
  std::uint64_t version = 0;
  std::uint64_t hash = 0;
  std::string name;
  domain::event_counts counts;
  std::vector<domain::seat_status> seats;
  std::vector<std::uint32_t> area_available;
  std::vector<domain::price_tier> tiers;
  std::vector<domain::sale_phase> phases;
  std::vector<domain::price_rule> rules;
  std::vector<domain::allocation> allocations;
  domain::allocation_number keeper;             ///< gets what is given back
  std::vector<domain::allocation_number> pools; ///< of each seat
  std::shared_ptr<const domain::layout> layout;
};

/// Facts that were decided, ready to be appended.
struct decision {
  domain::event_id event;
  std::uint64_t first_seq = 0;
  std::shared_ptr<const domain::facts> facts;
  std::uint64_t state_hash = 0;

  [[nodiscard]] auto last_seq() const -> std::uint64_t { return first_seq + facts->size() - 1; }
  [[nodiscard]] auto stream() const -> journal::stream_id { return {journal::stream_kind::event, event.value()}; }
  [[nodiscard]] auto to_append() const -> journal::append_group;
};

/// Some events and what is decided for them: the real rules, driven by dice. Keeps what each was to be shown like after every command.
class sales {
 public:
  sales(std::uint64_t seed, std::size_t events);

  /// One random command to one random event; nothing when it was refused or found nothing to do.
  [[nodiscard]] auto random_command(domain::instant now) -> std::optional<decision>;
  [[nodiscard]] auto decide(domain::event_id event, const domain::command& what, domain::instant now)
      -> std::optional<decision>;
  /// An event, created and published, in one decision each.
  [[nodiscard]] auto open_event(domain::event_id event, const std::shared_ptr<const domain::layout>& seats,
                                domain::instant now) -> std::vector<decision>;

  [[nodiscard]] auto events() const -> const std::vector<domain::event_id>& { return events_; }
  [[nodiscard]] auto state(domain::event_id event) -> domain::event_state& { return states_[event]; }
  /// Null when no command ended at this seq.
  [[nodiscard]] auto at(domain::event_id event, std::uint64_t seq) const -> const shown*;
  [[nodiscard]] auto dice() -> model::dice& { return dice_; }

  bool closes = true; ///< some events are closed, after which nothing more is sold

 private:
  [[nodiscard]] auto random_body(const domain::event_state& state, domain::event_id event, domain::instant now)
      -> domain::command_body;
  /// Names an allocation or a presale's code, as its caller may.
  void name_right(domain::hold_seats& hold, const domain::caller& by, const domain::event_state& state);
  [[nodiscard]] auto random_hold(const domain::layout& seats) -> domain::hold_seats;
  [[nodiscard]] auto random_seats(const domain::layout& seats) -> std::vector<domain::seat_index>;
  [[nodiscard]] auto random_change(const domain::event_state& state, domain::allocation_number of)
      -> domain::change_allocation;
  [[nodiscard]] auto random_allocation(const domain::event_state& state) -> domain::command_body;
  /// Somebody waits, or does not any more, or what is available is offered.
  [[nodiscard]] auto random_waiting(const domain::layout& seats) -> domain::command_body;
  [[nodiscard]] auto random_caller() -> domain::caller;
  [[nodiscard]] auto random_amendment(const domain::event_state& state, domain::instant now) -> domain::event_amendment;
  [[nodiscard]] auto random_phases(domain::instant now) -> std::vector<domain::sale_phase>;
  [[nodiscard]] auto random_rules(const domain::event_config& config, domain::instant now)
      -> std::vector<domain::price_rule>;
  [[nodiscard]] auto random_code() -> domain::access_code_hash;

  model::dice dice_;
  std::vector<domain::event_id> events_;
  std::map<domain::event_id, domain::event_state> states_;
  std::map<std::pair<domain::event_id, std::uint64_t>, shown> shown_;
  std::uint64_t next_command_ = 1;
};

/// Layouts of the tests: 0 is small with an area, 1 has awkward names, attributes and a focal point, 2 has areas only.
[[nodiscard]] auto test_layout(std::size_t which) -> std::shared_ptr<const domain::layout>;
/// One section with rows of `per_row` seats.
[[nodiscard]] auto wide_layout(std::uint32_t rows, std::uint32_t per_row) -> std::shared_ptr<const domain::layout>;
[[nodiscard]] auto test_config(const domain::layout& seats, const std::string& name) -> domain::event_config;

[[nodiscard]] auto buyer(std::uint64_t number) -> domain::caller;
[[nodiscard]] auto box_office() -> domain::caller;
[[nodiscard]] auto event_text(domain::event_id event) -> std::string;

} // namespace holdfast::projections_test
