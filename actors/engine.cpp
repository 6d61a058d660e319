#include "actors/engine_parts.hpp"
#include "domain/check.hpp"

#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace holdfast::actors {

namespace {

/// A bystander of two flooded actors waits 779 ms with CAF's default of unlimited messages a turn, 0.18 ms with this.
constexpr std::size_t messages_per_turn = 32;
constexpr auto poll_every = std::chrono::milliseconds{2};
/// After the drain's own deadline: for last snapshots, and for actors that did not end by themselves.
constexpr auto grace = std::chrono::seconds{5};
/// For the projections' last checkpoints.
constexpr auto save_max = std::chrono::seconds{20};

auto make_config(std::size_t workers) -> std::unique_ptr<caf::actor_system_config> {
  auto config = std::make_unique<caf::actor_system_config>();
  // On two cores `sharing` has a closed loop p50 of 1-5 us where `stealing` has 90-100 us.
  config->set("scheduler.policy", caf::atom("sharing"));
  config->set("scheduler.max-threads", workers);
  config->set("scheduler.max-throughput", messages_per_turn);
  return config;
}

/// Whether the condition came true before the deadline.
template <class Condition>
auto wait_until(std::chrono::steady_clock::time_point deadline, Condition&& condition) -> bool {
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    std::this_thread::sleep_for(poll_every);
  }
  return true;
}

/// Writes the projections' last checkpoints, so that the next start folds nothing again.
void save_views(projections::views_impl& views) {
  const auto saved = std::make_shared<std::promise<void>>();
  views.save([saved] { saved->set_value(); });
  if (saved->get_future().wait_for(save_max) != std::future_status::ready) {
    spdlog::warn("the projections' last checkpoints are not written in time; the next start goes on from earlier ones");
  }
}

/// Checkouts ask events as everybody does.
class table_asker final : public event_asker {
 public:
  explicit table_asker(event_table& events) : events_{events} {}

  void ask(domain::event_id event, domain::command what, request_meta meta, reply_port reply) noexcept override {
    const auto times = request_times::submitted_now(meta);
    events_.submit(
        event,
        {.what = std::move(what), .wish = {}, .meta = std::move(meta), .reply = std::move(reply), .times = times});
  }

 private:
  event_table& events_;
};

/// Rooms ask events as they come in everybody's turn.
class table_backlog final : public backlog_port {
 public:
  explicit table_backlog(event_table& events) : events_{events} {}

  void probe(domain::event_id event, bool wakes, std::function<void()> answered) noexcept override {
    events_.probe(event, wakes, std::move(answered));
  }

 private:
  event_table& events_;
};

/// Receives the one answer of the engine's own request.
class waiting_sink final : public reply_sink {
 public:
  void reply(answer&& what) noexcept override { promise_.set_value(what.status); }

  [[nodiscard]] auto wait() -> std::uint16_t { return promise_.get_future().get(); }

 private:
  std::promise<std::uint16_t> promise_;
};

} // namespace

engine::engine(journal::journal& journal, journal::snapshot_store& snapshots, const answer_encoder& encoder,
               engine_options options)
    : parts_{std::make_unique<parts>(journal, snapshots, encoder, std::move(options))} {}

engine::~engine() {
  stop();
}

/// The clock, never behind the newest fact; unsure when it is too far ahead of it.
void engine::parts::start_clock(domain::instant newest) {
  clock = options.clock ? options.clock : std::make_shared<boottime_clock>(newest);
  const auto ahead = clock->now() - newest;
  const bool sells = options.shows_only.empty();
  if (sells && newest.unix_ms > 0 && ahead > options.clock_jump_max && !options.accept_clock) {
    gate.set_clock_unsure(true);
    spdlog::critical(
        "the clock is {} s ahead of the newest fact: no sales and no expiries until an operator confirms it "
        "(restart with --accept-clock, or raise clock_jump_max_seconds)",
        ahead.count / 1000);
  }
}

void engine::parts::start_actors() {
  config = make_config(options.workers);
  system = std::make_unique<caf::actor_system>(*config);
  HF_CHECK(dynamic_cast<caf::scheduler::coordinator<caf::policy::work_sharing>*>(&system->scheduler()) != nullptr,
           "the scheduler shares work");
  deadlines =
      std::make_unique<deadline_service>(*system, *clock, [this](domain::event_id event) { events->expire(event); });
  services = std::make_unique<event_services>(event_services{.journal = journal,
                                                             .snapshots = snapshots,
                                                             .encoder = encoder,
                                                             .clock = *clock,
                                                             .gate = gate,
                                                             .deadlines = *deadlines,
                                                             .metrics = metrics,
                                                             .snapshot_every_records = options.snapshot_every_records});
  events = std::make_unique<event_table>(*system, *services,
                                         event_table_options{.inflight_per_event_max = options.inflight_per_event_max,
                                                             .passivate_after = options.passivate_after});
  organisations = std::make_unique<organisation_table>(*system, *services, directory);
  ask_events = std::make_unique<table_asker>(*events);
  checkout = std::make_unique<checkout_services>(
      checkout_services{*services, options.gateway, *ask_events, at_gateway, options.checkout, options.scorer});
  checkouts = std::make_unique<checkout_table>(*system, *checkout);
  room_wakes =
      std::make_unique<deadline_service>(*system, *clock, [this](domain::event_id event) { rooms->wake(event); });
  backlogs = std::make_unique<table_backlog>(*events);
  room_services = std::make_unique<queue_services>(queue_services{.shared = *services,
                                                                  .wakes = *room_wakes,
                                                                  .backlog = *backlogs,
                                                                  .secret = options.room_secret,
                                                                  .places_max = options.room_places_max});
  rooms = std::make_unique<queue_table>(*system, *room_services);
  // Before any event is loaded.
  services->cancelled = checkouts.get();
  services->rooms = rooms.get();
  services->notices = rooms.get();
}

