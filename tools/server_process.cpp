#include "tools/server_process.hpp"

#include "actors/engine.hpp"
#include "http/access_log.hpp"
#include "http/api_key.hpp"
#include "http/door/door_metrics.hpp"
#include "http/engine_answers.hpp"
#include "http/routes/context.hpp"
#include "http/server.hpp"
#include "journal/absent_journal.hpp"
#include "journal/data_lock.hpp"
#include "journal/kept_backups.hpp"
#include "journal/rocksdb_journal.hpp"
#include "journal/snapshot_store.hpp"
#include "projections/catalogue_projection.hpp"
#include "projections/store/rocksdb_projection_store.hpp"
#include "tools/door_config.hpp"
#include "tools/engine_collector.hpp"
#include "tools/inspection.hpp"
#include "tools/known_keys.hpp"
#include "tools/marks_location.hpp"
#include "tools/outside.hpp"
#include "tools/payment_services.hpp"
#include "tools/traces.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>
#include <vector>

namespace holdfast::tools {

namespace {

/// Of an event's snapshots: the newest for a quick start, and older ones for looks into the past. Some MiB each for a large hall.
constexpr std::size_t snapshots_newest = 4;
constexpr std::size_t snapshots_history = 20;

} // namespace

struct server_process::parts {
  explicit parts(server_config from, server_secrets secrets_in)
      : config{std::move(from)},
        paths{config.data_directory},
        secrets{std::move(secrets_in)},
        answers{secrets.ids},
        callers{std::make_shared<http::authenticator>(secrets.tokens)},
        metrics{std::make_shared<http::metrics_hub>()} {}

  server_config config;
  data_paths paths;
  server_secrets secrets;
  http::engine_answers answers;
  std::shared_ptr<http::authenticator> callers;
  std::shared_ptr<http::metrics_hub> metrics;
  std::shared_ptr<commit_histograms> commits = std::make_shared<commit_histograms>();
  std::unique_ptr<journal::journal> journal;
  journal::rocksdb_journal* store = nullptr; ///< the journal, unless it was refused
  const journal::journal_metrics* journal_counters = nullptr;
  std::string refused;                    ///< why there is no journal
  std::optional<journal::data_lock> lock; ///< of the directory, when the journal does not hold it
  std::optional<journal::snapshot_store> snapshots;
  std::unique_ptr<projections::projection_store> view_store; ///< null: it could not be opened, and nothing is kept
  payment_services money;
  std::unique_ptr<http::door::captcha_verifier> captchas; ///< null: nobody checks them
  std::optional<outside> world;
  std::unique_ptr<actors::engine> engine;
  std::shared_ptr<engine_collector> collector;
  std::optional<http::routes::context> routes;
  std::optional<http::json_log> access_log;
  std::unique_ptr<traces> spans; ///< null: nothing is traced
  std::unique_ptr<http::server> server;
  std::vector<std::string> warnings;
  std::filesystem::path first_key_file;
  bool stopped = false;

