#include "actors/directory.hpp"
#include "actors/engine.hpp"
#include "tests/actors/core_bench.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::testing {

namespace {

constexpr std::chrono::seconds patience{60};

/// A clock that is turned while threads read it.
class shared_clock final : public actors::clock_port {
 public:
  [[nodiscard]] auto now() const noexcept -> domain::instant override { return {at_.load()}; }
  void turn(domain::millis by) noexcept { at_.fetch_add(by.count); }

 private:
  std::atomic<std::int64_t> at_{1'700'000'000'000};
};

class waited_answer final : public actors::reply_sink {
 public:
  void reply(actors::answer&& what) noexcept override {
    const std::lock_guard lock{mutex_};
    got_ = std::move(what);
    changed_.notify_all();
  }
  [[nodiscard]] auto wait() -> actors::answer {
    std::unique_lock lock{mutex_};
    REQUIRE(changed_.wait_for(lock, patience, [this] { return got_.has_value(); }));
    return *got_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<actors::answer> got_;
};

class running_engine {
 public:
  explicit running_engine(std::shared_ptr<journal::memory_disk> disk, std::shared_ptr<shared_clock> turned,
                          domain::millis passivate_after = domain::minutes(2), std::int32_t inflight = 1'000)
      : clock{std::move(turned)}, journal{{.disk = std::move(disk)}}, snapshots{directory.path} {
    REQUIRE(journal.acquire({}).has_value());
    actors::engine_options options;
    options.clock = clock;
    options.passivate_after = passivate_after;
    options.inflight_per_event_max = inflight;
    engine.emplace(journal, snapshots, encoder, options);
    REQUIRE(engine->start().has_value());
  }

  auto send(domain::command what) -> std::shared_ptr<waited_answer> {
    auto sink = std::make_shared<waited_answer>();
    actors::request_meta meta;
    meta.principal = what.by.subject;
    engine->submit(event, std::move(what), meta, actors::reply_port{sink});
    return sink;
  }
  auto ask(domain::command what) -> actors::answer { return send(std::move(what))->wait(); }

  void put_on_sale() {
    domain::caller by;
    by.as = domain::caller::kind::organiser;
    by.organisation = domain::organisation_id{1};
    by.key = domain::key_id{9};
    REQUIRE(ask({.by = by,
                 .id = {},
                 .body = domain::create_event{.event = event,
                                              .organisation = domain::organisation_id{1},
                                              .config = small_config(),
                                              .seats = small_layout()}})
                .status == 201);
    REQUIRE(ask({.by = by, .id = {}, .body = domain::publish_event{}}).status == 201);
  }

  static auto hold(std::uint64_t who, domain::seat_index seat) -> domain::command {
    domain::caller by;
    by.as = domain::caller::kind::buyer;
    by.subject = {1, who};
    domain::hold_seats wanted;
    wanted.seats = {seat};
    return {.by = by, .id = {}, .body = std::move(wanted)};
  }

  static constexpr domain::event_id event{77};
  temporary_directory directory;
  std::shared_ptr<shared_clock> clock;
  journal::memory_journal journal;
  journal::snapshot_store snapshots;
  word_encoder encoder;
  std::optional<actors::engine> engine;
};

} // namespace

TEST_CASE("an event that nobody uses leaves memory, and its holds expire all the same") {
  const auto clock = std::make_shared<shared_clock>();
  running_engine run{nullptr, clock, domain::millis{100}};
  run.put_on_sale();
  REQUIRE(run.ask(running_engine::hold(1, 0)).status == 201);
  clock->turn(domain::seconds(1));
  REQUIRE(eventually([&] { return run.engine->loaded_events() == 0; }));
  clock->turn(domain::minutes(10));
  CHECK(eventually([&] { return run.engine->metrics().expiries.load() == 1; }));
  CHECK(run.ask(running_engine::hold(2, 0)).status == 201);
}

TEST_CASE("a hold that ran out while the server was down is ended after the start without anybody asking") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  {
    running_engine run{disk, clock};
    run.put_on_sale();
    REQUIRE(run.ask(running_engine::hold(1, 0)).status == 201);
    run.engine->stop();
  }
  clock->turn(domain::hours(1));
  running_engine run{disk, clock};
  CHECK(eventually([&] { return run.engine->metrics().expiries.load() == 1; }));
}

TEST_CASE("many threads fight for twenty seats and each is held once") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  run.put_on_sale();
  std::atomic<int> won{0};
  {
    std::vector<std::jthread> crowd;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      crowd.emplace_back([&run, &won, thread] {
        for (domain::seat_index seat = 0; seat < 20; ++seat) {
          for (std::uint64_t attempt = 0; attempt < 5; ++attempt) {
            const auto who = 1 + seat * 100 + thread * 10 + attempt;
            won += run.ask(running_engine::hold(who, seat)).status == 201 ? 1 : 0;
          }
        }
      });
    }
  }
  CHECK(won == 20);
  CHECK(eventually([&] { return run.engine->in_flight() == 0; }));
  CHECK(run.engine->views().metrics().double_sales_detected.load() == 0);
}

