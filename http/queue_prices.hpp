#pragma once

#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/views.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::http {

/// What people in a waiting room are told of prices: of each tier its price, and whether there is much left, from the event's page. A page is looked at
/// once a second at most however many ask, and nobody who can be told the last prices is kept waiting for newer ones. Thread-safe.
class queue_prices : public std::enable_shared_from_this<queue_prices> {
 public:
  /// A JSON array; null when it cannot be known now.
  using prices = std::shared_ptr<const std::string>;
  using done_function = std::function<void(const prices&)>;

  /// `views` outlives it.
  explicit queue_prices(projections::views& views) : views_{views} {}

  /// The last prices; null when there are none yet, and `read` has to be asked.
  [[nodiscard]] auto at_hand(domain::event_id event, domain::instant now) -> prices;

  /// Calls `done` once: at once, or the first time that anybody asks for an event, on some thread.
  void read(domain::event_id event, domain::instant now, done_function done);

 private:
  /// Events whose prices are remembered; beyond, some are forgotten and asked for again.
  static constexpr std::size_t events_max = 1'024;
  static constexpr domain::millis looked_at_every = domain::seconds(1);

  struct entry {
    prices last;
    std::string etag; ///< of the page that `last` was made of
    domain::instant looked_at;
    bool looking = false;
    std::vector<done_function> waiting; ///< for the first ones
  };

  /// Whether it is this caller's turn to look at the page.
  [[nodiscard]] static auto begins_look(entry& known, domain::instant now) -> bool;
  void look(domain::event_id event);
  void make_room();
  void found(domain::event_id event, projections::read_outcome outcome,
             const std::shared_ptr<const projections::view_body>& page);

  projections::views& views_;
  std::mutex mutex_;
  std::unordered_map<domain::event_id, entry> entries_;
};

} // namespace holdfast::http
