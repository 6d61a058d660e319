#pragma once

#include "domain/event_config.hpp"
#include "domain/event_state.hpp"
#include "domain/instant.hpp"
#include "domain/strong_id.hpp"
#include "domain/ticket.hpp"
#include "projections/follow_mark.hpp"
#include "projections/live/live_ports.hpp"
#include "projections/past/past_ports.hpp"
#include "projections/search/query.hpp"
#include "projections/waitlist_views.hpp"
#include "projections/wire/packing.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::projections {

/// An immutable, encoded answer of the viewing plane.
struct view_body {
  std::string bytes;       ///< JSON, or what the form is called
  std::uint64_t seq = 0;   ///< of the event, `X-View-Seq`
  std::string etag;        ///< `W/"<seq>-<representation>"`, with the quotes
  domain::instant made_at; ///< or since when nobody knows whether it is the newest, if that is earlier
  /// Of the projection that made it; null: there is nothing to follow.
  std::shared_ptr<const follow_mark> follows = {};
  /// Who may see it: drafts are their organisation's alone.
  domain::organisation_id organisation;
  bool draft = false;
  std::uint64_t version = 0; ///< of the event's configuration, for If-Match
  std::string layout_hash;   ///< content address of its layout
  /// The same bytes compressed; never null for what is kept, null for what is encoded for one reader only.
  std::shared_ptr<packed_forms> packed;
};

/// For how long nobody knows whether a body is still right, for `Age`: 0 while its projection follows the journal, however long ago it was made.
[[nodiscard]] inline auto age_of(const view_body& body, domain::instant now) -> domain::millis {
  const auto until = body.follows ? body.follows->until() : std::nullopt;
  return until ? std::max(now - std::max(body.made_at, *until), domain::millis{}) : domain::millis{};
}

enum class read_outcome : std::uint8_t {
  ok = 1,
  not_found,
  behind,      ///< `min_seq` was not reached within a second: 503 projection_behind
  overloaded,  ///< the read pool is full: 503
  unavailable, ///< there is nothing left to make it of: 503, until the journal is mended
  unreadable   ///< what the journal has of the event is damaged: 500 event_unreadable, until somebody restores it
};

/// How a report is written.
enum class report_form : std::uint8_t { json = 0, csv = 1, prices = 2 }; ///< prices: their history, as JSON

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

/// Tickets of an order that went back in one decision.
struct order_return {
  std::uint64_t seq = 0;
  domain::instant at;
  domain::minor_units total = 0; ///< that was paid for them
  // What they were for, as in the fact; nothing when they were all that the order had left, which it still names.
  std::vector<domain::seat_index> seats;
  std::vector<domain::minor_units> prices; ///< one a seat
  std::vector<domain::minor_units> fees;   ///< one a seat; empty when all are 0
  std::vector<domain::held_area> areas;
  std::vector<std::uint32_t> tickets;
  friend auto operator==(const order_return&, const order_return&) -> bool = default;
};

/// A live hold, an order, or how a hold ended.
struct booking_line {
  domain::event_id event;
  domain::booking what;
  enum class kind : std::uint8_t { held = 1, released, expired, confirmed } status = kind::held;
  std::uint64_t seq = 0; ///< of its last fact
  std::shared_ptr<const domain::layout> seats;
  domain::currency_code currency;
  std::vector<domain::ticket> tickets{}; ///< of an order: those that something happened to since, by index
  std::vector<order_return> returns{};   ///< of an order: oldest first
  domain::waitlist_number waitlist{};    ///< of a live hold: for which order on the waitlist it is offered; zero: none
};

/// Which of an event's allocations: those after one (zero: from the first), so many at most.
struct allocation_page {
  domain::allocation_number after;
  std::size_t limit = 0;
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
  /// The places of an event that are set apart; for its own organisation. Not kept.
  virtual void allocations(domain::event_id event, std::uint64_t min_seq, allocation_page page,
                           view_done done) noexcept = 0;
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
  /// The sales report of an event, for its organisation. Not kept for long: it is seldom read.
  virtual void report(domain::event_id event, std::uint64_t min_seq, report_form form, view_done done) noexcept = 0;
  /// Runs what takes longer than a thread of readers may on the read pool; false when that is full.
  [[nodiscard]] virtual auto run_aside(std::function<void()> job) noexcept -> bool = 0;
  /// What an event was like at a place of its past.
  virtual void past(const past_wish& what, past_done done) noexcept = 0;

