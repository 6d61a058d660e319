#pragma once

#include "actors/checkout_settings.hpp"
#include "actors/engine_metrics.hpp"
#include "actors/engine_port.hpp"
#include "actors/fact_clock.hpp"
#include "domain/instant.hpp"
#include "domain/organisation/command.hpp"
#include "journal/failure.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/projection_store.hpp"
#include "projections/search/search_settings.hpp"
#include "projections/views_impl.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::payments {
class gateway;
class scorer;
} // namespace holdfast::payments

namespace holdfast::actors {

/// Sums over the waiting rooms that are in memory.
struct queue_totals {
  std::size_t rooms = 0;
  std::uint64_t waiting = 0;
  std::uint64_t inside = 0;
  std::uint32_t pace_permille = 1'000; ///< of the slowest that is on
};

struct engine_options {
  std::size_t workers = 2; ///< CAF's threads
  std::int32_t inflight_per_event_max = 4'096;
  domain::millis passivate_after = domain::minutes(2);
  std::uint64_t snapshot_every_records = 200'000;
  std::uint64_t past_facts_max = 2'000'000; ///< folded for one look into the past
  /// A wall clock further ahead of the newest fact than this at start makes sales and expiries wait, for it may be the clock that is wrong.
  domain::millis clock_jump_max = domain::hours(1);
  bool accept_clock = false; ///< the operator's word that the clock is right
  domain::millis drain_max = domain::seconds(10);
  projections::projection_store* view_store =
      nullptr; ///< where projections keep their checkpoints; null: nowhere. Outlives the engine
  std::shared_ptr<const clock_port> clock; ///< null: the machine's; tests and simulation turn their own
  /// Why there is no journal (an absent_journal stands for it): the engine then shows what was kept, and nothing is sold. Empty: there is one.
  std::string shows_only;
  std::filesystem::path backups;        ///< where `backup` puts its copies
  std::size_t backups_kept = 3;         ///< of those copies, the newest; the one just made in any case
  payments::gateway* gateway = nullptr; ///< null: nothing can be paid by card. Outlives the engine
  checkout_settings checkout;
  payments::scorer* scorer = nullptr;            ///< null: nobody scores payments. Outlives the engine
  std::vector<std::string> notification_secrets; ///< of the gateway; several while one is replaced by another
  projections::search_settings search;           ///< without a directory there is no search
  /// What the seeds of draws are made from: whoever knows it knows a draw before it is held. The same in every run of a server.
  domain::queue::digest room_secret{};
  /// Places that a waiting room gives before it has to be switched off once: some 81 bytes of memory each.
  std::uint32_t room_places_max = domain::queue::limits::places_max;
};

/// The engine: actors over a journal, behind a facade that knows neither CAF nor RocksDB. Start once, stop once.
/// Everything passed by reference outlives it.
class engine final : public engine_port {
 public:
  engine(journal::journal& journal, journal::snapshot_store& snapshots, const answer_encoder& encoder,
         engine_options options);
  ~engine() override;
  engine(const engine&) = delete;
  auto operator=(const engine&) -> engine& = delete;

  /// Loads what every request needs, starts actors and projections. Blocking; the journal's cell is acquired.
  [[nodiscard]] auto start() -> tl::expected<void, journal::failure>;
  /// Makes slugs known that no journal tells of: of a server that only shows. After `start`.
  void name_events(const std::vector<std::pair<std::string, domain::event_id>>& slugs);
  /// Makes API keys known that no journal tells of, or that it does not tell of being revoked: for the same.
  void know_keys(const std::vector<key_record>& keys);
  /// Whether nobody has a key yet: an empty server, or one that was killed while it made its first.
  [[nodiscard]] auto needs_first_key() const -> bool;
  /// Creates the first organisation, unless it is there, and its first key, durably. Blocking; safe to repeat after a crash.
  [[nodiscard]] auto bootstrap(const std::string& organisation_name, const domain::create_key& first_key) -> bool;
  /// Refuses every command from now on; what is in flight ends. Thread-safe.
  void drain() noexcept;
  /// Drains, makes last snapshots, ends every actor. Blocking, at most some seconds longer than `drain_max`, once every other thread that
  /// submitted has ended: one that did leaves a hold on the actor system behind, and the system's end waits for it.
  void stop();

  /// Whoever gives the operator's word while running.
  void accept_clock() noexcept;

  void submit(domain::event_id event, domain::command what, request_meta meta, reply_port reply) noexcept override;
  void submit(domain::event_id event, domain::command what, domain::hold_wish wish, request_meta meta,
              reply_port reply) noexcept override;
  void submit(domain::organisation_id organisation, domain::organisation_command what, request_meta meta,
              reply_port reply) noexcept override;
  void pay(domain::event_id event, domain::checkout_command what, request_meta meta,
           reply_port reply) noexcept override;
  void open_payments(std::function<void(std::vector<payment_line>)> done) noexcept override;
  void reviews(domain::event_id event, std::uint32_t after, std::size_t limit,
               std::function<void(std::optional<review_lines>)> done) noexcept override;
  auto notify_payment(std::string_view signature, std::string_view body) -> notification override;
  [[nodiscard]] auto rooms() noexcept -> queue_port& override;
  [[nodiscard]] auto directory() const -> std::shared_ptr<const directory_view> override;
  void on_directory_change(std::function<void()> handler) override;
  void remembers(domain::event_id event, domain::subject_id principal, domain::command_id command,
                 std::function<void(bool)> done) noexcept override;
  void read_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                  std::function<void(tl::expected<fact_page, refusal>)> done) noexcept override;
  void read_room_facts(domain::event_id event, std::uint64_t from_seq, std::size_t limit,
                       std::function<void(tl::expected<fact_page, refusal>)> done) noexcept override;
  void backup(std::function<void(backup_result)> done) noexcept override;
  [[nodiscard]] auto ready() const -> readiness override;
  [[nodiscard]] auto now() const noexcept -> domain::instant override;
  [[nodiscard]] auto projections() const -> std::vector<projection_line> override;
  [[nodiscard]] auto rebuild_projection(std::string_view name) -> rebuild_outcome override;
  [[nodiscard]] auto ends_holds() const noexcept -> bool override;

  [[nodiscard]] auto views() noexcept -> projections::views_impl&;
  [[nodiscard]] auto metrics() const noexcept -> const engine_metrics&;
  [[nodiscard]] auto room_totals() const -> queue_totals;
  [[nodiscard]] auto in_flight() const -> std::size_t;
  [[nodiscard]] auto loaded_events() const noexcept -> std::size_t;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace holdfast::actors
