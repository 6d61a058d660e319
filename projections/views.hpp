#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "projections/live/live_ports.hpp"
#include "projections/search/query.hpp"
#include "projections/wire/packing.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::projections {

/// An immutable, encoded answer of the viewing plane.
struct view_body {
  std::string bytes;       ///< JSON, or what the form is called
  std::uint64_t seq = 0;   ///< of the event, `X-View-Seq`
  std::string etag;        ///< `W/"<seq>-<representation>"`, with the quotes
  domain::instant made_at; ///< for `Age`
  /// Who may see it: drafts are their organisation's alone.
  domain::organisation_id organisation;
  bool draft = false;
  std::uint64_t version = 0; ///< of the event's configuration, for If-Match
  std::string layout_hash;   ///< content address of its layout
  /// The same bytes compressed; never null for what is kept, null for what is encoded for one reader only.
  std::shared_ptr<packed_forms> packed;
};

enum class read_outcome : std::uint8_t {
  ok = 1,
  not_found,
  behind,    ///< `min_seq` was not reached within a second: 503 projection_behind
  overloaded ///< the read pool is full: 503
};

/// Called once: at once on the caller's thread when a fresh enough body is at hand, else later on another thread.
using view_done = std::function<void(read_outcome, std::shared_ptr<const view_body>)>;

/// One line of the organiser's list of events.
struct event_summary {
  domain::event_id event;
  domain::organisation_id organisation;
  std::string slug, name, venue_name, city;
  domain::instant starts_at;
  domain::event_status status = domain::event_status::draft;
  domain::event_config config; ///< for sale_status_at; without its description
};

/// A live hold, an order, or how a hold ended.
struct booking_line {
  domain::event_id event;
  domain::booking what;
  enum class kind : std::uint8_t { held = 1, released, expired, confirmed } status = kind::held;
  std::uint64_t seq = 0; ///< of its last fact
  std::shared_ptr<const domain::layout> seats;
  domain::currency_code currency;
};

/// What people read, from projections alone: never an event's actor. Thread-safe; nothing blocks.
class views {
 public:
  virtual ~views() = default;

  /// The seat status of an event (`GET /v1/events/{id}/seats`), at or after `min_seq` (0: whatever is at hand, at most a second old while facts arrive).
  virtual void seats(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept = 0;
  /// The same as `application/vnd.holdfast.seats`.
  virtual void seats_binary(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept = 0;
  /// One section of it; not kept.
  virtual void seats_of_section(domain::event_id event, std::uint64_t min_seq, std::string section,
                                view_done done) noexcept = 0;
  /// The event page (`GET /v1/events/{id}`), with seq, status, counts, tiers with availability and the state hash.
  virtual void event_page(domain::event_id event, std::uint64_t min_seq, view_done done) noexcept = 0;
  /// A layout by its content hash, as JSON.
  virtual void layout(std::string hash, view_done done) noexcept = 0;
  /// The same as `application/vnd.holdfast.layout`.
  virtual void layout_binary(std::string hash, view_done done) noexcept = 0;
  /// Has the compressed form of a kept body made, unless it is there. `done` once `body->packed->get(coding)` says what there is: at
  /// once, or on another thread.
  virtual void pack(const std::shared_ptr<const view_body>& body, content_coding coding,
                    std::function<void()> done) noexcept = 0;

  /// Changes of an event's seats as they happen, from `since` on if they are still at hand, to whoever listens.
  virtual void watch(domain::event_id event, std::optional<std::uint64_t> since, live_done done) noexcept = 0;
  /// Somebody who passes changes on. Forgotten when it dies.
  virtual void listen(const std::weak_ptr<live_listener>& listener) noexcept = 0;

  /// Events that fit (`GET /v1/search`). Outcomes: ok; behind: there is no index to read yet; overloaded.
  virtual void search(search_query what, view_done done) noexcept = 0;
  /// What the words may become (`GET /v1/suggest`), at most `limit` of it. Outcomes as of `search`.
  virtual void suggest(std::string text, std::size_t limit, view_done done) noexcept = 0;

  /// Events of an organisation in id order after `after`, at most `limit`.
  [[nodiscard]] virtual auto events_of(domain::organisation_id organisation, domain::event_id after,
                                       std::size_t limit) const -> std::vector<event_summary> = 0;

  /// A hold or order by number, waiting for `min_seq` of its event. `not_found` with null: unknown, or ended longer ago than is remembered.
  virtual void booking(domain::event_id event, domain::hold_number number, std::uint64_t min_seq,
                       std::function<void(read_outcome, std::shared_ptr<const booking_line>)> done) noexcept = 0;

  struct order_page {
    std::vector<std::shared_ptr<const booking_line>> lines;
    std::uint64_t next = 0; ///< position to go on from; 0: the end
  };

  /// Orders of an owner, newest first, from the position that an earlier page gave as `next` (0: from the newest).
  /// Outcomes: ok, behind (the past is not folded yet), overloaded.
  virtual void orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                         std::function<void(read_outcome, order_page)> done) noexcept = 0;
};

} // namespace holdfast::projections