  /// One event as the lists have it; nothing for one that is unknown (or not folded yet).
  [[nodiscard]] virtual auto event(domain::event_id event) const -> std::optional<event_summary> = 0;
  /// Events of an organisation in id order after `after`, at most `limit`.
  [[nodiscard]] virtual auto events_of(domain::organisation_id organisation, domain::event_id after,
                                       std::size_t limit) const -> std::vector<event_summary> = 0;

  /// A hold or order by number, waiting for `min_seq` of its event. `not_found` with null: unknown, or ended longer ago than is remembered.
  virtual void booking(domain::event_id event, domain::hold_number number, std::uint64_t min_seq,
                       std::function<void(read_outcome, std::shared_ptr<const booking_line>)> done) noexcept = 0;

  /// The last order that somebody has, or had, on an event's waitlist, waiting for `min_seq` of the event. `not_found` with null: they never had one.
  virtual void waiting(domain::event_id event, const domain::subject_id& who, std::uint64_t min_seq,
                       std::function<void(read_outcome, std::shared_ptr<const waitlist_line>)> done) noexcept = 0;
  /// How an event's waitlist is doing, the same way. `not_found`: there is no such event.
  virtual void waitlist(domain::event_id event, std::uint64_t min_seq,
                        std::function<void(read_outcome, std::shared_ptr<const waitlist_summary>)> done) noexcept = 0;

  struct order_page {
    std::vector<std::shared_ptr<const booking_line>> lines;
    std::uint64_t next = 0; ///< position to go on from; 0: the end
  };

  /// Orders of an owner, newest first, from the position that an earlier page gave as `next` (0: from the newest).
  /// Outcomes: ok, behind (the past is not folded yet), overloaded.
  virtual void orders_of(const domain::owner& who, std::uint64_t before, std::size_t limit,
                         std::function<void(read_outcome, order_page)> done) noexcept = 0;

  /// Where a list of tickets goes on. Orders are named by their positions, as in `order_page`.
  struct ticket_place {
    std::uint32_t own = 0;   ///< the owner's order that is looked at next; 0: none is left
    std::uint32_t order = 0; ///< that the last ticket looked at is of; 0: none was
    std::uint32_t index = 0; ///< of that ticket in its order
    friend constexpr auto operator==(const ticket_place&, const ticket_place&) noexcept -> bool = default;
  };

  struct ticket_page {
    std::vector<std::pair<std::shared_ptr<const booking_line>, std::uint32_t>>
        lines;                        ///< an order, and which of its tickets
    std::optional<ticket_place> next; ///< to go on from; absent: the end
  };

  /// Tickets that somebody has now, of own orders and of others', the newest order's first, an order's by index; from the place that an
  /// earlier page gave as `next`. A page may have fewer than `limit` although more follow: of somebody who has handed on very many.
  /// Outcomes as of `orders_of`.
  virtual void tickets_of(const domain::owner& who, const std::optional<ticket_place>& from, std::size_t limit,
                          std::function<void(read_outcome, ticket_page)> done) noexcept = 0;

  /// A ticket that its buyer offers to others.
  struct offer_line {
    std::shared_ptr<const booking_line> order; ///< the seller's
    std::uint32_t ticket = 0;                  ///< which of its tickets
    domain::minor_units price = 0;
    bool held = false; ///< a buyer has it in a hold
  };

  struct offer_page {
    std::vector<offer_line> lines; ///< by ticket
    std::uint64_t seq = 0;         ///< the event's, that the page is as of
    bool more = false;
  };

  /// Tickets of an event that are offered, after one of them. Outcomes as of `orders_of`.
  virtual void offers(domain::event_id event, const std::optional<domain::ticket_number>& after, std::size_t limit,
                      std::function<void(read_outcome, offer_page)> done) noexcept = 0;

  /// Codes that hold no longer: of so many tickets of an order from the first on, those with a serial below one.
  struct revocation {
    static constexpr std::uint32_t every_serial = 65'536;
    std::uint64_t seq = 0;
    domain::hold_number order;
    std::vector<std::uint32_t> tickets; ///< by index in the order
    std::uint32_t below = 0;            ///< every_serial: the tickets were given back
  };

  struct revocation_page {
    std::vector<revocation> lines; ///< by seq
    std::uint64_t seq = 0;         ///< everything up to here has been told
    bool more = false;
  };

  /// What was revoked of an event after a seq; nothing while the past is not folded yet.
  [[nodiscard]] virtual auto revocations(domain::event_id event, std::uint64_t since, std::size_t limit) const
      -> std::optional<revocation_page> = 0;
};

} // namespace holdfast::projections
