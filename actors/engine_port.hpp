#pragma once

#include "actors/answer_encoder.hpp"
#include "actors/queue_port.hpp"
#include "actors/reply_port.hpp"
#include "domain/checkout/command.hpp"
#include "domain/command.hpp"
#include "domain/fact.hpp"
#include "domain/hold_wish.hpp"
#include "domain/instant.hpp"
#include "domain/organisation/command.hpp"
#include "domain/strong_id.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::actors {

/// An API key as requests are checked against it.
struct key_record {
  domain::key_id key;
  domain::organisation_id organisation;
  std::uint32_t scopes = 0;
  std::array<std::uint8_t, 32> secret_hash{};
  std::string name;
  domain::instant created_at;
  std::optional<domain::instant> revoked_at;
};

struct venue_record {
  domain::venue what;
  std::uint64_t version = 0;
};

/// Everything of all organisations that requests need at once: immutable, replaced as a whole when a fact becomes durable.
class directory_view {
 public:
  virtual ~directory_view() = default;
  [[nodiscard]] virtual auto keys() const -> const std::vector<key_record>& = 0;
  [[nodiscard]] virtual auto venue(domain::organisation_id owner, domain::venue_id id) const -> const venue_record* = 0;
  [[nodiscard]] virtual auto venues(domain::organisation_id owner) const -> std::vector<const venue_record*> = 0;
  [[nodiscard]] virtual auto event_of_slug(std::string_view slug) const -> std::optional<domain::event_id> = 0;
  [[nodiscard]] virtual auto organisations() const -> std::vector<std::pair<domain::organisation_id, std::string>> = 0;
  /// Whether only its keys are known: what else its stream had is in a journal that cannot be read.
  [[nodiscard]] virtual auto is_lost(domain::organisation_id organisation) const -> bool = 0;
  /// Grows with every change; key tables are rebuilt when it does.
  [[nodiscard]] virtual auto version() const noexcept -> std::uint64_t = 0;
};

/// One stored fact, for the journal feed.
struct fact_line {
  std::uint64_t seq = 0;
  std::string_view type; ///< static text
  domain::fact what;
  domain::trace_id trace;
  std::string hash_hex; ///< chain hash of this record
  std::string previous_hex;
};

struct fact_page {
  std::vector<fact_line> lines;
  bool more = false; ///< it ended at a limit, and facts may follow
};

/// State of the server, for health pages.
struct readiness {
  bool ready = false;
  std::vector<std::string> reasons; ///< why not, for people
};

/// The engine, as HTTP sees it. Thread-safe; nothing blocks.
class engine_port {
 public:
  virtual ~engine_port() = default;

  /// Sends a command to an event. Takes an in-flight credit of that event or answers 503 at once. The event need not exist: the actor decides.
  virtual void submit(domain::event_id event, domain::command what, request_meta meta, reply_port reply) noexcept = 0;
  /// The same for a hold, whose seats are named by their labels; `what.body` is ignored.
  virtual void submit(domain::event_id event, domain::command what, domain::hold_wish wish, request_meta meta,
                      reply_port reply) noexcept = 0;
  virtual void submit(domain::organisation_id organisation, domain::organisation_command what, request_meta meta,
                      reply_port reply) noexcept = 0;

  /// Has a buyer pay a hold by card. Answers within some 2 s: the order, why not, or 202 while it goes on.
  virtual void pay(domain::event_id event, domain::checkout_command what, request_meta meta,
                   reply_port reply) noexcept = 0;

  /// A payment that has not ended.
  struct payment_line {
    domain::event_id event;
    domain::hold_number hold;
    std::uint32_t payment = 0;
    std::string_view status; ///< static text: requested, intended, prepared, authorised, booked or turned
    domain::minor_units amount = 0;
    domain::currency_code currency; ///< of requested: none yet
    std::string gateway_payment;    ///< empty: none yet
    domain::instant requested_at;
    std::uint32_t tries = 0; ///< of its step, since the server started
    std::string trouble;     ///< what the last try came to; empty: none came to nothing
  };

  /// All of them, oldest first; the callback runs on an actor's thread.
  virtual void open_payments(std::function<void(std::vector<payment_line>)> done) noexcept = 0;