TEST_CASE("an event without a credit left refuses at the door") {
  running_engine run{nullptr, std::make_shared<shared_clock>(), domain::minutes(2), 1};
  run.put_on_sale();
  // Four at a time have one credit between them; which of them is refused, and when, is for the threads to find out.
  constexpr std::uint64_t tries = 20'000;
  std::atomic<std::uint64_t> refused{0};
  {
    std::vector<std::jthread> crowd;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      crowd.emplace_back([&run, &refused, thread] {
        for (std::uint64_t i = 0; i < tries && refused == 0; ++i) {
          refused += run.ask(running_engine::hold(1 + thread + 4 * i, 0)).status == 503 ? 1 : 0;
        }
      });
    }
  }
  CHECK(refused > 0);
  CHECK(run.engine->metrics().refused_overload.load() == refused);
}

TEST_CASE("an event that does not exist is not found, and makes no actor") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  const auto answer = run.ask(running_engine::hold(1, 0));
  CHECK(answer.body == "reason " + std::to_string(static_cast<int>(domain::reason::not_found)));
  CHECK(run.engine->loaded_events() == 0);
}

TEST_CASE("stopping answers everybody, and what was acknowledged is there afterwards") {
  const auto disk = std::make_shared<journal::memory_disk>();
  const auto clock = std::make_shared<shared_clock>();
  int acknowledged = 0;
  {
    running_engine run{disk, clock};
    run.put_on_sale();
    std::vector<std::shared_ptr<waited_answer>> sent;
    for (domain::seat_index seat = 0; seat < 20; ++seat) {
      sent.push_back(run.send(running_engine::hold(seat + 1, seat)));
    }
    run.engine->stop();
    for (const auto& answer : sent) {
      acknowledged += answer->wait().status == 201 ? 1 : 0;
    }
  }
  running_engine run{disk, clock};
  int taken = 0;
  for (domain::seat_index seat = 0; seat < 20; ++seat) {
    taken += run.ask(running_engine::hold(100 + seat, seat)).status == 201 ? 0 : 1;
  }
  CHECK(taken == acknowledged);
}

TEST_CASE("the first key is made once, also when the first attempt was cut short") {
  running_engine run{nullptr, std::make_shared<shared_clock>()};
  CHECK(run.engine->needs_first_key());
  domain::create_key first;
  first.key = domain::key_id{3};
  first.name = "first";
  first.scopes = domain::key_scope::admin;
  first.secret_hash[0] = 1;
  CHECK(run.engine->bootstrap("Default", first));
  CHECK_FALSE(run.engine->needs_first_key());
  CHECK(run.engine->directory()->keys().size() == 1);
}

TEST_CASE(
    "keys and slugs that no journal tells of are known beside those that it does, and a revocation from either side counts") {
  actors::organisation_directory known;
  const auto key = [](std::uint64_t id, std::uint64_t organisation, std::int64_t revoked_ms) {
    actors::key_record made;
    made.key = domain::key_id{id};
    made.organisation = domain::organisation_id{organisation};
    if (revoked_ms > 0) {
      made.revoked_at = domain::instant{revoked_ms};
    }
    return made;
  };
  domain::organisation_state first;
  first.id = domain::organisation_id{1};
  first.name = "First";
  known.load(first);
  known.know({key(1, 1, 0), key(2, 1, 0)});
  known.know({key(1, 1, 500), key(2, 1, 0), key(1, 2, 0)});
  known.know({key(1, 1, 0)});
  const auto view = known.view();
  REQUIRE(view->keys().size() == 3);
  CHECK(view->keys()[0].revoked_at == domain::instant{500});
  CHECK_FALSE(view->keys()[1].revoked_at.has_value());
  CHECK(view->keys()[2].organisation == domain::organisation_id{2});
  CHECK_FALSE(view->is_lost(domain::organisation_id{1}));
  CHECK(view->is_lost(domain::organisation_id{2}));
  known.know(std::vector<std::pair<std::string, domain::event_id>>{{"tosca", domain::event_id{7}}});
  CHECK(known.view()->event_of_slug("tosca") == domain::event_id{7});
  CHECK(known.view()->organisations().size() == 1);
}

} // namespace holdfast::testing
