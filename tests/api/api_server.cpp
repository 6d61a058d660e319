#include "tests/api/api_server.hpp"

#include "http/api_key.hpp"
#include "http/order_stories.hpp"
#include "journal/rocksdb_journal.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace holdfast::api_test {

namespace fs = std::filesystem;

namespace {

auto ring() -> http::key_ring {
  http::signing_key key{.id = "1", .secret = {}};
  key.secret.fill(0x42);
  return http::key_ring{{key}};
}

auto filled(std::uint8_t with) -> std::array<std::uint8_t, 32> {
  std::array<std::uint8_t, 32> all{};
  all.fill(with);
  return all;
}

auto table_of(const actors::directory_view& view) -> std::shared_ptr<const http::key_table> {
  std::vector<http::key_entry> entries;
  for (const auto& key : view.keys()) {
    entries.push_back({.key = key.key,
                       .organisation = key.organisation,
                       .scopes = {key.scopes},
                       .revoked = key.revoked_at.has_value(),
                       .hash = key.secret_hash});
  }
  return std::make_shared<const http::key_table>(entries);
}

auto ticket_desk_of(const server_settings& settings, const domain::public_ids& ids)
    -> std::shared_ptr<const http::ticket_desk> {
  const tickets::ticket_key key{.id = 1, .seed = filled(9)};
  return std::make_shared<const http::ticket_desk>(std::span{&key, 1}, ids, settings.receipts);
}

auto unlimited() -> http::rate_limits {
  constexpr http::rate_rule off{.per_second = 0, .burst = 1};
  return {.address_view = off,
          .address_act = off,
          .address_session = off,
          .buyer = off,
          .key = off,
          .address_code = off,
          .buyer_code = off,
          .buckets_max = 64};
}

} // namespace