  auto open_journal() -> tl::expected<void, std::string>;
  auto show_only(const journal::failure& why) -> tl::expected<void, std::string>;
  void report_lost_secrets();
  void open_view_store();
  auto start_engine() -> tl::expected<void, std::string>;
  auto make_first_key() -> tl::expected<void, std::string>;
  auto start_server() -> tl::expected<void, std::string>;
};

auto server_process::parts::open_journal() -> tl::expected<void, std::string> {
  const auto marks = choose_marks(paths, config.marks_directory, config.accept_journal_loss);
  if (!marks) {
    return tl::unexpected{marks.error().detail};
  }
  journal::rocksdb_journal_options options;
  options.directory = paths.journal;
  options.marks_directory = *marks;
  options.lock_file = paths.lock;
  options.accept_journal_loss = config.accept_journal_loss;
  options.disk = config.disk;
  options.read_threads = config.read_threads;
  options.samples = commits;
  auto opened = journal::rocksdb_journal::open(std::move(options));
  if (!opened) {
    return show_only(opened.error());
  }
  store = opened->get();
  journal_counters = &store->metrics();
  journal = std::move(*opened);
  if (const auto noted = remember_marks(paths, *marks); !noted) {
    return tl::unexpected{noted.error().detail};
  }
  for (const auto& repair : store->report().repairs) {
    spdlog::warn("journal: {}", repair);
  }
  const auto tenure = journal->acquire({});
  if (!tenure) {
    return tl::unexpected{tenure.error().detail};
  }
  spdlog::info("journal open at position {}, epoch {}, recovered in {} ms", store->report().position, tenure->epoch,
               std::chrono::duration_cast<std::chrono::milliseconds>(store->report().took).count());
  return {};
}

/// A journal that cannot be used is for an operator to restore or to accept; until then people go on seeing what the views kept.
auto server_process::parts::show_only(const journal::failure& why) -> tl::expected<void, std::string> {
  std::error_code trouble;
  if (why.kind == journal::failure_kind::locked || !std::filesystem::exists(paths.projections / "store", trouble)) {
    return tl::unexpected{why.detail};
  }
  auto locked = journal::data_lock::take(paths.lock, journal::data_lock::mode::exclusive);
  auto kept = projections::open_projection_store_read_only(paths.projections / "store");
  if (!locked || !kept) {
    return tl::unexpected{why.detail};
  }
  lock = std::move(*locked);
  for (const auto& broken : kept->repairs) {
    spdlog::warn("{}: what was kept there is not shown", broken);
  }
  view_store = std::move(kept->store);
  constexpr std::size_t read_queue_max = 256;
  journal::rocksdb_journal_options readable;
  readable.directory = paths.journal;
  readable.access = journal::journal_access::read_only;
  readable.accept_journal_loss = true; // changes nothing on disk
  readable.read_threads = config.read_threads;
  std::unique_ptr<journal::journal> remains;
  if (auto opened = journal::rocksdb_journal::open(std::move(readable))) {
    remains = std::move(*opened);
  } else {
    spdlog::warn("nothing of the journal can be read: {}", opened.error().detail);
  }
  auto absent = std::make_unique<journal::absent_journal>(config.read_threads, read_queue_max, std::move(remains));
  journal_counters = &absent->metrics();
  journal = std::move(absent);
  refused = why.detail;
  spdlog::critical("the journal was refused, nothing is sold, and this server only shows what was there: {}", refused);
  warnings.push_back("nothing is sold: the journal was refused: " + refused);
  return {};
}

/// Secrets that were made anew beside a journal that has facts: what the lost ones signed or hid is worth nothing now.
void server_process::parts::report_lost_secrets() {
  if (store == nullptr || store->report().position == 0) {
    return;
  }
  for (const auto& name : secrets.made) {
    warnings.push_back((paths.secrets / name).string() + " was missing and has been made anew; lost are " +
                       std::string{loss_of_secret(name)});
  }
  if (!warnings.empty()) {
    warnings.push_back(
        "with a copy of " + paths.secrets.string() +
        ": stop the server, put it back and start again, before people have sessions and ids of the new ones");
  }
  for (const auto& warning : warnings) {
    spdlog::warn("{}", warning);
  }
}

/// The views' store is a cache: selling goes on without it, and every start then folds the whole journal.
void server_process::parts::open_view_store() {
  if (store == nullptr) {
    return;
  }
  std::error_code trouble;
  if (config.accept_journal_loss) {
    std::filesystem::remove_all(paths.projections, trouble); // it may have what was lost
  }
  auto opened = projections::open_projection_store(paths.projections / "store", store->identity());
  if (!opened) {
    spdlog::error("the views keep nothing: {}", opened.error().detail);
    return;
  }
  for (const auto& repair : opened->repairs) {
    spdlog::warn("{}", repair);
  }
  view_store = std::move(opened->store);
}

auto server_process::parts::start_engine() -> tl::expected<void, std::string> {
  snapshots.emplace(paths.snapshots, snapshots_newest, snapshots_history);
  auto options = config.engine;
  // Absolute: whoever asks for a copy is told where it is, and need not know where the server was started.
  options.backups = std::filesystem::absolute(paths.backups);
  open_view_store();
  options.view_store = view_store.get();
  options.shows_only = refused;
  for (const auto& name : journal::remove_unfinished_backups(paths.backups)) {
    spdlog::warn("removed {}, a backup that was interrupted", name);
  }
  options.search.directory = paths.projections / "search";
  options.search.inspection = inspection_by_this_program();
  options.search.read_only = store == nullptr; // an index without its journal would be begun anew
  if (store != nullptr) {
    options.search.journal_identity = store->identity();
  }
  auto services = open_payment_services(config, store != nullptr);
  if (!services) {
    return tl::unexpected{services.error()};
  }
  money = *std::move(services);
  options.gateway = money.gateway.get();
  options.scorer = money.scorer.get();
  options.notification_secrets = money.notification_secrets;
  options.room_secret = secrets.draws_key;
  engine = std::make_unique<actors::engine>(*journal, *snapshots, answers, std::move(options));
  if (const auto started = engine->start(); !started) {
    return tl::unexpected{started.error().detail};
  }
  if (store == nullptr) {
    engine->name_events(projections::catalogue_projection::kept_slugs(*view_store));
    engine->know_keys(kept_keys(*view_store));
  }
  if (engine->needs_first_key()) {
    if (auto made = make_first_key(); !made) {
      return made;
    }
  }
  if (store == nullptr && engine->directory()->keys().empty()) {
    callers->set_keys(nullptr); // there were some
    return {};
  }
  const auto refresh = [this] { callers->set_keys(known_keys(*engine->directory())); };
  engine->on_directory_change(refresh);
  refresh();
  return {};
}

auto server_process::parts::make_first_key() -> tl::expected<void, std::string> {
  const auto text = ensure_admin_key(paths.admin_key);
  if (!text) {
    return tl::unexpected{text.error()};
  }
  domain::create_key first;
  first.key = random_key_id();
  first.name = "first admin key";
  first.scopes = domain::key_scope::admin;
  first.secret_hash = http::hash_api_key(*text);
  if (!engine->bootstrap("Default organisation", first)) {
    return tl::unexpected{std::string{"the first API key could not be stored; the log says why"}};
  }
  first_key_file = paths.admin_key;
  spdlog::info("the first admin API key is in {}", paths.admin_key.string());
  return {};
}

auto server_process::parts::start_server() -> tl::expected<void, std::string> {
  collector = std::make_shared<engine_collector>(*engine, *journal_counters, commits, money.gateway.get());
  metrics->add(collector);
  access_log.emplace("access");
  world.emplace(outside::parts{config, paths, secrets, *callers, *engine, *journal,
                               store == nullptr ? std::string{} : store->identity()},
                warnings);
  if (world->metrics()) {
    metrics->add(world->metrics());
  }
  auto door = open_door(config, secrets, captchas);
  if (!door) {
    return tl::unexpected{std::move(door.error())};
  }
  metrics->add((*door)->metrics());
  routes.emplace(http::routes::context{
      .engine = *engine,
      .views = engine->views(),
      .credentials = *callers,
      .metrics = *metrics,
      .ids = secrets.ids,
      .secret = secrets.request_key,
      .subject_key = secrets.subject_key,
      .session_ms = config.session_lifetime_ms,
      .live = config.live,
      .attempts = std::make_shared<http::code_attempts>(config.http.rates),
      .takes_cards = money.gateway != nullptr,
      .tickets = std::make_shared<const http::ticket_desk>(secrets.ticket_keys, secrets.ids, config.receipts),
      .people = world->people(),
      .desk = world->desk(),
      .door = *std::move(door)});
  http::server_parts made;
  http::routes::add_all(made.table, *routes);
  made.callers = callers;
  made.metrics = metrics;
  made.logger = access_log->logger();
  if (spans) {
    metrics->add(spans->metrics());
    made.traces = spans->tracer();
  }
  auto started = http::server::start(config.http, std::move(made));
  if (!started) {
    return tl::unexpected{started.error().what};
  }
  server = std::move(*started);
  spdlog::info("listening on {}:{}", config.http.address, server->port());
  return {};
}

server_process::server_process(std::unique_ptr<parts> own) noexcept : parts_{std::move(own)} {}

server_process::~server_process() {
  stop();
}

auto server_process::start(server_config config) -> tl::expected<std::unique_ptr<server_process>, std::string> {
  std::error_code failed;
  std::filesystem::create_directories(config.data_directory, failed);
  if (failed) {
    return tl::unexpected{"cannot make " + config.data_directory.string() + ": " + failed.message()};
  }
  auto secrets = load_secrets(data_paths{config.data_directory}.secrets);
  if (!secrets) {
    return tl::unexpected{secrets.error()};
  }
  std::unique_ptr<server_process> made{
      new server_process{std::make_unique<parts>(std::move(config), std::move(*secrets))}};
  auto& my = *made->parts_;
  if (!my.config.traces.endpoint.empty()) {
    auto exported = traces::start(my.config.traces);
    if (!exported) {
      return tl::unexpected{exported.error()};
    }
    my.spans = std::move(*exported);
  }
  if (const auto opened = my.open_journal(); !opened) {
    return tl::unexpected{opened.error()};
  }
  my.report_lost_secrets();
  if (const auto started = my.start_engine(); !started) {
    return tl::unexpected{started.error()};
  }
  if (const auto listening = my.start_server(); !listening) {
    return tl::unexpected{listening.error()};
  }
  return made;
}

void server_process::stop() {
  auto& my = *parts_;
  if (std::exchange(my.stopped, true)) {
    return;
  }
  if (my.server) {
    my.server->begin_drain();
    if (!my.server->await_drained(std::chrono::milliseconds{my.config.engine.drain_max.count})) {
      spdlog::warn("{} connections were still open at the drain's deadline", my.server->connections());
    }
    my.server->stop();
  }
  my.captchas.reset(); // what waits for one is answered, as the door does when nobody checks it
  // The collector reads the engine, the handlers read its views: both are gone before it.
  my.collector.reset();
  if (my.world) {
    my.world->stop();
  }
  if (my.engine) {
    my.engine->stop();
  }
  // Last: what the end of the others took is part of what it sends.
  if (my.spans) {
    my.spans->stop();
  }
}

auto server_process::port() const noexcept -> std::uint16_t {
  return parts_->server->port();
}

auto server_process::engine() noexcept -> actors::engine& {
  return *parts_->engine;
}

auto server_process::warnings() const noexcept -> std::span<const std::string> {
  return parts_->warnings;
}

auto server_process::first_key_file() const noexcept -> const std::filesystem::path& {
  return parts_->first_key_file;
}

} // namespace holdfast::tools