void engine::parts::start_projections() {
  for (auto& host : hosts) {
    host = std::make_unique<projection_host>(*system);
  }
  const auto post_to = [this](std::size_t index) {
    return [host = hosts[index].get()](std::function<void()> job) { host->post(std::move(job)); };
  };
  view_store_thread = std::make_unique<projections::store_thread>();
  projections::view_settings settings;
  settings.search = options.search;
  settings.inventory.live.calls_a_tick = supervisor::pulses_a_tick;
  settings.inventory.follows = settings.report.follows = options.shows_only.empty();
  settings.past.facts_max = options.past_facts_max;
  views = std::make_unique<projections::views_impl>(
      journal, &snapshots,
      projections::view_posts{.inventory = post_to(0),
                              .bookings = post_to(1),
                              .catalogue = post_to(2),
                              .report = post_to(3),
                              .search = post_to(4)},
      [at = clock] { return at->now(); }, settings,
      projections::view_store{.store = options.view_store, .post = view_store_thread->post()});
  journal.listen(views->listener());
  views->start();
  watch = std::make_unique<supervisor>(journal, *views, *clock);
}

auto engine::start() -> tl::expected<void, journal::failure> {
  auto& my = *parts_;
  const auto event_heads = my.journal.heads(journal::stream_kind::event);
  const auto organisation_heads = my.journal.heads(journal::stream_kind::organisation);
  const auto room_heads = my.journal.heads(journal::stream_kind::queue);
  for (const auto* heads : {&event_heads, &organisation_heads, &room_heads}) {
    if (!*heads) {
      return tl::unexpected{heads->error()};
    }
  }
  domain::instant newest;
  for (const auto* heads : {&*event_heads, &*organisation_heads, &*room_heads}) {
    for (const auto& [stream, head] : *heads) {
      newest = std::max(newest, head.time);
    }
  }
  my.start_clock(newest);
  my.start_actors();
  if (const auto loaded = my.organisations->load(); !loaded) {
    return tl::unexpected{loaded.error()};
  }
  my.start_projections();
  // Before events act and anybody is served: a hold that needs admission is not to slip in.
  if (const auto opened = my.rooms->resume(); !opened) {
    return tl::unexpected{opened.error()};
  } else if (*opened > 0) {
    spdlog::info("{} waiting rooms go on where they were", *opened);
  }
  // Last: an overdue event is woken at once.
  for (const auto& [stream, head] : *event_heads) {
    if (head.next_deadline) {
      my.deadlines->schedule(domain::event_id{stream.id}, *head.next_deadline);
    }
  }
  if (const auto resumed = my.checkouts->resume(); !resumed) {
    return tl::unexpected{resumed.error()};
  } else if (*resumed > 0) {
    spdlog::info("payments of {} events go on where they were", *resumed);
  }
  return {};
}

void engine::name_events(const std::vector<std::pair<std::string, domain::event_id>>& slugs) {
  parts_->directory.know(slugs);
}

void engine::know_keys(const std::vector<key_record>& keys) {
  parts_->directory.know(keys);
}

auto engine::needs_first_key() const -> bool {
  return parts_->options.shows_only.empty() && parts_->directory.view()->keys().empty();
}

auto engine::bootstrap(const std::string& organisation_name, const domain::create_key& first_key) -> bool {
  const auto ask = [this](domain::organisation_command_body body) {
    auto sink = std::make_shared<waiting_sink>();
    domain::organisation_command command;
    command.by.organisation = root_organisation();
    command.body = std::move(body);
    submit(root_organisation(), std::move(command), {}, reply_port{sink});
    return sink->wait();
  };
  constexpr std::uint16_t failures_from = 300;
  if (directory()->organisations().empty() &&
      ask(domain::create_organisation{.organisation = root_organisation(), .name = organisation_name}) >=
          failures_from) {
    return false;
  }
  return ask(first_key) < failures_from;
}

void engine::drain() noexcept {
  parts_->gate.drain();
}

void engine::stop() {
  auto& my = *parts_;
  if (std::exchange(my.stopped, true) || !my.system) {
    return;
  }
  drain();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{my.options.drain_max.count};
  if (!wait_until(deadline, [&] { return in_flight() == 0; })) {
    spdlog::error("{} requests are still in flight at the drain's deadline", in_flight());
  }
  my.rooms->stop();
  my.room_wakes->stop();
  if (!wait_until(std::chrono::steady_clock::now() + grace, [&] { return my.rooms->live() == 0; })) {
    spdlog::error("{} waiting rooms have not ended in time", my.rooms->live());
  }
  my.checkouts->stop();
  my.deadlines->stop();
  my.events->passivate_all();
  const auto last = std::chrono::steady_clock::now() + grace;
  if (!wait_until(last, [&] { return my.events->loaded() == 0 && my.metrics.snapshots_pending.load() == 0; })) {
    spdlog::error("{} events and {} snapshots have not ended in time", my.events->loaded(),
                  my.metrics.snapshots_pending.load());
    my.events->kill_all();
  }
  my.organisations->stop();
  my.watch.reset();
  my.journal.release();
  save_views(*my.views);
  my.views.reset();
  my.view_store_thread.reset();
  for (auto& host : my.hosts) {
    host->stop();
  }
  my.checkouts.reset();
  my.events.reset();
  my.rooms.reset();
  my.room_wakes.reset();
  my.organisations.reset();
  my.hosts = {};
  my.deadlines.reset();
  my.system.reset();
}

void engine::accept_clock() noexcept {
  parts_->gate.set_clock_unsure(false);
}

} // namespace holdfast::actors