temporary_directory::temporary_directory() {
  auto name = (fs::temp_directory_path() / "hf-api-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

turned_clock::turned_clock()
    : at_{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()} {}

api_server::api_server(server_settings settings)
    : settings_{std::move(settings)},
      disk_{std::make_shared<journal::memory_disk>()},
      clock_{std::make_shared<turned_clock>()},
      ids_{domain::public_ids::key{7, 11}},
      writes_{std::make_shared<last_writes>(
          ids_, [this](domain::event_id event, std::uint64_t seq) { wait_for_bookings(event, seq); })},
      answers_{ids_},
      callers_{std::make_shared<http::authenticator>(ring())},
      metrics_{std::make_shared<http::metrics_hub>()} {
  start();
  make_first_key();
}

api_server::~api_server() {
  stop();
}

void api_server::open_journal() {
  if (!settings_.on_disk) {
    running_->journal = std::make_unique<journal::memory_journal>(journal::memory_journal_options{.disk = disk_});
    REQUIRE(running_->journal->acquire({}).has_value());
    return;
  }
  journal::rocksdb_journal_options options;
  options.directory = directory() / "journal";
  options.marks_directory = directory() / "marks";
  options.lock_file = directory() / "LOCK";
  options.disk.ballast_bytes = 0;
  options.disk.no_new_holds_below = 0;
  options.disk.settle_only_below = 0;
  options.read_threads = settings_.read_threads;
  auto opened = journal::rocksdb_journal::open(std::move(options));
  REQUIRE(opened.has_value());
  running_->journal = *std::move(opened);
  REQUIRE(running_->journal->acquire({}).has_value());
}

void api_server::start() {
  running_ = std::make_unique<running>();
  open_journal();
  running_->snapshots = std::make_unique<journal::snapshot_store>(directory() / "snapshots");
  actors::engine_options options;
  options.inflight_per_event_max = settings_.inflight_per_event_max;
  options.backups = directory() / "backups";
  options.clock_jump_max = settings_.clock_jump_max;
  options.search.directory = directory() / "search";
  options.search.sync_commits = false;
  options.search.commit_every = std::chrono::milliseconds{10};
  options.search.answers_kept = settings_.search_answers_kept;
  options.search.unchanged_answers_kept =
      std::max(options.search.unchanged_answers_kept, settings_.search_answers_kept);
  options.past_facts_max = settings_.past_facts_max;
  options.gateway = settings_.gateway;
  options.checkout = settings_.checkout;
  options.scorer = settings_.scorer;
  options.notification_secrets = settings_.notification_secrets;
  options.room_places_max = settings_.room_places_max;
  options.room_secret = filled(settings_.room_secret);
  if (!settings_.machine_clock) {
    options.clock = clock_;
  }
  running_->engine =
      std::make_unique<actors::engine>(*running_->journal, *running_->snapshots, answers_, std::move(options));
  REQUIRE(running_->engine->start().has_value());
  const auto refresh = [this] { callers_->set_keys(table_of(*running_->engine->directory())); };
  running_->engine->on_directory_change(refresh);
  refresh();
  start_http();
}

void api_server::start_outside() {
  if (settings_.door) {
    auto opened = http::door::doorkeeper::open(
        *settings_.door, {.tokens = *callers_->ring(), .secret = filled(10), .captchas = settings_.captchas});
    REQUIRE(opened.has_value());
    running_->door = *std::move(opened);
  }
  if (settings_.keeps_people) {
    auto opened = people::personal_data::open({directory() / "people-rows", directory() / "people-keys"}, filled(5));
    REQUIRE(opened.has_value());
    running_->people = *std::move(opened);
  }
  if (settings_.notifies) {
    auto stories = std::make_shared<http::order_stories>(*running_->engine, running_->engine->views(), *callers_, ids_,
                                                         http::order_link_options{});
    auto started = notifications::outbox::start(*settings_.notifies, {.folder = directory() / "outbox",
                                                                      .secret = filled(6),
                                                                      .journal = *running_->journal,
                                                                      .journal_identity = "of this test",
                                                                      .stories = std::move(stories),
                                                                      .people = running_->people.get()});
    REQUIRE(started.has_value());
    running_->outbox = *std::move(started);
  }
}

void api_server::start_http() {
  start_outside();
  running_->routes = std::make_unique<http::routes::context>(
      http::routes::context{.engine = *running_->engine,
                            .views = running_->engine->views(),
                            .credentials = *callers_,
                            .metrics = *metrics_,
                            .ids = ids_,
                            .secret = filled(3),
                            .subject_key = filled(4),
                            .layout_body_bytes_max = settings_.layout_body_bytes_max,
                            .live = settings_.live,
                            .attempts = std::make_shared<http::code_attempts>(settings_.rates.value_or(unlimited())),
                            .takes_cards = settings_.gateway != nullptr,
                            .tickets = ticket_desk_of(settings_, ids_),

                            .people = running_->people.get(),
                            .desk = running_->outbox.get(),
                            .door = running_->door});
  http::server_parts parts;
  http::routes::add_all(parts.table, *running_->routes);
  if (settings_.more_routes) {
    settings_.more_routes(parts.table);
  }
  parts.callers = callers_;
  parts.metrics = metrics_;
  parts.traces = settings_.traces;
  http::server_options options;
  options.port = 0;
  options.phases.tick = std::chrono::milliseconds{5};
  options.rates = settings_.rates.value_or(unlimited());
  options.allowed_origins = settings_.allowed_origins;
  options.phases.stream = settings_.stream_look;
  options.io_threads = settings_.io_threads;
  auto started = http::server::start(options, std::move(parts));
  if (!started) {
    FAIL(started.error().what);
  }
  running_->server = *std::move(started);
}

void api_server::make_first_key() {
  const auto made = http::make_api_key();
  domain::create_key first;
  first.key = domain::key_id{1};
  first.name = "first admin key";
  first.scopes = domain::key_scope::admin;
  first.secret_hash = made.hash;
  REQUIRE(engine().bootstrap("Default organisation", first));
  admin_key_ = made.text;
}

void api_server::stop() {
  if (!running_) {
    return;
  }
  running_->server->begin_drain();
  running_->server->stop();
  if (running_->outbox) {
    running_->outbox->stop();
  }
  if (running_->people) {
    running_->people->stop();
  }
  running_->engine->stop();
  running_.reset();
}

void api_server::restart(domain::millis passing) {
  stop();
  if (passing > domain::millis{})
    clock_->turn(passing);
  start();
}

void api_server::wait_for_bookings(domain::event_id event, std::uint64_t seq) const {
  const auto known = std::make_shared<std::promise<void>>();
  engine().views().booking(event, domain::hold_number{1}, seq, [known](auto&&...) { known->set_value(); });
  constexpr std::chrono::seconds patience{30};
  CHECK(known->get_future().wait_for(patience) == std::future_status::ready);
}

auto api_server::journal() const -> journal::memory_journal& {
  return dynamic_cast<journal::memory_journal&>(*running_->journal);
}

auto api_server::buyer() const -> api_client {
  const auto made = anybody().post("/v1/sessions");
  REQUIRE(made.status == 201);
  return with(made.text("token"));
}

auto api_server::key(const nlohmann::json& scopes, const std::string& organisation) const -> api_client {
  nlohmann::json body{{"name", "a key"}, {"scopes", scopes}};
  if (!organisation.empty()) {
    body["organisation_id"] = organisation;
  }
  const auto made = admin().post("/v1/keys", body);
  INFO(made.body);
  REQUIRE(made.status == 201);
  return with(made.text("secret"));
}

auto api_server::organisation(const std::string& name) const -> std::string {
  const auto made = admin().post("/v1/organisations", {{"name", name}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  return made.text("organisation_id");
}

} // namespace holdfast::api_test
