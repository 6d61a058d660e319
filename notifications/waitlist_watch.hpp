#pragma once

#include "domain/fact.hpp"
#include "domain/strong_id.hpp"
#include "people/durable_map.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::notifications {

/// What a buyer may have told as they went on a waitlist, by where it is filed.
struct told_waiting {
  domain::event_id event;
  domain::subject_id who;
  std::uint64_t attempt = 0;
  friend auto operator==(const told_waiting&, const told_waiting&) -> bool = default;
};

/// Who is on which waitlist, and with which request they went there: so that an offer finds the address that came with its order and no other, and that
/// the address goes when the order ends. Follows facts, and is kept with the place in the journal up to which it did. Not thread-safe.
class waitlist_watch {
 public:
  /// What was kept. The failure is for people.
  [[nodiscard]] auto load(const people::durable_map& from) -> tl::expected<void, std::string>;
  /// Forgets everything.
  [[nodiscard]] auto clear(const people::durable_map& from, people::map_changes& to) -> tl::expected<void, std::string>;

  /// Whether anybody is on the waitlist of an event: of others no hold is an offer.
  [[nodiscard]] auto watches(domain::event_id event) const -> bool;
  /// What came with an order that is on it.
  [[nodiscard]] auto told_with(domain::event_id event, domain::waitlist_number number) const -> std::uint64_t;

  /// Follows a fact of an event. `over`: orders that end by it.
  void see(domain::event_id event, const domain::command_id& by, const domain::fact_body& what, people::map_changes& to,
           std::vector<told_waiting>& over);

 private:
  struct order {
    domain::subject_id who;
    std::uint64_t attempt = 0;
    domain::hold_number hold; ///< that is offered; zero: it waits
  };
  using order_key = std::pair<domain::event_id, domain::waitlist_number>;

  void keep(const order_key& which, const order& what, people::map_changes& to);
  void end(order_key which, people::map_changes& to, std::vector<told_waiting>& over);
  void end_hold(domain::event_id event, domain::hold_number hold, people::map_changes& to,
                std::vector<told_waiting>& over);
  void end_all(domain::event_id event, people::map_changes& to, std::vector<told_waiting>& over);

  std::map<order_key, order> orders_;
  std::map<std::pair<domain::event_id, domain::hold_number>, domain::waitlist_number> offered_;
};

} // namespace holdfast::notifications