  /// An order that was sold with a review that nobody has closed.
  struct review_line {
    domain::hold_number hold;
    std::uint32_t payment = 0;
    domain::subject_id buyer;
    domain::minor_units amount = 0; ///< what is left of what was paid for it
    domain::currency_code currency;
    std::uint32_t places = 0;     ///< as it was sold
    std::string reason;           ///< the scorer's, or why there was no verdict; may be empty
    bool without_verdict = false; ///< the event's own stood for it
    domain::instant scored_at;
  };
  struct review_lines {
    std::vector<review_line> lines;
    bool more = false; ///< others follow, whose payments come after the last line's
  };

  /// Those of one event whose payments come after that number, in order; nothing when they cannot be read now. The callback runs on some thread.
  virtual void reviews(domain::event_id event, std::uint32_t after, std::size_t limit,
                       std::function<void(std::optional<review_lines>)> done) noexcept = 0;

  enum class notification : std::uint8_t {
    taken = 1,      ///< signed by the gateway: the payment it names is looked at now, if it is one of ours that is open
    bad_signature,  ///< or too old
    unreadable,     ///< signed, and not what the gateway sends
    not_configured, ///< no secret to check signatures with
  };

  /// A notification of the gateway: a hint that something changed, never a fact.
  virtual auto notify_payment(std::string_view signature, std::string_view body) -> notification = 0;

  /// The organisation that is the register of slugs and organisations.
  [[nodiscard]] static constexpr auto root_organisation() noexcept -> domain::organisation_id {
    return domain::organisation_id{1};
  }

  /// The waiting rooms of all events; it lives as long as the engine.
  [[nodiscard]] virtual auto rooms() noexcept -> queue_port& = 0;

  [[nodiscard]] virtual auto directory() const -> std::shared_ptr<const directory_view> = 0;
  /// Called on some thread after every change of the directory has been published.
  virtual void on_directory_change(std::function<void()> handler) = 0;

  /// Whether an answer to this principal's command is remembered of an event, as far as it is durable; false when nobody can tell now. `done` is called once,
  /// on some thread.
  virtual void remembers(domain::event_id event, domain::subject_id principal, domain::command_id command,
                         std::function<void(bool)> done) noexcept = 0;

  /// Durable facts of an event from a seq on, at most `limit` (≤ 200), and beyond the first at most `fact_page_bytes_max` as they are
  /// stored; the callback runs on the read pool. `unreadable` when what is stored is damaged; `overloaded` when it could not be read now, as when
  /// the pool is full.
  virtual void read_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                          std::function<void(tl::expected<fact_page, refusal>)> done) noexcept = 0;
  /// The same of the event's waiting room.
  virtual void read_room_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                               std::function<void(tl::expected<fact_page, refusal>)> done) noexcept = 0;
  static constexpr std::size_t fact_page_bytes_max = std::size_t{1024} * 1024;

  /// A consistent copy of the journal under the data directory; the callback gets the path and position, or why not.
  struct backup_result {
    bool ok = false;
    std::string detail; ///< the path, or the reason
    std::string cursor; ///< where the copy ends, at least
  };

  virtual void backup(std::function<void(backup_result)> done) noexcept = 0;

  /// How a projection is doing.
  struct projection_line {
    std::string name;
    std::string state;  ///< resting, catching_up, live or stopped
    std::string reason; ///< why it stopped or waits; empty when all is well
    bool caught_up = false;
    domain::millis lag;
    std::uint64_t commands = 0; ///< folded since the start
    bool rebuilding = false;    ///< a new fold is under way beside what is shown
    bool checkpoints_ended =
        false; ///< its store failed: it lives from memory, and the next start folds what came since
  };

  [[nodiscard]] virtual auto projections() const -> std::vector<projection_line> = 0;

  enum class rebuild_outcome : std::uint8_t { begun = 1, under_way, unknown, no_journal };

  /// Has a projection folded anew from the journal, beside what is shown until it has caught up. Not where the journal was refused: nothing would be left.
  [[nodiscard]] virtual auto rebuild_projection(std::string_view name) -> rebuild_outcome = 0;

  [[nodiscard]] virtual auto ready() const -> readiness = 0;
  /// Fact time now: never goes back, does not follow jumps of the wall clock.
  [[nodiscard]] virtual auto now() const noexcept -> domain::instant = 0;
  /// Whether holds end at their deadlines now: not while it is unsure what time it is, nor after the journal has failed.
  [[nodiscard]] virtual auto ends_holds() const noexcept -> bool = 0;
};

} // namespace holdfast::actors
