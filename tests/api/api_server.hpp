#pragma once

#include "actors/engine.hpp"
#include "actors/fact_clock.hpp"
#include "domain/instant.hpp"
#include "http/authenticator.hpp"
#include "http/door/door.hpp"
#include "http/engine_answers.hpp"
#include "http/metrics.hpp"
#include "http/routes/context.hpp"
#include "http/server.hpp"
#include "journal/journal.hpp"
#include "journal/memory_journal.hpp"
#include "journal/snapshot_store.hpp"
#include "notifications/outbox.hpp"
#include "people/personal_data.hpp"
#include "tests/api/api_client.hpp"
#include "tests/support/eventually.hpp"
#include "tracing/tracer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace holdfast::api_test {

/// A directory of its own, removed at the end.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  auto operator=(const temporary_directory&) -> temporary_directory& = delete;
  [[nodiscard]] auto path() const noexcept -> const std::filesystem::path& { return path_; }

 private:
  std::filesystem::path path_;
};

/// The engine's clock; it stands still until it is turned. Starts at the machine's time.
class turned_clock final : public actors::clock_port {
 public:
  turned_clock();
  [[nodiscard]] auto now() const noexcept -> domain::instant override { return {at_.load()}; }
  void turn(domain::millis by) noexcept { at_.fetch_add(by.count); }

 private:
  std::atomic<std::int64_t> at_;
};

struct server_settings {
  std::int32_t inflight_per_event_max = 4'096;
  std::uint64_t past_facts_max = 2'000'000;
  std::size_t read_threads = 1;                ///< with `on_disk`
  bool on_disk = false;                        ///< RocksDB in a directory instead of a journal in memory
  std::optional<http::rate_limits> rates = {}; ///< absent: none that a test could reach
  std::vector<std::string> allowed_origins = {};
  std::size_t layout_body_bytes_max = 256 * 1024;
  bool machine_clock = false; ///< the engine's own clock, which may find itself unsure
  domain::millis clock_jump_max = domain::hours(1);
  std::function<void(http::router&)> more_routes = {};
  http::live_options live = {};
  std::chrono::milliseconds stream_look{20'000};
  unsigned io_threads = 1;
  std::chrono::milliseconds search_answers_kept{10}; ///< by the machine's clock, which a test cannot turn
  std::shared_ptr<tracing::tracer> traces = {};      ///< null: nothing is traced
  payments::gateway* gateway = nullptr;              ///< null: nothing can be paid by card. Outlives the server
  actors::checkout_settings checkout = {};
  payments::scorer* scorer = nullptr; ///< null: nobody scores payments. Outlives the server
  std::vector<std::string> notification_secrets = {};
  http::receipt_settings receipts = {};
  bool keeps_people = false;                            ///< names and addresses are taken
  std::optional<notifications::settings> notifies = {}; ///< absent: nobody is notified
  std::optional<http::door::settings> door = {};        ///< absent: whoever comes may join a waiting room
  http::door::captcha_verifier* captchas = nullptr;     ///< outlives the server
  std::uint32_t room_places_max = 1'000;
  std::uint8_t room_secret = 8; ///< fills what seeds of draws are made from
};

/// The whole server in this process: sockets, edge, routes, engine, projections, over a journal that can be made to fail.
class api_server {
 public:
  explicit api_server(server_settings settings = {});
  ~api_server();
  api_server(const api_server&) = delete;
  auto operator=(const api_server&) -> api_server& = delete;

  /// Stops in good order and starts again over the same journal, on another port.
  /// `passing`: how much time goes by while it is off.
  void restart(domain::millis passing = {});
  void stop();
  /// For the next start.
  [[nodiscard]] auto settings() noexcept -> server_settings& { return settings_; }

  /// Somebody without credentials.
  [[nodiscard]] auto anybody() const -> api_client { return with({}); }
  /// Somebody with these credentials.
  [[nodiscard]] auto with(std::string bearer) const -> api_client { return {port(), std::move(bearer), writes_}; }
  /// A new buyer with a session.
  [[nodiscard]] auto buyer() const -> api_client;
  /// The first admin key, of the first organisation.
  [[nodiscard]] auto admin() const -> api_client { return with(admin_key_); }
  /// A new key of the first organisation, or of the one named.
  [[nodiscard]] auto key(const nlohmann::json& scopes, const std::string& organisation = {}) const -> api_client;
  /// A new organisation's id.
  [[nodiscard]] auto organisation(const std::string& name) const -> std::string;

  [[nodiscard]] auto port() const -> std::uint16_t { return running_->server->port(); }
  [[nodiscard]] auto table() const -> const http::router& { return running_->server->table(); }
  [[nodiscard]] auto engine() const -> actors::engine& { return *running_->engine; }
  [[nodiscard]] auto server() const -> http::server& { return *running_->server; }
  /// The journal in memory; not for `on_disk`.
  [[nodiscard]] auto journal() const -> journal::memory_journal&;
  /// What the journal in memory has stored; not for `on_disk`.
  [[nodiscard]] auto disk() const -> journal::memory_disk& { return *disk_; }
  /// The journal of either kind.
  [[nodiscard]] auto any_journal() const -> journal::journal& { return *running_->journal; }
  /// Where the journal ends, of either kind: the same as long as nothing is recorded.
  [[nodiscard]] auto recorded() const -> journal::cursor { return running_->journal->end(); }
  [[nodiscard]] auto clock() const -> turned_clock& { return *clock_; }
  [[nodiscard]] auto directory() const -> const std::filesystem::path& { return directory_.path(); }
  [[nodiscard]] auto ids() const -> const domain::public_ids& { return ids_; }
  [[nodiscard]] auto credentials() const -> http::authenticator& { return *callers_; }

 private:
  /// Everything between two restarts; ends in the opposite order.
  struct running {
    std::unique_ptr<journal::journal> journal;
    std::unique_ptr<journal::snapshot_store> snapshots;
    std::unique_ptr<people::personal_data> people;
    std::unique_ptr<notifications::outbox> outbox; ///< what the engine ends it with may still be told to it
    std::unique_ptr<actors::engine> engine;
    std::shared_ptr<http::door::doorkeeper> door;
    std::unique_ptr<http::routes::context> routes;
    std::unique_ptr<http::server> server;
  };

  void wait_for_bookings(domain::event_id event, std::uint64_t seq) const;
  void start();
  void make_first_key();
  void open_journal();
  void start_outside();
  void start_http();

  server_settings settings_;
  temporary_directory directory_;
  std::shared_ptr<journal::memory_disk> disk_;
  std::shared_ptr<turned_clock> clock_;
  domain::public_ids ids_;
  std::shared_ptr<last_writes> writes_;
  http::engine_answers answers_;
  std::shared_ptr<http::authenticator> callers_;
  std::shared_ptr<http::metrics_hub> metrics_;
  std::string admin_key_;
  std::unique_ptr<running> running_;
};

using testing::eventually;

} // namespace holdfast::api_test
