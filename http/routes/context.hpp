#pragma once

#include "actors/engine_port.hpp"
#include "domain/public_id.hpp"
#include "http/authenticator.hpp"
#include "http/code_attempts.hpp"
#include "http/door/door.hpp"
#include "http/exchange.hpp"
#include "http/live/live_options.hpp"
#include "http/metrics.hpp"
#include "http/router.hpp"
#include "http/ticket_desk.hpp"
#include "notifications/desk.hpp"
#include "people/personal_data.hpp"
#include "projections/views.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// The resources of the API, a file each. A route turns JSON into a command, or reads a published view; nothing here decides.
namespace holdfast::http::routes {

/// What the routes work with. Everything outlives the server.
struct context {
  actors::engine_port& engine;
  projections::views& views;
  authenticator& credentials;
  metrics_hub& metrics;
  domain::public_ids ids;
  /// Keys the hashes by which requests are remembered and new events get their ids: other keys, other ids.
  std::array<std::uint8_t, 32> secret{};
  /// From which the subjects of people known by name, and the hashes of access codes, are derived.
  std::array<std::uint8_t, 32> subject_key{};
  std::int64_t session_ms = 24LL * 3600 * 1000;
  /// Largest body accepted from organisers: a layout as JSON.
  std::size_t layout_body_bytes_max = 4U * 1024 * 1024;
  live_options live = {};
  /// Never null.
  std::shared_ptr<code_attempts> attempts = std::make_shared<code_attempts>(rate_limits{});
  bool takes_cards = false; ///< there is a gateway: buyers pay themselves
  /// Codes of tickets, and what receipts say about who sells. Never null.
  std::shared_ptr<const ticket_desk> tickets;
  people::personal_data* people = nullptr;     ///< null: nobody's name or address is taken
  notifications::desk* desk = nullptr;         ///< null: nobody is notified
  std::shared_ptr<door::doorkeeper> door = {}; ///< of waiting rooms; null: everybody may join
};

void add_sessions(router& table, const context& in);
void add_events(router& table, const context& in);
void add_allocations(router& table, const context& in);
void add_event_views(router& table, const context& in);
void add_live(router& table, const context& in);
void add_search(router& table, const context& in);
void add_venues(router& table, const context& in);
void add_queue(router& table, const context& in);
void add_queue_control(router& table, const context& in);
void add_queue_draw(router& table, const context& in);
void add_holds(router& table, const context& in);
void add_waitlist(router& table, const context& in);
void add_confirmations(router& table, const context& in);
void add_people(router& table, const context& in);
void add_orders(router& table, const context& in);
void add_tickets(router& table, const context& in);
void add_ticket_transfers(router& table, const context& in);
void add_resale(router& table, const context& in);
void add_scans(router& table, const context& in);
void add_payments(router& table, const context& in);
void add_reviews(router& table, const context& in);
void add_webhooks(router& table, const context& in);
void add_mail(router& table, const context& in);
void add_keys(router& table, const context& in);
void add_journal(router& table, const context& in);
void add_report(router& table, const context& in);
void add_operations(router& table, const context& in);
void add_projections(router& table, const context& in);
/// Every route above, and what describes them.
void add_all(router& table, const context& in);

/// Names one request for ever: {principal, idempotency key} and {operation, body} as hashes; zero without a key.
[[nodiscard]] auto command_id_of(const exchange& of, const context& in) -> domain::command_id;
/// What names a scan of one of an organisation's scanners in facts; never zero.
[[nodiscard]] auto scan_nonce(const context& in, domain::organisation_id organisation, std::string_view nonce)
    -> std::uint64_t;
/// A number that the same caller always gets for the same idempotency key: ids of what it creates. Never zero.
[[nodiscard]] auto created_id(const exchange& of, const context& in, std::string_view kind) -> std::uint64_t;
/// The caller as the domain sees it. A key acts as an organiser on `organise` routes and as a box office elsewhere.
[[nodiscard]] auto caller_of(const principal& who, domain::caller::kind key_as) -> domain::caller;
/// Whose holds, orders and tickets are this caller's: a buyer's own, or those of a key's organisation's box office.
[[nodiscard]] auto owner_of(const principal& who) noexcept -> domain::owner;
[[nodiscard]] auto meta_of(const exchange& of) -> actors::request_meta;
/// Answers the exchange with what the engine replies. Takes the exchange's `defer`.
[[nodiscard]] auto reply_to(exchange& of, const context& in) -> actors::reply_port;
/// The same for an exchange that was deferred before.
[[nodiscard]] auto reply_to(deferred&& to, const actors::engine_port& engine) -> actors::reply_port;

/// The event that `{event}` names by id or slug; answers 404 and returns nothing when there is none.
[[nodiscard]] auto event_of(exchange& of, const context& in) -> std::optional<domain::event_id>;
/// `?min_seq=`, 0 when absent; answers 400 and returns nothing when it is no number.
[[nodiscard]] auto min_seq_of(exchange& of) -> std::optional<std::uint64_t>;
/// `?limit=` between 1 and 200; answers 400 and returns nothing when it is something else.
[[nodiscard]] auto limit_of(exchange& of, std::size_t usual) -> std::optional<std::size_t>;
/// `If-Match` as a version; nothing inside when absent. Answers 412 and returns nothing when it is no version of ours.
[[nodiscard]] auto if_match_of(exchange& of) -> std::optional<std::optional<std::uint64_t>>;
/// Refuses query parameters beyond those named: true when there are none.
[[nodiscard]] auto only_queries(exchange& of, std::initializer_list<std::string_view> known) -> bool;
/// Whether the body is empty or `{}`; answers otherwise.
[[nodiscard]] auto has_no_fields(exchange& of) -> bool;
/// Whether this server notifies anybody; answers 501 otherwise.
[[nodiscard]] auto has_desk(exchange& of, const context& in) -> bool;
/// Whether what the caller's organisation has is known, and not only its keys; answers 503 otherwise.
[[nodiscard]] auto is_organisation_known(exchange& of, const context& in) -> bool;
/// Whether a view was read; answers 404 or 503 otherwise.
[[nodiscard]] auto was_read(exchange& of, projections::read_outcome outcome) -> bool;

/// A handler of a route as a function of this folder. No write has query parameters; a read names its own.
template <class Run>
[[nodiscard]] auto with(const context& in, Run run) {
  return [&in, run](exchange& of) {
    const bool reads = of.verb() == method::get || of.verb() == method::head;
    if (reads || only_queries(of, {})) {
      run(of, in);
    }
  };
}

} // namespace holdfast::http::routes
