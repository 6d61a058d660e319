#pragma once

#include "domain/event_state.hpp"
#include "domain/fact.hpp"
#include "journal/journal.hpp"
#include "projections/search/query.hpp"
#include "tests/model/dice.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::search_test {

/// Standing places that are set apart.
struct naive_pool {
  std::uint32_t places = 0;
  std::uint32_t used = 0; ///< of them, held or sold
};

/// One event as a list of plain values, and nothing clever.
struct naive_event {
  domain::event_id event;
  std::uint64_t seq = 0;
  domain::event_config config;
  domain::event_status status = domain::event_status::draft;
  bool listed = false;
  std::uint32_t capacity = 0;
  std::uint32_t sold = 0;
  std::map<std::uint32_t, std::uint32_t> live;    ///< places by hold
  std::map<std::uint32_t, naive_pool> pools;      ///< by the number of their allocation
  std::map<std::uint32_t, std::uint32_t> of_pool; ///< live holds: whose places they have
  std::uint32_t last_allocation = 0;
  std::uint32_t last_hold = 0;
  std::vector<domain::instant> holds; ///< when each was made

  [[nodiscard]] auto available() const -> std::uint32_t;
  /// Base-2 logarithm of its holds, each worth half as much with every half-life; greater is more popular, at any time.
  [[nodiscard]] auto popularity() const -> double;
};

/// Events that come about by dice, as the facts that say so and as plain values. Words are of ASCII letters; each event's are from a small
/// vocabulary, so that queries find some.
class naive_events {
 public:
  explicit naive_events(std::uint64_t seed) : dice_{seed} {}

  /// Something happens: an event is made, changed, published, sold …
  [[nodiscard]] auto step() -> journal::append_group;
  /// A new event, published in the same command.
  [[nodiscard]] auto publish_new(const domain::event_config& config, std::uint32_t capacity = 100)
      -> journal::append_group;
  [[nodiscard]] auto hold(domain::event_id event, std::uint32_t places) -> journal::append_group;
  [[nodiscard]] auto with_facts(domain::event_id event, std::vector<domain::fact_body> bodies) -> journal::append_group;

  [[nodiscard]] auto random_config() -> domain::event_config;
  /// A query about what there may be. Its words are those of listed events, so that none is corrected.
  [[nodiscard]] auto random_query() -> projections::search_query;

  /// Events that a query is about, in no order, judged one by one.
  [[nodiscard]] auto matches(const projections::search_query& query) const -> std::vector<const naive_event*>;
  /// The same in the query's order; not for relevance.
  [[nodiscard]] auto ranked(const projections::search_query& query) const -> std::vector<const naive_event*>;

  [[nodiscard]] auto all() const -> const std::vector<std::unique_ptr<naive_event>>& { return events_; }
  [[nodiscard]] auto find(domain::event_id event) const -> naive_event&;
  [[nodiscard]] auto dice() -> model::dice& { return dice_; }
  [[nodiscard]] auto now() const -> domain::instant { return now_; }
  void pass(domain::millis time) { now_ = now_ + time; }

 private:
  [[nodiscard]] auto has_text(const naive_event& event, const std::string& text) const -> bool;
  [[nodiscard]] auto passes(const naive_event& event, const projections::search_query& query) const -> bool;
  [[nodiscard]] auto random_words(std::size_t least, std::size_t most) -> std::string;
  [[nodiscard]] auto change(naive_event& event) -> std::vector<domain::fact_body>;
  [[nodiscard]] auto sell(naive_event& event) -> std::vector<domain::fact_body>;
  [[nodiscard]] auto set_apart(naive_event& event) -> std::vector<domain::fact_body>;
  void apply(naive_event& to, const domain::fact_body& what);

  model::dice dice_;
  domain::instant now_{1'795'000'000'000};
  std::vector<std::unique_ptr<naive_event>> events_;
  std::uint64_t next_id_ = 1;
};

/// A layout of one area.
[[nodiscard]] auto floor_of(std::uint32_t capacity) -> std::shared_ptr<const domain::layout>;
/// An event of this name in a year's time, in Graz, on sale, for 10.00 to 50.00 EUR.
[[nodiscard]] auto concert(const std::string& name) -> domain::event_config;

} // namespace holdfast::search_test
